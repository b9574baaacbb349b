"""Levers: what a brand does besides prices and programs. The base is here; kinds follow, one a file."""

from loyaltysim.levers.lever import Lever

__all__ = ["Lever"]
