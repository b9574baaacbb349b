"""A part at strength zero runs, and changes nothing that it does not own, bit for bit.

Each case is a pair of scenarios: without the part, and with the part at strength zero. All of the Dataset, all shared
states and all purchases are compared, except what the part owns. A state that only one run keeps counts in the other as
its value when off. To add a case: yield it from a function that `cases` calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from loyaltysim.customers.fields import FIELDS
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.busy_market import LEVERED, busy_market
from loyaltysim.validation.target import Check, target


class Case(NamedTuple):
    """A part at strength zero."""

    part: str
    without: dict[str, Any]
    """Changes to the busy market by which the part is off."""
    zero: dict[str, Any]
    """Changes to the scenario without the part by which it runs at strength zero."""
    owns: frozenset[str] = frozenset()
    """Names of variables and states that may differ."""


SEASON = "behavior.needs.season"


def cases() -> list[Case]:
    """Every case; the busy market's own parts are all on unless `without` says otherwise."""
    return [
        *_needs(), *_prices(), *_programs(), *_messages(), *_feelings(), *_traits(), *_resistance(), *_service(),
        *_leaving(), *_coming(), *_levers(),
    ]  # fmt: skip


def _needs() -> Iterator[Case]:
    yield Case("seasons that are alike", {SEASON: []}, {SEASON: [1.0, 1.0, 1.0, 1.0]})
    at_once = {"behavior.needs.stock_damping": 0.2, "behavior.needs.consumption": 1e6}
    yield Case("stock at home that is used up at once", {}, at_once, frozenset({"stock"}))
    next_to_nothing = {"behavior.choice.habit_weight": 1e-20}  # below the rounding of any utility
    yield Case("habit of next to no weight", {}, next_to_nothing, frozenset({"habit"}))


def _prices() -> Iterator[Case]:
    path = "brands.Rival.pricing"
    promotion = {"kind": "promotion_calendar", "weeks": 2, "every_weeks": 8}
    yield Case("promotion of depth 0", {path: []}, {path: [{**promotion, "depth": 0.0}]})
    yield Case("constant pricing", {path: []}, {path: [{"kind": "constant"}]})
    for part, zero in (
        ("undercutting of chance 0", {"kind": "undercut", "chance": 0.0}),
        ("matching what nobody offers", {"kind": "match", "rivals": ["Third"]}),
        (
            "a best response that can only be the list price",
            {"kind": "best_response", "price_response": 1.0, "floor": 1.9},
        ),
        ("coupons of depth 0", {"kind": "poach", "depth": 0.0}),
        ("coupons that reach nobody", {"kind": "poach", "chance": 0.0}),
    ):
        yield Case(part, {path: []}, {path: [zero]})
    yield Case(
        "leaflet and display of weight 0",
        {path: [promotion], "behavior.choice.feature_weight": 0.0, "behavior.choice.display_weight": 0.0},
        {path: [{**promotion, "feature": True, "display": True}]},
    )
    yield Case(
        "loss and gain where no price changes",
        {**dict.fromkeys(("brands.Ours.pricing", path, "brands.Third.programs"), ()), **_judging(0.0, 0.0)},
        _judging(0.7, 0.4),
        frozenset({"reference_price"}),
    )


def _judging(loss: float, gain: float) -> dict[str, Any]:
    return {"behavior.choice.loss": loss, "behavior.choice.gain": gain}


