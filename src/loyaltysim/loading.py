"""Load: a scenario by the name of a shipped one or by the path of a file, with the kinds that its `uses` bring."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_faults import faults_of_a_part
from loyaltysim.scenario_file import Origin, import_used, read, read_alone

log = logging.getLogger("loyaltysim")


def load(name_or_path: str | Path, *, uses: bool = True) -> Scenario:
    """Read and check a scenario.

    `uses` tells whether Python files that the scenario names (beside it, nowhere else) are imported; say False for a
    file of a stranger. Raises ScenarioError with file, line and key of every fault.
    """
    try:
        source = read(Path(name_or_path))
    except ScenarioError as error:
        raise _with_its_own(error, Path(name_or_path)) from None
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


def _with_its_own(error: ScenarioError, path: Path) -> ScenarioError:
    """Of a file whose base is missing, its own faults too, as far as they can be told without the base."""
    if any(fault.key != "extends" for fault in error.faults):
        return error
    own = read_alone(path)
    return ScenarioError((*error.faults, *own.located(ScenarioError(faults_of_a_part(Scenario, own.document))).faults))


def _unimported(fault: Fault) -> Fault:
    """A fault with the reason why a kind may be missing."""
    if not fault.message.startswith("no ") or " of kind " not in fault.message:
        return fault
    return replace(fault, message=f"{fault.message} (what the file uses was not imported: uses=False)")
