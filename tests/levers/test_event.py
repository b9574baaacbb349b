"""Events: who comes, what it costs, and what it does to bonds (eq. E142)."""

import math

import numpy as np
import pytest
from scipy import special

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.totals import MONEY_UNIT

EVENT = {
    "kind": "event", "every_weeks": 4, "from_week": 4, "until_week": 5, "come": -1.0, "by_bond": 3.0, "jump": 0.25,
    "cost_each": 0.37, "cost_a_guest": 11.13,
}  # fmt: skip
FADING = 0.05


def market(*levers, **changes) -> Scenario:
    """One brand that everybody has bought and nobody needs any more; bonds fade."""
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {
            "n_customers": 4000,
            "needs_per_week": 0.0,
            "start_brand": "A",
            "segments": {"Few": {"share": 0.3}, "Many": {"share": 0.7}},
        },
        "behavior": {
            "satisfaction": {"kind": "none"},
            "bond": {"kind": "drift", "start": 0.6, "from_satisfaction": 0.0, "fading": FADING},
        },
        "brands": {"A": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary({**changes, "brands.A.levers": list(levers)})


def guests(simulation: Simulation) -> np.ndarray:
    """Whose bond is not what it is without an event, by the end."""
    return simulation.schedule.faded(7)["bond"][0] > 0.6 * math.exp(-7 * FADING) + 1e-3


def test_event__guests_come_by_the_bond_that_they_have_then():
    simulation = Simulation(market(EVENT)).run()
    chance = special.expit(-1.0 + 3.0 * 0.6 * math.exp(-4 * FADING))
    came = guests(simulation).mean()
    assert abs(came - chance) < 4 * math.sqrt(chance * (1 - chance) / 4000)
    assert abs(came - special.expit(-1.0 + 3.0 * 0.6)) > 0.05  # not by the bond at the start


def test_event__moves_guests_bonds_by_closed_form_and_no_others():
    simulation = Simulation(market({**EVENT, "strength": 2.0})).run()
    then = 0.6 * math.exp(-4 * FADING)
    then += 2 * 0.25 * (1 - then)
    came = guests(simulation)
    bond = simulation.schedule.faded(7)["bond"][0]
    assert bond[came] == pytest.approx(then * math.exp(-3 * FADING), abs=1e-6)
    assert bond[~came] == pytest.approx(0.6 * math.exp(-7 * FADING), abs=1e-6)


def test_event__asking_for_chances_before_changes_nothing():
    growing = {"kind": "community", "from_week": 3, "growth": 0.5}
    plain, asked = (Simulation(market(EVENT, growing)).run(until=3) for _ in range(2))
    asked.choice_probabilities([0, 1])
    np.testing.assert_array_equal(*(one.run().schedule.faded(7)["bond"] for one in (plain, asked)))


SOME = {"kind": "everybody", "most": 500}


def costs(simulation):
    """What the event cost by segment, and how many were invited to it."""
    return (simulation.raw().flows[name][4, 0, :, 0] for name in ("lever_cost", "contacts"))


def test_event__costs_each_invitation_and_each_guest_to_the_ledger_unit():
    simulation = Simulation(market({**EVENT, "target": SOME})).run()
    cost, contacts = costs(simulation)
    came = guests(simulation)
    heads = np.bincount(simulation.world.customers.segment[came], minlength=2)
    assert contacts.sum() == 500 and 50 < came.sum() < 500
    np.testing.assert_array_equal(cost, contacts * round(0.37 * MONEY_UNIT) + heads * round(11.13 * MONEY_UNIT))


def test_event__of_strength_0_invites_nobody():
    cost, contacts = costs(Simulation(market({**EVENT, "strength": 0.0, "target": SOME})).run())
    assert not cost.any() and not contacts.any()


def test_event__asks_for_everybodys_bonds_once():
    simulation, asked = Simulation(market(EVENT)), []
    bonds = simulation.world.bonds
    simulation.world.bonds = lambda step: (asked.append(step), bonds(step))[1]
    simulation.run()
    assert asked == [4]


def test_event__without_bonds_is_refused():
    with pytest.raises(ScenarioError, match='nobody would feel a lever "event": set behavior.bond'):
        market(EVENT, **{"behavior.bond": {"kind": "none"}})
