"""Promotions: which weeks, how low, and what customers see of them (eq. E22)."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.market.calendar import Calendar
from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.scenario import Scenario


def running(calendar: Calendar, **settings) -> list[int]:
    """Steps at which a promotion runs, counted from the first measured one."""
    return (np.flatnonzero(PromotionCalendar(**settings).active(calendar)) - calendar.burn_in).tolist()


WEEKLY = Calendar(step_days=7, burn_in=0, steps=26)


@pytest.mark.parametrize(
    ("settings", "weeks"),
    [
        ({"weeks": 1, "every_weeks": 8}, [0, 8, 16, 24]),
        ({"weeks": 2, "every_weeks": 8, "first_week": 3}, [3, 4, 11, 12, 19, 20]),
        ({"weeks": 1, "every_weeks": 10, "first_week": 23}, [3, 13, 23]),  # the rhythm holds before it too
        ({"weeks": 2, "every_weeks": 5, "first_week": -1}, [0, 4, 5, 9, 10, 14, 15, 19, 20, 24, 25]),
        ({"weeks": 3, "every_weeks": 3}, list(range(26))),
        ({"weeks": 1, "every_weeks": 6, "from_week": 7}, [12, 18, 24]),
        ({"weeks": 1, "every_weeks": 6, "until_week": 12}, [0, 6]),
        ({"weeks": 4, "every_weeks": 8, "from_week": 2, "until_week": 11}, [2, 3, 8, 9, 10]),
    ],
)
def test_promotion__runs_in_its_weeks(settings, weeks):
    assert running(WEEKLY, **settings) == weeks


def test_promotion__of_a_week_lasts_seven_daily_steps():
    daily = Calendar(step_days=1, burn_in=0, steps=63)
    assert running(daily, weeks=1, every_weeks=4, first_week=1) == [*range(7, 14), *range(35, 42)]
    assert running(daily, weeks=2 / 7, every_weeks=2) == [0, 1, 14, 15, 28, 29, 42, 43, 56, 57]


def test_promotion__burn_in_shifts_nothing_and_has_the_same_rhythm():
    for burn_in in (1, 5, 8, 13):
        weeks = running(Calendar(7, burn_in, 20), weeks=1, every_weeks=8, first_week=2)
        assert weeks == [week for week in (-14, -6, 2, 10, 18) if week >= -burn_in]


hundredths = st.integers(1, 2000).map(lambda n: Fraction(n, 100))


@given(
    weeks=hundredths,
    every=hundredths,
    first=st.integers(-2000, 4000).map(lambda n: Fraction(n, 100)),
    step_days=st.sampled_from([1, 7, 14, 28]),
    burn_in=st.integers(0, 60),
)
def test_promotion__agrees_with_exact_fractions(weeks, every, first, step_days, burn_in):
    assume(weeks <= every)
    calendar = Calendar(step_days, burn_in, 60)
    # weeks of steps and of settings differ by multiples of 1/700 of a week: what is forgiven, .0005, is less
    expected = [step for step in range(-burn_in, 60) if (Fraction(step * step_days, 7) - first) % every < weeks]
    assert running(calendar, weeks=float(weeks), every_weeks=float(every), first_week=float(first)) == expected


def test_promotion__a_step_longer_than_a_promotion_shows_what_runs_when_it_begins():
    monthly = Calendar(step_days=28, burn_in=0, steps=6)
    assert running(monthly, weeks=1, every_weeks=8) == [0, 2, 4]
    assert running(monthly, weeks=1, every_weeks=8, first_week=1) == []


def market(*pricing, **changes) -> Scenario:
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 3,
        "population": {"n_customers": 20},
        "brands": {"A": {"price": 2.0, "pricing": list(pricing)}, "B": {"price": 1.5}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def promotion(depth: float, **settings) -> dict:
    return {"kind": "promotion_calendar", "depth": depth, **settings}


def test_prices__are_the_list_price_less_the_depth_in_weeks_of_promotion():
    data = simulate(market(promotion(0.25, weeks=2, every_weeks=4)))
    assert data["price"].sel(brand="A").values.tolist() == [[1.5, 1.5, 2, 2, 1.5, 1.5]]
    assert data["list_price"].sel(brand="A").values.tolist() == [[2.0] * 6]
    assert data["on_promotion"].sel(brand="A").values.tolist() == [[1, 1, 0, 0, 1, 1]]
    assert data["price"].sel(brand="B").values.tolist() == [[1.5] * 6]
    assert not data["on_promotion"].sel(brand="B").any()


@pytest.mark.parametrize("order", [1, -1])
def test_prices__the_lowest_counts_where_promotions_overlap(order):
    deep, shallow = promotion(0.5, weeks=1, every_weeks=3), promotion(0.25, weeks=2, every_weeks=2)
    data = simulate(market(*[deep, shallow, {"kind": "constant"}][::order]))
    assert data["price"].sel(brand="A").values.tolist() == [[1.0, 1.5, 1.5, 1.0, 1.5, 1.5]]


def test_prices__a_discount_of_everything_is_free_and_paid_with_nothing():
    data = simulate(market(promotion(1.0, weeks=1, every_weeks=1))).sel(brand="A")
    assert (data["price"] == 0).all() and data["units"].sum() > 0 and (data["revenue"] == 0).all()


def test_feature_and_display__are_shown_while_the_promotion_lasts_even_without_a_discount(seat):
    scenario = market(
        promotion(0.0, weeks=1, every_weeks=3, feature=True), promotion(0.1, weeks=1, every_weeks=2, display=True)
    )
    simulation = Simulation(scenario)
    shown = {"feature": [1, 0, 0, 1, 0, 0], "display": [1, 0, 1, 0, 1, 0]}
    for week in range(6):
        columns = seat(simulation, step=week + 3).columns
        for name, weeks in shown.items():
            assert (columns[name][0, :20] == weeks[week]).all() and not columns[name][1, :20].any()
    data = simulate(scenario).sel(brand="A")
    assert data["on_promotion"].values.tolist() == [[1, 0, 1, 0, 1, 0]]  # a leaflet without a discount is no promotion


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weeks": 3, "every_weeks": 2}, "does not fit"),
        ({"from_week": 5, "until_week": 5}, "must be before"),
        ({"depth": 1.1}, "at most 1"),
        ({"depth": -0.1}, "at least 0"),
        ({"weeks": 0}, "above 0"),
    ],
)
def test_settings__that_contradict_themselves_are_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        market({"kind": "promotion_calendar", **settings})
