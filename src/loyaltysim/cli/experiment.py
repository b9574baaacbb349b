"""The options of an experiment's command (`experiments/*/run.py`), each checked before anything runs.

argparse, not typer: an experiment is one file that stands for itself, and asks for three or four numbers.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from loyaltysim.cli.asked import MOST_COUNT, read_count
from loyaltysim.faults import ScenarioError
from loyaltysim.simulation import check_seed

FEWEST_REPLICATIONS = 2  # fewer have no interval
FEWEST_CUSTOMERS = 100  # with fewer, groups that are compared are empty; assumed


def experiment_options(
    says: str | None, folder: Path, *, replications: int | None = None, customers: str | None = None
) -> ArgumentParser:
    """A parser of --seed and --out, and of --replications and --customers where a default is given.

    Parameters
    ----------
    says : what the experiment is, its first paragraph is told under --help
    folder : where the files go if not told otherwise
    replications : how many if not given
    customers : how many if not given, in words; then None is read

    What is wrong with an option is told in a line, with exit 2.
    """
    parser = ArgumentParser(description=(says or "").split("\n\n")[0])
    if replications is not None:
        read = whole(FEWEST_REPLICATIONS)
        parser.add_argument(
            "--replications", type=read, metavar="N", default=replications, help=f"{replications} if not given"
        )
    parser.add_argument("--seed", type=_seed, metavar="N", default=1, help="of all luck; 1 if not given")
    if customers is not None:
        read = whole(FEWEST_CUSTOMERS)
        parser.add_argument("--customers", type=read, metavar="N", help=f"{customers} if not given")
    parser.add_argument(
        "--out", type=_folder, metavar="DIR", default=folder, help="folder for the files; the experiment's if not given"
    )
    return parser


def whole(least: int, most: int = MOST_COUNT) -> Callable[[str], int]:
    """What reads a whole number within bounds."""

    def read(text: str) -> int:
        try:
            return read_count(text, most, least)
        except ScenarioError as error:
            raise ArgumentTypeError(error.faults[0].message) from None

    return read


def _seed(text: str) -> int:
    try:
        return check_seed(text)
    except ScenarioError as error:
        raise ArgumentTypeError(error.faults[0].message) from None


def _folder(text: str) -> Path:
    if Path(text).exists() and not Path(text).is_dir():
        raise ArgumentTypeError(f"must be a folder, and {text} is a file")
    return Path(text)
