"""Keeping: save the changed world's scenario, open one, and a link that carries what was chosen."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import solara

from loyaltysim.app.limits import MOST_FILE
from loyaltysim.app.link import Chosen, query_of, read_seed
from loyaltysim.app.session import Session
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario

LUCK = "# The changed market, saved from the class page, where its luck was "


@solara.component_vue("keeping.vue", vuetify=False)
def _Keeping(source: str, name: str, link: str, most: int, event_opened: Callable[[dict[str, Any]], None]) -> None:
    """Links to save and to share, and a field that reads a file."""


@solara.component
def Keeping(
    session: Session, chosen: Chosen, whole: Scenario, shared: bool, on_open: Callable[[str, str, int], None]
) -> None:
    """Save, open, link.

    `whole` is the scenario with as many customers as it has outside of this page; `shared` tells whether others are
    offered the market too, so that a link can carry the settings. `on_open` is told a file's name, text and bytes.
    """
    changes = session.asked.value.changes
    try:
        file = base64.b64encode(saved(whole, changes, session.seed).encode()).decode()
    except ScenarioError:  # settings that do not go together; the sliders tell why
        file = ""
    _Keeping(
        source=f"data:application/toml;base64,{file}" if file else "",
        name=f"{file_name(chosen.market)}.toml",
        link=query_of(replace(chosen, changes=changes)) if shared else "",
        most=MOST_FILE,
        event_opened=lambda given: on_open(str(given["name"]), str(given["text"]), int(given["size"])),
    )


def saved(whole: Scenario, changes: Mapping[str, float], seed: int) -> str:
    """The changed scenario as the text of a file."""
    text = whole.vary(dict(changes)).to_toml()
    return f"{LUCK}{seed}.\n{text}"


def luck_of(text: str) -> int:
    """The luck with which a file was saved; 1 if it does not say."""
    first = text.partition("\n")[0].strip()
    try:
        return read_seed(first.removeprefix(LUCK).removesuffix("."))
    except ValueError:
        return 1


def file_name(market: str) -> str:
    """A name for the file, of letters, digits, - and _."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in market.removesuffix(".toml")) or "scenario"
