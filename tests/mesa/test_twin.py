"""The twin, one Python object a customer, and the arrays agree: the differential test of the whole engine.

Two programs that share only settings, draws, traits, ties and shelf prices must make the same choices. Where Python's
64-bit floats and the arrays' 32-bit ones fall on two sides of a draw they may not: measured over 3,000 random scenarios
and 18 million purchases, that happened 7 times. The seeds here are pinned ones at which it does not happen.
"""

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from loyaltysim import Simulation, draws, load
from loyaltysim.data.panels import panel_scenario
from loyaltysim.mesa import TwinModel
from loyaltysim.mesa.twin_kinds import KNOWN, parts_of
from loyaltysim.mesa.twin_luck import KeyedLuck
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import OTHER_KINDS, busy_market

STATES = "satisfaction expectation trust bond heard reference_price habit stock strain second_life taste hold".split()
ACCOUNT = "balance earned redeemed expired tier spent joined before streak bought purchases".split()
WHOLE = {
    "last_brand": lambda customer: _number(customer.last_brand),
    "contract": lambda customer: _number(customer.contract),
    "tried": lambda customer: _bits(customer.tried),
    "status": lambda customer: _bits(customer.left),
    "member": lambda customer: _bits(customer.member_of),
    "seen": lambda customer: customer.seen,
    "entered": lambda customer: customer.entered,
    "channel": lambda customer: customer.channel,
    "referrer": lambda customer: -1 if customer.referrer is None else customer.referrer.number,
    "referred": lambda customer: _number(customer.referred),
    "advertised": lambda customer: _number(customer.advertised),
}
REMEMBERED = {
    "recovery.failures": lambda customer: customer.failures,
    "recovery.failed_at": lambda customer: customer.failed_at,
    "lapse.signed": lambda customer: customer.signed,
    "referral.pledge": lambda customer: _number(customer.pledge),
    "lapse.latest_step": lambda customer: customer.left_at,
    "lapse.after_failure": lambda customer: _bits(customer.left_after_failure),
}
"""What single parts keep for themselves."""
CLOSE = 1e-4  # of states: the promise of docs/design.md
RELATIVE = 1e-5  # of trust, which is in the hundreds
ROUNDED = 1e-9  # of sums of thousandths of a point, which are floats in the Dataset
TOLERANCES = {"satisfaction": CLOSE, "bond": CLOSE, "trust": 2.0**-10}  # the unit in which the mean trust is added up
TOLERANCES |= dict.fromkeys(("points_outstanding", "points_earned", "points_redeemed", "points_expired"), ROUNDED)
MONEY_UNIT = 10_000


def _number(brand: int | None) -> int:
    return -1 if brand is None else brand


def _bits(each) -> int:
    return sum(1 << b for b, so in enumerate(each) if so)


def finished(scenario: Scenario, **settings) -> TwinModel:
    """A twin that has run to its end."""
    twin = TwinModel(scenario, **settings)
    while twin.running:
        twin.step()
    return twin


def both(scenario: Scenario, seed: int, replication: int = 0, touches=None) -> tuple[Simulation, TwinModel]:
    """The arrays and the twin at their end, with all that can be compared kept.

    `touches` is called before each step with both, to write what levers will once do.
    """
    scenario = scenario.vary({"accounts.by_customer": True, "metrics.states_every": 1})
    stack = range(replication, replication + 1)
    arrays = Simulation(scenario, seed=seed, threads=1, replications=stack, log=True)
    twin = TwinModel(scenario, seed=seed, replication=replication)
    while twin.running:
        if touches is not None:
            touches(arrays, twin)
        arrays.step()
        twin.step()
    return arrays, twin


