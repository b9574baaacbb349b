"""Contacts: what personal ones do to whom, and whom all of a brand's levers tire (eqs. E125, E126, E140, E141)."""

import math

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError

PERSONAL = {
    "kind": "personalization", "every_weeks": 2, "until_week": 3, "relevance": 0.4, "half_life_weeks": 4.0,
    "tiring": 0.3, "recovery_weeks": 5.0, "opt_out": 0.0, "jump": 0.1, "intrusiveness": 1.5,
}  # fmt: skip
NEWS = {
    "kind": "communication", "every_weeks": 3, "until_week": 2, "relevance": 0.2, "half_life_weeks": 3.0,
    "tiring": 0.5, "recovery_weeks": 2.0, "opt_out": 0.0,
}  # fmt: skip


def market(*levers, **changes) -> Scenario:
    """One brand that everybody has bought and nobody needs any more; bonds stay but for what levers do."""
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 0,
        "population": {"n_customers": 60, "needs_per_week": 0.0, "start_brand": "A"},
        "behavior": {
            "satisfaction": {"kind": "none"},
            "bond": {"kind": "drift", "start": 0.2, "from_satisfaction": 0.0, "fading": 0.0},
        },
        "brands": {"A": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary({**changes, "brands.A.levers": list(levers)})


def utility(*levers, step: int = 6, **changes) -> float:
    """What levers add to the utility of A at a step, for all customers alike; contacts are in its weeks before."""
    logits = []
    for pulled in ((), levers):
        simulation = Simulation(market(*pulled, **(changes if pulled else {}))).run(until=step)
        p = simulation.choice_probabilities([0])[0]
        logits.append(math.log(p[0] / p[-1]))
    return logits[1] - logits[0]


@pytest.mark.parametrize("aversion", [0.0, 0.4, 2.0])
def test_personalization__pleases_or_puts_off_as_worked_out_by_hand(aversion):
    mind, tire = 2 ** (-2 / 4.0) + 1, math.exp(-2 / 5.0) + 1  # contacts in steps 0 and 2, as of step 2
    fresh = math.exp(-0.3 * tire * math.exp(-4 / 5.0))
    expected = 2 * 0.4 * mind * 2 ** (-4 / 4.0) * (fresh - 1.5 * aversion)
    found = utility({**PERSONAL, "jump": 0.0, "strength": 2.0}, **{"population.privacy_aversion": aversion})
    assert found == pytest.approx(expected, abs=1e-4)
    assert (found < 0) == (aversion > 0.6)


@pytest.mark.parametrize("aversion", [0.0, 0.4, 2.0])
def test_personalization__moves_bonds_by_closed_form(aversion):
    scenario = market({**PERSONAL, "strength": 2.0}, **{"population.privacy_aversion": aversion})
    bond = 0.2
    for fresh in (1.0, math.exp(-0.3 * math.exp(-2 / 5.0))):
        share = max(2 * 0.1 * (fresh - 1.5 * aversion), -1)
        bond += max(share, 0) * (1 - bond) + min(share, 0) * bond
    simulation = Simulation(scenario).run()
    assert simulation.schedule.faded(7)["bond"][0] == pytest.approx(bond, abs=1e-6)


def test_personalization__with_intrusiveness_that_nobody_minds_is_refused():
    with pytest.raises(ScenarioError, match="nobody minds, was 1.5: set population.privacy_aversion, or leave it out"):
        market(PERSONAL)
    market({**PERSONAL, "intrusiveness": 0.0})


def test_personalization__where_nobody_has_the_trait_harms_nobody():
    """By default intrusiveness is 1, and nobody minds: all is as with none, bit for bit."""
    changes = {"population.needs_per_week": 0.5, "behavior.choice": {"kind": "logit", "outside_option": True}}
    usual = {name: value for name, value in PERSONAL.items() if name not in ("intrusiveness", "until_week")}
    runs = [Simulation(market(lever, **changes)).run() for lever in (usual, {**usual, "intrusiveness": 0.0})]
    assert usual["jump"] and runs[0].customers().equals(runs[1].customers())


def test_contacts__tire_whichever_lever_sent_them():
    """News in week 0, personal contacts in weeks 0 and 2: each lever forgets and tires at its own pace."""
    personal = {**PERSONAL, "intrusiveness": 0.0, "jump": 0.0, "strength": 0.5}
    by_personal = (math.exp(-2 / 5.0) + 1) * math.exp(-4 / 5.0)
    by_news = math.exp(-6 / 2.0)
    of_news = 0.2 * 2 ** (-6 / 3.0) * math.exp(-0.5 * (by_news + 0.5 * by_personal))  # others count by their strength
    mind = (2 ** (-2 / 4.0) + 1) * 2 ** (-4 / 4.0)
    of_personal = 0.5 * 0.4 * mind * math.exp(-0.3 * (by_personal + by_news))
    assert utility(NEWS, personal) == pytest.approx(of_news + of_personal, abs=1e-4)


def test_contacts__of_strength_zero_tire_nobody():
    silent = {**PERSONAL, "intrusiveness": 0.0, "jump": 0.0, "strength": 0.0}
    assert utility(NEWS, silent) == utility(NEWS)


def test_contacts__of_another_brand_tire_nobody():
    def logit(*levers):
        simulation = Simulation(market(NEWS, **{"brands.B": {"levers": list(levers)}})).run(until=6)
        p = simulation.choice_probabilities([0])[0]
        return math.log(p[0] / p[-1])

    assert logit({**PERSONAL, "intrusiveness": 0.0, "jump": 0.0}) == logit()


def test_history__knows_contacts_of_all_levers_and_complaints():
    broken = {
        "behavior.recovery": {"kind": "justice"}, "brands.A.complaints.failure_chance": 0.5,
        "population.needs_per_week": 1.0, "behavior.experience": {"kind": "normal"},
        "population.privacy_aversion": 0.1, "behavior.satisfaction": {"kind": "level"},
    }  # fmt: skip
    some = {**NEWS, "until_week": None, "target": {"kind": "everybody", "share": 0.3}, "every_weeks": 1}
    simulation = Simulation(market(some, PERSONAL, **broken))
    world = simulation.world
    kept = {name: world.history.ask(name) for name in ("contacts", "complaints")}
    data = simulation.run().results().sel(segment="all").isel(replication=0, brand=0)
    assert kept["contacts"][0].sum() == data["contacts"].sum() == 2 * 60 + 8 * 18
    assert kept["contacts"][0].min() >= 2
    assert kept["complaints"][0].sum() == data["complaints"].sum() > 9


def test_contact_lift__communication_brings_needs_forward_in_its_weeks_and_no_others():
    """Occasions are Poisson with mean 0.5, times e**0.4 in weeks with a contact."""
    changes = {"population.n_customers": 20_000, "population.needs_per_week": 0.5, "behavior.bond": {"kind": "none"}}
    news = {**NEWS, "until_week": None, "every_weeks": 2, "relevance": 0.0}
    with pytest.raises(ScenarioError, match='nobody would feel a lever "communication": set behavior.needs.contact_li'):
        market(news, **changes)
    lifted = changes | {"behavior.needs.contact_lift": 0.4}
    plain, data = (ls.simulate(market(*levers, **lifted)).isel(replication=0) for levers in ((), (news,)))
    occasions = data["occasions"].values
    np.testing.assert_array_equal(occasions[1::2], plain["occasions"].values[1::2])
    expected = 20_000 * 0.5 * math.exp(0.4)
    assert abs(occasions[::2].mean() - expected) < 4 * math.sqrt(expected / 4)


def test_contact_lift__is_multiplied_by_strength():
    changes = {"population.n_customers": 20_000, "population.needs_per_week": 0.5, "behavior.needs.contact_lift": 0.4}
    news = {**NEWS, "until_week": None, "every_weeks": 1, "relevance": 0.0, "strength": 0.5}
    occasions = ls.simulate(market(news, **changes))["occasions"].values
    expected = 20_000 * 0.5 * math.exp(0.4 * 0.5)
    assert abs(occasions.mean() - expected) < 4 * math.sqrt(expected / 8)


def test_contacts__that_move_no_bonds_keep_nothing_for_it():
    for jump, kept in ((0.0, False), (0.1, True)):
        simulation = Simulation(market({**NEWS, "jump": jump}))
        assert ("bond.since" in simulation.world.arrays) == kept
