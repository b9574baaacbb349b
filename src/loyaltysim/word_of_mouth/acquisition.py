"""Acquisition: how customers come into the market.

A *prospect* has no needs yet, neither buys nor talks, and has no satisfaction or bond. Advertising and friends bring
prospects into the market; who comes has an occasion at once, chooses like everybody else (eqs. E9–E14), and goes on at
the rate of the own needs. What is remembered of each is the step of coming, the channel, and the friend.

To write another kind: an `Acquisition` with a `kind` whose `press` says how hard friends press and whose `chances` says
how that and advertising become a chance.

Friends are counted when they come, not when prospects look: each newcomer adds a whole number to the `pull` of its
friends. Whole sums do not depend on order, and a step costs as much as there are prospects and newcomers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from loyaltysim.customers.network import STRENGTH_ONE, Neighbors
from loyaltysim.draws import purpose, salt
from loyaltysim.market.newcomers import Newcomers, nobody
from loyaltysim.market.shoppers import Block, Shoppers
from loyaltysim.record import Part, setting
from loyaltysim.totals import ADVERTISING, FRIENDS, Totals
from loyaltysim.word_of_mouth import coming
from loyaltysim.world import World

START = purpose("acquisition.start")
ENTER = purpose("acquisition.enter")
CHANNEL = purpose("acquisition.channel")
BROUGHT = purpose("acquisition.brought")
ADVERTISED = purpose("acquisition.advertised")

PULL_ONE = 1 << 30  # units of pull in one unit of log chance, for kind "ties"
MOST_PRESS = 50.0  # e**-50 is no chance to resist; keeps a pull within 64 bits at any degree


@dataclass
class Pull:
    """What acquisition keeps besides shared states: how hard the friends who are in the market pull at each row."""

    entered: np.ndarray
    worth: np.ndarray
    """What a friend in the market adds to the pull, by the strength of the tie in 1/1024."""
    pull: np.ndarray
    """int64, one per row; one per replication where everybody knows everybody."""
    until: int = -1
    """Step up to which it counts those who came; another one: count anew."""
    examples: np.ndarray | None = None
    """Steps of coming, like `entered`, of those whose example counts: another world's; None: this one's."""


class Acquisition(Part, room="acquisition model"):
    """How customers come into the market."""

    @property
    def imitates(self) -> bool:
        """Whether friends who are in the market bring others."""
        return False

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def enter(self, own: Any, world: World, totals: Totals, step: int, invited: Newcomers) -> np.ndarray:
        """Let prospects come, those who took an invitation among them; returns the rows of all who came."""
        return nobody().rows

    def admit(self, own: Any, world: World, block: Block, shoppers: Shoppers, step: int) -> None:
        """Send prospects home, and give an occasion to those who came in this step."""


class Everybody(Acquisition):
    """Everybody is in the market from the start."""

    kind: Literal["none"] = "none"


class Adoption(Acquisition):
    """What the kinds that know prospects share."""

    reads = ("entered",)
    writes = ("entered", "channel", "referrer", "advertised")

    p: float = setting(
        0.03, "Rate at which advertising brings a prospect.", ge=0, le=1e3, unit="1/year",
        source="Sultan, Farley and Lehmann 1990: means of many applications of the Bass model",
    )  # fmt: skip
    q: float = setting(
        0.38, "Rate at which friends bring a prospect all of whose friends are in the market.", ge=0, le=1e3,
        unit="1/year", source="Sultan, Farley and Lehmann 1990: means of many applications of the Bass model",
    )  # fmt: skip
    start_share: float = setting(
        0.0, "Share of customers who are in the market from the start, drawn one by one.", ge=0, le=1, unit="1"
    )

    @property
    def imitates(self) -> bool:
        return self.q > 0

    def open(self, world: World) -> Pull:
        customers = world.customers
        entered = customers.ask("entered")
        coming.draw_start(customers.key, salt(START, 0, 0, 0), self.start_share, entered)
        if customers.has("tried"):  # who bought before the first step is in the market
            entered[customers.arrays["tried"] != 0] = 0
        customers.ask("channel")
        customers.ask("referrer")
        size = customers.rows if isinstance(world.neighbors, Neighbors) else world.n_replications
        strongest = STRENGTH_ONE
        if isinstance(world.neighbors, Neighbors) and world.neighbors.strength is not None:
            strongest = max(strongest, int(world.neighbors.strength.max(initial=0)))
        worth = self.worth(np.arange(strongest + 1), world.calendar.years)
        return Pull(entered, worth, np.zeros(size, np.int64))

    def worth(self, strength: np.ndarray, years: float) -> np.ndarray:
        """What a friend adds to the pull, int64, by strengths in 1/1024; `years` is the length of a step."""
        raise NotImplementedError

    def press(self, own: Pull, world: World, start: int, stop: int, press: np.ndarray) -> None:
        """press[i] = how hard friends press the row start + i, where the pull is kept by row."""
        raise NotImplementedError

    def press_everybody(self, own: Pull, world: World, replication: int) -> float:
        """The same for all rows of a replication in which everybody knows everybody."""
        raise NotImplementedError

    def chances(self, ads: float, press: np.ndarray, n: int, chance: np.ndarray) -> None:
        """chance[i] = chance to come of a prospect at whom friends press so hard."""
        raise NotImplementedError

    def press_of_ads(self, ads: float) -> float:
        """How hard advertising presses, in the unit in which friends do."""
        return ads

    def enter(self, own: Pull, world: World, totals: Totals, step: int, invited: Newcomers) -> np.ndarray:
        if own.until != step or own.examples is not None:
            self._count_anew(own, world, step)
        come = self._who_comes(own, world, step, invited.rows).joined_by(invited)
        customers, rows = world.customers, come.rows
        own.entered[rows] = step
        customers.arrays["channel"][rows] = come.channel
        customers.arrays["referrer"][rows] = come.referrer
        if customers.has("advertised"):
            coming.see(
                rows[come.channel == ADVERTISING], customers.key, np.uint64(salt(ADVERTISED, step, 0, 0)), self.p,
                world.market.awareness, customers.n_customers, customers.arrays["advertised"],
            )  # fmt: skip
        np.add.at(totals.entered, (rows // customers.n_customers, come.channel), 1)
        self._pull_friends(own, world, rows)
        own.until = step + 1
        return rows

    def admit(self, own: Pull, world: World, block: Block, shoppers: Shoppers, step: int) -> None:
        shoppers.n = coming.admit(
            own.entered, world.customers.arrays["channel"], step, block.start, block.bounds, world.customers.key,
            shoppers.ask("acquisition.count", dtype=np.int32), shoppers.n, shoppers.rows, shoppers.occasions,
            shoppers.key, shoppers.begins,
        )  # fmt: skip

    def _count_anew(self, own: Pull, world: World, step: int) -> None:
        """Count all who came before `step`: at the start, or when a run goes on from a state."""
        own.pull[:] = 0
        if self.imitates:
            there = own.entered if own.examples is None else own.examples
            self._pull_friends(own, world, np.flatnonzero((there >= 0) & (there < max(step, 1))))

    def _pull_friends(self, own: Pull, world: World, rows: np.ndarray) -> None:
        """Let these rows pull at their friends from now on."""
        if not (self.imitates and world.praised and len(rows)) or world.neighbors is None:
            return
        if world.silent is not None:
            rows = rows[world.silent[rows] == 0]
        network = world.neighbors
        if isinstance(network, Neighbors):
            coming.pull_at(rows, network.first, network.neighbor, network.weights, own.worth, own.pull)
        else:
            np.add.at(own.pull, rows // world.customers.n_customers, own.worth[STRENGTH_ONE])

    def _who_comes(self, own: Pull, world: World, step: int, taken: np.ndarray) -> Newcomers:
        """Prospects who come through advertising or friends; those in `taken` come otherwise."""
        customers = world.customers
        by_row = isinstance(world.neighbors, Neighbors)
        luck, split = np.uint64(salt(ENTER, step, 0, 0)), np.uint64(salt(CHANNEL, step, 0, 0))
        scratch = world.workers[0].shoppers
        press, chance = scratch.ask("acquisition.press"), scratch.ask("acquisition.chance")
        found, by_friend = scratch.ask("acquisition.found", dtype=np.int64), scratch.ask("acquisition.friend")
        rows, friends = [], []
        for block in world.blocks:
            size = block.stop - block.start
            if by_row and self.imitates:
                self.press(own, world, block.start, block.stop, press)
            else:
                press[:size] = 0
                if self.imitates and world.neighbors is not None:
                    for r, (begin, end) in enumerate(zip(block.bounds[:-1], block.bounds[1:])):
                        press[begin:end] = self.press_everybody(own, world, block.first_replication + r)
            n = 0
            for begin, end, ads in self._ads(world, block):
                self.chances(ads, press[begin:end], end - begin, chance)
                n += coming.who_comes(
                    own.entered, customers.key, block.start + begin, block.start + end, luck, split,
                    self.press_of_ads(ads), press[begin:end], chance, found[n:], by_friend[n:],
                )  # fmt: skip
            rows.append(found[:n].copy())
            friends.append(by_friend[:n] > 0)
        row, friend = np.concatenate(rows), np.concatenate(friends)
        if len(taken):
            kept = ~np.isin(row, taken)
            row, friend = row[kept], friend[kept]
        referrer = np.full(len(row), -1, np.int32)
        if friend.any():
            there = own.entered if own.examples is None else own.examples
            referrer[friend] = self._brought_by(world, row[friend], there, step)
        return Newcomers(row, np.where(friend, FRIENDS, ADVERTISING).astype(np.int8), referrer)

    def _ads(self, world: World, block: Block) -> list[tuple[int, int, float]]:
        """Stretches of a block that see the same advertising: begin, end, and the chance to come by it alone."""
        years, awareness = world.calendar.years, world.market.awareness
        if not awareness.any():
            return [(0, block.stop - block.start, self.p * years)]
        rates = self.p + awareness.sum(axis=1, dtype=np.float64)
        return [
            (begin, end, float(rate) * years)
            for begin, end, rate in zip(block.bounds[:-1], block.bounds[1:], rates[block.first_replication :])
        ]

    def _brought_by(self, world: World, rows: np.ndarray, entered: np.ndarray, step: int) -> np.ndarray:
        """One friend each who is in the market, by chance in proportion to the strength of the tie."""
        key, network = world.customers.key, world.neighbors
        luck = np.uint64(salt(BROUGHT, step, 0, 0))
        silent = NO_ROWS if world.silent is None else world.silent
        if isinstance(network, Neighbors):
            return coming.brought_by(rows, network.first, network.neighbor, network.weights, entered, silent, key, luck)
        n, out = world.customers.n_customers, np.empty(len(rows), np.int32)
        for r in np.unique(rows // n):
            there = np.arange(r * n, (r + 1) * n)
            there = there[entered[there] >= 0]
            if len(silent):
                there = there[silent[there] == 0]
            here = np.flatnonzero(rows // n == r)
            out[here] = there[(_bits(key[rows[here]], luck) % np.uint64(len(there))).astype(np.int64)]
        return out


class Linear(Adoption):
    """Chance min(1, (p + q · share of friends in the market) · years of a step): the Bass model in discrete time (E80).

    Friends count by the strength of the tie: the share is the sum of strengths to those in the market, divided by the
    number of friends. If everybody knows everybody and nobody leaves, this is Bass (1969) stepped once a step.
    """

    kind: Literal["linear"] = "linear"

    def worth(self, strength: np.ndarray, years: float) -> np.ndarray:
        return strength.astype(np.int64)

    def press(self, own: Pull, world: World, start: int, stop: int, press: np.ndarray) -> None:
        factor = self.q * world.calendar.years / STRENGTH_ONE
        coming.press_by_share(own.pull, world.neighbors.first, start, stop, factor, press)

    def press_everybody(self, own: Pull, world: World, replication: int) -> float:
        others = max(world.customers.n_customers - 1, 1)
        return self.q * world.calendar.years * int(own.pull[replication]) / (STRENGTH_ONE * others)

    def chances(self, ads: float, press: np.ndarray, n: int, chance: np.ndarray) -> None:
        coming.chance_linear(ads, press, n, chance)


class Ties(Adoption):
    """Chance 1 − (1 − p · years) · Π(1 − q · strength · years) over friends in the market (E81).

    Each tie is a chance of its own, so many friends bring more than few: another model than `linear`, and with the same
    q a much faster one (q is a rate by tie here).
    """

    kind: Literal["ties"] = "ties"

    q: float = setting(
        0.05, "Rate at which one friend who is in the market brings a prospect.", ge=0, le=1e3, unit="1/year",
        source="assumed",
    )  # fmt: skip

    def worth(self, strength: np.ndarray, years: float) -> np.ndarray:
        chance = np.minimum(self.q * years * strength / STRENGTH_ONE, 1.0)
        sure = chance >= 1.0
        press = np.minimum(-np.log1p(-np.where(sure, 0.0, chance)), MOST_PRESS)
        return np.rint(np.where(sure, MOST_PRESS, press) * PULL_ONE).astype(np.int64)

    def press(self, own: Pull, world: World, start: int, stop: int, press: np.ndarray) -> None:
        coming.press_by_log(own.pull, start, stop, 1.0 / PULL_ONE, press)

    def press_everybody(self, own: Pull, world: World, replication: int) -> float:
        return int(own.pull[replication]) / PULL_ONE

    def press_of_ads(self, ads: float) -> float:
        return MOST_PRESS if ads >= 1 else min(-float(np.log1p(-ads)), MOST_PRESS)

    def chances(self, ads: float, press: np.ndarray, n: int, chance: np.ndarray) -> None:
        coming.chance_of_ties(min(ads, 1.0), press, n, chance)


NO_ROWS = np.empty(0, np.uint8)  # what kernels get for who is silent, where nobody is


def _bits(keys: np.ndarray, luck: np.uint64) -> np.ndarray:
    out = np.empty(len(keys), np.uint64)
    coming.draw_bits(keys, luck, out)
    return out
