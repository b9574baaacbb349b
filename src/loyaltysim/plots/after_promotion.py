"""After a promotion: does a brand keep what its promotions win?

Promotions are laid over each other and averaged, then replications are. Three panels: what it sold (unit share), whom
it won (purchases by customers of other brands less purchases of its own customers elsewhere, added up from the start),
who bought it again (repeat rate). The weeks before are shown so that a trend is not taken for the answer, others'
promotions so that they are not either; where the trend is strong no number is given for what is left. How the market
would be with no promotions at all is another question: compare two scenarios for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.plots import style
from loyaltysim.plots.event_time import Window, gained_around, in_most, rate_around, window
from loyaltysim.plots.interval import Interval, interval, ratio
from loyaltysim.plots.run import Clock, clock, focal_of, one_run, promotion_steps
from loyaltysim.plots.style import INK, LABEL_SIZE, SMALL_SIZE, Look, dress, head, panels

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

DASHES = (0, (6, 3))
MOST_DRIFT = 0.5
"""What is left of a gain is told while the pace before, kept up, would move it by less than this share; assumed."""
STRIP = 0.05
"""Height of the strip that tells of other brands' promotions, in axes; assumed."""


def missing(ds: xr.Dataset, brand: str | None = None) -> str:
    """Why there is nothing to see; empty if there is."""
    brand = promoter(ds) if brand is None else brand
    if not ds["units"].values.any():
        return "Nothing was sold."
    if not ds["on_promotion"].values.any():
        return "Nobody runs a promotion."
    if not promotion_steps(ds, brand).any():
        return f"{brand} runs no promotion."
    return "" if window(ds, brand) else f"No promotion of {brand} begins inside the run."


def promoter(ds: xr.Dataset) -> str:
    """The brand to ask about: the rival that promotes most often; the focal brand if no rival does."""
    focal = focal_of(ds)
    rivals = [str(name) for name in ds["brand"].values if str(name) != focal]
    busiest = max(rivals, key=lambda name: int(promotion_steps(ds, name).sum()), default=focal)
    return busiest if promotion_steps(ds, busiest).any() else focal


def after_promotion(ds: xr.Dataset, ax: Axes | None = None, *, brand: str | None = None) -> Axes:
    """A brand's sales, customers won and repeat rate in the weeks around its promotions, with 95 % intervals.

    Parameters
    ----------
    ds : what `simulate` or `replicate` gives
    ax : where to draw; it is divided into three panels, its `child_axes`. New axes if not given
    brand : whose promotions; the rival that promotes most often if not given

    Raises
    ------
    ValueError : for several scenarios in one Dataset, or an unknown brand
    """
    ds = one_run(ds)
    names = [str(name) for name in ds["brand"].values]
    brand = promoter(ds) if brand is None else brand
    if brand not in names:
        raise ValueError(f"no brand {brand!r}; there are: {', '.join(names)}")
    ax = style.new_axes(height=6.2) if ax is None else ax
    question = f"Does {brand} keep what its promotions win?"
    around = window(ds, brand)
    if around is None or missing(ds, brand):
        head(ax, question)
        style.say(ax, missing(ds, brand))
        return ax
    whole = ds.sel(segment="all")
    units = whole["units"].transpose("replication", "step", "brand").values
    moves = ds["switches"].transpose("replication", "step", "brand", "brand_to").values
    own, time, look = names.index(brand), clock(ds), style.looks(ds)[brand]
    came, left = moves[:, :, :, own].sum(2), moves[:, :, own, :].sum(2)
    won = 100 * gained_around(came - left, around) / whole["population"].values[:, None]
    (sold,), (gained,), (again,) = panels(ax, (1,), (1, 1, 1), 0, 0.08)
    _draw_rate(sold, rate_around(units[:, :, own], units.sum(2), around), around, time, look)
    _draw_gain(gained, won, around, time, look)
    _draw_rate(again, rate_around(moves[:, :, own, own], left, around), around, time, look)
    dress(sold, "", "share of units (%)")
    dress(gained, "", "won less lost\n(% of all customers)")
    dress(again, f"{time.unit} since the start of the promotion", "repeat rate (%)")
    others = [promotion_steps(ds, name) for name in names if name != brand]
    theirs = in_most(np.any([*others, np.zeros(ds.sizes["step"])], axis=0), around)
    headings = ("What it sold", "Whom it won from others", "How many of its customers bought it again")
    for panel, heading in zip((sold, gained, again), headings):
        panel.set_title(heading, loc="left", fontsize=LABEL_SIZE, color=INK, pad=3)
        panel.tick_params(labelbottom=panel is again)
        _shade(panel, around, time, theirs)
    many = f"{len(around.steps)} promotion{'s' * (len(around.steps) > 1)} laid over each other"
    marks = f"shaded{'; hatched: others promote' if theirs.any() else ''}; dashed: mean before"
    head(ax, question, f"{many} ({marks}).\n{style.averaged(ds)}", above=LABEL_SIZE + 5)
    return ax


