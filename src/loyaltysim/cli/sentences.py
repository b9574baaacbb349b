"""Sentences: effects in plain words."""

from __future__ import annotations

import math
from typing import Any

from loyaltysim.cli.numbers import is_share
from loyaltysim.cli.tables import effect_of, told_of
from loyaltysim.cli.told import plain

SAID = ("retention_rate", "share", "margin", "margin_accrued")
"""Of which metrics a sentence speaks: who stays, how much of the market, what is earned."""
WORDS = {"retention_rate": "retention", "margin_accrued": "margin with what is owed taken off"}


def sentence(cause: str, focal: str, rows: list[dict[str, Any]]) -> str:
    """Say what a cause does to the focal brand.

    "Rivals' promotions cost Ours 1.2 points of share (95 %: 0.9 to 1.5)." What an interval does not tell from zero is
    said to be so.
    """
    lost: list[str] = []
    won: list[str] = []
    open_: list[str] = []
    owes = any(row["metric"] == "margin_accrued" for row in rows)  # then margin alone would say too much
    for row in told_of(rows, [name for name in SAID if not (owes and name == "margin")]):
        effect, what = effect_of(row), WORDS.get(row["metric"], row["metric"])
        if not math.isfinite(effect.half):
            continue
        if not effect.certain:
            open_.append(what)
            continue
        size = effect.times(-1) if effect.mean < 0 else effect
        doubt = f"95 %: {size.interval()}" if size.half else f"the same in each of {row['n']} replications"
        unit = f"points of {what}" if is_share(row["metric"]) else f"{plain(row['unit'])} of {what}"
        (lost if effect.mean < 0 else won).append(f"{size.text()} {unit} ({doubt})")
    brought, cost = f"brought {plain(focal)} {_and(won)}", f"cost {'it' if won else plain(focal)} {_and(lost)}"
    parts = [part for part, found in ((brought, won), (cost, lost)) if found]
    cause = plain(cause[:1].upper() + cause[1:])
    said = [f"{cause} {' but '.join(parts)}."] if parts else []
    if open_:
        said.append(f"{'The' if said else cause + ': the'} effect on {_and(open_)} cannot be told from zero.")
    return " ".join(said)


def _and(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
