"""Chances: what a logit chooses with which chance, worked out without a draw, in float64."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.market.shoppers import Shoppers
from loyaltysim.world import World

if TYPE_CHECKING:
    from loyaltysim.behavior.logit import Logit

MOST_SETS = 1 << 12  # of considered brands that are averaged over: twelve brands that may be looked at or not


def chances(choice: Logit, world: World, shoppers: Shoppers) -> np.ndarray:
    """The chance of each brand and, last, of no purchase, (shoppers, brands + 1) in float64, at present states.

    Channels and sets of considered brands, which are drawn at an occasion, are averaged over. Raises ValueError
    where there would be too many such sets.
    """
    if "online" not in shoppers.columns:
        return _in_channel(choice, world, shoppers)
    online = shoppers.columns["online"][: shoppers.n].copy()
    out = np.zeros((shoppers.n, shoppers.n_brands + 1))
    for place, share in ((1.0, online), (0.0, 1 - online)):
        shoppers.columns["online"][: shoppers.n] = place
        out += share[:, None] * _in_channel(choice, world, shoppers)
    shoppers.columns["online"][: shoppers.n] = online
    return out


def _in_channel(choice: Logit, world: World, shoppers: Shoppers) -> np.ndarray:
    choice.value(world, shoppers)
    n, brands = shoppers.n, shoppers.n_brands
    u = np.zeros((n, brands + 1))
    u[:, :-1] = shoppers.utility[:, :n].T
    looks = np.ones((n, brands))
    if choice.searches(world):
        strongest, second, favorite = (column[:n] for column in choice.bonds(shoppers))
        for b in range(brands):
            sure = (favorite == b) | (shoppers.columns["last_brand"][:n] == b)
            other = np.where(favorite == b, second, strongest)
            looks[:, b] = np.where(sure, 1.0, np.clip(1 - choice.resist_search * other, 0, 1))
    considered = choice.open_set(world, shoppers)
    if considered is not None:
        bits = np.uint32(1) << np.arange(brands, dtype=np.uint32)
        looks *= (considered[:n, None] & bits) != 0
    unsure = [b for b in range(brands) if ((looks[:, b] > 0) & (looks[:, b] < 1)).any()]
    if 2 ** len(unsure) > MOST_SETS:
        raise ValueError(f"the chances of {brands} brands that may each be looked at or not are too many to add up")
    out = np.zeros((n, brands + 1))
    for some in product((True, False), repeat=len(unsure)):
        inside = looks > 0
        likely = np.ones(n)
        for b, looked in zip(unsure, some):
            likely *= looks[:, b] if looked else 1 - looks[:, b]
            inside[:, b] &= looked
        out += likely[:, None] * _shares(choice, u, inside)
    return out


def _shares(choice: Logit, u: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Logit shares among the brands inside and, if it is on, the outside option; nobody inside buys nothing."""
    may = np.concatenate([inside, np.full((len(u), 1), choice.outside_option)], 1)
    may[:, -1] |= ~may.any(1)
    masked = np.where(may, u, -np.inf)
    weight = np.exp(masked - masked.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)
