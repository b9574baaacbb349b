"""Findings: all that a report tells: what the folder has, and what is run for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.faults import path_text, split_path
from loyaltysim.report.folder import Read
from loyaltysim.simulation import check_count
from loyaltysim.study.assumptions import SPREAD, Assumption, assumptions, numbers
from loyaltysim.study.launches import Launch, launches
from loyaltysim.study.program_doubt import DRAWS, FEW, TOLD, draws, tornado
from loyaltysim.study.program_value import ProgramValue, check_launches, program_value
from loyaltysim.study.questions import without_word_of_mouth
from loyaltysim.study.stress import AS_IT_IS, WORLDS
from loyaltysim.study.word_of_mouth_value import word_of_mouth_value

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

MOST = 10
"""Replications of each world unless told otherwise (assumed: some minutes for ten thousand customers)."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """What a report is made of; what does not arise in a scenario is None or empty."""

    read: Read
    subject: str
    replications: int
    seed: int
    spread: float
    axes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Ranges that were asked for, by path."""
    value: ProgramValue | None = None
    """Of the program, launched at the end of the burn-in."""
    launch: Launch | None = None
    """The same, step by step."""
    going_on: Launch | None = None
    """Of a program that runs already: going on against stopping at the end of the burn-in."""
    worlds: dict[str, Launch] = field(default_factory=dict)
    """Of the launch in adverse worlds."""
    tried: list[Assumption] = field(default_factory=list)
    """Assumptions, with both ends of their ranges."""
    tornado: pd.DataFrame | None = None
    draws: np.ndarray | None = None
    word_of_mouth: pd.DataFrame | None = None
    when: datetime = field(default_factory=lambda: datetime.now().astimezone())
    """When that was worked out."""

    @property
    def scenario(self) -> Scenario:
        """The scenario that the report is about."""
        return self.read.scenarios[self.subject]

    @property
    def data(self) -> xr.Dataset:
        """Its run, as the folder has it."""
        return self.read.runs[self.subject]


def work_out(
    read: Read,
    *,
    of: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    axes: Mapping[str, Sequence[float]] | None = None,
    spread: float = SPREAD,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Run what a report needs and the folder has not.

    Parameters
    ----------
    read : what `report.read` gives
    of : the scenario that the report is about; `Read.subject` says which if not given
    replications : runs of each world; as many as the folder's runs, at most 10, if not given
    seed : that of the folder if not given
    axes : ranges of assumptions, by their path, in place of `spread` lower and higher
    progress : called with what is being done, and how much of it is done, in replications

    Raises
    ------
    ScenarioError : for a scenario that is not in the folder, ranges that a setting cannot have, and a program that is
        launched after the end
    """
    subject = read.subject(of)
    scenario = read.scenarios[subject]
    replications = usual_replications(read, subject) if replications is None else replications
    check_count("replications", replications)
    seed = int(read.manifest["seed"]) if seed is None else seed
    found: dict[str, Any] = {}
    how: dict[str, Any] = {"replications": replications, "seed": seed, "threads": threads}

    def told(stage: str) -> Progress | None:
        return None if progress is None else lambda what, done: progress(f"{stage}: {what}", done)

    tried = ranges(scenario, axes or {}, spread)
    if scenario.brands[scenario.focal].programs:
        check_launches(scenario)
        found["value"] = program_value(scenario, progress=told("program"), **how)
        worlds = {name: made for name, world in WORLDS.items() if (made := world.make(scenario)) is not None}
        every = launches({AS_IT_IS: scenario, **worlds}, progress=told("worlds"), **how)
        found["launch"], found["worlds"] = every[AS_IT_IS], {name: every[name] for name in worlds}
        if runs_already(scenario):
            found["going_on"] = launches({"going on": scenario}, running=True, progress=told("stopping"), **how)[
                "going on"
            ]
        found["tornado"] = tornado(
            scenario, tried, as_it_is=every[AS_IT_IS], progress=told("assumptions"),
            **{**how, "replications": min(replications, FEW)},
        )  # fmt: skip
        found["draws"] = draws(scenario, tried, seed=seed, threads=threads, progress=told("draws"))
    if without_word_of_mouth(scenario) is not None:
        found["word_of_mouth"] = word_of_mouth_value(scenario, progress=told("word of mouth"), **how)
    return Findings(read, subject, replications, seed, spread, axes or {}, tried=tried, **found)


def usual_replications(read: Read, subject: str) -> int:
    """As many as the folder has, but no more than `MOST`."""
    return min(read.runs[subject].sizes["replication"], MOST)


def effort(read: Read, subject: str, replications: int) -> float:
    """About how many replications `work_out` tells of, for a bar."""
    scenario = read.scenarios[subject]
    talk = replications if without_word_of_mouth(scenario) is not None else 0
    if not scenario.brands[scenario.focal].programs:
        return talk or 1
    tried = len(assumptions(scenario))
    screened = tried if tried > TOLD else 0
    worlds = 1 + sum(world.make(scenario) is not None for world in WORLDS.values()) + runs_already(scenario)
    ends = min(replications, FEW) * 2 * min(tried, TOLD)
    return replications * (1 + worlds) + ends + screened + DRAWS + talk


def runs_already(scenario: Scenario) -> bool:
    """Whether all programs of the focal brand run from the start, and there is a burn-in before the measured time."""
    return scenario.burn_in > 0 and all(one.from_week is None for one in scenario.brands[scenario.focal].programs)


def ranges(scenario: Scenario, axes: Mapping[str, Sequence[float]], spread: float) -> list[Assumption]:
    """All assumptions; those in `axes` with the ends given there, others `spread` lower and higher."""
    from loyaltysim.study.design import ends_of

    usual = {one.path: one for one in assumptions(scenario, spread)}
    if axes:
        every = {number.path: number.setting for number in numbers(scenario)}
        for path, (value, low, high) in zip(axes, ends_of(scenario, axes)):
            path = path_text(split_path(path))  # as it is written here, however it was asked for
            setting = every.get(path)
            unit, says = ("", "") if setting is None else (setting.unit, setting.says)
            usual[path] = Assumption(path, value, low, high, unit, says)
    return list(usual.values())
