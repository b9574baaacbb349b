"""Language: how a report says and writes things. English is in the code; other languages have a catalog each.

Catalogs are gettext's text files, `languages/da.po`, read when they are needed; numbers go by Babel's locales.
What a catalog lacks is said in English.
"""

from __future__ import annotations

import math
import re
from calendar import month_name
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.market.calendar import DAYS_PER_WEEK
from loyaltysim.study.wording import UNKNOWN, USUAL_DIGITS, Number

HERE = Path(__file__).parent / "languages"
ENGLISH = "en"
MINUS, NO_BREAK = "−", "\u00a0"
KEPT = 1
"""Digits of an interval's half width that are written (assumed: who decides by a page needs no more)."""
SET_DIGITS = 6
"""Digits of a setting that are written (assumed: nobody sets more)."""
_HOLD = re.compile(r"(?<=\d) (?=%)")
"""Where a line must not end: between a number and its percent sign."""
_TWO_DOTS = re.compile(r"(?<=\w)\.\.(?=\s|$)")
"""A sentence that ends in a unit with a dot of its own, as "kr.", has one dot there."""


class Language:
    """One language by its code: `say` translates, the others write numbers."""

    def __init__(self, code: str = ENGLISH) -> None:
        self.code = code
        if code != ENGLISH:
            try:
                import babel.numbers as _  # noqa: F401 - so that what is missing is told before anything is run
            except ImportError:
                message = f"\"--lang {code}\" needs Babel: pip install -c constraints.txt -e '.[reports]'"
                raise ImportError(message) from None

    @cached_property
    def catalog(self) -> dict[str, str]:
        """English sentences, and what they are here."""
        if self.code == ENGLISH:
            return {}
        from babel.messages.pofile import read_po

        with (HERE / f"{self.code}.po").open("rb") as file:
            return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}

    def say(self, sentence: str, **values: Any) -> str:
        """The sentence in this language, with values where it has names in braces."""
        said = self.catalog.get(sentence, sentence).format(**values)
        return _TWO_DOTS.sub(".", _HOLD.sub(NO_BREAK, said))

    def known(self, sentence: str) -> str:
        """The sentence in this language if its catalog has it, else as it is; braces in it stand for nothing."""
        return self.catalog.get(sentence, sentence)

    def pointed(self, text: str) -> str:
        """A number that is written the English way, "-1,234.5", grouped and pointed as the language does."""
        text = text.replace("-", MINUS)
        if self.code == ENGLISH:
            return text
        from babel.numbers import get_decimal_symbol, get_group_symbol

        return text.translate({ord(","): get_group_symbol(self.code), ord("."): get_decimal_symbol(self.code)})

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals, as the language groups and points them."""
        if not math.isfinite(value):
            return UNKNOWN
        value = round(value, digits) + 0.0  # adding 0 makes -0 a 0
        if self.code == ENGLISH:
            return f"{value:,.{digits}f}".replace("-", MINUS)
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, pattern, locale=self.code).replace("-", MINUS)

    def mean(self, number: Number) -> str:
        """The mean, with the decimals that its interval is worth."""
        return self.number(number.mean, decimals(number))

    def interval(self, number: Number) -> str:
        """The interval, "0.9 to 1.5"."""
        if not math.isfinite(number.half):
            return UNKNOWN
        low, high = (self.number(end, decimals(number)) for end in (number.low, number.high))
        return self.say("{low} to {high}", low=low, high=high)

    def both(self, number: Number, unit: str = "") -> str:
        """The mean with its unit, and the interval behind it."""
        told = f"{self.mean(number)}{NO_BREAK}{unit}" if unit else self.mean(number)
        if not math.isfinite(number.half):
            return told
        if number.half == 0:
            return f"{told} ({self.say('the same in every replication')})"
        return f"{told} ({self.say('95 %: {interval}', interval=self.interval(number))})"

    def moment(self, when: datetime) -> str:
        """A day and a time, "26 November 2026, 20:45 UTC"."""
        zone = f" {when:%Z}".rstrip()
        if self.code == ENGLISH:
            return f"{when.day} {month_name[when.month]} {when.year}, {when:%H:%M}{zone}"
        from babel.dates import format_date, format_time

        day, time = format_date(when, "long", locale=self.code), format_time(when, "short", locale=self.code)
        return f"{day}, {time}{zone}"

    def weeks(self, weeks: float) -> str:
        """A time, "3 days", "1 week", "1.3 weeks", "52 weeks"; of a short one also what it has beyond whole weeks."""
        if round(weeks, 1) < 1:
            days = self.number(DAYS_PER_WEEK * weeks)
            return self.say("{n} day", n=days) if days == "1" else self.say("{n} days", n=days)
        digits = 1 if weeks < 10 and round(weeks, 1) != round(weeks) else 0  # assumed: few care for days of ten weeks
        told = self.number(weeks, digits)
        return self.say("{n} week", n=told) if round(weeks, digits) == 1 else self.say("{n} weeks", n=told)

    def as_set(self, value: float) -> str:
        """A number as somebody set it, without idle zeros, "4.4"."""
        if value == round(value):
            return self.number(value)
        places = max(SET_DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
        return self.pointed(f"{value:,.{places}f}".rstrip("0").rstrip(".") if places else f"{value:,.0f}")

    def significant(self, value: float, digits: int = 3) -> str:
        """A number with so many digits that count, and all of its whole part."""
        if not math.isfinite(value):
            return UNKNOWN
        place = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
        return self.number(value, min(max(place, 0), 6))


def decimals(number: Number) -> int:
    """How many decimals of a number are written: those that its interval is worth; of one without width what it has."""
    if number.half == 0:
        return next(n for n in range(USUAL_DIGITS + 1) if n == USUAL_DIGITS or round(number.mean, n) == number.mean)
    kept = number.decimals(KEPT)
    if number.certain or not any(one and round(one, kept) == 0 for one in (number.mean, number.low, number.high)):
        return kept
    wider = range(number.decimals(KEPT + 1), USUAL_DIGITS + 1)  # or an interval around zero would seem to end there
    ends = [end for end in (number.low, number.high) if end]
    return next((n for n in wider if all(round(end, n) for end in ends)), max(kept, USUAL_DIGITS))


def check_language(code: str) -> None:
    """Raise ScenarioError for a language that there is not."""
    if code not in languages():
        raise ScenarioError([Fault(None, None, "lang", f'there is no language "{code}"', languages())])


def languages() -> tuple[str, ...]:
    """Codes of all languages that there are."""
    return (ENGLISH, *sorted(file.stem for file in HERE.glob("*.po")))
