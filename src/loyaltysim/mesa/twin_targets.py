"""The twin's targets: how much a firm wants to reach a customer, from what it has seen (eqs. E122–E123, E148–E149).

Each function gives a score for every one of the customers who may be chosen; the highest are reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.mesa.twin_customer import Customer
    from loyaltysim.mesa.twin_levers_reaching import Reaching

NEVER = -math.inf
"""The score of who is not to be reached."""


def everybody(lever: Reaching, customers: list[Customer]) -> list[float]:
    """All alike."""
    return [0.0] * len(customers)


def random(lever: Reaching, customers: list[Customer]) -> list[float]:
    """By the luck of each, which stays."""
    return [lever.once[customer.number] for customer in customers]


def rfm(lever: Reaching, customers: list[Customer]) -> list[float]:
    """Points for recency, frequency and money, each by groups of customers (eq. E123)."""
    target, b, scores = lever.settings.target, lever.brand, [0.0] * len(customers)
    for weight, values in (
        (target.recency, [customer.last_bought[b] for customer in customers]),
        (target.frequency, [customer.times_bought[b] for customer in customers]),
        (target.money, [customer.spent[b] for customer in customers]),
    ):
        groups = groups_of(values, target.groups)
        scores = [score + weight * (1 + group) for score, group in zip(scores, groups)]
    return scores


def groups_of(values: list[int], n: int) -> list[int]:
    """In which n-th of all each value is, 0 the lowest; equal values are in one group, the highest of theirs."""
    ordered = sorted(values)
    cuts = [ordered[place * len(values) // n] for place in range(1, n)] if values else []
    return [sum(cut <= value for cut in cuts) for value in values]


def rounded(number: float) -> int:
    """The nearest whole number, halves up."""
    return math.floor(number + 0.5)


def lapse(lever: Reaching, customers: list[Customer]) -> list[float]:
    """Time since the last purchase in the customer's own mean gaps; who bought once has that of all (eq. E149)."""
    target, b, now = lever.settings.target, lever.brand, lever.model.now
    several = [customer for customer in customers if customer.times_bought[b] > 1]
    time = sum(customer.last_bought[b] - customer.first_bought[b] for customer in several)
    usual = time / max(sum(customer.times_bought[b] - 1 for customer in several), 1)
    scores = []
    for customer in customers:
        gap, gaps = usual, customer.times_bought[b] - 1
        if gaps > 0:
            gap = (customer.last_bought[b] - customer.first_bought[b]) / gaps
        away = (now - customer.last_bought[b]) / max(gap, 1.0)
        scores.append(NEVER if target.gone_after is not None and away > target.gone_after else away)
    return scores


def value(lever: Reaching, customers: list[Customer]) -> list[float]:
    """Expected spend a week: the chance that the customer still buys · rate · mean spend, by BG/NBD (eq. E148)."""
    target, b, model = lever.settings.target, lever.brand, lever.model
    scores = []
    for customer in customers:
        repeats, first = customer.times_bought[b] - 1, customer.first_bought[b]
        seen_for = (model.now - first) * model.weeks
        bought_for = (customer.last_bought[b] - first) * model.weeks
        shape, alive = target.rate_shape + repeats, 1.0
        if target.leave_a and repeats > 0:
            away = (target.rate_weeks + seen_for) / (target.rate_weeks + bought_for)
            odds = math.log(target.leave_a) - math.log(target.leave_b + repeats - 1) + shape * math.log(away)
            alive = 1 / (1 + math.exp(min(odds, 700.0)))  # beyond, no float has the power
        spend = customer.spent[b] / customer.times_bought[b]
        scores.append(alive * shape / (target.rate_weeks + seen_for) * spend)
    return scores


SCORES: dict[str, Callable[[Any, Any], list[float]]] = {
    "everybody": everybody, "random": random, "rfm": rfm, "lapse": lapse, "value": value
}  # fmt: skip
