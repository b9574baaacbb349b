"""Opened file: a scenario file that a visitor brings, which is a stranger's.

Nothing of this computer is read for it, and none of its Python is run: `uses`, ties and purchases from files are
refused, and it may extend only scenarios that come with the package.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from loyaltysim.app.limits import MOST_FILE
from loyaltysim.data.panels import ECDAT
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.loading import load
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import parse_text, shipped

LONGEST_NAME = 60
"""Characters of a file's name that are shown; assumed."""


def read_opened(name: str, text: str, size: int = 0) -> Scenario:
    """The scenario that a text describes; `size` is that of the file, where the browser did not even send the text.

    Raises ScenarioError, which tells the file by its name alone.
    """
    name = Path(name).name[-LONGEST_NAME:] or "scenario.toml"
    if max(size, len(text.encode(errors="replace"))) > MOST_FILE:
        raise _refused(name, "", f"is larger than the {MOST_FILE // 1000} kB that this page opens")
    _check_document(name, text)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "opened.toml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            scenario = load(path, uses=False)
        except ScenarioError as error:
            here = (replace(fault, file=name if fault.file == str(path) else fault.file) for fault in error.faults)
            raise ScenarioError(here) from None
    if scenario.network.files():
        raise _refused(name, "network", "this page opens no file with ties of its own")
    if scenario.panel is not None and scenario.panel.source not in ECDAT:
        raise _refused(name, "panel.source", "this page opens no file with purchases of its own")
    scenario._folder = None
    return scenario


def _check_document(name: str, text: str) -> None:
    """Refuse what is no TOML, and what would make the loader look elsewhere."""
    document = parse_text(text, name)
    if document.get("uses"):
        message = "this page runs no Python that a file brings: `loyaltysim run` does, on your own computer"
        raise _refused(name, "uses", message)
    if "extends" in document and document["extends"] not in shipped():
        raise ScenarioError(
            [Fault(name, None, "extends", "this page lets a file extend only a shipped scenario", shipped())]
        )


def _refused(name: str, key: str, message: str) -> ScenarioError:
    return ScenarioError([Fault(name, None, key, message)])
