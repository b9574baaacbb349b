"""Talk: who says what, and how often (eqs. E23–E25)."""

import numpy as np
import pytest
from scipy.special import expit

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.word_of_mouth import talk

N = 20_000


def market(talk, n: int = N, replications: int = 1, step_days: float = 7, segments=None, **population) -> Simulation:
    document = {
        "focal": "A",
        "step_days": step_days,
        "population": {"n_customers": n, "segments": segments or {}, **population},
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level"},
            "bond": {"kind": "linear"},
        },
        "word_of_mouth": {"talk": talk},
        "brands": {"A": {}, "B": {}},
    }
    return Simulation(Scenario.from_document(document), replications=range(replications))


def said(simulation: Simulation) -> dict[str, np.ndarray]:
    """The messages in the pile."""
    pile = simulation.world.messages.piles[0]
    return {name: getattr(pile, name)[: pile.n].copy() for name in ("sender", "brand", "strength", "luck")}


def after_purchase(
    simulation: Simulation, shoppers, experience, step: int = 0, occasion: int = 0
) -> dict[str, np.ndarray]:
    world = simulation.world
    shoppers.ask("experience")[: shoppers.n] = experience
    world.messages.piles[0].room_for(shoppers.n)
    simulation.schedule.talk.after_purchase(
        None, world, shoppers, world.messages.piles[0], world.workers[0].totals, step, occasion
    )
    return said(simulation)


def after_step(simulation: Simulation, step: int = 0) -> dict[str, np.ndarray]:
    world = simulation.world
    (block,), shoppers, totals = world.blocks, world.workers[0].shoppers, world.workers[0].totals
    talk, pile = simulation.schedule.talk, world.messages.piles[0]
    talk.after_step(simulation.schedule.own_talk, world, block, shoppers, step)
    pile.room_for(shoppers.n_messages)
    talk.say(simulation.schedule.own_talk, world, shoppers, pile, totals, step)
    return said(simulation)


def threshold(good: float = 1, bad: float = 1, **more) -> dict:
    chances = {"good_above": 0.75, "bad_below": 0.25, "good_chance": good, "bad_chance": bad}
    return {"kind": "threshold", **chances, **more}


def test_threshold__only_buyers_whose_experience_is_beyond_a_threshold_speak(seat):
    simulation = market(threshold(expression=1.5), n=8)
    shoppers = seat(simulation, brand=[0, 1, 0, 1, 0, 1, -1, -1])
    messages = after_purchase(simulation, shoppers, [0.9, 0.75, 0.25, 0.2, 0.5, 0.8, 0.9, 0.1])
    assert messages["sender"].tolist() == [0, 3, 5]
    assert messages["brand"].tolist() == [0, 1, 1]
    assert messages["strength"].tolist() == [1536, -1536, 1536]
    totals = simulation.world.workers[0].totals
    assert totals.messages_positive.tolist() == [[[1, 1]]] and totals.messages_negative.tolist() == [[[0, 1]]]


