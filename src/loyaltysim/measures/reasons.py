"""Reasons: why customers left a brand, as shares, from a run that kept reasons (metrics.reasons; eq. E68)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

CHANCE = "chance"


def reasons(data: xr.Dataset, brand: str | None = None) -> pd.DataFrame:
    """Why customers left a brand.

    Parameters
    ----------
    data : a run with metrics.reasons on
    brand : the brand that was left; the focal one if not given

    Returns
    -------
    One row a replication and reason: replication, reason, main (share of all defections whose main reason it was),
    named (the same among defections with another main reason than chance: who is asked for a reason names one; NaN for
    chance), share (its share when each defection is divided among its reasons). NaN where nobody left.

    In a logit most switches are chance: the customer would as well have switched at the same prices and moods. So
    `main` and `named` answer different questions, and neither is what a survey measures.

    Raises
    ------
    ValueError : if the run kept no reasons, or has no such brand
    """
    import pandas as pd

    brand = brand if brand is not None else str(data.attrs.get("focal", ""))
    if "defections" not in data or bool(data["defections"].isnull().all()):
        raise ValueError("the run kept no reasons: switch metrics.reasons on")
    if brand not in data["brand"]:
        raise ValueError(f"no brand is called {brand!r}; there are: {', '.join(map(str, data['brand'].values))}")
    counts, parts = (
        data[name].sel(brand=brand).sum("step").transpose("replication", "reason").values
        for name in ("defections", "defection_shares")
    )
    names = [str(name) for name in data["reason"].values]
    other = counts.sum(1) - counts[:, names.index(CHANCE)]
    with np.errstate(invalid="ignore", divide="ignore"):
        main, share = counts / counts.sum(1)[:, None], parts / parts.sum(1)[:, None]
        named = np.where(np.array(names) == CHANCE, np.nan, counts / other[:, None])
    index = pd.MultiIndex.from_product([data["replication"].values, names], names=["replication", "reason"])
    columns = {"main": main.reshape(-1), "named": named.reshape(-1), "share": share.reshape(-1)}
    return pd.DataFrame(columns, index).reset_index()
