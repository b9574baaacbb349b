"""Finite: a Mesa model that ends with its scenario, so that Mesa counts no step and no time after the last."""

from __future__ import annotations

from typing import Any

import mesa

from loyaltysim.scenario import Scenario


class Finite(mesa.Model):  # type: ignore[misc, unused-ignore]
    """A model of a scenario's steps."""

    setup: Scenario

    def __init__(self, rng: Any) -> None:
        super().__init__(rng=rng)
        self._mesa_step = self.step
        self.step = self._step_if_any  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.setup.title or 'a scenario'}, step {self.made} of {self.last}>"

    @property
    def made(self) -> int:
        """Steps made so far."""
        raise NotImplementedError

    @property
    def last(self) -> int:
        """Steps there are, burn-in included."""
        raise NotImplementedError

    def step(self) -> None:
        """One step of the market. Raises IndexError after the last."""
        raise NotImplementedError

    def _step_if_any(self) -> None:
        self._look_ahead(1)
        self._mesa_step()

    def _look_ahead(self, steps: float) -> None:
        """Raise IndexError where the scenario has not so many steps left: before Mesa counts them."""
        if self.made + steps > self.last:
            left = f"{self.last - self.made} left" if self.made < self.last else "none left: the model has finished"
            raise IndexError(f"the scenario has {self.last} steps, burn-in included, and {left}")

    if hasattr(mesa.Model, "run_for"):  # from Mesa 3.5 on

        def run_for(self, duration: float) -> None:
            """So many steps. Raises IndexError where there are fewer; `run_model` runs to the end."""
            self._look_ahead(duration)
            super().run_for(duration)

        def run_until(self, end_time: float) -> None:
            """Steps up to a time. Raises IndexError where there are not so many."""
            self._look_ahead(end_time - self.time)
            super().run_until(end_time)
