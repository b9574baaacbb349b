"""LoyaltyModel: a scenario as a Mesa model like any other, at the speed of the arrays.

    model = ls.mesa.LoyaltyModel(scenario="grocery", rng=1)
    model.run_model()
    model.datacollector.get_model_vars_dataframe()["purchases[Ours]"]

A step is a step of the calendar; those of the burn-in come first, as in `Simulation` and in the twin. `agents` are rows
of arrays (view.py, row.py), seen and changed between steps; what they do in a step is said in the arrays' kernels, and
to read in the twin (twin.py). `results()` is the Dataset of `simulate` with the same seed, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim import checkpoint
from loyaltysim.mesa.asked import SEED, SHIPPED, ask
from loyaltysim.mesa.collector import ArrayCollector
from loyaltysim.mesa.columns import Columns
from loyaltysim.mesa.finite import Finite
from loyaltysim.mesa.row import CustomerRow
from loyaltysim.mesa.series import Column, Series, is_series, no_series, shown
from loyaltysim.mesa.view import AgentView
from loyaltysim.simulation import Simulation, check_count

if TYPE_CHECKING:
    import xarray as xr


class LoyaltyModel(Finite):
    """A market of customers that are rows of arrays.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a file, what `load` gives, or a Mesa Scenario whose entries are
        arguments of this class; arguments given beside it count more, but its seed is its own
    rng : the seed: a whole number 0 … 2**63 - 1, also as digits; None takes one from the operating system, as Mesa
        does. Not given it is 1. `batch_run` keeps to that in all its runs before Mesa 3.5: vary it there among the
        parameters, ``"rng": [1, 2]``. From 3.5 on `batch_run` gives every run a seed by an argument of its own,
        ``rng=[1, 2]``, or None, which is other luck in each run, and overrules what stands among the parameters
    n_customers : how many customers; None: as many as the scenario says
    model_reporters : name of the column → name of a series (`purchases[Ours]`; mesa/series.py), or what Mesa's
        DataCollector takes; None: a choice of series. `satisfaction`, `bond` and `trust` are means over those who ever
        bought the brand, where `agents` are everybody: ``agents.select(agents.column("tried[Ours]"))`` are those. They
        are NaN in the burn-in and between the steps in which they are measured: ``**{"metrics.states_every": 1}``
        measures them in every step
    agent_reporters : name of the column → name of a customer's attribute (`satisfaction[Ours]`), or what Mesa takes
    agents_every : record agents every so many steps, and in the last two (Mesa's `batch_run` asks for the one before
        the last); None: every step
    agents_sample : record so many customers, drawn once; None: all
    threads : as of `simulate`
    kwargs : settings by path, as of `Scenario.vary`: ``**{"brands.Ours.price": 2.2}``. They are keyword arguments so
        that Mesa's `batch_run` and sliders can vary them

    Attributes
    ----------
    setup : the loyaltysim scenario (`scenario` is Mesa's own, from Mesa 3.5 on)
    simulation : the `Simulation` that is stepped
    brands : names of the brands, in the order of their numbers

    Raises
    ------
    TypeError : for an unknown keyword argument
    AttributeError : for a reporter of a name that there is not; in a class of your own, whose attributes may come
        after this, at the first step where it may be one of the model's
    ScenarioError : (a ValueError) for an unusable seed, an unknown path, or a scenario that cannot be opened
    """

    def __init__(
        self,
        *,
        scenario: Any = SHIPPED,
        rng: Any = SEED,
        n_customers: int | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        agents_every: int | None = None,
        agents_sample: int | None = None,
        threads: int | None = None,
        **kwargs: Any,
    ) -> None:
        own: dict[str, Any] = {
            "n_customers": n_customers, "model_reporters": model_reporters, "agent_reporters": agent_reporters,
            "agents_every": agents_every, "agents_sample": agents_sample, "threads": threads,
        }  # fmt: skip
        self.setup, seed, given, mesa_scenario = ask("LoyaltyModel", scenario, rng, own, kwargs)
        super().__init__(rng=seed)
        if mesa_scenario is not None:
            self.scenario = mesa_scenario
        self.simulation = Simulation(self.setup, seed=seed, threads=given.get("threads"))
        self._open(given)

    def _open(self, given: Mapping[str, Any]) -> None:
        """Make what looks at the arrays."""
        self.brands, self.columns = self.simulation.world.brands, Columns(self.simulation)
        every, sample, rows = given.get("agents_every"), given.get("agents_sample"), None
        if sample is not None:
            drawn = np.random.default_rng(self.simulation.seed)  # not the model's own, which is the user's
            rows = drawn.choice(self.n_customers, check_count("agents_sample", sample, self.n_customers), replace=False)
            rows.sort()
        reporters = given.get("model_reporters")
        if reporters is None:
            reporters = {name: name for name in shown(self.simulation)}
        every = 1 if every is None else check_count("agents_every", every)
        self.datacollector = ArrayCollector(self, reporters, given.get("agent_reporters") or {}, every, rows)

    @property
    def n_customers(self) -> int:
        """How many customers there are, prospects and lapsed ones too."""
        return self.simulation.world.customers.n_customers

    @property
    def made(self) -> int:
        """Steps made so far."""
        return self.simulation.now

    @property
    def last(self) -> int:
        """Steps there are, burn-in included."""
        return self.simulation.calendar.last

    @property
    def clock(self) -> Any:
        """What Mesa files records under: its time where it has one, else its count of steps."""
        return self.time if hasattr(self, "time") else self.steps

    @property
    def agents(self) -> AgentView:
        """All customers."""
        return AgentView(self)

    @property
    def agent_types(self) -> list[type]:
        """The one type of agents."""
        return [CustomerRow]

    @property
    def agents_by_type(self) -> dict[type, AgentView]:
        """All customers, under their type."""
        return {CustomerRow: self.agents}

    def register_agent(self, agent: Any) -> None:
        """Refuse. Raises NotImplementedError: customers are rows of arrays, other agents have no place in a step."""
        raise NotImplementedError("customers are rows of arrays: no agent can join them (see ls.mesa.TwinModel)")

    def remove_all_agents(self) -> None:
        """Refuse. Raises NotImplementedError: customers are rows of arrays, none can be taken out."""
        raise NotImplementedError("customers are rows of arrays: none can be taken out")

    def step(self) -> None:
        """One step of the market, and the collection of it. Raises IndexError after the last."""
        self.simulation.step()
        self.running = self.made < self.last
        self.datacollector.collect(self)

    def series(self, name: str) -> Column:
        """One number for each step made; names as of `model_reporters`. Raises KeyError for an unknown one."""
        if not is_series(name, self.brands):
            raise KeyError(no_series(name, self.brands, shown(self.simulation)))
        return Series(self.simulation)[name]

    def results(self) -> xr.Dataset:
        """The Dataset of `simulate`; steps not yet made count as 0."""
        return self.simulation.results()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        simulation = state.pop("simulation")
        del state["columns"]
        return state | {
            "_arrays": checkpoint.state_of(simulation), "_threads": len(simulation.world.workers),
            "_simulated_seed": simulation.seed,
        }  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        arrays, threads, seed = (state.pop(name) for name in ("_arrays", "_threads", "_simulated_seed"))
        self.__dict__.update(state)
        self.simulation = Simulation(self.setup, seed=seed, threads=threads)
        checkpoint.take_over(self.simulation, arrays)
        self.columns = Columns(self.simulation)
