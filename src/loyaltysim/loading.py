"""Load: a scenario by the name of a shipped one or by the path of a file, with the kinds that its `uses` bring."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import Origin, import_used, read

log = logging.getLogger("loyaltysim")


def load(name_or_path: str | Path, *, uses: bool = True) -> Scenario:
    """Read and check a scenario.

    `uses` tells whether Python files that the scenario names (beside it, nowhere else) are imported; say False for a
    file of a stranger. Raises ScenarioError with file, line and key of every fault.
    """
    source = read(Path(name_or_path))
    if uses:
        for path in import_used(source):
            log.warning("imported %s, which %s uses", path, source.file)
    try:
        scenario = Scenario.from_document(source.document, folder=source.folder)
        scenario._origin = Origin(str(name_or_path))
        return scenario
    except ScenarioError as error:
        if not uses and source.document.get("uses"):
            error = ScenarioError(_unimported(fault) for fault in error.faults)
        raise source.located(error) from None


def _unimported(fault: Fault) -> Fault:
    """A fault with the reason why a kind may be missing."""
    if not fault.message.startswith("no ") or " of kind " not in fault.message:
        return fault
    return replace(fault, message=f"{fault.message} (what the file uses was not imported: uses=False)")
