"""Uplift: those whom being reached moves most, as the firm's own experiment has found."""

from __future__ import annotations

from typing import Literal

import numpy as np

from loyaltysim.levers.targets.target import Chooser, Kept, Target, classes, highest
from loyaltysim.market.seen import Seen
from loyaltysim.record import ROUNDING, setting
from loyaltysim.totals import MONEY_UNIT

NONE = -1


class Uplift(Target):
    """A pilot in which luck decides who is reached, and then the cells of customers in which it moved most.

    Cells are recency × frequency, each by n-ths of the market. While the pilot lasts, luck draws the share that is
    reached, anew each time; the others are held out. What customers buy within `outcome_weeks` of a draw is noted by
    cell, and a cell's effect is the mean of those reached less that of those held out (eq. E150). Afterwards the cells
    of largest effect are reached, but for some customers for whom luck still decides, so that the firm goes on
    learning (eq. E151).

    Hold-outs: Radcliffe 2007. That who reacts is another question than who is at risk: Ascarza 2018.
    """

    kind: Literal["uplift"] = "uplift"
    sees = ("purchases", "spend")

    share: float = setting(0.2, "Share of those who may be chosen that is.", gt=0, lt=1, unit="1")
    pilot_weeks: float = setting(26.0, "How long luck alone decides, from the first week on.", gt=0, unit="weeks")
    outcome_weeks: float = setting(8.0, "How long what a customer buys is noted.", gt=0, unit="weeks")
    outcome: Literal["purchases", "spend"] = setting("purchases", "What is to be moved: purchases, or money spent.")
    groups: int = setting(3, "Groups into which recency, and frequency, divide customers.", ge=1, le=50)
    explore: float = setting(0.1, "Share of customers for whom luck decides after the pilot too.", ge=0, le=1, unit="1")
    least: float | None = setting(
        None, "Effect a contact below which a cell is not reached; none: the best, whatever it is.",
        unit="purchases or currency",
    )  # fmt: skip

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("pilot_weeks", "outcome_weeks")

    def remarks(self, weeks: float) -> list[str]:
        return [
            f"reaches whom luck picks: its target's {name} are {length:g}, and it is pulled for {weeks:g}"
            for name, length in (("pilot_weeks", self.pilot_weeks), ("outcome_weeks", self.outcome_weeks))
            if 0 < weeks <= length
        ]

    def keeps(self, rows: int, markets: int) -> dict[str, Kept]:
        cells = (markets, 2, self.groups**2)
        return {
            "begun": ((1,), np.int32, NONE),  # step in which the pilot began
            "arm": ((rows,), np.int16, NONE),  # 2 · cell, and 1 more if reached; none: nothing is noted now
            "drawn": ((rows,), np.int32, 0),  # step of the draw
            "before": ((rows,), np.int64, 0),  # what the outcome stood at then
            "number": (cells, np.int64, 0),
            "sum": (cells, np.int64, 0),
        }

    def learn(self, own: Chooser, seen: Seen) -> None:
        """Close what has been noted for long enough."""
        kept = own.arrays
        if kept["begun"][0] == NONE:
            kept["begun"][0] = seen.step
        over = (seen.step - kept["drawn"]) * seen.weeks >= self.outcome_weeks - ROUNDING
        rows = np.flatnonzero(over & (kept["arm"] != NONE))
        if len(rows):
            cell, arm = np.divmod(kept["arm"][rows], 2)
            place = (rows // own.n_customers, arm, cell)
            np.add.at(kept["number"], place, 1)
            np.add.at(kept["sum"], place, getattr(seen, self.outcome)[rows] - kept["before"][rows])
            kept["arm"][rows] = NONE

    def choose(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        rows = self._may_be_chosen(seen, rows)
        cell = self._cells(own, seen, rows)
        luck, chosen = own.uniforms(rows, seen.step), np.empty(len(rows), bool)
        drawn = self._drawn(own, seen, rows)
        effect = self.effects(own)
        for market, here in enumerate(own.markets(rows)):
            some, score = drawn[here], effect[market, cell[here]]
            if self.least is not None:
                score = np.where(score >= self.least * self._unit, score, -np.inf)
            wanted = self._wanted(len(some))
            by_luck = int(np.floor(wanted * np.count_nonzero(some) / max(len(some), 1) + 0.5))
            mine = chosen[here]
            mine[some] = highest(np.zeros(np.count_nonzero(some)), luck[here][some], by_luck)
            mine[~some] = highest(score[~some], luck[here][~some], wanted - by_luck)
        self._note(own, seen, rows[drawn], cell[drawn], chosen[drawn])
        return rows[chosen]

    def effects(self, own: Chooser) -> np.ndarray:
        """Estimated effects, markets × cells; a cell in which an arm is empty has that of all cells together."""
        number, total = own.arrays["number"], own.arrays["sum"]

        def difference(number: np.ndarray, total: np.ndarray) -> np.ndarray:
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = total / number
            return np.asarray(mean[:, 1] - mean[:, 0])

        overall = difference(number.sum(2, keepdims=True), total.sum(2, keepdims=True))
        effect = difference(number, total)
        return np.where(np.isfinite(effect), effect, np.nan_to_num(overall))

    @property
    def _unit(self) -> int:
        return MONEY_UNIT if self.outcome == "spend" else 1

    def _cells(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        recency = classes(own, rows, seen.last_step[rows], self.groups)
        return self.groups * recency + classes(own, rows, seen.purchases[rows], self.groups)

    def _drawn(self, own: Chooser, seen: Seen, rows: np.ndarray) -> np.ndarray:
        """For whom luck decides."""
        if (seen.step - own.arrays["begun"][0]) * seen.weeks < self.pilot_weeks - ROUNDING:
            return np.ones(len(rows), bool)
        return own.uniforms(rows, seen.step, "explore") < self.explore

    def _note(self, own: Chooser, seen: Seen, rows: np.ndarray, cell: np.ndarray, reached: np.ndarray) -> None:
        """Begin to note what customers buy for whom luck decided, but for those of whom it is being noted."""
        kept = own.arrays
        free = kept["arm"][rows] == NONE
        rows = rows[free]
        kept["arm"][rows] = 2 * cell[free] + reached[free]
        kept["drawn"][rows] = seen.step
        kept["before"][rows] = getattr(seen, self.outcome)[rows]
