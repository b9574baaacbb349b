"""The shifted beta-geometric, and contracts that follow it (D5, D9)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.accounts.lifetime_value import beta_survival
from loyaltysim.runs import replicate
from loyaltysim.simulation import Simulation
from loyaltysim.validation import contracts, report
from loyaltysim.validation.target import TARGETS

shapes = st.floats(0.2, 5.0)


@given(shapes, shapes)
def test_survival__falls_by_the_retention_of_each_year(alpha, beta):
    """Retention in year t is (β + t - 1) / (α + β + t - 1)."""
    curve = contracts.survival(np.arange(13), alpha, beta)
    t = np.arange(1, 13)
    np.testing.assert_allclose(curve[1:] / curve[:-1], (beta + t - 1) / (alpha + beta + t - 1), rtol=1e-9)
    np.testing.assert_allclose(curve, beta_survival(alpha, beta, 12), rtol=1e-9)


@given(shapes, shapes)
def test_fit__of_an_exact_curve_finds_its_shapes(alpha, beta):
    found = contracts.fit(contracts.survival(np.arange(8), alpha, beta))
    np.testing.assert_allclose(found[:2], (alpha, beta), rtol=0.01)


@pytest.mark.slow
def test_standard_errors__are_the_spread_of_fits():
    rng = np.random.default_rng(2)
    curve = contracts.survival(np.arange(8), contracts.ALPHA, contracts.BETA)
    chances = np.append(-np.diff(curve), curve[-1])
    left = rng.multinomial(20_000, chances, 200)[:, :-1].cumsum(1) / 20_000
    fits = np.array([contracts.fit(np.append(1.0, 1 - one))[:2] for one in left])
    errors = contracts.standard_errors(contracts.ALPHA, contracts.BETA, 7, 20_000)
    np.testing.assert_allclose(fits.std(0), errors, rtol=0.2)


def test_everybody__signs_in_the_first_step_and_pays_each_year_until_leaving():
    market = contracts.contract_market(0.5, customers=1000, years=4)
    simulation = Simulation(market).run()
    paid = simulation.results()["purchases"].sel(brand="Ours", segment="all", replication=0).to_numpy()
    lives = simulation.lifetimes()
    years = np.rint(lives["weeks"] * 7 / contracts.YEAR) + ~lives["left"]  # who is there paid in the last year too
    assert paid[0] == 1000 and (np.diff(paid) < 0).all()
    assert paid.tolist() == [int((years > year).sum()) for year in range(4)]


def test_cohort__of_other_chances_misses_the_target(monkeypatch):
    """Chances of the same mean that all customers share: the first year agrees, the later ones do not."""
    market = contracts.contract_market
    mean = contracts.ALPHA / (contracts.ALPHA + contracts.BETA)
    monkeypatch.setattr(contracts, "contract_market", lambda _, **size: market(mean, **size))
    rows = {row["part"]: row["status"] for row in report(TARGETS["D5"])}
    assert rows["still there after year 1"] == "passed"
    assert {rows[f"still there after year {year}"] for year in range(2, 13)} == {"failed"}


def test_retention__rises_with_tenure_only_where_customers_differ():
    alike, different = (
        replicate(contracts.contract_market(chance, customers=50_000, years=6), replications=1)["purchases"]
        .sel(brand="Ours", segment="all", replication=0)
        .to_numpy()
        for chance in (0.4, {"distribution": "beta", "a": 0.8, "b": 1.2})
    )
    rates = [later[1:] / later[:-1] for later in (alike, different)]
    assert rates[0] == pytest.approx(0.6, abs=0.02)
    assert rates[1][0] == pytest.approx(0.6, abs=0.01) and rates[1][-1] > 0.85
