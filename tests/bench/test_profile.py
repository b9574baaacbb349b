"""The profile charges each sub-model with its own time, and the warm-up leaves nothing to compile."""

import time

import pytest

import loyaltysim as ls
from loyaltysim.bench.profile import profile
from loyaltysim.bench.warm_up import warm_up
from loyaltysim.scenario_file import shipped

SMALL = {"population.n_customers": 500, "burn_in": 0, "steps": 14}


def test_profile__parts_add_up_and_kernels_are_told_from_python():
    table = profile(ls.load("grocery").vary(SMALL)).set_index("part")
    assert abs(table.share.sum() - 1) < 1e-9
    assert ((table.kernel_ns + table.python_ns - table.ns).abs() < 1e-6).all()
    for part in ("behavior/utility", "word_of_mouth/delivery", "programs/ledger"):  # rooms with kernels
        assert table.kernel_ns[part] > 0 and table.calls[part] > 0.5
    assert table.kernel_ns["schedule"] == 0 < table.python_ns["schedule"]  # no kernel there


def test_profile__tells_seconds_and_what_they_are_by_customer_and_step():
    began = time.thread_time()
    table = profile(ls.load("grocery").vary(SMALL))
    taken = time.thread_time() - began
    assert table.attrs["customers"] == 500 and table.attrs["steps"] == 14
    assert (table.seconds / 500 / 14 * 1e9).tolist() == pytest.approx(table.ns.tolist())
    whole = table.attrs["plain_ns"] * 500 * 14 / 1e9
    assert 0 < table.seconds.sum() + whole < taken  # of this very process
    assert whole > table.seconds.sum() / 20  # the profiler costs something, but not that much


def test_profile__what_is_off_is_not_in_it():
    scenario = ls.load("grocery").vary({**SMALL, "brands.Ours.programs": []})
    parts = set(profile(scenario).part)
    assert not {"programs/ledger", "programs/points"} & parts


def test_warm_up__runs_every_shipped_scenario():
    assert warm_up() == list(shipped())
