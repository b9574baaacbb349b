"""`loyaltysim schema`: the scenario file for editors."""

from __future__ import annotations

import json

from loyaltysim.cli.told import told


def schema() -> None:
    """Print the JSON Schema of scenario files, by which editors complete and check."""
    with told():
        from loyaltysim.scenario_schema import json_schema

        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
