"""Asked: the market and the luck that the arguments of a model of this room ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from loyaltysim.faults import nearest
from loyaltysim.loading import load
from loyaltysim.mesa.told import MesaScenario, seed_of, tell
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import check_seed


class NotGiven(int):
    """The seed that counts where none is given: no other object is this one, whatever its value."""


SHIPPED, SEED = "grocery", NotGiven(1)
OF_ARRAYS, OF_TWIN = "LoyaltyModel alone has it", "TwinModel alone has it"
ELSEWHERE = {
    "threads": f"{OF_ARRAYS}: the twin's customers act one by one",
    **dict.fromkeys(("agents_every", "agents_sample"), f"{OF_ARRAYS}: the twin records all agents in every step"),
    "luck": f"{OF_TWIN}: the arrays' draws are keyed",
    "replication": f"{OF_TWIN}: here another rng is other luck",
}
"""Arguments of one model of this room that the other has not, and why."""


def read_seed(rng: Any) -> int:
    """The seed, by the operating system for None. Raises ScenarioError for what is none."""
    if rng is None:
        return int(np.random.SeedSequence().entropy) % 2**63  # type: ignore[arg-type]
    return check_seed(rng, "rng")


def one_seed(own: Any, given: Any) -> Any:
    """The seed of a Mesa scenario, else the one given. Raises ValueError for two that differ.

    From Mesa 4 on a scenario keeps its seed as a generator.
    """
    if isinstance(own, np.random.Generator):
        own = seed_of_generator(own)
    if own is None or given is None or given is SEED or given == own:
        return given if own is None else own
    raise ValueError(f"the Mesa scenario has the rng {own}, and another was given: {given}")


def seed_of_generator(generator: np.random.Generator) -> int:
    """The seed that a fresh generator was made with; of another the first number that it will give."""
    seed = getattr(generator.bit_generator.seed_seq, "entropy", None)
    if isinstance(seed, int) and seed < 2**63:
        if np.random.default_rng(seed).bit_generator.state == generator.bit_generator.state:
            return seed
    return int(deepcopy(generator).integers(2**63))


class Asked(NamedTuple):
    """What arguments ask for."""

    setup: Scenario
    seed: int
    given: dict[str, Any]
    """The arguments by name, those of a Mesa scenario among them; None: as usual."""
    mesa_scenario: Any
    """The arguments as Mesa's own Scenario; None where the installed Mesa has none."""


def ask(model: str, scenario: Any, rng: Any, own: Mapping[str, Any], settings: Mapping[str, Any]) -> Asked:
    """Read the arguments of a model of this room.

    Parameters
    ----------
    model : the name of its class, for messages
    scenario, rng : as it takes them; `scenario` may be a Mesa Scenario, whose entries are arguments
    own : its other arguments by name; None where one is not given
    settings : changes of the scenario by path

    Raises
    ------
    TypeError : for an unknown argument
    ScenarioError : (a ValueError) for an unusable seed, or a scenario that cannot be
    """
    given, of_mesa = {**own, **settings}, None
    if MesaScenario is not None and isinstance(scenario, MesaScenario):
        of_mesa, entries = scenario, dict(scenario)
        entries.pop("rng", None)  # among the entries before Mesa 4
        rng, scenario = one_seed(seed_of(of_mesa), rng), entries.pop("scenario", SHIPPED)
        given = entries | {name: value for name, value in given.items() if value is not None}
    seed = read_seed(rng)
    changes = {name: value for name, value in given.items() if name not in own}
    setup = read_scenario(model, scenario, given.get("n_customers"), changes, own)
    if of_mesa is None:
        of_mesa = tell(scenario, seed, {name: value for name, value in given.items() if value is not None})
    return Asked(setup, seed, given, of_mesa)


def read_scenario(
    model: str, given: Any, n_customers: int | None, settings: dict[str, Any], own: Iterable[str]
) -> Scenario:
    """The loyaltysim scenario that arguments of a model ask for."""
    if not isinstance(given, Scenario | str | Path):
        raise TypeError(f"scenario must be a name, a path or a Scenario, was {given!r}")
    fields = list(Scenario.model_fields)
    for name in settings:
        if "." not in name and name not in fields:
            near = "rng" if name == "seed" else nearest(name, ("scenario", "rng", *own, *fields))
            hint = ELSEWHERE.get(name, "" if near is None else f"did you mean {near!r}?")
            raise TypeError(f"{model}() got an unexpected keyword argument {name!r}{hint and '; '}{hint}")
    if n_customers is not None:
        settings = {"population.n_customers": n_customers, **settings}
    scenario = given if isinstance(given, Scenario) else load(given)
    return scenario.vary(settings) if settings else scenario
