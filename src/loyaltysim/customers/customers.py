"""Customers: the board of traits and shared states, as arrays over rows.

A row is a customer of a replication: row = replication · n_customers + number. States by brand are stored brand by
brand, [brand, row], so that one brand's column is contiguous; kernels that walk over customers see them turned, [row,
brand]. A state exists only if a part that is switched on asked for it; else it counts as the field's `off` value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loyaltysim.customers.fields import FIELDS
from loyaltysim.draws import customer_key
from loyaltysim.jit import jit
from loyaltysim.slab import Slab


class Customers:
    """Arrays over all customers of all stacked replications.

    Attributes
    ----------
    n_customers : customers of one replication
    replications : numbers of the stacked replications
    rows : n_customers × replications
    key : uint64, one per row, from which all the customer's luck comes
    segment : uint8, one per row
    arrays : the states that exist, by name: one per row, or brands × rows
    """

    def __init__(self, n_customers: int, replications: range, n_brands: int, seed: int) -> None:
        self.n_customers = n_customers
        self.replications = replications
        self.n_brands = n_brands
        self.rows = n_customers * len(replications)
        self.slab = Slab()
        self.key = self.slab.zeros((self.rows,), np.uint64)
        self.segment: NDArray[np.uint8] = self.slab.zeros((self.rows,), np.uint8)
        self.arrays: dict[str, np.ndarray] = {}
        _write_keys(seed, replications.start, n_customers, self.key)

    def ask(self, name: str, start: float | np.ndarray | None = None) -> np.ndarray:
        """The array of a declared state; made on the first call, with `start` (or the off value) for everybody.

        `start` may be one number, or one number per brand.
        """
        if name not in self.arrays:
            field = FIELDS[name]
            shape = (self.n_brands, self.rows) if field.by_brand else (self.rows,)
            array = self.slab.zeros(shape, field.dtype)
            value = np.asarray(field.off if start is None else start)
            array[...] = value[:, None] if value.ndim == 1 and field.by_brand else value
            self.arrays[name] = array
        return self.arrays[name]

    def has(self, name: str) -> bool:
        """Whether a part that is switched on keeps this state."""
        return name in self.arrays

    def rows_of(self, replication: int) -> slice:
        """The rows of one replication, by its place in the stack."""
        return slice(replication * self.n_customers, (replication + 1) * self.n_customers)

    @property
    def bytes(self) -> int:
        """Bytes held by the keys, segments, traits and shared states."""
        return self.key.nbytes + self.segment.nbytes + sum(array.nbytes for array in self.arrays.values())


@jit
def _write_keys(seed, first_replication, n_customers, key):
    """Write the key of each row."""
    for row in range(key.shape[0]):
        key[row] = customer_key(seed, first_replication + row // n_customers, row % n_customers)
