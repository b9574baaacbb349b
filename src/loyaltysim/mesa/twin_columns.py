"""The twin's columns: what Mesa's DataCollector keeps of each step, under the names that `LoyaltyModel` has for it.

A series of the market has a plain name (`occasions`), one of a brand the brand in brackets (`purchases[Ours]`); a trait
or state of a customer likewise (`needs`, `satisfaction[Ours]`), what it has with a program the program
(`points[Ours points]`). How each is counted is to be read below; the arrays count in series.py and columns.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa

from loyaltysim.mesa.series import UNITS, check_name, is_series, split_name
from loyaltysim.metrics.states import STATES
from loyaltysim.results import COSTS, INCOME, program_names
from loyaltysim.totals import POINT_UNIT

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel
    from loyaltysim.mesa.twin_customer import Customer

NOBODY = math.nan
"""A mean over nobody, and what is not measured in a step."""


def collector(
    model: TwinModel, of_model: Mapping[str, Any] | None, of_agents: Mapping[str, Any] | None, usual: Iterable[str]
) -> Any:
    """Mesa's DataCollector with the reporters that are asked for; `usual` are the series where none are.

    Raises AttributeError for a name that there is not.
    """
    named = {name: name for name in usual} if of_model is None else of_model
    return mesa.DataCollector(
        {name: _of_model(said, model, usual) for name, said in named.items()},
        {name: _of_agents(said, model) for name, said in (of_agents or {}).items()},
    )


# series of the market and of brands


def _of_model(said: Any, model: TwinModel, usual: Iterable[str]) -> Any:
    """What Mesa is to call for the name of a series; anything else it may have as it is."""
    if is_series(said, model.brands):
        what, brand = split_name(said)
        if brand is None:
            return _measured_step if what == "measured_step" else what  # the others are attributes of the model
        return partial(_of_brand, what, model.brands.index(brand))
    if isinstance(said, str):
        check_name(said, model, usual)
    return said


def _measured_step(model: TwinModel) -> int:
    """Which of the measured steps this is, below 0 in the burn-in."""
    return model.now - model.calendar.burn_in


def _of_brand(what: str, b: int, model: TwinModel) -> float:
    """One number of a brand in this step."""
    if what in BRAND:
        return BRAND[what](model, b)
    count = model.counts[what][b]
    return count / UNITS[what] if what in UNITS else count


def _margin(model: TwinModel, b: int) -> float:
    """Income less costs."""
    margin = sum(_of_brand(name, b, model) for name in INCOME)
    for name in COSTS:
        margin -= _of_brand(name, b, model)
    return margin


def _members(model: TwinModel, b: int) -> int:
    """Memberships with all programs of the brand, also those that are not used any more."""
    return sum(card.member for card in _cards(model, b))


def _points(model: TwinModel, b: int) -> float:
    """Points and stamps in all balances."""
    return sum(_balance(card) for card in _cards(model, b))


def _cards(model: TwinModel, b: int) -> list[Any]:
    """What customers have with the programs of the brand."""
    places = [place for place, rules in enumerate(model.rules) if rules.brand == b]
    return [customer.cards[place] for place in places for customer in model.customers]


def _balance(card: Any) -> float:
    return getattr(card, "balance", 0) / POINT_UNIT


def _is_measured(model: TwinModel) -> bool:
    """Whether the burn-in is over."""
    return model.now >= model.calendar.burn_in


def _looks_at_states(model: TwinModel) -> bool:
    """Whether states are looked at in this step: in every so many of the measured ones."""
    every = model.setup.metrics.states_every
    return every > 0 and _is_measured(model) and (model.now - model.calendar.burn_in + 1) % every == 0


def _is_kept(name: str, model: TwinModel) -> bool:
    """Whether anything moves a state."""
    if name == "trust":
        return bool(model.learning.kind == "bayesian")
    return bool(getattr(model, name).kind != "none")


def _mean(name: str, model: TwinModel, b: int) -> float:
    """The mean of a state, over those who ever bought the brand."""
    if not _looks_at_states(model) or not _is_kept(name, model):
        return NOBODY
    values = [customer.state_now(name, b) for customer in model.customers if customer.tried[b]]
    return sum(values) / len(values) if values else NOBODY


def _lost(model: TwinModel, b: int) -> float:
    """How many have left the brand."""
    if not _is_measured(model):
        return NOBODY
    return sum(customer.left[b] for customer in model.customers) if _looks_at_states(model) else 0


def _dormant(model: TwinModel, b: int) -> float:
    """How many have not left the brand but bought none for long; nobody if that is not asked for."""
    weeks = model.setup.metrics.dormant_after_weeks
    if not _is_measured(model):
        return NOBODY
    if not weeks or not _looks_at_states(model):
        return 0
    latest = model.now - math.ceil(weeks / model.weeks - 1e-9)  # forgives rounding of weeks
    return sum(0 <= customer.last_bought[b] <= latest and not customer.left[b] for customer in model.customers)


def _shown(name: str, model: TwinModel, b: int) -> float:
    """What the brand shows in this step."""
    return float(getattr(model.market, name)[b]) if _is_measured(model) else NOBODY


BRAND: dict[str, Callable[[TwinModel, int], float]] = {
    "margin": _margin,
    "members": _members,
    "points_outstanding": _points,
    "lost": _lost,
    "dormant": _dormant,
    "price": partial(_shown, "prices"),
    "list_price": partial(_shown, "list_prices"),
    "on_promotion": partial(_shown, "on_promotion"),
    **{name: partial(_mean, name) for name in STATES},
}
"""What is worked out; all else is counted while customers act."""


# traits and states of customers


def _of_agents(said: Any, model: TwinModel) -> Any:
    """What Mesa is to call for the name of a trait or state; anything else it may have as it is."""
    if not isinstance(said, str):
        return said
    what, whose = split_name(said)
    example, cards = model.customers[0], program_names(model.setup)
    if whose is None and (what == "last_brand" or hasattr(example, what)):
        return _last_brand if what == "last_brand" else what
    if whose in model.brands and isinstance(getattr(example, WORDS.get(what, what), None), list):
        return partial(_by_brand, what, model.brands.index(whose))
    if whose in cards and what in CARD:
        return partial(_of_card, what, cards.index(whose))
    raise AttributeError(f"customers of the twin have no {said}")


def _last_brand(customer: Customer) -> int:
    """The number of the brand bought last, -1 for none."""
    return -1 if customer.last_brand is None else customer.last_brand


def _by_brand(what: str, b: int, customer: Customer) -> Any:
    """What a customer has with a brand; what fades as of now."""
    return customer.state_now(what, b) if what in STATES else getattr(customer, WORDS.get(what, what))[b]


def _of_card(what: str, place: int, customer: Customer) -> Any:
    """What a customer has with a program."""
    return CARD[what](customer.cards[place])


WORDS = {"status": "left"}
"""What the arrays name otherwise than a customer does."""
CARD: dict[str, Callable[[Any], Any]] = {"member": lambda card: card.member, "points": _balance}