def _programs() -> Iterator[Case]:
    path = "brands.Rival.programs"
    points = {"kind": "points", "reward": {"kind": "cash", "value": 1.0, "threshold": 5}}
    eager = {"kind": "goal_gradient", "progress_weight": 2.0, "worth_weight": 1.0}
    nobody = {**points, "enrollment": {"kind": "opt_in", "chance": 0.0}, "customer_response": eager}
    indifferent = {"kind": "goal_gradient", "goal_gradient": 0.0}
    owned = "members points_outstanding liability rewards_redeemed program_cost margin points_earned points_redeemed"
    yield Case("program that nobody joins", {}, {path: [nobody]})
    yield Case("program that is yet to begin", {}, {path: [{**points, "from_week": 10_000.0}]})
    yield Case("copy of a program that is not made", {}, {path: [{"kind": "copy", "chance": 0.0}]})
    yield Case("program that nobody answers to", {}, {path: [points]}, frozenset(owned.split()))
    yield Case("customer response of weight 0", {path: [points]}, {f"{path}.0.customer_response": indifferent})
    yield Case(
        "balances that expire after 10,000 weeks",
        {path: [points]},
        {f"{path}.0.expiry": {"kind": "inactivity", "weeks": 10_000}},
    )
    yield Case("keeping every customer's points", {}, {"accounts.by_customer": True})
    yield from _parts_of_programs(path, points)
    yield from _benefits(path)


def _parts_of_programs(path: str, points: dict[str, Any]) -> Iterator[Case]:
    response, reward = f"{path}.0.customer_response", f"{path}.0.reward"
    for part, zero in (
        ("cards that nobody gives up", {"kind": "endowed", "continue_plain": 1.0, "continue_endowed": 0.0}),
        ("rewards that nobody feels afterwards", {"kind": "rewarded", "rewarded_lift": 0.0, "reset": 0.0}),
        ("looking ahead of weight 0", {"kind": "forward_looking", "foresight_weight": 0.0}),
    ):
        yield Case(part, {path: [points]}, {response: zero})
    once = {"kind": "calendar", "factor_in_weeks": 1.0}
    yield Case("weeks in which points are as many as ever", {path: [points]}, {f"{path}.0.accrual": once})
    for part, zero in (
        ("a gift card that is as good as money", {"kind": "gift_card", "face_value": 1.0}),
        ("an experience that moves nobody", {"kind": "experience", "cost_each": 1.0, "jump": 0.0}),
        ("access that attracts nobody", {"kind": "access", "cost_each": 1.0, "utility": 0.0}),
    ):
        yield Case(part, {path: [points]}, {reward: {**zero, "threshold": 5}})


def _benefits(path: str) -> Iterator[Case]:
    members, gifts = frozenset({"members"}), frozenset({"members", "rewards_redeemed"})
    free = {"threshold": 0.0}
    for part, zero, owned in (
        ("a member discount of 0 %", {"kind": "member_discount", "percent": 0.0}, members),
        ("tiers without benefits", {"kind": "tiers", "tiers": [free, {"threshold": 5.0}], "jump": 0.0}, members),
        ("a club that costs and gives nothing", {"kind": "club", "fee": 0.0, "percent": 0.0}, members),
        ("surprises that never come", {"kind": "surprise", "chance": 0.0}, members),
        ("surprises of nothing", {"kind": "surprise", "chance": 0.5, "cost_each": 0.0, "jump": 0.0}, gifts),
        ("games that are off", {"kind": "play"}, members),
        (
            "games for nothing",
            {"kind": "play", "badge_every": 2, "badge_jump": 0.0, "lottery_chance": 0.5, "prize": 0.0},
            gifts,
        ),
    ):
        yield Case(part, {}, {path: [zero]}, owned)


SILENT = {"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"}


def _messages() -> Iterator[Case]:
    owned = frozenset({"messages_positive", "messages_negative"})
    talk, influence = "word_of_mouth.talk", "word_of_mouth.influence"
    chatty = {"kind": "rates", "talk_good": 0.3}
    for name, said, heard in (
        ("messages without expression", {**chatty, "expression": 0.0}, "heard"),
        ("messages that shift nobody's choice", chatty, {"kind": "heard", "shift": 0.0}),
        ("messages that shift nobody's satisfaction", "threshold", {"kind": "satisfaction", "shift": 0.0}),
        ("messages that nobody minds", "threshold", "none"),
    ):
        yield Case(name, SILENT, {talk: said, influence: heard}, owned)


