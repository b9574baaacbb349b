"""Sliders come from the records, and wherever a single one is moved the scenario can be read."""

import pytest

from loyaltysim import load
from loyaltysim.scenario_file import shipped

pytest.importorskip("solara", exc_type=ImportError)
from loyaltysim.app.sliders import sliders


@pytest.mark.parametrize("name", shipped())
def test_sliders__begin_at_what_the_scenario_says(name):
    scenario = load(name)
    moved = {path: slider.value for path, slider in sliders(scenario).items() if path not in ("rng", "n_customers")}
    assert moved, "nothing can be moved"
    assert scenario.vary(moved) == scenario


@pytest.mark.parametrize("name", shipped())
def test_sliders__reach_no_further_than_the_scenario_allows(name):
    scenario = load(name)
    for path, slider in sliders(scenario).items():
        assert slider.min <= slider.value <= slider.max and slider.step > 0, path
        for end in (slider.min, slider.max) if path not in ("rng", "n_customers") else ():
            scenario.vary({path: end})  # raises what does not go


def test_sliders__are_told_with_whose_what_and_how_much_in_the_money_of_the_scenario():
    labels = [slider.label for slider in sliders(load("grocery")).values()]
    assert "Ours: price (given: 2 EUR)" in labels
    assert "Ours, points: earn rate (given: 10 points/EUR)" in labels
    assert "Rival, promotion calendar: depth (given: 0.2)" in labels
