"""Contradictions: what is wrong between the tables of a scenario, which no table can see by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from loyaltysim.behavior.bond import Drift
from loyaltysim.behavior.logit import Logit
from loyaltysim.behavior.needs import Poisson
from loyaltysim.behavior.switching import Switching
from loyaltysim.faults import Fault, nearest, path_text
from loyaltysim.levers.personalization import Personalization
from loyaltysim.levers.win_back import WinBackOffers
from loyaltysim.pricing.poach import Poach
from loyaltysim.pricing.reacting import Reacting
from loyaltysim.programs.copied import Copy

if TYPE_CHECKING:
    from loyaltysim.customers.population import Segment
    from loyaltysim.scenario import Scenario

PRIVACY = "privacy_aversion"
RESISTANCE = ("resist_discount", "resist_search", "resist_price")


def contradictions(scenario: Scenario) -> Iterator[Fault]:
    """Faults between tables, each with the path of the setting that should give way."""

    def fault(key: str, message: str, choices: tuple[str, ...] = (), near: str | None = None) -> Fault:
        return Fault(None, None, key, message, choices, near)

    names = tuple(scenario.brands)
    if scenario.focal not in names:
        yield fault("focal", f'no brand is called "{scenario.focal}"', names, nearest(scenario.focal, names))
    for place, name in enumerate(names):
        twin = next((other for other in names[:place] if _letters(other) == _letters(name)), None)
        if twin is not None:
            message = f'is another brand than "{twin}", and is called the same but for capitals and spaces'
            yield fault(path_text(("brands", name)), message, (), twin)
    choice = scenario.behavior.choice
    if isinstance(choice, Switching):
        for message in choice.check_brands(len(names)):
            yield fault("behavior.choice.matrix", message)
    needs, lapse = scenario.behavior.needs.kind, scenario.behavior.lapse.kind
    moves = lapse != "none" or needs == "contract"
    if isinstance(choice, Logit) and not choice.outside_option and len(names) < 2 and not moves:
        yield fault("brands", "with one brand and no outside option there is nothing to choose")
    if lapse == "contract" and needs != "contract":
        yield fault("behavior.lapse", 'lapse "contract" needs contracts: set behavior.needs to kind "contract"')
    if isinstance(choice, Switching) and lapse != "none":
        message = 'with a choice of kind "switching" a brand that was left would be bought again at once: use "logit"'
        yield fault("behavior.lapse", message)
    if lapse == "dropout" and needs == "contract":
        yield fault("behavior.lapse", 'with needs of kind "contract" customers leave when it is due: kind "contract"')
    if scenario.behavior.win_back.kind != "none" and lapse == "none":
        yield fault("behavior.win_back", "nobody leaves a brand, so nobody can be won back: set behavior.lapse")
    experience = scenario.behavior.experience.kind
    for part in (scenario.behavior.satisfaction, scenario.word_of_mouth.talk):
        if experience == "none" and part.kind in ("level", "disconfirmation", "threshold"):
            path = "behavior.satisfaction" if part is scenario.behavior.satisfaction else "word_of_mouth.talk"
            yield fault(path, f'{part.room} "{part.kind}" needs experiences: set behavior.experience')
    learning, bond = scenario.behavior.learning.kind, scenario.behavior.bond
    if learning != "none" and experience == "none":
        yield fault("behavior.learning", f'learning model "{learning}" needs experiences: set behavior.experience')
    if isinstance(bond, Drift) and bond.trust_half > 0 and learning != "bayesian":
        yield fault("behavior.bond.trust_half", 'trust needs behavior.learning of kind "bayesian"')
    yield from (fault(path_text(path), message) for path, message in _unread(scenario))
    for name, brand in scenario.brands.items():
        if experience == "index" and brand.quality <= 0:
            key = path_text(("brands", name, "quality"))
            yield fault(key, f'must be above 0 for an experience of kind "index", was {brand.quality:g}')
    if bond.kind == "linear" and scenario.behavior.satisfaction.kind == "none":
        yield fault("behavior.bond", 'bond model "linear" needs satisfaction: set behavior.satisfaction')
    if scenario.word_of_mouth.talk.kind != "none" and scenario.word_of_mouth.influence.kind == "satisfaction":
        if scenario.behavior.satisfaction.kind == "none":
            yield fault("word_of_mouth.influence", 'influence "satisfaction" needs behavior.satisfaction')
    yield from _coming(scenario, fault)
    for message in scenario.network.check(scenario.population.n_customers):
        yield fault("network", message)
    needs_panel = scenario.behavior.needs.kind == "panel" or any(
        part.kind == "panel" for brand in scenario.brands.values() for part in brand.pricing
    )
    if needs_panel and scenario.panel is None:
        yield fault("panel", 'needs or pricing of kind "panel" want a [panel] table with a source')
    if needs_panel and scenario.behavior.needs.kind != "panel":
        yield fault("behavior.needs", 'must be of kind "panel" where pricing is: its prices are of recorded purchases')
    yield from _pricing(scenario, fault)
    yield from _programs(scenario, fault)
    yield from _levers(scenario, fault)
    groups: dict[tuple[str, ...], Segment] = {("population",): scenario.population}
    groups |= {("population", "segments", name): group for name, group in scenario.population.segments.items()}
    for where, group in groups.items():
        if group.category_exit is not None and needs not in ("poisson", "contract"):
            key = path_text((*where, "category_exit"))
            yield fault(key, f'customers leave the category only if needs are poisson or contract, was "{needs}"')
        named: list[tuple[tuple[str, ...], str]] = [(("appeal", liked), liked) for liked in group.appeal or {}]
        if group.start_brand is not None:
            named.append((("start_brand",), group.start_brand))
        for at, brand_name in named:
            if brand_name not in names:
                key = path_text((*where, *at))
                yield fault(key, f'no brand is called "{brand_name}"', names, nearest(brand_name, names))
    if "" in names:
        yield fault("brands", "a brand needs a name")
    length = scenario.metrics.period_steps
    if length > scenario.steps and "period_steps" in scenario.metrics.model_fields_set:
        message = f"a period of {length} steps does not fit into a run of {scenario.steps}; 0: no periods"
        yield fault("metrics.period_steps", message)
    measured = scenario.metrics.states_every
    if length and measured > length and length <= scenario.steps:
        yield fault("metrics.states_every", f"states must be measured in each period of {length} steps, was {measured}")


def _pricing(scenario: Scenario, fault: Callable[..., Fault]) -> Iterator[Fault]:
    """Faults of pricing: what each kind finds, and prices that get into each other's way."""
    recorded = scenario.behavior.needs.kind == "panel"
    for name, brand in scenario.brands.items():
        reacting = [part.kind for part in brand.pricing if isinstance(part, Reacting)]
        if len(reacting) > 1:
            kinds = " and ".join(f'"{kind}"' for kind in reacting)
            yield fault(path_text(("brands", name, "pricing")), f"one kind of pricing can react, were {kinds}")
        for number, part in enumerate(brand.pricing):
            place = ("brands", name, "pricing", number)
            for found in part.check(name, scenario.brands, scenario.calendar.weeks):
                yield replace(found, key=path_text((*place, *filter(None, [found.key]))))
            if recorded and isinstance(part, (Reacting, Poach)):
                yield fault(
                    path_text(place), f'needs of kind "panel" meet recorded prices: pricing "{part.kind}" has none'
                )


