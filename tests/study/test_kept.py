"""A comparison in a store: the same bits as without one, made once, and gone on with where it stopped."""

import numpy as np
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim.study import fill
from loyaltysim.study.store import Store

MARKET = ls.load("grocery").vary(
    {"population.n_customers": 80, "steps": 16, "burn_in": 3, "metrics.period_steps": 5, "metrics.states_every": 5}
)
CHEAPER = MARKET.vary({"brands.Ours.price": 1.8})
PAIR = {"as it is": MARKET, "cheaper": CHEAPER}


@pytest.fixture
def made(monkeypatch):
    """How many runs are made, in jobs of one run that are each a batch."""
    real, count = fill.do, []

    def do(job, *args):
        count.extend(job.keys)
        return real(job, *args)

    monkeypatch.setattr(fill, "do", do)
    monkeypatch.setattr(fill, "BATCH_SECONDS", 0.0)
    monkeypatch.setattr("loyaltysim.study.kept.STACK_ROWS", 1)
    return count


def assert_same(found, wanted):
    for name, data in wanted.runs.items():
        xr.testing.assert_identical(found.runs[name], data)
        assert all(found.runs[name][v].dtype == data[v].dtype for v in data.variables)
    assert found.effects.equals(wanted.effects)


def test_comparison_in_a_store__is_the_one_without_and_no_run_is_made_twice(tmp_path, made):
    few, told = ls.compare(PAIR, replications=3), []
    found = ls.compare(PAIR, replications=3, store=tmp_path, progress=lambda *now: told.append(now))
    assert_same(found, few)
    assert len(made) == 6 and dict(told) == {"as it is": 3, "cheaper": 3}
    assert_same(ls.compare(PAIR, replications=3, store=tmp_path), few)
    assert len(made) == 6
    wider = {**PAIR, "dearer": MARKET.vary({"brands.Ours.price": 2.2, "steps": 11}), "again": MARKET}
    assert_same(ls.compare(wider, replications=4, store=tmp_path), ls.compare(wider, replications=4))
    assert len(made) == 6 + 2 + 4


def test_comparison_in_a_store__unpacks_the_numbers_of_no_other_runs(tmp_path, monkeypatch):
    ls.compare(PAIR, replications=2, seed=5, store=tmp_path)
    read, unpacked = Store._read, []

    def noted(self, part, columns=None):
        unpacked.append(columns)
        return read(self, part, columns)

    monkeypatch.setattr(Store, "_read", noted)
    found = ls.compare(PAIR, replications=2, store=tmp_path)
    assert set(unpacked) == {("key", "error")}
    assert_same(found, ls.compare(PAIR, replications=2))


def test_comparison_that_was_stopped__goes_on_where_it_was(tmp_path, made):
    def stop(name, done):
        if len(made) >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ls.compare(PAIR, replications=5, store=tmp_path, threads=1, progress=stop)
    before = set(made)
    assert 4 <= len(before) < 10
    made.clear()
    assert_same(ls.compare(PAIR, replications=5, store=tmp_path), ls.compare(PAIR, replications=5))
    assert len(made) <= 10 - len(before) + 1, "no more than the batch in flight is made again"


def test_comparison_until__adds_to_the_store(tmp_path, made):
    rule = "units half_width<=1000"
    assert_same(ls.compare(PAIR, replications=12, until=rule, store=tmp_path), ls.compare(PAIR, until=rule))
    assert len(made) == 20


def test_run_that_fails__is_told_and_tried_again(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(fill, "_kept", lambda *args: 1 / 0)
        with pytest.raises(
            ls.ScenarioError, match="a run failed: ZeroDivisionError: division by zero; .* tries it again"
        ):
            ls.compare(PAIR, replications=2, store=tmp_path)
    found = ls.compare(PAIR, replications=2, store=tmp_path)
    assert np.isfinite(found.effects["effect"]).any()
