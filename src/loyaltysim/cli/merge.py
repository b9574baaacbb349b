"""`loyaltysim merge`: the runs of several stores in one, as after doing shards of a sweep on several machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told

Into = Annotated[Path, typer.Argument(metavar="DIR", help="Store that gets the runs; made if it is not there.")]
Others = Annotated[list[Path], typer.Argument(metavar="STORE …", help="Stores that have them; they stay as they are.")]


def merge(into: Into, others: Others, as_json: options.Json = False) -> None:
    """Put the runs of several stores into one: those of `sweep --shard K/N` on several machines, say.

    The same sweep without --shard, with --store DIR, then tells the results of all, and computes what is missing.
    """
    with told(as_json):
        from loyaltysim.faults import ScenarioError
        from loyaltysim.study.merging import merge_stores

        try:
            added = merge_stores(into, others)
        except ScenarioError as error:  # its faults name the argument of Python; which folder it is, they say
            raise ScenarioError(replace(fault, key="") for fault in error.faults) from None
        if as_json:
            print_json({"command": "merge", "into": str(into), "stores": [str(one) for one in others], "added": added})
        else:
            typer.echo(f'{added:,} runs added to "{plain(str(into))}"')
