"""The twin: the same market as the arrays, with one Python object a customer, in ordinary Mesa.

This file has the model and its step; what brands show is in twin_offers.py and twin_market.py, what a
customer does in twin_customer.py, its membership in programs in twin_program.py, luck in twin_luck.py, what is measured
in twin_columns.py.

Customers act on each other only by messages and public complaints, which arrive in the next step, and by bringing
friends into the market, before anybody shops (twin_coming.py). So it makes no difference in which order they act, nor
that the arrays take the first occasions of all before anybody's second.

With ``luck="keyed"`` every draw is the one that the arrays make, and so is every choice (tests/mesa/test_twin.py), but
where Python's floats of 64 bits and the arrays' of 32 fall on two sides of a draw: one choice in some millions. With
``luck="mesa"`` draws come from Mesa's own generator: another sample of the same model. Traits, ties, planned and
recorded prices, and what lies ahead of members who look ahead are the arrays' in both. The twin counts everybody
together, not by segment, and does not tell why customers left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from loyaltysim.behavior.recovery import CELLS, severities
from loyaltysim.customers.fields import FIELDS
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.market.messages import STRENGTH_UNIT
from loyaltysim.mesa import twin_columns
from loyaltysim.mesa.asked import SEED, SHIPPED, ask
from loyaltysim.mesa.finite import Finite
from loyaltysim.mesa.series import shown
from loyaltysim.mesa.twin_coming import Coming, bring_newcomers
from loyaltysim.mesa.twin_customer import Customer
from loyaltysim.mesa.twin_kinds import check_kinds
from loyaltysim.mesa.twin_levers import Lever
from loyaltysim.mesa.twin_levers_kinds import open_levers
from loyaltysim.mesa.twin_links import Linked
from loyaltysim.mesa.twin_luck import open_luck
from loyaltysim.mesa.twin_market import Market
from loyaltysim.mesa.twin_offers import bring_offers
from loyaltysim.mesa.twin_person import TRAITS, Person
from loyaltysim.mesa.twin_pricing import Pricing, open_pricing
from loyaltysim.mesa.twin_program import money
from loyaltysim.mesa.twin_programs import open_programs
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation, check_seed
from loyaltysim.totals import BY_BRAND, BY_PROGRAM, CHANNELS
from loyaltysim.word_of_mouth.delivery import TIE_UNIT
from loyaltysim.word_of_mouth.influence import NoInfluence


class TwinModel(Linked, Finite):
    """A market of customers that are Python objects.

    Parameters
    ----------
    scenario, rng, n_customers, kwargs : as of `LoyaltyModel`
    model_reporters, agent_reporters : as of `LoyaltyModel`, with the same names for the same measures
    luck : "keyed" (also None) for the draws of the arrays, "mesa" for those of Mesa's generator
    replication : which one of `replicate`; None: the first

    Attributes
    ----------
    setup : the loyaltysim scenario (`scenario` is Mesa's own, from Mesa 3.5 on)
    brands : names of the brands, in the order of their numbers
    customers : all customers, in the order of their numbers; `agents` are the same

    Raises
    ------
    NotImplementedError : for a scenario with a kind of part that the twin does not know
    TypeError, AttributeError, ScenarioError : as of `LoyaltyModel`
    ValueError : for luck of another name
    """

    def __init__(
        self,
        *,
        scenario: Any = SHIPPED,
        rng: Any = SEED,
        n_customers: int | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        luck: Literal["keyed", "mesa"] | None = None,
        replication: int | None = None,
        **kwargs: Any,
    ) -> None:
        own: dict[str, Any] = {
            "n_customers": n_customers, "model_reporters": model_reporters, "agent_reporters": agent_reporters,
            "luck": luck, "replication": replication,
        }  # fmt: skip
        self.setup, seed, given, mesa_scenario = ask("TwinModel", scenario, rng, own, kwargs)
        replication = check_seed(given.get("replication") or 0, "replication")
        super().__init__(rng=[seed, replication])
        if mesa_scenario is not None:
            self.scenario = mesa_scenario
        check_kinds(self.setup)
        self.calendar, self.brands = self.setup.calendar, tuple(self.setup.brands)
        self.luck = open_luck(given.get("luck"), self.random)
        self.now = 0
        """The step that comes next, or that runs; the burn-in counts."""
        self.weeks = self.calendar.weeks
        self.messages: list[tuple[Person, int, int, int | None]] = []
        """Said in this step: by whom, of which brand, 1 for praise or -1 for blame, to which friend (None: to all)."""
        self._take_parts(self.setup)
        self._work_out_weights()
        arrays = Simulation(self.setup, seed=seed, threads=1, replications=range(replication, replication + 1))
        self._open_market(arrays.world)
        self._open_counts()
        self._open_customers(arrays.world)
        self.datacollector = twin_columns.collector(
            self, given.get("model_reporters"), given.get("agent_reporters"), list(shown(arrays))
        )
        self.levers: list[Lever] = open_levers(self)
        self.jumps: list[tuple[Customer, int, float]] = []
        """Whose bond with which brand jumps in this step, by which share."""

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
        self.basket: Any = behavior.basket
        self.recovery: Any = behavior.recovery
        self.lapse: Any = behavior.lapse
        self.win_back: Any = behavior.win_back
        is_heard = self.talk.kind != "none" or (self.recovery.is_public and talking.influence.hears_public)
        self.influence: Any = talking.influence if is_heard else NoInfluence()
        self.acquisition: Any = talking.acquisition
        self.referral: Any = talking.referral
        self.unheard: Any = talking.unheard
        self.rewards: list[Any] = [brand.referral for brand in scenario.brands.values()]
        """What each brand pays for invitations; None: it takes none."""
        self.acquisition_costs = [money(brand.acquisition_cost) for brand in scenario.brands.values()]

    def _work_out_weights(self) -> None:
        """What parts that may be off come to: 0 where they are."""
        logit = self.choice.kind == "logit"
        self.has_reference_price: bool = logit and self.choice.has_reference_price
        self.habit_weight: float = self.choice.habit_weight if logit else 0.0
        feels, bonds = logit and self.satisfaction.kind != "none", logit and self.bond.kind != "none"
        learns = logit and self.learning.kind != "none"
        self.satisfaction_weight: float = self.choice.satisfaction_weight if feels else 0.0
        self.bond_weight: float = self.choice.bond_weight if bonds else 0.0
        self.expectation_weight: float = self.choice.expectation_weight if learns else 0.0
        on_satisfaction = self.influence.kind == "satisfaction"
        self.shift_of_satisfaction = self.influence.shift / STRENGTH_UNIT if on_satisfaction else 0.0
        self.stock_damping: float = getattr(self.needs, "stock_damping", 0.0)
        self.return_rate: float = getattr(self.lapse, "return_rate", 0.0)
        if self.influence.kind == "heard":
            self.heard_kept = 0.5 ** (self.weeks * DAYS_PER_WEEK / self.influence.half_life_days)
        if self.recovery.kind == "justice":
            self.severities: list[float] = severities(self.recovery.severity_a, self.recovery.severity_b).tolist()

    def _open_market(self, arrays: Any) -> None:
        """Take the brands with their plans, and their programs."""
        brands = self.setup.brands
        self.n_brands, self.panel = len(brands), arrays.panel
        self.market = Market(arrays.market, self.setup.behavior, [brand.unit_cost for brand in brands.values()])
        self.public = [0] * self.n_brands
        """What all may see of complaints of the last step: in 1/1024 of a full message, times those who see it."""
        self.public_next = [0] * self.n_brands
        self.firm_key = arrays.firm_keys[0]
        """The luck of firms."""
        self.rules = open_programs(self)
        self.pricing: list[Pricing] = open_pricing(self)
        if self.choice.kind == "switching":  # the last row is for who has bought nothing yet
            rows = [*self.choice.matrix, [1 / self.n_brands] * self.n_brands]
            self.switching: list[list[float]] = np.cumsum(rows, axis=1).tolist()

    def _open_customers(self, arrays: Any) -> None:
        """Make the customers, with the traits, friends and first brand that they have in the arrays."""
        everybody, n = arrays.customers, self.setup.population.n_customers
        traits: dict[str, list[Any]] = {
            name: everybody.arrays[name].tolist() if everybody.has(name) else [FIELDS[name].off] * n for name in TRAITS
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
                customer.bought_before(bought)
        for customer, segment in zip(self.customers, everybody.segment.tolist()):
            customer.segment = arrays.segments[segment]
            customer.open_doors()
        self.examples: list[Coming] = []
        """Those whom friends may follow into the market in this step."""
        network, self.everybody_hears = arrays.neighbors, self.setup.network.as_totals
        self.reviews: float = getattr(network, "reviews", 0.0)
        """Share of what all the others say that everybody reads."""
        self.ties, self.turnover = network, arrays.turnover
        self.tie_friends()

    def tie_friends(self) -> None:
        """Give every customer the friends that the network has now."""
        network = self.ties
        for customer in self.customers if network is not None else ():
            if self.everybody_hears:
                customer.friends = [other for other in self.customers if other is not customer]
            else:
                own = slice(network.first[customer.number], network.first[customer.number + 1])
                customer.friends = [self.customers[number] for number in network.neighbor[own].tolist()]
            weighted = not self.everybody_hears and network.strength is not None
            customer.ties = network.strength[own].tolist() if weighted else [TIE_UNIT] * len(customer.friends)

    def _open_counts(self) -> None:
        """Empty counts of a step."""
        self.occasions = self.no_purchase = 0
        self.counts = {name: [0] * self.n_brands for name in (*BY_BRAND, *BY_PROGRAM)}
        """By name and brand: what customers do in this step, in whole units of ledgers."""
        self.switches = [[0] * self.n_brands for _ in range(self.n_brands)]
        self.entered = [0] * len(CHANNELS)
        """Who came into the market, by channel."""
        self.won = [[0] * len(CHANNELS) for _ in range(self.n_brands)]
        """Who bought each brand for the first time, by how they had come."""

    def step(self) -> None:
        """One step of the market. Raises IndexError after the last."""
        self.luck.turn(self.now)
        self.turn_calendar()
        bring_offers(self)
        self.deliver_messages()
        if self.turnover is not None and self.turnover.bring(self.ties, self.now):
            self.tie_friends()
        if self.influence.kind == "heard":
            self.agents.do("take_in")
        if self.acquisition.kind != "none":
            bring_newcomers(self)
        self.agents.shuffle_do("step")
        for lever in self.levers:
            lever.close()
        for pricing in self.pricing:
            pricing.count()
        self.datacollector.collect(self)
        self.clear_counts()
        self.now += 1
        self.running = self.now < self.last

    @property
    def made(self) -> int:
        """Steps made so far."""
        return self.now

    @property
    def last(self) -> int:
        """Steps there are, burn-in included."""
        return self.calendar.last

    def turn_calendar(self) -> None:
        """How long the market has been measured, and what season makes of needs (stages 1 and 6)."""
        self.measured_weeks = max(self.now - self.calendar.burn_in, 0) * self.weeks
        season = getattr(self.needs, "season", ()) or (1.0,)
        years = (self.now - self.calendar.burn_in) * self.calendar.years + 1e-9  # forgives rounding, as behavior.needs
        self.need_factor = self.weeks * season[int(years % 1.0 * len(season))]

    def severity(self, luck: float) -> float:
        """How bad a failure is: a quantile of the beta distribution, from a table (eq. E58)."""
        cell = int(luck * CELLS)
        low, high = self.severities[cell : cell + 2]
        return low + (luck * CELLS - cell) * (high - low)

    def deliver_messages(self) -> None:
        """Bring what was said in the last step to those who hear it (stage 3)."""
        self.hush()
        for sender, brand, sign, friend in self.messages:
            hearers = range(len(sender.friends)) if friend is None else (friend,)
            for place in hearers:
                strength = sign * (self.talk.strength * sender.ties[place] // TIE_UNIT)
                sender.friends[place].hear(brand, sign, strength)
        if self.reviews:
            self.deliver_reviews()
        self.messages.clear()
        self.public, self.public_next = self.public_next, [0] * self.n_brands

    def hush(self) -> None:
        """Take out what goes unheard."""
        if self.unheard.sign == "both":
            self.messages.clear()
            self.public_next = [0] * self.n_brands
        unheard_sign = {"praise": 1, "blame": -1}.get(self.unheard.sign)
        self.messages = [said for said in self.messages if not said[0].is_unheard and said[2] != unheard_sign]

    def deliver_reviews(self) -> None:
        """Let everybody read a share of what the others said; praise and blame are cut to whole units apart."""
        said = {(brand, sign): 0 for brand in range(self.n_brands) for sign in (1, -1)}
        for sender, brand, sign, _ in self.messages:
            said[brand, sign] += sign * self.talk.strength
            sender.hear(brand, sign, -int(sign * self.talk.strength * self.reviews))
        for (brand, sign), strength in said.items():
            for customer in self.customers:
                customer.hear(brand, sign, int(strength * self.reviews))

    def clear_counts(self) -> None:
        """Begin the counts of the next step."""
        self.occasions = self.no_purchase = 0
        for row in (*self.counts.values(), *self.switches, *self.won, self.entered):
            row[:] = [0] * len(row)
