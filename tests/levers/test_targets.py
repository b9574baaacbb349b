"""Targets: whom a lever reaches, and that they see nothing but the firm's own history."""

import math
import warnings
from contextlib import suppress
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.customers.customers import Customers
from loyaltysim.levers import Target
from loyaltysim.levers.targets.everybody import Everybody
from loyaltysim.levers.targets.lapse import Lapse
from loyaltysim.levers.targets.random import Random
from loyaltysim.levers.targets.rfm import RFM
from loyaltysim.levers.targets.target import Chooser, highest
from loyaltysim.levers.targets.uplift import Uplift
from loyaltysim.levers.targets.value import Value
from loyaltysim.market.history import COLUMNS, History
from loyaltysim.market.seen import Seen
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.totals import MONEY_UNIT

KINDS = sorted(Target.kinds)


def looking(step: int, weeks: float = 1.0, **columns) -> Seen:
    """What a target that sees all is shown at a step: columns of a firm's history, all others being 0."""
    history = History(len(next(iter(columns.values()))), 1)
    for name in COLUMNS:
        history.ask(name)[0] = columns.get(name, 0)
    return Seen(history, 0, step, weeks, tuple(COLUMNS))


def chooser(target: Target, n: int, markets: int = 1) -> Chooser:
    kept = {
        name: np.full(shape, start, dtype) for name, (shape, dtype, start) in target.keeps(n * markets, markets).items()
    }
    return Chooser("lever.A.0", Customers(n, range(markets), 1, 1).key, n, kept)


NEWS = {"kind": "communication", "relevance": 0.5}


def market(target, lever=NEWS, **changes) -> Scenario:
    """Two brands that differ in nothing; one writes to those whom its target chooses, or pulls another lever."""
    lever = {**lever, "every_weeks": 3, "cost_each": 0.1, "target": target}
    document = {
        "focal": "A",
        "steps": 30,
        "burn_in": 5,
        "population": {"n_customers": 60, "needs_per_week": 0.6, "taste": {"distribution": "normal", "sd": 1.0}},
        "brands": {"A": {"price": 2.0}, "B": {"price": 2.0}},
        "metrics": {"period_steps": 5},
    }
    return Scenario.from_document(document).vary({"brands.A.levers": [lever], **changes})


FELT = {"behavior.bond": "drift", "behavior.recovery": "justice", "brands.A.complaints.failure_chance": 0.5}
"""What clubs and contact persons want of a market."""


def table(kind: str) -> dict:
    return {"kind": kind, "share": 0.3, **({"pilot_weeks": 12, "outcome_weeks": 4} if kind == "uplift" else {})}


scores = st.lists(st.sampled_from([-math.inf, 0.0, 0.5, 1.0, 2.0]), min_size=1, max_size=20)


@given(scores, st.integers(0, 25), st.integers(0, 1000))
def test_highest__is_what_sorting_gives(score, k, seed):
    score, luck = np.array(score), np.random.default_rng(seed).random(len(score))
    order = [place for place in np.lexsort((luck, -score)) if score[place] > -math.inf]
    np.testing.assert_array_equal(np.flatnonzero(highest(score, luck, k)), np.sort(order[:k]))


def test_everybody__a_share_is_drawn_anew_and_random_once():
    seen = [looking(step, last_step=np.zeros(1000, np.int32)) for step in (0, 1)]
    anew, once = Everybody(share=0.25), Random(share=0.25)
    for target, kept in ((anew, 62.5), (once, 250)):  # a quarter of a quarter, or all
        first, second = (target.choose(chooser(target, 1000), one, one.customers) for one in seen)
        assert len(first) == len(second) == 250
        assert abs(len(np.intersect1d(first, second)) - kept) < 4 * math.sqrt(250 * 0.25 * 0.75)


def test_rfm__adds_up_fifths():
    """Ten customers, two to a fifth; the last three have spent alike, all as in the highest fifth that they reach."""
    seen = looking(20, last_step=np.arange(10), purchases=np.arange(10)[::-1] + 1, spend=[0, 1, 2, 3, 4, 5, 6, 9, 9, 9])
    target = RFM(recency=100, frequency=10, money=1)
    score = target.score(chooser(target, 10), seen, seen.customers)
    np.testing.assert_array_equal(score, [151, 151, 242, 242, 333, 333, 424, 425, 515, 515])


