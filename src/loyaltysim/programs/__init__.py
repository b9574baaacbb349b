"""Loyalty programs: a kind says what members get; its parts say who joins, what is won, what customers make of it."""

from loyaltysim.programs import club, copied, discount, play, points, stamps, surprise, tiers
from loyaltysim.programs.program import Program

__all__ = ["Program", "club", "copied", "discount", "play", "points", "stamps", "surprise", "tiers"]
