"""Programs, levers and prices with settings away from their defaults."""

CARDS = [
    {"kind": "points", "earn_rate": 1.5, "enrollment": {"kind": "opt_in", "chance": 0.4},
     "reward": {"kind": "percent_off", "percent": 20.0, "threshold": 12.0},
     "customer_response": {"kind": "goal_gradient"}},
    {"kind": "stamps", "n": 4, "reward": {"kind": "free_unit"}, "customer_response": "worth"},
]  # fmt: skip
SPREAD = {"distribution": "gamma", "mean": 1.0, "shape": 2.0}
OPT_IN = {"kind": "opt_in", "chance": 0.3}
FREE_STAMPS = {"kind": "stamps", "n": 4, "customer_response": "worth"}
DISCOUNT = {"kind": "member_discount", "percent": 12.5, "enrollment": OPT_IN}
TIERS = {
    "kind": "tiers", "window_weeks": 5.0, "jump": 0.2, "enrollment": OPT_IN,
    "tiers": [
        {"threshold": 3.0, "percent_off": 5.0, "utility": 0.2},
        {"threshold": 6.5, "percent_off": 12.5, "utility": 0.5, "cost_each": 0.03},
        {"threshold": 9.0, "percent_off": 20.0, "utility": 0.9, "cost_each": 0.07},
    ],
}  # fmt: skip
CLUB = {
    "kind": "club", "fee": 0.8, "term_weeks": 4.0, "percent": 15.0, "by_saving": 0.9, "stay": 0.6,
    "enrollment": {**OPT_IN, "fee": 0.25},
}  # fmt: skip
SURPRISES = {"kind": "surprise", "chance": 0.3, "cost_each": 0.4, "jump": 0.2, "enrollment": OPT_IN}
PLAY = {
    "kind": "play", "streak_weeks": 2.0, "streak_full": 3, "streak_utility": 0.8, "badge_every": 3, "badge_jump": 0.2,
    "lottery_chance": 0.1, "prize": 3.0, "lottery_weight": 1.6, "enrollment": OPT_IN,
}  # fmt: skip
BETTER_WEEKS = {"kind": "calendar", "factor_in_weeks": 2.5, "weeks": 2.0, "every_weeks": 5.0}
ENDOWED = {
    "kind": "endowed", "continue_plain": 0.9, "continue_endowed": 0.95, "goal_gradient": 0.5, "gradient_shape": 0.8,
    "worth_weight": 0.7,
}  # fmt: skip
CHOOSY = {**OPT_IN, "by_bond": 1.0, "by_satisfaction": 0.8, "by_need": 0.7, "fee": 0.25}
LATER = {"from_week": 6.0, "segments": ["Heavy"]}
AHEAD = {"kind": "forward_looking", "foresight_weight": 0.8, "weekly_discount": 0.97, "usual_chance": 0.4}
GIFTS = {
    "kind": "gift", "every_weeks": 4.0, "cost_each": 0.3, "jump": 0.4, "strength": 0.8, "cost_a_week": 0.7,
    "from_week": 2.0, "until_week": 17.0,
    "target": {"kind": "random", "share": 0.4, "bought_within_weeks": 6.0, "not_within_weeks": 1.0, "most": 30},
}  # fmt: skip
EVENTS = {
    "kind": "event", "every_weeks": 3.0, "cost_each": 0.1, "cost_a_guest": 0.9, "come": -1.0, "by_bond": 3.0,
    "jump": 0.3, "strength": 1.4, "cost_a_week": 0.4, "from_week": 1.0, "until_week": 18.0,
    "target": {"kind": "everybody", "share": 0.5, "bought_within_weeks": 9.0, "not_within_weeks": 1.0, "most": 40},
}  # fmt: skip
NEWS = {
    "kind": "communication", "every_weeks": 2.0, "cost_each": 0.05, "relevance": 0.9, "half_life_weeks": 1.5,
    "tiring": 0.4, "recovery_weeks": 5.0, "opt_out": 0.05, "jump": 0.1, "strength": 1.2, "cost_a_week": 0.2,
    "from_week": 1.0, "until_week": 19.0,
}  # fmt: skip
SERVICE = {
    "kind": "service", "better": 0.6, "sooner": 0.7, "fairer": 0.4, "in_person": 0.5, "strength": 1.1,
    "cost_a_week": 1.5, "from_week": 3.0, "until_week": 15.0,
}  # fmt: skip
PERSON = {**SERVICE, "every_weeks": 4.0, "cost_each": 0.15, "target": {"kind": "random", "share": 0.4}}
SPELL = {"cost_a_week": 0.3, "from_week": 3.0, "until_week": 15.0, "strength": 1.2}
PRIVATE = {**SPELL, "every_weeks": 4.0, "cost_each": 0.35, "target": {"kind": "everybody", "share": 0.4}}
CONVENIENCE = {
    "kind": "convenience", "nearer": 0.5, "easier": 0.6, "open_to_complaints": 0.4, "alike": 0.7, **SPELL
}  # fmt: skip
PERSONAL = {
    **NEWS,
    "kind": "personalization",
    "cost_each": 0.07,
    "intrusiveness": 1.3,
    "relevance": 0.7,
    "target": GIFTS["target"],
}
AVERSE = {"distribution": "beta", "a": 1.0, "b": 2.0}
UNDERCUT = {
    "kind": "undercut", "answers": "prices", "lag_weeks": 2.0, "chance": 0.7, "lasts_weeks": 3.0, "every_weeks": 2.0,
    "rivals": ["A", "C"], "by": 0.08, "by_amount": 0.03, "floor": 1.2, "below_cost": True, "from_week": 1.0,
    "until_week": 18.0,
}  # fmt: skip
MATCH = {
    "kind": "match", "answers": "prices", "lag_weeks": 2.0, "chance": 0.8, "lasts_weeks": 3.0, "every_weeks": 2.0,
    "rivals": ["B", "C"], "least_margin": 0.75, "from_week": 1.0, "until_week": 19.0,
}  # fmt: skip
RFM = {
    "kind": "rfm", "groups": 3, "recency": 0.5, "frequency": 1.5, "money": 0.7, "share": 0.4, "most": 25,
    "bought_within_weeks": 9.0, "not_within_weeks": 1.0,
}  # fmt: skip
FENCED = {name: RFM[name] for name in ("share", "most", "bought_within_weeks", "not_within_weeks")}
LAPSING = {"kind": "lapse", "gone_after": 4.0, **FENCED}
VALUABLE = {
    "kind": "value", "rate_shape": 0.6, "rate_weeks": 2.5, "leave_a": 1.2, "leave_b": 3.5, **FENCED
}  # fmt: skip
PILOT = {
    "kind": "uplift", **FENCED, "bought_within_weeks": 12.0, "pilot_weeks": 8.0, "outcome_weeks": 3.0, "groups": 2,
    "explore": 0.3, "outcome": "spend", "least": 0.05,
}  # fmt: skip
BEST = {
    "kind": "best_response", "price_response": 1.8, "outside_share": 0.2, "grid": 31, "ceiling": 1.95,
    "every_weeks": 3.0, "rivals": ["B", "C"], "least_margin": 0.2, "from_week": 1.0, "until_week": 18.0,
}  # fmt: skip
FLOOR = {"floor": 0.1, "below_cost": True}
COUPON = {
    "kind": "poach", "rivals": ["A", "B"], "depth": 0.35, "chance": 0.6, "from_week": 2.0, "until_week": 17.0
}  # fmt: skip
BACK = {
    "kind": "win_back", "every_weeks": 2.0, "cost_each": 0.2, "cost_accepted": 0.9, "after_weeks": 3.0, "percent": 35.0,
    "weeks": 4.0, "cost_a_week": 0.4, "from_week": 1.0, "until_week": 18.0, "strength": 0.8,
    "target": {"kind": "everybody", "share": 0.8, "most": 40},
}  # fmt: skip
BACK_SIGNED = {name: value for name, value in BACK.items() if name not in ("after_weeks", "target")}
FIRST_OFFERS = {
    "kind": "exclusive", "every_weeks": 4.0, "cost_each": 0.15, "weeks": 2.5, "percent": 22.0, "utility": 0.6,
    "cost_a_week": 0.2, "from_week": 1.0, "until_week": 17.0, "strength": 1.1, "target": GIFTS["target"],
}  # fmt: skip
ASKING = {
    "kind": "feedback", "every_weeks": 3.0, "cost_each": 0.25, "answers": 0.4, "answers_needed": 12.0,
    "lag_weeks": 4.0, "closes": 0.7, "wears_off_weeks": 9.0, "jump": 0.3, "cost_a_week": 0.1, "from_week": 1.0,
    "until_week": 16.0, "strength": 1.1, "target": EVENTS["target"],
}  # fmt: skip
AWARENESS = {"kind": "awareness_advertising", "rate": 5.0, "recall": 1.4, "half_life_weeks": 2.0, **SPELL}
