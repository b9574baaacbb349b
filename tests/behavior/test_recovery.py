"""Failures, complaints and recovery, each equation by hand (eqs. E58–E63)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from loyaltysim import Simulation
from loyaltysim.behavior.recovery import CELLS, LEAST, severities
from loyaltysim.faults import ScenarioError
from loyaltysim.market.incidents import COLUMNS
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.same_bits import fingerprint
from loyaltysim.validation.strength_zero import differences, finished

ROUNDING = 2e-6
"""About 16 float32 roundings of 2**-24 each, of numbers up to 2."""
MANY = 20_000
ALWAYS = {"complain_minor": 1.0, "complain_severe": 1.0}
NEVER = {"complain_minor": 0.0, "complain_severe": 0.0}
OUTCOME = {"weight_distributive": 1.0, "weight_speed": 0.0, "weight_interaction": 0.0}
"""The recovery of a complaint is the brand's `distributive`."""
PLAIN = {"repeat_hazard": 0.0, "shield": 0.0}


def market(n: int = 3, step_days: float = 7, replications: int = 1, complaints=None, **recovery) -> Simulation:
    """Two brands; every purchase of A fails unless `complaints` says otherwise, none of B."""
    document = {
        "focal": "A",
        "steps": 400,
        "burn_in": 0,
        "step_days": step_days,
        "population": {"n_customers": n},
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level", "start": 0.6, "memory": 0.0},
            "bond": {"kind": "drift", "fading": 0.0},
            "recovery": {"kind": "justice", **recovery},
        },
        "word_of_mouth": {"influence": {"kind": "heard"}},
        "brands": {
            "A": {"complaints": {"failure_chance": 1.0, **(complaints or {})}},
            "B": {"complaints": {"failure_chance": 0.0}},
        },
        "metrics": {"period_steps": 0, "states_every": 0},
    }
    return Simulation(Scenario.from_document(document), replications=range(replications))


def shop(simulation: Simulation, seat, brand=0, severity: float | None = None, step: int = 0, rows=None, online=None):
    """Purchases by hand, of which some fail, up to the end of the round; returns the shoppers board."""
    schedule, world = simulation.schedule, simulation.world
    if severity is not None:
        schedule.own_recovery.severity[:] = severity
    shoppers = seat(simulation, rows=rows, brand=brand, step=step)
    if online is not None:
        shoppers.ask("online")[: shoppers.n] = online
    schedule.experience.live(None, world, shoppers, step, 0)
    schedule.satisfaction.update(schedule.own_satisfaction, world, shoppers)
    pile, totals = world.messages.piles[0], world.workers[0].totals
    schedule.recovery.handle(schedule.own_recovery, world, shoppers, pile, totals, step, 0)
    world.history.note(shoppers, step, shoppers.buyers, 0)
    return shoppers


def told(shoppers, name: str) -> np.ndarray:
    """A column of the incidents board."""
    return shoppers.columns[f"incident.{name}"][: shoppers.n].astype(float)


# ------------------------------------------------------------------------------------------------- failures (E58)


@pytest.mark.parametrize(("a", "b"), [(2, 2), (0.5, 0.5), (1, 1), (8, 2), (1, 30), (1000, 1000), (0.05, 5)])
def test_severity__no_share_of_failures_is_off_by_more_than_a_cell_of_the_table(a, b):
    table = severities(a, b).astype(float)
    u = (np.arange(50 * CELLS) + 0.5) / (50 * CELLS)
    drawn = np.interp(u, np.arange(CELLS + 1) / CELLS, table)
    assert (np.diff(table) >= 0).all() and LEAST <= table[0] and table[-1] <= 1
    inside = (drawn > 2 * LEAST) & (drawn < 1 - 2**-20)  # at the ends float32 and the least severity round
    assert np.abs(special.betainc(a, b, drawn) - u)[inside].max() < 1 / CELLS
    assert drawn.mean() == pytest.approx(a / (a + b), abs=1 / CELLS)


