"""Choices whose coefficients come back (R6): the experiment would see other coefficients."""

import importlib.util

import numpy as np
import pytest

from loyaltysim.validation import choice_recovery
from loyaltysim.validation.choice_fit import fit_choices

needs_xlogit = pytest.mark.skipif(
    importlib.util.find_spec("xlogit") is None, reason='needs pip install "loyaltysim[validation]"'
)


def test_panel__has_chance_prices_and_simulated_choices():
    panel = choice_recovery.simulated_panel()
    assert panel.purchases == 2000 * 26 and (np.diff(panel.first) == 26).all()
    assert panel.price.std() == pytest.approx(choice_recovery.PRICE_SD, abs=0.002)
    cheapest = panel.price.argmin(1) == panel.chosen
    later = np.arange(panel.purchases) % 26 > 0
    assert cheapest[later].mean() > cheapest[~later].mean() + 0.05  # first choices are by chance


@needs_xlogit
def test_estimates__follow_the_coefficients(monkeypatch):
    monkeypatch.setattr(choice_recovery, "PRICE", -3.0)
    monkeypatch.setattr(choice_recovery, "LAST", 0.4)
    fit = fit_choices(choice_recovery.simulated_panel())
    assert fit.price == pytest.approx(-3.0, abs=0.12) and fit.last == pytest.approx(0.4, abs=0.05)
