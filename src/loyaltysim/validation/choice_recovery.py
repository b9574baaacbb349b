"""What an estimator that nobody here wrote finds in simulated choices: the numbers that were put in (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.data.panels import find_panel
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.choice_fit import fit_choices
from loyaltysim.validation.target import Check, target

APPEALS = {"A": 2.5, "B": 2.2, "C": 2.0}  # assumed: no brand is rare at a price of 1 and a slope of -2
PRICE, LAST = -2.0, 1.2
PRICE_SD = 0.2
HOUSEHOLDS, PURCHASES = 2000, 25


def offers(seed: int) -> str:
    """A panel of chance prices as a CSV text: each household has a first purchase and `PURCHASES` after it.

    Only the first choice of a household counts; the others are there because a panel has choices, and are simulated.
    """
    rng = np.random.default_rng(seed)
    rows = HOUSEHOLDS * (PURCHASES + 1)
    prices = np.maximum(rng.normal(1.0, PRICE_SD, (rows, len(APPEALS))), 0.0)
    chosen = rng.choice(list(APPEALS), rows)
    lines = [",".join(["id", "choice", *(f"price.{brand}" for brand in APPEALS)])]
    for row in range(rows):
        price = ",".join(f"{value:.4f}" for value in prices[row])
        lines.append(f"{row // (PURCHASES + 1)},{chosen[row]},{price}")
    return "\n".join(lines) + "\n"


def simulated_panel(seed: int = 1) -> Panel:
    """Homogeneous customers' purchases at chance prices, first purchases included, as an estimator reads them."""
    brands = {brand: {"appeal": appeal, "pricing": [{"kind": "panel"}]} for brand, appeal in APPEALS.items()}
    with TemporaryDirectory() as folder:
        (Path(folder) / "offers.csv").write_text(offers(seed), "utf-8")
        scenario = Scenario.from_document(
            {
                "schema": 1,
                "focal": "A",
                "steps": PURCHASES,
                "burn_in": 0,
                "population": {"n_customers": HOUSEHOLDS, "price_sensitivity": -PRICE, "inertia": LAST},
                "behavior": {"needs": {"kind": "panel"}, "choice": {"kind": "logit", "outside_option": False}},
                "brands": brands,
                "panel": {"source": "offers.csv"},
                "metrics": {"period_steps": 0, "states_every": 0},
            },
            folder=Path(folder),
        )
        panel = find_panel("offers.csv", Path(folder))
        log = Simulation(scenario, seed=seed, log=True).run().transactions
    assert log is not None  # asked for above
    frame = log.frame()
    chosen = panel.chosen.copy().reshape(HOUSEHOLDS, PURCHASES + 1)
    chosen[:, 1:] = frame["brand"].cat.codes.to_numpy().reshape(HOUSEHOLDS, PURCHASES)
    return replace(panel, chosen=chosen.ravel())


@target(
    "R6",
    source="xlogit 0.2.7 on simulated choices of customers whose coefficients are known",
    says="2000 like households, 25 choices each of three brands at chance prices, the first choice dropped.",
    needs=("xlogit",),
)
def recovered_choices() -> Iterator[Check]:
    """The price and last-brand coefficients come back, and the constants."""
    fit = fit_choices(simulated_panel())
    yield Check("price", PRICE, fit.price, fit.errors["price"], 0.25)
    yield Check("last brand", LAST, fit.last, fit.errors["last"], 0.05)
    for brand in list(APPEALS)[:-1]:
        constant, error = APPEALS[brand] - APPEALS["C"], fit.errors[brand]
        yield Check(f"constant of {brand}", constant, fit.constants[brand], error, 3 * error)
