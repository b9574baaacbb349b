"""Lesson panel: the list of lessons, and the one that is open."""

from __future__ import annotations

from collections.abc import Mapping

import solara

from loyaltysim.app.session import Session
from loyaltysim.app.sliders import Slider


@solara.component
def LessonPanel(session: Session, sliders: Mapping[str, Slider]) -> None:
    """Nothing yet: lessons are to come."""
