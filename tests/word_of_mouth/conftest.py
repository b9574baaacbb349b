"""Networks and messages by hand."""

import numpy as np
import pytest

from loyaltysim.customers.network import Neighbors


def _network(n: int, ties: dict[tuple[int, int], int] | list[tuple[int, int]], replications: int = 1) -> Neighbors:
    """Customers with some ties, the same in each replication; a dict gives strengths in 1/1024."""
    weights = ties if isinstance(ties, dict) else dict.fromkeys(ties, 1024)
    friends = {row: {} for row in range(n * replications)}
    for (one, other), strength in weights.items():
        for r in range(replications):
            friends[one + r * n][other + r * n] = friends[other + r * n][one + r * n] = strength
    lists = [sorted(friends[row].items()) for row in range(n * replications)]
    first = np.cumsum([0, *map(len, lists)])
    neighbor = np.array([who for own in lists for who, _ in own], np.int32)
    strength = np.array([how for own in lists for _, how in own], np.int32)
    return Neighbors(n, first, neighbor, strength if isinstance(ties, dict) else None)


def _say(simulation, messages) -> None:
    """Put messages (sender's row, brand, strength in 1/1024, luck) into the pile of the last step."""
    pile = simulation.world.messages.piles[0]
    pile.room_for(len(messages))
    for sender, brand, strength, *luck in messages:
        pile.sender[pile.n], pile.brand[pile.n], pile.strength[pile.n] = sender, brand, strength
        pile.luck[pile.n] = luck[0] if luck else 0
        pile.n += 1


@pytest.fixture(scope="session")
def network():
    """`network(n, ties, replications)` is a network by hand."""
    return _network


@pytest.fixture(scope="session")
def say():
    """`say(simulation, messages)` leaves messages for the next `hear`."""
    return _say
