"""Collector: Mesa's DataCollector, with what the arrays have built as columns when it is asked for.

Reporters that name a series (series.py) or a customer's attribute cost next to nothing while the model runs. Any other
reporter works as in Mesa. Agents may be recorded every so many steps, and a sample of them alone.

As in any Mesa model that collects in its `step` alone, row 0 of the model's frame is of step 1, while agents are filed
under the step itself. Mesa 3.3's `batch_run` takes both by one number, "Step", and so puts the model after k + 1 steps
beside agents after k; from 3.5 on it puts those together that were collected together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from loyaltysim.mesa.row import CustomerRow
from loyaltysim.mesa.series import Column, Series, check_name, is_series, shown
from loyaltysim.mesa.view import AgentView

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.mesa.model import LoyaltyModel


class ArrayCollector(mesa.DataCollector):  # type: ignore[misc, unused-ignore]
    """What Mesa's DataCollector is, for a `LoyaltyModel`.

    Parameters
    ----------
    model : what is collected from
    model_reporters : name of the column → name of a series, or what Mesa takes
    agent_reporters : name of the column → name of a customer's attribute, or what Mesa takes
    every : record agents every so many steps, and in the last two: Mesa's `batch_run` asks for the one before the last
    rows : which customers to record, a row each; None: all
    """

    def __init__(
        self,
        model: LoyaltyModel,
        model_reporters: Mapping[str, Any],
        agent_reporters: Mapping[str, Any],
        every: int = 1,
        rows: Column | None = None,
    ) -> None:
        self._model, self.every, self.rows = model, every, rows
        self._made: list[int] = []
        """Steps that had been made at each collection."""
        self._filled, self._busy = 0, False
        self.model_reporters: dict[str, Any]
        self.agent_reporters: dict[str, Any]
        self._series = {name: said for name, said in model_reporters.items() if is_series(said, model.brands)}
        _check(model, model_reporters.values(), agent_reporters.values())
        super().__init__(model_reporters=dict(model_reporters), agent_reporters=dict(agent_reporters))
        self._said = dict(agent_reporters)
        self._agent_records: Any = Records()

    def __getstate__(self) -> dict[str, Any]:
        return {name: kept for name, kept in self.__dict__.items() if name != "agent_reporters"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.agent_reporters = {}
        for name, said in self._said.items():  # Mesa makes functions of names, which no process can send to another
            self._new_agent_reporter(name, said)

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """Everything collected from the model: a list for each column."""
        if self._filled < len(self._made) and not self._busy and self._series:
            series, rows = Series(self._model.simulation), np.array(self._made) - 1
            for name, said in self._series.items():
                self._vars[name] = series[said][rows].tolist()
            self._filled = len(self._made)
        return self._vars

    @model_vars.setter
    def model_vars(self, columns: dict[str, list[Any]]) -> None:
        self._vars = columns

    def collect(self, model: Any) -> None:
        """Record the model now, and the agents where it is their turn. Raises ValueError before the first step."""
        if model.made == 0:
            raise ValueError("there is nothing to collect before the first step")
        reporters = self.model_reporters, self.agent_reporters
        called = {name: each for name, each in self.model_reporters.items() if name not in self._series}
        steps = getattr(self, "_collection_steps", None)  # from Mesa 3.4 on
        before = 0 if steps is None else len(steps)
        self._busy, self.model_reporters, self.agent_reporters = True, called, {}
        try:  # Mesa's part, without what the arrays tell and without its walk over all agents
            super().collect(model)
        finally:
            self._busy, (self.model_reporters, self.agent_reporters) = False, reporters
        if steps is not None and len(steps) == before:
            steps.append(model.time)
        self._made.append(model.made)
        if self.agent_reporters and (model.made % self.every == 0 or model.made >= model.last - 1):
            self._agent_records.record(model.clock, *self._agents(model))

    def _agents(self, model: LoyaltyModel) -> tuple[Column, dict[str, Any]]:
        """Numbers of the recorded customers, and a column for each reporter."""
        agents = AgentView(model, self.rows)
        columns: dict[str, Any] = {}
        for name, said in self._said.items():
            if isinstance(said, str) and not hasattr(CustomerRow, said) and not model.columns.by_brand(said):
                columns[name] = agents.column(said)
            else:
                reporter = self.agent_reporters[name]  # by Mesa made into a function of an agent
                values = [reporter(agent) for agent in agents]
                columns[name] = [dict(v) if isinstance(v, Mapping) else v for v in values]
        return agents.rows + 1, columns

    def get_agent_vars_dataframe(self) -> pd.DataFrame:
        """One row for each recorded step and customer, by Step and AgentID."""
        import pandas as pd

        if not self.agent_reporters:
            return super().get_agent_vars_dataframe()  # says as Mesa does that there are none
        parts = self._agent_records.parts
        step = np.concatenate([np.full(len(ids), at) for at, (ids, _) in parts.items()] or [np.empty(0, np.int64)])
        ids = np.concatenate([ids for ids, _ in parts.values()] or [np.empty(0, np.int64)])
        index = pd.MultiIndex.from_arrays([step, ids], names=["Step", "AgentID"])
        columns = {
            name: pd.concat([pd.Series(kept[name]) for _, kept in parts.values()], ignore_index=True).to_numpy()
            if parts
            else []
            for name in self.agent_reporters
        }
        return pd.DataFrame(columns, index)


def _check(model: LoyaltyModel, of_model: Iterable[Any], of_agents: Iterable[Any]) -> None:
    """Raise AttributeError for a name that there is not: now, where Mesa would in the first step, or never."""
    for said in of_model:
        if isinstance(said, str) and not is_series(said, model.brands):
            check_name(said, model, shown(model.simulation))
    for said in of_agents:
        if isinstance(said, str) and not (hasattr(CustomerRow, said) or model.columns.by_brand(said)):
            model.columns.read(said)


class Records(Mapping[Any, list[tuple[Any, ...]]]):
    """What was recorded of agents, as Mesa keeps it: (step, number, values …) by step, made when it is looked at."""

    def __init__(self) -> None:
        self.parts: dict[Any, tuple[Column, dict[str, Any]]] = {}

    def record(self, step: Any, ids: Column, columns: dict[str, Any]) -> None:
        """Keep one step's columns."""
        self.parts[step] = ids, columns

    def __getitem__(self, step: Any) -> list[tuple[Any, ...]]:
        ids, columns = self.parts[step]
        values = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns.values()]
        return list(zip([step] * len(ids), ids.tolist(), *values))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)