def test_value__is_the_chance_alive_times_rate_times_spend_of_a_purchase():
    """Steps of half a week. Three purchases in steps 0 to 20 of 40; one purchase; a history that began with them."""
    seen = looking(
        40, 0.5, purchases=[3, 1, 2], first_step=[0, 10, -2], last_step=[20, 10, 30], spend=np.array([6, 4, 4]) * 10_000
    )
    target = Value(rate_shape=0.5, rate_weeks=5.0, leave_a=0.8, leave_b=2.0)
    alive = 1 / (1 + 0.8 / (2.0 + 2 - 1) * (25 / 15) ** 2.5)
    expected = [alive * 2.5 / 25 * 2, 0.5 / (5 + 15) * 4, 0.5 / (5 + 5) * 2]
    score = target.score(chooser(target, 3), seen, seen.customers)
    assert score / MONEY_UNIT == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("leave_a", [0.0, 0.793, 1e6])
def test_value__is_a_number_however_often_a_customer_bought_and_however_long_ago(leave_a):
    """(w + T) / (w + t) is 8.7, to the power of 500 more than a double holds."""
    columns = {"purchases": [500, 5], "last_step": [100, 850], "spend": [5_000_000, 50_000]}
    seen, target = looking(900, **columns), Value(leave_a=leave_a)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        score = target.score(chooser(target, 2), seen, seen.customers)
    assert np.isfinite(score).all() and (score >= 0).all()
    if not leave_a:
        np.testing.assert_allclose(score, (0.243 + np.array([499, 4])) / (4.414 + 900) * 10_000)


def test_lapse__counts_the_time_away_in_own_gaps():
    """Gaps of 5, of less than a step, and of the market: (10 + 1) / (2 + 2)."""
    seen = looking(20, purchases=[3, 3, 1, 4], first_step=[0, 10, 9, -2], last_step=[10, 11, 9, 18])
    for target in (Lapse(), Lapse(gone_after=4.5)):
        expected = np.array([10 / 5, 9 / 1, 11 / 2.75, 2 / 2.75])
        score = target.score(chooser(target, 4), seen, seen.customers)
        if target.gone_after:
            expected[1] = -math.inf
        assert score == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(target.choose(chooser(target, 4), seen, seen.customers), [0, 2, 3])


def test_narrowing__is_by_the_time_since_the_last_purchase():
    seen = looking(10, last_step=[9, 8, 5, -1])
    for limits, expected in (({"bought_within_weeks": 2}, [0, 1]), ({"not_within_weeks": 2}, [1, 2])):
        target = Everybody(**limits)
        assert target.choose(chooser(target, 4), seen, seen.customers).tolist() == expected


# --------------------------------------------------------------------------------------------------------- uplift


def pilot(target: Uplift, own: Chooser, n: int) -> list[np.ndarray]:
    """Whom it reaches in weeks 0, 4 … 16 of a market by hand.

    Half have bought once, half twice. Who is reached buys that often again, which is taken back after a week, so that
    all stay in their cells.
    """
    history = History(n, 1)
    for name in COLUMNS:
        history.ask(name)[0] = 0
    purchases, reached = history.arrays["purchases"][0], []
    purchases[:] = 1 + np.arange(n) % 2
    for week in range(20):
        seen = Seen(history, 0, week, 1.0, Uplift.sees)
        target.learn(own, seen)
        if week % 4 == 0:
            reached.append(target.choose(own, seen, seen.customers))
            purchases[reached[-1]] *= 2
        elif week % 4 == 1:
            purchases[reached[-1]] //= 2
    return reached


def test_uplift__finds_out_whom_contacts_move_and_reaches_them():
    target = Uplift(share=0.3, pilot_weeks=8, outcome_weeks=1, groups=2, explore=0.0)
    own = chooser(target, 100)
    reached = pilot(target, own, 100)
    assert [len(rows) for rows in reached] == [30] * 5
    heavy = [np.count_nonzero(rows % 2) for rows in reached]
    assert 0 < heavy[0] < 30 and 0 < heavy[1] < 30 and heavy[2:] == [30] * 3  # by luck in weeks 0 and 4
    # all bought last at one time, so all are in the upper half by recency, in cells 2 and 3; nobody is in 0 and 1
    everybody = 1 + (heavy[0] + heavy[1]) / 60
    assert target.effects(own)[0] == pytest.approx([everybody, everybody, 1, 2], rel=1e-12)
    np.testing.assert_array_equal(own.arrays["number"].sum(2), [[140, 60]])


