"""Loyalty programs: a kind says how it counts; its parts say who joins, what is won, what customers make of it."""

from loyaltysim.programs import points, stamps
from loyaltysim.programs.program import Program

__all__ = ["Program", "points", "stamps"]
