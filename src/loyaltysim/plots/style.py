"""Style: how brands look and how axes are dressed. Nothing here touches matplotlib's global settings.

Colors are Okabe and Ito's, which color-blind readers tell apart; every brand also has a line style and a marker of its
own, so that pictures hold in gray. Figures are made without pyplot: nothing needs to be closed, none opens a window.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.labels import POINTS_OF_AN_INCH, plain
from loyaltysim.plots.run import focal_of
from loyaltysim.plots.words import called, tick, word

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

INK, FAINT, PALE = "#222222", "#767676", "#d9d9d9"

# Okabe & Ito (2008), without the yellow that paper swallows; the focal brand's blue first.
FOCAL_COLOR = "#0072B2"
COLORS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000", "#56B4E9", "#7F7F7F")
LINES: tuple[Any, ...] = ("--", "-.", ":", (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))
MARKERS = "s^DvPX*"
HATCHES = ("////", "....", "\\\\\\\\", "xxxx", "----", "++++", "||||")

# Sizes in points; assumed: readable when a figure of 7 inches is printed at full width.
TITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 11.0, 9.0, 8.0
ALONE = "One replication: no interval."
LETTER = 0.57
"""Mean width of a letter in font sizes (measured on these notes in DejaVu Sans: 0.563)."""


class Look(NamedTuple):
    """How one brand is drawn, in every picture alike."""

    color: str
    line: Any
    marker: str
    width: float
    hatch: str
    band: float
    """How opaque the band of its interval is."""
    focal: bool


def looks(ds: xr.Dataset) -> dict[str, Look]:
    """A look for every brand by name: the focal one solid and thick, the rest in the order of the Dataset."""
    return looks_of([str(name) for name in ds["brand"].values], focal_of(ds))


def looks_of(brands: Sequence[str], focal: str) -> dict[str, Look]:
    """The same, for brands by name."""
    found = {focal: Look(FOCAL_COLOR, "-", "o", 2.4, "", 0.25, True)}
    for place, name in enumerate(name for name in brands if name != focal):
        n = len(COLORS)
        line = (place + place // n) % n  # the second round pairs colors with other lines
        found[name] = Look(COLORS[place % n], LINES[line], MARKERS[line], 1.3, HATCHES[line], 0.13, False)
    return {name: found[name] for name in brands}


def new_axes(width: float = 7.2, height: float = 4.0) -> Axes:
    """Axes on a figure of their own; inches."""
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def dress(ax: Axes, x: str, y: str) -> None:
    """Label both axes, take away what is not needed, draw a faint grid."""
    ax.set_xlabel(plain(x), fontsize=LABEL_SIZE, color=INK)
    ax.set_ylabel(plain(y), fontsize=LABEL_SIZE, color=INK)
    ax.tick_params(labelsize=SMALL_SIZE, colors=INK, width=0.6, length=3)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_linewidth(0.6)
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)


def dress_rows(ax: Axes, x: str, names: Sequence[str], size: float = SMALL_SIZE) -> None:
    """Dress axes that have a row for each name, the first on top, and numbers across, of which few are written."""
    dress(ax, x, "")
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", color=PALE, linewidth=0.4)
    ax.set_yticks(range(len(names)), names, fontsize=size)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(tick))


def head(ax: Axes, question: str, note: str = "", *, left: float = 0.75, above: float = 0.0) -> None:
    """The question as the title, and under it, smaller, what lines and bands are.

    Lines of text end with the figure, of which `left` inches stand left of the axes, or an inch right of the axes where
    several share the figure. `above` are points kept free between the axes and the note.
    """
    whole = ax.figure.bbox.width / ax.figure.dpi
    wide = min(whole - left, ax.get_position().width * whole + 1) * POINTS_OF_AN_INCH / LETTER
    lines = [line for part in note.splitlines() for line in textwrap.wrap(part, max(24, int(wide / SMALL_SIZE)))]
    title = "\n".join(textwrap.wrap(question, max(20, int(wide / TITLE_SIZE / 1.1))))  # bold letters are wider
    pad = above + 8 + len(lines) * SMALL_SIZE * 1.35
    ax.set_title(plain(title), loc="left", fontsize=TITLE_SIZE, fontweight="bold", color=INK, pad=pad)
    if lines:
        ax.annotate(
            plain("\n".join(lines)), (0, 1), xytext=(0, above + 6), xycoords="axes fraction",
            textcoords="offset points", fontsize=SMALL_SIZE, color=FAINT, ha="left", va="bottom", linespacing=1.2,
            in_layout=False,
        )  # fmt: skip


def averaged(ds: xr.Dataset, what: str = "band") -> str:
    """What a line and its interval are, for the note under a title."""
    return averaged_over(ds.sizes["replication"], what)


def averaged_over(n: int, what: str = "band") -> str:
    """The same, of so many replications."""
    if n > 1:
        return word("Mean of {n} replications; {what}: its 95 % interval.", n=n, what=called(what))
    return word(ALONE)


def say(ax: Axes, message: str) -> None:
    """A sentence where a picture cannot be."""
    ax.set_axis_off()
    ax.text(
        0.5, 0.5, plain(message), transform=ax.transAxes, ha="center", va="center", fontsize=LABEL_SIZE, color=FAINT,
        wrap=True,
    )  # fmt: skip


def panels(ax: Axes, widths: Sequence[float], heights: Sequence[float], across: float, down: float) -> list[list[Axes]]:
    """Divide axes into rows and columns of panels, which become their `child_axes`; the axes themselves turn invisible.

    `widths` and `heights` are weights; `across` and `down` are the gaps, as shares of the whole.
    """
    ax.set_axis_off()
    wide = (1 - across * (len(widths) - 1)) / sum(widths)
    high = (1 - down * (len(heights) - 1)) / sum(heights)
    rows = []
    for row, height in enumerate(heights):
        bottom = 1 - high * sum(heights[: row + 1]) - down * row
        left = [wide * sum(widths[:column]) + across * column for column in range(len(widths))]
        rows.append([ax.inset_axes((x, bottom, wide * width, high * height)) for x, width in zip(left, widths)])
    return rows
