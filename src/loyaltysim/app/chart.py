"""Chart: lines over time with their intervals, as an SVG that takes a millisecond, since it is drawn at every step.

Looks are those of `plots.style`: the same colors and line styles as in the report. A picture of matplotlib takes fifty
times as long, and a class presses Play at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from loyaltysim.plots.interval import Interval
from loyaltysim.plots.labels import spread
from loyaltysim.plots.style import FAINT, INK, PALE, Look

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 40, 76, 8, 30
"""Margins; the right one holds the names of the lines."""
FONT = 12
NAME = 11
"""Letters of a name that fit beside its line."""
DASHES = {"--": "7 4", "-.": "7 3 2 3", ":": "2 3"}


class Line(NamedTuple):
    """A line: its name, its look, and its points with their interval."""

    name: str
    look: Look
    x: np.ndarray
    y: Interval


class Frame(NamedTuple):
    """What both axes show; pictures that are compared share one."""

    x: tuple[float, float]
    y: tuple[float, float]
    unit: str
    """Of y."""
    time: str
    """Of x."""


def frame(lines: Sequence[Line], x_end: float, unit: str, time: str, *, zero: bool = False) -> Frame:
    """Axes that hold all lines with their intervals; `zero` holds 0 in the middle."""
    known = np.concatenate([np.ravel(part) for line in lines for part in line.y] or [np.zeros(0)])
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if zero:
        most = max(abs(low), abs(high)) or 1.0
        low, high = -most, most
    room = 0.06 * (high - low) or 0.5
    return Frame((0.0, x_end), (low - room, high + room), unit, time)


def draw(lines: Sequence[Line], axes: Frame) -> str:
    """The picture, as the text of an SVG file."""
    (x0, x1), (y0, y1) = axes.x, axes.y
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: np.ndarray, y: np.ndarray) -> str:
        across, down = LEFT + (x - x0) / (x1 - x0) * wide, TOP + (y1 - y) / (y1 - y0) * high
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="{FONT}" fill="{INK}">'
    ]
    for tick in _ticks(y0, y1, 4):
        y = TOP + (y1 - tick) / (y1 - y0) * high
        strong = FAINT if tick == 0 else PALE
        parts.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + wide}" stroke="{strong}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
    for tick in _ticks(x0, x1, 4):
        x = LEFT + (tick - x0) / (x1 - x0) * wide
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{_number(tick)}</text>')
    parts.append(
        f'<text x="{LEFT + wide}" y="{HEIGHT - 2}" text-anchor="end" fill="{FAINT}">{escape(axes.time)}</text>'
    )
    ends = []
    for line in sorted(lines, key=lambda line: line.look.focal):
        known = np.isfinite(line.y.mean)
        xs, ys = line.x[known], line.y.mean[known]
        if not len(xs):
            continue
        low, top = (np.where(np.isfinite(end), end, line.y.mean)[known] for end in (line.y.low, line.y.high))
        band = f"{place(xs, top)} {place(xs[::-1], low[::-1])}"
        parts.append(f'<polygon points="{band}" fill="{line.look.color}" fill-opacity="{line.look.band}"/>')
        dash = f' stroke-dasharray="{DASHES.get(str(line.look.line), "4 2")}"' if line.look.line != "-" else ""
        stroke = f'stroke="{line.look.color}" stroke-width="{line.look.width}" stroke-linejoin="round"{dash}'
        if len(xs) == 1:
            left, down = place(xs, ys).split(",")
            parts.append(f'<circle cx="{left}" cy="{down}" r="3" {stroke}/>')
        parts.append(f'<polyline points="{place(xs, ys)}" fill="none" {stroke}/>')
        ends.append(((ys[-1] - y0) / (y1 - y0), line))
    parts += _names(sorted(ends, key=lambda end: end[0]), high)
    return "".join(parts) + "</svg>"


def _names(ends: list[tuple[float, Line]], high: int) -> list[str]:
    """Each line's name where it ends, moved apart where they would overlap."""
    if not ends:
        return []
    places = spread(np.array([end for end, _ in ends]), np.full(len(ends), (FONT + 2) / high))
    return [
        f'<text x="{WIDTH - RIGHT + 6}" y="{TOP + (1 - at) * high + 4:.1f}" fill="{line.look.color}"'
        f"{' font-weight=' + chr(34) + 'bold' + chr(34) if line.look.focal else ''}>{escape(_short(line.name))}</text>"
        for at, (_, line) in zip(places, ends)
    ]


def _ticks(low: float, high: float, most: int) -> list[float]:
    return [float(tick) + 0.0 for tick in MaxNLocator(most).tick_values(low, high) if low <= tick <= high]


def _number(value: float) -> str:
    return f"{round(value, 10):g}".replace("-", "−")


def _short(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1] + "…"


def in_words(lines: Sequence[Line], axes: Frame) -> str:
    """What the picture shows, for who hears it: where each line ends."""
    told = []
    for line in lines:
        known = np.flatnonzero(np.isfinite(line.y.mean))
        if len(known):
            first, last = (float(line.y.mean[place]) for place in (known[0], known[-1]))
            told.append(f"{line.name} from {first:.3g} to {last:.3g} {axes.unit}")
    return "; ".join(told) or "nothing yet"
