"""Bond: the emotional attachment to a brand, which grows slowly from satisfaction and fades.

No kind has a term by which a discount builds a bond: loyalty cannot be bought (docs/model.md, "Discounts").
A kind changes the bond with the brand bought, or with all brands, and writes it back.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from loyaltysim.behavior.drift_each import drift_each
from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.incidents import column as incident
from loyaltysim.market.shoppers import Shoppers, pick, place, put_by_brand, take_by_brand
from loyaltysim.market.shoppers import since as elapsed_since
from loyaltysim.record import Part, setting
from loyaltysim.world import World

f4, u4 = np.float32, np.uint32

SINCE, SOURCES = "bond.since", "bond.sources"
"""Arrays kept where levers move bonds: the step up to which each row's were brought, and the sources since then."""
BESIDES = "bond.besides"
"""Array kept where levers let some bonds grow more: by how much, brands × rows, since then (eq. E157)."""
MOVES = frozenset(("jump", "ethics", "bond_growth", "growth"))
"""By what levers make bonds jump, or change what they drift by."""
INCIDENTS = ("failure", "recovery", "complaint")
"""What the bond feels of the board of incidents."""


class Bond(Part, room="bond model"):
    """How a bond grows and fades."""

    def open(self, world: World) -> Any:
        """Ask for what is needed; returns the part's own arrays."""
        return None

    def fade(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Bring the staged bond up to this step, before the choice."""

    def update(self, own: Any, world: World, shoppers: Shoppers) -> None:
        """Change the bond after the purchase."""

    def feel(self, own: Any, world: World, step: int) -> None:
        """Before anybody shops: let bonds jump by what brands did to single customers (eq. E121)."""
        if "bond" in world.kept:
            for jump in world.touches.jumps:
                bond = world.customers.arrays["bond"][jump.brand]
                bond[jump.rows] = _jumped(bond[jump.rows], jump.share)

    def as_of(self, own: Any, world: World, step: int, rows: np.ndarray | None = None) -> np.ndarray | None:
        """The bond at a step, brands × rows, of some or everybody: nothing is changed. None if there is no bond."""
        bond = world.customers.arrays.get("bond")
        return bond if bond is None or rows is None else bond.take(rows, axis=-1)


class NoBond(Bond):
    """Customers feel no bond."""

    kind: Literal["none"] = "none"


class Linear(Bond):
    """At each purchase the bond grows with satisfaction and loses a share of itself (eq. E19)."""

    kind: Literal["linear"] = "linear"
    reads = ("satisfaction", "bond")
    writes = ("bond",)

    start: float = setting(0.0, "Bond before the first purchase.", unit="1")
    from_satisfaction: float = setting(0.1, "How much a bond grows per unit of satisfaction.", unit="1 a purchase")
    fading: float = setting(0.05, "Share of a bond that is lost.", ge=0, le=1, unit="1 a purchase")

    def open(self, world: World) -> None:
        world.stage("bond", self.start)

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        columns = shoppers.columns
        _grow(
            columns["bond"], columns["bought.satisfaction"], shoppers.rows, shoppers.brand, shoppers.buyers,
            shoppers.n_buyers, self.from_satisfaction, self.fading, world.customers.arrays["bond"].T,
        )  # fmt: skip


class Drift(Bond):
    """Between purchases the bond drifts to where growth and fading balance, exactly for any time (eqs. E20–E21, E56).

    Growth comes from satisfaction above a threshold, the less the less the customer trusts what to expect of the
    brand; from values that customer and brand share; and from what the brand does besides (`bond_growth`). Only brands
    that were bought before have any. Buying on deal may wear the bond (`deal_erosion`, 0 by default); nothing paid to
    the customer adds to it. A failure damages the bond, and an excellent answer to the complaint may make it jump
    (eq. E57). The drift is worked out when the customer shops, for the time since the last occasion, with the
    satisfaction and trust that held at its beginning. Where levers change what brands do, all bonds are brought up to
    date with the change; where they make single bonds jump or grow, those are (eqs. E121, E157).
    """

    kind: Literal["drift"] = "drift"
    reads = ("satisfaction", "bond", "tried", "seen", "trust", "values_weight")
    writes = ("bond",)

    start: float = setting(0.0, "Bond before the first purchase.", ge=0, le=1, unit="1")
    from_satisfaction: float = setting(
        0.02, "How much a bond grows per unit of satisfaction above the threshold.", ge=0, unit="1/week"
    )
    threshold: float = setting(0.5, "Satisfaction from which a bond grows.", unit="1")
    trust_half: float = setting(
        0.0, "Trust at which satisfaction builds a bond at half speed; 0: trust does not matter.", ge=0, unit="1"
    )
    from_values: float = setting(
        0.0, "Growth per unit of the customer's values_weight times the brand's ethics.", ge=0, le=1e3, unit="1/week"
    )
    fading: float = setting(
        0.005, "How fast a bond fades; 0.005 is a half-life of about 2.7 years.", ge=0, unit="1/week"
    )
    deal_erosion: float = setting(0.0, "Share of the bond lost when buying on deal.", ge=0, le=1, unit="1 a purchase")
    damage: float = setting(
        0.3, "Share of the bond lost in the worst failure that nothing mends.", ge=0, le=1, unit="1 a failure"
    )
    jump: float = setting(
        0.05, "Share of what the bond lacks to 1 that an excellent answer to a complaint adds.",
        ge=0, le=1, unit="1 a complaint",
    )  # fmt: skip
    recovered_above: float = setting(0.7, "Quality of an answer from which the bond jumps.", ge=0, le=1, unit="1")

    def open(self, world: World) -> None:
        world.stage("bond", self.start)
        world.stage("satisfaction")
        world.stage("tried")
        if MOVES & world.felt:
            sources = world.own(SOURCES, (2, *world.market.ethics.shape), np.float32, carried=True)
            sources[:] = world.market.ethics, world.market.bond_growth
            world.own(SINCE, (world.customers.rows,), np.int32, carried=True)
        if "growth" in world.felt:
            world.own(BESIDES, world.customers.arrays["bond"].shape, np.float32, carried=True)
        world.customers.ask("seen")
        if self.trust_half:
            world.stage("trust")
        if self._shares_values(world):
            world.stage("values_weight")

    def _shares_values(self, world: World) -> bool:
        return self.from_values > 0 and world.customers.has("values_weight")

    def fade(self, own: None, world: World, shoppers: Shoppers) -> None:
        elapsed, besides = shoppers.columns["elapsed"], None
        if BESIDES in world.arrays:
            besides = shoppers.ask(BESIDES, True)
            take_by_brand(world.arrays[BESIDES].T, shoppers.rows, shoppers.n, besides, shoppers.brands)
        if SINCE in world.arrays:
            drifting, seen = shoppers.ask(SINCE), shoppers.columns["seen"]
            shorten(world.arrays[SINCE], shoppers.rows, shoppers.n, seen, world.calendar.weeks, elapsed, drifting)
            elapsed = drifting
        self._drift(
            world, shoppers.columns, elapsed, *self._sources(world), besides, shoppers.first_replication,
            shoppers.begins, shoppers.columns["bond"],
        )  # fmt: skip

    def feel(self, own: None, world: World, step: int) -> None:
        if SINCE not in world.arrays:
            return
        market, sources, since = world.market, world.arrays[SOURCES], world.arrays[SINCE]
        if BESIDES in world.arrays:
            self._change_besides(world, step, sources, since)
        now = np.stack([market.ethics, market.bond_growth])
        changed = np.flatnonzero((sources != now).any(axis=(0, 2)))
        if len(changed):  # until now bonds drifted by what was, in these replications
            n, everybody = world.customers.n_customers, self._everybody(world, step, *sources)
            for r in changed:
                theirs = slice(r * n, (r + 1) * n)
                world.customers.arrays["bond"][:, theirs] = everybody[:, theirs]
                since[theirs] = step
            sources[:] = now
        for jump in world.touches.jumps:
            rows = jump.rows
            bond = self._of_some(world, rows, step, sources[0], sources[1])
            bond[jump.brand] = _jumped(bond[jump.brand], jump.share)
            world.customers.arrays["bond"][:, rows] = bond
            since[rows] = step

    def _change_besides(self, world: World, step: int, sources: np.ndarray, since: np.ndarray) -> None:
        """Let bonds grow by what levers do for some from now on; until now they did by what was."""
        besides, now = world.arrays[BESIDES], world.touches.arrays.get("growth", np.float32(0))
        rows = np.flatnonzero((besides != now).any(axis=0))
        world.customers.arrays["bond"][:, rows] = self._of_some(world, rows, step, sources[0], sources[1])
        since[rows] = step
        besides[:] = now

    def _elapsed(self, world: World, rows: np.ndarray | slice, step: int) -> np.ndarray:
        """Weeks since the bonds of the rows were brought up to date, float32."""
        seen, since = world.customers.arrays["seen"][rows], world.arrays.get(SINCE)
        time = np.empty(len(seen), np.float32)
        latest = seen if since is None else np.maximum(seen, since[rows])
        elapsed_since(latest, len(latest), step, world.calendar.weeks, time)
        return time

    def _drift(  # type: ignore[no-untyped-def]
        self, world, states, elapsed, ethics, bond_growth, besides, first_replication, begins, bond
    ) -> None:
        """Move `bond`, of shoppers or of everybody, whose states are arrays by name."""
        weighs, shares = self.trust_half > 0 and "trust" in world.kept, self._shares_values(world)
        satisfaction, values = states["satisfaction"], states["values_weight"] if shares else elapsed
        inputs = (satisfaction, states["trust"] if weighs else satisfaction, values, states["tried"], elapsed)
        settings = (
            self.from_satisfaction, self.threshold, self.trust_half if weighs else 0.0,
            self.from_values if shares else 0.0, self.fading,
        )  # fmt: skip
        if besides is None:
            drift(*inputs, ethics, bond_growth, first_replication, begins, *settings, bond)
        else:
            drift_each(*inputs, ethics, bond_growth, besides, first_replication, begins, *settings, bond)

    def update(self, own: None, world: World, shoppers: Shoppers) -> None:
        columns = shoppers.columns
        column, fails = columns["bond"], "incident.failure" in columns and (self.damage or self.jump)
        if self.deal_erosion or fails:
            bond = shoppers.ask("bought.bond")
            pick(column, shoppers.brand, shoppers.n, bond)
            if self.deal_erosion:
                _erode(shoppers.shelf, columns["list_price"], shoppers.brand, shoppers.n, self.deal_erosion, bond)
            if fails:
                failure, recovery, complaint = (incident(shoppers, name) for name in INCIDENTS)
                _disappoint(
                    failure, recovery, complaint, shoppers.n, self.damage, self.jump, self.recovered_above, bond
                )
            place(bond, shoppers.brand, shoppers.buyers, shoppers.n_buyers, column)
        put_by_brand(world.customers.arrays["bond"].T, shoppers.rows, shoppers.n, column, shoppers.brands)

    def as_of(self, own: None, world: World, step: int, rows: np.ndarray | None = None) -> np.ndarray:
        sources = self._sources(world)
        return self._everybody(world, step, *sources) if rows is None else self._of_some(world, rows, step, *sources)

    def _sources(self, world: World) -> tuple[np.ndarray, np.ndarray]:
        """By what bonds drifted until now, as `feel` tells: the market may show what the step to come brings."""
        kept = world.arrays.get(SOURCES)
        return (world.market.ethics, world.market.bond_growth) if kept is None else (kept[0], kept[1])

    def _everybody(self, world: World, step: int, ethics: np.ndarray, bond_growth: np.ndarray) -> np.ndarray:
        customers = world.customers
        bond, begins = customers.arrays["bond"].copy(), np.arange(world.n_replications + 1) * customers.n_customers
        elapsed = self._elapsed(world, slice(None), step)
        self._drift(world, customers.arrays, elapsed, ethics, bond_growth, world.arrays.get(BESIDES), 0, begins, bond)
        return bond

    def _of_some(  # type: ignore[no-untyped-def]
        self, world: World, rows: np.ndarray, step: int, ethics, bond_growth
    ) -> np.ndarray:
        """The same of some rows, those of a replication together."""
        arrays = world.customers.arrays
        some = {name: arrays[name].take(rows, axis=-1) for name in self.reads if name in arrays}
        begins = np.searchsorted(rows // world.customers.n_customers, np.arange(world.n_replications + 1))
        besides = world.arrays[BESIDES].take(rows, axis=-1) if BESIDES in world.arrays else None
        elapsed = self._elapsed(world, rows, step)
        self._drift(world, some, elapsed, ethics, bond_growth, besides, 0, begins, some["bond"])
        bond: np.ndarray = some["bond"]
        return bond


def _jumped(bond: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Bonds after a jump by a share of what they lack to 1, or of what there is where the share is below 0.

    Linear bonds may be above 1, and lack nothing then; below 0 they have nothing to lose.
    """
    return bond + np.maximum(share, 0) * np.maximum(1 - bond, 0) + np.minimum(share, 0) * np.maximum(bond, 0)


@jit
def _grow(staged, satisfaction, rows, brand, buyers, n_buyers, from_satisfaction, fading, state):
    """Add from_satisfaction · satisfaction - fading · bond to each buyer's bond with the brand bought, for good."""
    from_satisfaction, fading = f4(from_satisfaction), f4(fading)
    for k in range(n_buyers):
        q = u4(buyers[k])
        b = u4(brand[q])
        before = staged[b, q]
        state[u4(rows[q]), b] = before + (from_satisfaction * satisfaction[q] - fading * before)


@jit
def shorten(since, rows, n, seen, weeks, elapsed, drifting):
    """drifting[q] = weeks that the bonds have drifted: fewer than have elapsed since `seen` if they did `since`."""
    weeks = np.float32(weeks)
    for q in range(n):
        drifting[q] = elapsed[q] - np.float32(max(since[rows[q]] - seen[q], 0)) * weeks


@jit
def drift(
    satisfaction, trust, values, tried, elapsed, ethics, bond_growth, first_replication, begins, from_satisfaction,
    threshold, trust_half, from_values, fading, bond,
):  # fmt: skip
    """Move bond[b, q] toward growth / (growth + fading) for elapsed[q] weeks (eqs. E21, E56).

    With a `trust_half` of 0 any numbers may stand for `trust`, with `from_values` 0 for `values`: they come to nothing.
    """
    from_satisfaction, threshold, trust_half = f4(from_satisfaction), f4(threshold), f4(trust_half)
    from_values, fading = f4(from_values), f4(fading)
    zero, one, tiny = f4(0.0), f4(1.0), f4(1e-30)
    for r in range(begins.shape[0] - 1):
        some = slice(begins[r], begins[r + 1])
        bits, weeks, weight = tried[some], elapsed[some], values[some]
        for b in range(bond.shape[0]):
            own, level, sure = bond[b, some], satisfaction[b, some], trust[b, some]
            bit = u4(1) << u4(b)
            shared, besides = from_values * ethics[first_replication + r, b], bond_growth[first_replication + r, b]
            for q in range(own.shape[0]):
                known = f4((bits[q] & bit) != u4(0))
                known_well = max(sure[q], tiny) / (max(sure[q], tiny) + trust_half)
                growth = known * from_satisfaction * max(level[q] - threshold, zero) * known_well
                growth += known * (shared * max(weight[q], zero) + besides)
                speed = growth + fading
                target = growth / max(speed, tiny)
                now = min(max(target + (own[q] - target) * exp(-speed * weeks[q]), zero), one)
                own[q] = now if weeks[q] > zero else own[q]  # no time changes nothing, not even the last bit


@jit
def _erode(price, list_price, brand, n, deal_erosion, bond):
    """bond[q] *= 1 - deal_erosion where the brand was bought below its list price."""
    deal_erosion = f4(deal_erosion)
    for q in range(n):
        b = max(brand[q], 0)
        bond[q] -= bond[q] * deal_erosion * f4(price[b, q] < list_price[b, q])


@jit
def _disappoint(failure, recovery, complaint, n, damage, jump, recovered_above, bond):
    """Damage the bond as the failure does that the answer leaves; an excellent answer makes it jump (eq. E57)."""
    damage, jump, recovered_above = f4(damage), f4(jump), f4(recovered_above)
    zero, one = f4(0.0), f4(1.0)
    for q in range(n):
        failed = f4(failure[q] > zero)
        excellent = f4(recovery[q] >= recovered_above) * complaint[q] * failed
        bond[q] -= bond[q] * damage * failure[q] * (one - recovery[q])
        bond[q] += excellent * jump * (one - bond[q])
