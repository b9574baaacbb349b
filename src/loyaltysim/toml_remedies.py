"""Remedies: what to write in place of a line that is no TOML, for the slips of people who are used to spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable

CURLY = "“”„‟‘’‚«»"
"""Quotes that word processors make of straight ones."""

_REMEDIES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf".*[{CURLY}].*", lambda m: 'write straight quotes: "…"'),
    (r"([+-]?\d+(?:[.,]\d+)?)\s*%", lambda m: f"write {_share(m[1])}: a share of 1"),
    (r"([+-]?\d{1,3}(?:[.\s_']\d{3})+),(\d+)", lambda m: f"write {_digits(m[1])}.{m[2]}"),
    (r"([+-]?\d{1,3}(?:,\d{3})+)(\.\d+)?", lambda m: f"write {_digits(m[1])}{m[2] or ''}{_or_decimal(m[1])}"),
    (r"([+-]?\d+),(\d+)", lambda m: f"write {m[1]}.{m[2]}, with a point"),
    (r"([+-]?\d{1,3}(?:[\s']\d{3})+)(\.\d+)?", lambda m: f"write {_digits(m[1])}{m[2] or ''}"),
    (r"([+-]?)(\.\d+)", lambda m: f"write {m[1]}0{m[2]}"),
    (r"([+-]?\d+)\.", lambda m: f"write {m[1]}.0"),
    (r"(?i:true|yes|on|ja|oui)", lambda m: "write true"),
    (r"(?i:false|no|off|nein|nej|nei|non)", lambda m: "write false"),
    (r"[€$£]\s*[\d.,]+|[\d.,]+\s*(?:[€$£]|[A-Za-z]+)", lambda m: "write the number alone, without a unit"),
    (r'"[^"]*|\'[^\']*', lambda m: "the quote is not closed on this line"),
    (r"[A-Za-z][\w .-]*", lambda m: f'a text stands in quotes: "{m[0]}"'),
)


def remedy(line: str) -> str:
    """What to write instead, in a few words; empty if the slip is none of those known."""
    value = line.partition("=")[2].partition("#")[0].strip()
    for pattern, say in _REMEDIES:
        if value and (found := re.fullmatch(pattern, value)):
            return say(found)
    return ""


def _digits(number: str) -> str:
    return re.sub(r"[^\d+-]", "", number)


def _share(number: str) -> str:
    return f"{float(number.replace(',', '.')) / 100:g}"


def _or_decimal(number: str) -> str:
    whole, _, rest = number.partition(",")
    return "" if "," in rest else f", or {whole}.{rest} if a decimal is meant"
