"""Talk: customers who know each other, what they say in this step, and what still rings in their ears."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from loyaltysim.app.worlds import World
from loyaltysim.customers.neighbors import Neighbors
from loyaltysim.plots.diffusion import draw
from loyaltysim.plots.neighborhood import around, scene, spread_out, ties_among
from loyaltysim.plots.style import looks_of, say
from loyaltysim.word_of_mouth.delivery import heard_by

WIDTH, HEIGHT = 5.2, 4.6
SIZE = 120
"""Customers of the sample; assumed: more cannot be told apart."""
SEED = 1
PRAISE, BLAME = "#7b3294", "#000000"
"""Purple and black: no brand's."""
RING = 40.0
"""Area in square points of the ring of somebody who has heard the most; assumed."""


def talk(world: World) -> tuple[Figure, str]:
    """A sample of the network: thick lines are messages of this step, rings what was heard of late."""
    simulation = world.simulation
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax = figure.add_subplot()
    if not isinstance(simulation.world.neighbors, Neighbors) or simulation.schedule.talk.kind == "none":
        said = "Nobody talks to friends in this market: network or word_of_mouth.talk is off."
        say(ax, said)
        return figure, said
    rows = around(simulation.world, SIZE, SEED)
    places = _places(len(rows), ties_among(simulation.world, rows).tobytes())
    draw(
        ax, scene(simulation, rows, simulation.now), places, looks_of(list(world.scenario.brands), world.scenario.focal)
    )
    told = messages(world, rows)
    for good, color in ((True, PRAISE), (False, BLAME)):
        lines = [places[[sender, hearer]] for sender, hearer, praise in told if praise == good]
        ax.add_collection(LineCollection(lines, colors=color, linewidths=3, zorder=3.5))
    heard = simulation.world.customers.arrays.get("heard")
    rings = ""
    if heard is not None:
        most = np.abs(heard[:, rows]).max(0)
        best = heard[np.abs(heard[:, rows]).argmax(0), rows]
        size = RING * (3 + 5 * most / max(float(most.max()), 1e-9))
        for good, color in ((True, PRAISE), (False, BLAME)):
            own = (best > 0.01) if good else (best < -0.01)
            ax.scatter(
                places[own, 0],
                places[own, 1],
                s=size[own],
                facecolors="none",
                edgecolors=color,
                linewidths=1.4,
                zorder=5,
            )
        rings = f"; rings: {int((np.abs(best) > 0.01).sum())} of {len(rows)} still have praise or blame in their ears"
    praised = sum(praise for _, _, praise in told)
    says = f"{len(rows)} customers who know each other. Thick lines: {praised} heard praise in this step (purple), "
    return figure, says + f"{len(told) - praised} blame (black){rings}."


def messages(world: World, rows: np.ndarray) -> list[tuple[int, int, bool]]:
    """Who tells whom in this step, as places in `rows`, and whether it is praise; both must be among them."""
    simulation, place = world.simulation, {int(row): i for i, row in enumerate(rows)}
    audience = simulation.schedule.talk.audience
    found = []
    for pile in simulation.world.messages.piles:
        for m in np.flatnonzero(np.isin(pile.sender[: pile.n], rows)):
            for hearer in heard_by(simulation.world, audience, pile, int(m)).tolist():
                if hearer in place:
                    found.append((place[int(pile.sender[m])], place[hearer], bool(pile.strength[m] > 0)))
    return found


@lru_cache(4)
def _places(n: int, ties: bytes) -> np.ndarray:
    """Where to draw them, kept, since it takes a second and ties seldom change."""
    return spread_out(n, np.frombuffer(ties, np.int64).reshape(-1, 2), SEED)
