"""Closer: one picture at a time of what lies behind the numbers, of both worlds, drawn only while it is looked at.

To add one, write a function from a `World` to a matplotlib figure and a sentence that says what it shows, and name it
in `PICTURES`. It is called with the worlds' lock held.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import solara
from matplotlib.figure import Figure

from loyaltysim.app.closer_plane import plane
from loyaltysim.app.closer_switching import switching
from loyaltysim.app.closer_talk import talk
from loyaltysim.app.compared import TITLES
from loyaltysim.app.worlds import Pair, World

Draw = Callable[[World], tuple[Figure, str]]
PICTURES: dict[str, Draw] = {"Switching": switching, "Satisfaction and bond": plane, "Talk": talk}
NONE = "nothing more"
TIMES = 8
"""How often in a run that plays; assumed."""
DPI = 100
"""Dots an inch; assumed: sharp enough for half of a laptop's width."""


@solara.component_vue("closer.vue", vuetify=False)
def _Pictures(pictures: list[dict[str, Any]]) -> None:
    """Pictures side by side, each with its sentence."""


@solara.component
def Closer(pair: Pair, playing: bool, first: str) -> None:
    """Choose a picture, and look at it; `first` is shown at once, if there is one of that name.

    While it plays the picture is drawn some times in a run, since one takes as long as several steps.
    """
    name, set_name = solara.use_state(first if first in PICTURES else NONE)
    solara.Select("Look closer at", values=[NONE, *PICTURES], value=name, on_value=set_name)
    moment = pair.step * TIMES // pair.last if playing else pair
    _Pictures(pictures=solara.use_memo(lambda: drawn(PICTURES[name], pair) if name in PICTURES else [], [name, moment]))


def drawn(draw: Draw, pair: Pair) -> list[dict[str, Any]]:
    """A picture of each world. Takes the lock."""
    with pair.lock:
        figures = [draw(world) for world in (pair.base, pair.changed)]
    return [{"title": title, "png": _png(figure), "says": says} for title, (figure, says) in zip(TITLES, figures)]


def _png(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    return base64.b64encode(file.getvalue()).decode()