def _feelings() -> Iterator[Case]:
    joining = "brands.Ours.programs.0.enrollment"
    satisfaction, bond = "behavior.satisfaction", "behavior.bond"
    unattached = {bond: "none", f"{joining}.by_bond": 0.0, "behavior.choice.bond_weight": 0.0}
    yield Case(
        "bond of weight 0",
        {**unattached, "word_of_mouth.talk.bond_talk": 0.0},
        {bond: "drift"},
        frozenset({"bond", "seen"}),
    )
    unmoved = {satisfaction: "none", f"{joining}.by_satisfaction": 0.0, "behavior.choice.satisfaction_weight": 0.0}
    yield Case(
        "satisfaction of weight 0",
        {**SILENT, **unattached, **unmoved, "behavior.experience": "none", "behavior.learning": "none"},
        {"behavior.experience": "normal", satisfaction: "disconfirmation", "behavior.learning": "constant"},
        frozenset({"satisfaction", "expectation"}),
    )
    nothing_builds = {"kind": "drift", "from_satisfaction": 0.0}
    yield Case("bond that nothing builds", {bond: "none"}, {bond: nothing_builds}, frozenset({"bond", "seen"}))


def _traits() -> Iterator[Case]:
    inertia, taste = "population.inertia", "population.taste"
    yield Case("inertia 0", {inertia: None}, {inertia: 0.0})
    yield Case("tastes without spread", {taste: None}, {taste: {"distribution": "normal", "sd": 0.0}})


def _resistance() -> Iterator[Case]:
    nothing_builds = {"behavior.bond": {"kind": "drift", "from_satisfaction": 0.0}}
    settings = ("resist_discount", "resist_search", "resist_price")
    yield Case(
        "resistance where nobody has a bond", nothing_builds, {f"behavior.choice.{name}": 0.9 for name in settings}
    )
    learning, alike = "behavior.learning", {"kind": "index", "spread": 0.35}
    yield Case("learning that learns nothing", {learning: "none"}, {learning: {"kind": "constant", "share": 0.0}})
    sure = {"kind": "bayesian", "noise": 1e3, "prior_trust": 1e6, "forgetting": 0.0}
    yield Case("beliefs too sure to learn", {learning: "none"}, {learning: sure}, frozenset({"trust"}))
    yield Case(
        "an index of brands that are alike in all", {"behavior.experience": "normal"}, {"behavior.experience": alike}
    )
    yield Case("channels that are alike", {}, {"population.online": 0.5}, frozenset({"online"}))
    yield Case("values where no brand has any", {}, {"population.values_weight": 2.0}, frozenset({"values_weight"}))


def _service() -> Iterator[Case]:
    recovery = "behavior.recovery"
    perfect = {f"brands.{name}.complaints.failure_chance": 0.0 for name in busy_market().brands}
    yield Case("failures that never happen", {}, {recovery: "justice", **perfect})
    harmless = {"kind": "justice", "public_chance": 0.0, "paradox": 0.0}
    unminded = {"behavior.satisfaction": "none", "behavior.learning": "none", "behavior.bond": "none"}
    silent = {**SILENT, "brands.Ours.programs.0.enrollment.by_bond": 0.0}
    owned = frozenset({"failures", "complaints", "strain"})
    yield Case("failures that nobody minds", {**unminded, **silent}, {recovery: harmless}, owned)


def _leaving() -> Iterator[Case]:
    lapse = {"behavior.lapse": {"kind": "dropout", "return_rate": 0.1}}
    yield Case("lapse of chance 0", {}, {**lapse, "population.dropout_chance": 0.0}, frozenset({"member"}))
    signed = {"behavior.lapse": {"kind": "contract", "term_steps": 4}, "population.cancel_chance": 0.0}
    yield Case("contracts that nobody cancels", {"behavior.needs": {"kind": "contract"}}, signed)
    left = {**lapse, "population.dropout_chance": 0.1}
    offers = {"kind": "win_back", "every_weeks": 1, "after_weeks": 2, "cost_each": 0.0}
    deaf = {"behavior.win_back": {"kind": "logit", "accept": -1e6}, "brands.Ours.levers": [offers]}
    yield Case("offers to come back that nobody takes", left, deaf, frozenset({"second_life", "contacts"}))
    yield Case("a category that nobody leaves", {}, {"population.category_exit": 0.0})
    yield Case("baskets of one unit", {}, {"behavior.basket": {"kind": "poisson", "extra": 0.0}})
    told = frozenset({"defections", "defection_shares", "dormant"})
    yield Case(
        "telling reasons and who is dormant", {}, {"metrics.reasons": True, "metrics.dormant_after_weeks": 8}, told
    )


