"""Worth: what the program changes, in one table: the numbers behind the verdict and behind the price of retention."""

from __future__ import annotations

from loyaltysim.report.findings import Findings
from loyaltysim.report.language import Language
from loyaltysim.report.table import Cell, Table, cells
from loyaltysim.study.wording import mean_of, number_of

KEY = "worth"
PLACE = f"table-{KEY}"
"""Where the page has it."""


def worth(found: Findings, language: Language) -> Table:
    """A launch against none, and, where a program runs already, going on against stopping now."""
    say, unit, rows = language.say, found.scenario.currency, list[list[Cell]]()
    points = say("percentage points")
    compared = {say("a launch, against none"): found.launch, say("going on, against stopping now"): found.going_on}
    for of, launch in compared.items():
        if launch is None:
            continue
        told = {
            say("margin, what is owed taken off"): (unit, mean_of(launch.value)),
            language.known("retention rate"): (points, mean_of(launch.retention).times(100)),
            language.known("share"): (points, mean_of(launch.share).times(100)),
        }
        if launch is found.launch and found.value is not None:
            given = found.value.by_replication
            anyway = number_of(found.value.parts.set_index("part").loc["subsidy_share"])
            told[say("rewards, given or still owed")] = (
                unit,
                mean_of((given["program_cost"] + given["liability"]).to_numpy()),
            )
            told[say("of the rewards given, for purchases that would have been made anyway")] = ("%", anyway.times(100))
        rows += [[of, what, own, *cells(one)] for what, (own, one) in told.items()]
    ends = [(say(end), "") for end in ("mean", "95 % from", "95 % to")]
    columns = [(say("compared"), ""), (say("what"), ""), (say("unit"), ""), *ends]
    return Table(KEY, "money", say("What the program changes"), columns, rows, texts=3, unfolded=True)
