"""Recorded: the customers of a scenario on a real panel's own offers, held against what its households bought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from loyaltysim.cli.told import plain

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

REPLICATIONS = 100
"""Runs on the panel; as many as target R2 takes at least."""
TOLD = {"share": "share of {brand}, %", "repeat_rate": "repeat rate, %", "penetration": "penetration of {brand}, %"}


def recorded_rows(scenario: Scenario, asked: Asked, quiet: bool = False) -> list[dict[str, Any]]:
    """What the panel's households did beside what simulated ones do, a row a measure and brand.

    None for a scenario without a panel; where the panel is not installed a note says how to get it.
    """
    from loyaltysim.cli.show import note
    from loyaltysim.data.panels import MissingData
    from loyaltysim.validation.closure import closure_table

    if scenario.panel is None:
        return []
    try:
        table = closure_table(scenario, replications=REPLICATIONS, seed=asked.seed, threads=asked.threads)
    except MissingData as missing:
        note(f"Not held against the recorded purchases: {missing}", quiet)
        return []
    rows: list[dict[str, Any]] = table.to_dict(orient="records")
    return rows


def recorded_tables(scenario: Scenario, rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """A table of the rows of `recorded_rows`; nothing where there are none."""
    from loyaltysim.cli import tables

    told = []
    for row in rows:
        everybody = row["brand"] == "all"
        if row["measure"] in TOLD and (everybody or row["measure"] != "repeat_rate"):
            name = TOLD[row["measure"]].format(brand=plain(row["brand"]))
            numbers = [f"{100 * row[key]:.1f}" for key in ("observed", "simulated", "low", "high")]
            told.append([name, *numbers[:2], f"{numbers[2]} to {numbers[3]}"])
    if told:
        source = plain(scenario.panel.source) if scenario.panel else ""
        title = f"On the panel itself ({source}): observed beside simulated"
        note = f"{REPLICATIONS} replications of the panel's households on their recorded prices, leaflets and displays."
        yield tables.table(title, ["", "observed", "simulated", "95 % of runs"], told, note=note)
