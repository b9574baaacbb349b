"""Markets by programs."""

from twin_markets_customers import full
from twin_settings import HEAVY, LEAVING, STOCKING, bare, program, three
from twin_settings_firms import (
    BETTER_WEEKS,
    CARDS,
    CHOOSY,
    CLUB,
    DISCOUNT,
    ENDOWED,
    FREE_STAMPS,
    LATER,
    OPT_IN,
    PLAY,
    SPREAD,
    SURPRISES,
    TIERS,
)

OF_PROGRAMS = {
    "progress and worth of two programs": three(
        brands__A__programs=[{**CARDS[1], "customer_response": {"kind": "progress", "progress_weight": 1.5}}],
        brands__B__programs=[{**CARDS[1], "customer_response": {"kind": "worth", "worth_weight": 0.6}}],
    ),
    "discount of members": three(brands__A__programs=[DISCOUNT], brands__B__programs=[FREE_STAMPS, DISCOUNT]),
    "discount of members who buy more": three(brands__B__programs=[FREE_STAMPS, DISCOUNT]).vary(STOCKING),
    "tiers": three(brands__A__programs=[TIERS]).vary(STOCKING),
    "tiers that are lost at once": three(brands__A__programs=[{**TIERS, "soft_landing": False}], burn_in=3),
    "a club": three(brands__A__programs=[CLUB], brands__B__programs=[{**CLUB, "enrollment": "automatic"}]),
    "a club whose members stay": three(brands__A__programs=[CLUB], burn_in=2).vary(
        {**LEAVING, "behavior.lapse.by_membership": 2.5}
    ),
    "a club that holds": three(brands__A__programs=[CLUB, FREE_STAMPS, TIERS], burn_in=2).vary({**LEAVING, **STOCKING}),
    "surprises": three(brands__A__programs=[SURPRISES]),
    "surprises without feelings": bare(brands__A__programs=[SURPRISES]),
    "games": three(brands__A__programs=[PLAY], burn_in=3),
    "games without feelings": bare(brands__A__programs=[PLAY]),
    "amount off": program(reward={"kind": "amount_off", "amount": 0.55, "threshold": 5}, customer_response="worth"),
    "amount off that is the price": program("stamps", n=4, reward={"kind": "amount_off", "amount": 2.0}),
    "gift card": program(
        reward={"kind": "gift_card", "face_value": 0.9, "cost_share": 0.4, "perceived_share": 0.8, "threshold": 6},
        customer_response="worth",
    ),
    "something to remember": three(
        brands__A__programs=[
            {"kind": "points", "unit_cost": 0.8, "customer_response": "worth",
             "reward": {"kind": "experience", "cost_each": 0.6, "jump": 0.25, "perceived": 0.5, "threshold": 3}},
        ]
    ),
    "access": program(
        reward={"kind": "access", "cost_each": 0.3, "weeks": 3.0, "utility": 1.1, "threshold": 5}, unit_cost=0.9
    ),
    "better weeks": three(
        brands__A__programs=[
            {"kind": "points", "accrual": BETTER_WEEKS, "customer_response": "worth",
             "reward": {"kind": "cash", "value": 0.5, "threshold": 9}},
            {"kind": "stamps", "n": 4, "accrual": BETTER_WEEKS, "generous": True},
        ],
        burn_in=3,
    ),
    "cards that are given up": program(
        "stamps", n=8, reward={"kind": "free_unit"}, endowment=2.0, customer_response=ENDOWED, enrollment=OPT_IN
    ),
    "plain cards that are given up": program(
        "stamps", n=4, reward={"kind": "cash", "value": 0.8}, customer_response=ENDOWED
    ),
    "points given at enrollment": program(endowment=3.0, enrollment=CHOOSY).vary(
        {
            "population.taste": {"distribution": "normal", "sd": 1.0}, "population.needs_per_week": SPREAD,
            "brands.A.programs.0.enrollment.by_taste": 0.6,
        }
    ),
    "programs that begin later, for some": three(
        brands__A__programs=[{**DISCOUNT, **LATER}, {**TIERS, **LATER}, {**FREE_STAMPS, **LATER}],
        brands__B__programs=[{**CLUB, **LATER}, {**SURPRISES, **LATER}, {**PLAY, **LATER}],
        brands__C__programs=[{"kind": "points", "reward": {"kind": "cash", "value": 0.5, "threshold": 6}, **LATER}],
        burn_in=4, population__segments=HEAVY,
    ),
    "copies": three(
        brands__A__programs=[{**DISCOUNT, "from_week": 3.0}, CARDS[1]],
        brands__B__programs=[{"kind": "copy", "lag_weeks": 4.0}, {"kind": "copy", "number": 1, "chance": 0.5}],
        brands__C__programs=[
            {"kind": "copy", "brand": "A", "number": 1, "chance": 0.05, "lag_weeks": 2.0, "generous": True}
        ],
    ),
    "everything, with all programs": full(
        LEAVING, brands__A__programs=[PLAY, DISCOUNT], brands__B__programs=[*CARDS, CLUB],
        brands__C__programs=[SURPRISES, TIERS, {"kind": "copy", "brand": "B", "number": 1, "lag_weeks": 5.0}],
    ),
}  # fmt: skip
"""Markets that differ by programs."""
