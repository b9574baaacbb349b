"""The shared states of a customer, each declared once: name, per what, unit, range, who changes it, value when off.

A state that several rooms read stands here. A state that nobody else reads stays in the file of the part that owns it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Field:
    """One shared state or trait: an array over customers, or over brands and customers."""

    name: str
    says: str
    by_brand: bool
    dtype: type
    unit: str
    low: float
    high: float
    owner: str
    """The room whose part changes it; "population" for traits, which stay fixed."""
    off: float
    """What it counts as where no part that is switched on keeps it: then no array is allocated."""


INFINITE = float("inf")

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        # traits
        Field("needs", "needs of the category", False, np.float32, "a week", 0, INFINITE, "population", 0),
        Field(
            "price_sensitivity", "utility lost per unit of price", False, np.float32, "1/currency", 0, INFINITE,
            "population", 0,
        ),
        Field(
            "inertia", "utility of the brand last bought", False, np.float32, "logit", -INFINITE, INFINITE,
            "population", 0,
        ),
        Field(
            "talkativeness", "multiplier of the chance to talk", False, np.float32, "1", 0, INFINITE, "population", 1
        ),
        Field("taste", "own utility of the brand", True, np.float32, "logit", -INFINITE, INFINITE, "population", 0),
        Field(
            "dropout_chance", "chance to leave a brand after a repeat purchase", False, np.float32, "1 a purchase",
            0, 1, "population", 0,
        ),
        Field("cancel_chance", "chance not to renew a contract", False, np.float32, "1 a term", 0, 1, "population", 0),
        Field(
            "values_weight", "utility of a brand of full ethics", False, np.float32, "logit", -INFINITE, INFINITE,
            "population", 0,
        ),
        Field("online", "share of occasions wanted online", False, np.float32, "1", 0, 1, "population", 0),
        Field(
            "category_exit", "rate of leaving the category", False, np.float32, "1/week", 0, INFINITE, "population", 0
        ),
        Field(
            "privacy_aversion", "how much the customer minds being known", False, np.float32, "1", 0, INFINITE,
            "population", 0,
        ),
        Field(
            "program_affinity", "liking for loyalty programs", False, np.float32, "logit", -INFINITE, INFINITE,
            "population", 0,
        ),
        # states
        Field("seen", "step of the last occasion before this round", False, np.int32, "step", 0, 2**31 - 1, "needs", 0),
        Field("last_brand", "brand last bought, -1 none", False, np.int8, "brand", -1, 31, "choice", -1),
        Field("tried", "one bit for each brand ever bought", False, np.uint32, "bits", 0, 2**32 - 1, "choice", 0),
        Field(
            "satisfaction", "satisfaction with the brand", True, np.float32, "1", -INFINITE, INFINITE, "satisfaction",
            0.5,
        ),
        Field(
            "expectation", "quality expected of the brand", True, np.float32, "1", -INFINITE, INFINITE, "learning", 0.5
        ),
        Field("trust", "precision of the expectation", True, np.float32, "1", 0, INFINITE, "learning", 0),
        Field("bond", "emotional bond with the brand", True, np.float32, "1", -INFINITE, INFINITE, "bond", 0),
        Field("heard", "what others said of the brand", True, np.float32, "logit", -INFINITE, INFINITE, "influence", 0),
        Field(
            "reference_price", "price the customer is used to", True, np.float32, "currency", 0, INFINITE, "choice", 0
        ),
        Field("habit", "smoothed share of the brand in own purchases", True, np.float32, "1", 0, 1, "choice", 0),
        Field("stock", "units at home at the last occasion", False, np.float32, "units", 0, INFINITE, "needs", 0),
        Field("contract", "brand of the running contract, -1 none", False, np.int8, "brand", -1, 31, "needs", -1),
        Field("pace", "multiplier of needs by own progress", False, np.float32, "1", 0, INFINITE, "program", 1),
        Field("member", "one bit for each brand whose program the customer is in", False, np.uint32, "bits", 0,
              2**32 - 1, "program", 0),
        Field("entered", "step of coming into the market, -1 not yet", False, np.int32, "step", -1, 2**31 - 1,
              "acquisition", 0),
        Field("channel", "how the customer came: start, advertising, friends, invitation", False, np.int8, "number", 0,
              3, "acquisition", 0),
        Field("advertised", "brand whose advertising brought the customer, -1 none", False, np.int8, "brand", -1, 31,
              "acquisition", -1),
        Field("referrer", "row of the customer who brought this one, -1 none", False, np.int32, "row", -1, 2**31 - 1,
              "acquisition", -1),
        Field("referred", "brand to which an invitation brought the customer, -1 none", False, np.int8, "brand", -1,
              31, "referral", -1),
        Field("hold", "what the friend who invited leaves of the chance to leave the brand", False, np.float32, "1", 0,
              1, "referral", 1),
        Field("status", "one bit for each brand left", False, np.uint32, "bits", 0, 2**32 - 1, "lapse", 0),
        Field("second_life", "what being won back adds to the logit of leaving again", True, np.float32, "logit",
              -INFINITE, INFINITE, "win_back", 0),
        Field("strain", "what failures weigh until the next decision to stay", True, np.float32, "1", 0, INFINITE,
              "recovery", 0),
    )
}  # fmt: skip
"""Every shared state by name, in the order in which docs list them."""
