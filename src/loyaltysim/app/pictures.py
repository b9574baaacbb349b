"""Pictures of the page: lines over the steps by Mesa's plots, a line a brand, and a neighborhood of customers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import solara
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from mesa.visualization import make_plot_component

from loyaltysim.mesa import LoyaltyModel
from loyaltysim.mesa.series import split_name
from loyaltysim.metrics.states import STATES
from loyaltysim.plots.labels import plain
from loyaltysim.plots.neighborhood import NO_BRAND, PROSPECT, around, scene, spread_out, ties_among
from loyaltysim.plots.style import FAINT, PALE, SMALL_SIZE, TITLE_SIZE, dress, looks_of, new_axes

PICTURES = {
    "purchases": "Purchases a step",
    "members": "Members of programs",
    "satisfaction": "Satisfaction with the brand",
    "bond": "Bond with the brand",
    "margin": "Margin a step ({currency})",
}
"""What is shown, by the name of the series (mesa/series.py), and its title."""
EVERY = ", every {steps} steps"
"""What the title of a state says besides, where the scenario measures states more rarely than every step."""
PEOPLE = 80
"""Customers in the neighborhood; assumed: as many as can be told apart on a phone."""
DOT = 60
"""Size of a customer in square points; assumed."""
WIDTH, HEIGHT = 5.6, 3.6
MARKER = 4
"""Size of a dot on a line in points; assumed."""
FEWEST = 12
"""Steps that a plot has room for at least; assumed."""


def pictures(model: LoyaltyModel) -> list[Any]:
    """What SolaraViz shows: the neighborhood, and a plot of each series that says something of this scenario."""
    shown = [split_name(name) for name in model.datacollector.model_reporters]
    focal, currency, every = model.setup.focal, model.setup.currency, model.setup.metrics.states_every
    made: list[Any] = [(neighborhood, 0)]
    for what, title in PICTURES.items():
        brands = [brand for name, brand in shown if name == what and brand is not None]
        if what == "members":
            brands = [brand for brand in brands if model.setup.brands[brand].programs]
        if brands:
            looks = looks_of(model.brands, focal or model.brands[0])
            measure = {f"{what}[{brand}]": looks[brand].color for brand in brands}
            said = title.format(currency=currency)
            if what in STATES and every > 1:
                said += EVERY.format(steps=every)
            finish = partial(_finish, title=said, looks=[looks[brand] for brand in brands])
            made.append(make_plot_component(measure, post_process=_named(finish, brands)))
    return [*made, (in_words, 0)]


def _named(finish: Callable[..., None], brands: list[str]) -> Callable[[Axes], None]:
    def post_process(ax: Axes) -> None:
        finish(ax, brands=brands)

    return post_process


def _finish(ax: Axes, title: str, looks: list[Any], brands: list[str]) -> None:
    """Dress a plot of Mesa's: brands by name and by line style, a title, a faint grid.

    What is not measured every step is a line between dots.
    """
    n = np.size(ax.lines[0].get_xdata())
    for line, look, brand in zip(ax.lines, looks, brands):
        values = np.asarray(line.get_ydata(), float)
        known = np.isfinite(values)
        line.set_data(np.arange(1, n + 1)[known], values[known])  # the frame's first row is of step 1
        line.set(linestyle=look.line, linewidth=look.width, label=plain(brand))
        line.set(marker="" if known.all() else look.marker, markersize=MARKER)
    ax.relim()
    ax.autoscale_view()
    dress(ax, "Step", "")
    ax.set_xlim(1, max(n, FEWEST))
    ax.set_title(title, fontsize=TITLE_SIZE, loc="left")
    ax.legend(loc="best", fontsize=SMALL_SIZE, frameon=False)
    ax.figure.set(figwidth=WIDTH, figheight=HEIGHT)


def in_words(model: LoyaltyModel) -> None:
    """The purchases of the latest step, for who reads numbers rather than pictures; Mesa says which step it is."""
    if model.made > model.setup.burn_in:
        bought = {brand: int(model.series(f"purchases[{brand}]")[-1]) for brand in model.brands}
        solara.Text("Purchases in this step: " + ", ".join(f"{brand} {count:,}" for brand, count in bought.items()))


def neighborhood(model: LoyaltyModel) -> None:
    """Some customers who know each other, in the color of the brand that each bought last."""
    world = model.simulation.world

    def places() -> tuple[Any, Any]:
        rows = around(world, PEOPLE, seed=model.simulation.seed)
        return rows, spread_out(len(rows), ties_among(world, rows), seed=1)

    rows, where = solara.use_memo(places, [model])
    solara.FigureMatplotlib(draw(model, rows, where).figure, format="png", bbox_inches="tight")


def draw(model: LoyaltyModel, rows: np.ndarray, where: np.ndarray) -> Axes:
    """The neighborhood now: a dot a customer, a line a tie."""
    now, ax = scene(model.simulation, rows, model.simulation.now), new_axes(WIDTH, HEIGHT)
    looks = looks_of(model.brands, model.setup.focal or model.brands[0])
    ax.add_collection(LineCollection(where[now.ties], colors=PALE, linewidths=0.7, zorder=1))
    named = []
    for state, name, color, marker in _states(model.brands, looks):
        here = where[now.state == state]
        edge = FAINT if state < 0 else color
        ax.scatter(here[:, 0], here[:, 1], s=DOT, color=color, marker=marker, edgecolors=edge, linewidths=0.8, zorder=2)
        if len(here):
            dot: dict[str, Any] = {"color": color, "markeredgecolor": edge, "marker": marker, "linestyle": ""}
            named.append(Line2D([], [], label=plain(name), **dot))
    ax.set_axis_off()
    ax.set_title("A neighborhood: the brand bought last", fontsize=TITLE_SIZE, loc="left")
    ax.legend(handles=named, fontsize=SMALL_SIZE, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def _states(brands: Any, looks: Any) -> list[tuple[int, str, str, str]]:
    of_brands = [(number, name, looks[name].color, looks[name].marker) for number, name in enumerate(brands)]
    return [*of_brands, (NO_BRAND, "nothing yet", "white", "o"), (PROSPECT, "not in the market", PALE, ".")]
