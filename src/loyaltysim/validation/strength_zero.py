"""A part at strength zero runs, and changes nothing that it does not own, bit for bit.

Each case is a pair of scenarios: without the part, and with the part at strength zero. All of the Dataset, all shared
states and all purchases are compared, except what the part owns. A state that only one run keeps counts in the other as
its value when off. To add a case: append it to `cases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from loyaltysim.customers.fields import FIELDS
from loyaltysim.scenario import Scenario
from loyaltysim.simulate import Simulation
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.target import Check, target

LEDGER = frozenset(
    "members points_outstanding liability rewards_redeemed program_cost margin points_earned points_redeemed".split()
)
"""What a program owns: its books and what they cost."""
ALL_MEMBERS = {"kind": "points", "reward": {"kind": "cash", "value": 1.0, "threshold": 5}}


class Case(NamedTuple):
    """A part at strength zero."""

    part: str
    without: dict[str, Any]
    """Changes to the busy market by which the part is off."""
    zero: dict[str, Any]
    """Changes to the scenario without the part by which it runs at strength zero."""
    owns: frozenset[str] = frozenset()
    """Names of variables and states that may differ."""


def cases() -> list[Case]:
    """Every case; the busy market's own parts are all on unless `without` says otherwise."""
    promotion = {"kind": "promotion_calendar", "weeks": 2, "every_weeks": 8}
    nobody = {
        **ALL_MEMBERS,
        "enrollment": {"kind": "opt_in", "chance": 0.0},
        "customer_response": {"kind": "goal_gradient", "progress_weight": 2.0, "worth_weight": 1.0},
    }
    deaf = {"by_bond": 0.0, "by_satisfaction": 0.0}
    joining = {f"brands.Ours.programs.0.enrollment.{name}": value for name, value in deaf.items()}
    silent = {"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"}
    unfeeling = {"behavior.experience": "none", "behavior.satisfaction": "none", "behavior.bond": "none", **silent, **joining}
    usual_price = {"brands.Ours.pricing": [], "brands.Rival.pricing": [], "brands.Third.programs": []}
    messages = frozenset({"messages_positive", "messages_negative"})
    felt = frozenset({"satisfaction", "expectation"})
    return [
        Case("promotion of depth 0", {"brands.Rival.pricing": []}, {"brands.Rival.pricing": [{**promotion, "depth": 0.0}]}),
        Case("constant pricing", {"brands.Rival.pricing": []}, {"brands.Rival.pricing": [{"kind": "constant"}]}),
        Case(
            "leaflet and display at weight 0",
            {"brands.Rival.pricing": [promotion], "behavior.choice.feature_weight": 0.0, "behavior.choice.display_weight": 0.0},
            {"brands.Rival.pricing": [{**promotion, "feature": True, "display": True}]},
        ),
        Case(
            "loss and gain where prices never change",
            {**usual_price, "behavior.choice.loss": 0.0, "behavior.choice.gain": 0.0},
            {"behavior.choice.loss": 0.7, "behavior.choice.gain": 0.4},
            frozenset({"reference_price"}),
        ),
        Case("program that nobody joins", {}, {"brands.Rival.programs": [nobody]}),
        Case("program that nobody answers to", {}, {"brands.Rival.programs": [ALL_MEMBERS]}, LEDGER),
        Case(
            "customer response of weight 0",
            {"brands.Rival.programs": [ALL_MEMBERS]},
            {"brands.Rival.programs.0.customer_response": {"kind": "goal_gradient", "goal_gradient": 0.0}},
        ),
        Case(
            "balances that expire after 10,000 weeks",
            {"brands.Rival.programs": [ALL_MEMBERS]},
            {"brands.Rival.programs.0.expiry": {"kind": "inactivity", "weeks": 10_000}},
        ),
        Case(
            "messages without expression",
            silent,
            {"word_of_mouth.talk": {"kind": "rates", "talk_good": 0.3, "expression": 0.0}, "word_of_mouth.influence": "heard"},
            messages,
        ),
        Case(
            "messages that shift nobody's choice",
            silent,
            {"word_of_mouth.talk": "rates", "word_of_mouth.influence": {"kind": "heard", "shift": 0.0}},
            messages,
        ),
        Case(
            "messages that shift nobody's satisfaction",
            silent,
            {"word_of_mouth.talk": "threshold", "word_of_mouth.influence": {"kind": "satisfaction", "shift": 0.0}},
            messages,
        ),
        Case("messages that nobody minds", silent, {"word_of_mouth.talk": "threshold"}, messages),
        Case(
            "bond of weight 0",
            {"behavior.bond": "none", "behavior.choice.bond_weight": 0.0, "word_of_mouth.talk.bond_talk": 0.0, **joining},
            {"behavior.bond": "drift"},
            frozenset({"bond"}),
        ),
        Case("bond that nothing builds", {"behavior.bond": "none"}, {"behavior.bond": {"kind": "drift", "from_satisfaction": 0.0}}, frozenset({"bond"})),
        Case(
            "satisfaction of weight 0",
            {**unfeeling, "behavior.choice.satisfaction_weight": 0.0},
            {"behavior.experience": "normal", "behavior.satisfaction": "disconfirmation"},
            felt,
        ),
        Case("inertia 0", {"population.inertia": None}, {"population.inertia": 0.0}),
        Case("tastes without spread", {"population.taste": None}, {"population.taste": {"distribution": "normal", "sd": 0.0}}),
        Case("seasons that are alike", {"behavior.needs.season": []}, {"behavior.needs.season": [1.0, 1.0, 1.0, 1.0]}),
        Case("keeping every customer's points", {}, {"accounts.by_customer": True}),
    ]


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
    if not one.transactions.frame().equals(other.transactions.frame()):
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
        different = differences(finished(without), finished(without.vary(case.zero)), case.owns)
        yield Check(case.part, 0, len(different), None, 0, note=", ".join(different))
