"""The twin's offers: what brands decide, do and show before anybody shops (stages 1 and 2).

Prices that answer rivals are in twin_pricing.py, levers in twin_levers.py and twin_levers_reaching.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel


def bring_offers(model: TwinModel) -> None:
    """Let brands decide, pull levers, and show what they ask and are; then bonds move by that."""
    model.market.turn(model.now)
    for rules in model.rules:
        rules.turn(model)
    for pricing in model.pricing:
        pricing.react()
    for lever in model.levers:
        lever.act()
    for pricing in model.pricing:
        pricing.show()
    for lever in model.levers:
        lever.show()
    for pricing in model.pricing:
        pricing.watch()
    move_bonds(model)
    model.market.weigh()


def move_bonds(model: TwinModel) -> None:
    """Let bonds drift by what brands do from now on (eqs. E56, E157), and some jump (eq. E121)."""
    for customer in model.customers:
        growing = [0.0] * model.n_brands
        for lever in model.levers:
            growing[lever.brand] += lever.growing(customer)
        if growing != customer.growing:
            customer.bring_bonds_up()
            customer.growing = growing
    if model.market.sources_change():
        for customer in model.customers:
            customer.bring_bonds_up()
        model.market.take_sources()
    for customer, brand, share in model.jumps:
        customer.be_pleased(brand, share)
    model.jumps.clear()
