"""A market that nobody steps any more, and an ordinary Mesa model with the same numbers."""

import pytest
from mesa_contract import PlainModel, finished


@pytest.fixture(scope="module")
def ours():
    return finished(rng=2)


@pytest.fixture(scope="module")
def theirs(ours):
    return PlainModel(ours, rng=2)
