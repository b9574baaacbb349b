"""Start: a class's folder to begin from: rules with a word on each, and a first hand-in for every team."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loyaltysim.at_once import is_ours
from loyaltysim.classroom.hand_in import with_terms
from loyaltysim.classroom.limits import refused
from loyaltysim.classroom.rules import FILE, Rules, read_rules, wrong_names
from loyaltysim.faults import Fault, ScenarioError, path_text, split_path
from loyaltysim.loading import load
from loyaltysim.record import Record
from loyaltysim.scenario import Scenario, flat
from loyaltysim.scenario_template import inline

RULES = """\
# A class: teams hand in a program each round. Every setting that is not here is at its default: docs/class.md has them.
#   loyaltysim class check {folder}     what is wrong with these rules and with what teams hand in
#   loyaltysim class play {folder}      play the next round
#   loyaltysim class debrief {folder}   what each program was worth
schema = 1
title = "Which program keeps customers?"
market = "{market}"             # a shipped scenario, or a file beside this one
brand = "{brand}"               # the brand of it that teams play
together = {together}          # true: one market, in which each team has a brand like it; false: one market each
teams = [{teams}]
rounds = 4
weeks = {weeks}                      # of a round, to the nearest whole step
replications = 20               # each market is played so many times, with other luck
seed = 1
score = "profit"                # or "retention", or "customer_equity"
# budget = 250.0                # a round, for rewards and levers; what is left may be spent later
most = {{ programs = 1, levers = 1 }}

[changes]                       # to the market, by path
"population.n_customers" = 2000

# What a hand-in may set: true, between two numbers, or one of some texts. All else is as the market has it.
[may_set]
price = [{low:g}, {high:g}]
programs.kind = [{kinds}]
programs.earn_rate = [0, 20]                # of points
programs.n = [2, 20]                        # of stamps
programs.percent = [0, 20]                  # of member_discount
programs.reward.kind = [{rewards}]
programs.reward.value = [0, {high:g}]
programs.reward.threshold = [1, 1_000_000]
programs.reward.percent = [0, 100]
programs.expiry.kind = [{expiries}]
programs.expiry.weeks = [4, 104]
levers.kind = ["communication"]
levers.every_weeks = [1, 13]
levers.target.kind = ["everybody", "rfm", "lapse"]
levers.target.share = [0, 1]

# Terms, which hold for all teams: how customers join and answer is not theirs to decide, nor what things cost."""
OPT_IN = {"enrollment": {"kind": "opt_in", "chance": 0.15}}
COUNTED = {**OPT_IN, "customer_response": {"kind": "worth", "worth_weight": 1.0}, "expected_breakage": 0.36}
TERMS: dict[str, dict[str, Any]] = {"points": COUNTED, "stamps": COUNTED, "member_discount": OPT_IN}
"""By kind of program; that of the market's own program has what the market says instead."""
CHOICES = {"kinds": tuple(TERMS), "rewards": ("cash", "percent_off", "free_unit"), "expiries": ("none", "inactivity")}
"""Kinds that teams may choose from; those of the market's own program come to them."""
HAND_IN = """\
# {team}: what our brand does in this round. What is not said is as the market has it; class.toml says what may be set.
# Programs are said whole: those of this file take the place of the market's.
"""
EXAMPLE = """\
[[programs]]
kind = "points"
earn_rate = 10                                          # points per unit of currency
reward = {{ kind = "cash", value = {value:g}, threshold = {threshold:g} }} # one in twenty of what was paid
"""


