"""BG/NBD in closed form: repeat purchases of customers who leave unseen.

Fader, Hardie & Lee 2005, Marketing Science 24(2), 275-284; the numbers of equations are theirs.

Purchases of a customer who is there are Poisson at an own rate, the rates gamma of shape r and mean r/α; after each
repeat purchase the customer leaves with an own chance, the chances Beta(a, b). Time runs from the first purchase, which
is neither counted nor followed by a chance to leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1, logsumexp


@dataclass(frozen=True)
class BGNBD:
    """The four parameters; times are in weeks, since α is."""

    r: float
    alpha: float
    a: float
    b: float

    def chances(self, weeks: float, most: int) -> np.ndarray:
        """Chances of 0 … `most` repeat purchases in a time from the first purchase on (eq. 8)."""
        bought = weeks / (self.alpha + weeks)
        counts = np.arange(most + 1)
        poisson = gammaln(self.r + counts) - gammaln(self.r) - gammaln(counts + 1.0) + counts * np.log(bought)
        poisson += self.r * np.log(1 - bought)  # of the counts of a customer who never leaves: negative binomial
        stayed = np.exp(betaln(self.a, self.b + counts) - betaln(self.a, self.b) + poisson)
        left = np.zeros(most + 1)
        left[1:] = np.exp(betaln(self.a + 1, self.b + counts[1:] - 1) - betaln(self.a, self.b))
        left[1:] *= 1 - np.cumsum(np.exp(poisson))[:-1]
        return np.asarray(stayed + left)

    def expected(self, weeks: Any) -> np.ndarray:
        """Mean number of repeat purchases in a time from the first purchase on (eq. 9)."""
        weeks = np.asarray(weeks, float)
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
        return np.asarray((a + b - 1) / (a - 1) * (1 - series))

    def alive(self, x: Any, last: Any, weeks: Any) -> np.ndarray:
        """Chance to be still a customer after `x` repeat purchases, the last at `last`, seen for `weeks`."""
        x, last, weeks = np.broadcast_arrays(*(np.asarray(value, float) for value in (x, last, weeks)))
        odds = self.a / np.maximum(self.b + x - 1, self.b)
        odds = odds * ((self.alpha + weeks) / (self.alpha + last)) ** (self.r + x)
        return np.asarray(np.where(x > 0, 1 / (1 + odds), 1.0))

    def expected_next(self, x: Any, last: Any, weeks: Any, ahead: float) -> np.ndarray:
        """Mean number of purchases in the `ahead` weeks after those seen (eq. 10)."""
        x, last, weeks = np.broadcast_arrays(*(np.asarray(value, float) for value in (x, last, weeks)))
        r, alpha, a, b = self.r + x, self.alpha + weeks, self.a, self.b + x
        series = (alpha / (alpha + ahead)) ** r * hyp2f1(r, b, a + b - 1, ahead / (alpha + ahead))
        return np.asarray((a + b - 1) / (a - 1) * (1 - series) * self.alive(x, last, weeks))

    def log_likelihood(self, x: Any, last: Any, weeks: Any) -> float:
        """Log likelihood of customers with `x` repeat purchases, the last at `last`, seen for `weeks` (eq. 6)."""
        x, last, weeks = (np.asarray(value, float) for value in (x, last, weeks))
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + weeks)
        after = np.maximum(x, 1)  # nobody leaves before the first repeat purchase
        leaves = betaln(a + 1, b + after - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
        either = logsumexp([stays, leaves], axis=0, b=[np.ones_like(x), np.where(x > 0, 1.0, 0.0)])
        return float(np.sum(rate + either))
