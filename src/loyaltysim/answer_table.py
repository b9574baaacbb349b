"""Answer tables: CSV files that people open in a spreadsheet.

Names of scenarios, brands and segments come from files that others may have written. A spreadsheet takes a text that
begins with =, +, -, @ or a tab for a formula and runs it; such a text gets an apostrophe in front, which
says that it is text. Logs of purchases are data that are read back, and are not written here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t")
"""How a text begins that a spreadsheet may run (OWASP, "CSV Injection")."""


def save_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table of answers, without its index; there is never half a file."""
    safe = frame.rename(columns=_safe)
    for name in [name for name, kind in safe.dtypes.items() if kind.kind not in "biufcmM"]:
        safe[name] = safe[name].map(_safe)
    with whole_file(path) as temporary:
        safe.to_csv(temporary, index=False)


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
