"""Data: purchases, panels, cohorts and lives, read and checked row by row, summarized for other programs, written.

    log = ls.data.read_transactions("till.csv", columns={"date": "InvoiceDate"}, returns="drop")
    summary = ls.data.rfm(log, per=7)

Whatever is wrong is a `DataError` with every fault, its line and its reason; nothing is dropped unless that was
asked for. To write another reader: `open_table`, `find` your columns, read them with what is in `cells`, `end`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.data.cohort_tables import read_retention, read_triangle, write_triangle
    from loyaltysim.data.customer_summary import rfm
    from loyaltysim.data.lives import read_lifetimes, survival_table
    from loyaltysim.data.panel import Panel, order_of
    from loyaltysim.data.panel_files import read_panel, write_panel
    from loyaltysim.data.purchases import read_transactions
    from loyaltysim.data.rows import DataError, LeftOut, RowFault
    from loyaltysim.data.writing import write

__all__ = [
    "DataError",
    "LeftOut",
    "Panel",
    "RowFault",
    "order_of",
    "read_lifetimes",
    "read_panel",
    "read_retention",
    "read_transactions",
    "read_triangle",
    "rfm",
    "survival_table",
    "write",
    "write_panel",
    "write_triangle",
]

_FILES = {
    "cohort_tables": ("read_retention", "read_triangle", "write_triangle"),
    "customer_summary": ("rfm",),
    "lives": ("read_lifetimes", "survival_table"),
    "panel": ("Panel", "order_of"),
    "panel_files": ("read_panel", "write_panel"),
    "purchases": ("read_transactions",),
    "rows": ("DataError", "LeftOut", "RowFault"),
    "writing": ("write",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, as `loyaltysim` does: every run passes through this room."""
    for file, names in _FILES.items():
        if name in names:
            globals()[name] = value = getattr(import_module(f"loyaltysim.data.{file}"), name)
            return value
    raise AttributeError(f"module 'loyaltysim.data' has no attribute {name!r}")
