"""The base of all levers. No kind exists yet: a scenario's list of levers must be empty."""

from __future__ import annotations

from loyaltysim.record import Part


class Lever(Part, room="lever"):
    """Something a brand does to its customers or to itself, seeing only what a firm can see."""
