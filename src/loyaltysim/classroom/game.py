"""Game: a class's folder as it stands: rules, market, rounds played, and what each team hands in for the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loyaltysim.classroom.hand_in import HandIn, InForce, read_hand_in
from loyaltysim.classroom.record import Round, read_rounds
from loyaltysim.classroom.rules import FILE, Rules, as_text, read_rules
from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.loading import load
from loyaltysim.record import weeks_text
from loyaltysim.scenario import Scenario


@dataclass(frozen=True)
class Game:
    """A class that is played.

    Attributes
    ----------
    folder : where it is
    rules : what class.toml says
    market : what is played on, with every team's brand as the market has it
    played : the rounds so far
    """

    folder: Path
    rules: Rules
    market: Scenario
    played: list[Round]

    @property
    def round(self) -> int:
        """The number of the round that comes next; one more than there are if all are played."""
        return len(self.played) + 1

    @property
    def over(self) -> bool:
        """Whether all rounds are played."""
        return self.round > self.rules.rounds

    @property
    def steps(self) -> int:
        """Steps of a round."""
        return self.market.metrics.period_steps

    def brand(self, team: str) -> str:
        """The brand that a team plays."""
        return team if self.rules.together else self.rules.brand

    def file(self, team: str, number: int | None = None) -> Path:
        """A team's file for a round, by default the next."""
        return self.folder / f"round_{self.round if number is None else number}" / f"{team}.toml"

    def in_force(self) -> dict[str, InForce]:
        """What each team's brand does in the next round: what was handed in, or, if that is faulty, what was before."""
        found = {}
        for team in self.rules.teams:
            try:
                hand_in = read_hand_in(self.file(team), self.rules, self.market, self.brand(team))
                found[team] = InForce(hand_in, self.round)
            except ScenarioError as error:
                found[team] = replace(self.before(team), faults=tuple(error.faults))
        return found

    def before(self, team: str) -> InForce:
        """What the team's brand did in the last round that was played."""
        return self.played[-1].in_force[team] if self.played else InForce(HandIn(), 0)

    def markets(self, hand_ins: Mapping[str, HandIn]) -> dict[str, Scenario]:
        """The markets of a round by name, "market" or that of the team: one together, or one each."""
        document = self.market.document()
        if self.rules.together:
            for team, hand_in in hand_ins.items():
                document["brands"][team] = hand_in.on(document["brands"][team])
            return {"market": self._scenario(document)}
        found = {}
        for team, hand_in in hand_ins.items():
            own = deepcopy(document)
            own["brands"][self.rules.brand] = hand_in.on(own["brands"][self.rules.brand])
            found[team] = self._scenario(own)
        return found

    def market_of(self, team: str) -> str:
        """The name of the market in which a team plays."""
        return "market" if self.rules.together else team

    def _scenario(self, document: dict[str, Any]) -> Scenario:
        return Scenario.from_document(document, folder=self.market._folder)


def open_game(folder: str | Path) -> Game:
    """Read a class's folder. Raises ScenarioError with all that is wrong with its rules, market and rounds."""
    folder = Path(folder)
    rules, source = read_rules(folder)
    try:
        market = _market(rules, folder)
    except ScenarioError as error:
        raise source.located(error) from None
    rules = rules.model_copy(update={"weeks": market.metrics.period_steps * market.calendar.weeks})  # as it is played
    played = read_rounds(folder, rules)
    if played:
        changed = as_text(rules.said(), played[0].rules) or ("market" if market.to_toml() != played[0].market else "")
        if changed:
            message = f"is not what it was when round 1 was played ({changed}): a class goes on by its first rules"
            raise ScenarioError([Fault(str(folder / FILE), None, "", message)])
    return Game(folder, rules, market, played)


def _market(rules: Rules, folder: Path) -> Scenario:
    """The market of a class: changed, cut into rounds, and with a brand for each team if they play together."""
    beside = folder / rules.market
    try:
        scenario = load(beside if beside.is_file() else rules.market)
    except ScenarioError as error:
        raise ScenarioError(_of("market", error)) from None
    faults: list[Fault] = []
    try:
        scenario = scenario.vary(dict(rules.changes)) if rules.changes else scenario
    except ScenarioError as error:
        faults += _of("changes", error)
    if rules.brand not in scenario.brands:
        known = tuple(scenario.brands)
        message = f'the market has no brand "{rules.brand}"'
        faults.append(Fault(None, None, "brand", message, known, nearest(rules.brand, known)))
    length = round(rules.weeks / scenario.calendar.weeks)
    if not length:
        message = f"a round must last a step at least, {weeks_text(scenario.calendar.weeks)}"
        faults.append(Fault(None, None, "weeks", f"{message}, was {weeks_text(rules.weeks)}"))
    elif rules.score == "retention" and scenario.burn_in < length:
        message = f"nothing is known of retention in the first round: the burn-in, {scenario.burn_in} steps, is shorter"
        faults.append(Fault(None, None, "score", message))
    faults += _taken(rules, scenario)
    if faults:
        raise ScenarioError(faults)
    seen = min(scenario.metrics.states_every, length)
    cut = {"metrics.period_steps": length, "metrics.states_every": seen, "focal": rules.brand}
    try:
        cut["steps"] = length * rules.rounds
        scenario = scenario.vary(cut)
        if rules.together:
            document = _with_brands(scenario.document(), rules)
            scenario = Scenario.from_document(document, folder=scenario._folder)
    except ScenarioError as error:
        raise ScenarioError(_of("together" if rules.together else "market", error)) from None
    return scenario


def _taken(rules: Rules, scenario: Scenario) -> Iterator[Fault]:
    """Teams that cannot have a brand of their name."""
    for place, team in enumerate(rules.teams if rules.together else ()):
        if team in scenario.brands and team != rules.brand:
            yield Fault(None, None, f"teams.{place}", f'the market has a brand "{team}", which nobody plays')


def _with_brands(document: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """A market in which each team has a brand that is like the one played, in its place."""
    brands = document["brands"]
    own = brands.pop(rules.brand)
    document["brands"] = {**{team: deepcopy(own) for team in rules.teams}, **brands}
    document["focal"] = rules.teams[0]
    population = document.get("population", {})
    for people in (population, *population.get("segments", {}).values()):
        appeal = people.get("appeal", {})
        if rules.brand in appeal:
            here = appeal.pop(rules.brand)
            people["appeal"] = {**{team: here for team in rules.teams}, **appeal}
    return document


def _of(key: str, error: ScenarioError) -> list[Fault]:
    """Faults of something that a setting of the class names; those of a file keep their place in it."""
    return [
        fault if fault.file is not None and fault.line is not None
        else Fault(None, None, key, f"{fault.key}: {fault.message}" if fault.key else fault.message,
                   fault.choices, fault.nearest)
        for fault in error.faults
    ]  # fmt: skip
