"""Markets by what customers are, choose, feel and say; everything at once."""

from twin_settings import (
    BROKEN,
    CHANNELS,
    CONTRACTS,
    DROPOUT,
    IN_STORES,
    LAYERS,
    LEARNING,
    LEAVING,
    OTHER_SETTINGS,
    RESISTING,
    STAYING,
    STOCKING,
    SWITCHING,
    TALKING,
    THRESHOLD,
    WEEKLY_TALK,
    bare,
    program,
    small,
    three,
)
from twin_settings_firms import CARDS

from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import OTHER_KINDS, busy_market


def full(lives: dict, *, talk: dict = TALKING, **changes) -> Scenario:
    """Everything on at once, with dropout or contracts."""
    market = three(brands__B__programs=CARDS, behavior__choice={"kind": "logit", **RESISTING, "habit_weight": 0.8})
    stocking = {path: value for path, value in STOCKING.items() if path not in lives}
    everything = {**talk, **stocking, **lives, **BROKEN, **CHANNELS, **LEARNING, "behavior.win_back": "logit"}
    everything |= {"population.category_exit": 0.005, "metrics.dormant_after_weeks": 4.0}
    everything |= {path.replace("__", "."): value for path, value in changes.items()}
    return market.vary(everything)


OF_CUSTOMERS = {
    "reference": small("reference", 200, 20),
    "grocery": small("grocery", 200, 20, burn_in=5),
    "coffee": small("coffee", 60, 60, burn_in=10),
    "promotion": small("promotion", 150, 20),
    "telco": small("telco", 60, 24, burn_in=12),
    "telco_yearly": small("telco_yearly", 100, 8, burn_in=4),
    "busy": busy_market(200, 20),
    "busy, other kinds": busy_market(200, 20).vary(OTHER_KINDS),
    "switching": bare(behavior__choice=SWITCHING),
    "regular needs, no outside option": bare(behavior__needs="regular", behavior__choice__outside_option=False),
    "needs above 8 a step": bare(population__needs_per_week=9.0, population__n_customers=40),
    "buyers from the start": bare(population__start_brand="B", population__inertia=0.8),
    "seasons": bare(behavior__needs={"kind": "poisson", "season": [0.3, 2.0, 0.5, 1.5]}, step_days=30.4),
    "bond that grows early": bare(behavior__bond={"kind": "drift", "start": 0.2, "threshold": 0.3}),
    "praise to everybody": bare().vary({**TALKING, "network": "complete"}),
    "ears that fill up": bare().vary({**TALKING, "word_of_mouth.influence.heard_max": 0.2}),
    "praise to one of all": bare().vary({**TALKING, "network": "complete", "word_of_mouth.talk.audience": "one"}),
    "praise to hubs": bare().vary({**TALKING, "network": {"kind": "scale_free", "mean_degree": 4}}),
    "threshold to one": bare().vary({**TALKING, **THRESHOLD}),
    "households, friends and reviews": bare().vary({**TALKING, "network": {"kind": "layers", "layers": LAYERS}}),
    "friends who change": bare().vary({**TALKING, "network.turnover": 5.0}),
    "reviews of the satisfied": bare().vary({**TALKING, **THRESHOLD, "network": "reviews"}),
    "nobody listens": bare().vary({**TALKING, "network": "none"}),
    "percent off": program(reward={"kind": "percent_off", "percent": 12.5, "threshold": 5}),
    "free unit on points": program(reward={"kind": "free_unit", "threshold": 9}, earn_rate=1.337),
    "stamps that end on a date": program("stamps", n=4, expiry={"kind": "fixed_dates", "every_weeks": 9}),
    "stamps for worth": program("stamps", n=4, reward={"kind": "free_unit"}, customer_response="worth"),
    "rewards that are felt": program(
        "stamps", n=3, customer_response={
            "kind": "rewarded", "rewarded_lift": 0.4, "rewarded_weeks": 2, "reset": 0.7, "reset_weeks": 1.5,
            "goal_gradient": 0.6, "gradient_shape": 0.8, "worth_weight": 0.4,
        },
    ),
    "points that lapse": program(expiry={"kind": "inactivity", "weeks": 2}, customer_response="progress"),
    "several rewards at once": program(reward={"kind": "cash", "value": 0.1, "threshold": 0.6}),
    "opt in": program(enrollment={"kind": "opt_in", "chance": 0.3}, customer_response="goal_gradient"),
    "opt in of those who like programs": program(enrollment={"kind": "opt_in", "chance": 0.3}).vary(
        {"population.program_affinity": {"distribution": "normal", "mean": 0.3, "sd": 1.5}}
    ),
    "opt in that nobody takes": program(enrollment={"kind": "opt_in", "chance": 0.0}),
    "resistance": three(behavior__choice={"kind": "logit", **RESISTING}),
    "resistance without prices": three(
        behavior__choice={"kind": "logit", **RESISTING}, population__price_sensitivity=0.0
    ),
    "search without an outside option": three(
        behavior__choice={"kind": "logit", "outside_option": False, "resist_search": 0.9}
    ),
    "habit": three(behavior__choice={"kind": "logit", "habit_weight": 1.5, "habit_memory": 0.7}),
    "switching where things fail": three(
        behavior__choice={"kind": "switching", "matrix": [[0.6, 0.2, 0.2], [0.1, 0.7, 0.2], [0.3, 0.3, 0.4]]}
    ).vary({**BROKEN, **STOCKING}),
    "channels and values": three().vary(CHANNELS),
    "brands in stores": three(brands__A__store_appeal=0.6),
    "expectation that counts": three(
        behavior__learning={"kind": "constant", "share": 0.4}, behavior__choice__expectation_weight=1.5
    ),
    "trust": three().vary(LEARNING),
    "trust by worth": three().vary({**LEARNING, "behavior.learning": "bayesian", "behavior.satisfaction": "level"}),
    "failures": three().vary({**BROKEN, **CHANNELS}),
    "failures and a linear bond": three().vary({**BROKEN, "behavior.bond": "linear"}),
    "failures without feelings": bare().vary(IN_STORES),
    "public complaints where nobody talks": three().vary({**BROKEN, "word_of_mouth.influence": "heard"}),
    "public complaints among talkers": three().vary({**WEEKLY_TALK, **BROKEN}),
    "complaints that nobody hears": three().vary({**WEEKLY_TALK, **BROKEN, **THRESHOLD}),
    "dropout that nothing moves": bare().vary({**LEAVING, "behavior.lapse": "dropout"}),
    "dropout and return": three(brands__B__programs=CARDS).vary({**LEAVING, **BROKEN}),
    "dropout without an outside option": three(behavior__choice__outside_option=False).vary(LEAVING),
    "contracts": three().vary({**CONTRACTS, **BROKEN, "population.category_exit": 0.02}),
    "contracts for ever": bare(behavior__needs="contract", population__needs_per_week=0.1),
    "contracts of buyers from the start": three(population__start_brand="A", behavior__needs="contract"),
    "contracts of buyers from the start that end": three(population__start_brand="A").vary({**CONTRACTS, **BROKEN}),
    "everything, of buyers from the start": full(LEAVING, population__start_brand="B"),
    "leaving the category": bare(population__category_exit=0.05, burn_in=5),
    "stock": three().vary({**STOCKING, "behavior.choice.loss": 0.4}),
    "stock that lasts": three().vary({**STOCKING, "behavior.needs.consumption": 0.4}),
    "programs of baskets": three(brands__B__programs=CARDS).vary(STOCKING),
    "everything, with dropout": full(LEAVING),
    "everything, with contracts": full(CONTRACTS),
    "everything, other settings": full(LEAVING).vary({**OTHER_SETTINGS, "behavior.lapse": {**DROPOUT, **STAYING}}),
    "everything, other settings of contracts": full(CONTRACTS).vary(
        {**OTHER_SETTINGS, "behavior.lapse": {"kind": "contract", "term_steps": 3, **STAYING}}
    ),
    "other settings of old parts": program(
        customer_response={"kind": "goal_gradient", "goal_gradient": 0.6, "gradient_shape": 1.6, "worth_weight": 0.8},
        enrollment={"kind": "opt_in", "chance": 0.2, "by_bond": 1.5, "by_satisfaction": 2.0},
    ).vary(
        {
            **TALKING,
            **THRESHOLD,
            "word_of_mouth.talk": {
                "kind": "threshold", "good_above": 0.6, "bad_below": 0.3, "good_chance": 0.5, "bad_chance": 0.7,
                "audience": "one", "expression": 0.6,
            },
            "word_of_mouth.influence": {"kind": "satisfaction", "shift": 0.1},
            "behavior.satisfaction": {"kind": "level", "start": 0.4, "memory": 0.3},
            "behavior.bond": {"kind": "linear", "start": 0.1, "fading": 0.2, "from_satisfaction": 0.3},
            "brands.B.pricing.0": {
                "kind": "promotion_calendar", "depth": 0.125, "every_weeks": 3, "from_week": 4.0, "until_week": 15.0
            },
        }
    ),
}  # fmt: skip
"""Markets that differ by what customers are, choose, feel and say."""
