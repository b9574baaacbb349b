"""The arithmetic of cards: which share of units a promise gives away, and a ledger that adds up exactly (D10).

Customers who make nothing of the program buy so often that cards not yet full hardly count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.target import Check, as_published, target

CUSTOMERS, STEPS = 100, 1000
APPEAL = 1.0
"""Of our brand: it is bought with chance logistic(1) = .731 a step, about 730 times."""
PERCENT = 20.0
PRICE = 50.0
CARDS: dict[str, tuple[dict[str, Any], int]] = {
    "every fifth pair at 20 % off": ({"n": 5, "reward": {"kind": "percent_off", "percent": PERCENT}}, 5),
    "the tenth is free": ({"n": 10}, 10),
    "ten bought, one extra": ({"n": 10, "reading": "n_then_one_extra"}, 11),
    "one free after six paid": ({"n": 6, "reading": "n_then_one_extra"}, 7),
}
"""Each promise and its reading, and of how many units it rewards one."""


def many_purchases(card: dict[str, Any]) -> Simulation:
    """A run to its end, with every customer's stamps and a log, in which nobody minds prices or programs."""
    market = bare_market({"Ours": APPEAL, "Other": 0.0}, customers=CUSTOMERS, steps=STEPS)
    program = {"kind": "stamps", "name": "card", **card}
    changes = {"brands.Ours.price": PRICE, "brands.Ours.programs": [program], "accounts.by_customer": True}
    return Simulation(market.vary(changes), log=True).run()


def stamps_of(simulation: Simulation) -> dict[str, np.ndarray]:
    """What each customer earned, redeemed, lost and has left, in whole thousandths of a stamp."""
    table = simulation.customers()
    names = {"earned": "points_earned", "redeemed": "points_redeemed", "expired": "points_expired", "left": "points"}
    return {name: np.rint(table[f"{column}[card]"] * 1000).astype(np.int64) for name, column in names.items()}


def units_of(simulation: Simulation) -> np.ndarray:
    """Units of our brand that each customer bought."""
    assert simulation.transactions is not None  # it was asked for
    log = simulation.transactions.frame()
    ours = log[log["brand"] == "Ours"]
    return np.bincount(ours["customer"], weights=ours["units"], minlength=CUSTOMERS).astype(np.int64)


def missing(stamps: dict[str, np.ndarray]) -> int:
    """Thousandths of a stamp by which earned is not redeemed + expired + left, over all customers."""
    return int(np.abs(stamps["earned"] - stamps["redeemed"] - stamps["expired"] - stamps["left"]).sum())


@target(
    "D10",
    source="stamp arithmetic: every fifth pair of shoes, the tenth ice cream, a car wash after six paid ones",
    says="Customers whom no program moves buy about 730 times each, on a card of each reading.",
)
def stamp_arithmetic() -> Iterator[Check]:
    """Shares of units rewarded, the mean discount, the count of rewards, and the ledger of each customer."""
    printed = ".2 .1 .0909 .1429"
    shares = dict(zip(CARDS, as_published(printed, [1 / cycle for _, cycle in CARDS.values()])))
    for name, (card, cycle) in CARDS.items():
        simulation = many_purchases(card)
        data: Any = simulation.results().sel(brand="Ours", segment="all", replication=0)
        bought, stamps = units_of(simulation), stamps_of(simulation)
        yield Check(f"{name}: fewest purchases of a customer", 500, bought.min(), None, 0, "at least", "below")
        rewards = float(data["rewards_redeemed"].sum())
        full = float((bought // cycle).sum())
        yield Check(f"{name}: rewards, one in {cycle} units of each customer", full, rewards, None, 0)
        share = rewards / float(data["units"].sum())
        yield Check(f"{name}: share of units rewarded", shares[name], share, None, 0.002, "less: cards not yet full")
        if card.get("reward"):
            off = float(data["program_cost"].sum() / data["revenue"].sum())
            yield Check(f"{name}: mean discount", PERCENT / 100 / 5, off, None, 0.002)
        yield Check(f"{name}: thousandths of a stamp that are missing", 0, missing(stamps), None, 0)
    lost = stamps_of(many_purchases({"n": 10, "expiry": {"kind": "fixed_dates", "every_weeks": 30}}))
    part = "the tenth is free, lost every 30 weeks"
    yield Check(f"{part}: thousandths of a stamp that are missing", 0, missing(lost), None, 0)
    yield Check(f"{part}: stamps lost by each", 1, lost["expired"].mean() / 1000, None, 0, "at least", "below")
