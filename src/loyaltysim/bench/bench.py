"""Bench: how long the reference step takes here, in NumPy, in C and in Mesa, in nanoseconds per customer and step.

Every contender simulates exactly the shipped scenario `reference`, its 52 weeks from the start, and counts the same
things every step. They take turns in one process: A B C A B C …. Machines differ and other work comes and goes, so only
ratios within a round mean much; the table gives their median over the rounds.

Opening (drawing the population, building the network) is not timed, nor is the first step of a run, which touches its
memory for the first time. `first` is the very first step of a contender at a size, which loads or compiles kernels; all
else is warm.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from loyaltysim.loading import load
from loyaltysim.results import source_hash
from loyaltysim.runs import STACK_ROWS
from loyaltysim.simulation import Simulation

if TYPE_CHECKING:
    from rich.console import RenderableType

    from loyaltysim.scenario import Scenario

OURS, STACK, PLAIN, TUNED, IN_C, TWIN = (
    "loyaltysim", "loyaltysim, in a stack", "NumPy in mesa.Model", "NumPy, tuned", "C, by hand",
    "Mesa, an object a customer",
)  # fmt: skip
STACKED_UP_TO = 10_000
"""Populations for which a stack of replications, as `replicate` makes it, is timed too: larger ones gain nothing."""
TWIN_SIZE = 10_000
"""The twin is timed at this size alone: it takes seconds a step at a million."""
TWIN_STEPS = 6
"""Its weeks: they all take it the same time."""
ROWS_A_TURN = 5_000_000
"""Customers × steps of one turn at least: .04 s and more; small populations are run several times …"""
MOST_RUNS = 100
"""… but no more often than this: opening takes its time too."""


@dataclass(frozen=True)
class Row:
    """One contender at one size; times are nanoseconds per customer and step."""

    customers: int
    contender: str
    replications: int
    threads: int
    steps: int
    """Timed steps of one turn."""
    first_ms: float
    """The first step, in milliseconds: kernels are loaded or compiled."""
    ns: float
    """Median over the rounds."""
    ns_low: float
    ns_high: float
    """Fastest and slowest round."""
    ratio: float
    """Median over the rounds of its time over that of loyaltysim, one replication, one thread."""
    ratio_stack: float | None
    """The same over loyaltysim in a stack; None where no stack was timed."""


@dataclass(frozen=True)
class Report:
    """What was measured, and on what."""

    machine: dict[str, Any]
    rows: list[Row]

    def plain(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"machine": self.machine, "rows": [asdict(row) for row in self.rows]}


class _Contender:
    """One way to simulate the scenario, and the times of its turns."""

    def __init__(self, name: str, open_one: Callable[[int], Any], rows: int, steps: int, threads: int = 1) -> None:
        self.name, self.open_one, self.rows, self.threads = name, open_one, rows, threads
        self.runs = min(MOST_RUNS, max(1, round(ROWS_A_TURN / (rows * steps)))) if name != TWIN else 1
        self.steps = steps - 1
        self.first: float | None = None
        self.turns: list[float] = []

    def turn(self, seed: int) -> None:
        """Open and run some times; keep the nanoseconds per customer and step."""
        taken = 0.0
        for run in range(self.runs):
            model = self.open_one(seed + run)
            start = time.perf_counter()
            model.step()
            opened = time.perf_counter()
            for _ in range(self.steps):
                model.step()
            taken += time.perf_counter() - opened
            self.first = opened - start if self.first is None else self.first
        self.turns.append(1e9 * taken / (self.runs * self.steps * self.rows))


def run(
    sizes: tuple[int, ...] = (1_000, 10_000, 100_000),
    *,
    steps: int | None = None,
    rounds: int = 5,
    threads: int = 1,
    twin: bool = True,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Time all contenders.

    Parameters
    ----------
    sizes : numbers of customers, each once; a million takes a minute and .5 GB
    steps : weeks of a run, the first of which is not timed; None: the 52 of the scenario
    rounds : turns of each contender
    threads : more than 1 adds a line for loyaltysim with so many; all others run on one
    twin : whether the twin, one Python object a customer, is timed at 10,000 customers
    seed : the first of the seeds, one a run
    progress : called with a line of text before each size

    Returns
    -------
    Report with a row for each size and contender, in the order in which they take turns

    Raises
    ------
    ValueError : for no rounds, less than 2 steps, or a size that the reference network of mean degree 10 does not fit
    """
    reference, rows = load("reference"), []
    steps = reference.steps if steps is None else steps
    if rounds < 1 or steps < 2 or not sizes or min(sizes) <= 10:  # the mean degree of the reference network
        raise ValueError(
            f"sizes must be above 10, rounds at least 1, steps at least 2; were {sizes}, {rounds}, {steps}"
        )
    machine = describe_machine(reference)
    for size in dict.fromkeys(sizes):
        if progress is not None:
            progress(f"{size:,} customers")
        scenario = reference.vary({"population.n_customers": size, "steps": steps})
        contenders = _contenders(scenario, threads, twin and size == TWIN_SIZE)
        for number in range(rounds):
            for contender in contenders:
                contender.turn(seed + 1000 * number)  # more than a turn has runs
        rows += _rows(size, contenders)
    return Report(machine, rows)


