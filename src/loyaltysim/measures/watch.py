"""Watch: what single customers see, hear, buy and feel, noted while a market runs; it changes nothing in it.

Whoever wants it hangs one on a simulation (`Watch(simulation, rows)`) and calls `close` after each step. What is not
watched costs nothing. Why a brand was bought is told where the scenario keeps reasons (`metrics.reasons`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim.customers.neighbors import Neighbors
from loyaltysim.market.leavers import Leavers
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.metrics import reasons
from loyaltysim.results import program_names
from loyaltysim.totals import CHANNELS, INVITATION, MONEY_UNIT, REASONS
from loyaltysim.word_of_mouth.delivery import deliver

if TYPE_CHECKING:
    from loyaltysim.simulation import Simulation

CHANCE = REASONS.index("chance")
FLOWS = {"points_earned": "earned", "points_redeemed": "redeemed", "points_expired": "expired"}


class Event(NamedTuple):
    """Something that happened to a customer; -1 and NaN where there is nothing to tell."""

    row: int
    step: int
    """Counted from the first measured one."""
    occasion: int
    what: str
    """came, praise_heard, blame_heard, bought, passed, failed, joined, quit, earned, redeemed, expired, contacted,
    left, open_again, praised or blamed."""
    brand: int = -1
    last_brand: int = -1
    """At a purchase, the brand bought the time before."""
    number: float = np.nan
    """Messages, severity, points, contacts."""
    recovery: float = np.nan
    """Quality of the answer to a complaint about a failure; NaN if there was no complaint."""
    price: float = np.nan
    """Paid for one unit."""
    prices: tuple[float, ...] = ()
    """What each brand would have cost; NaN for those not looked at."""
    chance: float = np.nan
    """Of buying this brand, among those looked at and nothing."""
    why: str = ""
    """The reason of `totals.REASONS` that speaks most for the brand against the next best (E197); or "contract",
    "invitation" or "only" where there was no choice."""
    left_why: str = ""
    """The main reason for leaving the last brand (E68)."""
    name: str = ""
    """The program, or how the customer came."""


class Watch:
    """Notes what happens to some rows.

    Attributes
    ----------
    events : what happened, in order
    felt : one entry a step and row: step, row, satisfaction and bond, one number a brand each (NaN where nobody has it)
    """

    def __init__(self, simulation: Simulation, rows: tuple[int, ...]) -> None:
        self.simulation, self.rows = simulation, rows
        self.events: list[Event] = []
        self.felt: list[tuple[int, int, np.ndarray, np.ndarray]] = []
        self.schedule, self.world = simulation.schedule, simulation.world
        self.schedule.watch = self
        self.programs = program_names(simulation.scenario)
        self.contacts = self.world.history.ask("contacts")
        self._inbox = np.empty((0, 0), np.int32)
        self._start = 0
        self._leaving: list[Event] = []
        self._before = {row: self._books(row) for row in rows}

    @property
    def _step(self) -> int:
        return self.world.now - self.world.calendar.burn_in

    def hear(self, audience: str) -> None:
        """Note what is about to be heard (stage 3): whole messages by brand, praise and blame apart."""
        world, n = self.world, len(self.world.brands)
        self._start = len(self.events)
        if self.schedule.influence.kind == "none" or world.neighbors is None:
            return
        whole = np.int32 if isinstance(world.neighbors, Neighbors) else np.int64
        if not len(self._inbox):
            self._inbox = np.zeros((2 * n, world.customers.rows), whole)
        self._inbox[:] = 0
        deliver(world, audience, self._inbox, True)
        for row in self.rows:
            for column in np.flatnonzero(self._inbox[:, row]):
                what = "praise_heard" if column < n else "blame_heard"
                heard = abs(float(self._inbox[column, row])) / STRENGTH_UNIT
                self._note(row, -1, what, brand=int(column) % n, number=heard)

    def shop(self, shoppers: Shoppers, occasion: int) -> None:
        """Note a round's occasions of those who are watched, before their reasons are forgotten."""
        for q in np.flatnonzero(np.isin(shoppers.rows[: shoppers.n], self.rows)).tolist():
            self._visit(shoppers, q, occasion)
        self.events += self._leaving
        self._leaving.clear()

    def leave(self, leavers: Leavers) -> None:
        """Note who left a brand."""
        for k in np.flatnonzero(np.isin(leavers.rows[: leavers.n], self.rows)).tolist():
            why = ""
            if self.schedule.reasons is not None and not leavers.over[k]:
                why = _main(reasons.tell_lapse(leavers, k, len(self.world.brands)))
            name = "category" if leavers.over[k] else ""
            told: dict[str, Any] = {"brand": int(leavers.brand[k]), "left_why": why, "name": name}
            # a contract ends before the step's occasions, a relation without one after the purchase
            into = self.events if self.schedule.lapse.kind == "contract" else self._leaving
            into.append(Event(int(leavers.rows[k]), self._step, -1, "left", **told))

    def close(self) -> None:
        """Note what a step has left behind."""
        faded, world = self.schedule.faded(self.world.now), self.world
        arrays = world.customers.arrays
        nothing = np.full(len(world.brands), np.nan)
        for row in self.rows:
            now = self._books(row)
            self._compare(row, self._before[row], now)
            self._before[row] = now
            satisfaction = arrays["satisfaction"][:, row].astype(float) if "satisfaction" in arrays else nothing
            bond = faded["bond"][:, row].astype(float) if "bond" in faded else nothing
            self.felt.append((self._step, row, satisfaction, bond))
        for pile in world.messages.piles:
            for m in np.flatnonzero(np.isin(pile.sender[: pile.n], self.rows)).tolist():
                what = "praised" if pile.strength[m] > 0 else "blamed"
                self._note(int(pile.sender[m]), -1, what, brand=int(pile.brand[m]), number=1.0)

    def _note(self, row: int, occasion: int, what: str, **told: Any) -> None:
        self.events.append(Event(row, self._step, occasion, what, **told))

    def _first(self, row: int, what: str, **told: Any) -> None:
        """Note what came before all else in the step."""
        self.events.insert(self._start, Event(row, self._step, -1, what, **told))

    def _visit(self, shoppers: Shoppers, q: int, occasion: int) -> None:
        columns, brand, n = shoppers.columns, int(shoppers.brand[q]), len(self.world.brands)
        row = int(shoppers.rows[q])
        seen = int(columns["considered"][q]) if "considered" in columns else 2**n - 1
        looked = [b for b in range(n) if seen >> b & 1]
        prices = [float(shoppers.price[b, q]) if b in looked or b == brand else np.nan for b in range(n)]
        told: dict[str, Any] = {"prices": tuple(prices), "last_brand": int(columns["last_brand"][q])}
        if "why" in columns:
            outside = getattr(self.schedule.choice, "outside_option", False)
            terms = columns["why"][:, :, q].astype(float)
            told["chance"] = _chance(terms.sum(0), brand, looked, outside)
            if brand >= 0:
                told["why"] = self._bound(columns, row, q) or _for(terms, brand, looked)
                if self.schedule.reasons is not None:
                    told["left_why"] = _main(reasons.tell(self.schedule.reasons, self.world, shoppers, q, outside))
        if brand < 0:
            self._note(row, occasion, "passed", **told)
            return
        units = int(shoppers.units[q])
        told |= {"number": float(units), "price": int(shoppers.paid[q]) / MONEY_UNIT / max(units, 1)}
        self._note(row, occasion, "bought", brand=brand, **told)
        failure = columns.get("incident.failure")
        if failure is not None and failure[q] > 0:
            complained = columns["incident.complaint"][q] > 0
            recovery = float(columns["incident.recovery"][q]) if complained else np.nan
            self._note(row, occasion, "failed", brand=brand, number=float(failure[q]), recovery=recovery)

    def _bound(self, columns: dict[str, np.ndarray], row: int, q: int) -> str:
        """Why there was no choice; empty if there was one."""
        if "contract" in columns and columns["contract"][q] >= 0:
            return "contract"
        arrays = self.world.customers.arrays
        invited = "channel" in arrays and arrays["channel"][row] == INVITATION
        return "invitation" if invited and arrays["entered"][row] == self.world.now else ""

    def _books(self, row: int) -> dict[tuple[str, int | str], float]:
        """What is compared from step to step: where the customer is, and its accounts in programs."""
        arrays, brands = self.world.customers.arrays, self.world.brands
        kept: dict[tuple[str, int | str], float] = {}
        if "entered" in arrays:
            kept["came", ""] = float(arrays["entered"][row] >= 0)
        for b in range(len(brands)):
            kept["contacts", b] = float(self.contacts[b, row])
            if "status" in arrays:
                kept["left", b] = float(int(arrays["status"][row]) >> b & 1)
        for place, (program, own) in enumerate(self.schedule.programs):
            for name, column in program.columns(own).items():
                kept[name, str(place)] = float(column[row])
        return kept

    def _compare(self, row: int, before: dict[Any, float], now: dict[Any, float]) -> None:
        for (what, where), value in now.items():
            more = value - before[what, where]
            if more == 0:
                continue
            if what == "came":
                self._first(row, "came", name=CHANNELS[int(self.world.customers.arrays["channel"][row])])
            elif what == "contacts":
                self._first(row, "contacted", brand=where, number=more)
            elif what == "left" and more < 0:
                self._first(row, "open_again", brand=where)
            elif what == "member" or what in FLOWS:
                own = self.schedule.programs[int(where)][1]
                told = {"brand": own.brand, "name": self.programs[int(where)]}
                if what in FLOWS:
                    self._note(row, -1, FLOWS[what], number=more, **told)
                else:
                    self._note(row, -1, "joined" if more > 0 else "quit", **told)


def _main(shares: np.ndarray | None) -> str:
    """The reason with the largest share; chance, where it has as much as any."""
    if shares is None:
        return ""
    largest = int(shares.argmax())
    return REASONS[CHANCE if shares[CHANCE] >= shares[largest] else largest]


def _for(terms: np.ndarray, brand: int, looked: list[int]) -> str:
    """What speaks most for a brand against the best other that was looked at (E197)."""
    others = [b for b in looked if b != brand]
    if not others:
        return "only"
    worth = terms.sum(0)
    best = max(others, key=lambda b: worth[b])
    if worth[brand] < worth[best]:
        return "chance"
    return REASONS[int((terms[:, brand] - terms[:, best]).argmax())]


def _chance(worth: np.ndarray, brand: int, looked: list[int], outside: bool) -> float:
    """The logit's chance of a brand, or of nothing (-1)."""
    if brand >= 0 and brand not in looked:
        return np.nan
    some = worth[looked]
    if not len(some):
        return float(brand < 0)
    top = max(some.max(), 0.0 if outside else -np.inf)
    total = np.exp(some - top).sum() + (np.exp(-top) if outside else 0.0)
    return float(np.exp((worth[brand] if brand >= 0 else 0.0) - top) / total)
