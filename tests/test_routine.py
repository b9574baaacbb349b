"""What a routine repeats is what Python would have done, bit for bit; what it cannot repeat stays Python."""

import copy
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core import types

from loyaltysim import routine as house
from loyaltysim.jit import Kernel, jit
from loyaltysim.recording import Recording, ToCome, Unrepeatable
from loyaltysim.routine import Routine, is_zero, known


@jit
def put(to, place, value):
    to[place] = value


@jit
def add_up(array, out, place):
    total = 0.0
    for i in range(array.shape[0]):
        total = 3.0 * total + array[i]
    out[place] = total


@jit
def add_up_rows(table, out, place):
    total = 0.0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            total = 3.0 * total + table[i, j]
    out[place] = total


@jit
def add_to(column, n, value):
    for i in range(n):
        column[i] += value


@jit
def count_above(column, n, limit):
    found = 0
    for i in range(n):
        if column[i] > limit:
            found += 1
    return found


@jit
def mean(column, n):
    total = 0.0
    for i in range(n):
        total += column[i]
    return total / n


@jit
def largest(columns):
    return columns[0] * 100 + columns[1]


@jit
def fail_above(n, limit):
    if n > limit:
        raise ValueError("too many")


@jit
def pair(n):
    return n, n


@pytest.fixture(autouse=True)
def unbelieving(monkeypatch):
    """What other tests recorded counts for nothing."""
    monkeypatch.setattr(house, "believed", set())


