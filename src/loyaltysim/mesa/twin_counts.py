"""The twin's counts: what Mesa's DataCollector keeps of each step, and the table made of it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from loyaltysim.totals import MONEY_UNIT, POINT_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.mesa.twin import TwinModel

FLOWS = (
    "buyers purchases units joined lapsed returned won_back repeat_purchases purchases_after failures complaints "
    "complaints_public messages_positive messages_negative revenue cost_of_goods program_cost program_fees enrolled "
    "points_earned points_redeemed points_expired rewards_redeemed acquisition_cost referral_cost invitations frauds "
    "lever_cost contacts opted_out"
).split()
"""What is counted by step and brand."""
MONEY = ("revenue", "cost_of_goods", "program_cost", "program_fees", "acquisition_cost", "referral_cost", "lever_cost")
UNITS = {name: MONEY_UNIT for name in MONEY}
UNITS |= {name: POINT_UNIT for name in ("points_earned", "points_redeemed", "points_expired")}
"""Ledger units in one unit of what is counted, where it is not 1."""
STATES = ("satisfaction", "bond", "trust")
GONE = ("lost", "dormant")


def collector(model: TwinModel) -> Any:
    """What keeps the counts of every step, and means of the states that somebody keeps."""
    reporters: dict[str, Any] = {name: partial(_count_of, name) for name in FLOWS}
    reporters |= {name: name for name in ("occasions", "no_purchase", "switches", "entered", "won")}
    if model.setup.metrics.keeps_states:
        kept = {
            "satisfaction": model.satisfaction.kind != "none",
            "bond": model.bond.kind != "none",
            "trust": model.learning.kind == "bayesian",
        }
        reporters |= {name: partial(_mean_of, name) for name in STATES if kept[name]}
        reporters |= {"lost": _lost, "dormant": _dormant}
    return mesa.DataCollector(model_reporters=reporters)


def series(model: TwinModel, name: str) -> np.ndarray[Any, Any]:
    """What was collected under a name in the measured steps, in units of its own: steps, or steps × brands."""
    value = np.array(model.datacollector.model_vars[name])[model.calendar.burn_in :]
    return value / UNITS[name] if name in UNITS else value


def table(model: TwinModel) -> pd.DataFrame:
    """Counts of the measured steps, a row for each step and brand, with the names of the Dataset of `simulate`.

    What the Dataset has by program is added up for each brand.
    """
    import pandas as pd

    collected, burn_in = model.datacollector.model_vars, model.calendar.burn_in
    columns = {name: series(model, name) for name in (*FLOWS, *STATES, *GONE) if name in collected}
    steps = np.arange(len(columns["buyers"]))
    columns["members"] = np.cumsum(collected["enrolled"], 0)[burn_in:]
    flows = (collected[f"points_{what}"] for what in ("earned", "redeemed", "expired"))
    earned, redeemed, expired = (np.cumsum(flow, 0) for flow in flows)
    columns["points_outstanding"] = (earned - redeemed - expired)[burn_in:] / POINT_UNIT
    del columns["enrolled"]
    index = pd.MultiIndex.from_product([steps, list(model.setup.brands)], names=["step", "brand"])
    return pd.DataFrame({name: value.reshape(-1) for name, value in columns.items()}, index)


def _count_of(name: str, model: TwinModel) -> list[int]:
    return model.counts[name]


def _is_left_out(model: TwinModel) -> bool:
    """Whether states are not measured in this step."""
    return (model.now - model.calendar.burn_in + 1) % model.setup.metrics.states_every != 0


def _mean_of(name: str, model: TwinModel) -> list[float]:
    """The mean of a state, by brand, over those who ever bought the brand; NaN over nobody and in steps left out."""
    means = []
    for b in range(model.n_brands):
        known = [] if _is_left_out(model) else [customer for customer in model.customers if customer.tried[b]]
        values = [customer.state_now(name, b) for customer in known]
        means.append(sum(values) / len(values) if values else float("nan"))
    return means


def _lost(model: TwinModel) -> list[int]:
    """How many have left each brand."""
    here = () if _is_left_out(model) else model.customers
    return [sum(customer.left[b] for customer in here) for b in range(model.n_brands)]


def _dormant(model: TwinModel) -> list[int]:
    """How many have not left each brand but bought none for long; nobody if that is not asked for."""
    weeks = model.setup.metrics.dormant_after_weeks
    latest = model.now - math.ceil(weeks / model.weeks - 1e-9) if weeks else -1  # forgives rounding of weeks
    here = () if _is_left_out(model) else model.customers
    return [
        sum(0 <= customer.last_bought[b] <= latest and not customer.left[b] for customer in here)
        for b in range(model.n_brands)
    ]
