"""Reasons: why customers left a brand, each defection divided among the terms of its utility, and chance (eq. E68).

A defection is a purchase of another brand by somebody whose last brand was this one, or leaving the brand by lapse.
P1 is the chance of what happened as it was now, P0 the chance that it would have had with all terms of the utility as
they were at the last purchase. What P0 is of P1 was chance all along; the rest is divided in proportion to what each
reason has added since then to the utility of the new brand less that of the old one. Reasons that spoke for staying
count as nothing.

For a lapse the same is done with the chance to leave and the terms of its logit, since the last decision about the
brand. Whoever has left the whole category is no defector from a brand. Where nothing is remembered (a first purchase
before the run, or a branch that begins to ask) a defection is chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.elementary import exp
from loyaltysim.jit import jit
from loyaltysim.market.leavers import TERMS, Leavers
from loyaltysim.market.shoppers import EVERY_BRAND, Shoppers, fill
from loyaltysim.totals import REASONS, SHARE_UNIT, Totals
from loyaltysim.world import World

f4, i8, u4, u8 = np.float32, np.int64, np.uint32, np.uint64

SATISFACTION, SERVICE, CHANCE = (REASONS.index(name) for name in ("satisfaction", "service", "chance"))
OF_TERM = np.array([REASONS.index("program" if term == "membership" else term) for term in TERMS])
"""Which reason each of the leavers' terms counts as."""


@dataclass
class Reasons:
    """What is remembered of each customer's last purchase."""

    terms: np.ndarray
    """float32, reasons without chance × brands × rows: what the utility of each brand was made of."""
    failed: np.ndarray
    """uint8, one per row: whether something went wrong at that purchase."""
    known: np.ndarray
    """uint8, one per row: whether any purchase is remembered."""


def open_reasons(world: World) -> Reasons:
    """Nothing remembered yet."""
    rows = world.customers.rows
    return Reasons(
        world.own("reasons.terms", (len(REASONS) - 1, len(world.brands), rows), np.float32, order="F"),
        world.own("reasons.failed", (rows,), np.uint8),
        world.own("reasons.known", (rows,), np.uint8),
    )


def note(own: Reasons, world: World, shoppers: Shoppers, totals: Totals, outside: bool) -> None:
    """Count this round's switches by reason, and remember what everybody's choice was made of."""
    some = shoppers.begins, shoppers.first_replication
    _note_some(own, shoppers, *some, outside, totals.defections, totals.defection_shares)


def tell(own: Reasons, world: World, shoppers: Shoppers, q: int, outside: bool) -> np.ndarray | None:
    """What `note` is going to count for one shopper, one share a reason in parts of `SHARE_UNIT`; None if nothing.

    Nothing is remembered.
    """
    row = shoppers.rows[q]
    kept = own.terms[:, :, row].copy(), own.failed[row], own.known[row]
    main, shares = (np.zeros((1, len(world.brands), len(REASONS)), np.int64) for _ in range(2))
    _note_some(own, shoppers, np.array([q, q + 1], np.int64), 0, outside, main, shares)
    own.terms[:, :, row], own.failed[row], own.known[row] = kept
    return shares.sum((0, 1)) if main.any() else None


def _note_some(
    own: Reasons, shoppers: Shoppers, begins: np.ndarray, first: int, outside: bool, main: np.ndarray,
    shares: np.ndarray,
) -> None:  # fmt: skip
    """Work through the shoppers of some replications, `first` the place of the first of them in `main`."""
    columns = shoppers.columns
    looked_at = columns.get("considered")
    if looked_at is None:  # a column of its own, so that no choice takes it for a set that it made
        looked_at = shoppers.ask("reasons.everything", dtype=np.uint32)
        fill(looked_at, shoppers.n, EVERY_BRAND)
    left = columns.get("status")
    if left is None:
        left = shoppers.ask("reasons.nobody", dtype=np.uint32)
    failure = columns.get("incident.failure")
    if failure is None:
        failure = shoppers.ask("reasons.nothing")
    _note(
        columns["why"], own.terms, own.failed, own.known, failure, shoppers.rows, shoppers.brand, columns["last_brand"],
        looked_at, left, begins, first, outside, SATISFACTION, SERVICE, SHARE_UNIT, main, shares,
    )  # fmt: skip


def note_lapses(leavers: Leavers, n_customers: int, totals: Totals) -> None:
    """Count those who left for good by reason."""
    _note_lapses(
        leavers.rows, leavers.brand, leavers.base, leavers.chance, leavers.terms, leavers.failed, leavers.over,
        leavers.n, n_customers, OF_TERM, SATISFACTION, SERVICE,
        SHARE_UNIT, totals.defections, totals.defection_shares,
    )  # fmt: skip


