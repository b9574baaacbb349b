"""Record: a round that was played, in its folder: what was in force, what came of it, and the state it left behind.

`played/round_N/` holds `round.json`, `hand_ins/TEAM.toml` and, of the latest round, `state/*.npz`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from loyaltysim.classroom.hand_in import HandIn, InForce, with_terms
from loyaltysim.classroom.rules import Rules, source_of
from loyaltysim.faults import Fault, ScenarioError

PLAYED, FILE, STATE = "played", "round.json", "state"
NUMBERS = (
    "profit", "margin", "spent", "program_cost", "lever_cost", "units", "market_units", "start", "kept", "customers",
    "members",
)  # fmt: skip
"""What is kept of a team's round, one number a replication; `start` and `kept` are customers of the round before."""


@dataclass(frozen=True)
class Round:
    """A round that was played.

    Attributes
    ----------
    number : from 1 on
    in_force : what each team's brand did
    numbers : by team and name, of `NUMBERS`, one a replication
    owed : by team: what is owed to members at the end, programs × replications
    rules, market : as they were; version, source : of the package that played it
    """

    number: int
    in_force: dict[str, InForce]
    numbers: dict[str, dict[str, np.ndarray]]
    owed: dict[str, np.ndarray]
    rules: dict[str, Any]
    market: str
    version: str
    source: str

    def same(self, other: Round) -> bool:
        """Whether another playing of the round came to the same, to the bit."""
        return _numbers(self) == _numbers(other)


def save_round(played: Round, folder: Path) -> None:
    """Write what a round came to into its folder, in which the markets' states are already."""
    (folder / "hand_ins").mkdir()
    for team, one in played.in_force.items():
        (folder / "hand_ins" / f"{team}.toml").write_text(one.hand_in.text, "utf-8")
    said = {
        "round": played.number,
        "version": played.version,
        "source": played.source,
        "rules": played.rules,
        "market": played.market,
        "teams": {
            team: {"since": one.since, "faults": [str(fault) for fault in one.faults]}
            for team, one in played.in_force.items()
        },
        **_numbers(played),
    }
    (folder / FILE).write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _numbers(played: Round) -> dict[str, Any]:
    return {
        "numbers": {
            team: {name: _plain(values) for name, values in own.items()} for team, own in played.numbers.items()
        },
        "owed": {team: _plain(values) for team, values in played.owed.items()},
    }


def _plain(values: np.ndarray) -> Any:
    """Numbers as JSON has them: exact, and null for NaN."""
    return [_plain(one) for one in values] if values.ndim > 1 else [None if v != v else float(v) for v in values]


def read_rounds(folder: Path, rules: Rules) -> list[Round]:
    """The rounds that were played, in their order. Raises ScenarioError for one that cannot be read."""
    found: list[Round] = []
    while (place := folder / PLAYED / f"round_{len(found) + 1}").is_dir():
        try:
            found.append(_read(place, rules))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            message = "is no round that was played: take it away, and all after it, to play from there anew"
            raise ScenarioError([Fault(str(place), None, "", message)]) from None
    return found


def _read(place: Path, rules: Rules) -> Round:
    said = json.loads((place / FILE).read_text("utf-8"))
    in_force = {}
    for team, one in said["teams"].items():
        file = place / "hand_ins" / f"{team}.toml"
        hand_in = (
            HandIn(file.read_text("utf-8"), with_terms(source_of(file).document, rules)) if one["since"] else HandIn()
        )
        in_force[team] = InForce(hand_in, one["since"], tuple(Fault(None, None, "", text) for text in one["faults"]))
    numbers = {
        team: {name: np.array(own[name], float) for name in NUMBERS} for team, own in said["numbers"].items()
    }  # fmt: skip
    owed = {
        team: np.array(values, float).reshape(len(values), rules.replications) for team, values in said["owed"].items()
    }
    return Round(said["round"], in_force, numbers, owed, said["rules"], said["market"], said["version"], said["source"])
