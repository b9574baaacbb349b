"""The questions of a scenario: what do rivals' promotions, our program, word of mouth, invitations, our levers do?

Each is answered by a world in which the thing is missing and all else, luck included, is the same. The effect of a
thing is the scenario as it is less the world without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyaltysim.faults import Fault, ScenarioError, nearest, path_text
from loyaltysim.pricing.best_response import BestResponse
from loyaltysim.programs.copied import Copy
from loyaltysim.record import MOST
from loyaltysim.runs import replicate_worlds
from loyaltysim.study.compare import Comparison

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

SAYS = {
    "rival_promotions": "rivals' promotions",
    "program": "our program",
    "word_of_mouth": "word of mouth",
    "referral": "invitations",
    "levers": "our levers",
}
"""The questions, in the words of a headline."""
SIGNS = {"all": "both", "praise": "praise", "blame": "blame"}


def without_rival_promotions(scenario: Scenario) -> Scenario | None:
    """The market in which no rival promotes; None if none does."""
    changes = {}
    for name, brand in scenario.brands.items():
        if name != scenario.focal and any(pricing.promotes for pricing in brand.pricing):
            left = [pricing.plain() for pricing in brand.pricing if not pricing.promotes]
            changes[path_text(("brands", name, "pricing"))] = left
    return scenario.vary(changes) if changes else None


def without_program(scenario: Scenario) -> Scenario | None:
    """The market in which the focal brand has no program, and nobody a copy of it; None if it has none."""
    focal = scenario.focal
    if not scenario.brands[focal].programs:
        return None
    changes = {}
    for name, brand in scenario.brands.items():
        left = [program for program in brand.programs if not isinstance(program, Copy) or program.of(focal) != focal]
        if name == focal or len(left) < len(brand.programs):
            changes[path_text(("brands", name, "programs"))] = [] if name == focal else [one.plain() for one in left]
    return scenario.vary(changes)


def without_word_of_mouth(scenario: Scenario) -> Scenario | None:
    """The market in which no word reaches anybody; None if none does anyway."""
    return unheard(scenario, {"sign": "both"})


def unheard(scenario: Scenario, what: dict[str, Any]) -> Scenario | None:
    """The market in which something goes unheard (`word_of_mouth.unheard`); None if nobody says or shows anything."""
    talking, recovery = scenario.word_of_mouth, scenario.behavior.recovery
    seen = recovery.is_public and talking.influence.hears_public
    if not (talking.talk.kind != "none" or seen or talking.acquisition.imitates or talking.referral.kind != "none"):
        return None
    own = talking.unheard
    signs = {own.sign, what.get("sign", "none")} - {"none"}
    together = {
        "sign": "both" if len(signs) > 1 else next(iter(signs), "none"),
        "segments": list(dict.fromkeys((*own.segments, *what.get("segments", ())))),
        "share": max(own.share, what.get("share", 0.0)),  # who is drawn for a small share is for a larger one
        "customers": sorted({*own.customers, *what.get("customers", ())}),
    }
    return scenario.vary({"word_of_mouth.unheard": together})


OF = ("all", "praise", "blame", "segment:NAME", "share:NUMBER")
"""What may be asked of word of mouth, besides a list of customers' numbers."""


def _share(share: float, told: str) -> dict[str, Any]:
    if not 0 <= share <= 1:
        message = f"a share of customers is at least 0 and at most 1, was {told}"
        raise ScenarioError([Fault(None, None, "of", message)])
    return {"share": share}


def goes_unheard(of: str | Sequence[int]) -> dict[str, Any]:
    """The settings `word_of_mouth.unheard` of the world in which something is missing.

    Raises ScenarioError for what is none of `OF`, nor a list of customers' numbers.
    """
    if not isinstance(of, str):
        if not len(of):
            raise ScenarioError([Fault(None, None, "of", "nobody is listed")])
        if any(isinstance(n, (bool, float, str)) or not hasattr(n, "__index__") or int(n) < 0 for n in of):
            raise ScenarioError([Fault(None, None, "of", "customers are listed by their numbers, from 0 on")])
        return {"customers": [int(number) for number in of]}
    what, _, which = of.partition(":")
    try:
        if of in SIGNS:
            return {"sign": SIGNS[of]}
        if what == "segment" and which:
            return {"segments": [which]}
        if what == "share":
            return _share(float(which), which)
    except ScenarioError:
        raise
    except ValueError:
        pass
    message = f'no part of word of mouth is called "{of}"'
    raise ScenarioError([Fault(None, None, "of", message, OF, nearest(of, OF))])


