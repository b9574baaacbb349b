"""The busy market: a little of everything at once, so that a change that should change nothing has much to disturb."""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario import Scenario

OTHER_KINDS = {
    "behavior.needs": "bernoulli",
    "population.needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 0.8, "cap": 0.95},
    "behavior.satisfaction": {"kind": "level", "start": 0.3, "memory": 0.3},
    "behavior.bond": {"kind": "linear"},
    "word_of_mouth.talk": {"kind": "threshold", "expression": 0.7},
    "word_of_mouth.influence": {"kind": "satisfaction"},
    "network": {"kind": "small_world", "mean_degree": 8},
}
"""Changes to the busy market by which the other kinds of needs, satisfaction, bond and talk run."""


FULL = {
    "population.dropout_chance": {"distribution": "beta", "a": 1.0, "b": 15.0},
    "population.values_weight": {"distribution": "normal", "mean": 0.3, "sd": 0.3},
    "population.online": {"distribution": "beta", "a": 1.5, "b": 2.5},
    "population.category_exit": {"distribution": "gamma", "mean": 0.002, "shape": 1.0},
    "behavior.needs.stock_damping": 0.2,
    "behavior.choice.expectation_weight": 0.5,
    "behavior.choice.habit_weight": 0.5,
    "behavior.choice.resist_discount": 0.5,
    "behavior.choice.resist_search": 0.3,
    "behavior.choice.resist_price": 0.3,
    "behavior.experience": {"kind": "index", "spread": 0.25},
    "behavior.learning": {"kind": "bayesian"},
    "behavior.bond.trust_half": 25.0,
    "behavior.bond.from_values": 0.01,
    "behavior.basket": {"kind": "poisson", "extra": 0.5, "price_response": 0.5},
    "behavior.recovery": {"kind": "justice"},
    "behavior.lapse": {"kind": "dropout", "return_rate": 0.02},
    "behavior.win_back": {"kind": "logit"},
    "brands.Ours.service": 0.7,
    "brands.Ours.ethics": 0.8,
    "brands.Ours.online_appeal": 0.2,
    "brands.Ours.bond_growth": 0.002,
    "brands.Ours.complaints": {
        "failure_chance": 0.1,
        "online_failure_chance": 0.2,
        "distributive": 0.9,
        "interaction": 0.9,
    },
    "brands.Rival.effort": 0.2,
    "brands.Rival.complaints": {"failure_chance": 0.15, "response_days": 6.0, "distributive": 0.2},
    "metrics.reasons": True,
    "metrics.dormant_after_weeks": 8.0,
}
"""Changes to the busy market by which all that customers do and feel is on."""
CONTRACTS = {
    **{path: value for path, value in FULL.items() if path != "behavior.needs.stock_damping"},
    "population.cancel_chance": {"distribution": "beta", "a": 2.0, "b": 6.0},
    "behavior.needs": {"kind": "contract"},
    "behavior.lapse": {"kind": "contract", "term_steps": 4, "return_rate": 0.05},
}
"""The same with contracts."""
NEWCOMERS = {
    **FULL,
    "word_of_mouth.acquisition": {"kind": "linear", "p": 1.0, "q": 2.0, "start_share": 0.2},
    "word_of_mouth.referral": {"kind": "invitations", "rate": 0.3, "accept": 0.5, "by_reward": 0.1},
    "word_of_mouth.unheard": {"share": 0.1},
    "brands.Ours.referral": {"reward": 3.0, "friend_reward": 1.0, "fraud_chance": 0.2},
    "brands.Rival.referral": {},
    "brands.Third.acquisition_cost": 4.0,
}
"""The first of them with prospects, who come by advertising, friends and invitations; some friends go unheard."""
PROGRAMS = {
    "metrics.reasons": True,
    "behavior.basket": {"kind": "poisson", "extra": 0.5},
    "behavior.lapse": {"kind": "dropout", "by_membership": 0.5},
    "population.dropout_chance": {"distribution": "beta", "a": 1.0, "b": 30.0},
    "brands.Ours.programs": [
        {
            "kind": "points",
            "endowment": 2.0,
            "enrollment": {"kind": "opt_in", "chance": 0.2, "by_need": 0.3, "by_taste": 0.4},
            "accrual": {"kind": "calendar", "factor_in_weeks": 3.0, "weeks": 2, "every_weeks": 5},
            "reward": {"kind": "experience", "threshold": 6.0, "cost_each": 1.0, "jump": 0.2},
            "customer_response": {"kind": "rewarded", "goal_gradient": 0.2, "reset": 0.1},
            "expiry": {"kind": "fixed_dates", "every_weeks": 6},
        },
        {
            "kind": "tiers",
            "tiers": [{"threshold": 3.0, "percent_off": 4.0}, {"threshold": 8.0, "utility": 0.3, "cost_each": 0.05}],
            "window_weeks": 5,
            "jump": 0.05,
        },
        {"kind": "surprise", "chance": 0.1, "cost_each": 0.5},
    ],
    "brands.Rival.programs": [
        {
            "kind": "stamps",
            "n": 5,
            "endowment": 1.0,
            "reward": {"kind": "gift_card", "face_value": 2.0, "cost_share": 0.6, "perceived_share": 0.8},
            "customer_response": {"kind": "endowed", "goal_gradient": 0.3, "worth_weight": 0.5},
        },
        {"kind": "club", "fee": 1.0, "term_weeks": 4, "percent": 12.0, "by_saving": 0.5, "stay": 0.6},
        {
            "kind": "play",
            "streak_utility": 0.4,
            "badge_every": 3,
            "lottery_chance": 0.05,
            "prize": 2.0,
            "segments": ["Heavy"],
        },
    ],
    "brands.Third.programs": [
        {"kind": "points", "reward": {"kind": "amount_off", "amount": 0.7, "threshold": 4.0}},
        {"kind": "stamps", "n": 4, "reward": {"kind": "access", "cost_each": 0.3, "weeks": 3, "utility": 0.5}},
        {"kind": "stamps", "n": 6, "customer_response": "forward_looking"},
        {"kind": "member_discount", "percent": 3.0},
    ],
}
"""Changes to the busy market by which programs of all kinds run, some of them beside each other."""

