"""Totals of a step: whole numbers by replication, segment and brand, that every room adds to.

Counts and money (in 1/10,000 of the currency) are int64, so their sums do not depend on order. Each worker has totals
of its own; at the end of a step they are added and kept.
"""

from __future__ import annotations

import math

import numpy as np

MONEY_UNIT = 10_000
"""Ledger units in one unit of the currency."""
POINT_UNIT = 1_000
"""Ledger units in one point or stamp."""

BY_BRAND = (
    "buyers purchases units revenue cost_of_goods lever_cost messages_positive messages_negative joined lapsed "
    "returned won_back failures complaints complaints_public repeat_purchases purchases_after acquisition_cost "
    "referral_cost invitations frauds contacts opted_out"
).split()
CHANNELS = "start advertising friends invitation".split()
"""How customers came into the market; `start` is everybody who was there before the first step."""
START, ADVERTISING, FRIENDS, INVITATION = range(len(CHANNELS))
REASONS = (
    "price leaflet satisfaction service expectation bond word_of_mouth program contact habit channel brand chance"
).split()
"""Why customers leave a brand: groups of terms of the utility, and chance."""
SHARE_UNIT = 1_000_000
"""Parts of a share, where shares of single customers are added up as whole numbers."""
BY_PROGRAM = (
    "points_earned points_redeemed points_expired enrolled rewards_redeemed program_cost program_fees"
).split()

BY_LEVER = ("cost_of_lever", "contacts_of_lever")


class Totals:
    """Counters of one worker, flows of one step, all int64.

    Attributes
    ----------
    the names of `BY_BRAND` : replications × segments × brands
    the names of `BY_PROGRAM` : replications × segments × programs
    the names of `BY_LEVER` : replications × segments × levers
    occasions, no_purchase : replications
    entered : replications × CHANNELS: customers who came into the market
    won : replications × brands × CHANNELS: customers who bought the brand for the first time, by how they had come
    switches : replications × brands × brands: from the brand last bought to the brand bought now, itself included
    defections, defection_shares : replications × brands × REASONS: by main reason, and shares in millionths; without
        reasons if these are not asked for
    """

    buyers: np.ndarray
    purchases: np.ndarray
    units: np.ndarray
    revenue: np.ndarray
    cost_of_goods: np.ndarray
    lever_cost: np.ndarray
    messages_positive: np.ndarray
    messages_negative: np.ndarray
    joined: np.ndarray
    lapsed: np.ndarray
    returned: np.ndarray
    won_back: np.ndarray
    failures: np.ndarray
    complaints: np.ndarray
    complaints_public: np.ndarray
    repeat_purchases: np.ndarray
    purchases_after: np.ndarray
    acquisition_cost: np.ndarray
    referral_cost: np.ndarray
    invitations: np.ndarray
    frauds: np.ndarray
    contacts: np.ndarray
    opted_out: np.ndarray
    points_earned: np.ndarray
    points_redeemed: np.ndarray
    points_expired: np.ndarray
    enrolled: np.ndarray
    rewards_redeemed: np.ndarray
    program_cost: np.ndarray
    program_fees: np.ndarray
    cost_of_lever: np.ndarray
    contacts_of_lever: np.ndarray

    def __init__(
        self, replications: int, segments: int, brands: int, programs: int, levers: int, reasons: bool = False
    ) -> None:
        shapes: dict[str, tuple[int, ...]] = {name: (replications, segments, brands) for name in BY_BRAND}
        shapes |= {name: (replications, segments, programs) for name in BY_PROGRAM}
        shapes |= {name: (replications, segments, levers) for name in BY_LEVER}
        shapes |= {"occasions": (replications,), "no_purchase": (replications,)}
        shapes |= {"entered": (replications, len(CHANNELS)), "won": (replications, brands, len(CHANNELS))}
        shapes |= {"switches": (replications, brands, brands)}
        why = (replications, brands, len(REASONS) if reasons else 0)
        shapes |= {"defections": why, "defection_shares": why}
        sizes = [math.prod(shape) for shape in shapes.values()]
        self.all = np.zeros(sum(sizes), np.int64)
        self.shapes = shapes
        for (name, shape), part in zip(shapes.items(), np.split(self.all, np.cumsum(sizes)[:-1])):
            setattr(self, name, part.reshape(shape))

    def split(self, steps: np.ndarray) -> dict[str, np.ndarray]:
        """Views of many steps' `all`, (steps, …), by name: steps × the shape of each."""
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        parts = np.split(steps, np.cumsum(sizes)[:-1], axis=1)
        return {name: part.reshape(len(steps), *shape) for (name, shape), part in zip(self.shapes.items(), parts)}

    occasions: np.ndarray
    no_purchase: np.ndarray
    entered: np.ndarray
    won: np.ndarray
    switches: np.ndarray
    defections: np.ndarray
    defection_shares: np.ndarray
