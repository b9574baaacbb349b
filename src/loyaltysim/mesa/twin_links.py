"""The twin's links: customers who know each other, as numbers, so that a twin can be copied and pickled.

Followed from friend to friend, a pickle or a deep copy would go deeper than Python lets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.mesa.twin_customer import Customer

LINKS = ("friends", "referrer")
"""What a customer has of other customers; its model keeps them in a copy."""


class Linked:
    """A model whose customers know each other."""

    customers: list[Customer]

    def __getstate__(self) -> dict[str, Any]:
        friends = [[friend.number for friend in customer.friends] for customer in self.customers]
        referrers = [customer.referrer and customer.referrer.number for customer in self.customers]
        return {**self.__dict__, "_links": (friends, referrers)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        everybody = self.customers
        for customer, friends, referrer in zip(everybody, *self.__dict__.pop("_links")):
            customer.friends = [everybody[number] for number in friends]
            customer.referrer = None if referrer is None else everybody[referrer]


class Acquainted:
    """A customer of such a model."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in LINKS}
