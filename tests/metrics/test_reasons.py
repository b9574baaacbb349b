"""Reasons: every defection is divided among what changed since the last purchase, and chance (eq. E68)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.market.leavers import Leavers
from loyaltysim.metrics.reasons import divide, note_lapses
from loyaltysim.scenario import Scenario
from loyaltysim.totals import REASONS, SHARE_UNIT, Totals
from loyaltysim.validation.busy_market import busy_market

PLACE = {name: place for place, name in enumerate(REASONS)}


def divided(chance: float, **changes) -> tuple[str, dict[str, float]]:
    """The main reason and the shares of one defection."""
    change = np.zeros(len(REASONS) - 1, np.float32)
    for name, value in changes.items():
        change[PLACE[name]] = value
    main, shares = np.zeros(len(REASONS), np.int64), np.zeros(len(REASONS), np.int64)
    divide(change, np.float32(chance), SHARE_UNIT, main, shares)
    assert main.sum() == 1 and shares.sum() == SHARE_UNIT
    return REASONS[main.argmax()], {name: shares[place] / SHARE_UNIT for name, place in PLACE.items()}


def test_divide__what_chance_leaves_goes_to_the_reasons_by_their_changes():
    main, shares = divided(0.4, price=0.6, satisfaction=0.3, bond=-2.0)
    assert main == "chance" or shares["price"] >= shares["chance"]
    assert shares["price"] == pytest.approx(0.4, abs=1e-5) and shares["satisfaction"] == pytest.approx(0.2, abs=1e-5)
    assert shares["bond"] == 0 and shares["chance"] == pytest.approx(0.4, abs=1e-5)
    assert divided(0.3, price=0.6, satisfaction=0.3)[0] == "price"


def test_divide__where_nothing_spoke_for_leaving_it_was_chance():
    for chance, changes in ((0.2, {}), (0.2, {"price": -1.0}), (1.7, {"price": 1.0})):
        assert divided(chance, **changes) == ("chance", {**dict.fromkeys(REASONS, 0), "chance": 1})


@given(st.floats(0, 3), st.lists(st.floats(-5, 5, width=32), min_size=11, max_size=11))
def test_divide__shares_are_whole_parts_that_add_up(chance, changes):
    main, shares = np.zeros(len(REASONS), np.int64), np.zeros(len(REASONS), np.int64)
    divide(np.array(changes, np.float32), np.float32(chance), SHARE_UNIT, main, shares)
    assert main.sum() == 1 and shares.sum() == SHARE_UNIT and shares.min() >= 0
    assert main[shares.argmax()] == 1 or shares[main.argmax()] == shares.max()


def test_switch__after_a_deal_is_put_down_to_the_price_by_the_logits_own_chances():
    # utilities 0 and 0 in the first step, 0 and 1 in the second: P0 = .5, P1 = e/(1 + e)
    deal = {"kind": "promotion_calendar", "depth": 0.5, "weeks": 1, "every_weeks": 100, "first_week": 1}
    document = {
        "focal": "A",
        "steps": 2,
        "burn_in": 0,
        "population": {"n_customers": 2000, "price_sensitivity": 1.0},
        "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {"A": {"price": 2.0}, "B": {"price": 2.0, "pricing": [deal]}},
        "metrics": {"period_steps": 0, "reasons": True},
    }
    data = simulate(Scenario.from_document(document)).isel(replication=0, step=1)
    switches = data["switches"].values
    lost, won = switches[0, 1], switches[1, 0]
    shares = data["defection_shares"]
    was = 0.5 * (1 + np.exp(1)) / np.exp(1)
    assert lost > 300 and won > 100
    assert shares.sel(brand="A", reason="chance").item() == pytest.approx(lost * was, rel=1e-5)
    assert shares.sel(brand="A", reason="price").item() == pytest.approx(lost * (1 - was), rel=1e-4)
    assert shares.sel(brand="B", reason="chance").item() == won  # back to A, which did nothing: chance
    assert data["defections"].sel(brand="A").sum().item() == lost


def test_lapse__is_put_down_to_what_moved_its_chance():
    leavers, totals = Leavers(4), Totals(1, 1, 2, 0, 0, reasons=True)
    leavers.n = 2
    leavers.rows[:2], leavers.brand[:2] = [0, 1], [1, 1]
    leavers.base[:2], leavers.chance[:2] = [0.1, 0.2], [0.4, 0.2]
    leavers.terms[:, :2] = [[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]
    note_lapses(leavers, 10, totals)
    shares = dict(zip(REASONS, totals.defection_shares[0, 1] / SHARE_UNIT))
    assert shares["satisfaction"] == pytest.approx(0.25, abs=1e-5) and shares["service"] == pytest.approx(0.5, abs=1e-5)
    assert shares["chance"] == pytest.approx(1.25, abs=1e-5)
    assert totals.defections[0, 1, PLACE["service"]] == 1 and totals.defections[0, 1, PLACE["chance"]] == 1


def test_reasons__count_every_switch_once_and_change_no_choice():
    market = busy_market(400, 30)
    plain, told = (Simulation(m).run().results() for m in (market, market.vary({"metrics.reasons": True})))
    for name in plain.data_vars:
        if not name.startswith("defection"):
            assert plain[name].equals(told[name]), name
    moves = told["switches"].values
    left = moves.sum(-1) - np.diagonal(moves, axis1=-2, axis2=-1)
    np.testing.assert_array_equal(told["defections"].sum("reason"), left)
    np.testing.assert_allclose(told["defection_shares"].sum("reason"), left, rtol=1e-12)
    assert plain["defections"].isnull().all()
    assert (told["defections"].sum(["step", "brand", "replication"]) > 0).sum() >= 3


def bare(**changes) -> Scenario:
    """Two brands on deal in turn, needs that rise and fall, nobody who lapses or searches."""
    deals = [
        {"kind": "promotion_calendar", "depth": 0.3, "weeks": 1, "every_weeks": 3, "first_week": w} for w in (0, 1)
    ]
    document = {
        "focal": "A",
        "steps": 12,
        "burn_in": 0,
        "population": {"n_customers": 3000, "needs_per_week": 1.0, "price_sensitivity": 1.0},
        "behavior": {"needs": {"kind": "poisson", "season": [0.2, 2.0] * 26}},
        "brands": {"A": {"price": 2.0, "pricing": [deals[0]]}, "B": {"price": 2.0, "pricing": [deals[1]]}},
        "metrics": {"period_steps": 0, "reasons": True},
    }
    return Scenario.from_document(document).vary(changes)


@pytest.mark.parametrize("outside", [True, False])
def test_reasons__are_the_same_on_threads_in_blocks_and_beside_a_lapse_of_chance_0(outside):
    market = bare(**{"behavior.choice": {"kind": "logit", "outside_option": outside}})
    alone = Simulation(market, threads=1).run().results()["defection_shares"]
    assert (alone >= 0).all() and alone.sel(reason="price").sum() > 100
    for settings in ({"threads": 1}, {"threads": 2}):
        assert Simulation(market, block_size=1024, **settings).run().results()["defection_shares"].equals(alone)
    lapse = {"behavior.lapse": {"kind": "dropout", "return_rate": 0.5}, "population.dropout_chance": 0.0}
    assert simulate(market.vary(lapse))["defection_shares"].equals(alone)


def test_reasons__where_nothing_is_remembered_are_chance():
    never = {"brands.A.pricing": [], "brands.B.pricing": [], "behavior.needs": {"kind": "poisson"}}
    data = simulate(bare(**never, **{"population.start_brand": "A", "metrics.reasons": True}))
    left = data["defections"].sum(["replication", "step", "brand"])
    assert left.sel(reason="chance") > 1000 and left.sum() == left.sel(reason="chance")


def test_branch__may_begin_or_end_to_tell_reasons():
    silent = bare(**{"metrics.reasons": False})
    half = Simulation(silent).run(until=6)
    told = half.branch(bare()).run().results()
    assert told["purchases"].equals(Simulation(silent).run().results()["purchases"])
    later = told["defection_shares"].isel(step=slice(6, None))
    assert later.sel(reason="price").sum() > 0 and told["defections"].isel(step=slice(0, 6)).sum() == 0
    assert Simulation(bare()).run(until=6).branch(silent).run().results()["defections"].isnull().all()


def test_lapse__counts_what_changed_since_the_last_decision():
    # two decisions at the same satisfaction and bond far below the reference: nothing changed, so it is chance
    document = {
        "focal": "A",
        "steps": 30,
        "burn_in": 0,
        "population": {"n_customers": 2000, "needs_per_week": 1.0, "dropout_chance": 0.05},
        "behavior": {
            "bond": {"kind": "drift", "fading": 0.0, "from_satisfaction": 0.0},
            "lapse": {"kind": "dropout", "by_bond": 2.0, "bond_reference": 0.5},
        },
        "brands": {"A": {}, "B": {}},
        "metrics": {"period_steps": 0, "reasons": True},
    }
    data = simulate(Scenario.from_document(document))
    left = data["defections"].sum(["replication", "step", "brand"])
    assert data["lapsed"].sum() > 500 and left.sel(reason="bond") == 0