def assert_same(arrays: Simulation, twin: TwinModel) -> None:
    """Every choice, count and ledger is equal, every state close. Raises AssertionError that says what is not."""
    assert_same_purchases(arrays, twin)
    data = arrays.results().isel(replication=0).sel(segment="all")
    table = twin.table()
    for name in table:
        own = table[name].to_numpy().reshape(len(data["step"]), -1)
        np.testing.assert_allclose(own, _by_brand(data, name, twin), rtol=0, atol=TOLERANCES.get(name, 0), err_msg=name)
    for name in ("occasions", "no_purchase", "switches", "entered", "won"):
        np.testing.assert_array_equal(twin.series(name), data[name].values, err_msg=name)
    people = twin.customers
    board = arrays.world.customers
    for name in STATES:
        if board.has(name):
            own = np.array([getattr(customer, name) for customer in people]).T
            np.testing.assert_allclose(own, board.arrays[name], rtol=RELATIVE, atol=CLOSE, err_msg=name)
    for name, get in WHOLE.items():
        if board.has(name):
            np.testing.assert_array_equal([get(customer) for customer in people], board.arrays[name], err_msg=name)
    for name, get in REMEMBERED.items():
        if name in arrays.world.arrays:
            own, kept = np.array([get(customer) for customer in people]).T, arrays.world.arrays[name]
            np.testing.assert_allclose(own.reshape(kept.shape), kept, rtol=0, atol=CLOSE, err_msg=name)
    for place, (_, account) in enumerate(arrays.schedule.programs):
        cards = [customer.cards[place] for customer in people]
        np.testing.assert_array_equal([card.member + card.gave_up for card in cards], account.member)
        for name in ACCOUNT:
            kept = getattr(account, name, ())
            if len(kept):  # not of every kind, nor where nothing looks at it
                own = [int(getattr(card, name)) for card in cards]
                np.testing.assert_array_equal(own, kept, err_msg=f"program {place}: {name}")


def assert_same_purchases(arrays: Simulation, twin: TwinModel) -> None:
    """The log has the twin's purchases: customer, occasion, brand, units, money and what went wrong, in order."""
    log = arrays.transactions.frame()
    paid = np.rint(log["price_paid"].to_numpy() * MONEY_UNIT).astype(int)
    logged = list(zip(log["customer"], log["occasion"], log["brand"].cat.codes, log["units"], paid, log["complaint"]))
    purchases = [
        (customer.number, bought)
        for customer in twin.customers
        for bought in customer.purchases
        if bought.step >= twin.calendar.burn_in
    ]
    made = [
        (number, bought.occasion, bought.brand, bought.units, bought.paid, bought.incident.complained)
        for number, bought in purchases
    ]
    assert len(made) > 50, "too few purchases to compare"
    assert made == logged
    incidents = np.array([(bought.incident.severity, bought.incident.recovery) for _, bought in purchases])
    np.testing.assert_allclose(incidents, log[["failure", "recovery"]], rtol=0, atol=CLOSE)


def _by_brand(data, name: str, twin: TwinModel) -> np.ndarray:
    """A count of the Dataset, steps × brands; what it has by program is added up."""
    value = data[name]
    if "program" not in value.dims:
        return value.values
    total = np.zeros((len(data["step"]), len(data["brand"])))
    for place, rules in enumerate(twin.rules):
        total[:, rules.brand] += value.values[:, place]
    return total


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
HEAVY = {"Light": {"share": 0.5}, "Heavy": {"share": 0.5, "needs_per_week": 1.5}}
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
SPELL = {"cost_a_week": 0.3, "from_week": 3.0, "until_week": 15.0, "strength": 1.2}
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
BEST = {
    "kind": "best_response", "price_response": 1.8, "outside_share": 0.2, "grid": 31, "ceiling": 1.95,
    "every_weeks": 3.0, "rivals": ["B", "C"], "least_margin": 0.2, "from_week": 1.0, "until_week": 18.0,
}  # fmt: skip
AHEAD = {"kind": "forward_looking", "foresight_weight": 0.8, "weekly_discount": 0.97, "usual_chance": 0.4}
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
WEEKLY_TALK = {**TALKING, "behavior.satisfaction": "disconfirmation"}


def full(lives: dict, *, talk: dict = TALKING, **changes) -> Scenario:
    """Everything on at once, with dropout or contracts."""
    market = three(brands__B__programs=CARDS, behavior__choice={"kind": "logit", **RESISTING, "habit_weight": 0.8})
    stocking = {path: value for path, value in STOCKING.items() if path not in lives}
    everything = {**talk, **stocking, **lives, **BROKEN, **CHANNELS, **LEARNING, "behavior.win_back": "logit"}
    everything |= {"population.category_exit": 0.005, "metrics.dormant_after_weeks": 4.0}
    everything |= {path.replace("__", "."): value for path, value in changes.items()}
    return market.vary(everything)


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