class Board:
    """Something with attributes, of which some vary."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def same(one, other) -> bool:
    """Whether two arrays or numbers are the same, bit for bit, and of the same kind."""
    return type(one) is type(other) and np.asarray(one).tobytes() == np.asarray(other).tobytes()


def compare(build, rounds, *varying) -> Routine:
    """Let Python and a routine do the same; `build` makes a function and the arrays that it works on.

    Returns the routine, after all that both have written was compared.
    """
    (plain, ours), (repeated, theirs) = build(), build()
    routine = Routine(repeated, *varying)
    for arguments in rounds:
        mine, its = copy.deepcopy(arguments), copy.deepcopy(arguments)
        plain(*mine)
        routine(*its)
        assert all(map(same, ours, theirs))
        for one, other in zip(mine, its):
            if isinstance(one, Board):
                assert vars(one).keys() == vars(other).keys()
                for name in vars(one):
                    assert same(getattr(one, name), getattr(other, name)), name
    return routine


def steps(n: int = 8):
    return [(step,) for step in range(n)]


def refusal(build, rounds, *varying) -> str:
    """Why a routine leaves to Python what it was given."""
    routine = compare(build, rounds, *varying)
    assert not routine.repeats
    return str(routine.refused)


# ── What kernels are called with ────────────────────────────────────────────────────────────────

NUMBERS = {
    np.float64: st.floats(),
    np.float32: st.floats(width=32),
    np.int64: st.integers(-(2**63), 2**63 - 1),
    np.uint64: st.integers(0, 2**64 - 1),
    np.int32: st.integers(-(2**31), 2**31 - 1),
    np.uint32: st.integers(0, 2**32 - 1),
    np.int16: st.integers(-(2**15), 2**15 - 1),
    np.uint8: st.integers(0, 255),
    np.int8: st.integers(-128, 127),
    np.bool_: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(),
    bool: st.booleans(),
}


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data())
def test_number__arrives_as_it_is(kind, data):
    value = kind(data.draw(NUMBERS[kind]))

    def build():
        out = np.zeros(8, kind)
        return (lambda step: put(out, step, value)), [out]

    assert compare(build, steps(), None).repeats


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.uint64, np.int32, np.uint8, np.bool_])
@pytest.mark.parametrize(
    "part",
    [
        lambda table: table,
        lambda table: table.T,
        lambda table: table[1:, ::2],
        lambda table: table[::-1],
        lambda table: np.asfortranarray(table),
        lambda table: np.broadcast_to(table[0], (3, table.shape[1])),
        lambda table: table[:0],
    ],
    ids=["whole", "transposed", "strided", "backwards", "by columns", "read-only", "empty"],
)
def test_array__arrives_as_it_is(kind, part):
    def build():
        table, out = np.arange(20).reshape(4, 5).astype(kind), np.zeros((3, 8))
        given = part(table)
        ones = [given[0] if len(given) else table[0, :0], given[:, 0]]

        def function(step):
            add_up_rows(given, out[0], step)
            add_up(ones[0], out[1], step)
            add_up(ones[1], out[2], step)

        return function, [out, table]

    assert compare(build, steps(), None).repeats


def test_tuple__of_whole_numbers_arrives():
    def build():
        out = np.zeros(8, np.int64)
        return (lambda step: put(out, step, largest((3, 4)))), [out]

    assert compare(build, steps(), None).repeats


# ── What varies ─────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10)), min_size=6, max_size=12))
def test_board__may_change_its_numbers_and_its_arrays(sizes):
    def build():
        total = np.zeros(20)

        def function(board, step):
            add_to(board.column, board.n, 0.5)
            add_to(total, board.n, 1.0)
            board.found = count_above(board.column, board.n, 1.0)
            put(total, 0, board.found)

        return function, [total]

    rounds = [(Board(n=n, column=np.arange(float(n + more)), found=-1), k) for k, (n, more) in enumerate(sizes)]
    assert compare(build, rounds, ("n", "column"), None).repeats


def test_array__of_a_board_that_stays_is_seen_when_it_is_replaced():
    def function(board):
        add_to(board.column, board.n, 1.0)

    board, routine = Board(n=2, column=np.zeros(3)), Routine(function, ("n", "column"))
    for _ in range(6):
        routine(board)
    first, board.column, board.n = board.column, np.zeros(5), 4
    routine(board)
    assert routine.repeats
    assert (first.tolist(), board.column.tolist()) == ([6.0, 6.0, 0.0], [1.0, 1.0, 1.0, 1.0, 0.0])


def test_array__that_is_replaced_by_one_of_another_kind_is_left_to_python_that_time():
    def build():
        return (lambda board: add_to(board.column, 2, 1.0)), []

    kinds = [np.zeros(3)] * 6 + [np.zeros(3, np.float32), np.zeros(6)[::2], np.zeros(3, np.int64), np.zeros(3)]
    assert compare(build, [(Board(column=column),) for column in kinds], ("column",)).repeats


def test_attributes__that_the_function_sets_are_set():
    kept = np.arange(3.0)

    def function(board, step):
        board.found = count_above(board.column, board.n, 0.5)
        board.shown, board.word, board.again = kept, "said", board.n

    def build():
        return function, [kept]

    rounds = [(Board(n=n, column=np.arange(4.0), found=0, shown=None, word="", again=0), n) for n in (1, 2, 3, 4, 2, 3)]
    assert compare(build, rounds, ("n", "column"), None).repeats


def test_attributes__are_set_again_though_they_were_so_when_it_was_recorded():
    column = np.arange(4.0)

    def function(board):
        add_to(column, board.n, 1.0)
        board.shown, board.number = column, 7

    routine, board = Routine(function, ("n",)), Board(n=2, shown=column, number=7)
    for _ in range(6):
        routine(board)
    board.shown, board.number = None, 8
    routine(board)
    assert routine.repeats
    assert board.shown is column and board.number == 7


def test_attributes__that_are_set_to_something_else_each_time_are_left_to_python():
    def build():
        column, turn = np.arange(4.0), [0]

        def function(board):
            add_to(column, board.n, 1.0)
            if Recording.now is None:
                turn[0] += 1
            board.turn = turn[0]

        return function, [column]

    assert "differ" in refusal(build, [(Board(n=n, turn=0),) for n in (1, 2, 3, 4, 1, 2)], ("n",))


@pytest.mark.parametrize("sets", ["a share", "an array to come"])
def test_attributes__that_are_no_whole_numbers_are_left_to_python(sets):
    def function(board):
        board.kept = mean(board.column, board.n) if sets == "a share" else board.column

    board = Board(n=3, column=np.arange(3.0), kept=None)
    routine = Routine(function, ("n", "column"))
    for _ in range(6):
        routine(board)
    assert not routine.repeats
    assert "whole number" in str(routine.refused)
    assert board.kept is board.column or board.kept == 1.0


def test_results__go_on_to_other_kernels():
    def build():
        out = np.zeros((2, 8))

        def function(board, step):
            put(out[0], step, mean(board.column, board.n))
            put(out[1], step, count_above(board.column, count_above(board.column, board.n, 0.5), 0.5))

        return function, [out]

    rounds = [(Board(n=n, column=np.arange(8.0)), n) for n in (3, 4, 5, 6, 7, 2)]
    assert compare(build, rounds, ("n", "column"), None).repeats


# ── What stays Python ───────────────────────────────────────────────────────────────────────────

ARRAY = np.arange(5.0)
LOOKS = {
    "if": lambda n: 1 if n else 0,
    "not": lambda n: not n,
    "==": lambda n: n == 3,
    "!=": lambda n: n != 3,
    "<": lambda n: n < 3,
    ">=": lambda n: n >= 3,
    "in": lambda n: n in (2, 3),
    "max": lambda n: max(n, 2),
    "+": lambda n: n + 1,
    "1 +": lambda n: 1 + n,
    "-": lambda n: n - 1,
    "*": lambda n: 2 * n,
    "//": lambda n: n // 2,
    "%": lambda n: n % 2,
    "negative": lambda n: -n,
    "int": lambda n: int(n),
    "float": lambda n: float(n),
    "round": lambda n: round(n),
    "range": lambda n: list(range(n)),
    "key": lambda n: {3: 1}.get(n),
    "index": lambda n: ARRAY[n],
    "slice": lambda n: ARRAY[:n],
    "len": lambda n: len(n),
    "item": lambda n: n[0],
    "iterate": lambda n: [one for one in n],
    "text": lambda n: f"{n}",
    "shape": lambda n: n.shape,
    "np.zeros": lambda n: np.zeros(n),
    "np.full": lambda n: np.full(3, n),
    "array +": lambda n: ARRAY + n,
    "array ==": lambda n: ARRAY == n,
    "np.add": lambda n: np.add(ARRAY, n),
    "np.int64": lambda n: np.int64(n),
    "np.uint64": lambda n: np.uint64(n),
    "store": lambda n: ARRAY.__setitem__(0, n),
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_to_come__cannot_be_looked_at(look):
    before = ARRAY.copy()
    with pytest.raises((TypeError, ValueError, AttributeError)):
        LOOKS[look](ToCome(0, types.int64, 3))
    assert same(ARRAY, before)


def test_function__that_decides_by_what_is_to_come_stays_python():
    def build():
        out = np.zeros(10)

        def function(board):
            add_to(out, 1, 1.0)
            if board.n > 2:
                add_to(out, board.n, 1.0)

        return function, [out]

    rounds = [(Board(n=n),) for n in (1, 2, 3, 4, 5, 1, 2)]
    assert "ToCome" in refusal(build, rounds, ("n",))


def test_array__that_is_made_anew_stays_python():
    def build():
        out = np.zeros(8)

        def function(step):
            fresh = np.zeros(3)
            add_to(fresh, 3, 1.0)
            put(out, step, mean(fresh, 3))

        return function, [out]

    assert "differ" in refusal(build, steps(), None)


def test_setting__that_changes_stays_python():
    def build():
        out, setting = np.zeros(3), [0.0]

        def function(step):
            setting[0] += 1.0
            add_to(out, 3, setting[0])

        return function, [out]

    function, _ = build()
    routine = Routine(function, None)
    for (step,) in steps():
        routine(step)
    assert "differ" in str(routine.refused)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda out: put(to=out, place=0, value=1.0), "names"),
        (lambda out: pair(3), "returns"),
        (lambda out: largest((1.0, 2.0)), "argument of type"),
    ],
    ids=["named", "a pair", "a tuple of other numbers"],
)
def test_call__that_machine_code_cannot_make_stays_python(call, why):
    def build():
        out = np.zeros(3)
        return (lambda step: (call(out), add_to(out, 2, 1.0))), [out]

    assert why in refusal(build, steps(), None)


def test_error__of_python_is_raised_as_without_a_routine():
    def function(step):
        add_to(np.zeros(3), 2, 1.0)
        raise KeyError("nobody is there")

    routine = Routine(function, None)
    for (step,) in steps():
        with pytest.raises(KeyError, match="nobody is there"):
            routine(step)


def test_error__of_a_kernel_is_raised_and_nothing_follows_it():
    out = np.zeros(3)

    def do(n):
        add_to(out, 1, 1.0)
        fail_above(n, 10)
        add_to(out, 3, 1.0)

    routine = Routine(do, None)
    for n in range(6):
        routine(n)
    assert routine.repeats and out.tolist() == [12, 6, 6]
    with pytest.raises(MemoryError, match="fail_above, a compiled function, failed"):
        routine(11)
    assert out.tolist() == [13, 6, 6]
    routine(3)
    assert out.tolist() == [15, 7, 7]


FEW, MANY = house.WORTH_RECORDING, house.WORTH_COMPILING


@pytest.mark.parametrize(
    ("calls", "by_hand", "expected"),
    [(FEW - 1, 10 * MANY, False), (FEW, 0, False), (FEW, MANY, True), (MANY - 1, 0, False), (MANY, 0, True)],
)
def test_recording__is_worth_it_only_for_many_calls(calls, by_hand, expected, monkeypatch):
    monkeypatch.setattr(Routine, "by_hand", by_hand)
    out = np.zeros(3)
    routine = Routine(lambda step: add_to(out, 3, 1.0), None, calls=calls)
    for (step,) in steps():
        routine(step)
    assert routine.repeats == expected
    assert out.tolist() == [8.0] * 3


def test_recording__is_believed_at_once_where_it_does_what_two_others_did():
    def needed(n: int, share: float) -> int:
        out = np.zeros(n)
        routine = Routine(lambda step: add_to(out, step, share), None)
        for k in range(8):
            if routine.repeats:
                return k
            routine(k % 3)
        return 8

    first, second = house.REST + 2, house.REST + 1
    assert [needed(3, 0.5), needed(3, 0.5)] == [first, second]
    assert [needed(3, 0.7), needed(4, 0.5), needed(3, 0.7)] == [first, first, second]


# ── Others meanwhile ────────────────────────────────────────────────────────────────────────────


def test_another_thread__runs_its_kernels_during_a_recording():
    inside, done = threading.Event(), threading.Event()
    ours, theirs = np.zeros(3), np.zeros(3)

    def elsewhere():
        inside.wait(60)
        add_to(theirs, 2, 1.0)
        theirs[2] = count_above(theirs, 2, 0.5)
        done.set()

    def function(step):
        add_to(ours, 3, 1.0)
        if Recording.now is not None and not inside.is_set():
            inside.set()
            assert done.wait(60)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    routine = Routine(function, None)
    for (step,) in steps():
        routine(step)
    thread.join(60)
    assert routine.repeats
    assert (ours.tolist(), theirs.tolist()) == ([8.0] * 3, [1.0, 1.0, 2.0])


def test_threads__that_record_at_once_do_not_mix():
    def work(out):
        routine = Routine(lambda step: (add_to(out, 3, 1.0), add_to(out, step, 1.0)), None)
        for k in range(50):
            routine(k % 4)
        repeats.append(routine.repeats)

    repeats, outs = [], [np.zeros(3 + k) for k in range(8)]
    threads = [threading.Thread(target=work, args=(out,)) for out in outs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    expected = np.zeros(3)
    for k in range(50):
        expected += 1.0
        expected[: k % 4] += 1.0
    assert repeats == [True] * 8
    assert all(same(out[:3].copy(), expected) for out in outs)


def test_kernels__run_as_ever_after_a_recording_that_failed():
    with pytest.raises(Unrepeatable), Recording().listen():
        add_to(ARRAY, ToCome(0, types.int64), 1.0)
        raise Unrepeatable("a fault")
    assert "__call__" not in vars(Kernel)
    assert count_above(ARRAY, 5, 2.5) == 2


OFF = """
import numpy as np
from loyaltysim import Simulation, load, routine
from loyaltysim.jit import jit

