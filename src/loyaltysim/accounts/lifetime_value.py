"""Lifetime value: what a customer was worth, and what one is worth from now on (docs/model.md (E72)–(E77)).

Realized value adds up margins that came; forward value needs to know who will still be there. `forward` takes that from
a survival curve and says what it makes of the time after the curve. The closed forms are named for what they assume:
none assumes constant retention without saying so. In a cohort of customers who differ, those likely to leave leave
first, so retention rises with tenure though nobody changes, and one retention rate for all undervalues who is still
there (Fader and Hardie 2007).

`first` says when the first margin comes: "now" (with certainty, at the moment of valuation) or "ahead" (a period later,
from those who are still there then). Discount rates are yearly, .1 is 10 %; `years` is the length of a period.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.market.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR

First = Literal["ahead", "now"]
Tail = Literal["horizon", "last_retention"]

WEEKS_OF_A_YEAR = DAYS_PER_YEAR / DAYS_PER_WEEK
NEGLIGIBLE = 1e-12
"""A series ends where the rest is so small a part of the first term."""


def discount(discount_rate: float, years: float | np.ndarray) -> np.ndarray:
    """What one unit of money is worth that comes after so many years: (1 + rate)^(-years) (E72).

    Raises ValueError for a rate of -1 or less.
    """
    if not discount_rate > -1:
        raise ValueError(f"discount_rate must be above -1, was {discount_rate}")
    return np.asarray((1.0 + discount_rate) ** -np.asarray(years, float))


def realized(
    customer: np.ndarray, margin: np.ndarray, weeks: np.ndarray, n_customers: int, discount_rate: float
) -> np.ndarray:
    """Discounted sum of what each customer brought in (E73).

    Parameters
    ----------
    customer : number of the customer, 0 … n_customers - 1, one per payment
    margin : what the payment left after its costs (currency); costs without a sale are negative margins
    weeks : when, in weeks after the moment of valuation; one per payment
    n_customers : how many customers there are, those without a payment included
    discount_rate : yearly

    Returns
    -------
    One value per customer (currency); 0 for those who brought nothing. It is cut off where the records end: younger
    customers look worth less because they had less time.

    Raises
    ------
    ValueError : for arrays of several lengths, unknown customers, or NaN
    """
    customer, margin = np.asarray(customer), np.asarray(margin, float)
    weeks = np.asarray(weeks, float)
    if not customer.shape == margin.shape == weeks.shape or customer.ndim != 1:
        raise ValueError("customer, margin and weeks must be rows of one length, one number per payment")
    if len(customer) and (customer.min() < 0 or customer.max() >= n_customers):
        raise ValueError(f"customers must have numbers from 0 to {n_customers - 1}")
    worth = margin * discount(discount_rate, weeks / WEEKS_OF_A_YEAR)
    if not np.isfinite(worth).all():
        raise ValueError("every margin and time must be a number")
    return np.asarray(np.bincount(customer, worth, minlength=n_customers), float)


def forward(
    margin: float | np.ndarray,
    survival: np.ndarray,
    discount_rate: float,
    *,
    tail: Tail,
    first: First = "ahead",
    years: float = 1.0,
) -> float:
    """Expected discounted margin of one who is a customer now, from a survival curve (E74).

    Parameters
    ----------
    margin : per period of those who are there (currency); one number, or one a period from period 0 on
    survival : share still there after 0, 1, 2 … periods; the first is 1
    discount_rate : yearly
    tail : "horizon": what comes after the curve is not counted; "last_retention": after the curve, retention stays what
        it was in its last period, and the margin too (E75). Where retention rises with tenure both count too little
    first : whether the margin of period 0 counts ("now") or not ("ahead")
    years : length of a period

    Raises
    ------
    ValueError : for a curve that does not begin at 1, rises or holds NaN (cut it where nobody was observed), margins of
        another length, an unknown tail or first, or a tail whose value has no bound
    """
    survival = np.asarray(survival, float)
    if survival.ndim != 1 or not len(survival) or survival[0] != 1 or not np.isfinite(survival).all():
        raise ValueError("survival must be a row of numbers that begins with 1, without NaN")
    if (np.diff(survival) > 0).any() or survival[-1] < 0:
        raise ValueError("survival can only fall, and not below 0")
    _check(first, "first", ("ahead", "now"))
    _check(tail, "tail", ("horizon", "last_retention"))
    margin = np.asarray(margin, float)
    if margin.ndim and margin.shape != survival.shape:
        raise ValueError(f"there are {margin.size} margins for {len(survival)} periods")
    worth = (
        np.broadcast_to(margin, survival.shape) * survival * discount(discount_rate, years * np.arange(len(survival)))
    )
    value = float(worth[1 if first == "ahead" else 0 :].sum())
    if tail == "horizon" or survival[-1] == 0:
        return value
    if len(survival) < 2:
        raise ValueError('tail="last_retention" needs a curve of at least one period')
    ratio = survival[-1] / survival[-2] * float(discount(discount_rate, years))
    return value + float(worth[-1]) * _geometric(ratio)


def given_survived(survival: np.ndarray, periods: int) -> np.ndarray:
    """The curve of those who are still there after so many periods, from then on; it begins with 1.

    Raises ValueError where nobody is left or the curve is too short.
    """
    survival = np.asarray(survival, float)
    if not 0 <= periods < len(survival) or not survival[periods] > 0:
        raise ValueError(f"nobody is known to be left after {periods} periods")
    return np.asarray(survival[periods:] / survival[periods])


def with_constant_retention(
    margin: float, retention: float, discount_rate: float, *, first: First = "ahead", years: float = 1.0
) -> float:
    """Forward value if every customer stays each period with one and the same chance, for ever (E76).

    margin · r / (1 + d - r) with the first margin ahead, margin · (1 + d) / (1 + d - r) now. It is right for customers
    who are all alike; for others see `forward`.

    Raises ValueError for a retention outside 0 … 1, or a value without bound.
    """
    if not 0 <= retention <= 1:
        raise ValueError(f"retention must be a chance from 0 to 1, was {retention}")
    _check(first, "first", ("ahead", "now"))
    ahead = _geometric(retention * float(discount(discount_rate, years)))
    return margin * (ahead + (1.0 if first == "now" else 0.0))


def beta_survival(alpha: float, beta: float, periods: int, *, survived: int = 0) -> np.ndarray:
    """Survival after 0 … `periods` periods if chances to leave are Beta(alpha, beta) over customers (E77).

    The shifted beta-geometric of Fader and Hardie (2007): retention in period t is (beta + t - 1) / (alpha + beta +
    t - 1). With `survived`, the curve of those who already stayed so many periods.

    Raises ValueError unless alpha and beta are above 0.
    """
    if not (alpha > 0 and beta > 0):
        raise ValueError(f"alpha and beta must be above 0, were {alpha} and {beta}")
    before = beta + survived + np.arange(periods)
    return np.concatenate([[1.0], np.cumprod(before / (alpha + before))])


def with_beta_chances(
    margin: float,
    alpha: float,
    beta: float,
    discount_rate: float,
    *,
    first: First = "ahead",
    years: float = 1.0,
    survived: int = 0,
) -> float:
    """Forward value without an end if chances to leave are Beta(alpha, beta) over customers and stay what they are.

    With `survived`, of one who already stayed so many periods (E77). Raises ValueError unless the rate is above 0:
    without discounting the sum need not have a bound.
    """
    factor = float(discount(discount_rate, years))
    if not factor < 1:
        raise ValueError(f"discount_rate and years must be above 0, were {discount_rate} and {years}")
    periods = int(np.ceil(np.log(NEGLIGIBLE * (1 - factor)) / np.log(factor)))
    curve = beta_survival(alpha, beta, periods, survived=survived)
    return forward(margin, curve, discount_rate, tail="horizon", first=first, years=years)


def _geometric(ratio: float) -> float:
    """ratio + ratio² + ratio³ + …; ValueError where that has no bound."""
    if not ratio < 1:
        raise ValueError("nobody leaves and nothing is discounted: the value has no bound")
    return ratio / (1.0 - ratio)


def _check(value: str, name: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, was {value!r}")