def without_referral(scenario: Scenario) -> Scenario | None:
    """The market in which no brand takes invitations; None if none does anyway."""
    if scenario.word_of_mouth.referral.kind == "none":
        return None
    changes: dict[str, Any] = {path_text(("brands", name, "referral")): None for name in scenario.brands}
    return scenario.vary({**changes, "word_of_mouth.referral": "none"})


def without_levers(scenario: Scenario) -> Scenario | None:
    """The market in which the focal brand pulls no lever; None if it has none."""
    focal = scenario.focal
    return scenario.vary({path_text(("brands", focal, "levers")): []}) if scenario.brands[focal].levers else None


def without_lever(scenario: Scenario, path: str) -> Scenario:
    """The market in which one lever, "brands.Ours.levers.0" say, is never pulled.

    It keeps its place and its strength, so that others of its kind keep their luck.
    """
    return scenario.vary({f"{path}.from_week": MOST, f"{path}.until_week": None})


def rivals_ask(scenario: Scenario, data: xr.Dataset) -> list[tuple[str, float, float]]:
    """Rivals that set their price anew, which is no promotion: name, mean price on the shelf, mean list price."""
    found = []
    for name, brand in scenario.brands.items():
        if name != scenario.focal and any(isinstance(one, BestResponse) for one in brand.pricing):
            own = data.sel(brand=name)
            found.append((name, float(own["price"].mean()), float(own["list_price"].mean())))
    return found


KNOCK_OUTS: dict[str, Callable[[Scenario], Scenario | None]] = {
    "rival_promotions": without_rival_promotions,
    "program": without_program,
    "word_of_mouth": without_word_of_mouth,
    "referral": without_referral,
    "levers": without_levers,
}


@dataclass(frozen=True)
class Answer:
    """A scenario as it is, and the worlds without one thing each."""

    data: xr.Dataset
    """The scenario as it is."""
    comparisons: dict[str, Comparison]
    """By question: the world without (the baseline), and as it is. Questions that do not arise are missing."""

    @property
    def effects(self) -> pd.DataFrame:
        """The effects of all questions, with a first column `question`."""
        import pandas as pd

        frames = [c.effects.assign(question=question) for question, c in self.comparisons.items()]
        if not frames:
            return pd.DataFrame(columns=["question"])
        whole = pd.concat(frames, ignore_index=True)
        return whole[["question", *(name for name in whole.columns if name != "question")]]


def answer(
    scenario: Scenario,
    *,
    replications: int = 10,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Answer:
    """Run a scenario and its knock-out worlds with common luck; arguments as `compare`."""
    worlds, named = {"as it is": scenario}, {}
    for question, knock_out in KNOCK_OUTS.items():
        world = knock_out(scenario)
        if world is not None:
            named[question] = f"without {SAYS[question]}"
            worlds[named[question]] = world
    runs = replicate_worlds(worlds, replications=replications, seed=seed, threads=threads, progress=progress)
    base = runs["as it is"]
    comparisons = {
        question: Comparison({"without": runs[name], "with": base}, "without", scenario.focal)
        for question, name in named.items()
    }
    return Answer(base, comparisons)


def silenced(scenario: Scenario, of: str | Sequence[int] = "all") -> Scenario:
    """The market in which some word of mouth goes unheard; `of` as for `word_of_mouth_effect`.

    Raises ScenarioError for an unknown `of`, or if nobody says or shows anything.
    """
    silent = unheard(scenario, goes_unheard(of))
    if silent is None:
        message = "nobody talks in this scenario, shows anything to others or invites them"
        raise ScenarioError([Fault(None, None, "word_of_mouth", message)])
    return silent


def word_of_mouth_effect(
    scenario: Scenario,
    of: str | Sequence[int] = "all",
    *,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """What word of mouth is worth: the scenario as it is less a world, as lucky, in which some of it goes unheard.

    Worlds differ from the first step on, burn-in included; public complaints, the example of friends and invitations
    are word of mouth too. What parts are worth does not add up to what all is worth: where one falls silent, another
    is heard by people who are less sure.

    Parameters
    ----------
    scenario : a market in which somebody talks
    of : "all", "praise", "blame" (of everybody), "segment:NAME", "share:0.1" (of customers, drawn one by one), or a
        list of customers' numbers
    replications, seed, threads, progress : as for `compare`

    Raises
    ------
    ScenarioError : if nobody talks in the scenario, or sees complaints, or brings friends; for an unknown `of`, a
        segment or customer that there is not, or a share outside 0 … 1
    """
    worlds = {"without": silenced(scenario, of), "with": scenario}
    runs = replicate_worlds(worlds, replications=replications, seed=seed, threads=threads, progress=progress)
    return Comparison(runs, "without", scenario.focal)
