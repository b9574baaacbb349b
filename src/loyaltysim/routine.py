"""Routines: what Python calls round after round, recorded once and then repeated without Python.

A round is some dozens of small kernels, called one after the other on the same arrays. Around each call Python works
out what to hand over and takes it out of its boxes, which with few customers costs more than the kernels. So a routine
lets its function run once on stand-ins, whose varying numbers and arrays are only *to come*. Kernels are noted
meanwhile instead of run; a short piece of machine code that makes the noted calls is what is repeated.

Whatever looks at what is to come (`if n:`, `array[:n]`, `n + 1`) raises an error, and stays Python. A recording is
believed when a second one, of a later call, equals it: arrays that are made anew each time and settings that change
show there. What may change later still belongs to the `phase` of a step (`rounds.py`), for each of which there is a
routine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numba

from loyaltysim.recording import Recorded, ToCome, Unrepeatable

log = logging.getLogger("loyaltysim")

REST = 2
"""Calls of a routine that Python makes before it is recorded: parts ask for columns in the first."""
WORTH_RECORDING = 40
"""Calls that lie ahead from which recording, a millisecond or two, is worth its time (measured) …"""
WORTH_COMPILING = 150
"""… and from which machine code is that nobody in this process may have yet, some 20 milliseconds (measured).

Where fewer lie ahead, Python must have made as many before: whoever simulates small markets time and again will go on.
"""


def is_zero(number: Any) -> bool:
    """Whether a number is 0 for certain: a shortcut around calls that would have nothing to do."""
    return not isinstance(number, ToCome) and number == 0


def known(step: int) -> int:
    """The step itself, for what Python decides by it: something that the phase of a step tells, too."""
    return step.value if isinstance(step, ToCome) else step


believed: set[bytes] = set()
"""What two equal recordings did, in this process: one that does the same on other arrays is enough from then on."""


class Routine:
    """A function of one worker that is called again and again.

    Parameters
    ----------
    function : what to do; its arguments are whole numbers, or objects of which some attributes differ from call to call
    varying : for each argument, the names of attributes that are whole numbers or arrays and differ; None for a number.
        Attributes that the function sets are set by the routine, too.
    calls : how often it will be called yet, about

    Attributes
    ----------
    refused : why it is left to Python for good; None if it is not
    """

    by_hand = 0
    """Calls of routines, all together, that Python made while they were not yet recorded."""

    def __init__(
        self, function: Callable[..., None], *varying: tuple[str, ...] | None, calls: int = WORTH_COMPILING
    ) -> None:
        self.function, self.varying, self.calls = function, varying, calls
        self._rest = REST
        self.refused: Exception | None = Unrepeatable("nothing is compiled") if numba.config.DISABLE_JIT else None
        self._first: Recorded | None = None
        self._run: Callable[..., None] | None = None

    def __call__(self, *arguments: Any) -> None:
        """Do it: by machine code, where there is any."""
        if self._run is None and self.refused is None:
            self._prepare(arguments)
        (self._run or self.function)(*arguments)

    @property
    def repeats(self) -> bool:
        """Whether machine code does it."""
        return self._run is not None

    def _prepare(self, arguments: tuple[Any, ...]) -> None:
        """Record, or compare with what was recorded, once the function has been called often enough."""
        self._rest -= 1
        Routine.by_hand += 1
        if self._rest >= 0 or self.calls < WORTH_RECORDING or max(self.calls, Routine.by_hand) < WORTH_COMPILING:
            return
        try:
            made = Recorded(self.function, self.varying, arguments)
            if self._first is not None and self._first != made:
                raise Unrepeatable("two recordings differ")
            does = made.does()
            if self._first is not None or does in believed:
                believed.add(does)
                self._run = made.ready()
            self._first = made
        except Exception as why:  # whatever it is: Python does it now, and says so if it is a fault
            self.refused = why.with_traceback(None)
            log.debug("%s stays Python: %r", self.function, why)
