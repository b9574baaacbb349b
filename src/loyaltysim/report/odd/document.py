"""Document: the seven elements of the ODD protocol, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import loyaltysim
from loyaltysim import schedule
from loyaltysim.customers.fields import FIELDS
from loyaltysim.market.history import COLUMNS
from loyaltysim.report.odd.concepts import concepts
from loyaltysim.report.odd.equations import quoted
from loyaltysim.report.odd.live import Live, start_text
from loyaltysim.report.odd.markdown import code, escaped, prose, table
from loyaltysim.report.odd.settings import read, told
from loyaltysim.report.odd.submodels import all_equations, submodels
from loyaltysim.report.odd.trace import SCOPES
from loyaltysim.report.sources import comments_on
from loyaltysim.study.wording import span
from loyaltysim.validation import select

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

PROTOCOL = (
    "Grimm V., Railsback S. F., Vincenot C. E. et al. 2020: The ODD protocol for describing agent-based and other "
    "simulation models: a second update to improve clarity, replication, and structural realism. Journal of Artificial "
    "Societies and Social Simulation 23(2), 7"
)


def odd(scenario: Scenario, *, named: str | None = None) -> str:
    """Describe a scenario's model by the ODD 2020 protocol, as a Markdown text made from the model that runs.

    A copy with few customers is opened and stepped, which takes a second or a few. State variables, sub-models, the
    order of a step and settings are those of this scenario; what is off is named as off. Equations are quoted from
    docs/model.md by their numbers.

    Parameters
    ----------
    scenario : the scenario
    named : the file or shipped name that it came from, whose comments then tell where numbers come from

    Returns
    -------
    str : Markdown; the same scenario and version give the same text

    Raises
    ------
    ScenarioError : for a scenario that cannot be opened

    Examples
    --------
    >>> import loyaltysim as ls
    >>> text = ls.odd(ls.load("promotion"), named="promotion")
    >>> text.splitlines()[0]
    '# ODD: Detergent: one week at 20 % off'
    """
    live = Live(scenario)
    comments = comments_on(scenario, named) if named is not None else {}
    lines = [f"# ODD: {escaped(scenario.title) or 'a scenario'}", ""]
    lines += [
        f"By the ODD protocol ({PROTOCOL}), made by loyaltysim {loyaltysim.__version__} from the model that runs. "
        "Equations, (E…), are quoted at the end as docs/model.md has them; whatever says *assumed* is a choice.",
        "",
    ]
    for title, element in (
        ("1. Purpose and patterns", _purpose(live)),
        ("2. Entities, state variables, and scales", _entities(live, comments)),
        ("3. Process overview and scheduling", _schedule(live)),
        ("4. Design concepts", _concepts(live)),
        ("5. Initialization", _initialization(live)),
        ("6. Input data", _input(live)),
        ("7. Submodels", submodels(live, comments)),
        ("Equations", _equations(live)),
    ):
        lines += [f"## {title}", "", *element]
    return "\n".join(lines).rstrip() + "\n"


def _purpose(live: Live) -> Iterator[str]:
    scenario = live.scenario
    yield (
        "To tell what competitors' prices, a brand's own program and levers, and word of mouth do to retention, shares "
        f"and profit. Questions are asked for the brand {escaped(scenario.focal)}, in one market: "
        f"{escaped(scenario.title) or 'without a title'}."
    )
    yield from ["", "Patterns that the model as a whole is held to, as checks that run (`loyaltysim validate`):", ""]
    rows = ([code(one.id), escaped(one.says), escaped(one.source)] for one in select())
    yield from table(("Check", "Experiment", "Pattern's source"), rows)


def _entities(live: Live, comments: Mapping[str, str]) -> Iterator[str]:
    scenario, world = live.scenario, live.simulation.world
    yield f"**Customers**: {scenario.population.n_customers:,} in each replication. What each has:"
    yield ""
    traits: list[list[str]] = []
    states: list[list[str]] = []
    for name in live.at_start:
        one = FIELDS[name]
        per = "customer and brand" if one.by_brand else "customer"
        cells = [code(name), escaped(one.says), escaped(one.unit if one.unit != "1" else ""), per]
        (traits if one.owner == "population" else states).append([*cells, one.owner])
    heads = ("Name", "What it is", "Unit", "One per", "Changed by")
    yield from ["Traits, which stay:", "", *table(heads[:-1], [row[:-1] for row in traits])]
    yield from ["States:", "", *table(heads, states)]
    seen = [[code(name), escaped(COLUMNS[name].says)] for name in world.history.arrays]
    if seen:
        yield from ["What firms can see of each customer, by brand:", "", *table(("Column", "What it is"), seen)]
    own = [
        [code(name), " × ".join(_length(size, live) for size in array.shape)]
        for name, array in world.arrays.items() if array.size
    ]  # fmt: skip
    if own:
        yield from ["What single parts keep for themselves:", "", *table(("Array", "One per"), own)]
    shown = [name for name in ("feature", "display") if getattr(world.market, f"has_{name}")]
    changed = dict.fromkeys(fact for one in live.on.values() for fact in getattr(one.part, "changes", ()))
    has = ", ".join(["price", "list price", "promotion", *shown, "quality", "appeal", "unit cost"])
    yield f"**Brands**: {', '.join(map(escaped, scenario.brands))}. What each has at a step: {has}."
    if changed:
        yield f"Levers change {', '.join(map(code, changed))}."
    yield ""
    if "network" in live.on:
        yield f"**Ties** between customers: {prose(type(live.on['network'].part).__doc__ or '')}"
        yield ""
    years = scenario.steps * scenario.calendar.years
    yield (
        f"**Scales**: a step is {span(scenario.step_days)}; {scenario.steps:,} are measured ({years:.3g} years), after "
        f"{scenario.burn_in:,} that are not. There is no space{' but the network' if 'network' in live.on else ''}."
    )
    yield ""
    yield from told(read(scenario, (), lambda path: False), scenario.currency, comments)


def _length(size: int, live: Live) -> str:
    """What an axis of an array of the small copy is along."""
    world = live.simulation.world
    known = {world.customers.rows: "customer", len(world.brands): "brand", 2 * len(world.brands): "brand and sign"}
    return known.get(size, str(size))


def _schedule(live: Live) -> Iterator[str]:
    calls, general = live.calls, (schedule.__doc__ or "").strip().splitlines()
    yield from ["A step in general:", "", "```text", *general[2:], "```", ""]
    yield "A step of this scenario, as it was seen to run: which part is called, and what it does. Before all of it,"
    yield "the prices and promotions that are planned for the step are put on the shelf."
    scope = None
    for call in calls:
        if call.scope != scope:
            scope = call.scope
            yield from ["", f"**{SCOPES[scope]}**", ""]
        yield f"- {code(call.path)} `{call.method}`: {prose(call.says)}"
    yield ""


def _concepts(live: Live) -> Iterator[str]:
    for name, words in concepts(live):
        yield from [f"**{name}.** {words}", ""]


def _initialization(live: Live) -> Iterator[str]:
    scenario = live.scenario
    yield (
        "Each replication has a key, made of seed and number (E1). Customers get their segments and traits from it (E5)"
        f"{', and their ties' if 'network' in live.on else ''}. Nobody is in a program, and nothing has been said."
    )
    started = [name for name, one in scenario.population.segments.items() if one.start_brand]
    if scenario.population.start_brand or started:
        yield "Those with a `start_brand` bought it just before the first step."
    yield f"The {scenario.burn_in:,} steps before the measured ones let states settle." if scenario.burn_in else ""
    yield from ["", "States before the first step:", ""]
    rows = [
        [code(name), start_text(array)] for name, array in live.at_start.items() if FIELDS[name].owner != "population"
    ]
    yield from table(("State", "At the start"), rows)


def _input(live: Live) -> Iterator[str]:
    scenario = live.scenario
    files = [file.name for file in scenario.files() if file.suffix != ".py"]
    panel = scenario.panel is not None and scenario.behavior.needs.kind == "panel"
    if panel and scenario.panel is not None:
        yield f"Recorded purchases, {escaped(scenario.panel.source)}: when households bought, and at what offers."
    elif files:
        yield f"Files that are read before the first step: {', '.join(code(name) for name in files)}."
    else:
        yield "None: nothing is read while the model runs."
    if scenario.uses:
        yield f"Kinds of the scenario's own come from {', '.join(code(f'{name}.py') for name in scenario.uses)}."
    yield ""


def _equations(live: Live) -> Iterator[str]:
    yield from quoted(all_equations(live))