def test_severity__is_beta(seat):
    simulation = market(MANY, severity_a=2.0, severity_b=3.0)
    assert stats.kstest(told(shop(simulation, seat), "failure"), stats.beta(2, 3).cdf).pvalue > 1e-4


def test_failure__has_the_chance_of_the_brand_and_channel_in_each_replication(seat):
    simulation = market(MANY, replications=2)
    world = simulation.world
    world.market.failure_chance[:] = [[0.1, 0.2], [0.3, 0.4]]
    world.market.online_failure_chance[:] = [[0.5, 0.6], [0.7, 0.8]]
    brand, online = np.arange(2 * MANY) % 2, np.arange(2 * MANY) // 2 % 2
    failed = told(shop(simulation, seat, brand=brand, online=online), "failure") > 0
    for r in range(2):
        for b in range(2):
            for channel in range(2):
                own = failed[r * MANY : (r + 1) * MANY][(brand[:MANY] == b) & (online[:MANY] == channel)]
                chance = 0.1 + 0.2 * r + 0.1 * b + 0.4 * channel
                assert abs(own.mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / len(own))
    failures = world.workers[0].totals.failures[:, 0]
    assert failures.tolist() == [
        [int(failed[r * MANY : (r + 1) * MANY][brand[:MANY] == b].sum()) for b in range(2)] for r in range(2)
    ]


@pytest.mark.parametrize(("choice", "fails"), [("logit", True), ("switching", False)])
def test_failure__is_online_for_those_who_want_it_where_the_choice_has_channels(choice, fails):
    table = {"kind": "switching", "matrix": [[1.0]]} if choice == "switching" else {"kind": "logit"}
    scenario = Scenario.from_document(
        {
            "focal": "A",
            "population": {"n_customers": 40, "online": 1.0},
            "behavior": {"choice": table, "recovery": "justice"},
            "brands": {"A": {"complaints": {"failure_chance": 0.0, "online_failure_chance": 1.0}}},
        }
    )
    simulation = Simulation(scenario)
    for _ in range(4):
        simulation.step()
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    assert flows["purchases"].sum() > 0
    assert flows["failures"].sum() == flows["purchases"].sum() * fails


def test_failure__those_who_buy_nothing_or_another_brand_meet_none(seat):
    simulation = market(**ALWAYS)
    simulation.world.market.failure_chance[:] = [[0, 1]]
    before = {name: array.copy() for name, array in simulation.world.customers.arrays.items()}
    shoppers = shop(simulation, seat, brand=[-1, 0, -1])
    assert all(not told(shoppers, name).any() for name in COLUMNS)
    assert all(np.array_equal(array, before[name]) for name, array in simulation.world.customers.arrays.items())
    assert not simulation.world.arrays["recovery.failures"].any()


def test_incidents__are_of_this_round_alone(seat):
    simulation = market(public_chance=1.0, **ALWAYS)
    assert all(told(shop(simulation, seat), name).all() for name in COLUMNS)
    later = shop(simulation, seat, brand=[1, 0, -1])
    assert all((told(later, name) > 0).tolist() == [False, True, False] for name in COLUMNS)


def test_failure__more_of_them_include_the_same_ones(seat):
    few, more = (market(2000, complaints={"failure_chance": chance}) for chance in (0.1, 0.3))
    some, others = (told(shop(simulation, seat), "failure") for simulation in (few, more))
    assert 0 < (some > 0).sum() < (others > 0).sum()
    np.testing.assert_array_equal(others[some > 0], some[some > 0])


# ------------------------------------------------------------------------------------------------ complaints (E59)


