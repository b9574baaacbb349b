"""Lorenz: what the first so many of a ranking have of the whole.

Ties share: customers with the same rank have the mean of their group each, so no share depends on the order in which
they happen to stand. A part of a customer counts for that part, so that tenths add up to the whole.
"""

from __future__ import annotations

import numpy as np


def lorenz(rank: np.ndarray, value: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Total `value` of the top `shares` (0 … 1) of customers, highest `rank` first; one number a share.

    Reads one rank and one value per customer. NaN for nobody.
    """
    if not len(rank):
        return np.full(len(shares), np.nan)
    levels, group = np.unique(-np.asarray(rank, float), return_inverse=True)
    people = np.bincount(group, minlength=len(levels))
    totals = np.bincount(group, np.asarray(value, float), minlength=len(levels))
    up_to = np.concatenate([[0], np.cumsum(people)])
    have = np.concatenate([[0.0], np.cumsum(totals)])
    return np.asarray(np.interp(np.asarray(shares, float) * len(rank), up_to, have))


def tenths(rank: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Total `value` of each tenth of customers, the highest `rank` first: ten numbers that add up to the whole."""
    return np.asarray(np.diff(lorenz(rank, value, np.arange(11) / 10)))


def padded(values: np.ndarray, size: int) -> np.ndarray:
    """Values of those who bought, and a 0 for each of the others of so many customers.

    Raises ValueError for more buyers than customers.
    """
    if len(values) > size:
        raise ValueError(f"{len(values)} customers bought, more than the population of {size}")
    return np.concatenate([np.asarray(values, float), np.zeros(size - len(values))])