def test_uplift__leaves_cells_below_the_least_effect_alone():
    target = Uplift(share=0.6, pilot_weeks=8, outcome_weeks=1, groups=2, explore=0.0, least=1.5)
    reached = pilot(target, chooser(target, 100), 100)
    assert len(reached[1]) == 60
    np.testing.assert_array_equal(reached[2], np.arange(1, 100, 2))


def test_uplift__goes_on_learning_from_those_for_whom_luck_decides():
    target = Uplift(share=0.3, pilot_weeks=4, outcome_weeks=1, groups=2, explore=0.4)
    own = chooser(target, 1000)
    reached = pilot(target, own, 1000)
    assert {len(rows) for rows in reached} == {300}
    others = np.mean([np.mean(rows % 2 == 0) for rows in reached[1:]])
    assert abs(others - 0.4 * 0.5) < 4 * math.sqrt(0.2 * 0.8 / 1200)  # 40 % of contacts by luck, half of them
    luck = own.arrays["number"].sum() - 1000
    assert abs(luck - 4 * 400) < 4 * math.sqrt(4 * 1000 * 0.4 * 0.6)


def test_uplift__estimates_without_bias_what_one_contact_adds_when_outcomes_overlap():
    """Noted for 8 weeks, drawn every 4: each is noted every second time, and the second contact falls to both alike."""
    target = Uplift(share=0.5, pilot_weeks=400, outcome_weeks=8, groups=1)
    own, luck = chooser(target, 400), np.random.default_rng(3)
    history = History(400, 1)
    for name in COLUMNS:
        history.ask(name)[0] = 0
    for step in range(400):
        seen = Seen(history, 0, step, 1.0, Uplift.sees)
        target.learn(own, seen)
        rate = np.full(400, 0.2)
        if step % 4 == 0:
            rate[target.choose(own, seen, seen.customers)] += 0.6
        history.arrays["purchases"][0] += luck.poisson(rate)
    number = own.arrays["number"][0, :, 0]
    assert number.sum() == 400 * 49
    # of 8 weeks: 1.6 purchases, and .6 more at each contact; the second contact is by luck
    error = math.sqrt((1.6 + 0.9 + 0.36 / 4) * (1 / number[0] + 1 / number[1]))
    assert abs(target.effects(own)[0, 0] - 0.6) < 4 * error


def test_uplift__without_hold_outs_or_shorter_than_a_step_is_refused():
    with pytest.raises(ScenarioError, match=r"target.*share: must be .* 1"):
        market({"kind": "uplift", "share": 1.0})
    with pytest.raises(ScenarioError, match="target.outcome_weeks of 0.5 weeks is shorter than a step of 1 week"):
        market({"kind": "uplift", "outcome_weeks": 0.5})


# ------------------------------------------------------------------------------------------------- in a simulation


@pytest.mark.parametrize("kind", KINDS)
def test_target__reaches_its_share_of_those_who_bought(kind):
    simulation = Simulation(market(table(kind), burn_in=0)).run()
    results = simulation.results().sel(brand="A", segment="all").isel(replication=0)
    contacts, customers = results["contacts"].values, results["joined"].values.cumsum()
    np.testing.assert_array_equal(contacts[3::3], np.floor(0.3 * customers[2:-1:3] + 0.5))
    assert contacts.sum() == contacts[::3].sum()
    assert results["lever_cost"].sum() == pytest.approx(0.1 * contacts.sum())


@pytest.mark.parametrize("kind", KINDS)
def test_target__a_replication_is_the_same_alone_and_stacked_and_from_a_checkpoint(kind, tmp_path):
    scenario = market(table(kind))
    stack = Simulation(scenario, replications=range(3)).run()
    alone = Simulation(scenario, replications=range(2, 3)).run(until=14)
    alone.checkpoint(tmp_path / "half.npz")
    again = Simulation(scenario, replications=range(2, 3)).restore(tmp_path / "half.npz")
    for one in (alone.run(), again.run()):
        for name in ("purchases", "contacts"):
            np.testing.assert_array_equal(one.results()[name].values[0], stack.results()[name].values[2])
        for name, array in one.world.arrays.items():
            theirs = stack.world.arrays[name]
            if "target" in name and name.split(".")[-1] != "begun":
                np.testing.assert_array_equal(array, np.split(theirs, 3)[2], err_msg=name)


HIDDEN = (
    "satisfaction", "bond", "trust", "expectation", "taste", "price_sensitivity", "last_brand", "tried", "world",
    "history", "market", "touches", "segment", "key",
)  # fmt: skip
found: list[str] = []


