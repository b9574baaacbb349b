"""Estimates: what a firm would say that its program did, around the line of what it did (docs/model.md, eq. E170).

A dot is the truth and the mean bias, the thick line the 95 % interval of that bias, the thin one where 95 % of single
markets' estimates lie. An estimator whose mean is surely off is orange and hollow. Beside it: in how many of all
markets the 95 % interval holds the truth, and of how many, if in some nothing could be told. Estimators of another
outcome have a panel of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from loyaltysim.plots.style import COLORS, FAINT, FOCAL_COLOR, INK, SMALL_SIZE, dress_rows, head, new_axes, panels, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "What would you say that the program did?"
NEEDS = tuple("estimator truth estimate bias bias_low bias_high low high coverage n replications outcome".split())
WORDS = {
    "after": "purchases more, for each member",
    "active": "more who are still active, for each who joined",
}
"""What the axis of an outcome says."""
ROW = 0.34
"""Inches of a row; assumed."""


def estimates(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Every estimator's mean around the truth, and how often its 95 % interval holds it.

    Parameters
    ----------
    table : `Estimates.table`
    ax : where to draw; it is divided into panels, its `child_axes`. New axes if not given

    Raises
    ------
    ValueError : for a frame that is not one of estimates
    """
    missing = [name for name in NEEDS if name not in table.columns]
    if missing:
        raise ValueError(f"not a table of estimates: there is no {', '.join(missing)}")
    outcomes = list(dict.fromkeys(table["outcome"]))
    ax = new_axes(8.2, ROW * len(table) + 0.9 * len(outcomes) + 0.9) if ax is None else ax
    n = int(table["n"].max()) if len(table) else 0
    asked = int(table["replications"].max()) if len(table) else 0
    note = f"{asked} markets. Dots: mean; thick: its 95 % interval; thin: where 95 % of single markets lie."
    head(ax, QUESTION, f"{note} Line: the truth.", left=2.6, above=22)
    if n == 0 or not np.isfinite(table["truth"]).any():
        say(ax, "Nobody joined: there is nothing to tell.")
        return ax
    rows = [table[table["outcome"] == outcome] for outcome in outcomes]
    grid = panels(ax, [1.0], [len(own) + 0.6 for own in rows], 0.0, 0.32 / len(outcomes) if len(rows) > 1 else 0.0)
    for (panel,), own, outcome in zip(grid, rows, outcomes):
        _draw(panel, own, WORDS.get(str(outcome), str(outcome)))
    return ax


def _draw(ax: Axes, own: pd.DataFrame, words: str) -> None:
    truth = float(own["truth"].mean())
    names = []
    for y, row in enumerate(own.to_dict("records")):
        names.append(str(row["estimator"]))
        if not np.isfinite(row["estimate"]):
            ax.annotate("no estimate", (truth, y), xytext=(6, 0), textcoords="offset points", va="center",
                        fontsize=SMALL_SIZE, color=FAINT)  # fmt: skip
            continue
        off = row["bias_low"] > 0 or row["bias_high"] < 0
        color = COLORS[0] if off else FOCAL_COLOR
        ax.plot([row["low"], row["high"]], [y, y], color=color, linewidth=1.0)
        ends = [truth + row["bias_low"], truth + row["bias_high"]]
        ax.plot(ends, [y, y], color=color, linewidth=3.2, solid_capstyle="butt")
        ax.plot([truth + row["bias"]], [y], "o", color="white" if off else color, markeredgecolor=color, markersize=5)
        few = f" of {row['n']:.0f}" if row["n"] < row["replications"] else ""
        ax.annotate(
            f"{row['coverage']:.0%}{few}", (1.0, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", fontsize=SMALL_SIZE, color=INK,
        )  # fmt: skip
    ax.annotate(
        "95 % interval\nholds the truth in", (1.0, -0.62), xycoords=("axes fraction", "data"), xytext=(8, 0),
        textcoords="offset points", va="bottom", fontsize=SMALL_SIZE, color=FAINT, linespacing=1.1,
    )  # fmt: skip
    ax.axvline(truth, color=INK, linewidth=1.2)
    dress_rows(ax, words, names)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.10g}".replace("-", "−") if value else "0"))
