"""Behavior: what customers need, choose, experience, how they feel about it, and when they leave. One idea a file."""

from loyaltysim.behavior import (
    basket,
    bond,
    choice,
    experience,
    lapse,
    learning,
    needs,
    recovery,
    satisfaction,
    win_back,
)

__all__ = [
    "basket",
    "bond",
    "choice",
    "experience",
    "lapse",
    "learning",
    "needs",
    "recovery",
    "satisfaction",
    "win_back",
]
