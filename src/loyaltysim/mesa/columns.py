"""Columns: everybody's traits and states by name, to read and to write, for the agents of `LoyaltyModel`.

A state by brand has the brand in brackets: `satisfaction[Ours]`. What can be written, and within what range, follows
from customers/fields.py. Whole numbers other than the brand last bought are kept together with other books (who ever
bought, who has left, since when): writing one alone would contradict those, so they are read only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from loyaltysim.customers.fields import FIELDS, Field
from loyaltysim.mesa.series import Column, split_name
from loyaltysim.simulation import Simulation

CLOSE = 1e-4  # of what is read after writing: what 32 bits can lose on the way back through fading


class Columns:
    """Everybody's traits and states of one simulation.

    Bonds and trust are kept as of the customer's last occasion; they are read, and written, as of the last step made.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._faded: tuple[int, dict[str, Column]] = (-1, {})

    def names(self) -> list[str]:
        """Every column there is, as in the table of `Simulation.customers`."""
        return [name for name in self._simulation.customers() if name not in ("replication", "customer")]

    def read(self, name: str) -> Column:
        """One value per customer, a copy nobody else has unless it is of plain numbers. Raises AttributeError."""
        what, brand = split_name(name)
        world = self._simulation.world
        array = self._array(what) if what in FIELDS else None
        if array is not None and array.ndim == 1 and brand is None:
            return array
        if array is not None and array.ndim == 2 and brand in world.brands:
            row: Column = array[world.brands.index(brand)]
            return row
        if name == "segment":
            return np.array(world.segments, object)[world.customers.segment]
        for program, own in self._simulation.schedule.programs:
            label = program.describe(world.brands[own.brand])
            if brand == label and what in (kept := program.columns(own)):
                return kept[what]
        raise AttributeError(self._unknown(name))

    def by_brand(self, name: str) -> bool:
        """Whether a name is that of a state by brand that somebody keeps."""
        return name in FIELDS and FIELDS[name].by_brand and self._simulation.world.customers.has(name)

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Write a value, or one for each of the rows.

        Raises
        ------
        AttributeError : for a name that there is not, or that can only be read
        TypeError : for what is no number
        ValueError : for a number out of the state's range
        """
        world, (what, brand) = self._simulation.world, split_name(name)
        column = self.read(name)
        if what not in FIELDS or not self._is_written(FIELDS[what]):
            raise AttributeError(f"{name} can only be read")
        values = self._checked(FIELDS[what], name, value)
        if what in self._lazy():
            assert brand is not None
            self._write_faded(what, world.brands.index(brand), rows, values, name)
        else:
            column[rows] = values
        self._faded = (-1, {})

    def range_of(self, name: str) -> tuple[float, float]:
        """The lowest and highest value of a state in this market."""
        field, world = FIELDS[split_name(name)[0]], self._simulation.world
        high = len(world.brands) - 1 if field.unit == "brand" else field.high
        return field.low, high

    def _is_written(self, field: Field) -> bool:
        return field.dtype is np.float32 or field.name == "last_brand"

    def _checked(self, field: Field, name: str, value: Any) -> Column:
        """The value as numbers of the field's kind."""
        given = np.asarray(value)
        if given.dtype.kind not in "iuf":
            raise TypeError(f"{name} must be a number, was {value!r}")
        low, high = self.range_of(name)
        whole = field.dtype is not np.float32
        with np.errstate(over="ignore"):
            stored = given.astype(float if whole else np.float32)
        bad = ~np.isfinite(stored) | (given < low) | (given > high) | (whole & (stored != np.rint(stored)))
        if bad.any():
            wanted = "a whole number " if whole else "a finite number " if np.isinf((low, high)).all() else ""
            first = given[bad].ravel()[0].item() if given.ndim else given.item()
            raise ValueError(f"{name} must be {wanted}{_within(low, high)}, was {first}")
        return stored.astype(field.dtype)

    def _lazy(self) -> dict[str, Column]:
        """States that fade, as of the last step made."""
        now, faded = self._faded
        if now != self._simulation.now:
            step = max(self._simulation.now - 1, 0)
            arrays = self._simulation.world.customers.arrays
            faded = {n: a for n, a in self._simulation.schedule.faded(step).items() if a is not arrays.get(n)}
            self._faded = (self._simulation.now, faded)
        return faded

    def _array(self, what: str) -> Column | None:
        """The array of a field; None if nobody keeps it."""
        customers = self._simulation.world.customers
        if not customers.has(what):
            return None
        return self._lazy().get(what, customers.arrays[what]) if what in ("bond", "trust") else customers.arrays[what]

    def _write_faded(self, what: str, b: int, rows: Any, values: Column, name: str) -> None:
        """Keep what fades to the value now: fading is a line, so two of its points tell where to begin."""
        simulation = self._simulation
        kept = simulation.world.customers.arrays[what]
        before, step = kept.copy(), max(simulation.now - 1, 0)
        ends = []
        for start in (0, 1):
            kept[:] = start
            ends.append(simulation.schedule.faded(step)[what][b][rows].astype(float))
        kept[:] = before
        with np.errstate(all="ignore"):
            kept[b, rows] = (values - ends[0]) / (ends[1] - ends[0])
            read = simulation.schedule.faded(step)[what][b][rows]
            missed = ~np.isclose(read, values, rtol=CLOSE, atol=CLOSE)
        missed = np.atleast_1d(missed)
        if missed.any():
            kept[:] = before
            wanted, comes_to = (np.broadcast_to(array, missed.shape)[missed][0] for array in (values, read))
            raise ValueError(f"{name} cannot be {wanted}: what fades like this would be {comes_to} now")

    def _unknown(self, name: str) -> str:
        what = split_name(name)[0]
        if what in FIELDS and not self._simulation.world.customers.has(what):
            return f"nobody keeps {what} in this scenario: the part that changes it is off"
        if self.by_brand(what):
            return f"{name} is not there; by brand there are: " + ", ".join(self._simulation.world.brands)
        return f"customers have no {name}; they have: " + ", ".join(self.names())


def _within(low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return "of 32 bits"
    return f"of at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}"
