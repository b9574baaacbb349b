"""The population: segments of customers and their traits, drawn from distributions that a Gaussian copula correlates.

Each trait of each customer comes from its own keyed normals: z (one per trait) → L·z with L the Cholesky factor of the
segment's correlations → Φ → the quantile of the trait's distribution (docs/model.md, eq. E5). So the first customers
keep their traits when the population grows, and a trait keeps its draws when another trait's distribution changes.
"""

from __future__ import annotations

import numpy as np
from pydantic import model_validator
from scipy import special

from loyaltysim.customers.customers import Customers
from loyaltysim.customers.distributions import Constant, Distribution, Trait, outside
from loyaltysim.customers.fields import FIELDS
from loyaltysim.draws import purpose, salt, uniform_double
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.jit import jit
from loyaltysim.record import Record, setting

SEGMENT = purpose("population.segment")
CHUNK = 262_144  # rows drawn at once, which bounds the float64 scratch


TRAITS = (
    "needs_per_week", "price_sensitivity", "inertia", "talkativeness", "dropout_chance", "cancel_chance",
    "values_weight", "online", "category_exit", "privacy_aversion", "program_affinity",
)  # fmt: skip
"""Traits that are one number a customer, in the order of the copula."""
FIELD_OF = {"needs_per_week": "needs"}


class Segment(Record):
    """One segment of customers. A trait that is not given is the population's."""

    share: float = setting(1.0, "Share of all customers.", ge=0, le=1, unit="1")
    needs_per_week: Trait | None = setting(None, "How often the category is needed.", unit="a week")
    price_sensitivity: Trait | None = setting(
        None, "How much customers mind prices: utility lost per unit of price.", unit="1/currency"
    )
    inertia: Trait | None = setting(
        None, "Utility of buying again what was bought last; negative seeks variety.", unit="logit"
    )
    talkativeness: Trait | None = setting(None, "Multiplier of the chance to talk.", unit="1")
    taste: Trait | None = setting(None, "Own utility of each brand, drawn for each brand by itself.", unit="logit")
    dropout_chance: Trait | None = setting(
        None, "Chance to leave a brand after a repeat purchase, if behavior.lapse is dropout.", unit="1 a purchase"
    )
    cancel_chance: Trait | None = setting(
        None, "Chance not to renew a contract, if behavior.lapse is contract.", unit="1 a term"
    )
    values_weight: Trait | None = setting(None, "Utility of a brand of full ethics.", unit="logit")
    online: Trait | None = setting(None, "Share of occasions at which the customer wants to buy online.", unit="1")
    category_exit: Trait | None = setting(None, "Rate at which customers leave the whole category.", unit="1/week")
    privacy_aversion: Trait | None = setting(
        None, "How much the customer minds that a brand knows it; 1 takes away all that personal contacts do.", unit="1"
    )
    program_affinity: Trait | None = setting(
        None, "Liking for loyalty programs: added to the logit of joining one where that is a choice.", unit="logit"
    )
    appeal: dict[str, float] | None = setting(
        None, "Utility of brands for this segment, added to the brand's own.", unit="logit"
    )
    start_brand: str | None = setting(
        None, "Brand that everybody bought just before the first step; none: nobody has bought any yet."
    )
    correlations: dict[str, float] | None = setting(
        None, 'Correlations of the traits\' normals, by names: {"needs_per_week price_sensitivity" = -0.3}.', unit="1"
    )

    @model_validator(mode="after")
    def _check(self) -> Segment:
        faults = []
        if self.correlations:
            try:
                cholesky(self.correlations)
            except ValueError as error:
                faults.append(Fault(None, None, "correlations", str(error)))
        for trait in TRAITS:
            own, field = getattr(self, trait), FIELDS[FIELD_OF.get(trait, trait)]
            if own is not None:
                faults += [Fault(None, None, trait, message) for message in outside(own, field.low, field.high)]
        if faults:
            raise ScenarioError(faults)
        return self


class Population(Segment):
    """All customers: how many, and their segments. Traits given here hold where a segment does not give its own."""

    share: float = setting(1.0, "Everybody.", ge=1, le=1, unit="1")
    n_customers: int = setting(
        10_000,
        "Everyone of one replication, prospects and lapsed customers too.",
        ge=1,
        le=100_000_000,
        unit="customers",
    )
    segments: dict[str, Segment] = setting(dict, "Segments by name; none: everybody is alike.", max_length=255)

    @model_validator(mode="after")
    def _shares(self) -> Population:
        total = sum(segment.share for segment in self.segments.values())
        faults = []
        if self.segments and abs(total - 1) > 1e-9:  # rounding of decimal shares
            given = " + ".join(f"{segment.share:g} ({name})" for name, segment in self.segments.items())
            faults.append(f"the shares of the segments must add up to 1, were {given} = {total:g}")
        if "all" in self.segments:
            faults.append('no segment may be called "all": that name stands for everybody in the results')
        if "" in self.segments:
            faults.append("a segment needs a name")
        if faults:
            raise ScenarioError(Fault(None, None, "segments", message) for message in faults)
        return self

    def of(self, segment: Segment, trait: str) -> Distribution | None:
        """A trait's distribution in a segment."""
        own = getattr(segment, trait)
        return own if own is not None else getattr(self, trait)


