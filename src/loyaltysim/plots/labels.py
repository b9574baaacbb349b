"""Labels: names at the ends of their lines, so that no legend is searched, moved apart where they would overlap."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS_OF_AN_INCH = 72
WIDEST = 20
"""Letters in a line of a label; assumed."""
LINE = 1.25
"""Height of a line of text in font sizes; assumed."""


class End(NamedTuple):
    """Where a line ends, and what it is called."""

    x: float
    y: float
    name: str
    color: str
    bold: bool = False


def plain(text: str) -> str:
    """The text as it is: a dollar sign begins no formula, and what the font cannot draw is told in words."""
    return drawable(text).replace("$", r"\$")


def drawable(text: str) -> str:
    """The text without signs that the font lacks: a symbol by its name, "(red apple)", a letter by its code, "4E2D"."""
    if text.isascii():
        return text
    return "".join(one if one in "\n\t" or ord(one) in _glyphs() else _told(one) for one in text)


def _told(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] in "CM" or unicodedata.name(sign, "").startswith(("VARIATION", "EMOJI MODIFIER")):
        return ""  # joins and accents change how others look, and are nothing by themselves
    if kind[0] == "L":
        return f"{ord(sign):X}"
    return f"({unicodedata.name(sign, f'{ord(sign):X}').lower()})"


@cache
def _glyphs() -> frozenset[int]:
    """What the font of all pictures can draw."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def short(name: str, width: int = WIDEST, lines: int = 2) -> str:
    """A name in at most so many lines; what does not fit ends in an ellipsis. No word is broken for 4 letters."""
    name = drawable(name)
    longest = max(map(len, name.split()), default=0)
    width = longest if width < longest <= width + 4 else width
    return plain("\n".join(textwrap.wrap(name, width, max_lines=lines, placeholder="…")))


def label_ends(ax: Axes, ends: Sequence[End], *, size: float, top: float = 1.0) -> None:
    """Write names to the right of the axes, each as near to the end of its line as the others let it.

    `top` is the height in axes up to which labels may stand. Call it when the limits of y are set.
    """
    ends = sorted((end for end in ends if np.isfinite(end.y)), key=lambda end: end.y)
    if not ends:
        return
    scale = ax.yaxis.get_transform().transform  # the axis may be logarithmic
    low, high = scale(np.array(ax.get_ylim()))
    figure = ax.figure
    tall = ax.get_position().height * figure.bbox.height / figure.dpi * POINTS_OF_AN_INCH
    names = [short(end.name) for end in ends]
    heights = np.array([(name.count("\n") + 1) * size * LINE for name in names]) / tall
    wanted = (scale(np.array([end.y for end in ends])) - low) / (high - low)
    leader = {"arrowstyle": "-", "linewidth": 0.5, "shrinkA": 1, "shrinkB": 2, "relpos": (0, 0.5)}
    for end, name, place in zip(ends, names, spread(wanted, heights, top)):
        ax.annotate(
            name, (end.x, end.y), xytext=(1.03, place), textcoords="axes fraction", fontsize=size, color=end.color,
            fontweight="bold" if end.bold else "normal", ha="left", va="center", annotation_clip=False,
            arrowprops={**leader, "color": end.color},
        )  # fmt: skip


def spread(wanted: np.ndarray, heights: np.ndarray, top: float = 1.0) -> np.ndarray:
    """Places, in order, as near to the wanted ones (ascending) as can be in least squares, no two overlapping.

    By pooling adjacent violators, on places less the room that those below need; kept within 0 … `top` if all fit.
    """
    below = np.concatenate([[0.0], np.cumsum((heights[1:] + heights[:-1]) / 2)])
    pools: list[tuple[float, int]] = []
    for value in wanted - below:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    level = np.concatenate([np.full(count, mean) for mean, count in pools])
    least, most = heights[0] / 2, top - heights[-1] / 2 - below[-1]
    return np.asarray(np.clip(level, min(least, most), max(least, most)) + below)
