"""Lives and their curves (R5)."""

import importlib.util

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from loyaltysim.measures.survival import survival
from loyaltysim.validation import report, survival_curves
from loyaltysim.validation.target import TARGETS


def test_model_curve__is_the_mean_of_exponential_lives():
    for weeks in (1.0, 13.0, 52.0):
        late = weeks + 0.5 / 7
        mean, _ = quad(
            lambda p, late=late: (
                np.exp(-survival_curves.NEEDS * late * p) * beta.pdf(p, survival_curves.A, survival_curves.B)
            ),
            0,
            1,
        )
        assert float(survival_curves.dropout_curve(np.array(weeks))) == pytest.approx(mean, rel=1e-6)


@pytest.mark.parametrize(
    ("lives", "curve"),
    [
        (survival_curves.contract_lives, survival_curves.contract_curve),
        (survival_curves.dropout_lives, survival_curves.dropout_curve),
    ],
    ids=["contracts", "buyers"],
)
def test_lives__that_go_on_count_for_no_longer_than_they_were_seen(lives, curve):
    """Most are censored, at any age; were one step more counted, each age would seem safer than it is."""
    found = survival(lives(60_000), by=())
    enough = found["at_risk"] > 500
    gap = (found["survival"] - curve(found["weeks"].to_numpy()))[enough]
    spread = (
        found["left"] / (found["at_risk"] * (found["at_risk"] - found["left"]).clip(1))
    ).cumsum()  # Greenwood 1926
    se = (found["survival"] * np.sqrt(spread))[enough]
    assert (gap.abs() < 4 * se + 0.001).all()  # .001: half a day more or less of those who leave early


def test_lives__of_the_last_step_are_censored_at_length_0():
    lives = survival_curves.contract_lives(2000)
    last = lives["joined"] == lives["joined"].max()
    assert last.any() and (lives.loc[last, "weeks"] == 0).all() and not lives.loc[last, "left"].any()


@pytest.mark.skipif(importlib.util.find_spec("lifelines") is None, reason='needs pip install "loyaltysim[validation]"')
def test_target__sees_a_curve_that_is_not_the_models(monkeypatch):
    monkeypatch.setattr(survival_curves, "dropout_curve", lambda weeks: np.exp(-0.1 * weeks))  # all alike
    rows = {row["part"]: row["status"] for row in report(TARGETS["R5"])}
    assert rows["10,000 buyers: largest distance from the model"] == "failed"
    assert rows["10,000 buyers: largest distance from lifelines"] == "passed"
