"""Save all: every picture of a run as SVG, the same bytes for the same run and versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

from loyaltysim.plots.after_promotion import after_promotion
from loyaltysim.plots.after_promotion import missing as no_promotion
from loyaltysim.plots.channels import channels
from loyaltysim.plots.channels import missing as no_channels
from loyaltysim.plots.effects import effects as draw_effects
from loyaltysim.plots.retention import missing as no_retention
from loyaltysim.plots.retention import retention
from loyaltysim.plots.run import one_run
from loyaltysim.plots.saving import save, svg_bytes
from loyaltysim.plots.shares import missing as no_shares
from loyaltysim.plots.shares import shares
from loyaltysim.plots.states import missing as no_states
from loyaltysim.plots.states import states
from loyaltysim.plots.switching import missing as no_switching
from loyaltysim.plots.switching import switching
from loyaltysim.plots.word_of_mouth_value import word_of_mouth_value

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

PICTURES: dict[str, tuple[Callable[[xr.Dataset], Axes], Callable[[xr.Dataset], str]]] = {
    "retention": (retention, no_retention),
    "shares": (shares, no_shares),
    "switching": (switching, no_switching),
    "states": (states, no_states),
    "after_promotion": (after_promotion, no_promotion),
    "channels": (channels, no_channels),
}
"""By file name: what draws it, and what says why it cannot."""


def save_all(
    ds: xr.Dataset, folder: str | Path, effects: pd.DataFrame | None = None, value: pd.DataFrame | None = None
) -> list[Path]:
    """Write every picture into a folder, which is made if it is not there, as NAME.svg.

    Effects too, and the value of word of mouth, if they are given.

    A picture that would be empty is not written. The user's matplotlib settings play no part and are left as they are.

    Returns
    -------
    The files, in the order of `PICTURES`.

    Raises
    ------
    ValueError : for several scenarios in one Dataset
    """
    ds, folder = one_run(ds), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, (draw, missing) in PICTURES.items():
            if not missing(ds):
                written.append(save(draw(ds), folder / f"{name}.svg"))
        if effects is not None and len(effects):
            written.append(save(draw_effects(effects), folder / "effects.svg"))
        if value is not None:
            written.append(save(word_of_mouth_value(value), folder / "word_of_mouth_value.svg"))
    return written


def svg(draw: Callable[[], Axes], name: str) -> bytes:
    """Draw, and give the bytes of the SVG file; the user's matplotlib settings play no part."""
    with mpl.rc_context():
        mpl.rcdefaults()
        return svg_bytes(draw(), name)
