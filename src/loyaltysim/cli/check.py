"""`loyaltysim check`: is the file right?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from loyaltysim.cli import options
from loyaltysim.cli.told import plain, print_json, told
from loyaltysim.faults import path_text

if TYPE_CHECKING:
    from loyaltysim.scenario import Brand, Scenario

REPLICATIONS = 10
"""For the memory that is told: as many as `run` makes."""


def check(name: options.Name, changes: options.Changes = None, as_json: options.Json = False) -> None:
    """Check a scenario without running it: what is wrong is told together, with file, line and what would do.

    What may hang on a setting that is wrong itself is told once that is mended.
    """
    with told(as_json):
        from loyaltysim.cli.asked import Faults, located, read_options, read_scenario
        from loyaltysim.cli.show import note

        faults = Faults()
        asked = read_options(faults, changes=changes)
        with faults.of():
            scenario = read_scenario(name, asked)
        faults.tell()
        with located(name):
            found = summarize(scenario)
        if as_json:
            print_json({"ok": True, "faults": [], "scenario": name, **found})
        else:
            show(name, scenario, found)
            for line in remarks_on_new_brands(scenario, name):
                note(line)
            for remarks in (remarks_on_population, remarks_on_prices, remarks_on_programs, remarks_on_levers):
                for line in remarks(scenario):
                    note(line)


def summarize(scenario: Scenario) -> dict[str, Any]:
    """What a run would be, in numbers. Raises ScenarioError for files that it reads and for too little memory."""
    from loyaltysim.memory import check_memory, expected_need
    from loyaltysim.runs import STACK_ROWS

    customers = scenario.population.n_customers
    stack = max(1, min(REPLICATIONS, STACK_ROWS // customers))
    check_memory(scenario, stack, REPLICATIONS)
    if scenario.network.files():
        scenario.network.build(customers, 0, 1, folder=scenario._folder)
    return {
        "title": scenario.title,
        "brands": list(scenario.brands),
        "focal": scenario.focal,
        "segments": list(scenario.population.segments),
        "customers": customers,
        "steps": scenario.steps,
        "burn_in": scenario.burn_in,
        "memory_bytes": expected_need(scenario, stack, REPLICATIONS).bytes,
    }


def remarks_on_new_brands(scenario: Scenario, name: str) -> Iterator[str]:
    """Brands without a price of their own that a file adds to what it extends, and nearly as one there; a line each."""
    from loyaltysim.faults import nearest
    from loyaltysim.scenario_file import find, read

    path = find(name)
    if not path.is_file():  # what came through a pipe cannot be read again
        return
    source = read(path)
    said_in: dict[str, set[str]] = {}
    for place, (file, _) in source.where.items():
        if place[0] == "brands" and len(place) > 1:
            said_in.setdefault(str(place[1]), set()).add(file)
    extended = [brand for brand, files in said_in.items() if files != {source.file}]
    for new in [brand for brand in said_in if brand not in extended]:
        meant = nearest(new, extended)
        if meant is not None and new in scenario.brands and "price" not in scenario.brands[new].given():
            told = f'is a new brand without a price of its own. Did you mean "{meant}"? If not, set its price'
            yield plain(f"{path_text(('brands', new))} {told}.")


def remarks_on_population(scenario: Scenario) -> Iterator[str]:
    """What is set for all customers while each segment has its own; a line each."""
    from loyaltysim.customers.population import Segment

    everybody, groups = scenario.population, scenario.population.segments.values()

    def is_unread(name: str, brand: str | None = None) -> bool:
        own = [getattr(group, name) for group in groups]
        return bool(own) and all(own if brand is None else (brand in (each or {}) for each in own))

    paths: list[tuple[str, ...]] = [
        (name,) for name in Segment.model_fields
        if name not in ("share", "appeal") and getattr(everybody, name) is not None and is_unread(name)
    ]  # fmt: skip
    paths += [("appeal", brand) for brand in everybody.appeal or {} if is_unread("appeal", brand)]
    for path in paths:
        yield plain(f"{path_text(('population', *path))} does nothing: each segment sets its own.")


def remarks_on_prices(scenario: Scenario) -> Iterator[str]:
    """Brands that lose money on every unit at their list price, or with their coupons; a line each."""
    from loyaltysim.pricing.poach import Poach

    for name, brand in scenario.brands.items():
        if brand.unit_cost > brand.price:
            costs = f"{brand.unit_cost:g} is more than its price of {brand.price:g}"
            yield plain(f"{path_text(('brands', name, 'unit_cost'))} of {costs}: every unit is sold at a loss.")
        shelf = lowest_on_shelf(brand)
        for number, pricing in enumerate(brand.pricing):
            if not isinstance(pricing, Poach):
                continue
            left, least = (price * (1 - pricing.depth) for price in (brand.price, shelf))
            costs = f"what costs {brand.unit_cost:g}"
            if left < brand.unit_cost:
                told = f"sells to rivals' customers for {left:g} {costs}: a loss on every unit"
            elif pricing.depth and least < brand.unit_cost:
                when = f"while the shelf is at its lowest, {shelf:g}"
                told = f"sells to rivals' customers for {least:g} {costs} {when}: a loss on every such unit"
            else:
                continue
            yield plain(f"{path_text(('brands', name, 'pricing', number))} {told}.")


def lowest_on_shelf(brand: Brand) -> float:
    """The lowest price that a brand's pricing may put on the shelf; what its kinds do not know counts as list price."""
    return min([brand.price, *(pricing.lowest(brand.price, brand.unit_cost) for pricing in brand.pricing)])


