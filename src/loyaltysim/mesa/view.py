"""View: the customers of `LoyaltyModel` as Mesa's AgentSet shows agents, over the arrays.

`get`, `set`, `agg`, `sort` and `groupby` with names of attributes work on whole columns; what takes a function of an
agent calls it with one `CustomerRow` after the other, as Mesa does, and takes Mesa's time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from loyaltysim.mesa.row import CustomerRow
from loyaltysim.mesa.series import Column

try:
    from mesa.agentset import AgentSet, GroupBy
except ImportError:  # Mesa 3.3
    from mesa.agent import AgentSet, GroupBy

if TYPE_CHECKING:
    from random import Random

    from loyaltysim.mesa.model import LoyaltyModel


class AgentView(Sequence[CustomerRow]):
    """Customers in some order, with the methods of Mesa's AgentSet.

    Parameters
    ----------
    model : whose customers they are
    rows : which, and in which order; None: all
    """

    def __init__(self, model: LoyaltyModel, rows: Column | None = None) -> None:
        self.model = model
        self.rows = np.arange(model.n_customers) if rows is None else rows

    @property
    def random(self) -> Random:
        """The model's random generator, which shuffles."""
        generator: Random = self.model.random
        return generator

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[CustomerRow]:
        return (CustomerRow(self.model, row) for row in self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        ours = isinstance(agent, CustomerRow) and agent.model is self.model
        return ours and bool((self.rows == agent.row).any())  # type: ignore[union-attr, attr-defined, unused-ignore]

    @overload
    def __getitem__(self, item: int) -> CustomerRow: ...
    @overload
    def __getitem__(self, item: slice) -> list[CustomerRow]: ...  # type: ignore[override, unused-ignore]
    def __getitem__(self, item: int | slice) -> CustomerRow | list[CustomerRow]:
        """The agent at a place, or a list of those in a slice."""
        if isinstance(item, slice):
            return [CustomerRow(self.model, row) for row in self.rows[item].tolist()]
        return CustomerRow(self.model, int(self.rows[item]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgentView) and other.model is self.model and np.array_equal(self.rows, other.rows)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} customers of {self.model!r}>"

    def __copy__(self) -> AgentView:
        return AgentView(self.model, self.rows.copy())

    def copy(self) -> AgentView:
        """Another view of the same customers."""
        return self.__copy__()

    def to_list(self) -> list[CustomerRow]:
        """All agents in a list."""
        return list(self)

    def names(self) -> list[str]:
        """Names of all attributes that customers have in this scenario."""
        return ["unique_id", *self.model.columns.names()]

    def column(self, name: str) -> Column:
        """An attribute of all the agents as an array, a copy of the widest kind: the numbers that the agents show.

        Raises AttributeError if there is no such attribute.
        """
        values: Column = self.rows + 1 if name == "unique_id" else self.model.columns.read(name)[self.rows]
        return values.astype({"f": np.float64, "i": np.int64, "u": np.int64}.get(values.dtype.kind, values.dtype))

    def select(
        self,
        filter_func: Callable[[CustomerRow], bool] | Column | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> AgentView:
        """Those for whom a function is true, or where an array of truth values is, at most so many or such a share."""
        if isinstance(at_most, float) and at_most <= 1:
            at_most = int(len(self) * at_most)
        rows = self.rows
        if agent_type is not None and not issubclass(CustomerRow, agent_type):
            rows = rows[:0]
        elif isinstance(filter_func, np.ndarray):
            rows = rows[filter_func]
        elif filter_func is not None:
            some: list[int] = []
            for row in rows.tolist():
                if len(some) >= at_most:
                    break
                if filter_func(CustomerRow(self.model, row)):
                    some.append(row)
            rows = np.array(some, np.int64)
        rows = rows if at_most >= len(rows) else rows[: max(int(at_most), 0)]
        return self._with(rows.copy(), inplace)

    def shuffle(self, inplace: bool = False) -> AgentView:
        """The same in a random order, by the model's generator."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._with(np.array(rows, np.int64), inplace)

    def sort(
        self, key: Callable[[CustomerRow], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> AgentView:
        """The same in the order of an attribute or of a function, the largest first unless `ascending`."""
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(self)), key=values.__getitem__, reverse=not ascending)
        return self._with(self.rows[order], inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentView:
        """Call a method by name, or a function, of each agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentView:
        """Call a method by name, or a function, of each agent in random order; this view's own order stays."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What a method by name, or a function, gives for each agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """What a function, or each of several, makes of the list of an attribute's values.

        Raises TypeError for a function of numbers where there is one for each brand.
        """
        values = self.get(attribute)
        try:
            return func(values) if callable(func) else [each(values) for each in func]
        except TypeError as error:
            if not self.model.columns.by_brand(attribute):
                raise
            one = f"{attribute}[{self.model.brands[0]}]"
            raise TypeError(f"{attribute} is by brand: ask for that of one, {one!r} ({error})") from error

    def get(
        self,
        attr_names: str | list[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """An attribute's values in a list, or for several attributes a list for each agent.

        Raises AttributeError if there is no such attribute and `handle_missing` is "error".
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f'handle_missing must be "error" or "default", was {handle_missing!r}')
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns)] if columns else [[] for _ in self.rows]
        if hasattr(CustomerRow, attr_names) or self.model.columns.by_brand(attr_names):
            return [getattr(agent, attr_names) for agent in self]
        try:
            return list(self.column(attr_names).tolist())
        except AttributeError:
            if handle_missing == "error":
                raise
            return [default_value] * len(self)

    def set(self, attr_name: str, value: Any) -> AgentView:
        """Set an attribute of all agents to a value, or to an array with one for each; what is by brand, to a dict.

        If a value is refused, none is set. Errors as of `CustomerRow`, and ValueError for another number of values than
        of agents.
        """
        if hasattr(CustomerRow, attr_name):
            raise AttributeError(f"{attr_name} can only be read")
        self.model.columns.write(attr_name, self.rows, value)
        return self

    def groupby(self, by: Callable[[CustomerRow], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Agents by an attribute's value, or by what a function gives, as Mesa's GroupBy of views (or of lists)."""
        values = self.get(by) if isinstance(by, str) else [by(agent) for agent in self]
        groups: dict[Any, list[int]] = defaultdict(list)
        for row, value in zip(self.rows.tolist(), values):
            groups[value].append(row)
        views = {value: AgentView(self.model, np.array(rows, np.int64)) for value, rows in groups.items()}
        return GroupBy({v: view.to_list() for v, view in views.items()} if result_type == "list" else views)

    def add(self, agent: CustomerRow) -> None:
        """Show one more customer of the model. Raises TypeError for anything else."""
        if not isinstance(agent, CustomerRow) or agent.model is not self.model:
            raise TypeError(f"{agent!r} is no customer of {self.model!r}")
        if agent not in self:
            self.rows = np.append(self.rows, agent.row)

    def discard(self, agent: CustomerRow) -> None:
        """Show a customer no longer, if it is here; it stays in the model."""
        if agent in self:
            self.rows = self.rows[self.rows != agent.row]

    def remove(self, agent: CustomerRow) -> None:
        """Show a customer no longer; it stays in the model. Raises KeyError if it is not here."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _with(self, rows: Column, inplace: bool) -> AgentView:
        if not inplace:
            return AgentView(self.model, rows)
        self.rows = rows
        return self


AgentSet.register(AgentView)  # `isinstance` says that a view is what it stands for
