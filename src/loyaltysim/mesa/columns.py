"""Columns: everybody's traits and states by name, to read and to write, for the agents of `LoyaltyModel`.

A state by brand has the brand in brackets: `satisfaction[Ours]`. What can be written follows from customers/fields.py,
within what range from ranges.py. Whole numbers other than the brand last bought are kept together with other books (who
ever bought, who has left, since when): writing one alone would contradict those, so they are read only. Those that are
one bit for each brand can be read by brand too, as truth values: `tried[Ours]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loyaltysim.customers.fields import FIELDS, Field
from loyaltysim.mesa.ranges import range_of
from loyaltysim.mesa.series import Column, split_name
from loyaltysim.results import program_names
from loyaltysim.simulation import Simulation

CLOSE = 1e-4  # of what is read after writing: what 32 bits can lose on the way back through fading
Place = tuple[Column, Column]
"""A column of the arrays, and what goes into the rows that are written."""


class Columns:
    """Everybody's traits and states of one simulation.

    Bonds and trust are kept as of the customer's last occasion; they are read, and written, as of the last step made.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._faded: tuple[int, dict[str, Column]] = (-1, {})

    def names(self) -> list[str]:
        """Every column there is: those of the table of `Simulation.customers`, and bits by brand."""
        table = [name for name in self._simulation.customers() if name not in ("replication", "customer")]
        brands = self._simulation.world.brands
        return table + [f"{name}[{brand}]" for name in table if _has_bits(name) for brand in brands]

    def read(self, name: str) -> Column:
        """One value per customer, a copy nobody else has unless it is of plain numbers. Raises AttributeError."""
        what, brand = split_name(name)
        world = self._simulation.world
        array = self._array(what) if what in FIELDS else None
        if array is not None and array.ndim == 1 and brand is None:
            return array
        if array is not None and brand in world.brands:
            b = world.brands.index(brand)
            if array.ndim == 2:
                row: Column = array[b]
                return row
            if _has_bits(what):
                return (array >> np.uint32(b) & np.uint32(1)).astype(bool)
        if name == "segment":
            return np.array(world.segments, object)[world.customers.segment]
        programs = self._simulation.schedule.programs
        for label, (program, own) in zip(program_names(self._simulation.scenario), programs):
            if brand == label and what in (kept := program.columns(own)):
                return kept[what]
        raise AttributeError(self._unknown(name))

    def by_brand(self, name: str) -> bool:
        """Whether a name is that of a state by brand that somebody keeps."""
        return name in FIELDS and FIELDS[name].by_brand and self._simulation.world.customers.has(name)

    def write(self, name: str, rows: Column | int, value: Any) -> None:
        """Write a value to some rows, or one for each of them; what is by brand takes a dict of such values by brand.

        Either all of it is written, or nothing.

        Raises
        ------
        AttributeError : for a name that there is not, or that can only be read
        KeyError : for a brand that there is not
        TypeError : for what is no number, and for one number where there is one by brand
        ValueError : for a number out of the state's range, or another number of values than of rows
        """
        places = [self._place(one, rows, given) for one, given in self._by_column(name, value).items()]
        for column, values in places:
            column[rows] = values
        if self._faded[0] == self._simulation.now:  # what fades may do so from another level now
            some = np.atleast_1d(rows)
            for what, array in self._simulation.schedule.faded(self._step, some).items():
                if what in self._faded[1]:
                    self._faded[1][what][:, some] = array

    def _by_column(self, name: str, value: Any) -> dict[str, Any]:
        """What is to be written, by the name of the column."""
        if not self.by_brand(name):
            return {name: value}
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} is by brand: write {name}[brand], or a dict by brand; was {value!r}")
        self.check_brands(value)
        return {f"{name}[{brand}]": given for brand, given in value.items()}

    def check_brands(self, names: Any) -> None:
        """Raise KeyError if one is no brand."""
        brands = self._simulation.world.brands
        for name in names:
            if name not in brands:
                raise KeyError(f"there is no brand {name!r}; there are: {', '.join(brands)}")

    def _place(self, name: str, rows: Column | int, value: Any) -> Place:
        """Where to write, and what."""
        what, brand = split_name(name)
        column = self.read(name)
        if what not in FIELDS or not _is_written(FIELDS[what]):
            raise AttributeError(f"{name} can only be read")
        values = self._checked(name, rows, value)
        if what not in self._lazy():
            return column, values
        assert brand is not None
        return self._unfaded(what, self._simulation.world.brands.index(brand), rows, values, name)

    def _checked(self, name: str, rows: Column | int, value: Any) -> Column:
        """The value, or one for each row, as numbers of the field's kind."""
        field = FIELDS[split_name(name)[0]]
        given = _numbers(name, rows, value)
        low, high = range_of(field.name, self._simulation.scenario)
        whole = field.dtype is not np.float32
        with np.errstate(over="ignore"):
            stored = given.astype(float if whole else np.float32)
        bad = ~np.isfinite(stored) | (given < low) | (given > high) | (whole & (stored != np.rint(stored)))
        if bad.any():
            wanted = "a whole number " if whole else "a finite number " if np.isinf((low, high)).all() else ""
            if np.isfinite(low) and np.isinf(high) and not np.isfinite(stored[bad]).all():
                wanted = "a finite number of 32 bits, "
            first = given[bad].ravel()[0].item() if given.ndim else given.item()
            raise ValueError(f"{name} must be {wanted}{_within(low, high)}, was {first}")
        return stored.astype(field.dtype)

    @property
    def _step(self) -> int:
        """The last step made."""
        return max(self._simulation.now - 1, 0)

    def _lazy(self) -> dict[str, Column]:
        """States that fade, as of the last step made."""
        now, faded = self._faded
        if now != self._simulation.now:
            arrays = self._simulation.world.customers.arrays
            faded = {n: a for n, a in self._simulation.schedule.faded(self._step).items() if a is not arrays.get(n)}
            self._faded = (self._simulation.now, faded)
        return faded

    def _array(self, what: str) -> Column | None:
        """The array of a field; None if nobody keeps it."""
        customers = self._simulation.world.customers
        if not customers.has(what):
            return None
        return self._lazy().get(what, customers.arrays[what]) if what in ("bond", "trust") else customers.arrays[what]

    def _unfaded(self, what: str, b: int, rows: Column | int, values: Column, name: str) -> Place:
        """From where a state would have faded to the values now: fading is a line, so two of its points tell."""
        schedule, some = self._simulation.schedule, np.atleast_1d(rows)
        kept = self._simulation.world.customers.arrays[what][b]
        before = kept[some]

        def now(start: Any) -> Column:
            kept[some] = start
            faded: Column = schedule.faded(self._step, some)[what][b].astype(float)
            return faded

        try:
            ends = now(0), now(1)
            with np.errstate(all="ignore"):
                starts = ((values - ends[0]) / (ends[1] - ends[0])).astype(kept.dtype)
                read = now(starts)
        finally:
            kept[some] = before
        missed = ~np.isclose(read, values, rtol=CLOSE, atol=CLOSE)
        if missed.any():
            wanted, comes_to = (np.broadcast_to(array, missed.shape)[missed][0] for array in (values, read))
            raise ValueError(f"{name} cannot be {wanted}: what fades like this would be {comes_to} now")
        return kept, starts if np.ndim(rows) else starts[0]

    def _unknown(self, name: str) -> str:
        what = split_name(name)[0]
        programs = zip(program_names(self._simulation.scenario), self._simulation.schedule.programs)
        if labels := [label for label, (program, own) in programs if what in program.columns(own)]:
            return f"{name} is not there; by program there are: " + ", ".join(f"{what}[{label}]" for label in labels)
        if what in FIELDS and not self._simulation.world.customers.has(what):
            return f"nobody keeps {what} in this scenario: the part that changes it is off"
        if self.by_brand(what):
            return f"{name} is not there; by brand there are: " + ", ".join(self._simulation.world.brands)
        return f"customers have no {name}; they have: " + ", ".join(self.names())


def _is_written(field: Field) -> bool:
    return field.dtype is np.float32 or field.name == "last_brand"


def _has_bits(name: str) -> bool:
    return name in FIELDS and FIELDS[name].unit == "bits"


def _numbers(name: str, rows: Column | int, value: Any) -> Column:
    """The value as an array of one number, or of one for each row."""
    try:
        given = np.asarray(value)
    except ValueError:  # a list of lists of different lengths
        given = np.asarray(None)
    if given.dtype.kind not in "iuf" or (given.ndim and not np.ndim(rows)):
        raise TypeError(f"{name} must be a number, was {value!r}")
    if given.ndim and given.shape != np.shape(rows):
        shape = " × ".join(map(str, given.shape))
        raise ValueError(f"{name} must be one number, or one for each of {np.size(rows)} customers; there were {shape}")
    return given


def _within(low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return "of 32 bits"
    return f"of at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}"
