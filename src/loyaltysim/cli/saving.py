"""Saving: what goes into the folder of a run, so that it can be read, and made again."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.cli.folder import MANIFEST, hashes
from loyaltysim.cli.told import without_nan

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

SCHEMA = 1
"""Of the JSON objects."""


def save_scenario(scenario: Scenario, folder: Path, name: str = "scenario.toml") -> None:
    """Write the scenario with the files that it reads beside it, so that the folder needs nothing else."""
    beside = scenario._folder or Path()
    files = [beside / f"{used}.py" for used in scenario.uses]
    changes: dict[str, Any] = {}
    ties = {setting: beside / file for setting, file in scenario.network.files().items()}
    for setting, file in ties.items():
        others = {other.name for other in ties.values() if other != file}
        own = f"{setting}.{file.name}" if file.name in others else file.name  # layers may take two of one name
        shutil.copyfile(file, folder / own)
        changes[f"network.{setting}"] = own
    if scenario.panel is not None and (beside / scenario.panel.source).is_file():
        files.append(beside / scenario.panel.source)
        changes["panel.source"] = files[-1].name
    for file in files:
        shutil.copyfile(file, folder / file.name)
    (folder / name).write_text((scenario.vary(changes) if changes else scenario).to_toml(), "utf-8")


def save_summary(answer: Mapping[str, Any], folder: Path) -> None:
    """Write summary.json, the same object as `--json` prints."""
    text = json.dumps(without_nan(dict(answer)), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "summary.json").write_text(text + "\n", "utf-8")


def save_manifest(answer: Mapping[str, Any], data: xr.Dataset, folder: Path) -> None:
    """Write manifest.json: what was run with what, when, and a hash of every file of the folder."""
    write_manifest(
        folder,
        **{name: answer[name] for name in ("schema", "command", "scenario", "seed", "replications", "version")},
        versions=data.attrs["versions"],
        source_hash=data.attrs["source_hash"],
    )


def write_manifest(folder: Path, **told: Any) -> None:
    """Write manifest.json of any folder that may be replaced: what is told of it, and a hash of every file."""
    manifest = {
        **told,
        "arguments": sys.argv[1:],
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": hashes(folder),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
