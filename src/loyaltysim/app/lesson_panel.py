"""Lesson panel: the list of lessons, and the one that is open: predict, try, look, and only then be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from loyaltysim.app.lesson import Lesson
from loyaltysim.app.lessons import LESSONS
from loyaltysim.app.offered import as_shipped
from loyaltysim.app.session import Session

Told = Callable[[Any], None]


@solara.component_vue("lesson.vue", vuetify=False)
def _Lesson(
    lessons: list[dict[str, str]],
    lesson: dict[str, Any] | None,
    event_opened: Told,
    event_closed: Told,
    event_predicted: Told,
    event_tried: Told,
    event_asked: Told,
) -> None:
    """The list, or one lesson."""


@solara.component
def LessonPanel(session: Session, lesson: Lesson | None, on_lesson: Callable[[str], None]) -> None:
    """Open lessons and walk through one; `on_lesson` is told the name of the one to open, or nothing."""
    predicted, set_predicted = solara.use_state(-1)
    told, set_told = solara.use_state(False)

    def predict(place: object) -> None:
        if lesson and isinstance(place, int) and 0 <= place < len(lesson.choices) and not told:
            set_predicted(place)

    def attempt(_: object) -> None:
        if lesson:
            session.play_changed(lesson.changes)

    if lesson and not as_shipped(lesson.market):
        solara.Text(f"Here {lesson.market} was changed: what this lesson says is tested as the package brings it.")
    _Lesson(
        lessons=[{"name": each.name, "title": each.title} for each in LESSONS],
        lesson=None if lesson is None else walk(lesson, predicted, told),
        event_opened=lambda name: on_lesson(str(name)),
        event_closed=lambda _: on_lesson(""),
        event_predicted=predict,
        event_tried=attempt,
        event_asked=lambda _: set_told(predicted >= 0),
    )


def walk(lesson: Lesson, predicted: int, told: bool) -> dict[str, Any]:
    """What the browser gets of a lesson; nothing of the answer before it is told."""
    shown: dict[str, Any] = {name: getattr(lesson, name) for name in ("title", "question", "look")}
    shown |= {"choices": list(lesson.choices), "predicted": predicted if predicted >= 0 else None, "told": told}
    if told:
        right = f"It is: “{lesson.choices[lesson.right]}”."
        shown["verdict"] = f"As you said. {right}" if predicted == lesson.right else right
        shown |= {name: getattr(lesson, name) for name in ("happens", "why", "source")}
    return shown
