"""Charts are valid, hold what they are given, and show names as text."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from loyaltysim.app.chart import Line, draw, frame, in_words
from loyaltysim.plots.interval import Interval
from loyaltysim.plots.style import looks_of

SVG = "{http://www.w3.org/2000/svg}"


def lines(values, names=("A", "B")):
    looks = looks_of(names, names[0])
    x = np.arange(len(values[0]), dtype=float)
    return [
        Line(name, looks[name], x, Interval(np.array(one), np.array(one) - 1, np.array(one) + 1))
        for name, one in zip(names, values)
    ]


def test_chart__draws_a_line_and_a_band_for_each_with_names_as_text():
    hostile = "<script>\"&'</script>"
    shown = lines([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], (hostile, "B"))
    tree = ET.fromstring(draw(shown, frame(shown, 2, "%", "weeks <b>")))
    assert len(tree.findall(f"{SVG}polyline")) == len(tree.findall(f"{SVG}polygon")) == 2
    assert not tree.findall(f".//{SVG}script")
    assert "<script>…" not in draw(shown, frame(shown, 2, "%", "weeks")) and "weeks <b>" in [t.text for t in tree]


def test_chart__puts_a_point_where_it_belongs():
    shown = lines([[10.0, 20.0]], ("A",))
    tree = ET.fromstring(draw(shown, frame(shown, 1, "%", "weeks")))
    (left, low), (right, high) = (map(float, p.split(",")) for p in tree.find(f"{SVG}polyline").get("points").split())
    assert (left, right) == (40, 360 - 76)  # the margins
    room, high_px = 0.06 * 12, 210 - 8 - 30  # the intervals reach from 9 to 21
    assert low - high == pytest.approx(10 / (12 + 2 * room) * high_px, abs=0.11)


def test_chart__of_nothing_and_of_unknown_values_is_still_a_picture():
    for shown in ([], lines([[], []]), lines([[np.nan, np.nan], [np.nan, 1.0]])):
        ET.fromstring(draw(shown, frame(shown, 10, "%", "weeks")))
    assert in_words(lines([[np.nan], [np.nan]]), frame([], 1, "%", "weeks")) == "nothing yet"


def test_chart__of_differences_holds_zero_in_the_middle():
    axes = frame(lines([[0.0, 5.0], [0.0, 0.0]]), 1, "%", "weeks", zero=True)
    assert axes.y[0] == -axes.y[1]


def test_chart__is_told_in_words():
    shown = lines([[1.0, 2.5], [3.0, np.nan]])
    assert in_words(shown, frame(shown, 1, "%", "weeks")) == "A from 1 to 2.5 %; B from 3 to 3 %"
