"""Alluvial: where does the next purchase go? Streams from the brand bought before to the brand bought now.

A stream is as wide as its share of all purchases by those who had bought before; those that stay run straight on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from loyaltysim.plots.interval import interval
from loyaltysim.plots.labels import LINE, POINTS_OF_AN_INCH, short, spread
from loyaltysim.plots.run import one_run
from loyaltysim.plots.style import INK, LABEL_SIZE, SMALL_SIZE, averaged, head, looks, new_axes, say
from loyaltysim.plots.switching import missing as missing  # the same runs have nothing to show
from loyaltysim.plots.words import numeral, word

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

QUESTION = "Who keeps buyers, and who takes them from whom?"
GAP = 6.0
"""Between brands, in percent of all purchases, divided by their number; assumed."""
BAR = 0.025
"""Width of a brand's bar, in axes; assumed."""
LETTERS = 18
"""Of a line of a brand's name (assumed: as many as fit beside the bars)."""
FAINTEST = 0.15
"""Streams of less, in percent of all purchases, are not drawn; assumed."""


def alluvial(ds: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Streams of purchases from the brand bought before (left) to the brand bought now (right).

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; new axes if not given

    Raises
    ------
    ValueError : for several scenarios in one Dataset
    """
    ds = one_run(ds)
    names = [str(name) for name in ds["brand"].values]
    ax = new_axes(7.2, 3.0 + 0.22 * len(names)) if ax is None else ax
    if missing(ds):
        head(ax, word(QUESTION))
        say(ax, word(missing(ds)))
        return ax
    moves = ds["switches"].transpose("replication", "step", "brand", "brand_to").values.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100 * moves.mean(0) / moves.mean(0).sum()
        kept = interval(100 * np.array([np.diag(one) / one.sum(1) for one in moves]))
    gap = GAP / len(names)
    left, right = _tops(share.sum(1), gap), _tops(share.sum(0), gap)
    ax.set_axis_off()
    ax.set_xlim(-0.3, 1.3)
    ax.set_ylim(min(left[-1] - share.sum(1)[-1], right[-1] - share.sum(0)[-1]) - 1, 1)
    look = looks(ds)
    out, into = left.copy(), right.copy()
    for a, name in enumerate(names):
        for b in range(len(names)):
            if share[a, b] >= FAINTEST:
                _stream(ax, out[a], into[b], share[a, b], look[name].color, a == b)
            out[a] -= share[a, b]
            into[b] -= share[a, b]
    for side, tops, sizes in ((0.0, left, share.sum(1)), (1.0, right, share.sum(0))):
        called = [short(name, LETTERS) for name in names]
        heights = _apart(ax, tops - sizes / 2, [name.count("\n") + 2 for name in called])
        for place, name in enumerate(names):
            own = look[name]
            x = side - BAR * (side == 0)
            ax.add_patch(Rectangle((x, tops[place] - sizes[place]), BAR, sizes[place], color=own.color, linewidth=0))
            half = (kept.high[place] - kept.low[place]) / 2
            digits = 1 if half < 1 else 0
            sure = f" ± {half:.{digits}f}" if np.isfinite(half) else ""
            mean = numeral(f"{kept.mean[place]:.{digits}f}{sure}")
            stays = word("{share} % stay", share=mean) if np.isfinite(kept.mean[place]) else ""
            told = stays if side == 0 else word("{share} % of purchases", share=f"{sizes[place]:.0f}")
            ax.annotate(
                f"{called[place]}\n{told}", (side, heights[place]),
                xytext=(-14 if side == 0 else 14, 0), textcoords="offset points", va="center",
                ha="right" if side == 0 else "left", fontsize=SMALL_SIZE, color=INK,
                fontweight="bold" if own.focal else "normal",
            )  # fmt: skip
    for x, words, ha in ((0.0, "bought before", "right"), (1.0, "bought now", "left")):
        ax.annotate(word(words), (x, 1), fontsize=LABEL_SIZE, color=INK, ha=ha, va="bottom", annotation_clip=False)
    head(
        ax,
        word(QUESTION),
        f"{word('Widths: % of all purchases after another.')} {averaged(ds, '±')}",
        left=0.2,
        above=10,
    )
    return ax


def _tops(sizes: np.ndarray, gap: float) -> np.ndarray:
    """Upper ends of brands under each other."""
    return np.asarray(-np.concatenate([[0.0], np.cumsum(sizes + gap)[:-1]]))


def _apart(ax: Axes, wanted: np.ndarray, lines: list[int]) -> np.ndarray:
    """Heights of texts of so many lines, from above, as near to the wanted ones as can be without overlap."""
    figure, (low, high) = ax.figure, ax.get_ylim()
    tall = ax.get_position().height * figure.bbox.height / figure.dpi * POINTS_OF_AN_INCH
    needed = np.array(lines[::-1]) * SMALL_SIZE * LINE / tall
    return np.asarray(low + (high - low) * spread((wanted[::-1] - low) / (high - low), needed)[::-1])


def _stream(ax: Axes, start: float, end: float, size: float, color: str, stays: bool) -> None:
    """One stream, its upper edge from `start` to `end`."""
    curve, line = Path.CURVE4, Path.LINETO
    points = [
        (0, start), (0.5, start), (0.5, end), (1, end),
        (1, end - size), (0.5, end - size), (0.5, start - size), (0, start - size), (0, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, curve, curve, curve, line, curve, curve, curve, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=color, alpha=0.28 if stays else 0.6, linewidth=0))
