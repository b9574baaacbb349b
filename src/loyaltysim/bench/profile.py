"""Profile: where a run's time goes, by sub-model.

One replication on one thread, under the standard library's profiler, with the processor's time of this thread. Each
file of the package is one sub-model; its compiled kernels count apart from the Python around them. The profiler itself
costs some tenths of a microsecond a call, which is counted as Python: for small populations that share is too high.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import Any

import pandas as pd

import loyaltysim
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

ROOT = Path(loyaltysim.__file__).parent
ELSEWHERE = "NumPy and Python"
"""What no function of the package called itself, as NumPy's own inner functions."""


def profile(scenario: Scenario, *, seed: int = 1, progress: Callable[[str, float], None] | None = None) -> pd.DataFrame:
    """Where the time of a run goes.

    Parameters
    ----------
    scenario : what to run, its burn-in included
    seed : the luck
    progress : is told "profile" and the share that is done

    Returns
    -------
    One row a sub-model, the dearest first: `part`, its file under `loyaltysim` without ending; `seconds` of the run;
    `kernel_ns` and `python_ns`, nanoseconds per customer and step in compiled kernels, and in Python and NumPy; `ns`,
    both; `share` of all; `calls` of kernels a step. Opening is not in it, nor is a first whole run, which loads the
    kernels. What a run does again and again is done by Python here, call by call, and not by routines, inside of which
    nobody can look. In the frame's `attrs`: `customers`, `steps`, `plain_ns`, what a step takes so without the
    profiler, and `usual_ns`, what it takes with routines.
    """
    Simulation(scenario, seed=seed, threads=1).run()  # loads every kernel that the run calls
    steps = scenario.burn_in + scenario.steps
    usual, plain, simulation = (Simulation(scenario, seed=seed, threads=1) for _ in range(3))
    plain.schedule.repeatable = simulation.schedule.repeatable = False
    taken = []
    for one in (usual, plain):
        began = time.thread_time()
        one.run()
        taken.append(time.thread_time() - began)
    profiler = cProfile.Profile(time.thread_time)
    with _seen_kernels():
        for done in range(steps):
            profiler.enable()
            simulation.step()
            profiler.disable()
            if progress is not None:
                progress("profile", (done + 1) / steps)
    rows = simulation.world.customers.rows
    table = _table(profiler, steps, rows)
    usual_ns, plain_ns = (1e9 * seconds / steps / rows for seconds in taken)
    table.attrs = {"customers": rows, "steps": steps, "plain_ns": plain_ns, "usual_ns": usual_ns}
    return table


def _table(profiler: cProfile.Profile, steps: int, rows: int) -> pd.DataFrame:
    found: dict[str, list[float]] = {}
    known = _kernels()
    for (file, line, name), (_, calls, own, _, callers) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        part = _part(file)
        if part is not None:
            place = found.setdefault(part, [0.0, 0.0, 0.0])
            compiled = (file, line, name) in known
            place[0 if compiled else 1] += own
            place[2] += calls * compiled
            continue
        charged = 0.0
        for (caller, _, _), (_, _, theirs, _) in callers.items():
            of = _part(caller)
            if of is not None:  # NumPy's and Python's own functions are charged to who called them
                found.setdefault(of, [0.0, 0.0, 0.0])[1] += theirs
                charged += theirs
        found.setdefault(ELSEWHERE, [0.0, 0.0, 0.0])[1] += max(own - charged, 0.0)
    each = 1e9 / steps / rows
    table = pd.DataFrame(
        [
            (part, kernel + python, kernel * each, python * each, (kernel + python) * each, calls / steps)
            for part, (kernel, python, calls) in found.items()
        ],
        columns=["part", "seconds", "kernel_ns", "python_ns", "ns", "calls"],
    )
    table.insert(5, "share", table.ns / max(float(table.ns.sum()), 1e-300))
    return table.sort_values("ns", ascending=False, ignore_index=True)


def _part(file: str) -> str | None:
    """The sub-model of a file; None for files of other packages."""
    path = Path(file)
    return path.relative_to(ROOT).with_suffix("").as_posix() if path.is_relative_to(ROOT) else None


def _kernels() -> set[tuple[str, int, str]]:
    """File, line and name of every compiled kernel that is loaded."""
    codes = [kernel.py_func.__code__ for _, _, kernel in _named_kernels()]
    return {(code.co_filename, code.co_firstlineno, code.co_name) for code in codes}


def _named_kernels() -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Every compiled kernel by each name it has in the package: the names of the module, the name, the kernel."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("loyaltysim"):
            for name, value in list(vars(module).items()):
                if hasattr(value, "py_func"):
                    yield vars(module), name, value


@contextmanager
def _seen_kernels() -> Iterator[None]:
    """Let the profiler see kernels: from Python 3.12 on Numba no longer tells it of them, so functions of Python do.

    Such a function goes by the file, line and name of its kernel.
    """
    named = list(_named_kernels()) if sys.version_info >= (3, 12) else []
    for names, name, kernel in named:
        names[name] = _called_as(kernel)
    try:
        yield
    finally:
        for names, name, kernel in named:
            names[name] = kernel


def _called_as(kernel: Any) -> FunctionType:
    def call(*arguments: Any) -> Any:
        return kernel(*arguments)

    code, own = call.__code__, kernel.py_func.__code__
    code = code.replace(co_filename=own.co_filename, co_firstlineno=own.co_firstlineno, co_name=own.co_name)
    return FunctionType(code, {}, closure=call.__closure__)
