"""Times: lengths of time in words."""

from __future__ import annotations


def days(number: float) -> str:
    """So many days: "a week"."""
    return {1: "a day", 7: "a week", 30.4375: "a month", 365.25: "a year"}.get(number, f"{number:g} days")
