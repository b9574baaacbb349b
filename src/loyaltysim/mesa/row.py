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
    ``customer.satisfaction["Ours"] = 0.9``; the name ``satisfaction[Ours]`` stands for the same wherever Mesa takes
    names of attributes. `model.agents.names()` lists them. Give a collector of Mesa's own that name too: what stands
    for all brands goes on showing what is, unless it is copied.

    Raises
    ------
    AttributeError : for a name that there is not, or that can only be read
    ValueError : for a value out of the range in customers/fields.py. Satisfaction, expectation, bond, what was heard,
        inertia and taste have no ends there: how far they go is said by the kind that makes them
    TypeError : for one number where there is one by brand
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
        if self.model.columns.by_brand(name) and isinstance(value, MutableMapping | dict):
            own = ByBrand(self, name)
            own.update(value)
        elif self.model.columns.by_brand(name):
            raise TypeError(f"{name} is by brand: write {name}[brand], or a dict by brand; was {value!r}")
        else:
            self.model.columns.write(name, self.row, _single(name, value))

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
        self._there(brand)
        return getattr(self._customer, f"{self._name}[{brand}]")

    def __setitem__(self, brand: str, value: Any) -> None:
        self._there(brand)
        setattr(self._customer, f"{self._name}[{brand}]", value)

    def _there(self, brand: str) -> None:
        brands = self._customer.model.brands
        if brand not in brands:
            raise KeyError(f"there is no brand {brand!r}; there are: {', '.join(brands)}")

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


def _single(name: str, value: Any) -> Any:
    """Refuse a list where one number is meant."""
    if getattr(value, "ndim", 0) or isinstance(value, list | tuple | dict):
        raise TypeError(f"{name} must be a number, was {value!r}")
    return value