DEFAULTS: dict[str, float] = {
    trait: 1.0 if trait == "needs_per_week" else FIELDS[FIELD_OF.get(trait, trait)].off for trait in TRAITS
}
"""Traits that neither the segment nor the population gives: one need a week, and the limit without price, inertia."""


def cholesky(correlations: dict[str, float]) -> np.ndarray:
    """The Cholesky factor, traits × traits, of correlations given by pairs of names; ValueError if there is none."""
    matrix = np.eye(len(TRAITS))
    for pair, value in correlations.items():
        names = pair.split()
        if len(names) != 2 or any(name not in TRAITS for name in names) or names[0] == names[1]:
            raise ValueError(
                f'a correlation is named by two different traits, was "{pair}"; traits: {", ".join(TRAITS)}'
            )
        i, j = (TRAITS.index(name) for name in names)
        matrix[i, j] = matrix[j, i] = value
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        given = ", ".join(f"{pair} = {value:g}" for pair, value in correlations.items())
        raise ValueError(f"no set of traits has these correlations: {given}") from None


def draw_traits(population: Population, customers: Customers, brands: tuple[str, ...]) -> None:
    """Write segment and traits of every row (eq. E5); a trait that is the same off value for all gets no array."""
    draw_segments(population, customers)
    segments = list(population.segments.values()) or [Segment()]
    for trait in TRAITS:
        if any(population.of(segment, trait) is not None for segment in segments) or trait == "needs_per_week":
            customers.ask(FIELD_OF.get(trait, trait))
    tastes = any(population.of(segment, "taste") is not None or segment.appeal for segment in segments)
    if tastes or population.appeal:
        customers.ask("taste")
    for number, segment in enumerate(segments):
        factor = cholesky(segment.correlations or population.correlations or {})
        members = np.flatnonzero(customers.segment == number) if len(segments) > 1 else np.arange(customers.rows)
        for start in range(0, len(members), CHUNK):
            _draw_some(population, segment, factor, members[start : start + CHUNK], customers, brands)


def draw_segments(population: Population, customers: Customers) -> None:
    """Write the segment of every row."""
    upper = np.cumsum([segment.share for segment in population.segments.values()])
    if len(upper) > 1:
        upper[-1] = 1.0
        _draw_segments(customers.key, np.uint64(salt(SEGMENT, 0, 0, 0)), upper, customers.segment)


def _draw_some(population, segment, factor, rows, customers: Customers, brands) -> None:  # type: ignore[no-untyped-def]
    key = customers.key[rows]
    correlated = not np.array_equal(factor, np.eye(len(TRAITS)))
    u = np.stack([_uniforms(key, trait) for trait in TRAITS]) if correlated else None
    if u is not None:
        u = special.ndtr(factor @ special.ndtri(u))
    for place, trait in enumerate(TRAITS):
        name = FIELD_OF.get(trait, trait)
        if customers.has(name):
            distribution = population.of(segment, trait) or Constant(value=DEFAULTS[trait])
            own = u[place] if u is not None else (key if isinstance(distribution, Constant) else _uniforms(key, trait))
            customers.arrays[name][rows] = distribution.values(np.asarray(own, float))
    if customers.has("taste"):
        distribution = population.of(segment, "taste") or Constant(value=0.0)
        appeal = {**(population.appeal or {}), **(segment.appeal or {})}
        for place, brand in enumerate(brands):
            taste = distribution.values(_uniforms(key, f"taste.{brand}"))
            customers.arrays["taste"][place, rows] = taste + appeal.get(brand, 0.0)


def _uniforms(key: np.ndarray, trait: str) -> np.ndarray:
    """One float64 in (0, 1) for each key, for a trait's name."""
    u = np.empty(len(key))
    _fill_uniforms(key, np.uint64(salt(purpose(f"population.{trait}"), 0, 0, 0)), u)
    return u


@jit
def _fill_uniforms(key, luck, u):
    """Write a uniform of 52 bits for each key."""
    for i in range(key.shape[0]):
        u[i] = uniform_double(key[i], luck)


@jit
def _draw_segments(key, luck, upper, segment):
    """Write each row's segment: the first whose cumulative share is above the row's uniform."""
    for row in range(key.shape[0]):
        u = uniform_double(key[row], luck)
        number = 0
        while u > upper[number]:
            number += 1
        segment[row] = number
