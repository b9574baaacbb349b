"""Diffusion: how does a market spread from friend to friend? A neighborhood as a moving picture.

    ls.plots.diffusion(ls.load("referral"), "diffusion.html")

What one neighborhood looks like is chance: another seed gives another. Whoever is brought by somebody outside of it
seems to come by itself.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from loyaltysim.plots.diffusion_page import page
from loyaltysim.plots.labels import plain, short
from loyaltysim.plots.neighborhood import NO_BRAND, PROSPECT, Scene, around, scenes, spread_out
from loyaltysim.plots.style import FAINT, INK, LABEL_SIZE, PALE, SMALL_SIZE, TITLE_SIZE, Look, looks_of
from loyaltysim.simulation import Simulation
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL import Image

    from loyaltysim.scenario import Scenario

QUESTION = "How does the market spread from friend to friend?"
NOTE = "Hollow: not in the market. Yellow: came just now. Dark lines: who brought whom."
TIE = "#c4c4c4"
HALO = "#F0E442"
"""Okabe and Ito's yellow, around those who came just now."""
NODE = 42.0
"""Area of a customer in square points; assumed."""
SIZE = (7.2, 6.0)
"""Of a picture in inches; assumed, as the next."""
DOTS = 90
"""Dots an inch."""
LAST = 15
"""How many times longer the last picture stands than others; assumed."""
SHADES = 8
"""Shades of each color in a GIF, down to white and up to ink, for smooth edges; assumed."""
MOST_COLORS = 256
"""What a GIF can hold."""


def diffusion(
    what: Scenario | Simulation,
    path: str | Path = "diffusion.gif",
    *,
    customer: int | None = None,
    size: int = 150,
    seed: int = 1,
    pictures: int = 80,
    seconds: float = 0.25,
) -> Path:
    """Draw how customers of a neighborhood come into the market and buy, step by step, as a GIF or a page.

    Parameters
    ----------
    what : a scenario, which is run with `seed`; or a simulation, which is stepped from where it is to its end. Of
        several replications the first is shown
    path : the file, ending in .gif or .html; a page needs nothing but itself, and can be stopped and wound back
    customer : number of a customer from whom to look around, breadth first; drawn if not given
    size : how many customers at most
    seed : of the run, the sample and where customers are drawn
    pictures : at most so many, besides that of the start
    seconds : how long each stands

    Returns
    -------
    The file, written under a temporary name first.

    Raises
    ------
    ValueError : for another ending, a simulation that is at its end, or numbers out of range
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".gif", ".html"):
        raise ValueError(f"a moving picture ends in .gif or .html, was {path.name!r}")
    if not (2 <= size <= 1000 and 1 <= pictures <= 1000 and 0.02 <= seconds <= 60):
        raise ValueError("size must be 2 to 1000 customers, pictures 1 to 1000, seconds 0.02 to 60")
    simulation = what if isinstance(what, Simulation) else Simulation(what, seed=seed)
    if simulation.now >= simulation.calendar.last:
        raise ValueError("the simulation is at its end: give one that is not, or its scenario")
    n = simulation.world.customers.n_customers
    if customer is not None and not 0 <= customer < n:
        raise ValueError(f"customers have numbers from 0 to {n - 1}, was {customer}")
    rows = around(simulation.world, size, seed, customer)
    told = scenes(simulation, rows, pictures)
    places = spread_out(len(rows), told[0].ties, seed)
    looks = looks_of(simulation.world.brands, simulation.scenario.focal)
    captions = [caption(one, simulation.calendar.weeks) for one in told]
    title = simulation.scenario.title or QUESTION
    with whole_file(path) as temporary:
        if kind == ".html":
            text = page(title, QUESTION, NOTE, looks, places, told, captions, round(1000 * seconds))
            temporary.write_text(text, "utf-8")
        else:
            colors = palette(looks)
            with mpl.rc_context():
                mpl.rcdefaults()
                images = [picture(one, places, looks, title, words, colors) for one, words in zip(told, captions)]
            times = [round(1000 * seconds)] * (len(images) - 1) + [round(1000 * seconds) * LAST]
            images[0].save(
                temporary, format="GIF", save_all=True, append_images=images[1:], duration=times, loop=0, optimize=False
            )
    return path


def caption(one: Scene, weeks: float) -> str:
    """When it is, and how many have come."""
    there, here = len(one.state), int((one.state != PROSPECT).sum())
    return f"step {one.step}, week {one.step * weeks:.0f}: {here} of {there} in the market"


def palette(looks: dict[str, Look]) -> np.ndarray:
    """The colors of all pictures of a GIF, colors × 3: those that are drawn, and their shades."""
    drawn = [(INK, "white"), (TIE, "white"), (FAINT, "white"), (HALO, "white"), (HALO, INK)]
    drawn += [(look.color, "white") for look in looks.values()]
    away = np.linspace(0, 1, SHADES)[:, None]
    shades = [(1 - away) * np.array(to_rgb(color)) + away * np.array(to_rgb(to)) for color, to in drawn]
    return np.asarray(np.rint(255 * np.concatenate(shades)), np.uint8)[:MOST_COLORS]


def in_colors(pixels: np.ndarray, colors: np.ndarray) -> Image.Image:
    """A picture, high × wide × 3, in the nearest of these colors: Pillow's own way is coarser, and white turns gray."""
    from PIL import Image

    whole = pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    found, where = np.unique(whole, return_inverse=True)
    apart = np.stack([found >> 16, (found >> 8) & 255, found & 255], 1)[:, None] - colors.astype(np.int64)
    nearest = (apart**2).sum(2).argmin(1).astype(np.uint8)
    image = Image.fromarray(nearest[where].reshape(whole.shape))
    image.putpalette(colors.tobytes())
    return image


