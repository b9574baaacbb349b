"""`loyaltysim new`: a scenario to begin one's own from."""

from __future__ import annotations

from loyaltysim.cli import options
from loyaltysim.cli.told import told


def new(name: options.Name) -> None:
    """Print a scenario as a file with a word on every setting: unit, range, default and where it comes from."""
    with told():
        from loyaltysim.loading import load
        from loyaltysim.scenario_file import find
        from loyaltysim.scenario_template import commented

        scenario = load(name, uses=False)
        print(commented(scenario, find(name).read_text("utf-8-sig")), end="")
