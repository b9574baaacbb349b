"""Panels: recorded purchases of households, with what every brand asked and showed each time.

Panels carry no dates: the order of a household's purchases is all that is known of time. Whether it is the order of
time can be tested (`order_of`), for rows that are sorted by the brand chosen look like loyalty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

OFFERS = {"price": "price", "feature": "feat", "display": "disp"}
"""What is known of a brand at a purchase, and how its columns are called in files."""
LEVEL = 0.001
"""Below this chance a panel counts as sorted; assumed: one panel in a thousand is refused wrongly, at most."""


@dataclass(frozen=True)
class Panel:
    """Purchases of households, a household's together and in order.

    Attributes
    ----------
    brands : names; a brand's place here is its number in the arrays
    first : int64, households + 1: where each household's purchases begin
    price, feature, display : float32, purchases × brands: what was asked, and 0 or 1 for leaflet and display
    chosen : int32, one per purchase: the brand bought
    start_brand : int8, one per household: the brand bought before its first row, -1 where it is not known
    in_time : whether a household's purchases stand in the order of time; else nothing is known of what came before
    """

    brands: tuple[str, ...]
    first: np.ndarray
    price: np.ndarray
    feature: np.ndarray
    display: np.ndarray
    chosen: np.ndarray
    start_brand: np.ndarray
    in_time: bool = True

    @property
    def households(self) -> int:
        """How many households there are."""
        return len(self.first) - 1

    @property
    def purchases(self) -> int:
        """How many purchases there are."""
        return len(self.chosen)

    @property
    def longest(self) -> int:
        """Purchases of the household with most of them."""
        return int(np.diff(self.first).max())

    def before(self) -> np.ndarray:
        """The brand bought the time before, int32, one per purchase; -1 where it is not known.

        Raises ValueError if the order of purchases is not that of time.
        """
        self._need_time()
        last = np.empty_like(self.chosen)
        last[1:] = self.chosen[:-1]
        some = np.diff(self.first) > 0
        last[self.first[:-1][some]] = self.start_brand[some]
        return last

    def of_brands(self, brands: tuple[str, ...]) -> Panel:
        """The same with its brands in this order. Raises ValueError unless these are its brands."""
        if sorted(brands) != sorted(self.brands):
            raise ValueError(f"the brands of the panel are {', '.join(self.brands)}")
        order = [self.brands.index(brand) for brand in brands]
        place = np.argsort(order).astype(np.int32)
        start = np.where(self.start_brand >= 0, place[self.start_brand], -1).astype(np.int8)
        offers = {name: getattr(self, name)[:, order] for name in OFFERS}
        return replace(self, brands=brands, chosen=place[self.chosen], start_brand=start, **offers)

    def after_first(self) -> Panel:
        """The same without each household's first purchase, which becomes its `start_brand`.

        Raises ValueError if the order of purchases is not that of time.
        """
        self._need_time()
        some = np.diff(self.first) > 0
        firsts = self.first[:-1][some]
        rows = {name: np.delete(getattr(self, name), firsts, axis=0) for name in (*OFFERS, "chosen")}
        start = self.start_brand.copy()
        start[some] = self.chosen[firsts]
        return replace(self, first=self.first - np.append(0, np.cumsum(some)), start_brand=start, **rows)

    def long(self) -> pd.DataFrame:
        """One row for each purchase and brand, as programs that fit choices read it.

        Columns: purchase, household (both from 0), brand, chosen (bool), price, feature, display, last (1 for the brand
        bought the time before; not there unless the order is that of time). `xlogit` takes them as X, y (chosen), alts
        (brand), ids (purchase) and panels (household).
        """
        import pandas as pd

        n, brands = self.purchases, len(self.brands)
        numbers = np.arange(brands)
        household = np.repeat(np.arange(self.households), np.diff(self.first))
        columns = {
            "purchase": np.repeat(np.arange(n), brands),
            "household": np.repeat(household, brands),
            "brand": np.tile(np.asarray(self.brands), n),
            "chosen": (self.chosen[:, None] == numbers).ravel(),
            **{name: getattr(self, name).ravel().astype(float) for name in OFFERS},
        }
        if self.in_time:
            columns["last"] = (self.before()[:, None] == numbers).ravel().astype(float)
        return pd.DataFrame(columns)

    def _need_time(self) -> None:
        if not self.in_time:
            raise ValueError("the order of the purchases is not that of time, so nobody knows what was bought before")


@dataclass(frozen=True)
class Order:
    """How far the purchases of a panel are sorted by the brand chosen.

    Attributes
    ----------
    brands : the order in which most households would stand sorted
    households : those that bought two brands or more
    ascending : of these, who never went back in that order
    p : the chance of so many, if the order is that of time and the market at rest
    """

    brands: tuple[str, ...]
    households: int
    ascending: int
    p: float


def order_of(panel: Panel) -> Order:
    """Test whether the purchases are sorted by the brand chosen (docs/model.md (E160)).

    In a market at rest, with whatever tastes and inertia (the process is reversible: D2's logit with last purchase is),
    a household's purchases are as likely as the same backwards. So of those who bought two brands or more at most half
    go through an order of the brands without ever going back, and as many as are found, or more, have at most the
    chance P(Binomial(n, 1/2) ≥ found). Which of the B! orders it is was looked up in the data: the chance is multiplied
    by B! (Bonferroni). A market that moves one way (a brand that dies out) can look sorted too.
    """
    from scipy.special import bdtrc

    n = len(panel.brands)
    household = np.repeat(np.arange(panel.households), np.diff(panel.first))
    chosen = panel.chosen
    within = household[1:] == household[:-1]
    before, after, whose = chosen[:-1][within], chosen[1:][within], household[1:][within]
    changes = np.zeros((n, n))
    np.add.at(changes, (before, after), 1)
    ahead = np.argsort(-(np.sign(changes - changes.T)).sum(1), kind="stable")  # who is left for most others
    several = np.bincount(whose[before != after], minlength=panel.households) > 0
    best: tuple[int, np.ndarray] = (-1, ahead)
    for order in (ahead, np.arange(n), np.argsort(panel.brands)):
        place = np.argsort(order)
        back = np.bincount(whose[place[after] < place[before]], minlength=panel.households) > 0
        best = max(best, (int(np.count_nonzero(several & ~back)), order), key=lambda found: found[0])
    found, order = best
    households = int(np.count_nonzero(several))
    chance = float(bdtrc(found - 1, households, 0.5)) if found > 0 else 1.0
    names = tuple(panel.brands[brand] for brand in order)
    return Order(names, households, found, min(1.0, factorial(min(n, 170)) * chance))


def refuse_sorted(panel: Panel) -> None:
    """Raise ValueError if the purchases are sorted by the brand chosen (`order_of`), as in Ecdat's Ketchup and Tuna.

    Then the order is not that of time, and every household seems to stay with a brand and never to come back.
    """
    order = order_of(panel)
    if order.p < LEVEL:
        raise ValueError(
            f"the rows are sorted by the brand chosen: of {order.households} households that bought several brands "
            f"{order.ascending} never went back in the order {', '.join(order.brands)} (by chance p = {order.p:.2g}). "
            "So the order is not that of time, and loyalty read from it would be false"
        )