def touch(arrays: Simulation, twin: TwinModel) -> None:
    """What levers will once do: some contacts, and offers of three kinds to win everybody back."""
    board, step = arrays.world.touches, twin.now
    contacts, offers = board.ask("contact"), board.ask("win_back")
    for customer in twin.customers:
        for b in range(twin.n_brands):
            contacts[b, customer.number] = (customer.number + step + b) % 4 == 0
            offers[b, customer.number] = (customer.number + step + b) % 5 % 4
        customer.contacts = int(contacts[:, customer.number].sum())
        customer.offers = offers[:, customer.number].tolist()


COMING = {
    "network": {"kind": "random", "mean_degree": 5},
    "word_of_mouth.acquisition": {"kind": "linear", "p": 1.5, "q": 9.0, "start_share": 0.2},
}
"""Changes to a market by which most customers come one by one."""
TIES = {**COMING, "word_of_mouth.acquisition": {"kind": "ties", "p": 1.5, "q": 2.5, "start_share": 0.2}}
INVITING = {
    **COMING,
    "word_of_mouth.referral": {
        "kind": "invitations", "rate": 0.3, "by_reward": 0.2, "by_bond": 0.8, "by_satisfaction": 1.4,
        "bond_reference": 0.25, "satisfaction_reference": 0.55, "accept": 0.6, "match": 0.45, "hazard_factor": 0.4,
        "more_units": 0.9, "erosion_weeks": 12.0,
    },
    "brands.A.referral": {"reward": 1.5, "friend_reward": 0.7, "fraud_chance": 0.3},
    "brands.A.acquisition_cost": 2.5,
    "brands.B.acquisition_cost": 1.25,
}  # fmt: skip
BOTH_INVITE = {
    **INVITING,
    "brands.B.referral": {"reward": 0.0},
    "population.taste": {"distribution": "normal", "sd": 1.0},
}
SEGMENTS = {"population.segments": HEAVY}

