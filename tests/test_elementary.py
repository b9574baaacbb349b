"""exp, log, logistic and cos_turns: close enough to the truth, in order, and the same bits however they are called."""

import os
import re
import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.elementary import cos_turns, exp, log, logistic
from loyaltysim.jit import jit

f4 = np.float32
OFF = bool(numba.config.DISABLE_JIT)
N = 2_000 if OFF else 1_000_000  # points of a grid: as many as a second allows
BOUND = 3e-7  # promised by the module: five roundings of 2**-24 = 6e-8 each
SMALLEST_NORMAL = np.finfo(f4).tiny
LARGEST = np.finfo(f4).max


@jit
def exp_all(x, out):
    for q in range(len(x)):
        out[q] = exp(x[q])


@jit
def log_all(x, out):
    for q in range(len(x)):
        out[q] = log(x[q])


@jit
def logistic_all(x, out):
    for q in range(len(x)):
        out[q] = logistic(x[q])


@jit
def cos_all(x, out):
    for q in range(len(x)):
        out[q] = cos_turns(x[q])


ALL = {exp: exp_all, log: log_all, logistic: logistic_all, cos_turns: cos_all}
EACH = pytest.mark.parametrize("function", ALL, ids=lambda function: function.__name__)


def over(function, x):
    """`function` of each of `x`, from one loop."""
    out = np.empty_like(x)
    ALL[function](x, out)
    return out


def neighbors(*centers, reach=1_000):
    """Every float32 within `reach` steps of `centers`, which must be positive."""
    bits = np.array(centers, f4).view(np.int32)[:, None] + np.arange(-reach, reach + 1, dtype=np.int32)
    return bits.astype(np.int32).view(f4).ravel()


def grid(function):
    """A dense ascending grid over the whole range of `function`, with the edges and what surrounds special points."""
    near = neighbors(np.sqrt(0.5), 0.5, 1, 2, np.log(2) / 2, np.e, reach=20 if OFF else 5_000)
    if function is exp or function is logistic:
        edges = [-87, 88, 0, -0.0, 1e-30, -1e-30, SMALLEST_NORMAL]
        parts = np.linspace(-87, 88, N), np.linspace(-1, 1, N), near, -near, edges
    elif function is log:
        edges = [SMALLEST_NORMAL, LARGEST, 1, np.nextafter(f4(1), f4(0)), np.nextafter(f4(1), f4(2))]
        parts = np.geomspace(1.2e-38, 3.4e38, N), np.linspace(0.4, 2.5, N), near, edges
    else:
        near = neighbors(0.125, 0.25, 0.375, 0.5, 0.75, reach=20 if OFF else 5_000)
        parts = np.linspace(0, 1, N), near, [0, 1, np.nextafter(f4(1), f4(0)), SMALLEST_NORMAL]
    return np.unique(np.concatenate([np.asarray(part, f4) for part in parts]))


TRUTH = {
    exp: np.exp,
    log: np.log,
    logistic: lambda x: 1 / (1 + np.exp(-x)),
    cos_turns: lambda x: np.cos(2 * np.pi * x),
}


@EACH
def test_elementary__is_close_to_the_truth_everywhere(function):
    x = grid(function)
    truth = TRUTH[function](x.astype(np.float64))  # off by 1e-16, nothing beside the bound
    error = np.abs(over(function, x) - truth)
    if function is not cos_turns:  # cos is 0 at quarter turns: absolute
        error /= np.where(truth == 0, 1, np.abs(truth))  # log 1 must be 0 itself
    assert error.max() <= BOUND


@pytest.mark.parametrize("function", [exp, log, logistic], ids=lambda function: function.__name__)
def test_elementary__never_falls_where_the_truth_rises(function):
    y = over(function, grid(function))
    falls = np.maximum(y[:-1] - y[1:], 0)
    # Between neighbors of the grid rounding may lose the order, by at most what each may be off.
    assert np.all(falls <= 2 * BOUND * np.abs(y[1:]))
    # Points further apart than twice the bound keep it.
    coarse = np.linspace(-15 if function is logistic else 1e-3, 15, 20_000 if not OFF else 1_000, dtype=f4)
    assert np.all(np.diff(over(function, coarse)) >= 0)


def test_exp__stays_at_its_ends_outside_its_range():
    below, above = f4([-87, -88, -1e4, -np.inf]), f4([88, 89, 1e4, np.inf])
    assert np.unique(over(exp, below)).size == 1
    assert np.unique(over(exp, above)).size == 1
    assert over(exp, below)[0] >= SMALLEST_NORMAL
    assert np.isfinite(over(exp, above)[0])


