"""Small markets to change, and what is changed of customers."""

from loyaltysim import load
from loyaltysim.scenario import Scenario


def small(name: str, customers: int, steps: int, burn_in: int = 0) -> Scenario:
    """A shipped scenario, smaller."""
    return load(name).vary({"population.n_customers": customers, "steps": steps, "burn_in": burn_in})


def bare(**changes) -> Scenario:
    """Two brands, plain logit, one Poisson need a week; and what is changed."""
    document = {
        "schema": 1,
        "focal": "A",
        "steps": 20,
        "burn_in": 0,
        "population": {"n_customers": 100, "needs_per_week": 1.0, "price_sensitivity": 1.0},
        "brands": {"A": {"price": 2.0, "appeal": 2.5, "quality": 0.6}, "B": {"price": 1.8, "appeal": 2.2}},
        "metrics": {"period_steps": 4},
    }
    return Scenario.from_document(document).vary({path.replace("__", "."): value for path, value in changes.items()})


TALKING = {
    "behavior.experience": "normal",
    "behavior.satisfaction": "disconfirmation",
    "word_of_mouth.talk": {"kind": "rates", "talk_good": 0.4, "talk_bad": 0.4},
    "word_of_mouth.influence": {"kind": "heard", "shift": 0.3},
    "network": {"kind": "random", "mean_degree": 5},
}
"""Changes to the bare market by which customers talk."""
THRESHOLD = {"word_of_mouth.talk": {"kind": "threshold", "audience": "one"}, "word_of_mouth.influence": "satisfaction"}
LAYERS = [{"kind": "household"}, {"kind": "blocks", "strength_within": 0.7, "strength_between": 0.4}, "reviews"]
SWITCHING = {"kind": "switching", "matrix": [[0.7, 0.3], [0.2, 0.8]]}


def program(kind: str = "points", **settings) -> Scenario:
    """The bare market with a program of brand A and promotions of brand B."""
    settings = {"kind": kind, "reward": {"kind": "cash", "value": 1.0, "threshold": 7}, **settings}
    if settings["reward"]["kind"] == "cash":
        settings["unit_cost"] = 0.7
    promotion = {"kind": "promotion_calendar", "depth": 0.125, "every_weeks": 3}
    return bare(brands__A__programs=[settings], brands__B__pricing=[promotion])


FEELING = {
    "behavior.experience": "normal",
    "behavior.satisfaction": "disconfirmation",
    "behavior.bond": {"kind": "drift", "start": 0.3, "from_satisfaction": 0.2, "deal_erosion": 0.1},
}
FAILING = {"failure_chance": 0.3, "online_failure_chance": 0.5, "response_days": 3.0, "distributive": 0.9, "ease": 0.7}
JUSTICE = {
    "kind": "justice", "complain_minor": 0.3, "complain_severe": 0.8, "public_chance": 0.5, "by_ease": 2.0,
    "paradox_above": 0.6, "memory_weeks": 6.0,
}  # fmt: skip


def three(**changes) -> Scenario:
    """Three brands that differ, with promotions of two, and customers who feel; and what is changed."""
    deal = {"kind": "promotion_calendar", "depth": 0.25, "every_weeks": 3}
    brands = {
        "A": {"price": 2.0, "unit_cost": 0.9, "appeal": 2.5, "quality": 0.6, "pricing": [deal]},
        "B": {"price": 1.8, "appeal": 2.2, "pricing": [{**deal, "every_weeks": 4, "depth": 0.125}]},
        "C": {"price": 1.5, "appeal": 1.9, "quality": 0.45},
    }
    return bare(brands=brands).vary(FEELING).vary({path.replace("__", "."): value for path, value in changes.items()})