def test_threshold__speaks_with_its_chances(seat):
    simulation = market(threshold(good=0.2, bad=0.4))
    shoppers = seat(simulation, brand=0)
    strength = after_purchase(simulation, shoppers, np.repeat([0.9, 0.1], N // 2))["strength"]
    for count, chance in (((strength > 0).sum(), 0.2), ((strength < 0).sum(), 0.4)):
        assert abs(count - N / 2 * chance) < 4 * np.sqrt(N / 2 * chance * (1 - chance))


def test_threshold__each_occasion_and_each_message_has_luck_of_its_own(seat):
    simulation = market(threshold(good=0.5))
    first = after_purchase(simulation, seat(simulation, brand=0), 0.9, occasion=0)
    both = after_purchase(simulation, seat(simulation, brand=0), 0.9, occasion=1)
    second = both["sender"][len(first["sender"]) :]
    common = len(np.intersect1d(first["sender"], second))
    assert abs(common - N / 4) < 4 * np.sqrt(N * 3 / 16)  # independent halves
    assert len(np.unique(both["luck"])) == len(both["luck"])


@pytest.mark.parametrize("kind", ["threshold", "rates"])
def test_messages__are_counted_by_replication_segment_and_brand(seat, kind):
    table = threshold(good=0.5, bad=0.7) if kind == "threshold" else {"kind": "rates"}
    simulation = market(table, n=2000, replications=3, segments={"x": {"share": 0.4}, "y": {"share": 0.6}})
    customers, luck = simulation.world.customers, np.random.default_rng(4)
    customers.arrays["last_brand"][:] = luck.integers(-1, 2, 6000)
    customers.arrays["satisfaction"][:] = luck.uniform(size=(2, 6000))
    if kind == "threshold":
        shoppers = seat(simulation, brand=luck.integers(-1, 2, 6000))
        messages = after_purchase(simulation, shoppers, luck.uniform(size=6000))
    else:
        messages = after_step(simulation)
    totals, sender = simulation.world.workers[0].totals, messages["sender"]
    for counted, sign in ((totals.messages_positive, 1), (totals.messages_negative, -1)):
        expected = np.zeros((3, 2, 2), int)
        some = np.sign(messages["strength"]) == sign
        np.add.at(expected, (sender[some] // 2000, customers.segment[sender[some]], messages["brand"][some]), 1)
        assert expected.min() > 0
        np.testing.assert_array_equal(counted, expected)


# ---------------------------------------------------------------------------------------------------------- rates

RATES = {"kind": "rates", "talk_good": 0.6, "talk_bad": 0.9, "high": 0.6, "low": 0.35, "width": 0.1}


@pytest.mark.parametrize("step_days", [1, 7, 56])  # up to 8 weeks: more than 8 messages each
@pytest.mark.parametrize(("satisfaction", "bond", "talkative"), [(0.9, 0.0, 1.0), (0.3, 0.4, 2.0), (0.5, 1.0, 0.5)])
def test_rates__messages_come_as_often_as_the_equations_say(step_days, satisfaction, bond, talkative):
    simulation = market({**RATES, "bond_talk": 0.5}, step_days=step_days, talkativeness=talkative)
    arrays = simulation.world.customers.arrays
    arrays["last_brand"][:] = 1
    arrays["satisfaction"][:], arrays["bond"][:] = [[0.5], [satisfaction]], [[0.2], [bond]]
    messages = after_step(simulation)
    praise, blame = 0.6 * expit((satisfaction - 0.6) / 0.1), 0.9 * expit((0.35 - satisfaction) / 0.1)
    mean = (praise + blame) * step_days / 7 * talkative * (1 + 0.5 * bond)
    n = len(messages["sender"])
    assert abs(n - N * mean) < 4 * np.sqrt(N * mean)
    per_row = np.bincount(messages["sender"], minlength=N)
    assert abs(per_row.var() - mean) < 4 * np.sqrt((mean + 2 * mean**2) / N)  # Poisson
    share = praise / (praise + blame)
    assert abs((messages["strength"] > 0).mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert set(messages["brand"]) == {1} and set(np.abs(messages["strength"])) == {1024}
    assert len(np.unique(messages["luck"])) == n


def test_rates__are_about_the_brand_bought_last_and_nobody_speaks_before_the_first_purchase():
    simulation = market({**RATES, "talk_good": 50.0, "talk_bad": 0.0}, n=30)
    arrays = simulation.world.customers.arrays
    arrays["last_brand"][:] = np.repeat([-1, 0, 1], 10)
    arrays["satisfaction"][:] = 0.9
    messages = after_step(simulation)
    np.testing.assert_array_equal(messages["brand"], np.repeat([-1, 0, 1], 10)[messages["sender"]])
    assert set(messages["sender"]) == set(range(10, 30))
    assert (messages["strength"] > 0).all()  # without blame


def test_rates__who_is_not_talkative_is_silent():
    simulation = market({**RATES, "talk_good": 50.0}, n=100, talkativeness=0.0)
    simulation.world.customers.arrays["last_brand"][:] = 0
    assert len(after_step(simulation)["sender"]) == 0


def test_rates__at_the_thresholds_talk_has_half_its_highest_rate():
    for satisfaction, sign, rate in ((0.6, 1, 0.6), (0.35, -1, 0.9)):
        simulation = market(RATES)
        arrays = simulation.world.customers.arrays
        arrays["last_brand"][:], arrays["satisfaction"][:] = 0, satisfaction
        count = (np.sign(after_step(simulation)["strength"]) == sign).sum()
        assert abs(count - N * rate / 2) < 4 * np.sqrt(N * rate / 2)


@pytest.mark.parametrize("talkative", [{}, {"talkativeness": {"distribution": "lognormal", "median": 1, "sigma": 0.8}}])
def test_rates__nobody_is_passed_over_whom_luck_would_make_talk(monkeypatch, talkative):
    def all_said() -> dict[str, np.ndarray]:
        simulation = market({**RATES, "bond_talk": 2.0}, n=5_000, **talkative)
        arrays, luck = simulation.world.customers.arrays, np.random.default_rng(1)
        simulation.world.market.advocacy[:] = 0.0, 1.0
        arrays["last_brand"][:] = luck.integers(-1, 2, 5_000)
        arrays["satisfaction"][:], arrays["bond"][:] = luck.normal(0.5, 0.3, (2, 5_000)), luck.random((2, 5_000))
        return after_step(simulation)

    said_by_few = all_said()
    monkeypatch.setattr(talk, "MARGIN", 1e6)  # now everybody is looked at
    said_by_all = all_said()
    assert len(said_by_all["sender"]) > 2_000
    for name, column in said_by_all.items():
        np.testing.assert_array_equal(said_by_few[name], column)


def test_none__says_nothing_and_keeps_no_inbox():
    simulation = market({"kind": "none"}, n=10).run()
    assert simulation.world.messages.piles[0].n == 0
    assert simulation.results()["messages_positive"].sum() == 0
    assert "influence.inbox" not in simulation.world.arrays


def test_settings__thresholds_in_the_wrong_order_are_refused():
    with pytest.raises(ScenarioError, match="must not be above good_above"):
        market({"kind": "threshold", "good_above": 0.1, "bad_below": 0.2})
