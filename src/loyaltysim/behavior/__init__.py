"""Behavior: what customers need, choose, experience, how they feel about it, and when they leave. One idea a file."""

from loyaltysim.behavior import (
    basket,
    bond,
    chances,
    choice,
    experience,
    lapse,
    learning,
    logit,
    needs,
    recovery,
    satisfaction,
    switching,
    win_back,
)

__all__ = [
    "basket",
    "bond",
    "chances",
    "choice",
    "experience",
    "lapse",
    "learning",
    "logit",
    "needs",
    "recovery",
    "satisfaction",
    "switching",
    "win_back",
]
