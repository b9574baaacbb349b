"""Delivery: messages of the last step are added to the inboxes of those who hear them.

An inbox is whole numbers by brand (or sign and brand) and recipient, so the sum does not depend on the order of
senders. Reading friends and adding to their inboxes is random access to memory, the slowest part of a step. Senders
are therefore taken in chunks; for each chunk the needed memory is first touched by plain independent reads, which
overlap, and only then used.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.customers.neighbors import Neighbors
from loyaltysim.draws import mix
from loyaltysim.jit import jit
from loyaltysim.market.messages import STRENGTH_UNIT, MessagePile
from loyaltysim.world import World

i4, i8, u4, u8, f8 = np.int32, np.int64, np.uint32, np.uint64, np.float64

CHUNK = 1024
TIE_UNIT = 1024  # ties, like messages, are whole 1/1024


def deliver(world: World, audience: str, inbox: np.ndarray, by_sign: bool) -> None:
    """Add all messages to `inbox`, (signs ·) brands × rows; with `by_sign` blame goes to the second half.

    `audience` is "all" friends or "one" of them. Where there are reviews, everybody hears a share of all besides.
    """
    network = world.neighbors
    n_brands = world.customers.n_brands
    for pile in world.messages.piles:
        if pile.n == 0 or network is None:
            continue
        if not isinstance(network, Neighbors):
            _deliver_to_everybody(world, audience, pile, inbox, by_sign)
        elif audience == "one":
            _deliver_to_one(
                pile.n, pile.sender, pile.brand, pile.strength, pile.luck, network.first, network.neighbor,
                network.weights, world.customers.key, by_sign, n_brands, inbox,
            )  # fmt: skip
        else:
            _deliver_to_all(
                pile.n, pile.sender, pile.brand, pile.strength, network.first, network.neighbor, network.weights,
                by_sign, n_brands, inbox,
            )  # fmt: skip
    if isinstance(network, Neighbors) and network.reviews > 0:
        _deliver_reviews(world, network.reviews, inbox, by_sign)


def heard_by(world: World, audience: str, pile: MessagePile, message: int) -> np.ndarray:
    """The rows of the friends who will hear one message of a pile: all ties of the sender, or one of them."""
    network, inbox = world.neighbors, np.zeros((1, world.customers.rows), np.int32)
    if not isinstance(network, Neighbors):
        return np.empty(0, np.int64)
    one = slice(message, message + 1)
    full, nobody = np.full(1, STRENGTH_UNIT, np.int32), np.zeros(1, np.int8)
    if audience == "one":
        _deliver_to_one(
            1, pile.sender[one], nobody, full, pile.luck[one], network.first, network.neighbor, network.weights,
            world.customers.key, False, 1, inbox,
        )  # fmt: skip
        return np.flatnonzero(inbox[0])
    sender = int(pile.sender[message])
    return np.sort(network.neighbor[network.first[sender] : network.first[sender + 1]]).astype(np.int64)


def _deliver_to_everybody(world: World, audience: str, pile: MessagePile, inbox: np.ndarray, by_sign: bool) -> None:
    n_brands, n_customers = world.customers.n_brands, world.customers.n_customers
    if audience == "one":
        _deliver_to_anyone(
            pile.n, pile.sender, pile.brand, pile.strength, pile.luck, n_customers, by_sign, n_brands, inbox
        )
    else:
        totals = np.zeros((inbox.shape[0], world.n_replications), np.int64)
        _add_up(pile.n, pile.sender, pile.brand, pile.strength, n_customers, by_sign, n_brands, totals, inbox)
        _spread_totals(totals, n_customers, inbox)


def _deliver_reviews(world: World, share: float, inbox: np.ndarray, by_sign: bool) -> None:
    """Let everybody hear a share of what the others say, praise and blame cut to whole units apart."""
    n_brands, n_customers = world.customers.n_brands, world.customers.n_customers
    totals = np.zeros((2 * n_brands, world.n_replications), np.int64)
    for pile in world.messages.piles:
        _add_up_reviews(
            pile.n, pile.sender, pile.brand, pile.strength, n_customers, share, by_sign, n_brands, totals, inbox
        )
    heard = (totals * share).astype(np.int64)
    _spread_totals(heard if by_sign else heard[:n_brands] + heard[n_brands:], n_customers, inbox)


@jit
def through(strength, tie):
    """What is left of a message behind a tie, in whole units: praise and blame are cut off alike."""
    size = (i8(abs(strength)) * i8(tie)) // TIE_UNIT
    return size if strength > 0 else -size


@jit
def _deliver_to_all(n, sender, brand, strength, first, neighbor, ties, by_sign, n_brands, inbox):
    """Add each message to the inbox of every friend, senders in chunks: touch, address, touch, add."""
    flat, rows = inbox.reshape(-1), i8(inbox.shape[1])
    begin, end = np.empty(CHUNK, i8), np.empty(CHUNK, i8)
    address, value = np.empty(0, i8), np.empty(0, i4)
    weighted = ties.shape[0] > 0
    touched = i8(0)
    for start in range(0, n, CHUNK):
        some = slice(start, min(start + CHUNK, n))
        who, about, force = sender[some], brand[some], strength[some]
        for m in range(who.shape[0]):
            begin[m] = first[who[m]]
            end[m] = first[who[m] + 1]
        need = i8(0)
        for m in range(who.shape[0]):
            need += end[m] - begin[m]
            if end[m] > begin[m]:
                touched += neighbor[begin[m]]
                touched += neighbor[end[m] - 1]
        if need > address.shape[0]:
            address, value = np.empty(2 * need, i8), np.empty(2 * need, i4)
        filled = u8(0)
        for m in range(who.shape[0]):
            base = (i8(about[m]) + (n_brands if by_sign and force[m] < 0 else 0)) * rows
            friends = neighbor[begin[m] : end[m]]
            for k in range(friends.shape[0]):
                address[filled] = base + friends[k]
                value[filled] = through(force[m], ties[begin[m] + k]) if weighted else force[m]
                filled += u8(1)
        for k in range(need):
            touched += flat[u8(address[k])]
        for k in range(need):
            flat[u8(address[k])] += value[k]
    return touched  # so that the touching is not optimized away


@jit
def _deliver_to_one(n, sender, brand, strength, luck, first, neighbor, ties, key, by_sign, n_brands, inbox):
    """Add each message to the inbox of one friend: whose key and the message's luck make the largest number.

    So the choice depends on who the friends are and not on the order in which they stand.
    """
    flat, rows = inbox.reshape(-1), i8(inbox.shape[1])
    begin, ends, address, value = np.empty(CHUNK, i8), np.empty(CHUNK, u8), np.empty(CHUNK, i8), np.empty(CHUNK, i8)
    tie, friend, number = np.empty(0, i8), np.empty(0, i4), np.empty(0, u8)
    weighted = ties.shape[0] > 0
    for start in range(0, n, CHUNK):
        some = slice(start, min(start + CHUNK, n))
        who, about, force, own = sender[some], brand[some], strength[some], luck[some]
        need = i8(0)
        for m in range(who.shape[0]):
            begin[m] = first[u4(who[m])]
            ends[m] = u8(first[u4(who[m]) + 1] - begin[m])
            need += i8(ends[m])
        if need > number.shape[0]:
            tie, friend, number = np.empty(2 * need, i8), np.empty(2 * need, i4), np.empty(2 * need, u8)
        filled = u8(0)
        for m in range(who.shape[0]):  # all ties in one list, so that no end of a short loop holds up the reading
            for k in range(i8(ends[m])):
                tie[filled], number[filled] = begin[m] + k, own[m]
                filled += u8(1)
        for k in range(need):
            friend[k] = neighbor[u8(tie[k])]
        for k in range(need):
            number[k] += key[u4(friend[k])]  # what `bits` mixes
        drawn = number[:need]
        for k in range(drawn.shape[0]):
            drawn[k] = mix(drawn[k])
        at, told = u8(0), u8(0)
        for m in range(who.shape[0]):
            if ends[m] == u8(0):
                continue
            best, largest = at, u8(0)
            for k in range(at, at + ends[m]):  # without a branch, which nobody could foresee
                best = u8(k) if drawn[k] > largest else best
                largest = max(largest, drawn[k])
            column = i8(about[m]) + n_brands * i8(by_sign & (force[m] < 0))
            address[told] = column * rows + i8(friend[best])
            value[told] = through(force[m], ties[u8(tie[best])] if weighted else TIE_UNIT)
            told += u8(1)
            at += ends[m]
        for k in range(i8(told)):
            flat[u8(address[k])] += value[k]


@jit
def _deliver_to_anyone(n, sender, brand, strength, luck, n_customers, by_sign, n_brands, inbox):
    """Where everybody knows everybody: add each message to the inbox of one other customer."""
    for m in range(n):
        if n_customers > 1:
            begin = (sender[m] // n_customers) * n_customers
            other = i8(luck[m] % u8(n_customers - 1))
            other += i8(begin + other >= sender[m])  # not the sender
            column = i8(brand[m]) + (n_brands if by_sign and strength[m] < 0 else 0)
            inbox[column, begin + other] += strength[m]


@jit
def _add_up(n, sender, brand, strength, n_customers, by_sign, n_brands, totals, inbox):
    """Where everybody knows everybody: add up the messages, and take each out of its sender's own inbox."""
    for m in range(n):
        column = i8(brand[m]) + (n_brands if by_sign and strength[m] < 0 else 0)
        totals[column, sender[m] // n_customers] += strength[m]
        inbox[column, sender[m]] -= strength[m]


@jit
def _spread_totals(totals, n_customers, inbox):
    """inbox[column, row] += totals[column, replication of the row]."""
    for column in range(inbox.shape[0]):
        for r in range(totals.shape[1]):
            for row in range(r * n_customers, (r + 1) * n_customers):
                inbox[column, row] += totals[column, r]


@jit
def _add_up_reviews(n, sender, brand, strength, n_customers, share, by_sign, n_brands, totals, inbox):
    """Add up the messages by sign, and take each sender's share of its own out of its inbox."""
    share = f8(share)
    for m in range(n):
        column = i8(brand[m]) + (n_brands if strength[m] < 0 else 0)
        totals[column, sender[m] // n_customers] += strength[m]
        inbox[column if by_sign else i8(brand[m]), sender[m]] -= i8(f8(strength[m]) * share)