def _contenders(scenario: Scenario, threads: int, twin: bool) -> list[_Contender]:
    """All contenders of one size, in the order of their turns."""
    from loyaltysim.bench.c_model import CModel, compiler
    from loyaltysim.bench.numpy_model import NumpyModel
    from loyaltysim.bench.numpy_tuned import TunedNumpyModel

    n, steps = scenario.population.n_customers, scenario.steps
    stack = range(max(1, STACK_ROWS // n))

    def ours(seed: int, threads: int = 1, replications: range = range(1)) -> Simulation:
        return Simulation(scenario, seed=seed, threads=threads, replications=replications)

    found = [_Contender(OURS, ours, n, steps)]
    if n <= STACKED_UP_TO:
        found.append(_Contender(STACK, partial(ours, replications=stack), n * len(stack), steps))
    if threads > 1:
        found.append(_Contender(OURS, partial(ours, threads=threads), n, steps, threads))
    found.append(_Contender(PLAIN, partial(NumpyModel, scenario), n, steps))
    found.append(_Contender(TUNED, partial(TunedNumpyModel, scenario), n, steps))
    if compiler() is not None:
        found.append(_Contender(IN_C, partial(CModel, scenario), n, steps))
    if twin:
        from loyaltysim.mesa.twin import TwinModel

        def twins(seed: int) -> TwinModel:
            return TwinModel(scenario=scenario, rng=seed, luck="mesa")

        found.append(_Contender(TWIN, twins, n, min(steps, TWIN_STEPS)))
    return found


def _rows(size: int, contenders: list[_Contender]) -> list[Row]:
    ours = next(c.turns for c in contenders if c.name == OURS)
    stack = next((c.turns for c in contenders if c.name == STACK), None)

    def ratio(turns: list[float], base: list[float]) -> float:
        return median(a / b for a, b in zip(turns, base))

    return [
        Row(
            customers=size, contender=c.name, replications=c.rows // size, threads=c.threads, steps=c.runs * c.steps,
            first_ms=1e3 * (c.first or 0.0), ns=median(c.turns), ns_low=min(c.turns), ns_high=max(c.turns),
            ratio=ratio(c.turns, ours), ratio_stack=None if stack is None else ratio(c.turns, stack),
        )
        for c in contenders
    ]  # fmt: skip


def describe_machine(scenario: Scenario) -> dict[str, Any]:
    """Processor, cores, load before the run, versions, commit, a hash of the package's source and of the scenario."""
    from hashlib import blake2b

    packages = ("loyaltysim", "numpy", "numba", "mesa")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "commit": _commit(),
        "source_hash": source_hash(),
        "scenario_hash": blake2b(scenario.to_toml().encode(), digest_size=8).hexdigest(),
    }


def _commit() -> str:
    """The commit of the checkout that the package is part of, with a plus where files were changed; empty elsewhere."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(Path(__file__).parent), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", Path(__file__).name)  # an installed one is no part of what is around it
        return git("describe", "--always", "--dirty=+", "--exclude=*")
    except (OSError, subprocess.SubprocessError):
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(report: Report) -> RenderableType:
    """The report as a table for `rich`."""
    from rich.console import Group
    from rich.table import Table

    machine = report.machine
    versions = ", ".join(f"{name} {machine[name]}" for name in ("python", "loyaltysim", "numpy", "numba", "mesa"))
    commit = f"commit {machine['commit']}, " if machine["commit"] else ""
    head = [
        "The reference step: nanoseconds per customer and step, median (fastest – slowest) over rounds that take turns",
        f"{machine['processor']}, {machine['cores']} cores, load before {machine['load']}; one thread unless said",
        f"{versions}; {commit}source {machine['source_hash']}",
        "Warm, weeks 2 to 52; opening is not timed; `first` is a contender's very first step, kernels loaded in it.",
    ]
    grid = Table(pad_edge=False)
    for title in ("customers", "contender", "ns", "first, ms", "× loyaltysim", "× stack"):
        grid.add_column(title, justify="left" if title == "contender" else "right")
    size = None
    for row in report.rows:
        name = row.contender + (f" of {row.replications}" if row.replications > 1 else "")
        name += f", {row.threads} threads" if row.threads > 1 else ""
        if size not in (None, row.customers):
            grid.add_section()
        grid.add_row(
            f"{row.customers:,}" if row.customers != size else "",
            name,
            f"{_short(row.ns)} ({_short(row.ns_low)} – {_short(row.ns_high)})",
            _short(row.first_ms),
            _short(row.ratio),
            "" if row.ratio_stack is None else _short(row.ratio_stack),
        )
        size = row.customers
    return Group(*head, grid)


def _short(value: float) -> str:
    """Three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
