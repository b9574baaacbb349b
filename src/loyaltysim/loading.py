"""Load: a scenario by the name of a shipped one or by the path of a file, with the kinds that its `uses` bring."""

from __future__ import annotations

import logging
from pathlib import Path

from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import import_used, read

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
        return Scenario.from_document(source.document, folder=source.folder)
    except ScenarioError as error:
        raise source.located(error) from None