def _programs(scenario: Scenario, fault: Callable[..., Fault]) -> Iterator[Fault]:
    """Faults of loyalty programs."""
    people = scenario.population
    segments = tuple(people.segments)
    named: set[str] = set()
    tasteless = not any(group.taste is not None or group.appeal for group in (people, *people.segments.values()))
    for name, brand in scenario.brands.items():
        for number, program in enumerate(brand.programs):
            place = ("brands", name, "programs", number)
            if program.name in named:
                yield fault(path_text((*place, "name")), f'another program is called "{program.name}" already')
            named |= {program.name} - {""}
            if isinstance(program, Copy):
                wrong = list(program.check_copied(name, scenario.brands, scenario.focal))
                yield from (replace(found, key=path_text((*place, found.key))) for found in wrong)
                if wrong:
                    continue
                program = program.unfold(scenario.brands, scenario.focal)
            for message in program.check(brand.price, scenario.calendar.weeks):
                yield fault(path_text(place), message.replace("in currency", f"in {scenario.currency}"))
            for segment in program.segments:
                if segment not in segments:
                    key, message = path_text((*place, "segments")), f'no segment is called "{segment}"'
                    yield fault(key, message, segments, nearest(segment, segments))
            by_taste = program.enrollment.terms.by_taste
            if by_taste and tasteless:
                key = path_text((*place, "enrollment", "by_taste"))
                yield fault(key, f"nobody has tastes, was {by_taste:g}: set population.taste, or 0")