@pytest.mark.parametrize("severity", [0.0, 0.25, 1.0])
@pytest.mark.parametrize(("bond", "ease"), [(0.0, 0.5), (1.0, 0.5), (0.4, 1.0), (0.8, 0.0)])
def test_complaint__follows_severity_bond_and_ease(seat, severity, bond, ease):
    settings = {"complain_minor": 0.1, "complain_severe": 0.6, "by_bond": 0.5, "by_ease": 1.5}
    simulation = market(MANY, complaints={"ease": ease}, **settings)
    simulation.world.customers.arrays["bond"][0] = bond
    shoppers = shop(simulation, seat, severity=severity)
    minor, severe = math.log(0.1 / 0.9), math.log(0.6 / 0.4)
    chance = special.expit(minor + (severe - minor) * severity + 0.5 * bond + 1.5 * (ease - 0.5))
    assert abs(told(shoppers, "complaint").mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / MANY)
    assert simulation.world.workers[0].totals.complaints[0, 0].tolist() == [told(shoppers, "complaint").sum(), 0]


@pytest.mark.parametrize(("settings", "share"), [(NEVER, 0.0), (ALWAYS, 1.0)])
def test_complaint__chances_0_and_1_are_never_and_always(seat, settings, share):
    simulation = market(MANY, by_bond=2.0, **settings)
    simulation.world.customers.arrays["bond"][0] = 1.0
    assert told(shop(simulation, seat), "complaint").mean() == share


def test_complaint__of_somebody_without_a_bond_where_none_is_kept(seat):
    simulation = market(50, complain_minor=0.5, complain_severe=0.5, by_bond=100.0)
    bare = Simulation(simulation.scenario.vary({"behavior.bond": "none"}))
    assert 0 < told(shop(bare, seat), "complaint").sum() < 50


# -------------------------------------------------------------------------------------------------- recovery (E60)


def test_recovery__is_0_without_a_complaint(seat):
    simulation = market(200, complaints={"distributive": 1, "interaction": 1, "response_days": 0})
    shoppers = shop(simulation, seat)
    complaint, recovery = told(shoppers, "complaint"), told(shoppers, "recovery")
    assert 0 < complaint.sum() < 200
    assert recovery[complaint == 0].tolist() == [0] * int((complaint == 0).sum())
    assert recovery[complaint == 1] == pytest.approx(1, abs=ROUNDING) and recovery.max() <= 1


@pytest.mark.parametrize("weights", [(1, 0, 0), (0, 0, 1), (0.25, 0, 0.75), (0.2, 0.5, 0.3)])
def test_recovery__is_the_weighted_mean_of_outcome_speed_and_manner(seat, weights):
    distributive, speed, interaction = weights
    simulation = market(
        complaints={"distributive": 0.4, "interaction": 0.9, "response_days": 0},  # an answer at once: speed 1
        **ALWAYS,
        weight_distributive=distributive,
        weight_speed=speed,
        weight_interaction=interaction,
    )
    expected = distributive * 0.4 + speed * 1 + interaction * 0.9
    assert told(shop(simulation, seat), "recovery") == pytest.approx(expected, abs=ROUNDING)


def test_recovery__speed_is_what_an_exponential_time_leaves_of_patience(seat):
    speed = {"weight_distributive": 0.0, "weight_speed": 1.0, "weight_interaction": 0.0}
    simulation = market(MANY, complaints={"response_days": 6.0}, patience_days=3.0, **ALWAYS, **speed)
    recovery = told(shop(simulation, seat), "recovery")
    days = -3.0 * np.log(recovery)
    assert stats.kstest(days, stats.expon(scale=6.0).cdf).pvalue > 1e-4
    # E e^{-time/3} = 3 / (3 + 6); a variable in [0, 1] has a standard deviation of at most a half
    assert abs(recovery.mean() - 1 / 3) < 4 * 0.5 / math.sqrt(MANY)


def test_weights__must_add_up_to_1():
    with pytest.raises(ScenarioError, match="must add up to 1, not to 1.1"):
        market(weight_speed=0.4)
    market(weight_distributive=0.1, weight_speed=0.2, weight_interaction=0.7)  # not 1 in binary fractions


# ---------------------------------------------------------------------------------------------- satisfaction (E61)