def start_class(
    folder: Path, teams: Sequence[str], *, name: str, market: str = "grocery", together: bool = False
) -> None:
    """Write a class into a folder, which is there and empty; `name` is what it will be called.

    Teams begin with the market's own program, which the rules permit, or with an example where it has none, several, or
    one of a kind that somebody else wrote.

    Raises ScenarioError for a market that cannot be read, and for teams that cannot be called so.
    """
    wrong = list(wrong_names(teams)) if teams else [Fault(None, None, "teams", "there must be one at least")]
    if wrong:
        raise ScenarioError(wrong)
    scenario = load(market)
    price = scenario.brands[scenario.focal].price
    names = ", ".join(f'"{team}"' for team in teams)
    programs = scenario.document()["brands"][scenario.focal].get("programs", [])
    is_known = is_ours(scenario.brands[scenario.focal].programs)  # rules are read before a file's own kinds are
    own: dict[str, Any] = programs[0] if len(programs) == 1 and is_known else {}
    text = RULES.format(
        folder=name, market=market, brand=scenario.focal, together=str(together).lower(), teams=names,
        low=0.8 * price, high=1.2 * price, weeks=max(13, round(scenario.calendar.weeks)), **_choices(own),
    )  # fmt: skip
    (folder / FILE).write_text(text, "utf-8")
    terms = TERMS | ({own["kind"]: _not_theirs(own, "programs", read_rules(folder)[0].limits)} if own else {})
    (folder / FILE).write_text(text + "".join(map(_terms_of, terms, terms.values())), "utf-8")
    (folder / "round_1").mkdir()
    program = own_program(scenario, read_rules(folder)[0]) or EXAMPLE.format(value=price / 2, threshold=100 * price)
    for team in teams:
        (folder / "round_1" / f"{team}.toml").write_text(HAND_IN.format(team=team) + program, "utf-8")


def _choices(own: dict[str, Any]) -> dict[str, str]:
    """What teams may choose from, as the file of the rules has it, with the kinds of the market's own program."""
    besides = {"kinds": own, "rewards": own.get("reward", {}), "expiries": own.get("expiry", {})}
    all_kinds = {name: (*kinds, *filter(None, [besides[name].get("kind")])) for name, kinds in CHOICES.items()}
    return {name: inline(list(dict.fromkeys(kinds)))[1:-1] for name, kinds in all_kinds.items()}


def _not_theirs(table: dict[str, Any], path: str, limits: dict[str, Any]) -> dict[str, Any]:
    """The settings of a program that teams may not set, of its parts as of itself."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        here = f"{path}.{name}"
        if isinstance(value, dict):
            if inner := _not_theirs(value, here, limits):
                found[name] = {**{kind: value[kind] for kind in ("kind",) if kind in value}, **inner}
        elif here not in limits:
            found[name] = value
    return found


def _terms_of(kind: str, terms: dict[str, Any]) -> str:
    """The terms of a kind of program as the file of the rules has them."""
    return "".join([f"\n[terms.programs.{kind}]\n", *(f"{name} = {inline(value)}\n" for name, value in terms.items())])


def own_program(market: Scenario, rules: Rules) -> str:
    """The only program of the market's focal brand, as a team hands it in; empty if it cannot be handed in."""
    programs = market.brands[market.focal].programs
    if len(programs) != 1:
        return ""
    whole = {"programs": [_said(programs[0])]}
    not_theirs = {fault.key for fault in refused(whole, rules.limits)}
    table: dict[str, Any] = {}
    for key, value in flat(whole).items():
        if key not in not_theirs:
            *above, last = map(str, split_path(key)[2:])
            inner = table
            for name in above:
                inner = inner.setdefault(name, {})
            inner[last] = value
    handed_in = with_terms({"programs": [table]}, rules)["programs"]
    try:
        changed = market.vary({path_text(("brands", market.focal, "programs")): handed_in})
    except ScenarioError:
        return ""
    lines = [f"{name} = {inline(value)}\n" for name, value in table.items()]
    return "" if market.diff(changed) else "".join(["[[programs]] # the market's own\n", *lines])


def _said(record: Record) -> dict[str, Any]:
    """All settings of a record, those at their defaults as well."""
    plain = record.model_dump(mode="json")
    said = {name: _said(value) if isinstance(value, Record) else plain[name] for name, value in record}
    return {name: value for name, value in said.items() if value is not None}
