"""The reference step in C, written by hand (reference.c): how fast one processor core can be made to do it.

Where there is no C compiler, nobody can have this model, and the bench leaves it out.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.bench.numpy_model import POINT, NumpyModel

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

SOURCE = Path(__file__).with_name("reference.c")
COMPILE = ("-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-fPIC", "-c")
LINK = ("-shared",)
"""Linked without ``-ffast-math``: with it, loading the library would round subnormal numbers of the process to 0."""
BRANDS = 4

f4 = np.float32
_REAL, _FOUR = ctypes.c_float, ctypes.c_float * BRANDS


def compiler() -> list[str] | None:
    """The command of the C compiler: $CC, else cc; None if there is none."""
    command = shlex.split(os.environ.get("CC", "cc"))
    return command if command and shutil.which(command[0]) else None


class _Market(ctypes.Structure):
    """`struct market` of reference.c."""

    _fields_ = (
        ("customers", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in (
            "chance", "sensitivity", "state", "points", "last", "first", "neighbor", "told_by"
        )),
        ("appeal", _FOUR), ("quality", _FOUR),
        *((name, _REAL) for name in (
            "satisfaction_weight", "bond_weight", "progress_weight", "spread", "memory", "growth", "fading",
            "good_above", "good_chance", "bad_below", "bad_chance", "shift",
        )),
        ("full", ctypes.c_int32),
    )  # fmt: skip


class _Counts(ctypes.Structure):
    """`struct counts` of reference.c."""

    _fields_ = (
        ("buyers", ctypes.c_int64 * BRANDS),
        ("switches", ctypes.c_int64 * (BRANDS * (BRANDS + 1))),
        ("praise", ctypes.c_int64 * BRANDS),
        ("blame", ctypes.c_int64 * BRANDS),
    )


class CModel(NumpyModel):
    """`NumpyModel`, its step made by one call into C.

    Raises
    ------
    OSError : if there is no C compiler, or it does not take the source
    ValueError : for a scenario with a part that `reference` does not have
    """

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        super().__init__(scenario, seed)
        if self.n_brands != BRANDS or not float(self.program.earn_rate) == 1.0:
            raise ValueError("the C model has four brands and a point for each unit of money")
        if self.degree.sum() > np.iinfo(np.int32).max:
            raise ValueError("the C model numbers ties by 32 bits")
        n, choice = len(self.chance), self.choice
        weights = choice.satisfaction_weight, choice.bond_weight
        held = weights[0] * choice.satisfaction_reference + weights[1] * choice.bond_reference
        state = np.concatenate((self.satisfaction, self.bond)).T.copy()
        self._arrays = {
            "chance": self.chance, "sensitivity": self.sensitivity, "state": state, "points": self.points,
            "last": self.last.astype(np.int8), "first": np.asarray(self.first, np.int64).copy(),
            "neighbor": np.asarray(self.neighbor, np.int32).copy(), "told_by": np.empty(n, np.int64),
        }  # fmt: skip
        self._market = _Market(
            n, *(array.ctypes.data for array in self._arrays.values()), _FOUR(*(self.appeal - f4(held))),
            _FOUR(*self.quality), *weights, self.program.customer_response.progress_weight, self.experience.spread,
            self.learning.memory, self.bonding.from_satisfaction, self.bonding.fading, self.talk.good_above,
            self.talk.good_chance, self.talk.bad_below, self.talk.bad_chance,
            self.influence.shift * self.talk.expression, round(self.program.reward.threshold * POINT),
        )  # fmt: skip
        self._seed, self._step = seed, _load()
        self.satisfaction, self.bond, self.last = state[:, :BRANDS].T, state[:, BRANDS:].T, self._arrays["last"]

    def step(self) -> None:
        """One week."""
        price, counts = self.prices[self.steps - 1], _Counts()
        self._step(ctypes.byref(self._market), price.ctypes.data, self.steps, self._seed, ctypes.byref(counts))
        self.buyers, self.praise, self.blame = (np.array(own) for own in (counts.buyers, counts.praise, counts.blame))
        self.revenue = self.buyers * price
        self.switches = np.array(counts.switches).reshape(BRANDS + 1, BRANDS)[1:]  # the first: who comes from no brand
        self.datacollector.collect(self)


@cache
def _load() -> Any:
    """Compile the source, once a process, and load its `step`."""
    command = compiler()
    if command is None:
        raise OSError("no C compiler was found: set CC, or install one as cc")
    with tempfile.TemporaryDirectory() as folder:  # a library that is loaded outlives its file
        part, whole = Path(folder) / "reference.o", Path(folder) / "reference.so"
        _call([*command, *COMPILE, "-o", str(part), str(SOURCE)])
        _call([*command, *LINK, "-o", str(whole), str(part), "-lm"])
        step = ctypes.CDLL(str(whole)).step
    step.restype = None
    step.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64, ctypes.c_void_p]
    return step


def _call(command: list[str]) -> None:
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise OSError(f"{command[0]} did not take {SOURCE.name}: {made.stderr.strip()[:500]}")