SCENARIOS = {
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
    "everything, other kinds": full(
        LEAVING, talk={**TALKING, **THRESHOLD}, behavior__satisfaction="level", behavior__learning="constant",
        behavior__bond={"kind": "linear", "from_satisfaction": 0.05},
    ),
    "a bank whose customers bring friends": small("referral", 200, 30),
    "friends who bring friends": bare().vary(COMING),
    "friends who bring friends, each by itself": bare().vary(TIES),
    "friends whom nobody resists": bare().vary(
        {**TIES, "word_of_mouth.acquisition.q": 60.0, "word_of_mouth.acquisition.p": 0.1}
    ),
    "everybody brings everybody": bare().vary({**COMING, "network": "complete"}),
    "everybody brings everybody, each by itself": bare().vary(
        {**TIES, "network": "complete", "word_of_mouth.acquisition.q": 0.05}
    ),
    "advertising alone": bare().vary({**COMING, "network": "none", "word_of_mouth.acquisition.q": 0.0}),
    "advertising alone, where all talk": three().vary({**WEEKLY_TALK, **COMING, "word_of_mouth.acquisition.q": 0.0}),
    "friends who come and talk": three(burn_in=4).vary({**WEEKLY_TALK, **COMING}),
    "friends who come and please": bare().vary({**TALKING, **THRESHOLD, **COMING}),
    "households and friends who come": bare().vary(
        {**TALKING, **COMING, "network": {"kind": "layers", "layers": LAYERS}}
    ),
    "households and friends who come, each by itself": bare().vary(
        {**TALKING, **TIES, "network": {"kind": "layers", "layers": LAYERS}}
    ),
    "friends of hubs": bare().vary({**TIES, "network": {"kind": "scale_free", "mean_degree": 4}}),
    "friends of a given number": bare().vary(
        {**COMING, "network": {"kind": "configuration", "degrees": [2, 4, 6] * 33 + [2]}}
    ),
    "friends who change and come": bare().vary({**TALKING, **COMING, "network.turnover": 5.0}),
    "reviewers who bring nobody": bare().vary({**TALKING, **COMING, "network": "reviews"}),
    "buyers from the start bring friends": bare(population__start_brand="B").vary(COMING),
    "invitations": three().vary(INVITING),
    "invitations to two brands": bare().vary(BOTH_INVITE),
    "invitations to one of all": three().vary({**BOTH_INVITE, "network": "complete"}),
    "invitations in layers": three().vary({**BOTH_INVITE, "network": {"kind": "layers", "layers": LAYERS}}),
    "invitations that hold": three().vary({**LEAVING, **BROKEN, **BOTH_INVITE}),
    "invitations that hold by contracts": three(population__talkativeness=1.5).vary(
        {**CONTRACTS, **BOTH_INVITE, "population.category_exit": 0.02}
    ),
    "invitations to baskets": three(brands__B__programs=CARDS).vary({**STOCKING, **BOTH_INVITE}),
    "everything, with friends who come": full(LEAVING).vary({**BOTH_INVITE, "network.turnover": 2.0}),
    "everything, with contracts of friends who come": full(CONTRACTS).vary(BOTH_INVITE),
    "praise unheard": three().vary({**WEEKLY_TALK, **BOTH_INVITE, "word_of_mouth.unheard.sign": "praise"}),
    "blame unheard": three().vary({**WEEKLY_TALK, **BOTH_INVITE, "word_of_mouth.unheard.sign": "blame"}),
    "nothing heard": three().vary({**WEEKLY_TALK, **BROKEN, "word_of_mouth.unheard.sign": "both"}),
    "some unheard": three().vary(
        {
            **WEEKLY_TALK, **SEGMENTS, **BOTH_INVITE,
            "word_of_mouth.unheard": {"segments": ["Light"], "share": 0.3, "customers": [0, 7, 99]},
        }
    ),
    "some unheard by all": bare().vary(
        {**TALKING, **COMING, "network": "complete", "word_of_mouth.unheard": {"share": 0.5, "sign": "blame"}}
    ),
}  # fmt: skip
"""Markets that together have every kind the twin knows; small, for the quick tier."""
NEVER_ELSE = {"expected_breakage", "generous"}
"""Settings that may stay at their default: of liabilities, and of what is refused."""
OF_THE_ORIGINAL = {"enrollment", "segments", "from_week"}
"""Settings that a copy has from the program that it copies."""
SEEDS: dict[str, int] = {}
"""Where rounding parts the two at seed 1."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_twin__makes_every_choice_that_the_arrays_make(name):
    assert_same(*both(SCENARIOS[name], seed=SEEDS.get(name, 1), touches=touch))


def test_twin__is_compared_at_every_kind_it_knows_and_at_other_values_of_every_setting():
    given: dict[str, set[str]] = {}  # what differs from the default, by kind
    for scenario in SCENARIOS.values():
        for name, part in parts_of(scenario):
            changed = {setting for setting, value in part if value != type(part).model_fields[setting].default}
            given.setdefault(f"{name} {part.kind}", set()).update(changed)
            given[f"all of {name} {part.kind}"] = set(type(part).model_fields) - {"kind", "name"}
    for name, kinds in KNOWN.items():
        for kind in kinds - {"none"}:
            assert f"{name} {kind}" in given, f"no market has {name} of kind {kind}"
            missing = given[f"all of {name} {kind}"] - given[f"{name} {kind}"] - NEVER_ELSE
            missing -= OF_THE_ORIGINAL if kind == "copy" else set()
            assert not missing, f"{name} of kind {kind}: {sorted(missing)} is never but at its default"


@pytest.mark.parametrize("name", ["everything, with dropout", "everything, with contracts"])
def test_twin__is_compared_where_everything_happens(name):
    data = Simulation(SCENARIOS[name], seed=1, threads=1)
    twin = TwinModel(SCENARIOS[name])
    while twin.running:
        touch(data, twin)
        twin.step()
    table = twin.table().sum()
    happens = "joined lapsed returned won_back failures complaints complaints_public messages_positive members lost"
    assert (table[happens.split()] > 5).all(), table[happens.split()]
    assert (table[["dormant", "points_earned", "rewards_redeemed"]] > 0).all()
    assert table["units"] > table["purchases"] + (0 if twin.needs.kind == "contract" else 5)


@pytest.mark.parametrize(
    "name", ["everything, with friends who come", "everything, with contracts of friends who come"]
)
def test_twin__is_compared_where_customers_come_in_every_way(name):
    twin = finished(SCENARIOS[name])
    assert (twin.series("entered").sum(0)[1:] >= 5).all() and (twin.series("won").sum((0, 1)) >= 5).all()
    table = twin.table().sum()
    assert table["invitations"] > 20 and table["frauds"] > 0
    assert table["acquisition_cost"] > 0 and table["referral_cost"] > 0
    invited = [customer for customer in twin.customers if customer.referred is not None]
    assert {customer.hold for customer in invited} == {0.4, 1.0}  # some friends stay, some have left
    assert any(customer.is_prospect for customer in twin.customers)


def test_twin__is_compared_where_members_join_rise_win_and_leave():
    def cards(name, place=0):
        twin = finished(SCENARIOS[name])
        return twin, [customer.cards[place] for customer in twin.customers]

    twin, members = cards("a club")
    assert sum(card.joined > 0 and not card.member for card in members) > 5  # left
    fees = sum(twin.series("program_fees")[:, 0])
    assert fees > 1.05 * sum(card.joined > 0 for card in members)  # .8 a term and .25 once, so some paid again
    assert {card.tier for card in cards("tiers")[1]} == {-1, 0, 1, 2}
    twin, players = cards("games")
    assert {card.streak for card in players} >= {0, 1, 2, 3, 4}
    assert sum(card.purchases >= 3 for card in players) > 5 and twin.series("rewards_redeemed").sum() > 5
    for name in ("cards that are given up", "plain cards that are given up"):
        twin, holders = cards(name)
        assert {card.gave_up for card in holders if card.member} == {False, True}
        assert twin.series("rewards_redeemed").sum() > 5
    twin, _ = cards("programs that begin later, for some")
    assert twin.series("enrolled")[:6].sum() == 0 and (twin.series("enrolled")[6:].sum(0) > 5).all()
    assert [rules.is_copied for rules in cards("copies")[0].rules] == [True, True, True, True, False]


def test_twin__club__takes_its_fees_and_gives_its_discount():
    club = {"kind": "club", "fee": 0.8, "term_weeks": 4.0, "percent": 25.0, "stay": 1.0, "enrollment": "automatic"}
    alone = {"behavior.needs": "regular", "behavior.choice.outside_option": False, "brands.B.appeal": -60.0}
    twin = finished(bare(brands__A__programs=[club]).vary(alone))
    assert twin.series("program_fees")[:, 0].sum() == pytest.approx(100 * (1 + 5) * 0.8)  # joining, and five terms
    assert twin.series("program_cost")[:, 0].sum() == pytest.approx(100 * 19 * 0.5)  # all but the first purchase
    assert {bought.paid for bought in twin.customers[0].purchases[1:]} == {1.5 * MONEY_UNIT}
    assert all(customer.member_of[0] for customer in twin.customers)


def test_twin__club__holds_its_members_and_no_longer_those_who_left_it():
    twin = finished(SCENARIOS["a club whose members stay"])
    has_left = [customer for customer in twin.customers if customer.cards[0].joined and not customer.cards[0].member]
    assert len(has_left) > 3 and not any(customer.member_of[0] for customer in has_left)
    stays = next(customer for customer in twin.customers if customer.cards[0].member)
    held = stays.leaning(0)
    stays.member_of[0] = False
    assert stays.leaning(0) == pytest.approx(held + 2.5)


@pytest.mark.parametrize(
    "name", ["amount off", "gift card", "something to remember", "access", "surprises", "better weeks"]
)
def test_twin__is_compared_where_rewards_are_won(name):
    assert finished(SCENARIOS[name]).series("rewards_redeemed").sum() > 5


def test_twin__is_compared_where_levers_move_customers_and_rivals_answer():
    for name in ("gifts", "events", "news", "news of two kinds of one brand", "everything, with levers and answers"):
        twin = finished(SCENARIOS[name])
        assert twin.series("contacts")[:, 0].sum() > 50 and (twin.series("lever_cost")[:, 0] > 0).sum() > 10, name
        if "news" in name:
            assert twin.series("opted_out")[:, 0].sum() > 5
            attention = [twin.levers[0].attention(customer) for customer in twin.customers]
            assert np.mean(np.array(attention) > 0.1) > 0.2
    invited, cost = finished(SCENARIOS["events"]), EVENTS["cost_each"]
    assert invited.series("lever_cost")[:, 0].sum() > cost * invited.series("contacts")[:, 0].sum() + 10 * 0.9  # guests
    twin, shown = TwinModel(SCENARIOS["matching each other"]), []
    while twin.running:
        twin.step()
        shown.append(twin.market.prices)
    assert (np.min(shown, axis=0)[:2] < 1.2).all()  # each answers the other's answer, below any promotion
    twin = finished(SCENARIOS["coupons without programs"])
    money = np.round(np.float32(1.5) * np.float32(0.65) * MONEY_UNIT)
    paid = [bought.paid for customer in twin.customers for bought in customer.purchases if bought.brand == 2]
    assert 20 < paid.count(money) < len(paid) - 20


def test_twin__is_compared_where_offers_are_taken_and_answers_given():
    twin = finished(SCENARIOS["offers to come back"])
    assert (twin.series("won_back").sum(0)[:2] > 5).all()
    accepted = [sum(len(lever.accepted) for lever in twin.levers if lever.brand == b) for b in (0, 1)]
    assert min(accepted) > 5 and twin.series("contacts")[:, :2].sum() > 3 * sum(accepted)  # most have not left
    assert finished(SCENARIOS["offers to come back by an upgrade"]).series("won_back")[:, 1].sum() > 5
    assert finished(SCENARIOS["offers to come back after contracts"]).series("won_back")[:, 0].sum() > 5
    twin = finished(SCENARIOS["offers for customers"])
    money = np.round(np.float32(2.0) * np.float32(1 - 1.1 * 0.22) * MONEY_UNIT)
    assert sum(bought.paid == money for customer in twin.customers for bought in customer.purchases) > 5
    twin = finished(SCENARIOS["asking"])
    assert min(lever.known for lever in twin.levers if lever.settings.kind == "feedback") > 3
    advertised = [customer.advertised for customer in finished(SCENARIOS["advertising to prospects"]).customers]
    assert advertised.count(0) > 5 and advertised.count(1) > 5


def test_twin__unheard_bring_nobody():
    for name in ("some unheard", "some unheard by all", "praise unheard"):
        twin = finished(SCENARIOS[name])
        brought_by = {customer.referrer for customer in twin.customers} - {None}
        assert not any(friend.is_unheard for friend in brought_by)
        assert bool(brought_by) == (name != "praise unheard")
        assert any(customer.is_unheard for customer in twin.customers) == (name != "praise unheard")


def test_twin__of_a_later_replication_is_the_same_too():
    arrays, twin = both(SCENARIOS["busy"], seed=11, replication=3)
    assert_same(arrays, twin)
    first = finished(SCENARIOS["busy"], seed=11)
    assert [c.purchases for c in first.customers] != [c.purchases for c in twin.customers]


def test_twin__hears_ties_of_different_strength_alike(tmp_path):
    ring = [f"{i},{(i + far) % 100},{0.3 * far}" for i in range(100) for far in (1, 2)]
    (tmp_path / "ties.csv").write_text("\n".join(["from,to,strength", *ring, ""]))
    network = {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}
    scenario = bare().vary({**TALKING, "network": network, "word_of_mouth.talk.expression": 0.7})
    arrays, twin = both(scenario, seed=1)
    assert len({tie for customer in twin.customers for tie in customer.ties}) == 2
    assert_same(arrays, twin)


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_twin__follows_friends_by_ties_of_different_strength_alike(kind, tmp_path):
    ring = [f"{i},{(i + far) % 100},{0.7 * far}" for i in range(100) for far in (1, 2, 3)]
    (tmp_path / "ties.csv").write_text("\n".join(["from,to,strength", *ring, ""]))
    network = {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}
    market = {**BOTH_INVITE, "network": network, "word_of_mouth.acquisition.kind": kind}
    arrays, twin = both(bare().vary({**market, "word_of_mouth.acquisition.q": 3.0}), seed=1)
    assert len({tie for customer in twin.customers for tie in customer.ties}) == 3
    assert (twin.series("entered").sum(0)[1:] >= 5).all()
    assert_same(arrays, twin)


LARGE = {
    "reference": (small("reference", 2000, 52), 1),
    "grocery": (small("grocery", 2000, 52), 1),
    "coffee": (small("coffee", 2000, 364), 1),
    "busy": (busy_market(2000, 52), 1),
    "busy, other kinds": (busy_market(2000, 52).vary(OTHER_KINDS), 1),
    "switching": (bare(behavior__choice=SWITCHING, steps=52, population__n_customers=2000), 1),
    "praise to hubs": (SCENARIOS["praise to hubs"].vary({"steps": 52, "population.n_customers": 2000}), 1),
    "threshold to one": (SCENARIOS["threshold to one"].vary({"steps": 52, "population.n_customers": 2000}), 1),
}
LARGE |= {
    name: (SCENARIOS[name].vary({"steps": 52, "population.n_customers": 2000}), seed)
    for name, seed in {
        "dropout and return": 1,
        "everything, with dropout": 1,
        "everything, with contracts": 2,  # at 1 a draw is 1.4 · 2**-24 from a chance
        "everything, other kinds": 1,
        "everything, other settings": 1,
        "everything, other settings of contracts": 1,
        "friends who come and talk": 1,
        "friends who bring friends, each by itself": 1,
        "everything, with friends who come": 1,
        "everything, with contracts of friends who come": 1,
    }.items()
}
"""Larger markets, each with a seed at which no rounding parts the two."""


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_twin__makes_every_choice_in_a_year_of_two_thousand_customers(name):
    scenario, seed = LARGE[name]
    assert_same(*both(scenario, seed, touches=touch))


def test_twin__customers_may_act_in_any_order():
    one, other = (TwinModel(SCENARIOS["grocery"]) for _ in range(2))
    other.random.seed(99)  # by which `shuffle_do` shuffles
    while one.running:
        one.step()
        other.step()
    assert [c.purchases for c in one.customers] == [c.purchases for c in other.customers]
    assert one.table().equals(other.table())


SAMPLED = (
    "reference", "grocery", "coffee", "everything, with dropout", "everything, with contracts",
    "invitations to two brands", "everything, with friends who come",
)  # fmt: skip
"""Markets of which samples are compared."""
SAMPLES = 100
"""Replications of each."""
BY_LUCK = 1e-3
"""The chance that luck alone fails any of these comparisons, at whatever seed: no seed need be chosen."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLED)
def test_twin__with_luck_of_mesa_is_another_sample_of_the_same_model(name):
    scenario, seed = SCENARIOS[name], 5
    twins = [finished(scenario, seed=seed, replication=replication, luck="mesa") for replication in range(SAMPLES)]
    theirs = pd.DataFrame([sums_of_twin(twin) for twin in twins])
    ours = sums_of_arrays(scenario, seed)[theirs.columns]
    assert (theirs.std() > 0).sum() > 20
    assert not far_apart(ours, theirs, BY_LUCK / len(SAMPLED))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "value", "measure"),
    [
        ("brands.A.complaints.failure_chance", 0.36, "failures of A"),
        ("brands.A.appeal", 2.75, "units of A"),
        ("behavior.lapse.return_rate", 0.3, "returned of A"),
        ("behavior.lapse.by_bond", 5.0, "lost of A"),
    ],
)
def test_far_apart__sees_a_model_that_is_a_little_different(path, value, measure):
    # failures by a fifth, utility by .25, returns by half, the weight of a bond by two thirds
    scenario = SCENARIOS["everything, with dropout"]
    usual, changed = sums_of_arrays(scenario, 5), sums_of_arrays(scenario.vary({path: value}), 5, other_luck=1)
    assert measure in far_apart(usual, changed, BY_LUCK / len(SAMPLED))


