"""Sliders come from the records, and wherever a single one is moved the scenario can be read."""

import pytest

from loyaltysim import load
from loyaltysim.app.offered import COPIED, offered
from loyaltysim.app.sliders import sliders
from loyaltysim.scenario_file import shipped


@pytest.mark.parametrize("name", shipped())
def test_sliders__begin_at_what_the_scenario_says(name):
    scenario = load(name)
    moved = {path: slider.value for path, slider in sliders(scenario).items()}
    assert moved, "nothing can be moved"
    assert scenario.vary(moved) == scenario


@pytest.mark.parametrize("name", shipped())
def test_sliders__reach_no_further_than_the_scenario_allows(name):
    scenario = load(name)
    for path, slider in sliders(scenario).items():
        assert slider.min <= slider.value <= slider.max and slider.step > 0, path
        for end in (slider.min, slider.max):
            scenario.vary({path: end})  # raises what does not go


@pytest.mark.parametrize(
    "written, said",
    [
        ("much", "price must be a number, such as 2"),
        ("nan", "price must be a number, such as 2"),
        ("1" * 60, "price must be a number, such as 2"),
        ("4.5", "price must be from 0 to 4 EUR"),
        ("-1", "price must be from 0 to 4 EUR"),
    ],
)
def test_slider__explains_what_cannot_be_read(written, said):
    with pytest.raises(ValueError, match=said):
        sliders(load("grocery"))["brands.Ours.price"].read(written)


def test_slider__reads_numbers_within_its_range():
    assert sliders(load("grocery"))["brands.Ours.price"].read(" 2.25 ") == 2.25


def test_sliders__are_told_with_whose_what_and_how_much_in_the_money_of_the_scenario():
    labels = [slider.label for slider in sliders(load("grocery")).values()]
    assert "Ours: price (given: 2 EUR)" in labels
    assert "Ours, points: earn rate (given: 10 points/EUR)" in labels
    assert "Rival, promotion calendar: depth (given: 0.2)" in labels


def test_sliders__are_of_customers_of_what_they_do_and_of_what_they_tell_too():
    known = sliders(load("grocery"))
    assert {
        'population.segments."Deal seekers".price_sensitivity.median', "population.segments.Regular.inertia",
        "behavior.satisfaction.on_worse", "behavior.bond.fading", "behavior.choice.resist_discount",
        "brands.Ours.complaints.failure_chance", "word_of_mouth.talk.talk_bad", "word_of_mouth.influence.shift",
    } <= set(known)  # fmt: skip
    median = known['population.segments."Deal seekers".price_sensitivity.median']
    assert median.label == "Customers, Deal seekers: median price sensitivity (given: 8.8 1/EUR)"


def test_sliders__of_what_is_off_are_not_offered():
    scenario = load("coffee")
    assert scenario.behavior.recovery.kind == scenario.word_of_mouth.acquisition.kind == "none"
    assert not [path for path in sliders(scenario) if "complaints" in path or "acquisition" in path]


def test_offered__a_market_in_which_the_rival_has_our_program():
    copied = offered()[COPIED]
    here, there = (copied.brands[name].programs[0] for name in ("Ours", "Rival"))
    assert there.kind == "copy" and there.of(copied.focal) == "Ours"
    assert there.unfold(copied.brands, copied.focal).with_(from_week=None) == here
    assert sliders(copied)["brands.Rival.programs.0.chance"].value == 1
