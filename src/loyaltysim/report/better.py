"""Better: which of the compared scenarios earns the focal brand most, and how surely."""

from __future__ import annotations

import numpy as np

from loyaltysim.report.teller import Answer, Teller
from loyaltysim.study.accrued import METRIC, margin_accrued
from loyaltysim.study.wording import Number, mean_of, number_of


def better(one: Teller, base: str) -> Answer:
    """Which of the compared scenarios earns the focal brand most, and what each does to margin and retention."""
    sizes: dict[str, dict[str, Number]] = {}
    for row in one.found.read.effects:
        if row["question"] == "scenario" and row["effect"] is not None:
            sizes.setdefault(str(row["scenario"]), {})[row["metric"]] = number_of(row)
    margins = {name: own.get(METRIC, own["margin"]) for name, own in sizes.items() if "margin" in own}
    owes = any(METRIC in own for own in sizes.values())
    best = max(margins, key=lambda name: margins[name].mean, default=None)
    tone, short = "open", one.say("Too close to call.")
    won = best is not None and margins[best].mean > 0
    if best is not None and not np.isfinite(margins[best].half):
        short = one.say("One replication has no interval: run more before you decide.")
    elif best is not None and all(
        margin.certain for margin in ([margins[best], *_ahead(one, best, margins)] if won else margins.values())
    ):
        tone = "good" if won else "bad"
        short = one.say("{name} earns more than {base}.", name=best if won else base, base=base if won else best)
        if len(margins) > 1:
            short = one.say("{name} earns most.", name=best if won else base)
    items = tuple(
        one.say(
            "{name} instead of {base}: {margin} of margin, what is owed taken off, {retention} of retention."
            if owes else "{name} instead of {base}: {margin} of margin, {retention} of retention.",
            name=name, base=base, margin=one.money(margins[name]),
            retention=one.language.both(own["retention_rate"].times(100), one.say("percentage points")),
        )
        for name, own in sizes.items()
        if {"margin", "retention_rate"} <= set(own)
    )  # fmt: skip
    return Answer("better", one.say("Which of them is better?"), short, "", "compared", items, tone)


def _ahead(one: Teller, best: str, margins: dict[str, Number]) -> list[Number]:
    """How far the best is ahead of the other scenarios, as lucky."""
    read, focal = one.found.read, one.found.scenario.focal
    earned = {name: margin_accrued(read.runs[name], read.scenarios[name], focal) for name in margins}
    return [mean_of(earned[best] - earned[name]) for name in margins if name != best]
