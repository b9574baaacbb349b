"""Again: the command by which a run that failed is made once more, by hand."""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from loyaltysim.faults import ScenarioError, path_text
from loyaltysim.loading import load
from loyaltysim.scenario_file import find
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario


def command_of(scenario: Scenario, seed: int, replications: int, folder: Path | None) -> str | None:
    """How to run a scenario in a shell: its file or name as it was given to `load`, and all that was changed since.

    Where that does not lead to it (it was made in Python, a setting was taken away, the file has changed) the scenario
    is written into a folder, and that file is named; None if there is no folder. Raises OSError if that fails.
    """
    words = varied(scenario._origin.name, scenario._origin.changes) if leads_to(scenario) else None
    if words is None:
        if folder is None:
            return None
        words = [str(written(scenario, folder))]
    return shlex.join(["loyaltysim", "run", *words, "--seed", str(seed), "--replications", str(replications)])


def varied(name: str, changes: Mapping[str, Any]) -> list[str]:
    """A scenario's name and its changes, as words of a command."""
    return [name, *(word for path, value in changes.items() for word in ("--set", f"{path}={inline(value)}"))]


def leads_to(scenario: Scenario) -> bool:
    """Whether the file of a scenario and its changes, read as the command would, are that scenario."""
    name, changes = scenario._origin.name, scenario._origin.changes
    try:
        if not name or None in changes.values() or not find(name).is_file():  # a pipe is read once
            return False
        read = {path: tomllib.loads(f"value = {inline(value)}")["value"] for path, value in changes.items()}
        return bool(load(name, uses=False).vary(read).to_toml() == scenario.to_toml())
    except (ScenarioError, tomllib.TOMLDecodeError, OSError):
        return False


def written(scenario: Scenario, folder: Path) -> Path:
    """Write a scenario, with its own kinds beside it, below a folder under a name that tells its content."""
    beside = (scenario._folder or Path()).resolve()
    moved: dict[str, Any] = {
        f"network.{setting}": str(beside / file) for setting, file in scenario.network.files().items()
    }
    if scenario.panel is not None and (beside / scenario.panel.source).is_file():
        moved["panel.source"] = str(beside / scenario.panel.source)
    text = (scenario.vary(moved) if moved else scenario).to_toml()
    own = folder / "failed" / blake2b(text.encode(), digest_size=8).hexdigest()
    own.mkdir(parents=True, exist_ok=True)
    for used in scenario.uses:
        copyfile(beside / f"{used}.py", own / f"{used}.py")
    with whole_file(own / "scenario.toml") as temporary:
        temporary.write_text(text, "utf-8")
    return own / "scenario.toml"


def inline(value: Any) -> str:
    """A plain value as TOML in one line: what `--set` reads."""
    if isinstance(value, dict):
        pairs = (f"{path_text((str(name),))} = {inline(one)}" for name, one in value.items() if one is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, (bool, int)):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False)
