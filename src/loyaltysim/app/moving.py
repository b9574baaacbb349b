"""Moving: the sliders of the class page, each with a field for the number; what cannot be is explained beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from loyaltysim.app.session import Session
from loyaltysim.app.sliders import Slider
from loyaltysim.faults import ScenarioError


@solara.component_vue("sliders.vue", vuetify=False)
def _Sliders(groups: list[dict[str, Any]], event_moved: Callable[[dict[str, str]], None]) -> None:
    """Sliders in groups."""


@solara.component
def Moving(session: Session, sliders: Mapping[str, Slider]) -> None:
    """Sliders for the changed world."""
    faults, set_faults = solara.use_state(dict[str, tuple[str, str]]())
    changes = session.asked.value.changes

    def moved(given: dict[str, str]) -> None:
        slider, text = sliders.get(str(given.get("path"))), str(given.get("text"))
        if slider is None:
            return
        others = {path: fault for path, fault in faults.items() if path != slider.path}
        try:
            value = slider.read(text)
            changed = {**session.asked.value.changes, slider.path: value}  # that of now, not of when it was drawn
            if value == slider.value:
                del changed[slider.path]
            session.scenario.vary(changed)
        except (ValueError, ScenarioError) as error:
            set_faults({**others, slider.path: (text, str(error))})
            return
        set_faults(others)
        session.change(changed)

    def as_given() -> None:
        set_faults({})
        session.change({})

    solara.Button(
        "All as given", on_click=as_given, text=True, small=True, disabled=not changes and not faults, classes=["plain"]
    )
    _Sliders(groups=grouped(sliders, changes, faults), event_moved=moved)


def grouped(
    sliders: Mapping[str, Slider], changes: Mapping[str, float], faults: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Sliders by whose they are, as the component shows them; the first group is open, and those that were changed."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, slider in sliders.items():
        value = changes.get(path, slider.value)
        text, fault = faults.get(path, (f"{value:g}", ""))
        item = {name: getattr(slider, name) for name in ("path", "name", "min", "max", "step", "told")}
        item |= {"unit": slider.unit if slider.unit != "1" else "", "value": value, "text": text, "fault": fault}
        groups.setdefault(slider.whose, []).append({**item, "moved": path in changes})
    return [
        {"whose": whose, "sliders": items, "open": place == 0, "moved": sum(item["moved"] for item in items)}
        for place, (whose, items) in enumerate(groups.items())
    ]
