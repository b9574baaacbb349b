"""Levers that change what a brand is to everybody: convenience, ethics, community, advertising that binds."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.levers.community import Community
from loyaltysim.scenario import Scenario, ScenarioError

ROUNDING = 1e-6
"""Some float32 roundings of 2**-24 of numbers up to 1."""
FADING = 0.02


def market(levers=(), **changes) -> Scenario:
    """Two brands, of which all have bought A and nobody needs any, so that bonds drift and nothing else happens."""
    document = {
        "focal": "A",
        "steps": 40,
        "burn_in": 0,
        "population": {"n_customers": 20, "needs_per_week": 0.0, "start_brand": "A"},
        "behavior": {"bond": {"kind": "drift", "start": 0.2, "from_satisfaction": 0.0, "fading": FADING}},
        "brands": {"A": {"levers": list(levers)}, "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def facts(simulation: Simulation, name: str) -> list[float]:
    """A fact of A and B in the step that was made last."""
    return getattr(simulation.world.market, name)[0].tolist()


def course(scenario: Scenario, name: str, steps: int) -> list[float]:
    """A fact of A in each of so many steps."""
    simulation, seen = Simulation(scenario), []
    for _ in range(steps):
        simulation.step()
        seen.append(facts(simulation, name)[0])
    return seen


def bonds(simulation: Simulation, brand: int = 0) -> np.ndarray:
    return simulation.schedule.faded(simulation.now - 1)["bond"][brand]


def drifted(bond: float, weeks: float, growth: float) -> float:
    """Eq. E21 by hand."""
    target = growth / (growth + FADING)
    return target + (bond - target) * math.exp(-(growth + FADING) * weeks)


# ------------------------------------------------------------------------------------- convenience, ethics, community

EASY = {"kind": "convenience", "nearer": 0.25, "easier": 0.5, "open_to_complaints": 0.1, "alike": 0.2}
FELT = {
    "population.values_weight": 2.0,
    "behavior.experience": "index",
    "behavior.recovery": "justice",
    "brands.A": {"effort": 0.8, "ease": 0.4, "consistency": 0.5, "ethics": 0.2, "complaints": {"ease": 0.6}},
}
"""Something that feels every fact, and facts to start from."""


def with_facts(lever) -> Scenario:
    return market(**{**FELT, "brands.A": {**FELT["brands.A"], "levers": [lever]}})


@pytest.mark.parametrize(
    ("strength", "effort", "ease", "complaint_ease", "consistency"),
    [
        (1.0, 0.8 * 0.75, 0.4 + 0.5 * 0.6, 0.6 + 0.1 * 0.4, 0.5 + 0.2 * 0.5),
        (2.0, 0.8 * 0.5, 1.0, 0.6 + 0.2 * 0.4, 0.5 + 0.4 * 0.5),
        (10.0, 0.0, 1.0, 1.0, 1.0),
    ],
)
def test_convenience__closes_shares_of_what_lacks_and_no_more_than_all(
    strength, effort, ease, complaint_ease, consistency
):
    simulation = Simulation(with_facts({**EASY, "strength": strength})).run(until=1)
    expected = {"effort": effort, "ease": ease, "complaint_ease": complaint_ease, "consistency": consistency}
    for name, value in expected.items():
        assert facts(simulation, name)[0] == pytest.approx(value, abs=ROUNDING), name
        assert facts(simulation, name)[1] == facts(Simulation(with_facts(EASY)), name)[1], name


def test_convenience__raises_the_utility_by_the_effort_saved():
    odds = []
    for strength in (0.0, 1.0):
        simulation = Simulation(with_facts({**EASY, "strength": strength})).run(until=1)
        a, _, nothing = simulation.choice_probabilities([0])[0]
        odds.append(math.log(a / nothing))
    assert odds[1] - odds[0] == pytest.approx(0.8 * 0.25, abs=1e-5)


def test_ethics__raises_the_utility_of_those_who_weigh_values():
    odds = []
    for levers in ([], [{"kind": "ethics", "better": 0.3, "strength": 1.5}]):
        scenario = with_facts(levers[0]) if levers else market(**FELT)
        simulation = Simulation(scenario).run(until=1)
        a, _, nothing = simulation.choice_probabilities([0])[0]
        odds.append(math.log(a / nothing))
    assert facts(simulation, "ethics")[0] == pytest.approx(0.2 + 0.45 * 0.8, abs=ROUNDING)
    assert odds[1] - odds[0] == pytest.approx(2.0 * 0.45 * 0.8, abs=1e-5)


def test_community__grows_bonds_while_it_lasts_and_not_with_those_who_never_bought():
    lever = {"kind": "community", "growth": 0.01, "strength": 3.0, "from_week": 5, "until_week": 15}
    simulation = Simulation(market([lever], **{"brands.B.levers": [lever]})).run(until=25)
    grown = drifted(drifted(0.2, 5, 0.0), 10, 0.03)
    assert bonds(simulation) == pytest.approx(drifted(grown, 9, 0.0), abs=ROUNDING)
    assert bonds(simulation, 1) == pytest.approx(drifted(0.2, 24, 0.0), abs=ROUNDING)


# ------------------------------------------------------------------------------------------------- brand advertising

ADS = {"kind": "brand_advertising", "growth": 0.03, "half_life_weeks": 2.0, "from_week": 2, "until_week": 4}


@pytest.mark.parametrize("days", [7, 14])
def test_brand_advertising__builds_up_and_halves_in_each_half_life(days):
    """Two weeks of it are one half-life: half of all it can come to, whatever the steps."""
    growth = course(market([ADS], step_days=days), "bond_growth", 28 // days * 2)
    weeks = days // 7
    assert growth[: 2 // weeks] == [0.0] * (2 // weeks)
    ends = growth[weeks_before(4, weeks)], growth[weeks_before(6, weeks)], growth[weeks_before(8, weeks)]
    assert ends == pytest.approx((0.015, 0.0075, 0.00375), abs=ROUNDING)
    if days == 7:
        assert growth[2] == pytest.approx(0.03 * (1 - math.sqrt(0.5)), abs=ROUNDING)


def weeks_before(week: int, weeks: int) -> int:
    """The step that ends with a week."""
    return week // weeks - 1


def test_brand_advertising__grows_bonds_by_what_is_in_mind_each_week():
    simulation = Simulation(market([ADS])).run(until=12)
    bond, adstock, left = 0.2, 0.0, math.sqrt(0.5)
    for week in range(11):  # the bond of the last step has not yet felt it
        adstock = adstock * left + (1 - left) * (2 <= week < 4)
        bond = drifted(bond, 1, 0.03 * adstock)
    assert bonds(simulation) == pytest.approx(bond, abs=1e-5)


def test_brand_advertising__is_forgotten_for_good():
    growth = course(market([{**ADS, "half_life_weeks": 1.0}]), "bond_growth", 30)
    assert growth[20] > 0 and growth[24:] == [0.0] * 6  # .75 · 2**-20 is below a millionth


def test_brand_advertising__goes_on_in_a_branch_that_stops_it_and_begins_in_one_that_adds_it():
    ever = {**ADS, "until_week": None}
    straight, stopped = Simulation(market([ever])).run(until=4), Simulation(market([ADS])).run(until=12)
    branch = straight.branch(market([ADS])).run(until=12)
    assert facts(branch, "bond_growth") == facts(stopped, "bond_growth")
    np.testing.assert_array_equal(bonds(branch), bonds(stopped))
    added = Simulation(market()).run(until=4).branch(market([ever])).run(until=5)
    assert facts(added, "bond_growth")[0] == pytest.approx(0.03 * (1 - math.sqrt(0.5)), abs=ROUNDING)


def test_bonds__of_a_replication_do_not_depend_on_what_levers_change_in_another(monkeypatch):
    """A kind whose facts differ between replications: from step 5 on bonds of the second grow."""

    def show(self, own, world, step):
        second = np.array(list(world.customers.replications)) == 1
        self._fact(own, world, "bond_growth")[second] += np.float32(0.1 * (step >= 5))

    monkeypatch.setattr(Community, "show", show)
    scenario = market([{"kind": "community"}])
    stacked, alone = (Simulation(scenario, replications=range(n)).run() for n in (2, 1))
    for name in ("bond.since", "bond"):
        one, two = (
            (world.arrays if name in world.arrays else world.customers.arrays)[name]
            for world in (alone.world, stacked.world)
        )
        np.testing.assert_array_equal(one, two[..., : one.shape[-1]])
    assert stacked.world.arrays["bond.since"].tolist() == [0] * 20 + [5] * 20


def test_choice_probabilities__credit_a_lever_that_begins_for_no_time_before():
    """Bonds have drifted for 10 weeks without it; strength 0 is as without."""
    probabilities = []
    for strength in (1.0, 0.0):
        lever = {"kind": "community", "from_week": 10, "growth": 0.5, "strength": strength}
        simulation = Simulation(market([lever])).run(until=10)
        probabilities.append(simulation.choice_probabilities(range(5)))
    np.testing.assert_array_equal(*probabilities)


def test_choice_probabilities__ask_what_advertising_comes_to_in_the_step_that_comes_next():
    simulation = Simulation(market([ADS])).run(until=3)
    simulation.choice_probabilities([0])
    simulation.choice_probabilities([0])
    asked = facts(simulation, "bond_growth")
    simulation.step()
    assert asked == facts(simulation, "bond_growth") and asked[0] == pytest.approx(0.015, abs=ROUNDING)


# ------------------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("lever", "off", "said"),
    [
        ({"kind": "ethics"}, {}, 'nobody would feel a lever "ethics": set population.values_weight'),
        (
            {"kind": "community"},
            {"behavior.bond": "none"},
            'nobody would feel a lever "community": set behavior.bond to kind "drift"',
        ),
        ({"kind": "brand_advertising"}, {"behavior.bond": "none"}, "set behavior.bond to kind"),
        (
            {"kind": "convenience"},
            {"behavior.choice": {"kind": "switching", "matrix": [[0.5, 0.5], [0.5, 0.5]]}},
            'set behavior.choice to kind "logit" or behavior.experience to kind "index" or behavior.recovery',
        ),
        ({"kind": "community", "growth": -0.1}, {}, "growth: must be at least 0, was -0.1"),
        ({"kind": "brand_advertising", "half_life_weeks": 0}, {}, "half_life_weeks: must be above 0, was 0"),
        ({"kind": "ethics", "better": 1.1}, {"population.values_weight": 1.0}, "better: must be at most 1, was 1.1"),
    ],
)
def test_lever__that_is_not_felt_or_out_of_range_is_refused(lever, off, said):
    with pytest.raises(ScenarioError, match=said):
        market([lever], **off)
