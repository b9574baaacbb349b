"""The plane of satisfaction and bond: where a brand's customers stand, as a density."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from loyaltysim.app.worlds import World
from loyaltysim.plots.style import LABEL_SIZE, SMALL_SIZE, dress, say

WIDTH, HEIGHT = 5.2, 4.0
CELLS = 24
"""Hexagons across; assumed: a fiftieth of all customers is then a dark one."""
LEAST, MOST = 0.02, 10.0
"""Percent of the customers in a cell: ends of the color scale, the same in both worlds; assumed."""


def plane(world: World) -> tuple[Figure, str]:
    """Those who bought the focal brand last: each cell in the color of how many stand there."""
    simulation, focal = world.simulation, world.scenario.focal
    arrays = simulation.world.customers.arrays
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax = figure.add_subplot()
    if not {"satisfaction", "bond", "last_brand"} <= set(arrays):
        said = (
            "In this market customers have no satisfaction or no bond: behavior.satisfaction or behavior.bond is off."
        )
        say(ax, said)
        return figure, said
    brand = list(world.scenario.brands).index(focal)
    own = np.flatnonzero(arrays["last_brand"] == brand)
    faded = simulation.schedule.faded(max(simulation.now - 1, 0))
    satisfaction, bond = (faded.get(name, arrays[name])[brand, own] for name in ("satisfaction", "bond"))
    dress(ax, f"satisfaction with {focal}", f"bond with {focal}")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    if not len(own):
        return figure, f"Nobody bought {focal} last."
    cells = ax.hexbin(
        satisfaction, bond, C=np.full(len(own), 100 / len(own)), reduce_C_function=np.sum, gridsize=CELLS,
        extent=(0, 1, 0, 1), norm=LogNorm(LEAST, MOST), cmap="Blues", linewidths=0,
    )  # fmt: skip
    bar = figure.colorbar(cells, ax=ax, format="%g")
    bar.set_label("% of these customers", fontsize=LABEL_SIZE)
    bar.ax.tick_params(labelsize=SMALL_SIZE)
    ax.plot(satisfaction.mean(), bond.mean(), marker="+", markersize=14, color="black", markeredgewidth=2)
    means = f"satisfaction {satisfaction.mean():.2f}, bond {bond.mean():.2f} on average (+)"
    return figure, f"Customers who bought {focal} last, at this moment: {means}."