def remarks_on_programs(scenario: Scenario) -> Iterator[str]:
    """What programs do not do, by their settings or since they are launched after the end of the run; a line each."""
    weeks = scenario.steps * scenario.calendar.weeks
    for name, brand in scenario.brands.items():
        for number, program in enumerate(brand.programs):
            program = program.unfold(scenario.brands, scenario.focal)
            begins = program.from_week or 0.0
            said = program.remarks()
            if begins >= weeks:
                said.append(f"does nothing: it begins in week {begins:g}, and the run ends after {weeks:g}")
            for remark in said:
                yield plain(f"{path_text(('brands', name, 'programs', number))} {remark}.")


def remarks_on_levers(scenario: Scenario) -> Iterator[str]:
    """Levers that are never pulled, reach nobody or whom luck picks, are free or sell at a loss; a line each."""
    import numpy as np

    from loyaltysim.levers.lever import Around
    from loyaltysim.study.pulled import pulled

    calendar = scenario.calendar
    steps = np.arange(calendar.last)

    for one in pulled(scenario):
        brand = scenario.brands[one.brand]
        number = int(one.path.rpartition(".")[2])
        lever = brand.levers[number]
        on = np.flatnonzero(np.broadcast_to(calendar.within(steps, lever.from_week, lever.until_week), steps.shape))
        weeks = calendar.weeks
        left = float((calendar.last - on[0]) * weeks) if len(on) else 0.0
        said = lever.remarks(
            Around(brand.price, lowest_on_shelf(brand), brand.unit_cost, weeks, float(len(on) * weeks), left)
        )
        if not one.strength:
            said.insert(0, "does nothing: its strength is 0")
        elif not one.weeks:
            early = scenario.burn_in and lever.until_week is not None
            before = "it is pulled in weeks that are not measured, if at all" if early else "it begins after the end"
            said.insert(0, f"does nothing in the measured time: {before}")
        for remark in said:
            yield plain(f"{one.path} {remark}.")


def show(name: str, scenario: Scenario, found: dict[str, Any]) -> None:
    """Print what was found for reading."""
    from loyaltysim.memory import size_text
    from loyaltysim.study.wording import span

    def listed(names: list[str]) -> str:
        return ", ".join(f"{one} (focal)" if one == scenario.focal else one for one in names)

    time = f"{scenario.steps:,} of {span(scenario.step_days)}"
    lines = {
        "title": found["title"],
        "brands": listed(found["brands"]),
        "segments": ", ".join(found["segments"]),
        "customers": f"{found['customers']:,}",
        "steps": f"{time}, after {scenario.burn_in:,} not measured" if scenario.burn_in else time,
        "memory": f"about {size_text(found['memory_bytes'])} for {REPLICATIONS} replications",
    }
    print(plain(f"{name}: ok"))
    width = max(map(len, lines)) + 1
    for what, text in lines.items():
        if text:
            print(plain(f"  {what:<{width}}{text}"))
