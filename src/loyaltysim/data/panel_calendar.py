"""A promotion calendar with the frequency and the mean price of each sort of promotion in a panel.

A panel tells what every brand asked and showed at each purchase, but not when. Each brand's rows fall into five sorts:
in the leaflet, on display, both, a price cut that is not announced, and the rest, whose mean price is the list price. A
sort that holds a share f of the rows becomes a promotion of one week every 1/f weeks, with the depth that gives its
mean price.

What is lost: that promotions of brands avoid or follow each other, how long they last, and how prices vary inside a
sort. Prices of chosen rows are net of coupons, so a brand bought with coupons looks cheaper than on its shelf.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.pricing.promotion_calendar import PromotionCalendar

CUT = 0.9
"""A price is cut when it is at most this share of the median of rows without leaflet and display; assumed."""
STAGGER = (5**0.5 - 1) / 2
"""Promotions begin at multiples of the golden section of their rhythm, so that few coincide; assumed."""


@dataclass(frozen=True)
class BrandCalendar:
    """A brand's list price and promotions."""

    list_price: float
    pricing: tuple[PromotionCalendar, ...]


def fit_calendar(panel: Panel, weeks: float) -> dict[str, BrandCalendar]:
    """The calendar of each brand of a panel that is taken to last so many weeks.

    Sorts of promotions rarer than one in `weeks` are left out. A sort dearer than the list price gets depth 0.
    """
    calendars: dict[str, BrandCalendar] = {}
    number = 0
    for place, brand in enumerate(panel.brands):
        price = panel.price[:, place].astype(float)
        feature, display = panel.feature[:, place] > 0, panel.display[:, place] > 0
        quiet = ~feature & ~display
        cut = quiet & (price <= CUT * np.median(price[quiet]))
        list_price = float(price[quiet & ~cut].mean())
        pricing = []
        for rows, in_leaflet, on_display in (
            (feature & ~display, True, False),
            (~feature & display, False, True),
            (feature & display, True, True),
            (cut, False, False),
        ):
            if rows.mean() * weeks < 1:
                continue
            rhythm = 1 / float(rows.mean())
            promotion = PromotionCalendar(
                depth=max(0.0, 1 - float(price[rows].mean()) / list_price),
                weeks=1,
                every_weeks=rhythm,
                first_week=round(number * STAGGER % 1 * rhythm),
                feature=in_leaflet,
                display=on_display,
            )
            pricing.append(promotion)
            number += 1
        calendars[brand] = BrandCalendar(list_price, tuple(pricing))
    return calendars
