"""Whom a lever reaches, one kind a file."""

from loyaltysim.levers.targets import everybody, lapse, random, rfm, uplift, value
from loyaltysim.levers.targets.target import Target

__all__ = ["Target", "everybody", "lapse", "random", "rfm", "uplift", "value"]
