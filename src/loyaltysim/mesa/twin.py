"""The twin: the same market as the arrays, with one Python object a customer, in ordinary Mesa.

This file has the market and its step; what a customer does is in twin_customer.py, its account with a program in
twin_program.py, luck in twin_luck.py.

Customers act on each other only by messages, which arrive in the next step. So it makes no difference in which order
they act, nor that the arrays take the first occasions of all customers before anybody's second.

With ``luck="keyed"`` every draw is the one that the arrays make, and so is every choice (tests/mesa/test_twin.py), but
where Python's floats of 64 bits and the arrays' of 32 fall on two sides of a draw: one choice in some millions. With
``luck="mesa"`` draws come from Mesa's own generator: another sample of the same model. Traits, ties and shelf prices
are the arrays' in both. The twin counts everybody together, not by segment, and knows no panel of recorded purchases.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import mesa
import numpy as np

from loyaltysim.customers.fields import FIELDS
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.mesa.twin_customer import Customer
from loyaltysim.mesa.twin_luck import KeyedLuck, Luck, MesaLuck
from loyaltysim.mesa.twin_program import Rules, money
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation, check_seed
from loyaltysim.totals import MONEY_UNIT, POINT_UNIT
from loyaltysim.word_of_mouth.delivery import TIE_UNIT
from loyaltysim.word_of_mouth.influence import NoInfluence

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.record import Part

KNOWN = {
    "needs": {"poisson", "bernoulli", "regular"},
    "choice": {"logit", "switching"},
    "experience": {"none", "normal"},
    "satisfaction": {"none", "level", "disconfirmation"},
    "learning": {"none", "constant"},
    "bond": {"none", "linear", "drift"},
    "basket": {"one"},
    "talk": {"none", "threshold", "rates"},
    "influence": {"none", "satisfaction", "heard"},
    "pricing": {"constant", "promotion_calendar"},
    "programs": {"points", "stamps"},
    "enrollment": {"automatic", "opt_in"},
    "reward": {"cash", "percent_off", "free_unit"},
    "expiry": {"none", "inactivity", "fixed_dates"},
    "customer_response": {"none", "progress", "worth", "goal_gradient"},
}
"""The kinds of parts that the twin knows, by the setting that picks them; of all others only "none"."""

FLOWS = (
    "buyers purchases units joined repeat_purchases purchases_after messages_positive messages_negative revenue "
    "cost_of_goods program_cost enrolled points_earned points_redeemed points_expired rewards_redeemed"
).split()
"""What is counted by step and brand."""
UNITS = {name: MONEY_UNIT for name in ("revenue", "cost_of_goods", "program_cost")}
UNITS |= {name: POINT_UNIT for name in ("points_earned", "points_redeemed", "points_expired")}
"""Ledger units in one unit of what is counted, where it is not 1."""


class TwinModel(mesa.Model):
    """A market of customers that are Python objects.

    Parameters
    ----------
    scenario : the scenario
    seed, replication : as of `simulate` and `replicate`; a seed of None, which Mesa's `batch_run` may give, counts as 1
    luck : "keyed" for the draws of the arrays, "mesa" for those of Mesa's generator

    Raises
    ------
    NotImplementedError : for a scenario with a kind of part that the twin does not know
    ScenarioError : for a bad seed, or a scenario that cannot be opened
    ValueError : for luck of another name
    """

    def __init__(
        self, scenario: Scenario, seed: int | None = 1, replication: int = 0, luck: Literal["keyed", "mesa"] = "keyed"
    ) -> None:
        seed = check_seed(1 if seed is None else seed)
        super().__init__(rng=[seed, replication])
        check_kinds(scenario)
        if luck not in ("keyed", "mesa"):
            raise ValueError(f'luck must be "keyed" or "mesa", was {luck!r}')
        # `setup`, not `scenario`: that name belongs to Mesa from 3.5 on
        self.setup, self.calendar = scenario, scenario.calendar
        self.luck: Luck = KeyedLuck() if luck == "keyed" else MesaLuck(self.random)
        self.now = 0
        """The step that comes next, or that runs; the burn-in counts."""
        self.weeks = self.calendar.weeks
        self.messages: list[tuple[Customer, int, int, int | None]] = []
        """Said in this step: by whom, of which brand, 1 for praise or -1 for blame, to which friend (None: to all)."""
        self._take_parts(scenario)
        self._work_out_weights()
        arrays = Simulation(scenario, seed=seed, threads=1, replications=range(replication, replication + 1)).world
        self._open_market(arrays)
        self._open_counts()
        self._open_customers(arrays)

    def _take_parts(self, scenario: Scenario) -> None:
        """Name the parts of the scenario."""
        behavior, talking = scenario.behavior, scenario.word_of_mouth
        self.needs: Any = behavior.needs
        self.choice: Any = behavior.choice
        self.experience: Any = behavior.experience
        self.satisfaction: Any = behavior.satisfaction
        self.learning: Any = behavior.learning
        self.bond: Any = behavior.bond
        self.talk: Any = talking.talk
        self.influence: Any = talking.influence if talking.talk.kind != "none" else NoInfluence()

    def _work_out_weights(self) -> None:
        """What parts that may be off come to: 0 where they are."""
        logit = self.choice.kind == "logit"
        self.has_reference_price: bool = logit and self.choice.has_reference_price
        feels, bonds = logit and self.satisfaction.kind != "none", logit and self.bond.kind != "none"
        self.satisfaction_weight: float = self.choice.satisfaction_weight if feels else 0.0
        self.bond_weight: float = self.choice.bond_weight if bonds else 0.0
        shift = getattr(self.influence, "shift", 0.0) / STRENGTH_UNIT
        self.shift_of_satisfaction = shift if self.influence.kind == "satisfaction" else 0.0
        self.shift_of_heard = shift if self.influence.kind == "heard" else 0.0
        if self.influence.kind == "heard":
            self.heard_kept = 0.5 ** (self.weeks * DAYS_PER_WEEK / self.influence.half_life_days)

    def _open_market(self, arrays: Any) -> None:
        """Take the brands' plans, qualities and programs."""
        brands = list(self.setup.brands.values())
        self.n_brands = len(brands)
        self.plan = arrays.market.plan
        self.list_prices: list[float] = self.plan.list_price[0].tolist()
        self.quality: list[float] = arrays.market.quality[0].tolist()
        self.appeal: list[float] = arrays.market.appeal[0].tolist()
        self.unit_costs = [money(brand.unit_cost) for brand in brands]
        self.rules = [
            Rules(program, f"{name}.{number}", b, self.list_prices[b], self.weeks)
            for b, (name, brand) in enumerate(self.setup.brands.items())
            for number, program in enumerate(brand.programs)
        ]
        self.balances_expire = any(rules.idle_steps or rules.date_steps for rules in self.rules)
        if self.choice.kind == "switching":  # the last row is for who has bought nothing yet
            rows = [*self.choice.matrix, [1 / self.n_brands] * self.n_brands]
            self.switching: list[list[float]] = np.cumsum(rows, axis=1).tolist()

    def _open_customers(self, arrays: Any) -> None:
        """Make the customers, with the traits and friends that they have in the arrays."""
        everybody, n = arrays.customers, self.setup.population.n_customers
        traits: dict[str, list[Any]] = {
            name: everybody.arrays[name].tolist() if everybody.has(name) else [FIELDS[name].off] * n
            for name in ("needs", "price_sensitivity", "inertia", "talkativeness")
        }
        by_brand = everybody.arrays["taste"].T.tolist() if everybody.has("taste") else [[0.0] * self.n_brands] * n
        traits["taste"] = by_brand
        self.customers = [
            Customer(self, number, everybody.key[number], {name: values[number] for name, values in traits.items()})
            for number in range(n)
        ]
        for customer in self.customers if everybody.has("last_brand") else ():
            bought = int(everybody.arrays["last_brand"][customer.number])
            if bought >= 0:
                customer.last_brand, customer.tried[bought] = bought, True
        network, self.everybody_hears = arrays.neighbors, self.setup.network.as_totals
        for customer in self.customers if network is not None else ():
            if self.everybody_hears:
                customer.friends = [other for other in self.customers if other is not customer]
            else:
                own = slice(network.first[customer.number], network.first[customer.number + 1])
                customer.friends = [self.customers[number] for number in network.neighbor[own].tolist()]
            weighted = not self.everybody_hears and network.strength is not None
            customer.ties = network.strength[own].tolist() if weighted else [TIE_UNIT] * len(customer.friends)

    def _open_counts(self) -> None:
        """Empty counts of a step, and the collector that keeps them."""
        self.occasions = self.no_purchase = 0
        self.counts = {name: [0] * self.n_brands for name in FLOWS}
        self.switches = [[0] * self.n_brands for _ in range(self.n_brands)]
        reporters: dict[str, Any] = {name: partial(_count_of, name) for name in FLOWS}
        reporters |= {name: name for name in ("occasions", "no_purchase", "switches")}
        if self.setup.metrics.keeps_states:
            parts = {"satisfaction": self.satisfaction, "bond": self.bond}
            reporters |= {name: partial(_mean_of, name) for name, part in parts.items() if part.kind != "none"}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self) -> None:
        """One step of the market. Raises IndexError after the last."""
        if self.now >= self.calendar.last:
            raise IndexError(f"the scenario has {self.calendar.last} steps, burn-in included")
        self.luck.turn(self.now)
        self.turn_market()
        self.deliver_messages()
        if self.influence.kind == "heard":
            self.agents.do("take_in")
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)
        self.clear_counts()
        self.now += 1
        self.running = self.now < self.calendar.last

    def turn_market(self) -> None:
        """What brands show and what season it is at this step (stage 1)."""
        plan, now = self.plan, self.now
        self.prices: list[float] = plan.price[now].tolist()
        self.shown = [0.0] * self.n_brands
        if self.choice.kind == "logit":
            shown = self.choice.feature_weight * plan.feature[now] + self.choice.display_weight * plan.display[now]
            self.shown = shown.tolist()
        season = getattr(self.needs, "season", ()) or (1.0,)
        year = (
            (now - self.calendar.burn_in) * self.calendar.years + 1e-9
        ) % 1.0  # as in behavior.needs: forgives rounding
        self.need_factor = self.weeks * season[int(year * len(season))]

    def deliver_messages(self) -> None:
        """Bring what was said in the last step to those who hear it (stage 3)."""
        for sender, brand, sign, friend in self.messages:
            hearers = range(len(sender.friends)) if friend is None else (friend,)
            for place in hearers:
                strength = sign * (self.talk.strength * sender.ties[place] // TIE_UNIT)
                sender.friends[place].hear(brand, sign, strength)
        self.messages.clear()

    def clear_counts(self) -> None:
        """Begin the counts of the next step."""
        self.occasions = self.no_purchase = 0
        for row in (*self.counts.values(), *self.switches):
            row[:] = [0] * self.n_brands

    def series(self, name: str) -> np.ndarray[Any, Any]:
        """What was collected under a name in the measured steps, in units of its own: steps, or steps × brands."""
        value = np.array(self.datacollector.model_vars[name])[self.calendar.burn_in :]
        return value / UNITS[name] if name in UNITS else value

    def table(self) -> pd.DataFrame:
        """Counts of the measured steps, a row for each step and brand, with the names of the Dataset of `simulate`.

        What the Dataset has by program is added up for each brand.
        """
        import pandas as pd

        collected, burn_in = self.datacollector.model_vars, self.calendar.burn_in
        columns = {name: self.series(name) for name in (*FLOWS, "satisfaction", "bond") if name in collected}
        steps = np.arange(len(columns["buyers"]))
        columns["members"] = np.cumsum(collected["enrolled"], 0)[burn_in:]
        earned, redeemed, expired = (
            np.cumsum(collected[f"points_{what}"], 0) for what in ("earned", "redeemed", "expired")
        )
        columns["points_outstanding"] = (earned - redeemed - expired)[burn_in:] / POINT_UNIT
        del columns["enrolled"]
        index = pd.MultiIndex.from_product([steps, list(self.setup.brands)], names=["step", "brand"])
        return pd.DataFrame({name: value.reshape(-1) for name, value in columns.items()}, index)


def check_kinds(scenario: Scenario) -> None:
    """Raise NotImplementedError if a part of the scenario is of a kind that the twin does not know."""
    parts: list[tuple[str, Part]] = [*_parts_of(scenario.behavior), *_parts_of(scenario.word_of_mouth)]
    for brand in scenario.brands.values():
        parts += _parts_of(brand)
        for program in brand.programs:
            parts += _parts_of(program)
    for name, part in parts:
        if part.kind != "none" and part.kind not in KNOWN.get(name, ()):
            raise NotImplementedError(f'the twin knows no {part.room} of kind "{part.kind}"')


def _parts_of(record: Any) -> list[tuple[str, Part]]:
    """The parts that a record's settings pick, alone or in lists, each with the setting's name."""
    found = []
    for name, value in record:
        found += [(name, part) for part in (value if isinstance(value, tuple) else (value,)) if hasattr(part, "kind")]
    return found


def _count_of(name: str, model: TwinModel) -> list[int]:
    return model.counts[name]


def _mean_of(name: str, model: TwinModel) -> list[float]:
    """The mean of a state, by brand, over those who ever bought the brand; NaN over nobody and in steps left out."""
    means = []
    left_out = (model.now - model.calendar.burn_in + 1) % model.setup.metrics.states_every != 0
    for b in range(model.n_brands):
        known = [] if left_out else [customer for customer in model.customers if customer.tried[b]]
        values = [customer.bond_now(b) if name == "bond" else customer.satisfaction[b] for customer in known]
        means.append(sum(values) / len(values) if values else float("nan"))
    return means
