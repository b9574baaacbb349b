"""Delivery: messages of the last step are added to the inboxes of those who hear them.

An inbox is whole numbers by brand (or sign and brand) and recipient, so the sum does not depend on the order of senders.
Reading friends and adding to their inboxes is random access to memory, the slowest part of a step. Senders are therefore
taken in chunks; for each chunk the needed memory is first touched by plain independent reads, which overlap, and only then
used.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.customers.network import Neighbors
from loyaltysim.draws import bits
from loyaltysim.jit import jit
from loyaltysim.market.messages import MessagePile
from loyaltysim.world import World

i8, u8 = np.int64, np.uint64

CHUNK = 1024
TIE_UNIT = 1024  # ties, like messages, are whole 1/1024


def deliver(world: World, audience: str, inbox: np.ndarray, by_sign: bool, buffer: dict[str, np.ndarray]) -> None:
    """Add all messages to `inbox`, (signs ·) brands × rows; with `by_sign` blame goes to the second half.

    `audience` is "all" friends or "one" of them. `buffer` is the caller's, kept between calls.
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
                _ties(network), world.customers.key, by_sign, n_brands, inbox,
            )  # fmt: skip
        else:
            _deliver_to_all(pile, network, by_sign, n_brands, inbox, buffer)


def _ties(network: Neighbors) -> np.ndarray:
    return np.empty(0, np.int32) if network.strength is None else network.strength


def _deliver_to_all(
    pile: MessagePile, network: Neighbors, by_sign: bool, n_brands: int, inbox: np.ndarray, buffer: dict[str, np.ndarray]
) -> None:
    for start in range(0, pile.n, CHUNK):
        stop = min(start + CHUNK, pile.n)
        if "address" not in buffer:
            buffer["begin"], buffer["end"] = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
            buffer["address"], buffer["value"] = np.empty(0, np.int64), np.empty(0, np.int32)
        need = _find_ties(pile.sender[start:stop], network.first, buffer["begin"], buffer["end"])
        if need > len(buffer["address"]):
            buffer["address"], buffer["value"] = np.empty(2 * need, np.int64), np.empty(2 * need, np.int32)
        _add_to_friends(
            pile.brand[start:stop], pile.strength[start:stop], buffer["begin"], buffer["end"], network.neighbor,
            _ties(network), by_sign, n_brands, buffer["address"], buffer["value"], inbox.reshape(-1), inbox.shape[1],
        )  # fmt: skip


def _deliver_to_everybody(world: World, audience: str, pile: MessagePile, inbox: np.ndarray, by_sign: bool) -> None:
    n_brands, n_customers = world.customers.n_brands, world.customers.n_customers
    if audience == "one":
        _deliver_to_anyone(pile.n, pile.sender, pile.brand, pile.strength, pile.luck, n_customers, by_sign, n_brands, inbox)
    else:
        totals = np.zeros((inbox.shape[0], world.n_replications), np.int64)
        _add_up(pile.n, pile.sender, pile.brand, pile.strength, n_customers, by_sign, n_brands, totals, inbox)
        _spread_totals(totals, n_customers, inbox)


@jit
def _find_ties(sender, first, begin, end):
    """Where each sender's friends stand; returns how many there are together."""
    need = i8(0)
    for m in range(sender.shape[0]):
        begin[m] = first[sender[m]]
        end[m] = first[sender[m] + 1]
    for m in range(sender.shape[0]):
        need += end[m] - begin[m]
    return need


@jit
def _add_to_friends(
    brand, strength, begin, end, neighbor, ties, by_sign, n_brands, address, value, inbox, rows
):  # fmt: skip
    """Add each message to the inbox of every friend: touch, address, touch, add."""
    touched = i8(0)
    for m in range(brand.shape[0]):
        if end[m] > begin[m]:
            touched += neighbor[begin[m]]
            touched += neighbor[end[m] - 1]
    n = i8(0)
    weighted = ties.shape[0] > 0
    for m in range(brand.shape[0]):
        column = i8(brand[m]) + (n_brands if by_sign and strength[m] < 0 else 0)
        base = column * rows
        for k in range(begin[m], end[m]):
            address[n] = base + neighbor[k]
            value[n] = (strength[m] * i8(ties[k])) // TIE_UNIT if weighted else strength[m]
            n += 1
    for k in range(n):
        touched += inbox[address[k]]
    for k in range(n):
        inbox[address[k]] += value[k]
    return touched  # so that the touching is not optimized away


@jit
def _deliver_to_one(n, sender, brand, strength, luck, first, neighbor, ties, key, by_sign, n_brands, inbox):
    """Add each message to the inbox of one friend: whose key and the message's luck make the largest number.

    So the choice depends on who the friends are and not on the order in which they stand.
    """
    for m in range(n):
        begin, end = first[sender[m]], first[sender[m] + 1]
        if end > begin:
            chosen, largest = begin, bits(key[neighbor[begin]], luck[m])
            for k in range(begin + 1, end):
                number = bits(key[neighbor[k]], luck[m])
                chosen = k if number > largest else chosen
                largest = max(number, largest)
            column = i8(brand[m]) + (n_brands if by_sign and strength[m] < 0 else 0)
            weight = i8(ties[chosen]) if ties.shape[0] > 0 else TIE_UNIT
            inbox[column, neighbor[chosen]] += (strength[m] * weight) // TIE_UNIT


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