@pytest.mark.parametrize(
    ("severity", "recovery", "paradox", "expected"),
    [
        (0.4, 0.0, 0.1, 0.2),  # .6 - .4
        (0.4, 0.5, 0.1, 0.4),  # .6 - .2; not well answered
        (0.4, 0.9, 0.1, 0.66),  # .6 - .04 + .1: more satisfied than before
        (0.4, 0.8, 0.1, 0.62),  # from .8 on
        (1.0, 0.2, 0.1, 0.0),  # .6 - .8, not below 0
        (0.1, 1.0, 0.9, 1.0),  # .6 + .9, not above 1
    ],
)
def test_satisfaction__loses_what_the_answer_does_not_mend(seat, severity, recovery, paradox, expected):
    simulation = market(complaints={"distributive": recovery}, paradox=paradox, **ALWAYS, **OUTCOME)
    shoppers = shop(simulation, seat, brand=[0, 1, -1], severity=severity)
    satisfaction = simulation.world.customers.arrays["satisfaction"]
    np.testing.assert_allclose(satisfaction, [[expected, 0.6, 0.6], [0.6, 0.6, 0.6]], atol=ROUNDING)
    assert shoppers.columns["bought.satisfaction"][0] == satisfaction[0, 0]  # the bond grows from what is left


def test_paradox__is_of_the_first_failure_with_the_brand(seat):
    settings = {"paradox": 0.1, "paradox_above": 0.8, **ALWAYS, **OUTCOME}
    simulation = market(complaints={"distributive": 1.0}, memory_weeks=0.5, **settings)
    satisfaction = simulation.world.customers.arrays["satisfaction"]
    expected = [0.6, 0.6]
    for step, brand, change in ((0, 0, 0.1), (0, 0, 0), (1, 1, 0.1), (390, 0, 0), (399, 1, 0)):
        simulation.world.market.failure_chance[:] = 1
        simulation.world.market.distributive[:] = 1
        shop(simulation, seat, brand=brand, severity=0.3, step=step)
        expected[brand] += change
        assert satisfaction[:, 0] == pytest.approx(expected, abs=ROUNDING)


def test_paradox__needs_a_complaint(seat):
    simulation = market(paradox=0.3, paradox_above=0.0, **NEVER)
    shop(simulation, seat, severity=0.25)
    assert simulation.world.customers.arrays["satisfaction"][0] == pytest.approx([0.35] * 3, abs=ROUNDING)


def test_satisfaction__is_left_alone_where_nobody_keeps_it(seat):
    off = {"behavior.satisfaction": "none", "behavior.bond": "none"}
    simulation = Simulation(market(**ALWAYS).scenario.vary(off))
    world, schedule = simulation.world, simulation.schedule
    assert not world.customers.has("satisfaction") and "satisfaction" not in world.kept
    shoppers = seat(simulation, brand=0)
    schedule.recovery.handle(
        schedule.own_recovery, world, shoppers, world.messages.piles[0], world.workers[0].totals, 0, 0
    )
    assert (world.customers.arrays["strain"][0] > 0).all()


# ---------------------------------------------------------------------------------------------------- strain (E62)


@pytest.mark.parametrize("recovery", [0.0, 0.6, 1.0])
def test_strain__adds_what_the_answer_does_not_offset(seat, recovery):
    simulation = market(complaints={"distributive": recovery}, offset=0.7, **ALWAYS, **OUTCOME, **PLAIN)
    strain = simulation.world.customers.arrays["strain"]
    for times in (1, 2):
        shop(simulation, seat, brand=[0, 1, -1], severity=0.5)
        assert strain[0].tolist() == pytest.approx([times * 0.5 * (1 - 0.7 * recovery), 0, 0], abs=ROUNDING)
    assert not strain[1].any()


@pytest.mark.parametrize("step_days", [1, 7, 28])
def test_strain__failures_remembered_make_the_next_one_weigh_more_and_halve_in_their_time(seat, step_days):
    settings = {"offset": 0.0, "repeat_hazard": 0.5, "shield": 0.0, "memory_weeks": 8.0, **NEVER}
    simulation = market(step_days=step_days, **settings)
    strain, half_life = simulation.world.customers.arrays["strain"], 8 * 7 // step_days  # in steps
    added = []
    # one at 0, two at a half-life, one after two more
    for step in (0, half_life, half_life, 3 * half_life):
        strain[:] = 0
        shop(simulation, seat, severity=0.4, step=step)
        added.append(float(strain[0, 0]))
    recent = [0, 0.5, 1.5, 2.5 / 4]
    assert added == pytest.approx([0.4 * (1 + 0.5 * r) for r in recent], abs=ROUNDING)


