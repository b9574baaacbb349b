"""The resistance curve: defection in the weeks of rivals' promotions by depth, against the same weeks at depth 0."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.faults import ScenarioError
from loyaltysim.plots.interval import interval
from loyaltysim.scenario import Scenario


def market(rival=None, **changes) -> Scenario:
    rival = [{"kind": "promotion_calendar", "depth": 0.2, "every_weeks": 3}] if rival is None else rival
    document = {
        "focal": "A",
        "steps": 20,
        "burn_in": 4,
        "population": {"n_customers": 300, "needs_per_week": 1.0, "price_sensitivity": 2.0, "inertia": 1.0},
        "brands": {
            "A": {"appeal": 1.0, "pricing": [{"kind": "promotion_calendar", "depth": 0.1, "every_weeks": 5}]},
            "Rival No. 1": {"pricing": rival},
            "B": {},
        },
    }
    return Scenario.from_document(document).vary(changes)


def by_hand(scenario, seed=1):
    """Share of purchases elsewhere in weeks 0, 3, 6 … by those who bought A the time before, one a replication."""
    moves = ls.replicate(scenario, replications=5, seed=seed)["switches"].sel(brand="A").isel(step=slice(0, None, 3))
    gone = moves.sel(brand_to=["Rival No. 1", "B"]).sum(("step", "brand_to"))
    return (gone / moves.sum(("step", "brand_to"))).values


def test_resistance_curve__is_defection_in_the_weeks_of_promotions():
    curve = ls.resistance_curve(market(), [0.4, 0.1], replications=5, seed=3)
    assert curve["depth"].tolist() == [0, 0.1, 0.4] and (curve["n"] == 5).all()
    rates = [by_hand(market(**{'brands."Rival No. 1".pricing.0.depth': depth}), seed=3) for depth in (0.0, 0.1, 0.4)]
    for row, rate in zip(curve.itertuples(), rates):
        assert row.defection == pytest.approx(rate.mean(), rel=1e-12)
        assert row.defection_low == pytest.approx(interval(rate).low, rel=1e-9)
        paired = interval(rate - rates[0])
        assert row.effect == pytest.approx(paired.mean, abs=1e-12)
        assert row.ci_high == pytest.approx(paired.high, abs=1e-12)
    # deeper discounts take more, surely, and common luck makes it surer
    assert (curve["effect"].diff().iloc[1:] > 0).all() and curve["ci_low"].iloc[2] > 0
    assert curve["variance_ratio"].iloc[2] > 1


def test_resistance_curve__is_flat_where_nobody_minds_prices():
    curve = ls.resistance_curve(market(**{"population.price_sensitivity": 0.0}), [0.5], replications=3)
    assert curve["effect"].tolist() == [0, 0]
    assert curve["defection"].iloc[0] > 0


def test_resistance_curve__sets_every_promotion_of_rivals_and_none_of_ours():
    twice = [{"kind": "promotion_calendar", "depth": d, "every_weeks": 3} for d in (0.1, 0.3)]
    once = ls.resistance_curve(market(), [0.2], replications=2)
    assert ls.resistance_curve(market(twice), [0.2], replications=2).equals(once)
    ours = market(**{"brands.A.pricing.0.depth": 0.5})
    assert not ls.resistance_curve(ours, [0.2], replications=2).equals(once)


def test_resistance_curve__has_no_interval_with_one_replication():
    curve = ls.resistance_curve(market(), [0.2], replications=1)
    assert curve[["ci_low", "ci_high", "defection_low"]].isna().all(axis=None)
    assert np.isfinite(curve["effect"]).all()


def test_resistance_curve__says_what_is_wrong():
    with pytest.raises(ValueError, match="no rival has promotions"):
        ls.resistance_curve(market([]), [0.2], replications=1)
    with pytest.raises(ValueError, match="above 0"):
        ls.resistance_curve(market(), [0], replications=1)
    late = [{"kind": "promotion_calendar", "from_week": 100}]
    with pytest.raises(ValueError, match="falls in the measured steps"):
        ls.resistance_curve(market(late), [0.2], replications=1)
    with pytest.raises(ScenarioError, match="depth"):
        ls.resistance_curve(market(), [1.2], replications=1)
