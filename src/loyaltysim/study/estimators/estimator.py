"""The base of all estimators: what it takes to be one, and their register.

An estimator tells what a program changed for each member, from what a firm can see. To write another: a function of
`Seen` that returns an `Estimate`, registered with ``@estimator("name", says="…")`` in a file of its own that
`estimators/__init__.py` imports.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import special

from loyaltysim.study.estimators.seen import Seen

CONFIDENCE = 0.95
WITHIN = float(special.ndtri((1 + CONFIDENCE) / 2))
"""Standard errors to either side of the estimate."""
EXTRA = "pip install -c constraints.txt -e '.[validation]'"

Outcome = Literal["after", "active"]
UNITS: dict[Outcome, str] = {"after": "purchases", "active": "1"}
"""What effects are on: purchases from the end of joining on; whether anything is bought in the last period."""


class Estimate(NamedTuple):
    """An effect per member and its standard error; NaN where the records do not tell, and why they do not."""

    value: float
    se: float
    why: str = ""

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval (normal)."""
        return self.value - WITHIN * self.se

    @property
    def high(self) -> float:
        """The upper end."""
        return self.value + WITHIN * self.se


def nothing(why: str) -> Estimate:
    """No estimate, and the reason."""
    return Estimate(np.nan, np.nan, why)


NO_MEMBERS = "nobody joined"
NO_OTHERS = "there is nobody to compare with: all joined, or nobody did"
FORETOLD = "purchases so far tell for sure who joined"


@dataclass(frozen=True)
class Estimator:
    """One way to tell what a program did.

    Attributes
    ----------
    name : as tables have it
    says : what it does, in one sentence
    outcome : what its effect is on
    trial : whether it needs customers who might not join
    extra : the optional package that it needs; empty: none
    estimate : the function
    """

    name: str
    says: str
    outcome: Outcome
    trial: bool
    extra: str
    estimate: Callable[[Seen], Estimate]


ESTIMATORS: dict[str, Estimator] = {}
"""Every estimator by its name, in the order in which tables and pictures have them."""


def estimator(
    name: str, *, says: str, outcome: Outcome = "after", trial: bool = False, extra: str = ""
) -> Callable[[Callable[[Seen], Estimate]], Callable[[Seen], Estimate]]:
    """Register the decorated function. Raises ValueError for a second one of a name."""

    def register(estimate: Callable[[Seen], Estimate]) -> Callable[[Seen], Estimate]:
        if name in ESTIMATORS:
            raise ValueError(f"two estimators are called {name}")
        ESTIMATORS[name] = Estimator(name, says, outcome, trial, extra, estimate)
        return estimate

    return register


def require(package: str) -> Any:
    """Import an optional package. Raises ImportError with the pip line if it is not installed."""
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or package.partition(".")[0] != error.name.partition(".")[0]:
            raise
        raise ImportError(f"estimates need {package.partition('.')[0]}: {EXTRA}") from None


def known_before(seen: Seen) -> np.ndarray:
    """Customers × what adjustments hold fixed: log of purchases before and lately, weeks since the last (eq. E173).

    What is the same for all, such as purchases out of season, is left out.
    """
    customers = seen.customers
    since = seen.launch - customers["last"].to_numpy()
    known = np.column_stack([np.log1p(customers["before"]), np.log1p(customers["recent"]), np.log1p(since)])
    return np.asarray(known[:, np.ptp(known, axis=0) > 0] if len(known) else known)


def least_squares(outcome: np.ndarray, of: np.ndarray, held_fixed: np.ndarray | None = None) -> Estimate:
    """The coefficient of `of` in ordinary least squares with a constant, by statsmodels.

    Its standard error holds for unequal variances (HC1). NaN where `of` does not vary beside them.
    """
    if len(of) == 0 or of.min() == of.max():
        return nothing(NO_OTHERS)
    columns = [np.ones(len(of)), np.asarray(of, float)]
    design = np.column_stack(columns if held_fixed is None else [*columns, held_fixed])
    if np.linalg.matrix_rank(design) == np.linalg.matrix_rank(np.delete(design, 1, axis=1)):
        return nothing(FORETOLD)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two columns held fixed may say the same of few customers; `of` does not
        fit = require("statsmodels.api").OLS(np.asarray(outcome, float), design).fit(cov_type="HC1")
    return Estimate(float(fit.params[1]), float(fit.bse[1]))


def per_member(seen: Seen, among: np.ndarray, mean: float, se: float) -> Estimate:
    """What a mean change of some customers, a mask, is for each member among them (eq. E175).

    A quotient: whatever moves all of them is laid on those who joined, so a wrong model's share can come out above 1.
    """
    joined = float(seen.customers["member"].to_numpy()[among].mean()) if among.any() else 0.0
    return Estimate(mean / joined, se / joined) if joined > 0 else nothing(NO_MEMBERS)