def test_far_apart__finds_two_samples_of_one_law_different_as_often_as_it_says():
    random, replications, measures, chance, trials = np.random.default_rng(1), 30, 56, 0.2, 400
    pairs = random.normal(size=(trials, 2, replications, measures))
    fails = np.mean([bool(far_apart(pd.DataFrame(one), pd.DataFrame(other), chance)) for one, other in pairs])
    expected = 1 - (1 - chance / measures) ** measures
    assert abs(fails - expected) < 4 * np.sqrt(expected * (1 - expected) / trials)  # a normal number's bound: .32


def test_far_apart__sees_what_differs_by_the_same_in_every_replication():
    one = pd.DataFrame({"same": [1.0, 2.0, 4.0], "more": [1.0, 2.0, 4.0]})
    assert far_apart(one, one.assign(more=one["more"] + 1), 0.001) == {"more": np.inf}


def far_apart(ours: pd.DataFrame, theirs: pd.DataFrame, chance: float) -> dict[str, float]:
    """Measures whose means differ, and by how many standard errors: more than luck makes any differ with this chance.

    Rows are replications, the same customers in both. Their luck is not the same, so that under one law a difference
    and its opposite are as likely. Their spread is estimated too: hence Student's t (beyond 4 errors by 30 replications
    lies 1 in 2,500; of normal numbers 1 in 16,000). All measures that vary share the chance alike (Bonferroni).
    """
    differences = theirs - ours
    n = len(differences)
    errors = (differences.mean() / (differences.std(ddof=1) / np.sqrt(n))).dropna()
    most = stats.t.isf(chance / 2 / len(errors), n - 1)
    return errors[abs(errors) > most].to_dict()


