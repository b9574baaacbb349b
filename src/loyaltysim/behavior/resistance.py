"""Resistance: what a bond with one brand does to the pull of its rivals (eqs. E49–E51).

Three separate things: rivals' discounts count less, rivals are not even looked at, and prices matter less. The bond
with a brand that the customer has left holds nobody: it counts as 0 here, though it is kept.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import salt, uniform
from loyaltysim.jit import jit

f4, i4, u4 = np.float32, np.int32, np.uint32


@jit
def hold(bond, status, n, held):
    """held[b, q] = bond with a brand that the shopper has not left, else 0."""
    for b in range(bond.shape[0]):
        own, kept = bond[b], held[b]
        bit = u4(1) << u4(b)
        for q in range(n):
            kept[q] = own[q] if (status[q] & bit) == u4(0) else f4(0.0)


@jit
def rank_bonds(bond, n, strongest, second, favorite):
    """Write each shopper's strongest bond, the next strongest, and the brand of the first (the first of equal ones)."""
    for q in range(n):
        strongest[q] = bond[0, q]
        second[q] = f4(0.0)
        favorite[q] = 0
    for b in range(1, bond.shape[0]):
        own = bond[b]
        for q in range(n):
            more = own[q] > strongest[q]
            second[q] = max(second[q], strongest[q] if more else own[q])
            strongest[q] = own[q] if more else strongest[q]
            favorite[q] = i4(b) if more else favorite[q]


@jit
def perceive(price, shelf, list_price, strongest, second, favorite, n, resist_discount, seen, seen_shelf):
    """What prices count as (eq. E49): of a discount, the share that the bond with another brand lets through.

    `seen_shelf` is the price on the shelf as it counts, `seen` the same with the rewards of programs taken off. A
    discount that is resisted fully leaves exactly the list price; one that is not resisted exactly the real price.
    """
    resist_discount, zero, one = f4(resist_discount), f4(0.0), f4(1.0)
    for b in range(price.shape[0]):
        paid, shown, listed = price[b], shelf[b], list_price[b]
        own, own_shelf = seen[b], seen_shelf[b]
        for q in range(n):
            other = second[q] if favorite[q] == b else strongest[q]
            kept = min(max(resist_discount * other, zero), one)
            cut = max(listed[q] - shown[q], zero)
            resisted = max(listed[q], shown[q]) if kept >= one else shown[q] + cut * kept
            own_shelf[q] = resisted
            own[q] = resisted - (shown[q] - paid[q]) if kept > zero else paid[q]


@jit
def soften(sensitivity, bond, last, n, resist_price, softened):
    """softened[q] = price sensitivity · (1 - resist_price · bond with the brand last bought)  (eq. E51)."""
    resist_price, zero, one = f4(resist_price), f4(0.0), f4(1.0)
    for q in range(n):
        softened[q] = zero
    for b in range(bond.shape[0]):
        own = bond[b]
        for q in range(n):
            softened[q] += own[q] * f4(last[q] == b)
    for q in range(n):
        softened[q] = sensitivity[q] * max(one - resist_price * softened[q], zero)


@jit
def open_set(status, n, considered):
    """considered[q] = bits of the brands that the shopper has not left."""
    for q in range(n):
        considered[q] = ~status[q]


@jit
def search(strongest, second, favorite, last, key, n, n_brands, purpose, step, occasion, resist_search, considered):
    """Clear the bits of brands that a bond keeps from being looked at (eq. E50).

    Brand b is looked at with chance 1 - resist_search · the strongest bond with another brand; the brand last bought
    and the favorite always are.
    """
    resist_search, one = f4(resist_search), f4(1.0)
    for b in range(n_brands):
        luck = salt(purpose, step, occasion, b)
        bit = u4(1) << u4(b)
        for q in range(n):
            other = second[q] if favorite[q] == b else strongest[q]
            looks = uniform(key[q], luck) < one - resist_search * other
            if not (looks | (favorite[q] == b) | (last[q] == b)):
                considered[q] &= ~bit


@jit
def leave_out(considered, n, utility):
    """Brands that are not considered get a utility that nobody chooses."""
    nothing = f4(-1e30)
    for b in range(utility.shape[0]):
        own = utility[b]
        bit = u4(1) << u4(b)
        for q in range(n):
            own[q] = own[q] if (considered[q] & bit) != u4(0) else nothing


@jit
def nothing_left(considered, n, brand):
    """Who considers no brand at all buys none, even where there is no outside option."""
    for q in range(n):
        if brand[q] >= 0 and (considered[q] & (u4(1) << u4(brand[q]))) == u4(0):
            brand[q] = i4(-1)
