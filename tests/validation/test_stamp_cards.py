"""Readings of a promise, and a ledger that adds up (D10)."""

import numpy as np
import pytest

from loyaltysim.validation import report, stamp_cards
from loyaltysim.validation.target import TARGETS


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(stamp_cards, "CUSTOMERS", 8)


def test_missing__by_hand():
    stamps = {"earned": [5000, 7000], "redeemed": [4000, 4000], "expired": [0, 1000], "left": [1000, 1999]}
    assert stamp_cards.missing({name: np.array(values) for name, values in stamps.items()}) == 1


def test_units__are_those_of_our_brand_by_customer(few):
    simulation = stamp_cards.many_purchases({"n": 5})
    bought = simulation.results()["units"].sel(brand="Ours", segment="all").sum()
    units = stamp_cards.units_of(simulation)
    assert len(units) == 8 and units.sum() == bought
    # the fifth is rewarded: of each ten units two earn no stamp
    stamps = stamp_cards.stamps_of(simulation)
    assert stamps["earned"].tolist() == (1000 * (units - units // 5)).tolist()


@pytest.mark.slow
def test_target__tells_one_reading_from_the_other(few, monkeypatch):
    card, cycle = stamp_cards.CARDS["the tenth is free"]
    other = {**card, "reading": "n_then_one_extra"}
    monkeypatch.setitem(stamp_cards.CARDS, "the tenth is free", (other, cycle))
    rows = {row["part"]: row["status"] for row in report(TARGETS["D10"])}
    wrong = {part for part, status in rows.items() if status == "failed"}
    assert wrong == {
        "the tenth is free: rewards, one in 10 units of each customer",
        "the tenth is free: share of units rewarded",
    }
