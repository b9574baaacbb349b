"""Ties from a file: a network that somebody observed.

A file whose name ends in ``.graphml`` is read as ``customers.graphs`` says. Any other is a CSV table, one line a tie,
with the first line `from,to` or `from,to,strength`. Customers are numbers from 0 on. Ties go both ways and are listed
once; `strength` is above 0 and at most 8 (1 where the column is missing), kept in 1/1024. All replications have the
same network. What is wrong with the file is told at once, line by line.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.graphs import read_graphml
from loyaltysim.customers.neighbors import STRENGTH_MOST, STRENGTH_ONE, Neighbors, Ties
from loyaltysim.customers.network import MAX_ROWS, Network, Stack, network_of
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.record import setting
from loyaltysim.whole_file import whole_file

COLUMNS = ["from", "to"], ["from", "to", "strength"]
GRAPHML = ".graphml"
FAULTS_SHOWN = 1000  # assumed: more are counted, not listed
BYTES_A_BYTE = 10  # of memory while reading, by byte of the file: measured 5 to 9
BYTES_A_GRAPHML_BYTE = 26  # the same: measured 25

WHOLE = r"^[0-9]{1,10}$"
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"


class EdgeListNetwork(Network):
    """The ties that a file lists."""

    kind: Literal["edge_list"] = "edge_list"
    file: str = setting(
        ...,
        "CSV file with the columns from, to and perhaps strength, or a .graphml; its place is seen from this file.",
        min_length=1,
    )

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes; 0 for the ties where the file cannot be seen."""
        path = self._path(folder)
        text = path.read_bytes() if path.is_file() else b""
        graphml = path.suffix.lower() == GRAPHML
        ties, a_byte = (text.count(b"<edge "), BYTES_A_GRAPHML_BYTE) if graphml else (text.count(b"\n"), BYTES_A_BYTE)
        return a_byte * len(text) + replications * (8 * n_customers + 16 * ties)

    def files(self):
        """Tell the file."""
        return {"file": self.file}

    def make(self, stack):
        """Read the ties, make the rows, and repeat them for each replication."""
        return repeated(read_network(self._path(stack.folder), stack.n_customers), stack)

    def _path(self, folder: Path | None) -> Path:
        return Path(self.file) if folder is None else folder / self.file


def read_network(path: Path, n_customers: int | None = None) -> Neighbors:
    """Read one network; without `n_customers` there are as many as the file has nodes, or up to its largest number.

    Raises ScenarioError with all that is wrong with the file.
    """
    if path.suffix.lower() == GRAPHML:
        ties, n_customers = read_graphml(path, n_customers)
    else:
        ties = read_ties(path, MAX_ROWS if n_customers is None else n_customers)
        n_customers = int(ties[1].max(initial=-1)) + 1 if n_customers is None else n_customers
    return network_of(ties, n_customers)


def write_edge_list(network: Neighbors, path: Path, replication: int) -> None:
    """Write one replication's ties as CSV, smaller number first, to a temporary name first, then renamed.

    A strength is written in full, so that it is read back as it is.
    """
    import pyarrow
    from pyarrow import csv

    ends, strength = network.edges(replication), network.strengths(replication)
    columns: dict[str, NDArray[Any]] = {"from": ends[:, 0], "to": ends[:, 1]}
    if strength is not None:
        columns["strength"] = strength
    options = csv.WriteOptions(quoting_style="none")
    with whole_file(path) as temporary:
        csv.write_csv(pyarrow.table(columns), temporary, options)


def repeated(one: Neighbors, stack: Stack) -> Neighbors:
    """Give every replication the same network."""
    place = np.arange(stack.replications)[:, np.newaxis]
    first = np.append((one.first[:-1] + place * one.first[-1]).ravel(), stack.replications * one.first[-1])
    neighbor = (one.neighbor + (place * stack.n_customers).astype(np.int32)).ravel()
    strength = None if one.strength is None else np.tile(one.strength, stack.replications)
    return Neighbors(stack.n_customers, first, neighbor, strength)


def read_ties(path: Path, n_customers: int) -> Ties:
    """Read the ties of a file, in the order of their ends: smaller end, larger end, strength in 1/1024 or None.

    Raises ScenarioError with one fault per malformed line.
    """
    lines, cells, wrong = _cells(path)
    sender, sender_wrong = _customers(cells[0], lines, n_customers, COLUMNS[1][0])
    receiver, receiver_wrong = _customers(cells[1], lines, n_customers, COLUMNS[1][1])
    wrong += sender_wrong + receiver_wrong
    strength = None
    if len(cells) == len(COLUMNS[1]):
        strength, strength_wrong = _strengths(cells[2], lines)
        wrong += strength_wrong

    known = (sender >= 0) & (receiver >= 0)
    alone = known & (sender == receiver)
    wrong += [(lines[q], f"customer {sender[q]} is tied to itself") for q in np.flatnonzero(alone)]

    listed = np.flatnonzero(known & ~alone)
    smaller, larger = np.minimum(sender, receiver)[listed], np.maximum(sender, receiver)[listed]
    order = np.argsort(smaller * n_customers + larger, kind="stable")
    listed, smaller, larger = listed[order], smaller[order], larger[order]
    new = np.ones(len(listed), bool)
    new[1:] = (smaller[1:] != smaller[:-1]) | (larger[1:] != larger[:-1])
    if not new.all():
        before = listed[np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))]
        for q in np.flatnonzero(~new):
            tie = f"{smaller[q]} and {larger[q]}"
            wrong.append((lines[listed[q]], f"the tie between {tie} is in line {lines[before[q]]} already"))
    if wrong:
        raise ScenarioError(_faults(path, sorted(wrong)))
    if strength is not None:
        strength = strength[listed]
        strength = None if (strength == STRENGTH_ONE).all() else strength
    return smaller, larger, strength


