"""The twin's programs by kind: which rules and which kind of membership a program of the scenario becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from loyaltysim.mesa.twin_program import Membership, Rules
from loyaltysim.mesa.twin_programs_gifts import Player, Surprised
from loyaltysim.mesa.twin_programs_points import Card, CountRules
from loyaltysim.mesa.twin_programs_prices import ClubMember, Discount, Status

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_person import Person

MEMBERSHIPS: dict[str, Any] = {
    "points": Card,
    "stamps": Card,
    "member_discount": Discount,
    "tiers": Status,
    "club": ClubMember,
    "surprise": Surprised,
    "play": Player,
}


def open_programs(model: TwinModel) -> list[Rules]:
    """All programs of the scenario in order; the firm's luck says whether a rival's is copied at all (eq. E131)."""
    opened: list[Rules] = []
    names = list(model.setup.brands)
    for name, number, program in model.setup.programs:
        b, label, given = names.index(name), f"{name}.{number}", model.setup.brands[name].programs[number]
        if program.counts:
            rules: Rules = CountRules(program, label, b, model.market.list_prices[b], model.weeks)
        else:
            rules = Rules(program, label, b)
        if given.kind == "copy":
            rules.is_copied = model.luck.uniform(model.firm_key, rules.purpose("copied")) < cast(Any, given).chance
        rules.turn(model)
        opened.append(rules)
    return opened


def open_card(rules: Rules, customer: Person) -> Membership:
    """What a customer has with a program before joining."""
    membership: Membership = MEMBERSHIPS[rules.program.kind](rules, customer)
    return membership
