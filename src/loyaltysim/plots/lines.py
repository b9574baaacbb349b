"""Lines: a brand over time, its mean as a line and its interval as a band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.plots.interval import Interval
from loyaltysim.plots.labels import End
from loyaltysim.plots.style import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKER_SIZE = 6.5
"""In points; assumed."""


def draw_line(
    ax: Axes, x: np.ndarray, own: Interval, name: str, look: Look, *, thin: float = 1.0, marked: bool = False
) -> End:
    """Draw one brand and tell where its line ends. `thin` multiplies the width; with `marked` every point is shown."""
    marks: dict[str, Any] = {
        "marker": look.marker,
        "markersize": MARKER_SIZE,
        "markeredgecolor": "white",
        "markeredgewidth": 0.5,
    }
    order = 3 if look.focal else 2
    ax.plot(
        x, own.mean, color=look.color, linestyle=look.line, linewidth=look.width * thin, zorder=order, label=name,
        **(marks if marked else {}),
    )  # fmt: skip
    ax.fill_between(x, own.low, own.high, color=look.color, alpha=look.band, linewidth=0)
    known = np.flatnonzero(np.isfinite(own.mean))
    x_end, y_end = (float(x[known[-1]]), float(own.mean[known[-1]])) if len(known) else (np.nan, np.nan)
    return End(x_end, y_end, name, look.color, look.focal)
