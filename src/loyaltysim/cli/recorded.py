"""Recorded: the customers of a scenario on a real panel's own offers, held against what its households bought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

if TYPE_CHECKING:
    from loyaltysim.cli.asked import Asked
    from loyaltysim.scenario import Scenario

REPLICATIONS = 100
"""Runs on the panel: TARGETS R2 asks for as many, and they are quick."""
TOLD = {"share": "share of {brand}, %", "repeat_rate": "repeat rate, %", "penetration": "penetration of {brand}, %"}


def recorded_tables(scenario: Scenario, asked: Asked) -> Iterator[RenderableType]:
    """A table with what the panel's households did beside what simulated ones do; nothing for a scenario without a panel.

    Where the panel is not installed a note says how to get it.
    """
    from loyaltysim.cli import tables

    told = []
    for row in recorded_rows(scenario, asked):
        everybody = row["brand"] == "all"
        if row["measure"] in TOLD and (everybody or row["measure"] != "repeat_rate"):
            name = TOLD[row["measure"]].format(brand=row["brand"])
            numbers = [f"{100 * row[key]:.1f}" for key in ("observed", "simulated", "low", "high")]
            told.append([name, *numbers[:2], f"{numbers[2]} to {numbers[3]}"])
    if told:
        title = f"On the panel itself ({scenario.panel.source if scenario.panel else ''}): observed beside simulated"
        note = (
            f"{REPLICATIONS} replications of the panel's households on their own recorded prices, leaflets and displays."
        )
        yield tables.table(title, ["", "observed", "simulated", "95 % of runs"], told, note=note)


def recorded_rows(scenario: Scenario, asked: Asked) -> list[dict[str, Any]]:
    """The same, every measure and brand, as rows."""
    from loyaltysim.cli.show import note
    from loyaltysim.data.panels import MissingData
    from loyaltysim.validation.closure import closure_table

    if scenario.panel is None:
        return []
    try:
        table = closure_table(scenario, replications=REPLICATIONS, seed=asked.seed, threads=asked.threads)
    except MissingData as missing:
        note(f"Not held against the recorded purchases: {missing}")
        return []
    rows: list[dict[str, Any]] = table.to_dict(orient="records")
    return rows
