"""The world: all boards of a run together, and what parts ask of them at opening."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from loyaltysim.customers.customers import Customers
from loyaltysim.customers.turnover import Turnover
from loyaltysim.draws import customer_key
from loyaltysim.market.calendar import Calendar
from loyaltysim.market.history import History
from loyaltysim.market.leavers import Leavers
from loyaltysim.market.market import Market
from loyaltysim.market.messages import MessagePile, Messages
from loyaltysim.market.shoppers import Block, Shoppers, Waiting, blocks, put_bought, since, take, take_by_brand
from loyaltysim.market.touches import Touches
from loyaltysim.totals import Totals

FIRMS = 2**40
"""Number of a customer that there never is, by which firms have luck of their own."""


@dataclass
class Worker:
    """What one thread owns: a scratch of columns and counters."""

    shoppers: Shoppers
    totals: Totals
    leavers: Leavers
    waiting: Waiting
    said: MessagePile
    """What this round's shoppers say, until it is put into the pile of their block."""
    routines: dict[Hashable, Callable[..., None]] = field(default_factory=dict)
    """What it does again and again, by what that is and the phase of the step (`schedule.py`)."""


@dataclass
class World:
    """The boards. Replications are stacked: row = place of the replication · n_customers + number of the customer."""

    seed: int
    calendar: Calendar
    brands: tuple[str, ...]
    segments: tuple[str, ...]
    focal: int
    customers: Customers
    market: Market
    history: History
    touches: Touches
    blocks: list[Block]
    messages: Messages
    workers: list[Worker]
    neighbors: Any = None
    """customers.network's Neighbors or Totals, or None."""
    turnover: Turnover | None = None
    """How ties change from step to step; None: they do not."""
    panel: Any = None
    """data.panels.Panel of recorded offers, or None."""
    kept: frozenset[str] = frozenset()
    """Shared states that a part which is switched on changes; what nobody changes counts as off, staged or not."""
    now: int = 0
    """The step that is being made."""
    silent: np.ndarray | None = None
    """1 for rows whose word reaches nobody, uint8; None: everybody is heard."""
    praised: bool = True
    """Whether good words reach anybody."""
    explains: bool = False
    """Whether choices are to say what the utility of each brand is made of."""
    staged: list[str] = field(default_factory=list)
    """Shared states that are staged for every round's shoppers."""
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    """Arrays that one part alone owns, by "part.name": kept here so that checkpoints find them."""
    clocks: list[str] = field(default_factory=list)
    """Those of them that hold steps."""
    carried: list[str] = field(default_factory=list)
    """Those of them without which shared states mean nothing: a branch takes them over though no part asked there."""
    bonds: Callable[[int], np.ndarray | None] = lambda step: None
    """Everybody's bonds as of a step, brands × rows, at its beginning: nothing is changed. None if there are none."""
    felt: frozenset[str] = frozenset()
    """Facts of the market and touches by which customers may feel levers."""

    @property
    def n_replications(self) -> int:
        """Stacked replications."""
        return len(self.customers.replications)

    @property
    def firm_keys(self) -> np.ndarray:
        """The luck of firms, one key per replication, which no customer has."""
        keys = [customer_key(self.seed, replication, FIRMS) for replication in self.customers.replications]
        return np.array(keys, np.uint64)

    def by_segment(self, rows: np.ndarray) -> np.ndarray:
        """How many of some rows are of each segment: int64, replications × segments."""
        segments = len(self.segments)
        cell = rows // self.customers.n_customers * segments + self.customers.segment[rows]
        return np.bincount(cell, minlength=self.n_replications * segments).reshape(-1, segments)

    @cached_property
    def heads(self) -> np.ndarray:
        """How many customers there are: int64, replications × segments."""
        return self.by_segment(np.arange(self.customers.rows))

    def stage(self, name: str, start: float | np.ndarray | None = None) -> np.ndarray:
        """Ask for a shared state and have it staged for shoppers; the start of the first who names one counts."""
        array = self.customers.ask(name, start)
        if name not in self.staged:
            self.staged.append(name)
        return array

    def own(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: type,
        start: float = 0,
        *,
        clock: bool = False,
        carried: bool = False,
        order: Literal["C", "F"] = "C",
    ) -> np.ndarray:
        """An array that the asking part alone owns; a `clock` holds steps, and begins when the part joins.

        What is `carried` goes over to a branch in which no part asks for it. In `order` "F" what belongs to one row
        stands together in memory: for arrays that are read and written whole, row by row.
        """
        if name in self.arrays:
            raise KeyError(f"two parts call an array {name!r}")
        if clock:
            self.clocks.append(name)
        if carried:
            self.carried.append(name)
        array = self.customers.slab.zeros(shape, dtype) if order == "C" else np.zeros(shape, dtype, order)
        if start:
            array[...] = start
        return self.arrays.setdefault(name, array)

    def bring(self, shoppers: Shoppers) -> None:
        """Stage the shared states of this round's shoppers into columns of the same names."""
        rows, n, arrays = shoppers.rows, shoppers.n, self.customers.arrays
        for name in self.staged:
            array = arrays[name]
            if array.ndim == 2:
                take_by_brand(array.T, rows, n, shoppers.ask(name, True, array.dtype), shoppers.brands)
            else:
                take(array, rows, n, shoppers.ask(name, False, array.dtype))

    def elapsed(self, step: int, rows: np.ndarray | None = None) -> np.ndarray:
        """Weeks of some or everybody since the last occasion, float32; a part that calls this asks for `seen`."""
        seen = self.customers.arrays["seen"] if rows is None else self.customers.arrays["seen"][rows]
        time = np.empty(len(seen), np.float32)
        since(seen, len(seen), step, self.calendar.weeks, time)
        return time

    def put_bought(self, shoppers: Shoppers, name: str, value: np.ndarray) -> None:
        """Write `value` to the state of the brand that each shopper bought."""
        put_bought(
            self.customers.arrays[name].T, shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers, value
        )


def open_world(
    *,
    seed: int,
    n_customers: int,
    replications: range,
    calendar: Calendar,
    brands: tuple[str, ...],
    segments: tuple[str, ...],
    focal: int,
    market: Market,
    threads: int,
    programs: int = 0,
    levers: int = 0,
    reasons: bool = False,
    block_size: int | None = None,
) -> World:
    """A world without parts: keys written, nothing else asked for."""
    customers = Customers(n_customers, replications, len(brands), seed)
    stack = len(replications)
    cut = blocks(n_customers, stack, *(() if block_size is None else (block_size,)))
    capacity = max(block.stop - block.start for block in cut)
    workers = []
    for _ in range(min(threads, len(cut))):
        shoppers = Shoppers(capacity, len(brands), stack)
        totals = Totals(stack, len(segments), len(brands), programs, levers, reasons)
        said = MessagePile(stack, len(brands))
        workers.append(Worker(shoppers, totals, Leavers(capacity), Waiting(shoppers), said))
    return World(
        seed=seed,
        calendar=calendar,
        brands=brands,
        segments=segments,
        focal=focal,
        customers=customers,
        market=market,
        history=History(customers.rows, len(brands)),
        touches=Touches(customers.rows, len(brands)),
        blocks=cut,
        messages=Messages(len(cut), stack, len(brands)),
        workers=workers,
        explains=reasons,
    )
