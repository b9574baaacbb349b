"""Compared: both worlds side by side, with intervals: numbers of the focal brand, and a row of pictures a measure."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from loyaltysim.app.chart import Line, draw, frame, in_words
from loyaltysim.app.limits import CUSTOMERS, REPLICATIONS
from loyaltysim.app.measured import Measured, Told, tell
from loyaltysim.app.worlds import Pair
from loyaltysim.plots.interval import Interval
from loyaltysim.plots.style import Look, looks_of

FEWEST = 0.25
"""Share of the run that pictures have room for at least; assumed."""
TITLES = ("as it is", "changed", "difference")


@solara.component_vue("numbers.vue", vuetify=False)
def Numbers(caption: str, rows: list[dict[str, Any]]) -> None:
    """A table: a row a measure, of the focal brand."""


@solara.component_vue("charts.vue", vuetify=False)
def Charts(rows: list[dict[str, Any]]) -> None:
    """Three pictures a measure, of all brands."""


def caption(pair: Pair) -> str:
    """What the numbers are of."""
    scenario = pair.base.scenario
    n = f"{REPLICATIONS} runs of {min(CUSTOMERS, scenario.population.n_customers):,} customers"
    return f"{scenario.focal}, after {pair.step} of {pair.last} steps: mean of {n}, and its 95 % interval"


def compared(pair: Pair) -> list[dict[str, Any]]:
    """What both components show, a row a measure."""
    looks = looks_of(list(pair.base.scenario.brands), pair.base.scenario.focal)
    return [_row(told, pair, looks) for told in tell(pair)]


def _row(told: Told, pair: Pair, looks: dict[str, Look]) -> dict[str, Any]:
    scenario, measure = pair.base.scenario, told.measure
    end = max(pair.base.step, pair.changed.step, FEWEST * pair.last) * scenario.calendar.weeks
    worlds = [_lines(each, each.until(each.points.shape[1]), looks) for each in (told.base, told.changed)]
    apart = _lines(told.changed, told.difference, looks)
    same = frame([*worlds[0], *worlds[1]], end, measure.unit, "weeks")
    frames = (same, same, frame(apart, end, measure.unit, "weeks", zero=True))
    pictures = [
        {"title": title, "svg": draw(lines, axes), "alt": f"{measure.title}, {title}: {in_words(lines, axes)}."}
        for title, lines, axes in zip(TITLES, (*worlds, apart), frames)
    ]
    place = list(scenario.brands).index(scenario.focal)
    cells = [cell(each.of(place), measure.digits, signed=which == 2) for which, each in enumerate(told.whole)]
    return {"title": measure.title, "unit": measure.unit, "says": measure.says, "cells": cells, "pictures": pictures}


def _lines(measured: Measured, shown: Interval, looks: dict[str, Look]) -> list[Line]:
    weeks = measured.weeks[: len(shown.mean)]
    return [
        Line(name, look, weeks, Interval(*(part[:, place] for part in shown)))
        for place, (name, look) in enumerate(looks.items())
    ]


def cell(one: Interval, digits: int, *, signed: bool = False) -> dict[str, Any]:
    """A number with its interval, in words; a difference is clear if its interval leaves out 0."""
    mean, low, high = (float(part) for part in one)
    if not np.isfinite(mean):
        return {"mean": "–", "range": "", "clear": False}
    if signed and low == mean == high == 0:
        return {"mean": "none", "range": "", "clear": False}

    def number(value: float) -> str:
        return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")

    known = np.isfinite(low)
    clear = bool(signed and known and (low > 0 or high < 0))
    return {"mean": number(mean), "range": f"{number(low)} to {number(high)}" if known else "", "clear": clear}
