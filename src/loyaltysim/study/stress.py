"""Stress: named adverse worlds. How do we fare in each, and does the answer about our program hold there?

A world is the scenario with something gone wrong for the whole of the run, under the same luck. Sizes are assumed: they
say what is tried, not what is likely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from loyaltysim.faults import Fault, ScenarioError, nearest, path_text
from loyaltysim.programs.copied import Copy
from loyaltysim.programs.counting import Counting
from loyaltysim.study.compare import METRICS, paired_effect, replicated
from loyaltysim.study.questions import without_program
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

CUT, FAILURES, NEEDS, SENSITIVITY = 0.15, 3.0, 0.8, 1.2
AS_IT_IS = "as it is"
COLUMNS = "world of metric value effect ci_low ci_high n unit".split()


class World(NamedTuple):
    """An adverse world: what is said of it, and the scenario in it; None where it cannot come about."""

    says: str
    make: Callable[[Scenario], Scenario | None]


def price_war(scenario: Scenario) -> Scenario | None:
    """Every rival asks less, always, besides what it does now."""
    rivals = {name: brand for name, brand in scenario.brands.items() if name != scenario.focal}
    cut = {"kind": "promotion_calendar", "depth": CUT, "weeks": 1.0, "every_weeks": 1.0}
    if scenario.calendar.weeks > 1:
        cut |= {"weeks": scenario.calendar.weeks, "every_weeks": scenario.calendar.weeks}
    if not rivals or any(part.kind == "panel" for brand in rivals.values() for part in brand.pricing):
        return None
    return scenario.vary({
        path_text(("brands", name, "pricing")): [*(part.plain() for part in brand.pricing), cut]
        for name, brand in rivals.items()
    })  # fmt: skip


def rival_copies_program(scenario: Scenario) -> Scenario | None:
    """The first rival launches each program of ours, with the first measured week."""
    rivals = [name for name in scenario.brands if name != scenario.focal]
    programs = scenario.brands[scenario.focal].programs
    own_ideas = [number for number, program in enumerate(programs) if not isinstance(program, Copy)]
    if not rivals or not own_ideas:
        return None
    has = [program.plain() for program in scenario.brands[rivals[0]].programs]
    copies = [{"kind": "copy", "brand": scenario.focal, "number": number, "lag_weeks": 0.0} for number in own_ideas]
    return scenario.vary({path_text(("brands", rivals[0], "programs")): [*has, *copies]})


def service_crisis(scenario: Scenario) -> Scenario | None:
    """Things go wrong more often at our brand."""
    if scenario.behavior.recovery.kind == "none":
        return None
    complaints = scenario.brands[scenario.focal].complaints
    path = path_text(("brands", scenario.focal, "complaints", "failure_chance"))
    return scenario.vary({path: min(FAILURES * complaints.failure_chance, 1.0)})


def recession(scenario: Scenario) -> Scenario | None:
    """Customers need less, and mind prices more."""
    needs = scenario.behavior.needs
    if needs.kind != "poisson":
        return None
    season = getattr(needs, "season", ()) or (1.0,)
    changes: dict[str, Any] = {"behavior.needs.season": [NEEDS * factor for factor in season]}
    for place, group in {"": scenario.population, **scenario.population.segments}.items():
        own = group.price_sensitivity
        if own is None:
            continue
        where = ("population", "segments", place) if place else ("population",)
        plain = own.plain()  # a number where it is the same for all
        for name in ("median", "mean", "value"):
            if hasattr(own, name):
                path = (*where, "price_sensitivity", *([name] if isinstance(plain, dict) else []))
                changes[path_text(path)] = SENSITIVITY * getattr(own, name)
    return scenario.vary(changes)


def redemption_doubles(scenario: Scenario) -> Scenario | None:
    """Our members come to a reward with half the purchases."""
    changes: dict[str, Any] = {}
    for number, program in enumerate(scenario.brands[scenario.focal].programs):
        place = ("brands", scenario.focal, "programs", number)
        if isinstance(program, Counting) and hasattr(program, "earn_rate"):
            changes[path_text((*place, "earn_rate"))] = 2 * program.earn_rate
            changes[path_text((*place, "generous"))] = True
        elif isinstance(program, Counting) and hasattr(program, "n"):
            changes[path_text((*place, "n"))] = max(1, program.n // 2)
            changes[path_text((*place, "generous"))] = True
    return scenario.vary(changes) if changes else None


WORLDS: dict[str, World] = {
    "price_war": World(f"every rival's prices are {100 * CUT:.0f} % lower, always", price_war),
    "rival_copies_program": World("the first rival launches each program of ours too", rival_copies_program),
    "service_crisis": World(f"things go wrong {FAILURES:g} times as often at our brand", service_crisis),
    "recession": World(
        f"needs are {100 * (1 - NEEDS):.0f} % fewer, and prices matter {100 * (SENSITIVITY - 1):.0f} % more", recession
    ),
    "redemption_doubles": World("our members come to rewards twice as fast", redemption_doubles),
}


def stress(
    scenario: Scenario,
    worlds: Sequence[str] | None = None,
    *,
    metrics: Sequence[str] = ("retention_rate", "share", "margin", "liability"),
    replications: int = 30,
    seed: int = 1,
    store: str | Path | None = None,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Tell how the focal brand fares in adverse worlds, and what its program does there.

    Parameters
    ----------
    scenario : the market as it is
    worlds : names among `WORLDS`; all that can come about in this scenario if none are named
    metrics : of the focal brand and all customers
    replications, seed, store, threads, progress : as for `compare`

    Returns
    -------
    One row a world and metric, the market as it is first: world, of, metric, value (in that world), effect, ci_low,
    ci_high (95 % paired t), n, unit. With `of` "world" the effect is that of the world, against the market as it is;
    with "program" it is that of our program in that world, against the same world without it

    Raises
    ------
    ScenarioError : for unknown worlds and metrics, and worlds that cannot come about in this scenario

    Examples
    --------
    >>> import loyaltysim as ls
    >>> small = ls.load("grocery").vary({"population.n_customers": 200, "steps": 26, "burn_in": 0})
    >>> ls.stress(small, ["recession"], metrics=["margin"], replications=2)["of"].tolist()
    ['program', 'world', 'program']
    """
    import pandas as pd

    made = _made(scenario, worlds, metrics)
    runs = dict(made)
    for name, world in made.items():
        without = without_program(world)
        if without is not None:
            runs[f"{name}, without"] = without
    data = replicated(store)(runs, replications=replications, seed=seed, threads=threads, progress=progress)

    def values(name: str, metric: str) -> Any:
        return summary(data[name], metric).sel(brand=scenario.focal, segment="all").values

    rows = []
    for name in made:
        against = {"world": AS_IT_IS, "program": f"{name}, without"}
        for of, other in against.items():
            if other == name or other not in data:
                continue
            for metric in metrics:
                effect = paired_effect(values(name, metric), values(other, metric))
                kept = {key: effect[key] for key in ("effect", "ci_low", "ci_high", "n")}
                mean = effect["baseline"] + effect["effect"]
                unit = data[name][metric].attrs["units"]
                rows.append({"world": name, "of": of, "metric": metric, "value": mean, **kept, "unit": unit})
    return pd.DataFrame(rows, columns=COLUMNS)


def _made(scenario: Scenario, worlds: Sequence[str] | None, metrics: Sequence[str]) -> dict[str, Scenario]:
    """The scenario as it is, and in each world."""
    faults = [
        Fault(None, None, what, f'there is no "{name}"', tuple(known), nearest(name, known))
        for what, names, known in (("world", worlds or (), tuple(WORLDS)), ("metric", metrics, METRICS))
        for name in names
        if name not in known
    ]
    if faults:
        raise ScenarioError(faults)
    made = {AS_IT_IS: scenario}
    for name in worlds if worlds is not None else WORLDS:
        world = WORLDS[name].make(scenario)
        if world is not None:
            made[name] = world
        elif worlds is not None:
            message = f'"{name}" cannot come about in this scenario: {WORLDS[name].says}'
            faults.append(Fault(None, None, "world", message))
    if faults:
        raise ScenarioError(faults)
    return made
