"""The shoppers board: this round's customers with an occasion, as contiguous columns in a scratch that one worker owns.

A block of rows is worked on at a time. `needs` writes which rows shop; the shared states they need are staged once into
columns; sub-models work on columns; what a purchase changed is written back. Columns are one per shopper [capacity] or
brands × shoppers [brand, capacity]; only the first `n` entries mean something. Rows without a purchase are kept, with
brand -1.

Kernels here move data and know no model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from loyaltysim.jit import jit
from loyaltysim.slab import Slab

i8, u4, u8 = np.int64, np.uint32, np.uint64

LEAF = 1024
"""Customers of a leaf: blocks are cut between leaves only."""
BLOCK = 64 * LEAF
EVERY_BRAND = 2**32 - 1
"""A bit for each brand that there may be."""


class Block:
    """Consecutive rows that are worked on together: whole leaves of one or several replications.

    Attributes
    ----------
    start, stop : rows
    replications : the places in the stack that the block touches
    bounds : int64, replications of the block + 1: the rows, counted from `start`, at which each begins
    """

    def __init__(self, start: int, stop: int, n_customers: int) -> None:
        self.start, self.stop = start, stop
        self.replications = range(start // n_customers, (stop - 1) // n_customers + 1)
        edges = [max(start, r * n_customers) - start for r in self.replications] + [stop - start]
        self.first_replication = self.replications.start
        self.bounds = np.array(edges, np.int64)


def blocks(n_customers: int, replications: int, size: int = BLOCK) -> list[Block]:
    """All rows cut into blocks of at most `size` rows, never inside a leaf."""
    cuts, start = [], 0
    for r in range(replications):
        for leaf in range(0, n_customers, LEAF):
            end = r * n_customers + min(leaf + LEAF, n_customers)
            if end - start > size and r * n_customers + leaf > start:
                cuts.append((start, r * n_customers + leaf))
                start = r * n_customers + leaf
    cuts.append((start, replications * n_customers))
    return [Block(first, last, n_customers) for first, last in cuts]


class Shoppers:
    """Columns over this round's shoppers.

    Attributes
    ----------
    n : how many there are
    rows : int32, the customer's row
    occasions : int32, how many occasions the customer has in this step
    replications : how many the stack holds
    begins : int64, replications of the block + 1: at which shopper each replication begins
    first_replication : the place in the stack of the block's first replication
    key : uint64, the customer's luck; segment : uint8
    time : float32, when in the step, 0 … 1
    price : float32 [brand, q], what would be paid now
    shelf : float32 [brand, q], the same before rewards of programs lower it; may be `price` itself
    utility : float32 [brand, q], until the choice, which may work in its place
    brand : int32, what was bought, -1 nothing; units : int32
    buyers : int32, which shoppers bought anything, ascending; the first `n_buyers`
    buyers_begins : int64, as `begins`, among the buyers of one brand (`buyers_of`)
    n_messages : how many messages those who talk are going to send, at the end of a step
    paid : int64, money of the whole purchase in 1/10,000 of the currency
    """

    def __init__(self, capacity: int, n_brands: int, replications: int) -> None:
        self.capacity = capacity
        self.n_brands = n_brands
        self.brands = tuple(range(n_brands))  # a tuple: Numba knows its length and unrolls loops over it
        self.n = 0
        self.first_replication = 0
        self.replications = replications
        self._begins: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.stand_for(0, replications)
        self.slab = Slab()
        self.rows = self.one(np.int32)
        self.occasions = self.one(np.int32)
        self.key = self.one(np.uint64)
        self.segment = self.one(np.uint8)
        self.time = self.one(np.float32)
        self.price = self.by_brand()
        self.shelf = self.price
        self.utility = self.by_brand()
        self.brand = self.one(np.int32)
        self.buyers = self.one(np.int32)
        self.n_buyers = 0
        self.n_messages = 0
        self.buyers_of_one = self.one(np.int32)
        self.units = self.one(np.int32)
        self.units[:] = 1
        self.paid = self.one(np.int64)
        self.columns: dict[str, np.ndarray] = {}

    def one(self, dtype: DTypeLike) -> np.ndarray:
        """A new column, one per shopper."""
        return self.slab.zeros((self.capacity,), dtype)

    def by_brand(self, dtype: DTypeLike = np.float32) -> np.ndarray:
        """A new column, brands × capacity."""
        return self.slab.zeros((self.n_brands, self.capacity), dtype)

    def ask(self, name: str, by_brand: bool = False, dtype: DTypeLike = np.float32) -> np.ndarray:
        """The column of this name, made on the first call: one per shopper, or brands × shoppers."""
        if name not in self.columns:
            self.columns[name] = self.by_brand(dtype) if by_brand else self.one(dtype)
        return self.columns[name]

    def stand_for(self, first_replication: int, replications: int) -> None:
        """Say of which replications the next shoppers are."""
        self.first_replication = first_replication
        if replications not in self._begins:
            self._begins[replications] = np.zeros(replications + 1, np.int64), np.zeros(replications + 1, np.int64)
        self.begins, self.buyers_begins = self._begins[replications]

    def find_buyers(self) -> None:
        """Write `buyers`, after the choice: loops over them need no branch that is hard to foresee."""
        self.n_buyers = _find_buyers(self.brand, self.n, self.buyers)

    def buyers_of(self, brand: int) -> tuple[np.ndarray, np.ndarray]:
        """Which shoppers bought a brand, and at which of them each replication begins; overwritten by the next call."""
        _find_buyers_of(brand, self.brand, self.begins, self.buyers_of_one, self.buyers_begins)
        return self.buyers_of_one, self.buyers_begins


@jit
def take(state, rows, n, column):
    """Stage a state: column[q] = state[rows[q]]."""
    for q in range(n):
        column[q] = state[rows[q]]


@jit
def take_by_brand(state, rows, n, column, brands):
    """Stage a state by brand: column[b, q] = state[rows[q], b]; `state` is [row, brand]."""
    for q in range(n):
        row = rows[q]
        for b in range(len(brands)):
            column[b, q] = state[row, b]


@jit
def fill(column, n, value):
    """The first n entries of a column of shoppers: column[q] = value."""
    for q in range(n):
        column[q] = value


@jit
def fill_by_brand(column, n, value):
    """column[b, q] = value."""
    for b in range(column.shape[0]):
        for q in range(n):
            column[b, q] = value


@jit
def fill_block(state, start, stop, value):
    """The rows of a block, whether they shop or not: state[row] = value."""
    for row in range(start, stop):
        state[row] = value


@jit
def copy_by_brand(column, n, to):
    """to[b, q] = column[b, q]."""
    for b in range(column.shape[0]):
        for q in range(n):
            to[b, q] = column[b, q]


@jit
def since(seen, n, step, weeks, elapsed):
    """elapsed[i] = weeks from the step seen[i] to this one."""
    weeks = np.float32(weeks)
    for i in range(n):
        elapsed[i] = np.float32(np.int32(step) - seen[i]) * weeks


@jit
def put(state, rows, n, column):
    """Write a column back: state[rows[q]] = column[q]."""
    for q in range(n):
        state[rows[q]] = column[q]


@jit
def put_step(state, rows, n, step):
    """Write the step for all shoppers, whatever they buy: state[rows[q]] = step."""
    for q in range(n):
        state[rows[q]] = step


@jit
def put_by_brand(state, rows, n, column, brands):
    """Write back all brands: state[rows[q], b] = column[b, q]."""
    for q in range(n):
        row = rows[q]
        for b in range(len(brands)):
            state[row, b] = column[b, q]


@jit
def put_bought(state, rows, brand, buyers, n_buyers, value):
    """Write back the bought brand alone: state[rows[q], brand[q]] = value[q] where something was bought."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        state[u4(rows[q]), u4(brand[q])] = value[q]