def _draw_rate(ax: Axes, rate: np.ndarray, around: Window, time: Clock, look: Look) -> None:
    """A rate, replications × offsets, drawn in the middle of its steps, and its mean before the promotion."""
    _draw(ax, (around.offsets + 0.5) * time.step, interval(100 * rate), look)
    before = interval(100 * rate[:, : around.start].ravel()).mean
    ax.axhline(float(before), color=INK, linewidth=0.8, linestyle=DASHES, zorder=1)


def _draw_gain(ax: Axes, won: np.ndarray, around: Window, time: Clock, look: Look) -> None:
    """What was won since the start, at the end of every step, and how much of it is left at last."""
    when = np.append(around.offsets, around.offsets[-1] + 1) * time.step
    _draw(ax, when, interval(won), look)
    ax.axhline(0, color=INK, linewidth=0.8, linestyle=DASHES, zorder=1)
    later = float(when[-1]) - around.length * time.step
    if later > 0:
        words = _left(won, around, later / time.step, time.tell(later)).replace("-", "−")
        ax.set_title(words, loc="right", fontsize=SMALL_SIZE, color=INK, pad=3)


def _left(won: np.ndarray, around: Window, later: float, told: str) -> str:
    """How much of the gain is left after `later` steps, in words; empty where nothing was surely gained."""
    gain, last = won[:, around.start + around.length], won[:, -1]
    surely = interval(gain)
    if not (surely.low if len(gain) > 1 else surely.mean) > 0:
        return ""
    pace = -float(won[:, 0].mean()) / around.start
    if abs(pace) * later > MOST_DRIFT * float(gain.mean()):
        return "what is left cannot be told: the trend before is too strong"
    left = ratio(100 * last, gain)
    known = f" (95 %: {left.low:.0f} to {left.high:.0f})" if len(gain) > 1 else ""
    return f"{told} after the end, {left.mean:.0f} %{known} of the gain is left"


def _draw(ax: Axes, when: np.ndarray, own: Interval, look: Look) -> None:
    ax.plot(when, own.mean, color=look.color, linewidth=1.8, marker="o", markersize=3.5, zorder=3)
    ax.fill_between(when, own.low, own.high, color=look.color, alpha=0.2, linewidth=0)


def _shade(ax: Axes, around: Window, time: Clock, theirs: np.ndarray) -> None:
    """Shade the promotion, hatch a strip below where other brands promote."""
    ax.axvspan(0, around.length * time.step, color=style.PALE, alpha=0.7, linewidth=0, zorder=0)
    ax.broken_barh(
        [(float(offset) * time.step, time.step) for offset in around.offsets[theirs]], (0, STRIP), linewidth=0,
        transform=ax.get_xaxis_transform(), facecolor="none", edgecolor=style.FAINT, hatch="////",
    )  # fmt: skip
    ax.set_xlim(around.offsets[0] * time.step, (around.offsets[-1] + 1) * time.step)