@jit
def add_to(column, n, value):
    for i in range(n):
        column[i] += value

out = np.zeros(3)
one = routine.Routine(lambda step: add_to(out, 3, 1.0), None)
for step in range(8):
    one(step)
small = load("reference").vary({"population.n_customers": 20, "burn_in": 0, "steps": 6, "metrics.period_steps": 6})
routine.WORTH_RECORDING = routine.WORTH_COMPILING = 0
simulation = Simulation(small).run()
routines = [one for worker in simulation.world.workers for one in worker.routines.values()]
print(out.tolist(), one.repeats, any(one.repeats for one in routines))
"""


@pytest.mark.slow  # a process of its own
def test_numba__switched_off_leaves_everything_to_python():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", OFF], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[8.0, 8.0, 8.0] False False"


FRESH = """
from loyaltysim import Simulation, load, routine
small = load("{name}").vary({{"population.n_customers": 50, "burn_in": 0, "steps": 500, "metrics.states_every": 1}})
simulation = Simulation(small.vary({{"metrics.period_steps": 500}}), threads=1).run()
every = [one for worker in simulation.world.workers for one in worker.routines.values()]
print(any(one.repeats for one in every), [str(one.refused) for one in every if one.refused])
"""


@pytest.mark.slow  # processes of their own
@pytest.mark.parametrize("name", ["reference", "grocery"])
def test_simulation__in_a_fresh_process_repeats_its_rounds(name):
    environment = {variable: value for variable, value in os.environ.items() if variable != "NUMBA_DISABLE_JIT"}
    command = [sys.executable, "-c", FRESH.format(name=name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"


# ── What Python asks ────────────────────────────────────────────────────────────────────────────


@given(st.integers(-100, 100))
def test_step__is_known_to_those_who_ask(step):
    assert known(step) == step == known(ToCome(0, types.int64, step))


def test_zero__is_so_for_certain():
    assert is_zero(0) and is_zero(np.int64(0))
    assert not is_zero(1)
    assert not is_zero(ToCome(0, types.int64, 0))