class Spy(Everybody):
    """Tries to see what a firm cannot, and to write what it sees."""

    kind: str = "spy"
    sees = ("purchases",)

    def score(self, own, seen, rows):
        found.clear()
        found.extend(name for name in HIDDEN for given in (seen, own, self) if hasattr(given, name))
        for name in ("last_step", "purchases"):
            column = getattr(seen, name)
            if any(isinstance(other, np.ndarray) for other in reachable(column)):
                found.append(f"{name} leads to the whole history")
            for write in (lambda c=column: c.__setitem__(0, 9), lambda c=column: c.setflags(write=True)):
                with suppress(ValueError):
                    write()
                    found.append(f"{name} can be written")
        with suppress(AttributeError):
            seen.purchases = np.zeros(3)
            found.append("a column can be put in place of another")
        return np.zeros(len(rows))


def reachable(column):
    """What the memory of a column leads to."""
    while column is not None:
        column = column.base if isinstance(column, np.ndarray) else getattr(column, "obj", None)
        yield column


@pytest.mark.parametrize("lever", [NEWS, {"kind": "community"}, {"kind": "advocacy"}, {"kind": "service"}])
def test_target__that_tries_to_see_what_a_firm_cannot_finds_nothing(lever):
    simulation = Simulation(market({"kind": "everybody", "share": 0.5}, lever, **FELT))
    ((lever, own),) = simulation.schedule.levers
    simulation.world.history.ask("purchases")
    simulation.schedule.levers = [(lever.model_copy(update={"target": Spy(share=0.5)}), own)]
    found.append("the spy was not asked")
    before = simulation.run(until=0).world.history.arrays["purchases"].copy()
    assert found == []
    simulation.step()
    assert found == [] and (simulation.world.history.arrays["purchases"] >= before).all()


class Curious(Everybody):
    """Looks at one column, whether it says so or not."""

    kind: str = "curious"
    column: str

    def score(self, own, seen, rows):
        return getattr(seen, self.column)[rows].astype(float)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("satisfaction", 'a firm does not see "satisfaction"; it sees purchases, last_step'),
        ("purchases", 'the history does not show "purchases": a target names the columns that it `sees`'),
    ],
)
def test_target__is_shown_no_columns_that_it_does_not_name(column, said):
    """Even where another lever's target has asked for them."""
    simulation = Simulation(market({"kind": "everybody", "share": 0.5}))
    ((lever, own),) = simulation.schedule.levers
    simulation.world.history.ask("purchases")
    simulation.schedule.levers = [(lever.model_copy(update={"target": Curious(share=0.5, column=column)}), own)]
    with pytest.raises(AttributeError, match=said):
        simulation.run()
    simulation = Simulation(market({"kind": "everybody", "share": 0.5}))
    ((lever, own),) = simulation.schedule.levers
    simulation.world.history.ask("purchases")
    named = type("Named", (Curious,), {"sees": ("purchases",), "__module__": __name__})
    simulation.schedule.levers = [(lever.model_copy(update={"target": named(share=0.5, column="purchases")}), own)]
    simulation.run()


def test_target__that_asks_for_a_column_no_firm_has_is_refused_when_it_is_made():
    named = type("Bonds", (Curious,), {"sees": ("bond",), "__module__": __name__})
    with pytest.raises(ValueError, match='a firm does not see "bond"; it sees purchases, last_step'):
        named(share=0.5, column="bond")


def test_target__is_given_nothing_but_luck_markets_and_its_own():
    assert {field.name for field in fields(Chooser)} == {"label", "_key", "n_customers", "arrays"}
    assert all(set(kind.sees) <= set(COLUMNS) for kind in Target.kinds.values())


def test_target__that_nobody_can_meet_is_refused():
    with pytest.raises(ScenarioError, match="bought_within_weeks .4. is below not_within_weeks .8.: nobody is between"):
        market({"kind": "everybody", "bought_within_weeks": 4, "not_within_weeks": 8})


def test_uplift__learns_anew_on_a_branch_where_another_lever_or_target_has_its_place():
    target = table("uplift")
    simulation = Simulation(market(target)).run(until=15)
    begun = {}
    for kind in ("communication", "personalization"):
        lever = {"kind": kind, "every_weeks": 3, "target": target}
        branch = simulation.branch(market(target, **{"brands.A.levers": [lever]}))
        begun[kind] = int(branch.schedule.levers[0][1].chooser.arrays["begun"][0])
    assert begun == {"communication": 0, "personalization": -1}
