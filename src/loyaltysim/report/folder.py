"""Folder: what a run or a comparison left behind, read again: scenarios, their runs and the effects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from loyaltysim import results
from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.loading import load
from loyaltysim.scenario_file import shipped

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

COMMANDS = ("run", "compare")


@dataclass(frozen=True)
class Read:
    """What a folder holds.

    Attributes
    ----------
    folder : where it is
    command : "run" or "compare"
    scenarios, runs : by the names that they were given
    named : what each scenario was called on the command line: a shipped one's name, or a file
    baseline : with which scenario others are compared; None for a single one
    effects : rows as `--json` gives them
    manifest : seed, versions, when it was written
    """

    folder: Path
    command: str
    scenarios: dict[str, Scenario]
    runs: dict[str, xr.Dataset]
    named: dict[str, str]
    baseline: str | None
    effects: list[dict[str, Any]]
    manifest: dict[str, Any]

    def subject(self, wanted: str | None = None) -> str:
        """The scenario that a report is about: the one wanted, else the first with a program, the baseline last.

        Raises ScenarioError for one that is not in the folder.
        """
        if wanted is not None:
            if wanted not in self.scenarios:
                known = tuple(self.scenarios)
                near = nearest(wanted, known)
                raise ScenarioError([Fault(None, None, "--of", f'no scenario "{wanted}" in the folder', known, near)])
            return wanted
        names = [*(name for name in self.scenarios if name != self.baseline), *filter(None, [self.baseline])]
        with_program = [name for name in names if self.scenarios[name].brands[self.scenarios[name].focal].programs]
        return (with_program or names)[0]


def read(folder: str | Path) -> Read:
    """Read a folder that `run --out` or `compare --out` wrote. Raises ScenarioError if it is none of these."""
    folder = Path(folder)
    if not folder.is_dir():
        raise _no_folder(folder)
    manifest, summary = _json(folder, "manifest.json"), _json(folder, "summary.json")
    command = manifest.get("command")
    if command not in COMMANDS:
        raise _none_of_ours(folder, "manifest.json")
    if command == "run":
        name = str(manifest["scenario"])
        label = Path(name).name.removesuffix(".toml")
        files, baseline = {label: ("scenario.toml", "results.nc")}, None
    else:
        labels = [str(label) for label in manifest["scenario"]]
        files = {label: (f"{label}.toml", f"{quote(label, safe=' ')}.nc") for label in labels}
        baseline = str(summary["baseline"])
    named = dict(zip(files, _named(manifest, len(files)))) if command == "compare" else {label: name}
    scenarios, runs = {}, {}
    for label, (toml, data) in files.items():
        scenarios[label] = load(folder / toml)
        try:
            runs[label] = results.load(folder / data)
        except (OSError, ValueError, KeyError):
            raise _none_of_ours(folder, data) from None
    return Read(folder, command, scenarios, runs, named, baseline, list(summary.get("effects", [])), manifest)


def _named(manifest: dict[str, Any], n: int) -> list[str]:
    """What scenarios were called on the command line: its words that stand for files, in their order."""
    words = [str(word) for word in manifest.get("arguments", [])]
    labels = [str(label) for label in manifest["scenario"]]
    found = []
    for label in labels:
        own = [word for word in words if Path(word).name.removesuffix(".toml") == label]
        found.append(own[0] if own else label)
    return found[:n]


def _json(folder: Path, name: str) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / name).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise _none_of_ours(folder, name) from None


def _no_folder(path: Path) -> ScenarioError:
    """For a scenario, or nothing, where a folder was wanted: what to do first."""
    from shlex import quote as quoted

    named = str(path)
    is_scenario = (path.suffix == ".toml" and path.is_file()) or named in shipped()
    what = "is a scenario" if is_scenario else "is no folder" if path.exists() else "is not there"
    out = path.name.removesuffix(".toml") if is_scenario else "results"
    out = f"{out}_results" if Path(out).exists() else out
    first = f"loyaltysim run {quoted(named if is_scenario else 'mine.toml')} --out {quoted(out)}"
    then = f"loyaltysim report {quoted(out)}"
    message = f'"{named}" {what}: a report is made of a folder of results. Do `{first}`, then `{then}`'
    return ScenarioError([Fault(None, None, "", message)])


def _none_of_ours(folder: Path, name: str) -> ScenarioError:
    message = (
        f'"{folder}" has no {name} that can be read: a report is made of what `run --out` or `compare --out` wrote'
    )
    return ScenarioError([Fault(None, None, "", message)])
