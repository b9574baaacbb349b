"""Endowed progress: a card on which stamps were given is rather filled (D12; Nunes & Drèze 2006).

Both arms need eight paid car washes; one has a card of eight stamps, the other of ten with two given.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loyaltysim.programs.parts.response import Endowed
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.bare_market import bare_market
from loyaltysim.validation.standard_errors import of_share
from loyaltysim.validation.target import Check, as_published, target

NEEDED = 8
WEEKS = 39
"""Nine months."""
CARDS = 20_000
"""Of each arm."""


def car_wash(given: int, *, cards: int = CARDS, washes_per_week: float = 1.0) -> Scenario:
    """Cards of which eight stamps are still needed, with so many given; the wash after the last is free."""
    card = {
        "kind": "stamps", "n": NEEDED + given, "endowment": given, "reading": "n_then_one_extra",
        "customer_response": "endowed",
    }  # fmt: skip
    market = bare_market(
        {"Ours": 60.0, "Other": 0.0}, customers=cards, steps=WEEKS, behavior={"needs": {"kind": "poisson"}},
        traits={"needs_per_week": washes_per_week},
    )  # fmt: skip
    return market.vary({"brands.Ours.programs": [card], "accounts.by_customer": True})


def redeemed(scenario: Scenario) -> float:
    """Share of card holders who turned in a full card."""
    table = Simulation(scenario).run().customers()
    assert table["member[Ours stamps]"].all()  # everybody has washed a car
    return float((table["points_redeemed[Ours stamps]"] > 0).mean())


@target(
    "D12",
    source="Nunes & Drèze 2006, J. of Consumer Research 32(4), 504-512",
    says="Two arms of 20,000 cards for car washes over nine months: eight stamps, and ten with two given.",
)
def endowed_cards() -> Iterator[Check]:
    """.19 of plain and .34 of endowed cards are redeemed."""
    terms = Endowed()
    chances = np.array([terms.continue_plain, terms.continue_endowed]) ** NEEDED
    expected = dict(zip((0, 2), as_published(".19 .34", chances)))
    found, errors = {}, {}
    for given, share in expected.items():
        found[given], errors[given] = redeemed(car_wash(given)), of_share(share, CARDS)
        name = f"redeemed, {given or 'no'} stamps given"
        yield Check(name, (0.19, 0.34)[given > 0], found[given], errors[given], 0.015, f"closed form {share:.4f}")
    ratio = found[2] / found[0]
    # as if the arms had luck of their own; they share it, so it is rather less
    se = ratio * float(np.hypot(errors[0] / found[0], errors[2] / found[2]))
    yield Check("endowed against plain, 1.6 to 2.0", 1.8, ratio, se, 0.2, note="published 1.79")