def test_elementary__is_exact_at_the_points_where_kernels_compare():
    assert exp(f4(0)) == 1
    assert log(f4(1)) == 0
    assert logistic(f4(0)) == 0.5
    assert [cos_turns(f4(turns)) for turns in (0, 0.25, 0.5, 0.75, 1)] == [1, 0, -1, 0, 1]


def test_logistic__stays_between_0_and_1():
    y = over(logistic, np.concatenate([grid(logistic), f4([-np.inf, np.inf, -1e30, 1e30])]))
    assert y.min() > 0
    assert y.max() == 1


def test_cos_turns__stays_between_minus_1_and_1():
    y = over(cos_turns, grid(cos_turns))
    assert (y.min(), y.max()) == (-1, 1)


@given(st.floats(float(f4(1.2e-38)), float(f4(1.6e38)), width=32))
def test_exp__undoes_log(x):
    there = log(f4(x))
    # e**y is off by its own error and, relatively, by the error of y: both bounds, and y's last rounding.
    assert exp(there) == pytest.approx(x, rel=BOUND + BOUND * abs(float(there)))


@given(st.floats(-80, 80, width=32))
def test_logistic__of_minus_x_is_the_other_share(x):
    both = float(logistic(f4(x))) + float(logistic(f4(-x)))
    assert both == pytest.approx(1, abs=BOUND)  # the errors of two shares that sum to 1


@given(st.floats(0, 1, width=32))
def test_cos_turns__is_the_same_the_other_way_round(turns):
    other = f4(1) - f4(turns)  # off by 2**-25 turns, and the cosine by 2π times that
    assert cos_turns(f4(turns)) == pytest.approx(float(cos_turns(other)), abs=2 * BOUND + 2 * np.pi * 2**-25)


@EACH
def test_elementary__gives_float32_for_float32(function):
    y = function(f4(0.3))
    if OFF:
        assert type(y) is f4
    else:  # Numba hands a float32 to Python as a float, so ask for the type that it computed in
        assert {str(signature.return_type) for signature in function.nopython_signatures} == {"float32"}


@EACH
def test_elementary__rounds_float64_to_float32_first(function):
    assert function(0.3) == function(f4(0.3))
    assert function(np.float64(0.7)) == function(f4(0.7))


@EACH
@pytest.mark.skipif(OFF, reason="nothing is compiled")
def test_elementary__loops_vectorize(function):
    compile_ = numba.njit(nogil=True, error_model="numpy")  # anew: what the cache holds has no code to read
    body = compile_(ALL[function].py_func)
    body(np.ones(1, f4), np.empty(1, f4))
    (code,) = body.inspect_llvm().values()
    assert re.search(r"fmul <\d+ x float>", code)


@EACH
def test_elementary__gives_the_same_bits_in_a_loop_of_any_length_and_alone(function):
    x = grid(function)
    x = x[:: len(x) // 67][:67]  # more than two vectors of the widest machine, and a rest
    alone = f4([function(value) for value in x])
    for start in (0, 1, 3):  # not only where vectors are aligned
        for stop in range(start + 1, len(x) + 1):
            assert over(function, x[start:stop]).tobytes() == alone[start:stop].tobytes()


CHILD = """
import sys
import numpy as np
from loyaltysim.elementary import cos_turns, exp, log, logistic
x = np.frombuffer(sys.stdin.buffer.read(), np.float32).reshape(4, -1)
for function, row in zip((exp, log, logistic, cos_turns), x):
    y = [function(value) for value in row]
    if sys.argv[1] == "off":
        assert {type(value) for value in y} == {np.float32}
    sys.stdout.buffer.write(np.array(y, np.float32).tobytes())
"""


@pytest.mark.slow
def test_elementary__gives_the_same_bits_with_numba_on_and_off():
    sample = [grid(function) for function in ALL]
    x = np.stack([row[np.linspace(0, len(row) - 1, 2_000).astype(int)] for row in sample])

    def child(mode):
        environment = os.environ | {"NUMBA_DISABLE_JIT": str(int(mode == "off"))}
        command = [sys.executable, "-W", "error::RuntimeWarning", "-c", CHILD, mode]
        done = subprocess.run(command, env=environment, input=x.tobytes(), stdout=subprocess.PIPE, check=True)
        return done.stdout

    here = b"".join(over(function, row).tobytes() for function, row in zip(ALL, x))
    assert len(here) == 4 * 2_000 * 4
    assert child("off") == here
    assert child("on") == here
