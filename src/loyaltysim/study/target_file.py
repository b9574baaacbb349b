"""The file of targets: a TOML table for each source, read by `ls.data` and checked row by row."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.data.cohort_tables import read_retention, read_triangle
from loyaltysim.data.panels import MissingData, find_panel, panel_scenario
from loyaltysim.data.purchases import ANSWERS, read_transactions
from loyaltysim.data.rows import SHOWN, DataError
from loyaltysim.faults import Fault, ScenarioError, nearest

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

TEXT = ("delimiter", "encoding")
OPTIONS: dict[str, tuple[str, ...]] = {
    "retention": ("file", "columns", "decimal", *TEXT),
    "triangle": ("file", "cohort", "size", *TEXT),
    "log": ("file", "columns", "date_format", "decimal", "duplicates", "returns", *TEXT),
    "panel": (),
}
"""What the table of each source may hold; moments are names of metrics."""
COUNTS = "calibration needs counts of customers: shares and percents do not tell how sure they are"
TABLES = ("weeks", "moments", *OPTIONS)


def read_target_file(path: str | Path, scenario: Scenario) -> tuple[Scenario, list[Any], float | None]:
    """Read what was observed.

    Returns
    -------
    The scenario, on its panel if there is a table ``[panel]``; the targets; ``weeks``, if given

    Raises
    ------
    ScenarioError : for a file that cannot be read, unknown tables or settings, and rows of data that are wrong
    """
    path = Path(path)
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        says = getattr(error, "strerror", None) or "is no text"
        raise ScenarioError([Fault(str(path), None, "", f"cannot be read: {says}")]) from None
    except ValueError as error:  # no TOML, or a number too long for Python
        raise ScenarioError([Fault(str(path), None, "", str(error))]) from None
    faults = list(_faults(path, document))
    if faults:
        raise ScenarioError(faults)
    targets: list[Any] = [document["moments"]] if "moments" in document else []
    for name in ("retention", "triangle", "log"):
        if name in document:
            try:
                targets.append(_read(name, dict(document[name]), path.parent))
            except DataError as error:
                faults += [Fault(str(path), None, name, str(fault)) for fault in error.faults[:SHOWN]]
                faults += [Fault(str(path), None, name, COUNTS)] if name == "retention" else []
            except (OSError, ValueError, TypeError) as error:
                faults.append(Fault(str(path), None, name, str(error)))
    if "panel" in document:
        try:
            scenario = panel_scenario(scenario)
            assert scenario.panel is not None  # a fault otherwise
            targets.append(find_panel(scenario.panel.source, scenario._folder, scenario.panel.order))
        except ScenarioError as error:
            faults += error.faults
        except MissingData as error:
            faults.append(Fault(str(path), None, "panel", str(error)))
    if faults:
        raise ScenarioError(faults)
    return scenario, targets, document.get("weeks")


def _read(name: str, options: dict[str, Any], folder: Path) -> Any:
    file = folder / options.pop("file")
    if name == "retention":
        return read_retention(file, unit="customers", **options)
    return read_triangle(file, **options) if name == "triangle" else read_transactions(file, **options)


def _faults(path: Path, document: Mapping[str, Any]) -> list[Fault]:
    def fault(key: str, message: str, choices: tuple[str, ...] = (), given: str = "") -> Fault:
        return Fault(str(path), None, key, message, choices, nearest(given, choices) if given else None)

    found = [fault(key, "unknown table", TABLES, key) for key in document if key not in TABLES]
    weeks = document.get("weeks", 1)
    if isinstance(weeks, bool) or not isinstance(weeks, (int, float)):
        found.append(fault("weeks", f"must be a number, was {weeks!r}"))
    for name in ("moments", *OPTIONS):
        table = document.get(name)
        if table is None or (name == "moments" and isinstance(table, dict)):
            continue
        if not isinstance(table, dict):
            found.append(fault(name, "must be a table"))
            continue
        known = OPTIONS[name]
        found += [fault(f"{name}.{key}", "unknown setting", known, key) for key in table if key not in known]
        if known and not isinstance(table.get("file"), str):
            found.append(fault(f"{name}.file", "missing: the name of a file beside this one"))
        for key in ("duplicates", "returns"):
            if table.get(key, ANSWERS[0]) not in ANSWERS:
                found.append(fault(f"{name}.{key}", f"must be one of them, was {table[key]!r}", ANSWERS))
        found += [
            fault(f"{name}.{key}", f"must be text, was {table[key]!r}")
            for key in known if key in table and key != "columns" and not isinstance(table[key], str)
        ]  # fmt: skip
        if not isinstance(table.get("columns", {}), dict):
            found.append(fault(f"{name}.columns", "must be a table of names"))
    if not found and not any(name in document for name in ("moments", *OPTIONS)):
        found.append(fault("", "holds no targets", TABLES[1:]))
    return found
