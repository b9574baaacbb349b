"""Pricing: what a brand asks, one kind a file. A brand may have several at once; the lowest price counts."""

from loyaltysim.pricing import best_response, constant, match, panel, poach, promotion_calendar, undercut
from loyaltysim.pricing.pricing import Pricing

__all__ = ["Pricing", "best_response", "constant", "match", "panel", "poach", "promotion_calendar", "undercut"]
