"""The class page: one market twice, as it is and as a visitor changes it, with the same customers and luck.

loyaltysim app grocery
solara run loyaltysim.app.class_page          # the same, by Solara's own command

Everything a visitor sees is of that visitor's own session, and goes to the browser as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import solara

from loyaltysim.app.closer import Closer
from loyaltysim.app.compared import Charts, Numbers, caption, compared
from loyaltysim.app.diary_panel import DiaryPanel
from loyaltysim.app.keeping import Keeping
from loyaltysim.app.lesson import Lesson
from loyaltysim.app.lesson_panel import LessonPanel
from loyaltysim.app.lessons import BY_NAME
from loyaltysim.app.link import MOST_SEED, read_seed
from loyaltysim.app.moving import Moving
from loyaltysim.app.offered import offered
from loyaltysim.app.opened import Opened, of_file, of_lesson, of_link, of_name
from loyaltysim.app.playing import Playing
from loyaltysim.app.session import FIRST_WEEKS, use_session
from loyaltysim.app.sliders import Slider, sliders
from loyaltysim.app.times import days
from loyaltysim.app.visitors import Served
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

LOOK = (Path(__file__).parent / "class_page.css").read_text(encoding="utf-8")


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the page: no bar, no drawer."""
    solara.Column(children=children, classes=["class-page"], gap="0px")


@solara.component
def Page() -> None:
    """The whole page; a visitor too many is asked to come back."""
    solara.Title("loyaltysim")
    solara.Style(LOOK)
    Served(Markets)


@solara.component
def Markets() -> None:
    """Open a market: by link, by name, or from a file."""
    query = solara.use_router().search or ""
    first = solara.use_memo(lambda: of_link(query), [])
    opened, set_opened = solara.use_state(first)
    told, set_told = solara.use_state("\n".join(first.chosen.told))

    def attempt(opening: Callable[[], Opened]) -> None:
        try:
            set_opened(opening())
            set_told("")
        except ScenarioError as error:
            set_told(f"This was not opened. {error}")

    solara.HTML(tag="h1", unsafe_innerHTML="What makes customers loyal?")
    with solara.Row(classes=["choices"], gap="16px"):
        names = [*offered()] if opened.shared else [opened.chosen.market, *offered()]
        chosen = opened.chosen
        solara.Select("Market", values=names, value=chosen.market, on_value=lambda name: attempt(lambda: of_name(name)))
        Luck(chosen.seed, lambda seed: attempt(lambda: opened.with_seed(seed))).key(f"{opened.number}")
    if told:
        solara.Error(told, classes=["told"])
    Market(
        opened,
        on_open=lambda name, text, size: attempt(lambda: of_file(name, text, size)),
        on_lesson=lambda name: attempt(lambda: of_lesson(name, opened)),
    ).key(f"{opened.number}")


@solara.component_vue("luck.vue", vuetify=False)
def _Luck(label: str, seed: str, fault: str, event_written: Callable[[str], None]) -> None:
    """A field that sends what was written when one has done with it."""


@solara.component
def Luck(seed: int, on_seed: Callable[[int], None]) -> None:
    """A field for the seed."""
    fault, set_fault = solara.use_state("")

    def read(text: str) -> None:
        try:
            wanted = read_seed(text)
        except ValueError as error:
            set_fault(str(error))
            return
        set_fault("")
        if wanted != seed:
            on_seed(wanted)

    _Luck(label=f"Luck (0 to {MOST_SEED})", seed=str(seed), fault=fault, event_written=lambda text: read(str(text)))


@solara.component
def Market(opened: Opened, on_open: Callable[[str, str, int], None], on_lesson: Callable[[str], None]) -> None:
    """One market in two worlds."""
    scenario = opened.small
    lesson = BY_NAME.get(opened.chosen.lesson)
    session = use_session(scenario, opened.chosen.seed, opened.chosen.changes, 0 if lesson else FIRST_WEEKS)
    moved, pair = solara.use_memo(lambda: shown_sliders(scenario, lesson), []), session.shown.value
    rows = solara.use_memo(lambda: compared(pair) if pair else [], [pair])
    with solara.Div(classes=["market"]):
        with solara.Div(classes=["side"]):
            solara.Text(scenario.title or "A market", classes=["title"])
            if opened.fewer:
                solara.Text(opened.fewer)
            LessonPanel(session, lesson, on_lesson)
            solara.HTML(tag="h2", unsafe_innerHTML="Change something")
            Moving(session, moved)
            Keeping(session, opened.chosen, opened.whole, opened.shared, on_open)
        with solara.Div(classes=["now"]):
            Playing(session, days(scenario.step_days))
            if session.refused.value:
                solara.Error(session.refused.value)
            if pair is None:
                solara.Text("The market settles …")
            else:
                Numbers(caption=caption(pair), rows=rows)
        with solara.Div(classes=["pictures"]):
            Charts(rows=rows)
            if pair is not None:
                Closer(pair, session.asked.value.playing, lesson.picture if lesson else "")
                DiaryPanel(session).key(f"{session.seed}")  # a diary is one of its luck


def shown_sliders(scenario: Scenario, lesson: Lesson | None) -> dict[str, Slider]:
    """All sliders, or those of a lesson."""
    found = sliders(scenario)
    return found if lesson is None else {path: found[path] for path in lesson.sliders if path in found}