def _levers(scenario: Scenario, fault: Callable[..., Fault]) -> Iterator[Fault]:
    """Faults of levers: times shorter than a step, and levers that nothing would feel."""
    read = _read_facts(scenario)
    for name, brand in scenario.brands.items():
        for number, lever in enumerate(brand.levers):
            key = path_text(("brands", name, "levers", number))
            for message in lever.check(scenario.calendar.weeks):
                yield fault(key, message)
            told = [_FELT[place] for place in lever.felt]
            if told and not any(read[place] for place in lever.felt):
                yield fault(key, f'nobody would feel a lever "{lever.kind}": set {" or ".join(dict.fromkeys(told))}')


_INDEX, _JUSTICE = 'behavior.experience to kind "index"', 'behavior.recovery to kind "justice"'
_PUBLIC = f'{_JUSTICE} with public complaints and word_of_mouth.influence to kind "heard"'
_FELT = {
    **dict.fromkeys(("service", "ease", "consistency"), _INDEX),
    **dict.fromkeys(("response_days", "distributive", "interaction", "complaint_ease", "failure_chance"), _JUSTICE),
    "contact_person": _JUSTICE,
    "online_failure_chance": _JUSTICE,
    "moderation": _PUBLIC,
    "quality": "behavior.experience",
    **dict.fromkeys(
        ("appeal", "effort", "store_appeal", "online_appeal", "attention"), 'behavior.choice to kind "logit"'
    ),
    "contact": "behavior.needs.contact_lift",
    "ethics": "population.values_weight",
    **dict.fromkeys(("bond_growth", "growth"), 'behavior.bond to kind "drift"'),
    "jump": "behavior.bond",
    **dict.fromkeys(("advocacy", "praise"), 'word_of_mouth.talk to kind "rates" with behavior.bond'),
    "awareness": "word_of_mouth.acquisition",
    "win_back": "behavior.win_back",
}
"""What makes customers feel a fact of the market or a touch, for messages."""


def _read_facts(scenario: Scenario) -> dict[str, bool]:
    """Whether some part reads each fact that levers change and each touch, by the names of `_FELT`."""
    behavior, talking = scenario.behavior, scenario.word_of_mouth
    groups = (scenario.population, *scenario.population.segments.values())
    by_part = {
        _INDEX: behavior.experience.kind == "index",
        _JUSTICE: behavior.recovery.kind != "none",
        _PUBLIC: behavior.recovery.is_public and talking.influence.hears_public,
        "behavior.experience": behavior.experience.kind != "none",
        'behavior.choice to kind "logit"': isinstance(behavior.choice, Logit),
        "behavior.needs.contact_lift": isinstance(behavior.needs, Poisson) and behavior.needs.contact_lift != 0,
        "population.values_weight": any(group.values_weight is not None for group in groups),
        'behavior.bond to kind "drift"': isinstance(behavior.bond, Drift),
        "behavior.bond": behavior.bond.kind != "none",
        'word_of_mouth.talk to kind "rates" with behavior.bond': talking.talk.kind == "rates"
        and behavior.bond.kind != "none",
        "word_of_mouth.acquisition": talking.acquisition.kind != "none",
        "behavior.win_back": behavior.win_back.kind != "none",
    }
    return {name: by_part[part] for name, part in _FELT.items()}


