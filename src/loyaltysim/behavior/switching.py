"""Switching: a choice model without utilities, a Markov chain of brands."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.behavior.choice import CHOICE, Choice
from loyaltysim.draws import salt, uniform
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.jit import jit
from loyaltysim.market.shoppers import Shoppers
from loyaltysim.record import setting
from loyaltysim.world import World

i4 = np.int32


class Switching(Choice):
    """A brand is drawn from the row of a matrix that belongs to the brand last bought: a Markov chain (eq. E13)."""

    kind: Literal["switching"] = "switching"
    reads = ("last_brand",)

    matrix: tuple[tuple[float, ...], ...] = setting(
        ...,
        "Chances from the brand last bought (row) to the brand bought now (column), in the order of the brands.",
        unit="1",
    )

    @model_validator(mode="after")
    def _check(self) -> Switching:
        faults = []
        for number, row in enumerate(self.matrix):
            if len(row) != len(self.matrix):
                entries = f"row {number} has {len(row)} entries, and there are {len(self.matrix)} rows"
                faults.append(f"the matrix must be square: {entries}")
            elif min(row) < 0 or abs(sum(row) - 1) > 1e-9:  # rounding of decimal fractions
                faults.append(f"row {number} of the matrix must be chances that add up to 1, was {list(row)}")
        if faults:
            raise ScenarioError(Fault(None, None, "matrix", message) for message in faults)
        return self

    def check_brands(self, n_brands: int) -> list[str]:
        """What is wrong with the matrix for this number of brands."""
        if len(self.matrix) == n_brands:
            return []
        return [f"the matrix has {len(self.matrix)} rows, and there are {n_brands} brands"]

    def open(self, world: World) -> np.ndarray:
        """Cumulative chances: rows for each last brand, and one more, uniform, for who has bought nothing yet."""
        world.stage("last_brand")
        none_yet = np.full(world.customers.n_brands, 1 / world.customers.n_brands)
        cumulative = np.cumsum([*self.matrix, none_yet], axis=1).astype(np.float32)
        cumulative[:, -1] = 1.0
        return cumulative

    def choose(self, own: np.ndarray, world: World, shoppers: Shoppers, step: int, occasion: int) -> None:
        _switch(own, shoppers.columns["last_brand"], shoppers.key, shoppers.n, CHOICE, step, occasion, shoppers.brand)


@jit
def _switch(cumulative, last, key, n, purpose, step, occasion, brand):
    """Draw a brand from the row of the last one; who has none takes the last row."""
    luck = salt(purpose, step, occasion, 0)
    n_brands = cumulative.shape[1]
    for q in range(n):
        row = cumulative[last[q] if last[q] >= 0 else n_brands]
        u = uniform(key[q], luck)
        place = i4(0)
        for b in range(n_brands - 1):
            place += i4(row[b] <= u)
        brand[q] = place
