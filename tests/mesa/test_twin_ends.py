"""The twin ends with its scenario, and a copy of it goes on as it does."""

import copy
import pickle

import pandas as pd
import pytest
from mesa_contract import SHORT, needs_run_for, steps_of

import loyaltysim as ls
from loyaltysim.mesa import TwinModel

MANY = 300  # friends in a chain of so many are more than Python's stack holds


def frame(model):
    return model.datacollector.get_model_vars_dataframe()


def finish(model):
    while model.running:
        model.step()
    return model


@pytest.mark.parametrize("luck", ["keyed", "mesa"])
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda twin: pickle.loads(pickle.dumps(twin))], ids=["deep", "pickle"]
)
def test_copy__of_a_twin_goes_on_as_the_twin_does(copied, luck):
    twin = TwinModel(rng=1, n_customers=MANY, luck=luck, **SHORT)
    for _ in range(3):
        twin.step()
    other = copied(twin)
    assert other.customers[5] is not twin.customers[5] and other.customers[5].model is other
    for mine, its in zip(twin.customers, other.customers, strict=True):
        assert [friend.number for friend in its.friends] == [friend.number for friend in mine.friends]
        assert all(friend is other.customers[friend.number] for friend in its.friends)
    before = frame(twin)
    pd.testing.assert_frame_equal(frame(finish(other)), frame(finish(twin)))
    assert len(before) == 3 and frame(twin)["purchases[Ours]"].sum() > before["purchases[Ours]"].sum()


def test_copy__keeps_who_brought_whom():
    scenario = ls.load("referral").vary({"population.n_customers": 200, "steps": 12, "metrics.period_steps": 4})
    twin = finish(TwinModel(scenario=scenario, rng=1))
    numbers, its = ([c.referrer and c.referrer.number for c in one.customers] for one in (twin, copy.deepcopy(twin)))
    assert numbers == its and any(number is not None for number in numbers)


def test_step__after_the_last_is_refused_and_not_counted():
    twin = finish(TwinModel(rng=1, n_customers=30, **SHORT))
    with pytest.raises(IndexError, match="the scenario has 8 steps, burn-in included, and none left"):
        twin.step()
    assert steps_of(twin) == twin.made == twin.last == 8
    assert repr(twin).startswith("<TwinModel of ") and repr(twin).endswith(", step 8 of 8>")


@needs_run_for
def test_run_for__more_steps_than_there_are_makes_none():
    twin = TwinModel(rng=1, n_customers=30, **SHORT)
    with pytest.raises(IndexError, match="and 8 left"):
        twin.run_for(9)
    assert twin.made == 0
    twin.run_for(8)
    assert twin.made == 8 and not twin.running
