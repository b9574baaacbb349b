"""Calibration: which settings did the data pin down, and does the market foretell what was held out?

On the left each setting's 90 % interval within its range; hollow markers are not pinned down, and of these an arrow is
pressed against the end of the range to which it points. On the right how far each
observed number lies from what the calibrated market predicts, in half widths of the 90 % interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots.labels import short
from loyaltysim.plots.style import COLORS, FOCAL_COLOR, INK, PALE, SMALL_SIZE, dress, head, new_axes, panels
from loyaltysim.plots.words import numeral

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "Which settings did the data pin down?"
LINE = 0.26
"""Height of a line in inches; assumed."""
ARROWS = {"at low": "<", "at high": ">"}
"""Marks of settings whose interval ends at a bound of their range."""
WIDE, WIDER, WIDEST = 26, 34, 36
"""Letters of a setting and of a number in a line, and in each of two smaller ones, assumed: what the panels leave."""
MOST = 40
"""Numbers that are drawn, assumed: the furthest ones of more."""


def calibration(settings: pd.DataFrame, targets: pd.DataFrame, ax: Axes | None = None, *, of: str = "") -> Axes:
    """Intervals of settings within their ranges, and observed numbers beside predicted ones.

    Parameters
    ----------
    settings, targets : of a `Calibration`
    ax : where to draw; it is divided into two panels, its `child_axes`. New axes if not given
    of : what was calibrated, told before the question

    Raises
    ------
    ValueError : for frames that are not those of a calibration
    """
    for frame, needed in ((settings, ("path", "low", "high", "status")), (targets, ("name", "observed", "predicted"))):
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise ValueError(f"no frames of a calibration: there is no {', '.join(missing)}")
    lines = max(len(settings), min(len(targets), MOST), 3)
    ax = new_axes(9.6, 1.2 + LINE * lines) if ax is None else ax
    note = (
        "Left: 90 % interval within the range allowed; hollow: not pinned down; arrow: ends at a bound of its range. "
        "Right: 0 is the prediction, the band 90 % of new data; squares were held out."
    )
    head(ax, f"{of}: {QUESTION}" if of else QUESTION, note, left=2.2)
    ((left, right),) = panels(ax, [1, 1], [1], 0.36, 0.0)
    _settings(left, settings)
    _targets(right, targets)
    return ax


def _settings(ax: Axes, settings: pd.DataFrame) -> None:
    for y, row in enumerate(settings.itertuples()):
        size = row.high - row.low
        low, mid, high = ((value - row.low) / size for value in (row.ci_low, row.estimate, row.ci_high))
        ax.plot([0, 1], [y, y], color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
        ax.plot([low, high], [y, y], color=FOCAL_COLOR, linewidth=2, solid_capstyle="butt", zorder=2)
        face = FOCAL_COLOR if row.status == "pinned" else "white"
        ax.plot(
            [mid], [y], ARROWS.get(row.status, "o"), color=FOCAL_COLOR, markerfacecolor=face, markersize=6, zorder=3
        )
        told = numeral(f"{row.estimate:.3g}")
        ax.annotate(told, (mid, y), (0, 5), textcoords="offset points", ha="center", fontsize=SMALL_SIZE - 1, color=INK)
    dress(ax, "place in the range", "")
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(len(settings) - 0.4, -0.6)
    _name(ax, [_parted(path, ".", WIDE) for path in settings["path"]])
    ax.grid(visible=False)


def _targets(ax: Axes, targets: pd.DataFrame) -> None:
    half = ((targets["ci_high"] - targets["ci_low"]) / 2).to_numpy()
    away = (targets["observed"].to_numpy() - (targets["ci_high"] + targets["ci_low"]).to_numpy() / 2) / half
    some = np.sort(np.argsort(-np.abs(away), kind="stable")[:MOST])
    ax.axvspan(-1, 1, color=FOCAL_COLOR, alpha=0.12, linewidth=0)
    ax.axvline(0, color=INK, linewidth=0.8)
    for fitted, marker, color in ((True, "o", FOCAL_COLOR), (False, "s", COLORS[0])):
        these = [y for y, place in enumerate(some) if targets["fitted"].iloc[place] == fitted]
        ax.plot(away[some[these]], these, marker, color=color, markersize=5, linestyle="none")
    dress(ax, "observed less predicted, in half widths", "")
    reach = max(1.5, float(np.abs(away[some]).max()) * 1.1)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(len(some) - 0.4, -0.6)
    names = [str(targets["name"].iloc[place]) for place in some]
    _name(ax, [_parted(name.removesuffix(", held out"), " [", WIDER) for name in names])
    ax.grid(visible=False)


def _name(ax: Axes, names: Sequence[str]) -> None:
    """Names at the lines; those of two lines small."""
    ax.set_yticks(range(len(names)), names)
    for label, name in zip(ax.get_yticklabels(), names):
        if "\n" in name:
            label.set_fontsize(SMALL_SIZE - 1)


def _parted(name: str, signs: str, wide: int) -> str:
    """A name in two lines, parted behind or before one of the signs, where it is too wide for one."""
    if len(name) <= wide:
        return short(name, wide)
    places = [place + (sign != "[") for place, sign in enumerate(name[:-1]) if sign in signs]
    place = min(places, key=lambda place: abs(place - len(name) / 2), default=0)
    lines = [line.strip() for line in (name[:place], name[place:]) if line.strip()]
    return "\n".join(short(line, WIDEST) for line in lines)