def _coming() -> Iterator[Case]:
    acquisition, referral = "word_of_mouth.acquisition", "word_of_mouth.referral"
    yield Case("prospects where all have come", {}, {acquisition: {"kind": "linear", "start_share": 1.0}})
    coming = {acquisition: {"kind": "linear", "p": 1.0, "q": 2.0, "start_share": 0.2}}
    unsent = {referral: {"kind": "invitations", "rate": 0.0}, "brands.Ours.referral": {"reward": 5.0}}
    yield Case("invitations that nobody sends", coming, unsent)
    unwanted = {**unsent, referral: {"kind": "invitations", "rate": 0.5, "accept": 0.0}}
    yield Case("invitations that nobody accepts", coming, unwanted, frozenset({"invitations"}))
    there = {acquisition: {"kind": "ties", "start_share": 1.0}, "brands.Ours.acquisition_cost": 9.0}
    yield Case("costs of customers whom advertising did not win", {}, there)
    owned = frozenset({"messages_positive", "messages_negative"})
    unheard = {"word_of_mouth.unheard.sign": "both"}
    chatty = {"word_of_mouth.talk": {"kind": "rates", "talk_good": 0.3}, "word_of_mouth.influence": "heard"}
    yield Case("messages that go unheard", SILENT, {**chatty, **unheard}, owned)
    yield Case("silence of nobody", {}, {"word_of_mouth.unheard": {"share": 0.0}})


def _levers() -> Iterator[Case]:
    paths = "brands.Ours.levers", "brands.Rival.levers"
    silent = {path: [{**lever, "strength": 0.0} for lever in LEVERED[path]] for path in paths}
    yield Case("levers of strength 0", {**LEVERED, **dict.fromkeys(paths, ())}, silent)


def differences(one: Simulation, other: Simulation, owns: frozenset[str] = frozenset()) -> list[str]:
    """Names of what two finished simulations of logged markets do not share bit for bit, except what is owned.

    The other simulation has the programs of the one, and perhaps more.
    """
    first = one.results()
    second = other.results().sel(program=first["program"])  # the other may have one more
    names = [str(name) for name in first.data_vars if name not in owns]
    different = [name for name in names if not _equal(first[name].values, second[name].values)]
    states, others = one.world.customers.arrays, other.world.customers.arrays
    for name in dict.fromkeys((*states, *others)):
        off = FIELDS[name].off
        if name not in owns and not _equal(states.get(name, off), others.get(name, off)):
            different.append(f"state {name}")
    assert one.transactions is not None and other.transactions is not None  # callers ask for logs
    drop = ["points", *(["failure", "complaint", "recovery"] if "failures" in owns else [])]
    drop += ["program_cost"] if "program_cost" in owns else []
    logs = [log.frame().drop(columns=drop) for log in (one.transactions, other.transactions)]  # points are owned
    if not logs[0].equals(logs[1]):
        different.append("log of purchases")
    return different


def _equal(one: Any, other: Any) -> bool:
    one, other = np.broadcast_arrays(one, other)
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def finished(scenario: Scenario) -> Simulation:
    """A logged simulation at its end."""
    return Simulation(scenario, log=True).run()


@target(
    "D18a",
    source="metamorphic: strength zero changes nothing",
    says="A busy market without a part and with the part at strength zero, compared bit for bit.",
)
def strength_zero() -> Iterator[Check]:
    """Nothing that the part does not own differs."""
    for case in cases():
        without = busy_market().vary(case.without)
        one, other = (finished(scenario) for scenario in (without, without.vary(case.zero)))
        different = differences(one, other, case.owns)
        yield Check(case.part, 0, len(different), None, 0, note=", ".join(different))