RESISTING = {"resist_discount": 0.9, "resist_search": 0.8, "resist_price": 0.5, "loss": 0.6, "gain": 0.3}
DROPOUT = {"kind": "dropout", "return_rate": 0.2, "by_bond": 3.0, "bond_reference": 0.2}
DISPOSED = {"distribution": "beta", "a": 1.0, "b": 5.0}
LEAVING = {"population.dropout_chance": DISPOSED, "behavior.lapse": DROPOUT}
CONTRACTS = {
    "population.cancel_chance": DISPOSED, "population.needs_per_week": 0.3, "behavior.needs": "contract",
    "behavior.lapse": {"kind": "contract", "term_steps": 2, "return_rate": 0.1},
}  # fmt: skip
IN_STORES = {"behavior.recovery": JUSTICE, "brands.A.complaints": {"failure_chance": 0.2, "ease": 0.7}}
BROKEN = {
    **IN_STORES,
    "population.online": 0.4,
    "brands.A.complaints": FAILING,
    "brands.B.complaints": {"failure_chance": 0.1},
}
CHANNELS = {
    "population.values_weight": {"distribution": "normal", "mean": 0.4, "sd": 0.5},
    "population.online": {"distribution": "beta", "a": 2.0, "b": 3.0},
    "brands.A.ethics": 0.8,
    "brands.A.bond_growth": 0.05,
    "brands.A.online_appeal": 0.4,
    "brands.B.ethics": 0.3,
    "brands.B.effort": 0.3,
    "brands.B.store_appeal": 0.5,
    "behavior.bond.from_values": 0.1,
}
STOCKING = {
    "behavior.needs": {"kind": "poisson", "stock_damping": 0.2, "contact_lift": 0.3},
    "behavior.basket": {"kind": "poisson", "extra": 0.8, "price_response": 1.5},
}
LEARNING = {
    "behavior.experience": {"kind": "index", "spread": 0.3, "elasticity": 0.4},
    "behavior.learning": {"kind": "bayesian", "noise": 0.4, "forgetting": 0.05, "prior": 0.4},
    "behavior.bond.trust_half": 30.0,
    "behavior.choice.expectation_weight": 0.7,
    "behavior.choice.expectation_reference": 0.4,
    "brands.A.service": 0.8,
    "brands.A.consistency": 0.3,
    "brands.B.ease": 0.9,
}
HEAVY = {"Light": {"share": 0.5}, "Heavy": {"share": 0.5, "needs_per_week": 1.5}}
WEEKLY_TALK = {**TALKING, "behavior.satisfaction": "disconfirmation"}
OTHER_SETTINGS = {
    "word_of_mouth.talk": {
        "kind": "rates", "audience": "all", "talk_good": 0.5, "talk_bad": 0.3, "expression": 0.8, "high": 0.5,
        "low": 0.4, "width": 0.1, "bond_talk": 0.9,
    },
    "word_of_mouth.influence": {
        "kind": "heard", "shift": 0.2, "half_life_days": 9.0, "heard_max": 1.0, "resist_hearing": 0.7
    },
    "behavior.choice": {
        "kind": "logit", "satisfaction_weight": 0.8, "satisfaction_reference": 0.4, "expectation_weight": 0.6,
        "expectation_reference": 0.45, "bond_weight": 0.7, "bond_reference": 0.25, "loss": 0.5, "gain": 0.2,
        "reference_memory": 0.4, "habit_weight": 0.5, "habit_memory": 0.6, **RESISTING,
    },
    "behavior.experience": {
        "kind": "index", "spread": 0.3, "product": 0.35, "service": 0.28, "ease": 0.25, "consistency": 0.12,
        "elasticity": 0.6,
    },
    "behavior.satisfaction": {
        "kind": "disconfirmation", "start": 0.45, "base": 0.55, "usual_quality": 0.4, "on_quality": 0.6,
        "on_better": 0.3, "on_worse": 0.9, "memory": 0.25,
    },
    "behavior.learning": {
        "kind": "bayesian", "noise": 0.3, "prior": 0.35, "prior_trust": 6.0, "forgetting": 0.03
    },
    "behavior.bond": {
        "kind": "drift", "start": 0.2, "from_satisfaction": 0.15, "threshold": 0.4, "trust_half": 12.0,
        "from_values": 0.08, "fading": 0.02, "deal_erosion": 0.07, "damage": 0.4, "jump": 0.15, "recovered_above": 0.6,
    },
    "behavior.recovery": {
        "kind": "justice", "severity_a": 1.5, "severity_b": 3.0, "complain_minor": 0.25, "complain_severe": 0.75,
        "by_bond": 0.8, "by_ease": 1.4, "weight_distributive": 0.5, "weight_speed": 0.28, "weight_interaction": 0.22,
        "patience_days": 4.0, "paradox": 0.12, "paradox_above": 0.65, "offset": 0.6, "repeat_hazard": 0.9,
        "shield": 0.35, "memory_weeks": 5.0, "public_chance": 0.6, "public_audience": 70.0,
    },
    "behavior.win_back": {
        "kind": "logit", "accept": -1.0, "by_bond": 0.6, "by_purchases": 0.4, "service_leaver": 0.5, "discount": 0.35,
        "upgrade": 0.15, "bundle": 0.65, "discount_hazard": 0.45, "upgrade_hazard": -0.1, "bundle_hazard": 0.25,
        "service_hazard": 0.55,
    },
    "brands.A.complaints": {
        "failure_chance": 0.25, "online_failure_chance": 0.4, "response_days": 1.5, "distributive": 0.95,
        "interaction": 0.85, "ease": 0.75,
    },
}  # fmt: skip
"""What the other markets leave at its default; no two settings are alike, so that none can stand for another."""
STAYING = {
    "satisfaction_reference": 0.65,
    "by_satisfaction": 1.5, "by_bond": 2.5, "bond_reference": 0.22, "by_membership": 0.7, "failure_hazard": 1.7,
    "return_rate": 0.15,
}  # fmt: skip
