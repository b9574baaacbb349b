"""Full resistance: who is bound to a brand with a bond of 1 does not see what rivals take off their prices (D18b)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.target import Check, target

DEPTHS = (0.1, 0.25, 0.5, 0.9)  # assumed: from little to nearly free
CHOSEN = ["customer", "time", "occasion", "brand", "units"]
"""What a choice is in the log of purchases; what was paid is none."""


def bound_market(bond: float = 1.0, resist: float = 1.0) -> Scenario:
    """A busy market in which everybody has this bond with every brand, for ever."""
    return busy_market().vary(
        {
            "behavior.choice.resist_discount": resist,
            "behavior.bond": {"kind": "drift", "start": bond, "fading": 0.0, "from_satisfaction": 0.0},
        }
    )


def choices(scenario: Scenario) -> tuple[set[tuple[Any, ...]], Simulation]:
    """Every purchase of a run, without what was paid for it."""
    simulation = Simulation(scenario, log=True).run()
    assert simulation.transactions is not None  # asked for above
    return set(simulation.transactions.frame()[CHOSEN].itertuples(index=False, name=None)), simulation


def choices_changed(before: Scenario, after: Scenario) -> int:
    """How many purchases only one of two runs with the same luck has."""
    return len(choices(before)[0] ^ choices(after)[0])


@target(
    "D18b",
    source="metamorphic: full resistance to discounts",
    says="A busy market whose customers have a bond of 1 with every brand; a rival's discounts get deeper.",
)
def full_resistance() -> Iterator[Check]:
    """A rival's discount changes no choice; its list price still does, and so do discounts at a bond below 1."""
    market = bound_market()
    none = market.vary({"brands.Rival.pricing.0.depth": 0.0})
    purchases, simulation = choices(none)
    bond = simulation.world.customers.arrays["bond"]
    yield Check("bond of everybody with every brand, the least", 1, float(bond.min()), None, 0)
    for depth in DEPTHS:
        changed = choices_changed(none, none.vary({"brands.Rival.pricing.0.depth": depth}))
        note = f"of {len(purchases):,}, bit for bit"
        yield Check(f"choices changed by a rival's {depth:.0%} off", 0, changed, None, 0, note)
    cheaper = choices_changed(none, none.vary({"brands.Rival.price": none.brands["Rival"].price * 0.75}))
    part = "three quarters of the list price change no choice (1: so it is)"
    yield Check(part, 0, int(cheaper == 0), None, 0, f"{cheaper:,} choices differ")
    half = bound_market(bond=0.5).vary({"brands.Rival.pricing.0.depth": 0.0})
    seen = choices_changed(half, half.vary({"brands.Rival.pricing.0.depth": 0.25}))
    part = "25% off change no choice at a bond of 0.5 (1: so it is)"
    yield Check(part, 0, int(seen == 0), None, 0, f"{seen:,} choices differ")