def picture(
    one: Scene, places: np.ndarray, looks: dict[str, Look], title: str, words: str, colors: np.ndarray
) -> Image.Image:
    """One picture of the GIF."""
    figure = Figure(figsize=SIZE)
    draw(figure.add_axes((0.02, 0.1, 0.96, 0.77)), one, places, looks)
    figure.text(0.03, 0.955, short(title, 90, 1), fontsize=TITLE_SIZE, fontweight="bold", color=INK, va="center")
    figure.text(0.03, 0.915, NOTE, fontsize=SMALL_SIZE, color=FAINT, va="center")
    figure.text(0.97, 0.04, words, fontsize=LABEL_SIZE, color=INK, va="center", ha="right")
    kept = BytesIO()
    figure.savefig(kept, format="rgba", dpi=DOTS)
    wide, high = (round(inches * DOTS) for inches in SIZE)
    return in_colors(np.frombuffer(kept.getvalue(), np.uint8).reshape(high, wide, 4)[..., :3], colors)


def draw(ax: Axes, one: Scene, places: np.ndarray, looks: dict[str, Look]) -> Axes:
    """Draw the neighborhood at one time: ties, who brought whom, and customers by the brand they bought last."""
    from matplotlib.collections import LineCollection

    ax.set_axis_off()
    ax.add_collection(LineCollection(list(places[one.ties]), colors=TIE, linewidths=0.6, zorder=1))
    ax.add_collection(LineCollection(list(places[one.brought]), colors=FAINT, linewidths=1.1, zorder=2))
    new = one.new
    ax.scatter(places[new, 0], places[new, 1], s=NODE * 5, color=HALO, edgecolors=INK, linewidths=0.6, zorder=3)
    groups = [("no customer yet", PROSPECT, "white", "#a8a8a8", "o"), ("bought nothing yet", NO_BRAND, PALE, INK, "o")]
    groups += [(name, b, look.color, "white", look.marker) for b, (name, look) in enumerate(looks.items())]
    for name, state, face, edge, marker in groups:
        here = one.state == state
        small = 0.55 if state == PROSPECT else 1.0
        ax.scatter(
            places[here, 0], places[here, 1], s=NODE * small, color=face, edgecolors=edge, linewidths=0.7,
            marker=marker, zorder=4, label=plain(short(name, 24, 1)),
        )  # fmt: skip
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.04, 1.04)
    ax.legend(
        loc="upper left", bbox_to_anchor=(0.0, -0.01), ncols=min(len(groups), 5), frameon=False, fontsize=SMALL_SIZE,
        handletextpad=0.1, columnspacing=1.2, borderaxespad=0.0,
    )  # fmt: skip
    return ax
