"""The incidents board: failures, complaints and recoveries of this round's shoppers.

Columns one per shopper, made by the part that writes them (`behavior.recovery`).
"""

from __future__ import annotations

from loyaltysim.market.shoppers import Shoppers

COLUMNS = {
    "failure": "severity of a failure at this purchase, 0 … 1, 0 none",
    "complaint": "1 where the customer complained",
    "recovery": "quality of the answer, 0 … 1",
    "public": "1 where others could see the complaint",
}


def column(shoppers: Shoppers, name: str):  # type: ignore[no-untyped-def]
    """The column of an incident, float32, one per shopper."""
    if name not in COLUMNS:
        raise KeyError(name)
    return shoppers.ask(f"incident.{name}")
