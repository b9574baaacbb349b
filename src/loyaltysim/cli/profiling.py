"""Profiling: the table of `loyaltysim run --profile`, where the time of a run goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

SHOWN = 25
"""Rows of the table; the rest is one line."""


def profiled(scenario: Scenario, asked: Asked, quiet: bool) -> list[dict[str, Any]]:
    """One row a sub-model, the dearest first: one replication on one thread."""
    from loyaltysim.bench.profile import profile
    from loyaltysim.cli.progress import bar

    with bar(1, quiet) as tell:
        rows: list[dict[str, Any]] = profile(scenario, seed=asked.seed, progress=tell).to_dict("records")
    return rows


def show_profile(name: str, rows: list[dict[str, Any]]) -> None:
    """Print where the time goes, and what share of it is Python."""
    from loyaltysim.cli.show import answer_console
    from loyaltysim.cli.tables import table

    def cells(part: str, some: list[dict[str, Any]]) -> list[str]:
        sums = [sum(row[column] for row in some) for column in ("ns", "kernel_ns", "python_ns", "share", "calls")]
        return [part, *(f"{value:.1f}" for value in sums[:3]), f"{100 * sums[3]:.1f} %", f"{sums[4]:.0f}"]

    body = [cells(row["part"], [row]) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        body.append(cells(f"{len(rows) - SHOWN} more", rows[SHOWN:]))
    body.append(cells("all", rows))
    heads = ["sub-model", "ns", "in kernels", "in Python", "share", "calls a step"]
    title = f"Where the time of {name} goes: nanoseconds per customer and step, one replication, one thread"
    answer_console().print(table(title, heads, body))
    python = sum(row["python_ns"] for row in rows) / max(sum(row["ns"] for row in rows), 1e-300)
    print(f"{100 * python:.0f} % is Python and NumPy, the profiler's own cost included.")
