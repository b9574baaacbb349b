"""`loyaltysim bench`: how fast, here."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import print_json, told

SIZES = ("1000", "10000", "100000")
MOST_CUSTOMERS = 10_000_000
Sizes = Annotated[list[str] | None, typer.Argument(metavar="[N …]", help="Customers: 1000 10000 100000 if not given.")]
Rounds = Annotated[str, typer.Option(metavar="N", help="How often each takes its turn.")]
Threads = Annotated[str | None, typer.Option(metavar="N", help="Time ours on so many threads, too; 1 if not given.")]


def bench(
    sizes: Sizes = None,
    rounds: Rounds = "5",
    threads: Threads = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure the reference step here, in nanoseconds per customer and step, beside NumPy, Mesa (at 10,000) and C."""
    with told(as_json):
        from loyaltysim.bench.bench import run, table
        from loyaltysim.cli.asked import MOST_THREADS, Faults, read_count
        from loyaltysim.cli.show import answer_console, note

        faults = Faults()
        numbers: dict[str, Any] = {}
        with faults.of("--rounds"):
            numbers["rounds"] = read_count(rounds)
        with faults.of("--threads"):
            numbers["threads"] = 1 if threads is None else read_count(threads, MOST_THREADS)
        counts = []
        for size in sizes or SIZES:
            with faults.of("N"):
                counts.append(read_count(size, MOST_CUSTOMERS, least=11))  # more than the mean degree of the network
        faults.tell()
        report = run(tuple(counts), **numbers, progress=partial(note, quiet=quiet))
        if as_json:
            print_json(report.plain())
        else:
            answer_console().print(table(report))