def sums_of_twin(twin: TwinModel) -> dict[str, float]:
    """Every count of a run, added up over steps, by brand."""
    table = twin.table().drop(columns=["satisfaction", "bond", "trust"], errors="ignore").groupby("brand").sum()
    sums = {f"{name} of {brand}": value for name, row in table.items() for brand, value in row.items()}
    return {**sums, "no purchase": float(twin.series("no_purchase").sum())}


def sums_of_arrays(scenario: Scenario, seed: int, other_luck: int = 0) -> pd.DataFrame:
    """The same of the arrays, and more, a row a replication. `other_luck`: as the same customers might have fared."""
    arrays = Simulation(scenario, seed=seed, threads=1, replications=range(SAMPLES))
    keys = arrays.world.customers.key
    for _ in range(other_luck):
        keys[:] = [draws.mix(key) for key in keys]  # traits and ties are made by now; steps draw by the new keys
    data = arrays.run().results().sel(segment="all")
    owner = [brand for brand, one in scenario.brands.items() for _ in one.programs]
    columns = {"no purchase": data["no_purchase"].sum("step").values}
    for name, series in data.items():
        by = set(series.dims) - {"replication", "step"}
        if series.ndim != 3 or by not in ({"brand"}, {"program"}):
            continue
        sums = series.sum("step").transpose("replication", ...).values
        for b, brand in enumerate(data["brand"].values):
            own = [b] if by == {"brand"} else [p for p, whose in enumerate(owner) if whose == brand]
            columns[f"{name} of {brand}"] = sums[:, own].sum(1)
    return pd.DataFrame(columns)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name.startswith("everything")])
