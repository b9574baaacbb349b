"""Offers to come back: whom the brand believes lost, what they cost, and what becomes of them (eqs. E144, E145)."""

import numpy as np
import pytest
from scipy import special

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.totals import BY_LEVER, MONEY_UNIT

OFFERS = {
    "kind": "win_back", "every_weeks": 1, "after_weeks": 3, "cost_each": 0.31, "cost_accepted": 2.07, "percent": 25.0,
    "weeks": 2,
}  # fmt: skip
NOTHING = {"by_bond": 0, "by_purchases": 0, "service_leaver": 0, "discount": 0, "upgrade": 0, "bundle": 0}


def market(*levers, accept: float = 0.0, **changes) -> Scenario:
    """Everybody buys A or nothing every week, half and half, and leaves A with chance 0.2 after a repeat purchase."""
    document = {
        "focal": "A",
        "steps": 16,
        "burn_in": 0,
        "population": {"n_customers": 2000, "start_brand": "A", "dropout_chance": 0.2},
        "behavior": {
            "needs": {"kind": "regular"},
            "choice": {"kind": "logit", "outside_option": True},
            "satisfaction": {"kind": "none"},
            "lapse": {"kind": "dropout"},
            "win_back": {"kind": "logit", "accept": accept, **NOTHING},
        },
        "brands": {"A": {"price": 2.0}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary({**changes, "brands.A.levers": list(levers)})


CONTRACTS = {
    "population.cancel_chance": 0.3,
    "behavior.needs": {"kind": "contract"},
    "behavior.lapse": {"kind": "contract"},
    "brands.A.appeal": 20.0,
}


def followed(scenario: Scenario):
    """Each step: who was offered to come back, and who had left, as of the offers."""
    simulation = Simulation(scenario, log=True)
    told = []
    answer = simulation.schedule.win_back.answer

    class Listening:
        def __getattr__(self, name):
            return getattr(scenario.behavior.win_back, name)

        def answer(self, own, world, block, totals, step):
            offered = world.touches.arrays["win_back"][0] != 0
            last, left = world.history.arrays["last_step"][0], world.customers.arrays["status"] & 1
            told.append((offered, last.copy(), left.astype(bool)))
            answer(own, world, block, totals, step)

    simulation.schedule.win_back = Listening()
    simulation.run()
    return simulation, told


def test_offers__go_to_all_who_have_not_bought_for_three_weeks_gone_or_not():
    simulation, told = followed(market(OFFERS))
    some_stayed = False
    for step, (offered, last, left) in enumerate(told):
        before = np.where(last == step, -99, last)  # who bought in this step was away before, or was not
        away = step - before
        assert (offered <= ((away >= 3) | (before < 0))).all() and (offered[(before >= 0) & (away >= 3)]).all()
        some_stayed |= bool((offered & ~left).any())
    assert some_stayed  # the firm does not know who has left
    assert simulation.raw().flows["contacts"][:, 0, 0, 0].tolist() == [int(offered.sum()) for offered, *_ in told]


def test_offers__under_contracts_go_to_who_has_cancelled_and_at_once():
    simulation, told = followed(market({**OFFERS, "after_weeks": 26.0}, accept=-1e6, **CONTRACTS))
    flows = simulation.raw().flows
    gone = np.cumsum(flows["lapsed"][:, 0, 0, 0])  # nobody comes back
    assert flows["contacts"][1:, 0, 0, 0].tolist() == gone[:-1].tolist()
    assert all((offered <= left).all() for offered, _, left in told)


def test_offers__cost_each_and_each_accepted_one_to_the_ledger_unit():
    flows = Simulation(market(OFFERS)).run().raw().flows
    offers, taken = flows["contacts"], flows["won_back"]
    expected = offers * round(0.31 * MONEY_UNIT) + taken * round(2.07 * MONEY_UNIT)
    np.testing.assert_array_equal(flows["lever_cost"], expected)
    assert taken.sum() > 200


def test_offers__are_accepted_by_who_left_with_the_chance_of_the_answer():
    simulation, told = followed(market(OFFERS, accept=-0.7))
    asked = sum(int((offered & left).sum()) for offered, _, left in told)
    chance = special.expit(-0.7)
    assert abs(simulation.raw().flows["won_back"].sum() / asked - chance) < 4 * np.sqrt(chance * (1 - chance) / asked)


@pytest.mark.parametrize(("strength", "share"), [(0.25, 0.25), (3.0, 1.0)])
def test_offers__strength_is_the_share_that_is_noticed(strength, share):
    simulation, told = followed(market({**OFFERS, "strength": strength, "until_week": 4}))
    noticed, sent = told[3][0].sum(), simulation.raw().flows["contacts"][3, 0, 0, 0]  # the first who are away so long
    assert sent > 500
    assert abs(noticed - share * sent) <= 4 * np.sqrt(sent * share * (1 - share))


def test_offers__a_discount_is_paid_in_the_two_weeks_after_it_is_accepted_and_an_upgrade_has_none():
    for gives, cheap in (("discount", True), ("bundle", True), ("upgrade", False)):
        lever = {**OFFERS, "gives": gives, "until_week": 6}
        if gives == "upgrade":
            lever = {name: value for name, value in lever.items() if name not in ("percent", "weeks")}
        simulation, told = followed(market(lever, accept=60.0))
        log = simulation.transactions.frame()
        weeks, paid = np.floor(log["time"]).astype(int) // 7, log["price_paid"].to_numpy()
        accepted = {(c, step) for step, (offered, _, left) in enumerate(told) for c in np.flatnonzero(offered & left)}
        lowered = [
            (customer, week - 1) in accepted or (customer, week - 2) in accepted
            for customer, week in zip(log["customer"], weeks)
        ]
        assert sum(lowered) > 50
        np.testing.assert_allclose(paid, np.where(np.array(lowered) & cheap, 1.5, 2.0))


def test_offers__of_two_levers_the_first_counts_and_who_is_reached_twice_costs_once():
    upgrades = {"kind": "win_back", "every_weeks": 1, "after_weeks": 3, "gives": "upgrade", "cost_each": 5.0}
    both = Simulation(market(OFFERS, upgrades)).run().raw().flows
    alone = Simulation(market(OFFERS)).run().raw().flows
    for name in ("lever_cost", "contacts", "won_back", "revenue"):
        np.testing.assert_array_equal(both[name], alone[name])
    silent = Simulation(market({**OFFERS, "strength": 0.0, "cost_each": 0.0}, upgrades)).run().raw().flows
    second = Simulation(market(upgrades)).run().raw().flows
    for name in ("won_back", "lever_cost"):
        np.testing.assert_array_equal(silent[name], second[name])
    assert second["won_back"].sum() > 100


def test_offers__of_two_levers_the_first_counts_whether_or_not_it_is_noticed():
    some = {**OFFERS, "strength": 0.5}
    both, alone = (Simulation(market(*levers)).run().raw().flows for levers in ((some, some), (some,)))
    for name in ("lever_cost", "contacts", "won_back"):
        np.testing.assert_array_equal(both[name], alone[name])


def test_offers__who_never_left_fares_as_without():
    """Nobody leaves, so offers to those who have not bought for a while cost and change nothing."""
    stays = {"population.dropout_chance": 0.0}
    some, none = (Simulation(market(*levers, **stays)).run().results() for levers in ((OFFERS,), ()))
    for name in some.data_vars:
        if name not in ("lever_cost", "margin", "contacts", *BY_LEVER):
            assert some[name].equals(none[name]), name
    assert some["contacts"].sum() > 100


def test_offers__contradictions_are_refused():
    with pytest.raises(ScenarioError, match='nobody would feel a lever "win_back": set behavior.win_back'):
        market(OFFERS, **{"behavior.win_back": {"kind": "none"}})
    with pytest.raises(ScenarioError, match='an upgrade has no percent: leave it out, or set gives to "discount" or'):
        market({**OFFERS, "gives": "upgrade"})
    with pytest.raises(ScenarioError, match="weeks of 0.5 weeks is shorter than a step"):
        market({**OFFERS, "weeks": 0.5})
    with pytest.raises(ScenarioError, match="contracts tell by themselves who has left, was 3: leave it out"):
        market(OFFERS, **CONTRACTS)
