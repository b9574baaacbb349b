"""Told: how a command ends when something is wrong: one line a fault, or one JSON object, and an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from loyaltysim.faults import Fault

FAILED, WRONG, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes; the last two as shells count signals, 128 + SIGINT and 128 + SIGPIPE."""
OPTIONS = {
    **{name: f"--{name}" for name in ("baseline", "design", "method", "metric", "of", "points", "quantile", "robust")},
    **{name: f"--{name}" for name in ("samples", "shard", "store", "targets", "trials", "until", "world")},
    "client": "--cluster or --workers",
    **dict.fromkeys(("axes", "settings"), "--axis"),
    **dict.fromkeys(("objective", "objectives"), "--maximize or --minimize"),
}
"""What arguments of Python are called on the command line; no setting of a scenario has such a path."""


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """Do a command's work; turn what a user may cause into lines and an exit code, without a traceback."""
    from loyaltysim.cli.show import announce
    from loyaltysim.faults import Fault, ScenarioError

    announce()

    def alone(message: str) -> list[Fault]:
        return [Fault(None, None, "", message)]

    try:
        with _interrupts():
            yield
        sys.stdout.flush()  # so that a full disk or a closed pipe is noticed here
    except ScenarioError as error:
        _end(map(_by_option, error.faults), as_json, WRONG)
    except ImportError as error:
        _end(alone(_missing(error)), as_json, WRONG)
    except MemoryError:
        _end(alone("there is not enough memory: take fewer customers"), as_json, FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that closing stdout says nothing either
        raise typer.Exit(CLOSED_PIPE) from None
    except OSError as error:
        where = "" if error.filename is None or error.strerror is None else f"{error.filename}: "
        _end(alone(f"cannot write: {where}{error.strerror or error}"), as_json, FAILED)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def resumable(store: Path | None) -> Iterator[None]:
    """Do long work; Ctrl-C, or a full disk, tells whether the store keeps what is done, and ends the command."""
    try:
        yield
    except KeyboardInterrupt:
        kept = _kept(store) or ("--store DIR would keep what is done" if store is None else "nothing was done yet")
        print(f"stopped; {kept}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except OSError:
        if kept := _kept(store):
            print(kept, file=sys.stderr)
        raise


def _kept(store: Path | None) -> str:
    """What a store keeps, in words; empty if there is none, as where it could not be made."""
    from loyaltysim.study.store import HEAD

    there = store is not None and (store / HEAD).is_file()
    return f'"{store}" keeps what is done: the same command goes on from there' if there else ""


def _by_option(fault: Fault) -> Fault:
    """A fault of an argument, told as one of the option; of a setting, as it is."""
    option = OPTIONS.get(fault.key)
    return fault if option is None or fault.line is not None else replace(fault, file=None, key=option)


@contextmanager
def _interrupts() -> Iterator[None]:
    """See to it that Ctrl-C ends the command even where Python swallows it, as in the finalizer of an object."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen = []

    def interrupt(number: int, frame: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    swallowed, sys.unraisablehook = sys.unraisablehook, lambda args: None
    try:
        yield
        if seen:
            raise KeyboardInterrupt
    finally:
        sys.unraisablehook = swallowed
        signal.signal(signal.SIGINT, before)


def _missing(error: ImportError) -> str:
    """What is not installed and the pip line that brings it."""
    if "pip install" in str(error) or not error.name:
        return str(error)
    return f'the package "{error.name}" is not installed: pip install "loyaltysim[validation]" brings all that there is'


def _end(faults: Iterable[Fault], as_json: bool, code: int) -> None:
    faults = list(faults)
    if as_json:
        print_json({"ok": False, "faults": [fault.as_dict() for fault in faults]})
    else:
        for fault in faults:
            print(plain(str(fault)), file=sys.stderr)
        if len(faults) > 1:
            print(f"{len(faults)} faults", file=sys.stderr)
    raise typer.Exit(code) from None


def print_json(value: Any) -> None:
    """Print one object; NaN, which JSON has not, becomes null."""
    print(json.dumps(without_nan(value), indent=2, ensure_ascii=False, allow_nan=False))


def without_nan(value: Any) -> Any:
    """The same value with None for numbers that JSON cannot write."""
    if isinstance(value, dict):
        return {key: without_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(one) for one in value]
    return None if isinstance(value, float) and not -float("inf") < value < float("inf") else value


def plain(text: str) -> str:
    """A text from a file or the command line, safe for a terminal: without control characters."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)
