"""Switching in a world: where customers of each brand buy next."""

from __future__ import annotations

from matplotlib.figure import Figure

from loyaltysim import plots
from loyaltysim.app.worlds import World


def switching(world: World) -> tuple[Figure, str]:
    """The heat map of `plots.switching`."""
    results, focal = world.results(), world.scenario.focal
    moves = results["switches"].sel(brand=focal).sum(["replication", "step"])
    whole = float(moves.sum())
    share = f"{100 * float(moves.sel(brand_to=focal)) / whole:.1f} % are" if whole else "none is yet known to be"
    figure = plots.switching(results).figure
    assert isinstance(figure, Figure)  # axes of their own have one
    return figure, f"Of the purchases after one of {focal}, {share} of {focal} again."