def tell_lapse(leavers: Leavers, k: int, n_brands: int) -> np.ndarray:
    """What `note_lapses` counts for one of those who left: one share a reason in parts of `SHARE_UNIT`."""
    one = slice(k, k + 1)
    main, shares = (np.zeros((1, n_brands, len(REASONS)), np.int64) for _ in range(2))
    _note_lapses(
        np.zeros(1, np.int32), leavers.brand[one], leavers.base[one], leavers.chance[one], leavers.terms[:, one].copy(),
        leavers.failed[one], leavers.over[one], 1, 1, OF_TERM, SATISFACTION, SERVICE, SHARE_UNIT, main, shares,
    )  # fmt: skip
    return shares.sum((0, 1))


@jit
def divide(change, chance, unit, main, shares):
    """Divide one defection: `chance` of it is chance, the rest goes to the reasons by their positive changes.

    Adds 1 to the largest share's place in `main` and the shares, whole parts of `unit` that add up to it, to `shares`.
    Chance is the last place of both.
    """
    last = main.shape[0] - 1
    total = f4(0.0)
    for t in range(last):
        total += max(change[t], f4(0.0))
    free = f4(1.0) - min(max(chance, f4(0.0)), f4(1.0))
    if total <= f4(0.0):
        free = f4(0.0)
    given, largest, place = i8(0), i8(0), last
    for t in range(last):
        part = i8(free * (max(change[t], f4(0.0)) / max(total, f4(1e-30))) * f4(unit))
        shares[t] += part
        given += part
        if part > largest:
            largest, place = part, t
    shares[last] += i8(unit) - given
    if i8(unit) - given >= largest:
        place = last
    main[place] += 1


@jit
def _note(
    why, before, failed, known, failure, rows, brand, last, considered, left, begins, first_replication, outside,
    satisfaction, service, unit, main, shares,
):  # fmt: skip
    """Work through the buyers: those who switched are counted, and all are remembered."""
    n_terms, n_brands = before.shape[0], before.shape[1]
    change = np.empty(n_terms, np.float32)
    now, then = np.empty(n_brands, np.float32), np.empty(n_brands, np.float32)
    for r in range(begins.shape[0] - 1):
        for q in range(begins[r], begins[r + 1]):
            k, j, row = brand[q], last[q], rows[q]
            if k < 0:
                continue
            if j >= 0 and j != k and (left[q] & (u4(1) << u4(j))) == u4(0):
                for b in range(n_brands):
                    now[b], then[b] = f4(0.0), f4(0.0)
                    for t in range(n_terms):
                        now[b] += why[t, b, q]
                        then[b] += before[t, b, row]
                for t in range(n_terms):
                    change[t] = (why[t, k, q] - why[t, j, q]) - (before[t, k, row] - before[t, j, row])
                if failed[row] != 0:
                    change[service] += change[satisfaction]
                    change[satisfaction] = f4(0.0)
                likely = _chance(now, k, considered[q], outside)
                was = _chance(then, k, considered[q], outside) if known[row] != 0 else likely
                divide(change, was / max(likely, f4(1e-30)), unit, main[first_replication + r, j],
                       shares[first_replication + r, j])  # fmt: skip
            for b in range(n_brands):
                for t in range(n_terms):
                    before[t, b, row] = why[t, b, q]
            failed[row], known[row] = np.uint8(failure[q] > f4(0.0)), np.uint8(1)


@jit
def _chance(utility, brand, considered, outside):
    """The chance that a logit over the considered brands gives one of them."""
    top = f4(0.0) if outside else f4(-1e30)
    for b in range(utility.shape[0]):
        if (considered & (u4(1) << u4(b))) != u4(0):
            top = max(top, utility[b])
    total = exp(-top) if outside else f4(0.0)
    for b in range(utility.shape[0]):
        if (considered & (u4(1) << u4(b))) != u4(0):
            total += exp(utility[b] - top)
    # a contract may hold a customer to a brand that the choice did not look at
    return exp(utility[brand] - top) / total if total > f4(0.0) else f4(1.0)


@jit
def _note_lapses(
    rows, brand, base, chance, terms, failed, over, n, n_customers, of_term, satisfaction, service, unit, main, shares
):
    """Work through those who left by lapse."""
    change = np.empty(main.shape[2] - 1, np.float32)
    for k in range(n):
        if over[k]:
            continue
        r, j = rows[k] // n_customers, brand[k]
        change[:] = f4(0.0)
        for t in range(terms.shape[0]):
            change[of_term[t]] += terms[t, k]
        if failed[k]:
            change[service] += change[satisfaction]
            change[satisfaction] = f4(0.0)
        divide(change, base[k] / max(chance[k], f4(1e-30)), unit, main[r, j], shares[r, j])
