"""Teller: what an answer of a report is, and what each needs: the findings, a language, and numbers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyaltysim.report.findings import Findings
from loyaltysim.report.language import Language
from loyaltysim.results import program_names
from loyaltysim.study.launches import Launch
from loyaltysim.study.wording import Number, mean_of

if TYPE_CHECKING:
    import pandas as pd


class Answer(NamedTuple):
    """One question: the short answer, what it means, and where on the page it is shown."""

    key: str
    question: str
    short: str
    text: str
    see: str
    items: tuple[str, ...] = ()
    """What stands below each other under the text."""
    tone: str = "open"
    """"good" or "bad" where the answer is, else "open"."""

    @property
    def whole(self) -> str:
        """The text and its items in one."""
        return " ".join(filter(None, (self.text, *self.items)))


def apart(there: Launch, usual: Launch) -> str:
    """Whether a launch brings "more" or "less" than another, "the same", or that is "open"; "" without an interval."""
    between = there.value - usual.value
    told = mean_of(between)
    if not between.any():
        return "the same"
    if not np.isfinite(told.half):
        return ""
    return "open" if not told.certain else "more" if told.mean > 0 else "less"


class Teller:
    """Findings, told in a language."""

    def __init__(self, found: Findings, language: Language) -> None:
        self.found, self.language, self.say = found, language, language.say
        self.known = language.known
        self.unit = found.scenario.currency
        self.launch = found.launch or Launch(*([np.zeros((1, 1))] * 5))
        self.weeks = found.scenario.calendar.weeks
        self.span = self.weeks_text(found.scenario.steps)

    @property
    def by_replication(self) -> pd.DataFrame | None:
        """What the program brought, a row a replication."""
        return None if self.found.value is None else self.found.value.by_replication

    def weeks_text(self, steps: float) -> str:
        """A time in weeks."""
        return self.language.weeks(steps * self.weeks)

    def money(self, number: Number) -> str:
        """In currency, with its interval."""
        return self.language.both(number, self.unit)

    def held(self) -> str:
        """Which numbers are no assumptions, and so were not varied."""
        return self.say(
            "Other numbers were held as the file has them, unless --axis named them: prices, costs and qualities of "
            "brands, rules of programs, levers. See {section}.", section=self.say("What the answer rests on"),
        )  # fmt: skip

    def programs(self) -> str:
        """Which programs are meant by the program, where there are several."""
        scenario = self.found.scenario
        owners = (name for name, _, _ in scenario.programs)
        own = [name for name, owner in zip(program_names(scenario), owners) if owner == scenario.focal]
        if len(own) < 2:
            return ""
        return self.say(
            "{brand} has {n} programs: {names}. What is said of the program is said of all of them together.",
            brand=scenario.focal, n=len(own), names="; ".join(own),
        )  # fmt: skip

    def pays(self, value: Number) -> str:
        """Whether a launch pays, by its interval; nothing without one."""
        if not np.isfinite(value.half):
            return ""
        if not value.certain:
            return self.say("Whether it pays there cannot be told.")
        return self.say("It pays there.") if value.mean > 0 else self.say("It does not pay there.")
