"""Simulation: a market that is stepped by hand, or to its end; checkpoints and branches."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim import checkpoint, results
from loyaltysim.arrivals import newcomers
from loyaltysim.behavior.logit import Logit
from loyaltysim.data.transactions import TransactionLog
from loyaltysim.draws import purpose, salt
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.first_lives import first_lives
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.memory import check_memory
from loyaltysim.metrics import periods, states
from loyaltysim.opening import open_market
from loyaltysim.results import Raw
from loyaltysim.schedule import Schedule

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario


PRICES = ("price", "on_promotion")
"""What is kept of the market at each measured step; of those to come, what is planned."""
SAID = purpose("simulation.say")
ROWS_PER_THREAD = 1 << 18
"""Rows from which a thread is worth having (measured: at 10⁵ rows two threads take 1.3 times as long, at 10⁶ .8)."""


def check_seed(seed: Any, name: str = "seed") -> int:
    """The seed as a whole number of 0 … 2**63 - 1. Raises ScenarioError, under its name, for anything else."""
    if isinstance(seed, str) and seed.isascii() and seed.isdigit():
        seed = int(seed)
    if not 0 <= _whole(seed) < 2**63:
        raise ScenarioError([Fault(None, None, name, f"must be a whole number from 0 to 2**63 - 1, was {seed!r}")])
    return int(seed)


def check_count(name: str, value: Any, most: int = 10_000_000) -> int:
    """A count of at least 1. Raises ScenarioError for anything else."""
    if not 1 <= _whole(value) <= most:
        raise ScenarioError([Fault(None, None, name, f"must be a whole number from 1 to {most}, was {value!r}")])
    return int(value)


def _whole(value: Any) -> int:
    """A whole number of any make; -1 for what is none."""
    is_none = isinstance(value, bool) or not hasattr(value, "__index__") or np.ndim(value)
    return -1 if is_none else int(value)


class Simulation:
    """A market that is stepped by hand, or to its end.

    Parameters
    ----------
    scenario : the scenario
    seed : whole number, 0 … 2**63 - 1
    threads : threads for one step; None takes all cores where there is enough work
    replications : which replications to simulate, stacked: a range, or a number n for 0 to n - 1
    log : whether to keep every purchase

    Raises
    ------
    ScenarioError : for a bad seed, or a scenario that cannot be opened
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int = 1,
        threads: int | None = None,
        replications: range | int = 1,
        log: bool = False,
        block_size: int | None = None,
    ) -> None:
        self.scenario, self.seed = scenario, check_seed(seed)
        if not isinstance(replications, range):
            replications = range(check_count("replications", replications))
        if replications.step != 1 or len(replications) == 0 or replications.start < 0:
            raise ValueError(f"replications must be numbers from 0 on, one after the other, were {replications}")
        if threads is None:
            enough = scenario.population.n_customers * len(replications) // ROWS_PER_THREAD
            threads = max(1, min(os.cpu_count() or 1, enough))
        else:
            check_count("threads", threads, 1024)
        self.calendar = scenario.calendar
        self.transactions = TransactionLog() if log else None
        check_memory(scenario, len(replications))
        self.world = open_market(scenario, self.seed, replications, threads, block_size)
        self.schedule = Schedule(scenario, self.world, self.transactions)
        self.now = 0
        """The step that comes next; the burn-in counts."""
        self._within = False
        """Whether a step is being made, or was interrupted."""
        stack, brands, segments = self.world.n_replications, len(scenario.brands), len(self.world.segments)
        totals, measured, metrics = self.world.workers[0].totals, scenario.steps, scenario.metrics
        self._flows = np.zeros((self.calendar.last, len(totals.all)), np.int64)
        self._periods: list[np.ndarray] = []
        seen = measured if metrics.keeps_states else 0
        self._sums = np.full((seen, len(states.STATES), stack, segments, brands), np.nan)
        self._people = np.zeros((seen, stack, segments, brands), np.int64)
        self._gone = np.full((seen, len(states.GONE), stack, segments, brands), np.nan)
        plan = self.world.market.plan
        self._prices = {name: self._planned(getattr(plan, name)).copy() for name in PRICES}

    def __repr__(self) -> str:
        """One line: what is simulated, and how far."""
        stack = self.world.customers.replications
        return (
            f"<Simulation of {self.scenario.title or 'a scenario'}: {self.world.customers.n_customers:,} customers, "
            f"replications {stack.start} to {stack.stop - 1}, step {self.now} of {self.calendar.last}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return checkpoint.pieces(self)

    def step(self) -> None:
        """One step. Raises IndexError after the last, RuntimeError where one was interrupted or is made."""
        now, calendar, metrics = self.now, self.calendar, self.scenario.metrics
        if now >= calendar.last:
            raise IndexError(f"the scenario has {calendar.last} steps, burn-in included")
        self.check_whole()
        self._within = True
        self.schedule.step(now)
        if now >= calendar.burn_in:
            for name, prices in self._prices.items():
                prices[now - calendar.burn_in] = getattr(self.world.market, name)
        flows = self._flows[now]
        for worker in self.world.workers:
            flows += worker.totals.all
            worker.totals.all[:] = 0
        self.now = now + 1
        if self.schedule.book is not None:
            self._turn_period(metrics.period_steps)
        measured = now - calendar.burn_in
        if metrics.keeps_states and measured >= 0 and (measured + 1) % metrics.states_every == 0:
            self._sums[measured], self._people[measured] = states.add_up(self.world, self.schedule.faded(now))
            self._gone[measured] = states.count_gone(self.world, now, metrics.dormant_after_weeks)
        self._within = False

    def check_whole(self) -> None:
        """Raise RuntimeError within a step: half of it is in the states, so nothing can go on from there or be told."""
        if self._within:
            half = f"step {self.now} was interrupted or failed, or another thread makes it"
            raise RuntimeError(f"{half}: restore a checkpoint, or begin anew")

    def _turn_period(self, length: int) -> None:
        """Close a period where one ends. The end of a long enough burn-in is the period before the first."""
        assert self.schedule.book is not None
        measured = self.now - self.calendar.burn_in
        if measured > 0 and measured % length == 0:
            self._periods.append(periods.close_period(self.schedule.book, self.world))
        elif measured in (0, -length):
            periods.close_period(self.schedule.book, self.world)
            if measured == 0 and self.calendar.burn_in < length:
                self.schedule.book.before[:] = 0

    def run(self, until: int | None = None, progress: Callable[[], None] | None = None) -> Simulation:
        """Step to the end, or up to `until` measured steps."""
        last = self.calendar.last if until is None else min(self.calendar.burn_in + until, self.calendar.last)
        while self.now < last:
            self.step()
            if progress is not None:
                progress()
        return self

    def checkpoint(self, path: str | Path) -> None:
        """Write everything that the rest of the run depends on to a file, under a temporary name first."""
        checkpoint.save(self, path)

    def restore(self, path: str | Path) -> Simulation:
        """Go on where a checkpoint of the same scenario, seed and replications was made.

        Raises ValueError for a checkpoint of something else.
        """
        checkpoint.restore(self, path)
        return self

    def branch(self, scenario: Scenario, *, log: bool = False) -> Simulation:
        """Another simulation that begins in this one's present state and goes on under another scenario.

        States that the other scenario does not keep are dropped; those it adds begin as at its start, contracts with
        the next purchase. A program goes on if it is of the same kind, whatever its settings, and has the same place
        among its brand's; any other begins anew, without members, and the results forget the one that is gone.
        `log` keeps purchases from here on. Raises ValueError if population size, brands, network, burn-in or periods
        are not the same.
        """
        stack, threads = self.world.customers.replications, len(self.world.workers)
        other = Simulation(scenario, seed=self.seed, threads=threads, replications=stack, log=log)
        checkpoint.copy(self, other)
        return other

    def say(
        self, rows: np.ndarray | list[int], brand: str, *, praise: bool = True, strength: float = 1.0
    ) -> Simulation:
        """Let customers say something of a brand now; it is heard in the next step, like what they say by themselves.

        Parameters
        ----------
        rows : who speaks, one message each: replication's place in the stack · n_customers + number of the customer
        brand : what it is about
        praise : whether it is praise; else blame
        strength : of a full message, 0 … 8, before the tie weakens it

        Raises
        ------
        ValueError : for an unknown brand, or a strength out of range
        IndexError : for rows that are none
        """
        rows, brands = np.asarray(rows, np.int64), list(self.world.brands)
        if brand not in brands or not 0 <= strength <= 8:
            raise ValueError(f"no brand {brand!r} among {', '.join(brands)}, or strength {strength} not within 0 to 8")
        if rows.ndim != 1 or (len(rows) and not 0 <= rows.min() <= rows.max() < self.world.customers.rows):
            raise IndexError(f"rows must be a list of numbers from 0 to {self.world.customers.rows - 1}")
        whole = round(strength * STRENGTH_UNIT) * (1 if praise else -1)
        key = self.world.customers.key[rows]
        self.world.messages.piles[0].add(rows, brands.index(brand), whole, key + np.uint64(salt(SAID, self.now, 0, 0)))
        return self

    def raw(self) -> Raw:
        """Counts so far, by name."""
        self.check_whole()
        world, scenario = self.world, self.scenario
        totals, stack = world.workers[0].totals, world.n_replications
        empty = np.zeros((0, len(periods.COUNTS), stack, len(world.segments), len(scenario.brands)), np.int64)
        sums, seen, gone = self._sums, self._people, self._gone
        if not len(sums):
            gone = np.full((scenario.steps, *gone.shape[1:]), np.nan)
            sums = np.full((scenario.steps, *sums.shape[1:]), np.nan)
            seen = np.zeros((scenario.steps, *seen.shape[1:]), np.int64)
        return Raw(
            replications=world.customers.replications,
            flows=totals.split(self._flows),
            periods=np.stack(self._periods) if self._periods else empty,
            state_sums=sums,
            state_people=seen,
            gone=gone,
            population=world.heads,
            prices={**self._prices, "list_price": self._planned(world.market.plan.list_price)},
        )

    def _planned(self, plan: np.ndarray) -> np.ndarray:
        """What a plan has for the measured steps: steps × replications × brands."""
        shape = (self.scenario.steps, self.world.n_replications, len(self.scenario.brands))
        return np.broadcast_to(plan[self.calendar.burn_in :, None, :], shape)

    def results(self) -> xr.Dataset:
        """The Dataset; steps not yet made count as 0."""
        return results.dataset(self.scenario, self.seed, [self.raw()])

    def customers(self) -> pd.DataFrame:
        """Every customer's traits and states now, one row each; states by brand as name[brand]."""
        import pandas as pd

        customers, n = self.world.customers, self.world.customers.n_customers
        rows = np.arange(customers.rows)
        columns: dict[str, Any] = {"replication": customers.replications.start + rows // n, "customer": rows % n}
        if self.schedule.segmented:
            columns["segment"] = pd.Categorical.from_codes(customers.segment, categories=list(self.world.segments))
        faded = self.schedule.faded(max(self.now - 1, 0))
        for name, kept in customers.arrays.items():
            array = faded.get(name, kept)
            if array.ndim == 2:
                columns |= {f"{name}[{brand}]": array[place] for place, brand in enumerate(self.world.brands)}
            elif name in ("last_brand", "contract"):
                columns[name] = pd.Categorical.from_codes(array.astype(int), categories=list(self.world.brands))
            else:
                columns[name] = array
        for label, (program, own) in zip(results.program_names(self.scenario), self.schedule.programs):
            columns |= {f"{name}[{label}]": array for name, array in program.columns(own).items()}
        return pd.DataFrame(columns)

    def lifetimes(self) -> pd.DataFrame:
        """First lives of all customers with the brands they ever bought; columns as `measures.survival` reads them.

        replication, customer, brand · joined: weeks from the first measured step to the first purchase · weeks: from
        there to leaving the brand, or to the last step made · left: whether they left (else the life goes on: it is
        censored). Both ends are told by the step. Whoever is still there was seen to stay in the last step, but not
        beyond it: the next renewal, say, is yet to come. The life with a `start_brand` begins at the first step.

        After a `branch` that added lapse, lives that had begun before it are left out, since nobody knows when they
        began. Their purchases are in the log, which makes measures refuse these lifetimes: give `unseen_weeks` there.

        Raises ValueError if the scenario has no lapse: then nobody knows who has left.
        """
        return first_lives(self.world, self.now)

    def newcomers(self) -> pd.DataFrame:
        """Everybody who has come into the market so far, and who brought whom; `measures.tree` reads it.

        replication, customer · step: measured steps before it (those of the burn-in are negative; who was there at the
        start came in the step before the first) · weeks: the same in weeks · channel: of `totals.CHANNELS` · referrer:
        number of the customer who brought this one, -1 nobody · generation: 0 for those whom nobody brought, else one
        more than the referrer's · brand: to which an invitation brought the customer, else missing.

        Raises ValueError if everybody is in the market from the start: then nobody comes.
        """
        if self.scenario.word_of_mouth.acquisition.kind == "none":
            raise ValueError("everybody is in the market from the start: word_of_mouth.acquisition is off")
        return newcomers(self.world)

    def choice_probabilities(self, rows: np.ndarray | list[int]) -> np.ndarray:
        """Chances of each brand and, last, no purchase for some rows if they shopped now: rows × (brands + 1).

        Reads states as they are; draws nothing. A brand that the customer has left has chance 0: that it might be open
        again at the next occasion (E66) does not count. Who has a contract is asked as if there were none. Raises
        TypeError for a choice model without chances, IndexError for rows that are none.
        """
        self.check_whole()
        choice = self.schedule.choice
        if not isinstance(choice, Logit):
            raise TypeError(f'the choice model "{choice.kind}" has no utilities')
        rows = np.asarray(rows, np.int64)
        if rows.ndim != 1 or len(rows) == 0 or rows.min() < 0 or rows.max() >= self.world.customers.rows:
            raise IndexError(f"rows must be a list of numbers from 0 to {self.world.customers.rows - 1}")
        shoppers, n = self.world.workers[0].shoppers, self.world.customers.n_customers
        out = np.empty((len(rows), len(self.world.brands) + 1))
        step = min(self.now, self.calendar.last - 1)
        self.schedule.show(step)
        for r in np.unique(rows // n):
            places = np.flatnonzero(rows // n == r)
            for start in range(0, len(places), shoppers.capacity):
                some = places[start : start + shoppers.capacity]
                shoppers.n, shoppers.first_replication = len(some), int(r)
                shoppers.stand_for(shoppers.first_replication, 1)
                shoppers.begins[:] = 0, len(some)
                shoppers.rows[: len(some)] = rows[some]
                shoppers.key[: len(some)] = self.world.customers.key[rows[some]]
                self.schedule.present(shoppers, step, 0)
                out[some] = choice.chances(self.world, shoppers)
        return out
