"""Pieces of work done here and in other processes: the same results in the same order, and nothing left behind."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import pytest

import loyaltysim as ls
from loyaltysim import at_once as module
from loyaltysim.at_once import LOST, Others, at_once, held_by, is_ours
from loyaltysim.record import Record

SMALL = ls.load("grocery").vary({"population.n_customers": 50, "steps": 4, "burn_in": 0})


@pytest.fixture
def at_any_price(monkeypatch):
    """Begin a process however little is left to do."""
    monkeypatch.setattr(module, "WORTH_SECONDS", -1.0)
    monkeypatch.setattr(module, "BYTES_A_PROCESS", 1)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")


def squares(here: int):
    """What is told by a function that another process can be given by value; who did it, here or there."""

    def square(number, *, tell):
        tell(0.5)
        return number**2, os.getpid() == here

    return square


def test_at_once__one_hand_begins_at_the_end_and_keeps_the_order():
    told = []
    done = at_once(squares(os.getpid()), [(3,), (2,)], hands=1, scenarios=[], tell=lambda *one: told.append(one))
    assert done == [(9, True), (4, True)]
    assert told == [(1, 0.5), (1, 1.0), (0, 0.5), (0, 1.0)]


def test_at_once__shares_with_a_process(at_any_price):
    told = {}
    pieces = [(number,) for number in range(8)]
    done = at_once(
        squares(os.getpid()), pieces, hands=2, scenarios=[SMALL], tell=lambda k, part: told.update({k: part})
    )
    assert [square for square, _ in done] == [number**2 for number in range(8)]
    assert told == dict.fromkeys(range(8), 1.0)
    assert {here for _, here in done} == {True, False}


def test_replicate__gives_the_same_bits_where_a_process_shares(at_any_price, monkeypatch):
    shared, back = [], Others.back

    def noted(self):
        found = back(self)
        shared.extend(result for _, result in found if result is not LOST)
        return found

    monkeypatch.setattr(Others, "back", noted)
    scenario = SMALL.vary({"population.n_customers": 20_000})  # so many that a stack has but one replication
    runs = {hands: ls.replicate(scenario, replications=4, threads=hands) for hands in (1, 2)}
    assert shared and runs[1].identical(runs[2])


def test_at_once__says_nothing_of_a_process_that_was_begun_anew_for_its_memory(at_any_price, recwarn):
    """As loky says it, from where it says it; all else that it says is heard."""
    at_once(squares(os.getpid()), [(n,) for n in range(4)], hands=2, scenarios=[SMALL])
    for said in ("A worker was restarted while some jobs were given to the executor", "A worker stopped"):
        warnings.warn_explicit(said, UserWarning, "process_executor.py", 1, module="loky.process_executor")
    assert [str(one.message) for one in recwarn] == ["A worker stopped"]


def test_at_once__a_process_that_dies_costs_time_alone(at_any_price, caplog):
    here = os.getpid()

    def dies(number, *, tell):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with caplog.at_level(logging.WARNING):
        assert at_once(dies, [(number,) for number in range(5)], hands=2, scenarios=[]) == list(range(5))
    assert [record.getMessage() for record in caplog.records] == [
        "another process died, or could not answer (TerminatedWorkerError): going on with one"
    ]


def test_others__whose_process_dies_idle_have_the_next_piece_done_here(at_any_price):
    with Others(2, []) as others:
        others.call_in(1.0)
        assert others.hand_out("first", squares(0), 3, tell=lambda part: None)
        others.wait()
        ((piece, result),) = others.back()
        assert (piece, result) == ("first", (9, False))
        for process in others._pool._processes.values():
            os.kill(process.pid, signal.SIGKILL)
        while others.hand_out("second", squares(0), 4, tell=lambda part: None):  # until the death is known
            others.wait()
            if others.back() == [("second", LOST)]:
                break
        assert not others.running and not others.idle


def test_at_once__processes_that_died_since_are_begun_anew(at_any_price, caplog):
    def who(number, *, tell):
        return os.getpid()

    first = set(at_once(who, [(0,)] * 6, hands=2, scenarios=[]))
    for pid in first - {os.getpid()}:
        os.kill(pid, signal.SIGKILL)
    while not module._is_over(module._pool):
        time.sleep(0.01)
    second = set(at_once(who, [(0,)] * 6, hands=2, scenarios=[]))
    assert len(first) == len(second) == 2 and first & second == {os.getpid()}
    assert not caplog.records


def test_at_once__a_process_that_cannot_be_begun_costs_nothing_else(at_any_price, monkeypatch):
    def fails(hands):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(module, "_begin", fails)
    done = at_once(squares(os.getpid()), [(number,) for number in range(4)], hands=2, scenarios=[])
    assert done == [(number**2, True) for number in range(4)]


def test_at_once__processes_look_for_files_where_this_one_does(at_any_price, tmp_path, monkeypatch):
    def where(number, *, tell):
        return os.getcwd()

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        assert set(at_once(where, [(0,)] * 6, hands=2, scenarios=[])) == {str(tmp_path / folder)}


def test_at_once__what_cannot_travel_is_done_here(at_any_price):
    lock = threading.Lock()

    def waits(number, *, tell):
        with lock:
            return number

    assert at_once(waits, [(number,) for number in range(5)], hands=2, scenarios=[]) == list(range(5))


def test_at_once__what_a_piece_raises_is_raised(at_any_price):
    here = os.getpid()

    def fails(number, *, tell):
        if os.getpid() != here:
            raise ls.ScenarioError([])
        return number

    with pytest.raises(ls.ScenarioError):
        at_once(fails, [(number,) for number in range(5)], hands=2, scenarios=[])


FORKED = """
import os, sys
from loyaltysim import at_once

at_once.WORTH_SECONDS, at_once.BYTES_A_PROCESS = -1.0, 1

def study():
    def who(number, *, tell):
        return number, os.getpid()

    done = at_once.at_once(who, [(number,) for number in range(8)], hands=2, scenarios=[])
    assert [number for number, _ in done] == list(range(8))
    return {pid for _, pid in done}

first = study()
child = os.fork()
if not child:
    sys.exit(len(study() - first))  # all of them are others
_, status = os.waitpid(child, 0)
print(len(first), os.waitstatus_to_exitcode(status), study() == first)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on Windows")
def test_at_once__a_forked_process_begins_its_own_and_leaves_those_of_the_first_alone():
    words = [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", FORKED]  # Python warns of forks
    env = {**os.environ, "LOKY_MAX_CPU_COUNT": "2"}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("2 2 True\n", "")


def test_is_ours__is_false_for_a_kind_that_somebody_else_wrote():
    class Mine(Record):
        weight: float = 1.0

    assert is_ours(SMALL) and not is_ours(Mine())
    behavior = SMALL.behavior.model_copy(update={"choice": Mine()})
    assert not is_ours(SMALL.model_copy(update={"behavior": behavior}))
    changed = SMALL.model_copy(update={"behavior": behavior})
    assert not all(map(is_ours, held_by(lambda: changed))) and all(map(is_ours, held_by(lambda: behavior_of(SMALL))))


def behavior_of(scenario):
    """Read a scenario."""
    return scenario.behavior
