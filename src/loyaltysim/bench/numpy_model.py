"""The reference step in NumPy, in a `mesa.Model` with a `DataCollector`: what a good NumPy programmer would write.

Exactly the model of ``scenarios/reference.toml``, whose numbers it reads, with luck of its own: results agree in
distribution, not draw by draw. The bar that loyaltysim has to clear should be high, so what is faster was chosen where it
was measured to be: customers who shop are compacted first; states are [brand, customer] and read by `take`, several
times faster than ``state[:, rows]``; running sums are four additions of rows (`cumsum` along the short axis: twenty times
slower); float32 throughout; messages are added by `np.add.at` on flat indices (`bincount` writes every customer: ten
times slower); `PCG64` (`SFC64` is no faster in float32).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from loyaltysim.behavior.bond import Linear
from loyaltysim.behavior.choice import Logit
from loyaltysim.behavior.experience import NormalQuality
from loyaltysim.behavior.needs import Bernoulli
from loyaltysim.behavior.satisfaction import Level
from loyaltysim.customers.network import Neighbors
from loyaltysim.customers.population import Gamma, LogNormal
from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.programs.parts.reward import Cash
from loyaltysim.programs.points import Points
from loyaltysim.word_of_mouth.influence import OnSatisfaction
from loyaltysim.word_of_mouth.talk import Threshold

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

POINT = 1000
"""Points are whole thousandths, for sums of float32 prices miss the threshold."""

f4 = np.float32


class NumpyModel(mesa.Model):  # type: ignore[misc]
    """The reference step over NumPy arrays.

    Parameters
    ----------
    scenario : `reference`, or it with other numbers; other kinds raise ValueError
    seed : of its own generator, and of the network, which is built as loyaltysim builds it

    Attributes
    ----------
    satisfaction, bond : float32, brands × customers
    points : int32, one per customer, in 1/1000 of a point
    last : int8, the brand last bought, -1 none
    buyers, revenue, praise, blame : the step's counts by brand; switches : brands × brands, repeats included
    datacollector : all of these, for every step
    """

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        super().__init__(rng=np.random.default_rng(seed))
        _check(scenario)
        behavior, talking, brands = scenario.behavior, scenario.word_of_mouth, list(scenario.brands.values())
        self.choice, self.experience, self.feeling, self.attachment = (
            behavior.choice, behavior.experience, behavior.satisfaction, behavior.bond,
        )  # fmt: skip
        self.talk, self.influence, self.program = talking.talk, talking.influence, brands[0].programs[0]
        n, self.n_brands = scenario.population.n_customers, len(brands)
        needs, sensitivity = scenario.population.needs_per_week, scenario.population.price_sensitivity
        assert isinstance(needs, Gamma) and isinstance(sensitivity, LogNormal)
        chance = self.rng.gamma(needs.shape, needs.mean / needs.shape, n)
        self.chance = np.minimum(chance, np.inf if needs.cap is None else needs.cap).astype(f4)
        self.sensitivity = self.rng.lognormal(np.log(sensitivity.median), sensitivity.sigma, n).astype(f4)
        network = scenario.network.build(n, seed, 1)
        assert isinstance(network, Neighbors)
        self.first, self.neighbor = network.first, network.neighbor.astype(np.intp)
        self.degree = np.diff(network.first)

        self.prices = np.tile(np.array([brand.price for brand in brands], f4), (scenario.calendar.last, 1))
        for place, brand in enumerate(brands):
            for promotion in brand.pricing:
                assert isinstance(promotion, PromotionCalendar)
                self.prices[promotion.active(scenario.calendar), place] *= f4(1 - promotion.depth)
        self.appeal = np.array([brand.appeal for brand in brands], f4)
        self.quality = np.array([brand.quality for brand in brands], f4)
        self.satisfaction = np.full((self.n_brands, n), self.feeling.start, f4)
        self.bond = np.full((self.n_brands, n), self.attachment.start, f4)
        self.points = np.zeros(n, np.int32)
        self.last = np.full(n, -1, np.int8)
        self.shop = np.empty(n, f4)
        counts = ("buyers", "revenue", "switches", "praise", "blame")
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in counts})

    def step(self) -> None:
        """One week."""
        price = self.prices[self.steps - 1]  # Mesa counts the step before it is made
        self.rng.random(out=self.shop, dtype=f4)
        rows = np.flatnonzero(self.shop < self.chance)
        brand = self.choose(rows, price)
        bought = np.flatnonzero(brand < self.n_brands)
        rows, brand = rows.take(bought), brand.take(bought)
        self.count(rows, brand, price)
        self.collect_points(rows, brand, price)
        experience = self.live(rows, brand)
        self.tell(rows, brand, experience)
        self.datacollector.collect(self)

    def choose(self, rows: np.ndarray, price: np.ndarray) -> np.ndarray:
        """Draw a brand for each row by logit; the number of brands stands for no purchase."""
        choice, needed = self.choice, self.program.reward.threshold * POINT
        u = self.satisfaction.take(rows, axis=1)
        u -= f4(choice.satisfaction_reference)
        u *= f4(choice.satisfaction_weight)
        bond = self.bond.take(rows, axis=1)
        bond -= f4(choice.bond_reference)
        bond *= f4(choice.bond_weight)
        u += bond
        sensitivity = self.sensitivity.take(rows)
        for b in range(self.n_brands):
            u[b] += self.appeal[b] - price[b] * sensitivity
        progress = self.points.take(rows) * f4(self.program.customer_response.progress_weight / needed)
        u[0] += progress
        np.exp(u, out=u)
        for b in range(1, self.n_brands):
            u[b] += u[b - 1]
        limit = self.rng.random(len(rows), dtype=f4)
        limit *= u[-1] + f4(1)  # no purchase has utility 0
        return (u <= limit).sum(0, dtype=np.int8)

    def count(self, rows: np.ndarray, brand: np.ndarray, price: np.ndarray) -> None:
        """Count buyers, revenue and moves from the brand last bought, and remember the brand."""
        n = self.n_brands
        pair = self.last.take(rows) * np.int8(n) + brand + np.int8(n)  # the first n are those who come from no brand
        moves = np.bincount(pair, minlength=n * (n + 1)).reshape(n + 1, n)
        self.buyers = moves.sum(0)
        self.revenue = self.buyers * price
        self.switches = moves[1:]
        self.last[rows] = brand

    def collect_points(self, rows: np.ndarray, brand: np.ndarray, price: np.ndarray) -> None:
        """Give points to the program's buyers, and rewards to those who have enough."""
        needed = np.int32(round(self.program.reward.threshold * POINT))
        members = rows.take(np.flatnonzero(brand == 0))
        points = self.points.take(members)
        points += np.int32(round(float(price[0]) * self.program.earn_rate * POINT))
        points %= needed
        self.points[members] = points

    def live(self, rows: np.ndarray, brand: np.ndarray) -> np.ndarray:
        """Draw experiences; satisfaction and bond follow. Returns the experiences."""
        experience = self.rng.standard_normal(len(rows), dtype=f4)
        experience *= f4(self.experience.spread)
        experience += self.quality.take(brand)
        state = brand * np.intp(self.satisfaction.shape[1]) + rows
        satisfaction, bond = self.satisfaction.reshape(-1), self.bond.reshape(-1)
        now = satisfaction.take(state)
        now += f4(self.feeling.memory) * (experience - now)
        satisfaction[state] = now
        own = bond.take(state)
        own += f4(self.attachment.from_satisfaction) * now - f4(self.attachment.fading) * own
        bond[state] = own
        return experience

    def tell(self, rows: np.ndarray, brand: np.ndarray, experience: np.ndarray) -> None:
        """Very good and very bad experiences are told to all friends by chance, who feel them from the next step on."""
        talk, n = self.talk, self.satisfaction.shape[1]
        luck = self.rng.random(len(rows), dtype=f4)
        good = np.flatnonzero((experience > f4(talk.good_above)) & (luck < f4(talk.good_chance)))
        bad = np.flatnonzero((experience < f4(talk.bad_below)) & (luck < f4(talk.bad_chance)))
        self.praise = np.bincount(brand.take(good), minlength=self.n_brands)
        self.blame = np.bincount(brand.take(bad), minlength=self.n_brands)
        told = np.concatenate((good, bad))
        sender = rows.take(told)
        shift = np.full(len(told), self.influence.shift * talk.expression, f4)
        shift[len(good) :] *= -1
        degree = self.degree.take(sender)
        end = degree.cumsum()
        # each sender's friends stand together in `neighbor`: number the ties of all senders through
        tie = np.arange(end[-1] if len(end) else 0) + (self.first.take(sender) - end + degree).repeat(degree)
        hearer = self.neighbor.take(tie) + (brand.take(told) * np.intp(n)).repeat(degree)
        np.add.at(self.satisfaction.reshape(-1), hearer, shift.repeat(degree))


def _check(scenario: Scenario) -> None:
    """Raise ValueError unless the scenario's kinds are those of `reference`."""
    behavior, talking, brands = scenario.behavior, scenario.word_of_mouth, list(scenario.brands.values())
    programs = [program for brand in brands for program in brand.programs]
    wanted = (
        (behavior.needs, Bernoulli), (behavior.choice, Logit), (behavior.experience, NormalQuality),
        (behavior.satisfaction, Level), (behavior.bond, Linear), (talking.talk, Threshold),
        (talking.influence, OnSatisfaction), (scenario.population.needs_per_week, Gamma),
        (scenario.population.price_sensitivity, LogNormal), *((program, Points) for program in programs),
        *((program.reward, Cash) for program in programs),
        *((pricing, PromotionCalendar) for brand in brands for pricing in brand.pricing),
    )  # fmt: skip
    for part, kind in wanted:
        if not isinstance(part, kind):
            raise ValueError(f'the NumPy model is that of "reference": {type(part).__name__} is not {kind.__name__}')
    if len(programs) != 1 or not brands[0].programs or talking.talk.audience != "all" or scenario.population.segments:
        raise ValueError('the NumPy model is that of "reference": one program of the first brand, no segments')