def test_strain__failures_of_another_brand_are_not_remembered(seat):
    simulation = market(offset=0.0, repeat_hazard=3.0, shield=0.0, **NEVER)
    simulation.world.market.failure_chance[:] = 1
    for brand in (0, 1):
        shop(simulation, seat, severity=0.4, brand=brand)
    assert simulation.world.customers.arrays["strain"][:, 0] == pytest.approx([0.4, 0.4], abs=ROUNDING)


def test_strain__earlier_purchases_of_the_brand_shield(seat):
    simulation = market(offset=0.0, repeat_hazard=0.0, shield=0.5, **NEVER)
    strain, failure_chance = simulation.world.customers.arrays["strain"], simulation.world.market.failure_chance
    failure_chance[:] = 0
    for brand in (0, 1, 1, 0, 0):  # three good purchases of A
        shop(simulation, seat, brand=brand)
    failure_chance[:] = 1
    shop(simulation, seat, severity=0.6)
    assert strain[0, 0] == pytest.approx(0.6 / math.sqrt(1 + 3), abs=ROUNDING)  # the purchase that fails is no shield


# -------------------------------------------------------------------------------------------- public complaints (E63)


@pytest.mark.parametrize(
    ("recovery", "audience", "units"), [(1.0, 50, 51200), (0.25, 50, -25600), (0.5, 50, 0), (0.0, 0.25, -256)]
)
def test_public__says_how_good_the_answer_was_to_how_many(seat, recovery, audience, units):
    settings = {"public_chance": 1.0, "public_audience": audience, **ALWAYS, **OUTCOME}
    simulation = market(100, replications=2, complaints={"distributive": recovery}, **settings)
    shoppers = shop(simulation, seat, rows=[3, 4, 150], brand=[0, 1, 0])
    assert told(shoppers, "public").tolist() == [1, 0, 1]
    assert simulation.world.messages.public().tolist() == [[units, 0], [units, 0]]
    assert simulation.world.workers[0].totals.complaints_public[:, 0].tolist() == [[1, 0], [1, 0]]


def test_public__reaches_at_most_everybody(seat):
    simulation = market(20, complaints={"distributive": 1.0}, public_chance=1.0, **ALWAYS, **OUTCOME)
    shop(simulation, seat, rows=[0])
    assert simulation.world.messages.public()[0, 0] == 20 * 1024


def test_public__only_complaints_are_and_by_their_chance(seat):
    simulation = market(MANY, complain_minor=0.5, complain_severe=0.5, by_bond=0.0, public_chance=0.2)
    shoppers = shop(simulation, seat)
    complaint, public = told(shoppers, "complaint"), told(shoppers, "public")
    assert not public[complaint == 0].any()
    assert abs(public[complaint == 1].mean() - 0.2) < 4 * math.sqrt(0.16 / complaint.sum())
    assert simulation.world.workers[0].totals.complaints_public[0, 0].tolist() == [public.sum(), 0]


def test_public__is_off_where_nobody_can_see():
    part = market().scenario.behavior.recovery
    assert part.is_public and not part.with_(public_chance=0.0).is_public
    assert not part.with_(public_audience=0.0).is_public


def failing(customers: int, **recovery) -> Scenario:
    """A busy market in which much fails, and others see it."""
    often = {f"brands.{name}.complaints": {"failure_chance": 0.2} for name in ("Ours", "Rival", "Third")}
    seen = {"kind": "justice", "complain_minor": 0.3, "complain_severe": 0.8, "public_chance": 0.5, **recovery}
    return busy_market(customers, steps=8).vary({**often, "behavior.recovery": seen})


