"""Save all: every picture of a run as SVG, the same bytes for the same run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib

from loyaltysim.plots import after_promotion, effects, retention, shares, states, switching
from loyaltysim.plots.run import one_run

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
