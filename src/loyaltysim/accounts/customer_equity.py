"""Customer equity: what present and future customers are worth together (docs/model.md (E120)).

The sum over customers of what each is worth from now on, those who are still to come included; the idea is Rust, Lemon
and Zeithaml's (2004). What one customer is worth comes from `lifetime_value`, which never assumes constant retention
without saying so; what a cohort is worth when it comes, less what it cost to win it, is discounted from then.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loyaltysim.accounts.lifetime_value import discount


class Equity(NamedTuple):
    """Customer equity in currency, as of now."""

    current: float
    """Of those who are customers now."""
    future: float
    """Of those who are still to come, less what it costs to win them; cut off after the last cohort given."""

    @property
    def whole(self) -> float:
        """Both."""
        return self.current + self.future


def customer_equity(
    current: np.ndarray,
    newcomers: np.ndarray,
    value_of_newcomer: float | np.ndarray,
    discount_rate: float,
    *,
    cost_of_newcomer: float | np.ndarray = 0.0,
    years: float = 1.0,
) -> Equity:
    """Value of present customers, and of cohorts to come (E120).

    Parameters
    ----------
    current : forward value of each present customer, or of groups of them (currency): all are added up
    newcomers : customers won in 1, 2, 3 … periods from now; what is not listed is not counted
    value_of_newcomer : forward value of one when won, with the first margin now; one number, or one a cohort
    discount_rate : yearly
    cost_of_newcomer : what it costs to win one, paid when won; one number, or one a cohort
    years : length of a period

    Raises
    ------
    ValueError : for values or costs of another number than cohorts, newcomers below 0, NaN, or a rate of -1 or less

    Examples
    --------
    >>> customer_equity([100.0, 50.0], [10, 10], 30.0, 0.25, cost_of_newcomer=5.0)
    Equity(current=150.0, future=360.0)
    """
    current, newcomers = np.asarray(current, float), np.asarray(newcomers, float)
    worth = np.asarray(value_of_newcomer, float) - np.asarray(cost_of_newcomer, float)
    if newcomers.ndim != 1 or worth.ndim > 1 or (worth.ndim and worth.shape != newcomers.shape):
        raise ValueError(
            f"newcomers must be a row, with one value and cost or one for each of {newcomers.size} cohorts"
        )
    if not (np.isfinite(current).all() and np.isfinite(newcomers).all() and np.isfinite(worth).all()):
        raise ValueError("values, costs and newcomers must be numbers, without NaN")
    if (newcomers < 0).any():
        raise ValueError("newcomers cannot be fewer than 0")
    now = discount(discount_rate, years * np.arange(1, len(newcomers) + 1))
    return Equity(float(current.sum()), float((newcomers * worth * now).sum()))