LEVERS: dict[str, dict[str, Any]] = {
    "convenience": {"until_week": 8},
    "ethics": {"from_week": 3},
    "community": {"until_week": 6},
    "brand_advertising": {"growth": 0.02, "until_week": 5},
    "awareness_advertising": {"rate": 3.0, "from_week": 2, "until_week": 7},
    "moderation": {},
    "advocacy": {"praise": 2.0, "from_week": 4},
    "feedback": {"every_weeks": 3, "lag_weeks": 4, "wears_off_weeks": 20.0},
    "gift": {"every_weeks": 3, "target": {"kind": "everybody", "share": 0.3}},
    "communication": {"every_weeks": 2, "opt_out": 0.1, "until_week": 9},
    "personalization": {"every_weeks": 1, "opt_out": 0.1, "target": {"kind": "everybody", "most": 60}},
    "event": {"every_weeks": 3, "come": 0.0},
    "exclusive": {"every_weeks": 3, "percent": 20.0, "utility": 0.3, "target": {"kind": "random", "share": 0.5}},
    "win_back": {"every_weeks": 1, "after_weeks": 2, "cost_accepted": 1.0, "strength": 0.8, "until_week": 10},
    "service": {"from_week": 2, "until_week": 11},
}
"""Levers of all kinds, with settings by which they begin, stop and work on within few steps."""
OF_SOME: dict[str, dict[str, Any]] = {
    "community": {"every_weeks": 2, "cost_each": 0.1, "target": {"kind": "random", "share": 0.4}},
    "advocacy": {"every_weeks": 3, "cost_each": 0.2, "target": {"kind": "everybody", "share": 0.3}},
    "service": {"every_weeks": 4, "cost_each": 0.3, "target": {"kind": "rfm", "share": 0.5}},
}
"""Settings by which levers that are for everybody are for some alone."""
LEVERED: dict[str, Any] = {
    **NEWCOMERS,
    "population.privacy_aversion": {"distribution": "lognormal", "median": 0.4, "sigma": 0.8},
    "brands.Ours.levers": [{"kind": kind, **settings} for kind, settings in LEVERS.items()],
    "brands.Rival.levers": [
        {"kind": kind, **settings, **OF_SOME.get(kind, {})} for kind, settings in reversed(LEVERS.items())
    ],
}
"""Changes to the busy market by which two brands pull levers of all kinds, with prospects."""


