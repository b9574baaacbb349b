"""The reference step in NumPy, in a `mesa.Model` with a `DataCollector`: as one who knows NumPy writes it.

Exactly the model of ``scenarios/reference.toml``, whose numbers it reads, with luck of its own: results agree in
distribution, not draw by draw (tests/bench). Customers who shop are compacted first, states are float32 arrays of
brands × customers, and friends are found by compressed rows. `numpy_tuned.py` is the same model with every call chosen
by measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import mesa
import numpy as np

from loyaltysim.behavior.bond import Linear
from loyaltysim.behavior.experience import NormalQuality
from loyaltysim.behavior.logit import Logit
from loyaltysim.behavior.needs import Bernoulli
from loyaltysim.behavior.satisfaction import Level
from loyaltysim.customers.distributions import Gamma, LogNormal
from loyaltysim.customers.network import Neighbors
from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.programs.parts.response import Progress
from loyaltysim.programs.parts.reward import Cash
from loyaltysim.programs.points import Points
from loyaltysim.word_of_mouth.influence import OnSatisfaction
from loyaltysim.word_of_mouth.talk import Threshold

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

POINT = 1000
"""Points are whole thousandths, for sums of float32 prices may miss the threshold."""
COUNTS = ("buyers", "revenue", "switches", "praise", "blame")
"""What is collected every step."""

f4 = np.float32
Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Whole: TypeAlias = "np.ndarray[Any, np.dtype[np.signedinteger[Any]]]"


class NumpyModel(mesa.Model):  # type: ignore[misc]
    """The reference step over arrays.

    Parameters
    ----------
    scenario : `reference`, or it with other numbers
    seed : of its own generator, and of the network, which is built as loyaltysim builds it

    Attributes
    ----------
    satisfaction, bond : float32, brands × customers
    points : int32, one per customer, in 1/1000 of a point
    last : int16, the brand last bought, -1 none
    buyers, revenue, praise, blame : the step's counts by brand; switches : brands × brands, repeats included
    datacollector : these for every step

    Raises
    ------
    ValueError : for a scenario with a part that `reference` does not have
    """

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        super().__init__(rng=np.random.default_rng(seed))
        _check(scenario)
        known: Any = scenario  # its kinds were checked
        population, behavior, brands = known.population, known.behavior, list(known.brands.values())
        self.choice, self.experience, self.bonding = behavior.choice, behavior.experience, behavior.bond
        self.learning, self.program = behavior.satisfaction, brands[0].programs[0]
        self.talk, self.influence = known.word_of_mouth.talk, known.word_of_mouth.influence

        n, self.n_brands = population.n_customers, len(brands)
        needs, sensitivity = population.needs_per_week, population.price_sensitivity
        chance = self.rng.gamma(needs.shape, needs.mean / needs.shape, n)
        self.chance = chance.clip(needs.floor, needs.cap).astype(f4)
        self.sensitivity = self.rng.lognormal(np.log(sensitivity.median), sensitivity.sigma, n).astype(f4)
        network = scenario.network.build(n, seed, 1)
        if not isinstance(network, Neighbors):
            raise ValueError("the NumPy model needs a network of ties")
        self.first, self.neighbor, self.degree = network.first, network.neighbor, network.degree()

        self.appeal = np.array([brand.appeal for brand in brands], f4)
        self.quality = np.array([brand.quality for brand in brands], f4)
        self.prices = np.tile(np.array([brand.price for brand in brands], f4), (scenario.calendar.last, 1))
        for place, brand in enumerate(brands):
            for promotion in brand.pricing:
                self.prices[promotion.active(scenario.calendar), place] *= f4(1 - promotion.depth)

        self.satisfaction = np.full((self.n_brands, n), self.learning.start, f4)
        self.bond = np.full((self.n_brands, n), self.bonding.start, f4)
        self.points = np.zeros(n, np.int32)
        self.last = np.full(n, -1, np.int16)
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in COUNTS})

    def step(self) -> None:
        """One week."""
        price = self.prices[self.steps - 1]  # Mesa counts a step before it is made
        rows = np.flatnonzero(self.rng.random(len(self.chance), dtype=f4) < self.chance)
        brand = self.choose(rows, price)
        bought = brand < self.n_brands
        rows, brand = rows[bought], brand[bought]
        self.count(rows, brand, price)
        self.collect_points(rows[brand == 0], price)
        experience = self.live(rows, brand)
        self.tell(rows, brand, experience)
        self.datacollector.collect(self)

    def choose(self, rows: Whole, price: Floats) -> Whole:
        """Draw a brand for each row by logit; the number of brands stands for no purchase."""
        choice, full = self.choice, self.program.reward.threshold * POINT
        u = self.appeal[:, None] - price[:, None] * self.sensitivity[rows]
        u += f4(choice.satisfaction_weight) * (self.satisfaction[:, rows] - f4(choice.satisfaction_reference))
        u += f4(choice.bond_weight) * (self.bond[:, rows] - f4(choice.bond_reference))
        u[0] += self.points[rows] * f4(self.program.customer_response.progress_weight / full)
        below = np.exp(u).cumsum(axis=0)
        limit = self.rng.random(len(rows), dtype=f4) * (below[-1] + f4(1))  # the utility of no purchase is 0
        brand: Whole = (below <= limit).sum(axis=0)
        return brand

    def count(self, rows: Whole, brand: Whole, price: Floats) -> None:
        """Count buyers, revenue and moves from the brand last bought, and remember the brand."""
        n, last = self.n_brands, self.last[rows]
        self.buyers = np.bincount(brand, minlength=n)
        self.revenue = self.buyers * price
        again = last >= 0
        self.switches = np.bincount(last[again] * n + brand[again], minlength=n * n).reshape(n, n)
        self.last[rows] = brand

    def collect_points(self, rows: Whole, price: Floats) -> None:
        """Give points to the program's buyers, and rewards to those who have enough."""
        earned = round(float(price[0]) * self.program.earn_rate * POINT)
        self.points[rows] = (self.points[rows] + earned) % round(self.program.reward.threshold * POINT)

    def live(self, rows: Whole, brand: Whole) -> Floats:
        """Draw experiences; satisfaction and bond follow. Returns the experiences."""
        spread, memory = f4(self.experience.spread), f4(self.learning.memory)
        experience: Floats = self.quality[brand] + spread * self.rng.standard_normal(len(rows), dtype=f4)
        satisfaction = self.satisfaction[brand, rows]
        satisfaction += memory * (experience - satisfaction)
        self.satisfaction[brand, rows] = satisfaction
        bond = self.bond[brand, rows]
        bond += f4(self.bonding.from_satisfaction) * satisfaction - f4(self.bonding.fading) * bond
        self.bond[brand, rows] = bond
        return experience

    def tell(self, rows: Whole, brand: Whole, experience: Floats) -> None:
        """Very good and very bad experiences are told to all friends by chance, who feel them from the next step on."""
        talk = self.talk
        luck = self.rng.random(len(rows), dtype=f4)
        good = (experience > f4(talk.good_above)) & (luck < f4(talk.good_chance))
        bad = (experience < f4(talk.bad_below)) & (luck < f4(talk.bad_chance))
        self.praise = np.bincount(brand[good], minlength=self.n_brands)
        self.blame = np.bincount(brand[bad], minlength=self.n_brands)
        told = np.flatnonzero(good | bad)
        shift = np.where(good[told], f4(1), f4(-1)) * f4(self.influence.shift * talk.expression)
        sender = rows[told]
        degree = self.degree[sender]
        ties = ties_of(self.first[sender], degree)
        # `add.at`, as a friend may hear several; `bincount` would write every customer
        heard = np.repeat(brand[told], degree), self.neighbor[ties]
        np.add.at(self.satisfaction, heard, np.repeat(shift, degree))


