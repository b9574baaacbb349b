"""Figures: drawn once, saved as SVG files, and put into the page with colors that follow light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim import plots
from loyaltysim.plots.liability import missing as no_liability
from loyaltysim.plots.retention import missing as no_retention
from loyaltysim.plots.save_all import svg
from loyaltysim.plots.shares import missing as no_shares
from loyaltysim.plots.switching import missing as no_switching
from loyaltysim.plots.words import spoken
from loyaltysim.report.captions import Captions
from loyaltysim.report.findings import Findings
from loyaltysim.report.labels import labels
from loyaltysim.report.language import Language
from loyaltysim.study.launches import break_even
from loyaltysim.study.stress import AS_IT_IS
from loyaltysim.study.wording import digits_of, mean_of

if TYPE_CHECKING:
    import pandas as pd

THEMED = {
    "#222222": "--ink", "#000000": "--ink", "#666666": "--faint", "#767676": "--faint", "#d9d9d9": "--pale",
    "#ffffff": "--paper", "#0072b2": "--blue", "#d55e00": "--orange", "#009e73": "--green", "#cc79a7": "--purple",
}  # fmt: skip
"""Colors of the plots, and what the page's style calls them."""


LETTERS = 60
"""So many letters of a label surely stand beside the tornado, which has two lines of 42 and breaks between words."""


class Figure(NamedTuple):
    """One figure of the page."""

    name: str
    section: str
    caption: str
    file: bytes
    """The SVG file."""
    inline: str
    """The same for the page: without what a file needs, its colors by name."""


def figures(found: Findings, language: Language) -> list[Figure]:
    """All figures that have something to show, in the order of the page."""
    captions, made = Captions(found, language), []
    for name, section, draw in _drawn(found, language):
        with spoken(language):
            file = svg(draw, name)
        made.append(Figure(name, section, getattr(captions, name)(), file, inline(file, name)))
    return made


def _drawn(found: Findings, language: Language) -> list[tuple[str, str, Callable[[], Any]]]:
    """Name, section and what draws it."""
    data, unit = found.data, found.scenario.currency
    effects = _effects(found)
    every: list[tuple[str, str, Callable[[], Any], bool]] = [
        ("effects", "compared", lambda: plots.effects(effects), len(effects) > 0),
        ("retention", "customers", lambda: plots.retention(data), not no_retention(data)),
        ("shares", "customers", lambda: plots.shares(data), not no_shares(data)),
        ("alluvial", "customers", lambda: plots.alluvial(data), not no_switching(data)),
    ]
    made = [(name, section, draw) for name, section, draw, there in every if there]
    value, launch = found.value, found.launch
    if value is not None and launch is not None:
        made.append(("program_value", "money", lambda: plots.program_value(value.parts)))
        even, weeks = break_even(launch), found.scenario.calendar.weeks
        band = (even.step, even.earliest, even.latest)
        made.append((
            "cumulative_profit", "money",
            lambda: plots.cumulative_profit(launch.accrued, weeks=weeks, currency=unit, band=band),
        ))  # fmt: skip
        if not no_liability(data):
            made.append(("liability", "money", lambda: plots.liability(data)))
        made.append(("who_benefits", "who", lambda: plots.who_benefits(value.groups)))
    if found.word_of_mouth is not None:
        made.append(("word_of_mouth_value", "talk", lambda: plots.word_of_mouth_value(found.word_of_mouth)))
    if found.tornado is not None and len(found.tornado) and launch is not None:
        same = launch.value[: int(found.tornado["n"].iloc[0])]  # those against which the ends are held
        what, middle = language.say("the program's value"), float(np.mean(same))
        names = labels(found.scenario, found.tornado["path"], language, most=LETTERS)
        made.append(("tornado", "doubt", lambda: plots.tornado(found.tornado, value=middle, what=what, names=names)))
    draws = found.draws
    if draws is not None and len(draws):
        brings = language.say("what a launch brings ({unit})", unit=unit)
        made.append(("outcomes", "doubt", lambda: plots.outcomes(draws, unit=brings, digits=digits_of(draws))))
    if found.worlds:
        made.append(("ranges", "worlds", lambda: _worlds(found, language)))
    return made


def _effects(found: Findings) -> pd.DataFrame:
    import pandas as pd

    rows = [row for row in found.read.effects if row["effect"] is not None]
    frame = pd.DataFrame(rows)
    for name in ("ci_low", "ci_high", "baseline"):
        if name in frame:
            frame[name] = frame[name].astype(float)
    if len(frame) and (frame["question"] == "scenario").all():
        frame = frame.drop(columns="question")
    return frame


def _worlds(found: Findings, language: Language) -> Any:
    assert found.launch is not None
    rows = []
    for name, launch in {AS_IT_IS: found.launch, **found.worlds}.items():
        value = mean_of(launch.value)
        rows.append((language.say(name.replace("_", " ")), value.mean, value.low, value.high))
    return plots.ranges(
        rows, question=language.say("Does the program pay where things go wrong?"),
        unit=language.say("what a launch brings ({unit})", unit=found.scenario.currency),
        note=language.say("Mean and 95 % interval; hollow: zero is inside."),
    )  # fmt: skip


def inline(file: bytes, name: str) -> str:
    """An SVG file as it stands in the page: ids of its own, colors by name, no header and no metadata."""
    text = file.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>.*?</title>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\1{name}-", text)
    head, rest = text.split(">", 1)
    head = re.sub(r' (?:width|height|xmlns(?::\w+)?|version)="[^"]*"', "", head)
    rest = rest.replace("xlink:href", "href")
    for color, variable in THEMED.items():
        rest = rest.replace(color, f"var({variable})")
    size = re.search(r'viewBox="0 0 ([\d.]+) ', head)
    width = round(float(size[1]) * 96 / 72) if size else 700
    label = f'role="img" aria-labelledby="about-{name}" style="--width:{width}px"'
    rest = re.sub(r"\n\s*", "\n", rest)
    return f"{head} {label}>{rest}"
