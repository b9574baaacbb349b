"""The command line as a whole: which commands there are, and how it ends."""

from __future__ import annotations

import atexit
import gc
import io
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

import loyaltysim
from loyaltysim.cli.bench import bench
from loyaltysim.cli.calibrate import calibrate
from loyaltysim.cli.check import check
from loyaltysim.cli.claims import claims
from loyaltysim.cli.classroom import app as classroom
from loyaltysim.cli.compare import compare
from loyaltysim.cli.diff import diff
from loyaltysim.cli.lever_value import lever_value
from loyaltysim.cli.merge import merge
from loyaltysim.cli.new import new
from loyaltysim.cli.odd import odd
from loyaltysim.cli.optimize import optimize
from loyaltysim.cli.page import page
from loyaltysim.cli.program_value import program_value
from loyaltysim.cli.report import report
from loyaltysim.cli.reproduce import reproduce
from loyaltysim.cli.run import run
from loyaltysim.cli.scenarios import scenarios
from loyaltysim.cli.schema import schema
from loyaltysim.cli.sensitivity import sensitivity
from loyaltysim.cli.stress import stress
from loyaltysim.cli.sweep import sweep
from loyaltysim.cli.told import INTERRUPTED, WRONG
from loyaltysim.cli.validate import validate
from loyaltysim.cli.warmup import warmup
from loyaltysim.cli.word_of_mouth import word_of_mouth

app = typer.Typer(
    name="loyaltysim",
    help="Simulate customer loyalty: programs, prices, service and word of mouth, customer by customer.",
    epilog="Example: loyaltysim run grocery",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXAMPLES: dict[Callable[..., None], str] = {
    run: "loyaltysim run grocery --set brands.Rival.pricing.0.depth=0.3 --out results",
    compare: "loyaltysim compare grocery mine.toml --replications 30",
    sweep: "loyaltysim sweep grocery --axis 'brands.Ours.price=[1.9,2.0,2.1]' --store prices",
    merge: "loyaltysim merge all shard1 shard2",
    sensitivity: "loyaltysim sensitivity grocery --axis 'brands.Ours.quality=[0.5,0.7]' --metric share",
    calibrate: "loyaltysim calibrate grocery --targets seen.toml --axis 'brands.Ours.price=[1.8,2.2]' --out calibrated",
    optimize: "loyaltysim optimize grocery --axis 'brands.Ours.programs.0.earn_rate=[2.0,20.0]' --store designs",
    stress: "loyaltysim stress grocery --world price_war",
    report: "loyaltysim report results --replications 20",
    reproduce: "loyaltysim reproduce results",
    word_of_mouth: "loyaltysim word-of-mouth grocery --of praise",
    check: "loyaltysim check mine.toml",
    diff: "loyaltysim diff grocery mine.toml",
    new: "loyaltysim new grocery > mine.toml",
    odd: "loyaltysim odd grocery --out grocery.md",
    schema: "loyaltysim schema > loyaltysim.schema.json",
    scenarios: "loyaltysim scenarios",
    validate: "loyaltysim validate D1 D3",
    claims: "loyaltysim claims grocery",
    program_value: "loyaltysim program-value grocery --replications 20",
    lever_value: "loyaltysim lever-value mine.toml --replications 20",
    page: "loyaltysim app grocery",
    bench: "loyaltysim bench",
    warmup: "loyaltysim warmup",
}
for _command, _example in EXAMPLES.items():
    app.command(_example.split()[1], epilog=f"Example: {_example}")(_command)
app.add_typer(classroom, name="class")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"loyaltysim {loyaltysim.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Take the options that come before a command."""


def main() -> None:
    """Run the command line and end the process with its exit code.

    Imports and kernels stay to the end, so Python does not look for garbage once more before it goes: that took .3 s of
    `loyaltysim check`. Files are closed by then, for each command closes its own.
    """
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" and no traceback
    try:
        sys.exit(_run_app())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run_app() -> Any:
    """The exit code; of a command line that cannot be read, the fault is told as JSON where that is asked for."""
    if "--json" not in sys.argv:
        return app()
    try:
        return app(standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):  # what typer raises for a wrong command line has it
            raise
        fault = {
            "file": None,
            "line": None,
            "key": "",
            "message": error.format_message(),
            "choices": [],
            "nearest": None,
        }
        print(json.dumps({"ok": False, "faults": [fault]}, indent=2))
        return WRONG
