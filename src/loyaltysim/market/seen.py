"""What a firm sees of its customers: its own rows of the history, to read. Targeting is given this and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from loyaltysim.market.history import COLUMNS, History


class Seen:
    """The history of one brand, a column an attribute (`history.COLUMNS`): one number per row, not to be written.

    Satisfaction, bond, tastes and what was bought elsewhere are not here.

    Attributes
    ----------
    step, weeks : the step that is being made, and the length of a step in weeks

    Beside `last_step` there are only the columns that whoever looks `sees`.
    """

    __slots__ = ("_columns", "step", "weeks")

    def __init__(self, history: History, brand: int, step: int, weeks: float, sees: tuple[str, ...]) -> None:
        self.step, self.weeks = step, weeks
        arrays = history.arrays
        self._columns = {name: arrays[name][brand] for name in {"last_step", *sees} & arrays.keys()}

    def __getattr__(self, name: str) -> Any:
        """A column. Raises AttributeError for what no firm sees, or what the target does not say that it sees."""
        if name in self._columns:
            column = self._columns[name]
            if column.flags.writeable:  # the first look makes a copy, which leads to no other brand's
                column = self._columns[name] = np.frombuffer(column.tobytes(), column.dtype)
            return column
        if name in COLUMNS:
            raise AttributeError(f'the history does not show "{name}": a target names the columns that it `sees`')
        raise AttributeError(f'a firm does not see "{name}"; it sees {", ".join(COLUMNS)}')

    def since(self, column: str) -> np.ndarray:
        """Weeks since the step in a column, float32; infinite where there was none, or it is not known when."""
        steps = getattr(self, column)
        return np.where(steps >= 0, (self.step - steps) * np.float32(self.weeks), np.inf).astype(np.float32)

    @property
    def customers(self) -> np.ndarray:
        """Rows of those who ever bought the brand, ascending."""
        return np.flatnonzero(self.last_step >= 0)
