"""Effects: what does it change? A forest plot of the effects that a comparison gives, with their intervals.

A column for each question or scenario, a line for each metric, a panel for metrics of one unit and size: what stands
side by side has one scale. Filled markers: the interval leaves zero out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loyaltysim.plots.labels import plain, short
from loyaltysim.plots.style import FOCAL_COLOR, INK, LABEL_SIZE, SMALL_SIZE, dress, head, new_axes, panels, say
from loyaltysim.plots.words import called, numeral, tick, word
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

QUESTION = "What does it change?"
HEADLINE = (
    "retention_rate", "repeat_rate", "share", "penetration", "share_of_requirements", "purchase_frequency", "revenue",
    "margin", "satisfaction", "bond",
)  # fmt: skip
"""What is shown unless other metrics are asked for."""
WORDS = {
    "rival_promotions": "Rivals' promotions", "program": "Our program", "word_of_mouth": "Word of mouth",
    "referral": "Invitations", "levers": "Our levers",
}  # fmt: skip
MOST_COLUMNS = 3
"""More scenarios than these are lines, not columns; assumed."""
MOST_LINES = 60
"""More lines than these are not drawn but counted; assumed."""
APART = 20.0
"""A metric so many times smaller than another of its unit gets a panel of its own; assumed."""
LINE, GAP = 0.33, 0.5
"""Height of a line, and of what stands between panels, in inches; assumed."""


class Effect(NamedTuple):
    """One effect, in the unit in which it is drawn."""

    column: str
    line: str
    unit: str
    mean: float
    low: float
    high: float
    relative: float
    """Share of the baseline; NaN where that says nothing."""

    @property
    def extent(self) -> float:
        """How far from 0 it reaches."""
        return float(np.nanmax(np.abs([self.mean, self.low, self.high])))

    @property
    def sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def effects(frame: pd.DataFrame, ax: Axes | None = None, *, metrics: Sequence[str] | None = None) -> Axes:
    """Effects with their 95 % intervals around a line at zero, in the units of the metrics; rates in percentage points.

    Parameters
    ----------
    frame : `Comparison.effects`, its `.by("brand")` or `.by("segment")`, or the effects of several questions
    ax : where to draw; it is divided into panels, its `child_axes`. New axes if not given
    metrics : which, in this order; `HEADLINE` if not given, or all if none of those is there

    Raises
    ------
    ValueError : if a metric is asked for that is not in the frame
    """
    found = _read(frame, metrics)
    lines = list(dict.fromkeys(effect.line for effect in found))
    drawn = [effect for effect in found if effect.line in lines[:MOST_LINES]]
    if not drawn:
        ax = new_axes(height=2.0) if ax is None else ax
        head(ax, word(QUESTION))
        say(ax, word("There is no effect to show."))
        return ax
    columns = list(dict.fromkeys(effect.column for effect in drawn))
    blocks = _blocks(drawn)
    if ax is None:
        tall = LINE * min(len(lines), MOST_LINES) + GAP * len(blocks) + 1.0
        ax = new_axes(2.3 + 1.9 * max(len(columns), 2), tall)
    tall = ax.get_position().height * ax.figure.bbox.height / ax.figure.dpi
    more = (
        "\n" + word("{n} more lines are not drawn: choose metrics.", n=len(lines) - MOST_LINES)
        if len(lines) > MOST_LINES
        else ""
    )
    what = word("With it less without it" if "question" in frame.columns else "Difference from the baseline")
    known = any(np.isfinite(effect.low) for effect in drawn)
    sure = word("95 % interval; filled: zero is outside") if known else word("one replication: no interval")
    head(ax, word(QUESTION), f"{what}; {sure}.{more}", left=1.7, above=LABEL_SIZE + 8)
    heights = [len(block) + 0.4 for block in blocks]
    grid = panels(ax, [1] * len(columns), heights, 0.06, min(GAP / tall, 0.5 / len(blocks)))
    for block, row in zip(blocks, grid):
        for column, panel in zip(columns, row):
            some = [effect for effect in drawn if effect.column == column and (effect.line, effect.unit) in block]
            _forest(panel, some, [line for line, _ in block], named=panel is row[0])
        _one_scale(row, [effect for effect in drawn if (effect.line, effect.unit) in block])
        for panel in row:
            panel.set_xlabel(plain(called(block[0][1])), fontsize=SMALL_SIZE, color=INK, labelpad=1)
    for column, panel in zip(columns, grid[0]):
        panel.set_title(short(column, 26), fontsize=LABEL_SIZE, color=INK, fontweight="bold")
    return ax


def _read(frame: pd.DataFrame, metrics: Sequence[str] | None) -> list[Effect]:
    """The effects to draw, metric by metric in the order wanted; those that are NaN left out."""
    if not len(frame):
        return []
    present = list(dict.fromkeys(str(name) for name in frame["metric"]))
    if metrics is None:
        metrics = [name for name in HEADLINE if name in present] or present
    unknown = [name for name in metrics if name not in present]
    if unknown:
        raise ValueError(f"no effect on {', '.join(unknown)}; there are: {', '.join(present)}")
    rows: list[dict[str, Any]] = [row for row in frame.to_dict("records") if np.isfinite(row["effect"])]
    by_scenario = len({(row.get("question"), row["scenario"]) for row in rows}) <= MOST_COLUMNS
    several = {name for name in ("scenario", "brand", "segment") if len({row.get(name) for row in rows}) > 1}
    if by_scenario:
        several.discard("scenario")
    return [_effect(row, several, by_scenario) for metric in metrics for row in rows if row["metric"] == metric]


def _effect(row: dict[str, Any], several: set[str], by_scenario: bool) -> Effect:
    metric, unit, baseline = str(row["metric"]), str(row["unit"]), float(row["baseline"])
    variable = VARIABLES.get(metric)
    rate = variable is not None and variable.kind == "rate" and unit == "1"
    scale, unit = (100.0, "percentage points") if rate else (1.0, "score" if unit == "1" else unit)
    which = [str(row[key]) for key in ("scenario", "brand", "segment") if key in several]
    question = row.get("question")
    known = question in WORDS
    column = word(WORDS[str(question)]) if known else str(row["scenario"]) if by_scenario else word("Scenarios")
    plainly = unit not in ("percentage points", "score") and baseline > 0
    relative = float(row["effect"]) / baseline if plainly else float("nan")
    line = " · ".join([called(metric.replace("_", " ")), *which])
    mean, low, high = (scale * float(row[end]) for end in ("effect", "ci_low", "ci_high"))
    return Effect(column, line, unit, mean, low, high, relative)


def _blocks(drawn: list[Effect]) -> list[list[tuple[str, str]]]:
    """Lines of one unit that can share a scale, in the order in which they came: (line, unit)."""
    extents: dict[tuple[str, str], float] = {}
    for effect in drawn:
        key = effect.line, effect.unit
        extents[key] = max(extents.get(key, 0.0), effect.extent)
    blocks: list[list[tuple[str, str]]] = []
    for key, extent in extents.items():
        for block in blocks:
            sizes = [extents[other] for other in block if extents[other] > 0]
            together = [*sizes, extent] if extent > 0 else [1.0]
            if block[0][1] == key[1] and max(together) <= APART * min(together):
                block.append(key)
                break
        else:
            blocks.append([key])
    return blocks


def _forest(ax: Axes, some: list[Effect], lines: list[str], named: bool) -> None:
    """One panel: a line, a marker and a number for each effect, the first on top."""
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    for effect in some:
        y = lines.index(effect.line)
        if np.isfinite(effect.low):
            ax.plot([effect.low, effect.high], [y, y], color=FOCAL_COLOR, linewidth=1.6, solid_capstyle="butt")
        face = FOCAL_COLOR if effect.sure else "white"
        ax.plot([effect.mean], [y], marker="o", markersize=5, color=FOCAL_COLOR, markerfacecolor=face, linestyle="none")
        relative = f" ({_signed(100 * effect.relative)} %)" if np.isfinite(effect.relative) else ""
        ax.annotate(
            _signed(effect.mean) + relative, (effect.mean, y), xytext=(0, 4.5), textcoords="offset points", ha="center",
            va="bottom", fontsize=SMALL_SIZE - 1, color=INK, bbox={"color": "white", "pad": 0.5},
        )  # fmt: skip
    dress(ax, "", "")
    ax.set_ylim(len(lines) - 0.5, -0.9)
    ax.set_yticks(range(len(lines)), [short(line, 36) for line in lines] if named else [""] * len(lines))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _one_scale(row: Sequence[Axes], block: list[Effect]) -> None:
    """The same limits and few ticks for panels side by side, with room for the numbers."""
    ends = [end for effect in block for end in (effect.mean, effect.low, effect.high) if np.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = 0.25 * (high - low) or 1.0  # assumed: half a number beside the outermost marker
    for panel in row:
        panel.set_xlim(low - room, high + room)
        panel.xaxis.set_major_locator(MaxNLocator(4))
        panel.xaxis.set_major_formatter(FuncFormatter(tick))


def _signed(value: float) -> str:
    """A number with its sign and at least two digits that count."""
    digits = int(np.clip(1 - np.floor(np.log10(abs(value))), 0, 6)) if value else 0
    return numeral(f"{value:+,.{digits}f}")
