"""Full resistance to discounts (D18b) takes both: a bond of 1 and resistance of 1."""

import pytest

from loyaltysim.validation.busy_market import FULL
from loyaltysim.validation.full_resistance import bound_market, choices_changed


def changed(market, depth=0.5):
    none = market.vary({"brands.Rival.pricing.0.depth": 0.0})
    return choices_changed(none, none.vary({"brands.Rival.pricing.0.depth": depth}))


@pytest.mark.parametrize(("bond", "resist"), [(1.0, 0.95), (0.95, 1.0), (1.0, 0.0)])
def test_discount__is_seen_if_bond_or_resistance_is_below_one(bond, resist):
    assert changed(bound_market(bond, resist)) > 0


def test_bond_with_the_rival_alone__resists_none_of_its_discounts():
    """What counts is the strongest bond with another brand: here nobody has one, whoever loves the rival."""
    market = bound_market(bond=0.0).vary({"brands.Rival.bond_growth": 1.0})
    assert changed(market) > 0


def test_full_resistance__holds_for_references_and_without_them():
    market = bound_market()
    assert market.behavior.choice.loss > 0
    assert changed(market) == 0
    assert changed(market.vary({"behavior.choice.loss": 0.0, "behavior.choice.gain": 0.0})) == 0


def test_full_resistance__holds_with_everything_on():
    """Baskets too take a discount for what it counts, so no unit more is at home later; but who left has no bond."""
    without = ("behavior.bond", "behavior.lapse", "behavior.win_back", "population.dropout_chance")
    others = {path: value for path, value in FULL.items() if not path.startswith(without)}
    market = bound_market().vary({**others, "behavior.choice.resist_discount": 1.0, "behavior.bond.damage": 0.0})
    market = market.vary({"brands.Ours.bond_growth": 0.0})
    assert market.behavior.basket.price_response > 0
    assert changed(market) == 0
    assert changed(market.vary({"behavior.choice.resist_discount": 0.5})) > 0
