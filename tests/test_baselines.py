"""The numbers of every shipped scenario stay what they were, until somebody refreshes them on purpose.

Refresh: `python tests/test_baselines.py`, and commit as `MODEL:` with the reason and the old and new numbers.
"""

import json
import sys
from pathlib import Path

import pytest

from loyaltysim import load, replicate
from loyaltysim.scenario_file import shipped

FILE = Path(__file__).parent / "baselines.json"
COUNTS = "purchases messages_positive messages_negative rewards_redeemed joined repeat_purchases".split()


def numbers(name: str) -> dict[str, list[int]]:
    """Counts over two replications of a scenario as shipped, by brand: whole numbers, so equal or not."""
    data = replicate(load(name), replications=2, seed=1).sel(segment="all")
    found = {count: data[count].sum(["step", "replication"]).values.tolist() for count in COUNTS}
    return {
        **found,
        "occasions": [int(data["occasions"].sum())],
        "revenue": [round(float(data["revenue"].sum()) * 10_000)],
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_scenario__gives_the_numbers_it_gave_before(name):
    kept = json.loads(FILE.read_text())
    assert name in kept, f"{name} has no baseline yet: python tests/test_baselines.py"
    assert numbers(name) == kept[name], "results changed: if on purpose, refresh the baselines in a MODEL: commit"


if __name__ == "__main__":
    found = {name: numbers(name) for name in shipped()}
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    sys.exit(f"wrote {FILE.name}: {', '.join(found)}")