def test_twin__asks_luck_but_once_at_an_address(name, monkeypatch):
    # Asked twice, the keyed luck says the same again, and what should be independent is not: another law than Mesa's.
    asked: set[tuple[int, ...]] = set()

    def once(ask):
        signature = inspect.signature(ask)

        def answer(luck, *given, **named):
            address = signature.bind(luck, *given, **named).arguments
            parts = (int(address.get(part, 0)) for part in ("key", "other", "purpose", "occasion", "index"))
            address = (luck._step, *parts)
            assert address not in asked
            asked.add(address)
            return ask(luck, *given, **named)

        return answer

    for kind in "uniform normal exponential poisson friend fine_uniform of_two any_of first_of".split():
        monkeypatch.setattr(KeyedLuck, kind, once(getattr(KeyedLuck, kind)))
    finished(SCENARIOS[name])
    assert len(asked) > 5000


def test_twin__with_luck_of_mesa_comes_again_with_its_seed():
    one, again, other = (finished(SCENARIOS["reference"], seed=seed, luck="mesa") for seed in (4, 4, 5))
    assert one.table().equals(again.table())
    assert not one.table().equals(other.table())


def test_twin__refuses_a_kind_that_it_does_not_know():
    with pytest.raises(NotImplementedError, match='no target of kind "uplift"'):
        TwinModel(three(brands__B__levers=[{"kind": "gift", "target": "uplift"}]))


def test_twin__ends_with_the_scenario():
    twin = finished(SCENARIOS["switching"])
    with pytest.raises(IndexError, match="has 20 steps"):
        twin.step()