@jit
def pick(column, brand, n, bought):
    """The bought brand's entries: bought[q] = column[brand[q], q]; brand 0's where nothing was bought."""
    for q in range(n):
        bought[q] = column[max(brand[q], 0), q]


@jit
def place(value, brand, buyers, n_buyers, column):
    """The opposite of `pick`: column[brand[q], q] = value[q] where something was bought."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        column[u4(brand[q]), q] = value[q]


@jit
def spread(market, first_replication, begins, column):
    """Give every shopper what the market shows: column[b, q] = market[replication of q, b]."""
    for r in range(begins.shape[0] - 1):
        for b in range(column.shape[0]):
            value = market[first_replication + r, b]
            own = column[b, begins[r] : begins[r + 1]]
            for q in range(own.shape[0]):
                own[q] = value


@jit
def put_last(last, rows, brand, buyers, n_buyers):
    """Write the brand bought as the one bought last; no purchase changes nothing."""
    for k in range(n_buyers):
        q = u4(buyers[k])
        last[u4(rows[q])] = brand[q]


class Waiting:
    """Shoppers of earlier blocks who have more occasions, until all later rounds are made together."""

    CARRIED = ("rows", "occasions", "key", "time")

    def __init__(self, shoppers: Shoppers) -> None:
        self.n = 0
        self.columns = {name: np.empty_like(getattr(shoppers, name)) for name in self.CARRIED}
        self.columns["bought"] = np.empty(shoppers.capacity, np.uint32)

    def take(self, shoppers: Shoppers) -> bool:
        """Let the shoppers of a block wait, if there is room; they are gone from it then."""
        n, stop = shoppers.n, self.n + shoppers.n
        if stop > shoppers.capacity:
            return False
        for name, column in self.columns.items():
            column[self.n : stop] = _column(shoppers, name)[:n]
        self.n, shoppers.n = stop, 0
        return True

    def come_back(self, shoppers: Shoppers, n_customers: int) -> None:
        """Make all who wait this round's shoppers, by replication."""
        for name, column in self.columns.items():
            _column(shoppers, name)[: self.n] = column[: self.n]
        shoppers.n = self.n
        shoppers.stand_for(0, shoppers.replications)
        replications = np.arange(len(shoppers.begins), dtype=np.int64)
        shoppers.begins[:] = np.searchsorted(shoppers.rows[: self.n], replications * n_customers)
        self.n = 0


def _column(shoppers: Shoppers, name: str) -> np.ndarray:
    column: np.ndarray = shoppers.ask(name, dtype=np.uint32) if name == "bought" else getattr(shoppers, name)
    return column


@jit
def _find_buyers(brand, n, buyers):
    """Write which shoppers bought anything; returns how many."""
    found = u8(0)
    for q in range(n):
        buyers[found] = q
        found += u8(brand[q] >= 0)
    return i8(found)


@jit
def _find_buyers_of(wanted, brand, begins, buyers, buyers_begin):
    """Write which shoppers bought one brand, and at which of them each replication begins."""
    found = u8(0)
    for r in range(begins.shape[0] - 1):
        buyers_begin[r] = i8(found)
        bought = brand[begins[r] : begins[r + 1]]
        for q in range(bought.shape[0]):
            buyers[found] = begins[r] + q
            found += u8(bought[q] == wanted)
    buyers_begin[begins.shape[0] - 1] = i8(found)
