"""Pricing: what a brand asks, one kind a file. A brand may have several at once; the lowest price counts."""

from loyaltysim.pricing import constant, match, panel, poach, promotion_calendar, undercut
from loyaltysim.pricing.pricing import Pricing

__all__ = ["Pricing", "constant", "match", "panel", "poach", "promotion_calendar", "undercut"]
