"""Panels as targets: what households chose from the offers that they met, in the numbers that a logit rests on.

Shares of brands, the mean price paid, the shares bought on a leaflet or display, and of repeat purchases are the
sufficient statistics of a logit with these effects (docs/model.md (E186)): nothing else in the panel speaks of its
coefficients where customers are alike. The shares that are the brand bought two and five purchases before, and how many
households bought a brand at all, tell tastes that differ from inertia: what is habit fades with each purchase between,
what is taste stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import find_panel
from loyaltysim.study.targets import Target, refused

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation

LATER = {"two": 2, "five": 5}
"""Purchases back at which repeats are counted, beside the one before: soon, and when habit has faded (assumed)."""


def panel_target(scenario: Scenario, panel: Panel, hold_out: float) -> Target:
    """The numbers of a panel; the last purchases of each household are held out.

    Raises ScenarioError unless the scenario runs on the same panel (`data.panels.panel_scenario`).
    """
    if scenario.panel is None or scenario.behavior.needs.kind != "panel":
        raise refused("a panel wants a scenario that runs on it: ls.data.panels.panel_scenario(scenario)", "panel")
    if getattr(scenario.behavior.choice, "outside_option", False):
        raise refused("a panel holds purchases only: choice must have outside_option = false", "behavior.choice")
    own = find_panel(scenario.panel.source, scenario._folder, scenario.panel.order)
    same = sorted(own.brands) == sorted(panel.brands) and np.array_equal(own.first, panel.first)
    if not same:
        raise refused(f'the panel is not the one that the scenario runs on, "{scenario.panel.source}"')
    reader = PanelReader(panel.of_brands(tuple(scenario.brands)).after_first(), hold_out)
    value, se = reader.observed()
    pick = tuple(np.flatnonzero(np.isfinite(value) & (se > 0)).tolist())
    names, held = reader.names, reader.held_out
    how = ("panel", scenario.panel.source, hold_out)
    return Target(
        tuple(names[i] for i in pick), value[list(pick)], se[list(pick)], held[list(pick)],
        np.array([not names[i].startswith("price paid") for i in pick]), replace(reader, pick=pick).numbers, how, True,
    )  # fmt: skip


@dataclass(frozen=True)
class PanelReader:
    """Counts a panel, and runs on its offers."""

    panel: Panel
    hold_out: float
    pick: tuple[int, ...] = ()

    @cached_property
    def household(self) -> np.ndarray:
        """Of each purchase."""
        return np.repeat(np.arange(self.panel.households), np.diff(self.panel.first))

    @cached_property
    def late(self) -> np.ndarray:
        """Which purchases are held out: the last share of each household's."""
        n = np.diff(self.panel.first)
        place = np.arange(self.panel.purchases) - self.panel.first[:-1][self.household]
        return np.asarray(place >= (n - np.round(self.hold_out * n))[self.household])

    @property
    def stretches(self) -> tuple[bool, ...]:
        """Whether each stretch of time is held out."""
        return (False, True) if self.late.any() else (False,)

    @property
    def _means(self) -> list[str]:
        brands = [f"share of purchases[{brand}]" for brand in self.panel.brands[:-1]]
        offers = ["price paid", "bought on feature", "bought on display"]
        return [*brands, *offers, "repeat", *(f"repeat after {lag}" for lag in LATER)]

    @property
    def names(self) -> list[str]:
        """Of all numbers."""
        out = [name + (", held out" if late else "") for late in self.stretches for name in self._means]
        return out + [f"penetration[{brand}]" for brand in self.panel.brands]

    @property
    def held_out(self) -> np.ndarray:
        """One for each of the names."""
        return np.concatenate([np.repeat(self.stretches, len(self._means)), np.zeros(len(self.panel.brands), bool)])

    def _counted(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is averaged of each purchase, and whether it counts: purchases × means each."""
        panel = replace(self.panel, chosen=chosen)
        rows, brands = np.arange(len(chosen)), range(len(panel.brands) - 1)
        before = panel.before()
        place = rows - panel.first[:-1][self.household]  # nobody knows what was bought before the purchase at the start
        earlier = [np.where(place >= lag - 1, np.roll(before, lag - 1), -1) for lag in LATER.values()]
        offers = [offer[rows, chosen] for offer in (panel.price, panel.feature, panel.display)]
        repeats = [before, *earlier]
        means = [*(chosen == brand for brand in brands), *offers, *(chosen == own for own in repeats)]
        counts = [*(np.ones(len(chosen), bool) for _ in (*brands, *offers)), *(own >= 0 for own in repeats)]
        return np.stack(means, 1).astype(float), np.stack(counts, 1)

    def _by_household(self, chosen: np.ndarray, late: bool) -> tuple[np.ndarray, np.ndarray]:
        """Sums of what is averaged, and of what counts: households × means each."""
        means, counts = self._counted(chosen)
        here = self.late == late
        top, bottom = np.zeros((2, self.panel.households, means.shape[1]))
        np.add.at(top, self.household[here], (means * counts)[here])
        np.add.at(bottom, self.household[here], counts[here])
        return top, bottom

    def _bought(self, chosen: np.ndarray) -> np.ndarray:
        """Whether each household bought each brand in what is fitted, its first purchase included."""
        bought = np.zeros((self.panel.households, len(self.panel.brands)), bool)
        bought[self.household[~self.late], chosen[~self.late]] = True
        known = self.panel.start_brand >= 0
        bought[known, self.panel.start_brand[known]] = True
        return bought

    def observed(self) -> tuple[np.ndarray, np.ndarray]:
        """The panel's own numbers and their standard errors, households being independent (E185)."""
        values, errors = [], []
        for late in self.stretches:
            top, bottom = self._by_household(self.panel.chosen, late)
            with np.errstate(invalid="ignore"):
                ratio = top.sum(0) / bottom.sum(0)
                values.append(ratio)
                errors.append(np.sqrt(((top - ratio * bottom) ** 2).sum(0)) / bottom.sum(0))
        bought = self._bought(self.panel.chosen)
        values.append(bought.mean(0))
        errors.append(bought.std(0) / np.sqrt(len(bought)))
        return np.concatenate(values), np.concatenate(errors)

    def numbers(self, simulation: Simulation) -> np.ndarray:
        """Replications × numbers."""
        assert simulation.transactions is not None  # asked for
        codes = simulation.transactions.frame()["brand"].cat.codes.to_numpy(np.int64)
        stack = codes.reshape(len(simulation.world.customers.replications), self.panel.purchases)
        return np.array([self._of(chosen) for chosen in stack])[:, list(self.pick)]

    def _of(self, chosen: np.ndarray) -> np.ndarray:
        parts = []
        for late in self.stretches:
            top, bottom = (some.sum(0) for some in self._by_household(chosen, late))
            parts.append(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0))
        return np.concatenate([*parts, self._bought(chosen).mean(0)])