def test_sums__are_the_same_in_any_blocks_and_on_any_threads():
    scenario = failing(3000)
    whole = Simulation(scenario, threads=1)
    cut = [Simulation(scenario, threads=threads, block_size=1024) for threads in (1, 2)]
    for _ in range(5):
        whole.step()
        for other in cut:
            other.step()
            np.testing.assert_array_equal(other.world.messages.public(), whole.world.messages.public())
    assert whole.world.messages.public().any()
    prints = {fingerprint(simulation.run()) for simulation in (whole, *cut)}
    assert len(prints) == 1


def test_checkpoint__goes_on_as_the_run_does(tmp_path):
    scenario = failing(400)
    straight, first = Simulation(scenario), Simulation(scenario)
    for _ in range(4):
        first.step()
    first.checkpoint(tmp_path / "half.npz")
    rest = Simulation(scenario)
    rest.restore(tmp_path / "half.npz")
    assert fingerprint(rest.run()) == fingerprint(straight.run())


# ----------------------------------------------------------------------------------------------------------- ranges

share = st.floats(0, 1, width=32)
size = st.sampled_from([0.0, 0.3, 5.0, 1000.0])


@given(
    shapes=st.tuples(st.sampled_from([0.05, 1.0, 7.0]), st.sampled_from([0.05, 1.0, 7.0])),
    chances=st.tuples(share, share, share, share),
    sizes=st.tuples(size, size, st.sampled_from([1e-3, 2.0, 1e4]), st.sampled_from([1e-3, 26.0, 1e6])),
    shares=st.tuples(share, share, share, st.floats(0, 0.99), share),
    weights=st.sampled_from([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.1, 0.2, 0.7), (0.7, 0.1, 0.2)]),
    seed=st.integers(0, 1000),
)
def test_states__stay_in_their_ranges(shapes, chances, sizes, shares, weights, seed):
    complain_minor, complain_severe, failure_chance, public_chance = chances
    by_ease, repeat_hazard, patience_days, memory_weeks = sizes
    paradox, paradox_above, distributive, offset, interaction = shares
    recovery = {
        "kind": "justice", "severity_a": shapes[0], "severity_b": shapes[1], "complain_minor": complain_minor,
        "complain_severe": complain_severe, "by_ease": min(by_ease, 100), "repeat_hazard": repeat_hazard,
        "patience_days": patience_days, "memory_weeks": memory_weeks, "paradox": paradox,
        "paradox_above": paradox_above, "offset": offset, "public_chance": public_chance,
        **dict(zip(("weight_distributive", "weight_speed", "weight_interaction"), weights)),
    }  # fmt: skip
    complaints = {"failure_chance": failure_chance, "distributive": distributive, "interaction": interaction}
    changes = {"behavior.recovery": recovery, "brands.Ours.complaints": complaints}
    simulation = Simulation(busy_market(60, steps=3).vary(changes), seed=seed)
    columns = simulation.world.workers[0].shoppers.columns
    while simulation.now < 3:
        simulation.step()
        for name in COLUMNS:
            column = columns[f"incident.{name}"]
            assert ((column >= 0) & (column <= 1)).all(), name
        arrays = simulation.world.customers.arrays
        assert ((arrays["satisfaction"] >= 0) & (arrays["satisfaction"] <= 1)).all()
        assert np.isfinite(arrays["strain"]).all() and (arrays["strain"] >= 0).all()
        assert (np.abs(arrays["heard"]) <= 3).all()


# -------------------------------------------------------------------------------------------------------------- zero


def test_strength_zero__changes_nothing_bit_for_bit():
    none = {f"brands.{name}.complaints": {"failure_chance": 0.0} for name in ("Ours", "Rival", "Third")}
    without = busy_market().vary({"behavior.recovery": "none"})
    zero = without.vary({**none, "behavior.recovery": {"kind": "justice", "public_chance": 1.0}})
    assert differences(finished(without), finished(zero)) == []
    some = zero.vary({"brands.Ours.complaints": {"failure_chance": 0.05}})
    assert "satisfaction" in "".join(differences(finished(without), finished(some)))  # the comparison can fail