Wrong = list[tuple[Any, str]]  # number of the line, what is wrong with it


def _cells(path: Path) -> tuple[NDArray[np.int64], list[Any], Wrong]:
    """Take a file apart: the lines' numbers, a column of texts for each column, and what could not be taken apart."""
    import pyarrow
    from pyarrow import compute, csv

    try:
        text = path.read_bytes()
    except OSError as error:
        raise ScenarioError([Fault(str(path), None, "network.file", f"cannot be read: {error.strerror}")]) from None
    head, _, body = text.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    columns = [name.strip(' "\r') for name in head.decode("utf-8", "replace").split(",")]
    if columns not in COLUMNS:
        raise ScenarioError(_faults(path, [(1, "the first line must be from,to or from,to,strength")]))
    if not body.strip():
        return np.empty(0, np.int64), [pyarrow.array([], pyarrow.string())] * len(columns), []

    wrong: Wrong = []
    without = []  # numbers of lines that have no cells to read

    def note(row: Any) -> str:
        without.append(row.number + 1)
        if row.text.strip():
            wrong.append((row.number + 1, f"has {row.actual_columns} values, not {row.expected_columns}"))
        return "skip"

    texts = dict.fromkeys(columns, pyarrow.string())
    try:
        table = csv.read_csv(
            io.BytesIO(body),
            csv.ReadOptions(use_threads=False, column_names=columns),
            csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=note),
            csv.ConvertOptions(column_types=texts, strings_can_be_null=False),
        )
    except pyarrow.ArrowInvalid as error:
        raise ScenarioError([Fault(str(path), None, "network.file", f"is no CSV table: {error}")]) from None
    lines = np.delete(np.arange(table.num_rows + len(without)) + 2, np.array(without, np.int64) - 2)
    filled = np.logical_or.reduce([_as_array(compute.not_equal(cells, "")) for cells in table.columns])
    if not filled.all():
        table, lines = table.filter(pyarrow.array(filled)), lines[filled]
    return lines, [compute.utf8_trim_whitespace(cells) for cells in table.columns], wrong


def _customers(cells: Any, lines: NDArray[np.int64], n_customers: int, column: str) -> tuple[NDArray[np.int64], Wrong]:
    """Read the numbers of customers, -1 where there is none, and what is wrong with them."""
    number = _numbers(cells, WHOLE, "int64", -1)
    number[number >= n_customers] = -1
    who = f"customers are 0 to {n_customers - 1}"
    bad = np.flatnonzero(number < 0)
    return number, [(lines[q], f"{column}: no customer {cells[q].as_py()!r}, {who}") for q in bad]


def _strengths(cells: Any, lines: NDArray[np.int64]) -> tuple[NDArray[np.int32], Wrong]:
    """Read strengths in 1/1024, at least 1 of them, and what is wrong with them."""
    strength = _numbers(cells, NUMBER, "float64", 0.0)
    bad = np.flatnonzero(~((strength > 0) & (strength <= STRENGTH_MOST)))
    rule = f"must be a number above 0 and at most {STRENGTH_MOST:g}"
    wrong = [(lines[q], f"strength: {rule}, was {cells[q].as_py()!r}") for q in bad]
    strength[bad] = 1.0
    return np.maximum(np.rint(strength * STRENGTH_ONE), 1).astype(np.int32), wrong


def _numbers(cells: Any, pattern: str, kind: str, other: float) -> NDArray[Any]:
    """Read the texts that match `pattern` as numbers, the others as `other`."""
    from pyarrow import compute

    texts = compute.if_else(compute.match_substring_regex(cells, pattern), cells, str(other))
    return _as_array(compute.cast(texts, kind))


def _as_array(column: Any) -> NDArray[Any]:
    """Copy an Arrow column without gaps."""
    return np.array(column.to_numpy(zero_copy_only=False))


def _faults(path: Path, wrong: Wrong) -> list[Fault]:
    """Make faults of what is wrong, line by line."""
    faults = [Fault(str(path), int(line), "network.file", message) for line, message in wrong[:FAULTS_SHOWN]]
    if len(wrong) > FAULTS_SHOWN:
        faults.append(Fault(str(path), None, "network.file", f"and {len(wrong) - FAULTS_SHOWN} more faults"))
    return faults