def _coming(scenario: Scenario, fault: Callable[..., Fault]) -> Iterator[Fault]:
    """Faults of how customers come."""
    talking, needs = scenario.word_of_mouth, scenario.behavior.needs.kind
    comes, invites = talking.acquisition.kind != "none", talking.referral.kind != "none"
    network = scenario.network.kind
    if comes and needs == "panel":
        yield fault("word_of_mouth.acquisition", 'with needs of kind "panel" all households are recorded: nobody comes')
    if talking.acquisition.imitates and network == "none":
        yield fault("word_of_mouth.acquisition.q", "friends bring nobody where nobody has any: set network, or q to 0")
    if invites and not comes:
        yield fault("word_of_mouth.referral", "there is nobody to invite: set word_of_mouth.acquisition")
    if invites and network == "none":
        yield fault("word_of_mouth.referral", "nobody has friends to invite: set network")
    paying = [name for name, brand in scenario.brands.items() if brand.referral is not None]
    if invites and not paying:
        yield fault("word_of_mouth.referral", "no brand takes invitations: give one a referral table")
    for name in paying:
        if not invites:
            key = path_text(("brands", name, "referral"))
            yield fault(key, 'nobody invites: set word_of_mouth.referral to kind "invitations"')
    for name, brand in scenario.brands.items():
        if brand.acquisition_cost and not comes:
            key = path_text(("brands", name, "acquisition_cost"))
            yield fault(key, "nobody comes through advertising: set word_of_mouth.acquisition")
    most = max(talking.unheard.customers, default=0)
    if most >= scenario.population.n_customers:
        message = f"there is no customer {most}: they have the numbers 0 to {scenario.population.n_customers - 1}"
        yield fault("word_of_mouth.unheard.customers", message)
    segments = tuple(scenario.population.segments)
    for name in talking.unheard.segments:
        if name not in segments:
            key = "word_of_mouth.unheard.segments"
            yield fault(key, f'no segment is called "{name}"', segments, nearest(name, segments))


def _unread(scenario: Scenario) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Settings that nothing would read, by path, and what they want; at its default none wants anything."""
    behavior, choice = scenario.behavior, scenario.behavior.choice
    groups = (scenario.population, *scenario.population.segments.values())

    def nobody_has(trait: str) -> bool:
        return all(getattr(group, trait) is None for group in groups)

    for kind, trait in (("dropout", "dropout_chance"), ("contract", "cancel_chance")):
        if behavior.lapse.kind == kind and nobody_has(trait):
            yield ("behavior", "lapse"), f'with lapse "{kind}" nobody would ever leave: set population.{trait}'
    if isinstance(behavior.bond, Drift) and behavior.bond.from_values > 0 and nobody_has("values_weight"):
        yield ("behavior", "bond", "from_values"), "nobody has values to share: set population.values_weight"
    if isinstance(choice, Logit):
        if choice.expectation_weight and "expectation" not in behavior.learning.writes:
            message = f"nobody learns what to expect, was {choice.expectation_weight:g}: set behavior.learning, or 0"
            yield ("behavior", "choice", "expectation_weight"), message
        for name in RESISTANCE:
            if getattr(choice, name) > 0 and "bond" not in behavior.bond.writes:
                message = f"nobody has a bond that resists, was {getattr(choice, name):g}: set behavior.bond, or 0"
                yield ("behavior", "choice", name), message
    if scenario.metrics.reasons and isinstance(choice, Switching):
        yield ("metrics", "reasons"), 'choice "switching" has no reasons: set behavior.choice to "logit", or them off'
    for name, brand in scenario.brands.items():
        if behavior.recovery.kind == "none" and brand.complaints.given():
            told = ", ".join(brand.complaints.given())
            message = f'nothing ever fails, were given {told}: set behavior.recovery to kind "justice", or give none'
            yield ("brands", name, "complaints"), message
        elif brand.complaints.online_failure_chance is not None and nobody_has("online"):
            message = "nobody buys online: set population.online, or leave it out"
            yield ("brands", name, "complaints", "online_failure_chance"), message
        for number, lever in enumerate(brand.levers):
            if isinstance(lever, Personalization) and lever.given().get("intrusiveness") and nobody_has(PRIVACY):
                message = f"nobody minds, was {lever.intrusiveness:g}: set population.{PRIVACY}, or leave it out"
                yield ("brands", name, "levers", number, "intrusiveness"), message
            signs = behavior.needs.kind == "contract"
            if signs and isinstance(lever, WinBackOffers) and "after_weeks" in lever.given():
                message = f"contracts tell by themselves who has left, was {lever.after_weeks:g}: leave it out"
                yield ("brands", name, "levers", number, "after_weeks"), message
        if brand.online_appeal and nobody_has("online"):
            message = f"nobody buys online, was {brand.online_appeal:g}: set population.online, or 0"
            yield ("brands", name, "online_appeal"), message


def _letters(name: str) -> str:
    """A name as it sounds: without capitals, spaces and the lines that stand for them."""
    return re.sub(r"[\s_-]+", "", name).casefold()
