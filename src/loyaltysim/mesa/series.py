"""Series: what a simulation counted, step by step with the burn-in, as columns of plain numbers.

A column of the whole market has the plain name (`occasions`); one of a brand has the brand in brackets
(`purchases[Ours]`). In the measured steps they are the numbers of the Dataset of `simulate`, all segments together, bit
for bit. What is kept in measured steps alone (states, prices) is NaN in the burn-in. States are NaN also between the
steps in which the scenario measures them, every `metrics.states_every` steps (13 in grocery): drop the NaN before you
plot, or ask for every step, ``**{"metrics.states_every": 1}``, which takes longer.

States (`satisfaction[Ours]`) are means over those who ever bought the brand; `model.agents` are all customers, whose
mean is another number. The same number by way of the agents:

    model.agents.select(model.agents.column("tried[Ours]")).agg("satisfaction[Ours]", np.mean)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from loyaltysim.faults import nearest
from loyaltysim.metrics.states import GONE, STATES
from loyaltysim.results import COSTS, INCOME
from loyaltysim.simulation import Simulation
from loyaltysim.totals import BY_BRAND, BY_PROGRAM, MONEY_UNIT, POINT_UNIT

Column = np.ndarray[Any, np.dtype[Any]]

OF_MARKET = ("measured_step", "occasions", "no_purchase")
PRICES = ("price", "list_price", "on_promotion")
STOCKS = ("members", "points_outstanding")
OF_BRAND = (*BY_BRAND, *BY_PROGRAM, "margin", *STOCKS, *STATES, *GONE, *PRICES)
SHOWN = ("buyers", "purchases", "units", "revenue", "margin", "members", "satisfaction", "bond", "price")
"""Of each brand, where nothing else is asked for."""
UNITS = dict.fromkeys((*INCOME, *COSTS), MONEY_UNIT)
UNITS |= dict.fromkeys(("points_earned", "points_redeemed", "points_expired"), POINT_UNIT)
"""Ledger units in one unit of what is counted, where it is not 1."""

_NAME = re.compile(r"(\w+)(?:\[(.+)\])?")


def split_name(name: str) -> tuple[str, str | None]:
    """`purchases[Ours]` → what, whose; the whole market's have None."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else (name, None)


def is_series(name: Any, brands: Sequence[str]) -> bool:
    """Whether there is a column of this name."""
    if not isinstance(name, str):
        return False
    what, brand = split_name(name)
    return what in OF_MARKET if brand is None else what in OF_BRAND and brand in brands


def shown(simulation: Simulation) -> Iterator[str]:
    """Names of the columns that say something of this scenario, where nobody asks for others."""
    kept, scenario = simulation.world.kept, simulation.scenario
    left_out = {name for name in STATES if name not in kept or not scenario.metrics.keeps_states}
    if not scenario.programs:
        left_out.add("members")
    yield from OF_MARKET
    for brand in simulation.world.brands:
        yield from (f"{what}[{brand}]" for what in SHOWN if what not in left_out)


def no_series(name: str, brands: Sequence[str], known: Iterable[str], also: str = "") -> str:
    """That there is no series of a name, which there are, and which was probably meant."""
    near = nearest(name, (*OF_MARKET, *(f"{what}[{brand}]" for brand in brands for what in OF_BRAND)))
    hint = "" if near is None else f"; did you mean {near!r}?"
    return f"there is no series {name!r}{also}; there are: {', '.join(known)} and more{hint}"


def check_name(name: str, model: Any, known: Iterable[str]) -> None:
    """Raise AttributeError for a reporter's name that is no series, and no attribute either.

    The attributes of a class of the user's own may come after the collector.
    """
    is_own = not type(model).__module__.startswith(__package__)
    if not (hasattr(model, name) or (is_own and "[" not in name)):
        raise AttributeError(no_series(name, model.brands, known, ", nor an attribute of the model"))


class Series:
    """Columns over the steps made so far."""

    def __init__(self, simulation: Simulation) -> None:
        self.now, self.scenario = simulation.now, simulation.scenario
        self.brands, self.raw = simulation.world.brands, simulation.raw()
        self.owners = [self.brands.index(name) for name, _, _ in self.scenario.programs]

    def __getitem__(self, name: str) -> Column:
        """One column: one number per step."""
        what, brand = split_name(name)
        if brand is None:
            return self._of_market(what)
        return self._of_brand(what, self.brands.index(brand))

    def _of_market(self, what: str) -> Column:
        if what == "measured_step":
            return np.arange(self.now) - self.scenario.burn_in
        counted: Column = self.raw.flows[what][: self.now, 0]
        return counted

    def _of_brand(self, what: str, b: int) -> Column:
        if what == "margin":
            margin = self._of_brand(INCOME[0], b) + self._of_brand(INCOME[1], b)
            for cost in COSTS:
                margin = margin - self._of_brand(cost, b)
            return margin
        if what in STATES or what in GONE or what in PRICES:
            return self._measured(what, b)
        if what == "members":
            return np.cumsum(self._flow("enrolled", b))
        if what == "points_outstanding":
            return self._points(b)
        return self._flow(what, b) / UNITS[what] if what in UNITS else self._flow(what, b)

    def _flow(self, what: str, b: int) -> Column:
        """A flow in ledger units, those of all programs of the brand together."""
        flow: Column = self.raw.flows[what][: self.now, 0].sum(1)
        if what in BY_PROGRAM:
            return sum((flow[:, p] for p, owner in enumerate(self.owners) if owner == b), np.zeros(self.now, np.int64))
        return flow[:, b]

    def _points(self, b: int) -> Column:
        earned, redeemed, expired = (self.raw.flows[f"points_{what}"] for what in ("earned", "redeemed", "expired"))
        balance = np.cumsum(earned - redeemed - expired, 0)[: self.now, 0].sum(1) / POINT_UNIT
        return sum((balance[:, p] for p, owner in enumerate(self.owners) if owner == b), np.zeros(self.now))

    def _measured(self, what: str, b: int) -> Column:
        """What is kept in measured steps alone."""
        if what in STATES:
            people = self.raw.state_people[:, 0, :, b].sum(-1)
            with np.errstate(invalid="ignore", divide="ignore"):
                kept = self.raw.state_sums[:, STATES.index(what), 0, :, b].sum(-1) / people
        elif what in GONE:
            kept = self.raw.gone[:, GONE.index(what), 0, :, b].sum(-1)
        else:
            kept = self.raw.prices[what][:, 0, b]
        burn_in = min(self.scenario.burn_in, self.now)
        return np.concatenate([np.full(burn_in, np.nan), kept[: self.now - burn_in]])
