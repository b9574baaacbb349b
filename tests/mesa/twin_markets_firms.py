"""Markets by levers and prices."""

from twin_markets_customers import full
from twin_markets_newcomers import COMING, TIES
from twin_settings import BROKEN, CHANNELS, CONTRACTS, LEARNING, LEAVING, RESISTING, STOCKING, WEEKLY_TALK, bare, three
from twin_settings_firms import (
    AHEAD,
    ASKING,
    AVERSE,
    AWARENESS,
    BACK,
    BACK_SIGNED,
    BEST,
    BETTER_WEEKS,
    CARDS,
    CLUB,
    CONVENIENCE,
    COUPON,
    DISCOUNT,
    EVENTS,
    FIRST_OFFERS,
    FLOOR,
    FREE_STAMPS,
    GIFTS,
    LAPSING,
    MATCH,
    NEWS,
    PERSON,
    PERSONAL,
    PILOT,
    PLAY,
    PRIVATE,
    RFM,
    SERVICE,
    SPELL,
    SPREAD,
    SURPRISES,
    TIERS,
    UNDERCUT,
    VALUABLE,
)

from loyaltysim import load
from loyaltysim.data.panels import panel_scenario

OF_FIRMS = {
    "gifts": three(brands__A__levers=[GIFTS]),
    "gifts to everybody": three(brands__A__levers=[{"kind": "gift", "every_weeks": 3.0, "jump": 0.5}], burn_in=3),
    "gifts and a linear bond": three(brands__A__levers=[GIFTS], behavior__bond="linear"),
    "gifts and surprises where bonds are above 1": three(
        brands__A__levers=[GIFTS], brands__A__programs=[SURPRISES], brands__A__quality=0.9,
        behavior__bond={"kind": "linear", "from_satisfaction": 0.5},
    ),
    "gifts and events that please nobody": three(
        brands__A__levers=[{**GIFTS, "strength": 0.0}, {**EVENTS, "strength": 0.0}]
    ),
    "events": three(brands__A__levers=[EVENTS], brands__B__levers=[GIFTS, {**EVENTS, "target": "everybody"}]),
    "news": three(brands__A__levers=[NEWS], burn_in=2).vary(STOCKING),
    "news of two kinds of one brand": three(
        brands__A__levers=[NEWS, {**NEWS, "every_weeks": 3.0, "strength": 0.7, "target": EVENTS["target"]}],
        brands__B__levers=[{**NEWS, "strength": 0.0}, {"kind": "communication", "target": GIFTS["target"]}],
    ),
    "service": three().vary({**LEARNING, **BROKEN, "brands.A.levers": [SERVICE]}),
    "service that is as good as can be": three().vary({**BROKEN, "brands.B.levers": [{**SERVICE, "strength": 5.0}]}),
    "convenience": three().vary({**LEARNING, **BROKEN, **CHANNELS, "brands.B.levers": [CONVENIENCE]}),
    "ethics and community": three().vary(
        {
            **CHANNELS,
            "brands.A.levers": [{"kind": "ethics", "better": 0.9, **SPELL}, EVENTS],
            "brands.B.levers": [{"kind": "community", "growth": 0.04, **SPELL}, {"kind": "ethics", "better": 0.5}],
        }
    ),
    "advertising that binds": three(
        brands__A__levers=[{"kind": "brand_advertising", "growth": 0.05, "half_life_weeks": 2.0, **SPELL}, GIFTS]
    ),
    "personal news": three(population__privacy_aversion=AVERSE).vary({"brands.A.levers": [PERSONAL, NEWS]}),
    "personal news that nobody minds": three(brands__A__levers=[{"kind": "personalization", "every_weeks": 2.0}]),
    "offers to come back": three(brands__B__programs=CARDS).vary(
        {**LEAVING, **BROKEN, "behavior.win_back": "logit", "brands.A.levers": [BACK], "brands.B.levers": [
            {**BACK, "gives": "bundle", "target": "everybody", "strength": 1.0}, {**BACK, "after_weeks": 1.0},
        ]}
    ),
    "offers to come back by an upgrade": three().vary(
        {**LEAVING, "behavior.win_back": "logit", "brands.B.levers": [
            {"kind": "win_back", "gives": "upgrade", "every_weeks": 3.0, "after_weeks": 2.0, "cost_accepted": 1.25},
            {**BACK, "strength": 0.0},
        ]}
    ),
    "offers to come back after contracts": three().vary(
        {**CONTRACTS, **BROKEN, "behavior.win_back": "logit", "brands.A.levers": [BACK_SIGNED]}
    ),
    "offers for customers": three(
        brands__A__levers=[FIRST_OFFERS], brands__B__levers=[{**FIRST_OFFERS, "target": "everybody", "utility": 0.0}],
        brands__B__programs=[DISCOUNT, *CARDS],
    ).vary(STOCKING),
    "offers that lower nothing": three(
        brands__A__levers=[{**FIRST_OFFERS, "percent": 0.0}, {**FIRST_OFFERS, "strength": 0.0}], burn_in=2
    ),
    "asking": three(brands__A__levers=[ASKING, GIFTS], brands__B__levers=[{"kind": "feedback", "every_weeks": 4.0}]),
    "asking in vain": three().vary(
        {
            **LEARNING,
            "brands.A.levers": [{**ASKING, "acted_on": False, "loss": 0.4}, {**ASKING, "strength": 0.0}],
            "brands.B.levers": [{**ASKING, "lag_weeks": 0.0}],
        }
    ),
    "a place to praise": three().vary(
        {**WEEKLY_TALK, "brands.A.levers": [{"kind": "advocacy", "praise": 3.0, "growth": 0.05, **SPELL}]}
    ),
    "a place to praise for some": three().vary(
        {
            **WEEKLY_TALK,
            "brands.A.levers": [
                {"kind": "advocacy", "praise": 3.0, "growth": 0.05, **PRIVATE},
                {"kind": "advocacy", "target": "random"}, {"kind": "advocacy"},
            ],
        }
    ),
    "clubs, and persons to turn to": three().vary(
        {
            **BROKEN,
            "brands.A.levers": [
                {"kind": "community", "growth": 0.08, **PRIVATE},
                {"kind": "community", "growth": 0.03, "every_weeks": 2.0, "target": "random"},
                {"kind": "community", "from_week": 5.0}, PERSON, SERVICE,
            ],
            "brands.B.levers": [{**PERSON, "strength": 2.0}, GIFTS],
        }
    ),
    "answers that others see": three().vary(
        {
            **WEEKLY_TALK, **BROKEN,
            "brands.A.levers": [{"kind": "moderation", "in_public": 0.7, "easier": 0.6, **SPELL}],
            "brands.B.levers": [{"kind": "moderation"}],
        }
    ),
    "advertising to prospects": three(brands__B__programs=CARDS).vary(
        {
            **WEEKLY_TALK, **COMING, "brands.A.levers": [AWARENESS],
            "brands.B.levers": [{**AWARENESS, "rate": 2.0, "recall": 0.7}, GIFTS], "brands.A.acquisition_cost": 2.5,
        }
    ),
    "advertising to prospects, each by itself": bare().vary({**TIES, "brands.B.levers": [AWARENESS]}),
    "advertising to all who are there": three(brands__C__levers=[AWARENESS], burn_in=3),
    "everything, with offers and questions": full(
        LEAVING, brands__A__levers=[BACK, ASKING, FIRST_OFFERS], brands__A__programs=[PLAY, DISCOUNT],
        brands__B__levers=[{"kind": "moderation", **SPELL}, {"kind": "advocacy", **SPELL}, EVENTS],
        brands__C__levers=[AWARENESS, {**BACK, "gives": "bundle"}],
    ).vary(COMING),
    "targets by recency, frequency and money": three(
        brands__A__levers=[{"kind": "gift", "every_weeks": 2.0, "jump": 0.3, "target": RFM}],
        brands__B__levers=[{**GIFTS, "target": {"kind": "rfm", "share": 0.3}}],
    ).vary(STOCKING),
    "targets who are about to leave": three(
        brands__A__levers=[{"kind": "gift", "every_weeks": 2.0, "jump": 0.3, "target": LAPSING}, GIFTS],
        brands__B__levers=[{**GIFTS, "target": {"kind": "lapse", "share": 0.4}}], population__start_brand="B",
    ).vary(LEAVING),
    "targets of value": three(
        brands__A__levers=[{"kind": "gift", "every_weeks": 2.0, "jump": 0.3, "target": VALUABLE}],
        brands__B__levers=[{**GIFTS, "target": {"kind": "value", "share": 0.4}}],
    ).vary(LEAVING),
    "targets that a pilot finds": three(
        brands__A__levers=[{**NEWS, "relevance": 2.0, "target": PILOT}],
        brands__B__levers=[
            {**NEWS, "opt_out": 0.0, "target": {"kind": "uplift", "pilot_weeks": 6.0, "outcome_weeks": 2.0}},
            {"kind": "gift", "every_weeks": 2.0, "jump": 0.4, "target": {"kind": "uplift", "share": 0.3, "most": 9}},
        ],
    ).vary(STOCKING),
    "best response": three(brands__A__pricing=[BEST], brands__C__pricing=[
        {"kind": "best_response", "price_response": 2.5, "every_weeks": 2.0, "floor": 0.2, "below_cost": True},
    ]).vary(STOCKING),
    "members who look ahead": three(
        brands__A__programs=[{**FREE_STAMPS, "customer_response": AHEAD}],
        brands__B__programs=[{
            "kind": "points", "reward": {"kind": "cash", "value": 0.6, "threshold": 9}, "accrual": BETTER_WEEKS,
            "customer_response": "forward_looking",
        }],
        population__price_sensitivity={"distribution": "lognormal", "median": 1.0, "sigma": 0.5},
        population__needs_per_week=SPREAD,
    ),
    "recorded purchases": panel_scenario(load("catsup")),
    "undercutting": three(brands__B__pricing=[UNDERCUT]),
    "undercutting of discounts": three(brands__A__pricing=[{"kind": "undercut", "least_margin": 0.7}], burn_in=3),
    "matching": three(brands__A__pricing=[MATCH]).vary(STOCKING),
    "matching each other": three(
        brands__A__pricing=[{"kind": "promotion_calendar", "depth": 0.3, "every_weeks": 5}, {"kind": "match", **FLOOR}],
        brands__B__pricing=[{"kind": "undercut", **FLOOR}], step_days=3.5,
    ),
    "coupons": three(
        brands__A__pricing=[{"kind": "poach"}], brands__C__pricing=[COUPON], brands__B__programs=CARDS,
        behavior__choice={"kind": "logit", **RESISTING},
    ).vary(STOCKING),
    "coupons without programs": three(brands__C__pricing=[COUPON]),
    "everything, with levers and answers": full(
        LEAVING, brands__A__levers=[SERVICE, NEWS, GIFTS], brands__B__levers=[EVENTS, NEWS],
        brands__B__pricing=[MATCH | {"rivals": []}, COUPON | {"rivals": []}],
        brands__C__pricing=[UNDERCUT | {"rivals": []}], brands__C__programs=[TIERS, CLUB],
    ),
    "a constant price": three(brands__C__pricing=[{"kind": "constant"}]),
}  # fmt: skip
"""Markets that differ by levers and prices."""
