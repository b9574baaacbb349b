"""Designs: every point lies where it should, and what cannot be is told before the first run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim.scenario import ScenarioError
from loyaltysim.study.design import design

BASE = ls.load("coffee")
PRICE, STAMPS = "brands.Ours.price", "brands.Ours.programs.0.n"


def faults(*args, **settings) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        design(BASE, *args, **settings)
    return [str(fault) for fault in error.value.faults]


def test_grid__visits_every_combination_once():
    made = design(BASE, {PRICE: [2.0, 3.0], STAMPS: [8, 9, 10]})
    assert made.paths == (PRICE, STAMPS)
    assert made.points == ((2.0, 8), (2.0, 9), (2.0, 10), (3.0, 8), (3.0, 9), (3.0, 10))
    scenario = made.scenarios(BASE)[4]
    assert scenario.brands["Ours"].price == 3.0 and scenario.brands["Ours"].programs[0].n == 9


@given(points=st.integers(1, 40), low=st.floats(0.5, 2), width=st.floats(0.1, 3), seed=st.integers(0, 9))
def test_latin_hypercube__has_one_point_in_each_slice(points, low, width, seed):
    made = design(BASE, {PRICE: [low, low + width], "brands.Rival.price": [1.0, 2.0]}, "latin_hypercube", points, seed)
    for column, start, length in zip(zip(*made.points), (low, 1.0), (width, 1.0)):
        slices = np.floor((np.array(column) - start) / length * points + 1e-9).astype(int)
        assert sorted(np.minimum(slices, points - 1)) == list(range(points))


def test_sobol__halves_every_axis_evenly_and_keeps_whole_numbers_whole():
    made = design(BASE, {PRICE: [2.0, 4.0], STAMPS: [5, 12]}, "sobol", 16)
    prices, stamps = zip(*made.points)
    assert sum(price < 3.0 for price in prices) == 8
    assert sorted(stamps) == sorted([*range(5, 13)] * 2)  # 16 points on 8 values
    assert all(isinstance(n, int) for n in stamps)


def test_design__differs_by_seed_and_not_otherwise():
    axes = {PRICE: [2.0, 4.0]}
    one, same, other = (design(BASE, axes, "sobol", 4, seed).points for seed in (1, 1, 2))
    assert one == same != other


def test_faults__are_told_all_at_once_before_any_run():
    told = faults({"brands.Ours.prise": [1, 2], PRICE: [-1.0, 2.0], "brands.Rival.price": [], "steps": 3})
    assert [line.split(":")[0] for line in told] == ["brands.Ours.prise", PRICE, "brands.Rival.price", "steps"]
    assert told[0].endswith('Did you mean "price"?')
    assert told[1] == f"{PRICE}: must be at least 0, was -1"
    assert told[2:] == ["brands.Rival.price: has no values to visit", "steps: must be a list of values, was 3"]


@pytest.mark.parametrize(
    ("axes", "settings", "message"),
    [
        ({}, {}, "axes: a study needs at least one path that varies"),
        ({PRICE: [1, 2]}, {"kind": "cube"}, 'design: no design "cube"; there are: grid, latin_hypercube, sobol'),
        ({PRICE: [1, 2]}, {"points": 4}, "points: a grid has as many points as its values make; give none"),
        ({PRICE: [1, 2]}, {"kind": "sobol", "points": 12},
         "points: a Sobol sequence is even for powers of 2: take 8 or 16, was 12"),
        ({PRICE: [1, 2]}, {"kind": "latin_hypercube"},
         'points: design "latin_hypercube" needs a number of points from 1 to 1,000,000, none was given'),
        ({PRICE: [1, 2, 3]}, {"kind": "sobol", "points": 2},
         f"{PRICE}: needs the least and the largest value, was given 3 values"),
        ({PRICE: [2, 1]}, {"kind": "sobol", "points": 2},
         f"{PRICE}: the least value (2) must be below the largest (1)"),
        ({PRICE: [1, "x"]}, {"kind": "sobol", "points": 2}, f"{PRICE}: bounds must be numbers, were 1 and 'x'"),
        ({PRICE: list(range(1001)), "brands.Rival.price": list(range(1001))}, {},
         "axes: a grid of 1,002,001 points is more than 1,000,000"),
    ],
)  # fmt: skip
def test_faults__say_what_would_do(axes, settings, message):
    assert faults(axes, **settings) == [message]


def test_points__that_contradict_themselves_are_told_with_their_values():
    endowment = "brands.Ours.programs.0.endowment"
    with pytest.raises(ScenarioError, match=r"\(at brands.Ours.programs.0.n = 3, .*endowment = 4.0\)"):
        design(BASE, {STAMPS: [3, 10], endowment: [0.0, 4.0]}).scenarios(BASE)
