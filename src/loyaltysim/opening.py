"""Opening: a scenario becomes a world: boards, traits, network, and the prices that are known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.customers.customers import Customers
from loyaltysim.customers.neighbors import Neighbors, Totals
from loyaltysim.customers.population import Population, draw_traits
from loyaltysim.customers.turnover import Turnover
from loyaltysim.data.panels import load_panel
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.market.market import Market, Plan
from loyaltysim.world import World, open_world

if TYPE_CHECKING:
    from loyaltysim.scenario import Brand, PanelSource, Scenario

MOST_OCCASIONS = 1000
"""Expected occasions of a customer in a step: each is a round, and so many are surely a slip (assumed)."""


def open_market(
    scenario: Scenario, seed: int, replications: range, threads: int = 1, block_size: int | None = None
) -> World:
    """The world of a scenario before its first step, without parts.

    Raises ScenarioError for an edge list or a panel that cannot be read.
    """
    calendar, brands = scenario.calendar, scenario.brands
    plan = plan_prices(scenario)
    market = Market(
        len(replications),
        tuple(brands),
        plan,
        [brand.quality for brand in brands.values()],
        [brand.appeal for brand in brands.values()],
        [brand.unit_cost for brand in brands.values()],
        _facts(list(brands.values())),
    )
    world = open_world(
        seed=seed,
        n_customers=scenario.population.n_customers,
        replications=replications,
        calendar=calendar,
        brands=tuple(brands),
        segments=scenario.segment_names,
        focal=list(brands).index(scenario.focal),
        market=market,
        threads=threads,
        programs=sum(len(brand.programs) for brand in brands.values()),
        levers=sum(len(brand.levers) for brand in brands.values()),
        reasons=scenario.metrics.reasons,
        block_size=block_size,
    )
    draw_traits(scenario.population, world.customers, tuple(brands))
    _seat_buyers(scenario.population, world)
    most = float(world.customers.arrays["needs"].max())
    if not most * calendar.weeks <= MOST_OCCASIONS:
        message = (
            f"somebody would have {most * calendar.weeks:g} occasions a step; at most {MOST_OCCASIONS} can be simulated"
        )
        raise ScenarioError([Fault(None, None, "population.needs_per_week", message)])
    if scenario.panel is not None and scenario.behavior.needs.kind == "panel":
        _seat_households(scenario, scenario.panel, world)
    if scenario.word_of_mouth.travels:
        world.neighbors = build_network(scenario, world.customers, seed)
        rate = getattr(scenario.network, "turnover", 0.0)
        world.turnover = Turnover(rate, calendar.years, seed, replications.start) if rate else None
    return world


def build_network(scenario: Scenario, customers: Customers, seed: int) -> Neighbors | Totals | None:
    """The networks of a scenario, for customers whose segments are drawn."""
    stack, segmented = customers.replications, len(scenario.segment_names) > 1
    return scenario.network.build(
        customers.n_customers,
        seed,
        len(stack),
        stack.start,
        scenario._folder,
        customers.segment if segmented else None,
    )


def _facts(brands: list[Brand]) -> dict[str, list[float]]:
    """What the brands are to their customers, by the names of `market.FACTS`."""
    same = ("ethics", "effort", "store_appeal", "online_appeal", "bond_growth")
    facts = {name: [getattr(brand, name) for brand in brands] for name in same}
    for name in ("service", "ease", "consistency"):
        own = [getattr(brand, name) for brand in brands]
        facts[name] = [brand.quality if value is None else value for brand, value in zip(brands, own)]
    of_complaints = ("failure_chance", "response_days", "distributive", "interaction")
    facts |= {name: [getattr(brand.complaints, name) for brand in brands] for name in of_complaints}
    facts["complaint_ease"] = [brand.complaints.ease for brand in brands]
    online = [brand.complaints.online_failure_chance for brand in brands]
    facts["online_failure_chance"] = [
        brand.complaints.failure_chance if chance is None else chance for brand, chance in zip(brands, online)
    ]
    return facts


def _seat_households(scenario: Scenario, panel: PanelSource, world: World) -> None:
    """Give the world its panel, and every customer the brand that its household was seen to buy first."""
    n = scenario.population.n_customers
    world.panel = load_panel(panel.source, world.brands, n, scenario._folder, panel.order)
    _seat(world, np.tile(world.panel.start_brand, world.n_replications))


def _seat_buyers(population: Population, world: World) -> None:
    """Give every customer the brand that its segment bought before the first step, where the scenario names one."""
    own = [segment.start_brand for segment in population.segments.values()] or [None]
    start = [population.start_brand if brand is None else brand for brand in own]
    if any(brand is not None for brand in start):
        numbers = np.array([-1 if brand is None else world.brands.index(brand) for brand in start], np.int8)
        _seat(world, numbers[world.customers.segment])


def _seat(world: World, brand: np.ndarray) -> None:
    """Let each row have bought a brand, by its number, before the first step; -1: none."""
    some = np.uint32(1) << np.maximum(brand, 0).astype(np.uint32)
    world.customers.ask("last_brand")[:] = brand
    world.customers.ask("tried")[:] = np.where(brand >= 0, some, np.uint32(0))
    world.history.start_brand = brand


def plan_prices(scenario: Scenario) -> Plan:
    """Prices and promotions that are known beforehand: steps × brands, burn-in included."""
    calendar, brands = scenario.calendar, list(scenario.brands.values())
    shape = (calendar.last, len(brands))
    list_price = np.empty(shape, np.float32)
    list_price[:] = [brand.price for brand in brands]
    plan = Plan(
        list_price, list_price.copy(), np.zeros(shape, bool), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    )
    for place, brand in enumerate(brands):
        for pricing in brand.pricing:
            pricing.plan(plan, place, calendar)
    return plan
