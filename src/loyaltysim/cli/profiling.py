"""Profiling: the table of `loyaltysim run --profile`, where the time of a run goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

SHOWN = 25
"""Rows of the table; the rest is one line."""


def profiled(scenario: Scenario, asked: Asked, quiet: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """One row a sub-model, the dearest first, of one replication on one thread; and what the run was."""
    from loyaltysim.bench.profile import profile
    from loyaltysim.cli.progress import bar

    with bar(1, quiet) as tell:
        found = profile(scenario, seed=asked.seed, progress=tell)
    return found.to_dict("records"), found.attrs


def show_profile(name: str, rows: list[dict[str, Any]], run: dict[str, Any]) -> None:
    """Print where the time goes, and what share of it is Python."""
    from loyaltysim.cli.show import answer_console
    from loyaltysim.cli.tables import table

    def cells(part: str, some: list[dict[str, Any]]) -> list[str]:
        of = {name: sum(row[name] for row in some) for name in rows[0] if name != "part"}
        times = [f"{of['seconds']:.3f}", *(f"{of[name]:.1f}" for name in ("ns", "kernel_ns", "python_ns"))]
        return [part, *times, f"{100 * of['share']:.1f} %", f"{of['calls']:.0f}"]

    body = [cells(row["part"], [row]) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        body.append(cells(f"{len(rows) - SHOWN} more", rows[SHOWN:]))
    body.append(cells("all", rows))
    heads = ["sub-model", "seconds", "ns", "in kernels", "in Python", "share", "calls a step"]
    title = (
        f"Where the time of {name} goes: {run['customers']:,} customers, {run['steps']} steps, one replication, one "
        "thread; seconds, and nanoseconds per customer and step"
    )
    answer_console().print(table(title, heads, body))
    whole, python = (sum(row[name] for row in rows) for name in ("ns", "python_ns"))
    share, usual, plain = python / max(whole, 1e-300), run["usual_ns"], run["plain_ns"]
    print(f"A step takes {usual:.1f} ns a customer, and {plain:.1f} where Python makes every call, as in the table.")
    print(
        f"There {share:.0%} is Python and NumPy: the profiler's own cost is in it, most of all where customers are few."
    )
