"""A logit fitted to a panel by `xlogit`, which nobody here wrote, and the customers that it describes.

Utility of a brand = constant + price · p + feature · f + display · d + last · [bought the time before]; each
household's first purchase only says what was bought the time before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyaltysim.data.panel import Panel
from loyaltysim.scenario import Scenario
from loyaltysim.validation.target import require


@dataclass(frozen=True)
class ChoiceFit:
    """Coefficients in logits.

    Attributes
    ----------
    constants : by brand; the last brand of the panel is the base, 0
    price, feature, display, last : display is 0 in a panel without displays
    errors : standard error of each estimated coefficient, by its name
    log_likelihood : at the optimum
    """

    constants: dict[str, float]
    price: float
    feature: float
    display: float
    last: float
    errors: dict[str, float]
    log_likelihood: float

    def coefficients(self) -> dict[str, float]:
        """What was estimated, by name: brands without the base, price, feature, display if there is any, last."""
        effects = {"price": self.price, "feature": self.feature, "display": self.display, "last": self.last}
        return {name: value for name, value in {**self.constants, **effects}.items() if name in self.errors}

    def scenario(self, source: str, households: int) -> Scenario:
        """These customers, all alike, and the panel on whose offers they are simulated."""
        offers = [{"kind": "panel"}]
        brands = {name: {"appeal": constant, "pricing": offers} for name, constant in self.constants.items()}
        weights = {"feature_weight": self.feature, "display_weight": self.display}
        return Scenario.from_document(
            {
                "schema": 1,
                "title": f"Customers of the logit fitted to {source}",
                "focal": next(iter(brands)),
                "population": {"n_customers": households, "price_sensitivity": -self.price, "inertia": self.last},
                "behavior": {
                    "needs": {"kind": "panel"},
                    "choice": {"kind": "logit", "outside_option": False, **weights},
                },
                "brands": brands,
                "panel": {"source": source},
                "metrics": {"states_every": 0},
            }
        )


def fit_choices(panel: Panel) -> ChoiceFit:
    """Fit a whole panel by maximum likelihood.

    Raises MissingExtra if `xlogit` is not installed, RuntimeError if it finds no optimum.
    """
    xlogit = require("xlogit")
    later = panel.after_first()
    frame = later.long()
    effects = ["price", *(name for name in ("feature", "display") if frame[name].any()), "last"]
    estimated = [*panel.brands[:-1], *effects]
    constants = [(frame["brand"] == brand).to_numpy(float) for brand in panel.brands[:-1]]
    model = xlogit.MultinomialLogit()
    model.fit(
        X=np.column_stack([*constants, frame[effects]]),
        y=frame["chosen"],
        varnames=estimated,
        alts=frame["brand"],
        ids=frame["purchase"],
        verbose=0,
    )
    if not model.convergence:
        raise RuntimeError("xlogit found no optimum")
    found = dict(zip(estimated, model.coeff_.tolist()))
    return ChoiceFit(
        constants={brand: found.get(brand, 0.0) for brand in panel.brands},
        **{name: found.get(name, 0.0) for name in ("price", "feature", "display", "last")},
        errors=dict(zip(estimated, model.stderr.tolist())),
        log_likelihood=float(model.loglikelihood),
    )
