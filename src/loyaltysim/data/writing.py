"""Frames to files, so that reading them gives the same: text in quotes, numbers with all their digits."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd


def write(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame as the readers of this room read it, without its index: CSV, or Parquet by the suffix .parquet.

    The file is written under a temporary name first, so there is never half of one. In CSV customers that are digits
    only (text or not) come back as whole numbers, categories that do not occur are lost, and missing is "".

    Raises
    ------
    ValueError : for another suffix than .csv and .parquet
    """
    suffix = Path(path).suffix
    if suffix not in (".csv", ".parquet"):
        raise ValueError(f'files end with .csv or .parquet, was "{Path(path).name}"')
    with whole_file(path) as temporary:
        if suffix == ".parquet":
            frame.to_parquet(temporary, index=False)
        else:
            frame.to_csv(temporary, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n", encoding="utf-8")