def busy_market(customers: int = 1000, steps: int = 39) -> Scenario:
    """Three brands with promotions and programs; tastes, inertia, satisfaction, bond and talk. Numbers are assumed."""
    weekly = {"distribution": "gamma", "mean": 1.0, "shape": 0.8}
    return Scenario.from_document(
        {
            "schema": 1,
            "title": "A little of everything",
            "focal": "Ours",
            "step_days": 7,
            "steps": steps,
            "burn_in": 0,
            "population": {
                "n_customers": customers,
                "price_sensitivity": {"distribution": "lognormal", "median": 1.2, "sigma": 0.4},
                "inertia": {"distribution": "normal", "mean": 0.4, "sd": 0.2},
                "talkativeness": {"distribution": "lognormal", "median": 1.0, "sigma": 0.5},
                "taste": {"distribution": "normal", "mean": 0.0, "sd": 0.8},
                "segments": {
                    "Heavy": {"share": 0.3, "needs_per_week": weekly, "appeal": {"Ours": 0.3}},
                    "Light": {"share": 0.7, "needs_per_week": 0.4},
                },
            },
            "network": {"kind": "random", "mean_degree": 6},
            "behavior": {
                "needs": {"kind": "poisson", "season": [1.0, 1.2, 0.9, 1.1]},
                "choice": {"kind": "logit", "feature_weight": 0.3, "display_weight": 0.2, "loss": 0.7, "gain": 0.4},
                "experience": {"kind": "normal"},
                "satisfaction": {"kind": "disconfirmation"},
                "learning": {"kind": "constant"},
                "bond": {"kind": "drift", "deal_erosion": 0.05},
            },
            "word_of_mouth": {"talk": {"kind": "rates", "talk_good": 0.3}, "influence": {"kind": "heard"}},
            "brands": {
                "Ours": {
                    "price": 2.0,
                    "unit_cost": 1.1,
                    "appeal": 3.0,
                    "quality": 0.6,
                    "pricing": [{"kind": "promotion_calendar", "depth": 0.15, "every_weeks": 7, "display": True}],
                    "programs": [
                        {
                            "kind": "points",
                            "enrollment": {"kind": "opt_in", "chance": 0.3},
                            "reward": {"kind": "cash", "value": 2.0, "threshold": 8},
                            "customer_response": {"kind": "goal_gradient", "progress_weight": 0.4},
                            "expiry": {"kind": "inactivity", "weeks": 10},
                        }
                    ],
                },
                "Rival": {
                    "price": 1.9,
                    "unit_cost": 1.0,
                    "appeal": 2.6,
                    "quality": 0.5,
                    "pricing": [
                        {"kind": "promotion_calendar", "depth": 0.25, "weeks": 2, "every_weeks": 8, "feature": True}
                    ],
                },
                "Third": {
                    "price": 1.6,
                    "unit_cost": 0.9,
                    "appeal": 2.2,
                    "quality": 0.45,
                    "programs": [{"kind": "stamps", "n": 5, "customer_response": {"kind": "worth"}}],
                },
            },
        }
    )
