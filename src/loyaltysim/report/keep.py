"""Keep: whether to keep or stop the program, as surely as the intervals and the draws of assumptions tell it."""

from __future__ import annotations

import numpy as np

from loyaltysim.report.teller import Answer, Teller
from loyaltysim.report.worth import PLACE
from loyaltysim.study.wording import Number, mean_of

ROBUST = 0.9
"""A verdict holds in so many draws, or it is said to rest on assumptions (assumed)."""


def keep_or_stop(one: Teller) -> Answer:
    """The verdict, with its doubt beside it; below it what it rests on."""
    new, going_on = mean_of(one.launch.value), one.found.going_on
    deciding = new if going_on is None else mean_of(going_on.value)
    lines = []
    if going_on is not None:
        lines.append(one.say(
            "The program runs already: going on for {span} instead of stopping now brings {value}, what is owed to "
            "members counted on both sides.", span=one.span, value=one.money(deciding),
        ))  # fmt: skip
    lines.append(one.say(
        "From its launch, over {span}, it brings {value} against the same market without it, what is still owed "
        "taken off.", span=one.span, value=one.money(new),
    ))  # fmt: skip
    draws = one.found.draws
    if draws is not None and len(draws):
        lines.append(one.say(
            "With all assumptions off by up to {spread} % at once, a launch pays in {k} of {n} draws.",
            spread=one.language.number(100 * one.found.spread), k=int((draws > 0).sum()), n=len(draws),
        ))  # fmt: skip
    if going_on is not None:
        lines.append(one.say("Going on instead of stopping was not tried with other assumptions."))
    lines += filter(None, [one.programs()])
    sure = deciding.certain and going_on is None and _robust(draws, deciding)
    tone = "open" if not sure else "good" if deciding.mean > 0 else "bad"
    short = _running(one, deciding, new) if going_on is not None else _launched(one, deciding)
    return Answer("keep", one.say("Keep or stop the program?"), short, "", PLACE, tuple(lines), tone)


def _open(one: Teller, number: Number) -> str:
    """What is said where the interval decides nothing."""
    if not np.isfinite(number.half):
        return one.say("One replication has no interval: run more before you decide.")
    return "" if number.certain else one.say("Too close to call.")


def _launched(one: Teller, new: Number) -> str:
    """Of a program that a launch decides on."""
    if undecided := _open(one, new):
        return undecided
    draws = one.found.draws
    if draws is None or _robust(draws, new):
        return one.say("Keep it.") if new.mean > 0 else one.say("Stop it, or change it.")
    of = {"k": int((draws > 0).sum()), "n": len(draws)}
    if new.mean > 0:
        return one.say("Perhaps keep it: with other assumptions it pays in {k} of {n} tries only.", **of)
    return one.say("Perhaps stop it: with other assumptions it does pay in {k} of {n} tries.", **of)


def _running(one: Teller, on: Number, new: Number) -> str:
    """Of a program that runs: going on was tried with these assumptions alone, and a launch may say otherwise."""
    if undecided := _open(one, on):
        return undecided
    draws, keep = one.found.draws, on.mean > 0
    if new.certain and (new.mean > 0) != keep:
        if keep:
            return one.say("Perhaps keep it: going on pays, although a launch does not.")
        return one.say("Perhaps stop it: going on does not pay, although a launch does.")
    if draws is not None and not _robust(draws, on):
        of = {"k": int((draws > 0).sum()), "n": len(draws)}
        if keep:
            return one.say(
                "Perhaps keep it: going on pays, but a launch, with other assumptions, in {k} of {n} tries only.", **of
            )
        return one.say(
            "Perhaps stop it: going on does not pay, but a launch, with other assumptions, does in {k} of {n} tries.",
            **of,
        )
    if not new.certain:
        if keep:
            return one.say("Perhaps keep it: going on pays, but whether a launch does cannot be told.")
        return one.say("Perhaps stop it: going on does not pay, but whether a launch does cannot be told.")
    if keep:
        return one.say("Keep it, if the assumptions hold: going on was not tried with others.")
    return one.say("Stop it, if the assumptions hold: going on was not tried with others.")


def _robust(draws: np.ndarray | None, number: Number) -> bool:
    """Whether most draws of all assumptions have the number's sign."""
    return draws is None or not len(draws) or bool(np.mean((draws > 0) == (number.mean > 0)) >= ROBUST)