def ties_of(first: Whole, degree: Whole) -> Whole:
    """Number the ties of some customers: ``first[i], first[i] + 1, … first[i] + degree[i] - 1`` for each, in a row."""
    end = degree.cumsum()
    ties: Whole = np.arange(degree.sum()) + np.repeat(first - end + degree, degree)
    return ties


def _check(scenario: Scenario) -> None:
    """Raise ValueError unless the scenario's kinds are those of `reference`."""
    behavior, talking, population = scenario.behavior, scenario.word_of_mouth, scenario.population
    brands = list(scenario.brands.values())
    programs: list[Any] = [program for brand in brands for program in brand.programs]
    wanted = (
        (population.needs_per_week, Gamma), (population.price_sensitivity, LogNormal), (behavior.needs, Bernoulli),
        (behavior.choice, Logit), (behavior.experience, NormalQuality), (behavior.satisfaction, Level),
        (behavior.bond, Linear), (talking.talk, Threshold), (talking.influence, OnSatisfaction),
        *((program, Points) for program in programs), *((program.reward, Cash) for program in programs),
        *((program.customer_response, Progress) for program in programs),
        *((pricing, PromotionCalendar) for brand in brands for pricing in brand.pricing),
    )  # fmt: skip
    for part, kind in wanted:
        if not isinstance(part, kind):
            found, known = type(part).__name__, kind.__name__
            raise ValueError(f'the NumPy model knows the parts of "reference" alone: {found} is no {known}')
    if population.segments or len(programs) != 1 or not brands[0].programs or talking.talk.audience != "all":
        raise ValueError(
            "the NumPy model has no segments, one program, of the first brand, and messages to all friends"
        )
