"""Told: the arguments of a model as Mesa's own Scenario, where the installed Mesa has that class.

From Mesa 3.5 on SolaraViz makes a model anew, at every Reset, with a scenario of its present scenario's class, and
gives that nothing but values of sliders which the class knows. So the class of what is told here remembers the market.
"""

from __future__ import annotations

from typing import Any

try:
    from mesa.experimental import scenarios
except ImportError:  # before Mesa 3.5
    scenarios = None  # type: ignore[assignment, unused-ignore]

MesaScenario: Any = getattr(scenarios, "Scenario", None)
"""Mesa's own class of arguments; None where it has none."""


def tell(scenario: Any, seed: int, given: dict[str, Any]) -> Any:
    """The arguments of a model as Mesa's Scenario; None where there is no such class."""
    return None if MesaScenario is None else _class_of(scenario)(rng=seed, **given)


def seed_of(scenario: Any) -> Any:
    """The seed that a Mesa scenario was given; None: none. From Mesa 4 on others than ours keep but its generator."""
    return getattr(scenario, "given_rng", scenario.rng)


if MesaScenario is not None:

    class Told(MesaScenario):  # type: ignore[misc, unused-ignore]
        """Arguments of a model; a class derived from it has the market as the default of `scenario`."""

        __slots__ = ("given_rng",)

        def __init__(self, *, rng: Any = None, **given: Any) -> None:
            self.given_rng = rng
            super().__init__(rng=rng, **given)

        def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
            _, _, *state = super().__reduce_ex__(2)
            return _blank, (type(self).scenario, self.given_rng), *state


def _class_of(scenario: Any) -> Any:
    """The class of what is told of a market."""
    return type("Told", (Told,), {"__slots__": (), "__annotations__": {"scenario": Any}, "scenario": scenario})


def _blank(scenario: Any, rng: Any) -> Any:
    """An object of that class, before the rest of its state is set: for copies."""
    kind = _class_of(scenario)
    blank = kind.__new__(kind)
    blank.given_rng = rng
    return blank
