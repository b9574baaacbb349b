"""Measures of behavior over time: from a transaction log or lifetimes to tables, each with its trap told.

    simulation = ls.Simulation(ls.load("grocery"), log=True).run()
    log = simulation.transactions.frame()
    ls.measures.boomerang(log, "Ours", weeks=13)

Frames in, frames out, one row a replication where a measure is one number, so that its spread is that of the
replications. To write another: one file, one idea; ask `columns` for what you need, and say in the docstring the units,
what NaN means, and how the number misleads.
"""

from loyaltysim.measures.acquired import acquired
from loyaltysim.measures.after_failure import after_failure, ever_switched, failed_before_defecting
from loyaltysim.measures.boomerang import boomerang, defections, time_to_return
from loyaltysim.measures.cohorts import cohorts
from loyaltysim.measures.concentration import concentration, deciles, top_of_before
from loyaltysim.measures.conversion import conversion, existing_share, order_values
from loyaltysim.measures.reasons import reasons
from loyaltysim.measures.survival import hazard, survival, survival_at
from loyaltysim.measures.tenure import by_decile, by_tenure
from loyaltysim.measures.tree import attribution, generations, offspring, reproduction_number
from loyaltysim.measures.value import forward_value, realized_value

__all__ = [
    "acquired",
    "after_failure",
    "attribution",
    "boomerang",
    "by_decile",
    "by_tenure",
    "cohorts",
    "concentration",
    "conversion",
    "deciles",
    "defections",
    "ever_switched",
    "existing_share",
    "failed_before_defecting",
    "forward_value",
    "generations",
    "hazard",
    "offspring",
    "order_values",
    "realized_value",
    "reasons",
    "reproduction_number",
    "survival",
    "survival_at",
    "time_to_return",
    "top_of_before",
]
