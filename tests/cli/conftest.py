"""The command as a user has it: `command("run", "grocery")` gives the exit code, stdout and stderr."""

import json
import sys
from dataclasses import dataclass

import pytest

from loyaltysim.cli import main

BASE = """\
schema = 1
focal = "Ours"
steps = 26
burn_in = 2

[population]
n_customers = 60

[brands.Ours]
price = 2.0

[brands.Rival]
price = 1.9
"""

SMALL = f"""{BASE.replace("60", "200")}
[[brands.Ours.programs]]
kind = "points"

[[brands.Rival.pricing]]
kind = "promotion_calendar"

[network]
kind = "random"

[population.price_sensitivity]
distribution = "constant"
value = 3.0

[behavior.experience]
kind = "normal"

[word_of_mouth]
talk = "threshold"
influence = "heard"
"""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(here, monkeypatch, capsys):
    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["loyaltysim", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return Done(end.value.code or 0, told.out, told.err)

    return call


@pytest.fixture
def base() -> str:
    """The text of a plain market of two brands."""
    return BASE


@pytest.fixture
def small(here) -> str:
    """A file with all three questions, quick to run."""
    (here / "small.toml").write_text(SMALL)
    return "small.toml"
