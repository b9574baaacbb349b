"""Behavior: what customers need, choose, experience, and how they feel about it. One idea a file."""

from loyaltysim.behavior import bond, choice, experience, needs, satisfaction

__all__ = ["bond", "choice", "experience", "needs", "satisfaction"]
