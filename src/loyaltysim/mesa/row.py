"""Row: one customer of `LoyaltyModel`, a Mesa agent whose attributes are places in the arrays.

It holds nothing itself: two objects of the same row are equal, and see the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from loyaltysim.mesa.model import LoyaltyModel


class CustomerRow(mesa.Agent):  # type: ignore[misc, unused-ignore]
    """A customer, seen in the arrays.

    Traits and states are attributes, those by brand by the brand's name: ``customer.inertia``,
    ``customer.satisfaction["Ours"] = 0.9``; `last_brand` is the number of a brand, -1 before the first purchase (of the
    twin's customers it is None then). The name ``satisfaction[Ours]`` stands for the same wherever Mesa takes
    names of attributes. `model.agents.names()` lists them. A dict by brand is written whole or, if one of its values is
    refused, not at all. Give a collector of Mesa's own the name with the brand: what stands for all brands goes on
    showing what is, unless it is copied.

    Raises
    ------
    AttributeError : for a name that there is not, or that can only be read
    KeyError : for a brand that there is not
    ValueError : for a value out of the range of customers/fields.py and mesa/ranges.py, NaN and infinity in any case.
        Expectation, inertia and taste have no ends; satisfaction, bond and what was heard have them where a kind of
        the scenario keeps them within some, as those of most shipped scenarios do
    TypeError : for what is no number, and for one number where there is one by brand
    """

    def __init__(self, model: LoyaltyModel, row: int) -> None:
        # without Mesa's own __init__, which would number it and put it into the model
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)

    @property
    def unique_id(self) -> int:
        """The customer's number, from 1; its row in the arrays is one less."""
        return int(self.row) + 1

    @property
    def pos(self) -> None:
        """Nowhere: customers have friends, not places."""
        return None

    def remove(self) -> None:
        """Refuse. Raises NotImplementedError: customers are rows of arrays, none can be taken out."""
        raise NotImplementedError("customers are rows of arrays: none can be taken out")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "model" not in self.__dict__:
            raise AttributeError(name)
        columns = self.model.columns
        if columns.by_brand(name):
            return ByBrand(self, name)
        value = columns.read(name)[self.row]
        return value.item() if hasattr(value, "item") else value

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name) or name in ("model", "row"):
            raise AttributeError(f"{name} can only be read")
        self.model.columns.write(name, self.row, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerRow) and other.model is self.model and other.row == self.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __repr__(self) -> str:
        return f"<Customer {self.unique_id}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return CustomerRow, (self.model, self.row)


class ByBrand(MutableMapping[str, Any]):
    """A customer's state by brand; a copy is a plain dict of the values now."""

    def __init__(self, customer: CustomerRow, name: str) -> None:
        self._customer, self._name = customer, name

    def __getitem__(self, brand: str) -> Any:
        self._customer.model.columns.check_brands([brand])
        return getattr(self._customer, f"{self._name}[{brand}]")

    def __setitem__(self, brand: str, value: Any) -> None:
        self.update({brand: value})

    def update(self, *given: Any, **named: Any) -> None:
        """Write values by brand, as of a dict: all of them or, if one is refused, none."""
        setattr(self._customer, self._name, dict(*given, **named))

    def __delitem__(self, brand: str) -> None:
        raise TypeError(f"{self._name} of {brand} can be written, not taken out")

    def __iter__(self) -> Iterator[str]:
        return iter(self._customer.model.brands)

    def __len__(self) -> int:
        return len(self._customer.model.brands)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return dict(self)
