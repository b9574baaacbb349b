"""The page of validation: docs/validation.md, made from what `loyaltysim validate --long --json` tells.

loyaltysim validate --long --page > docs/validation.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loyaltysim.validation.target import Target

HEAD = """# Validation

Published numbers, exact limits (D), and real data and estimators that nobody here wrote (R), simulated through the
public face and held against each other. This page is the output of one command, misses included:

```
{command}
```

SE is the standard error of the simulated number; where there is none, the number is exact."""
COLUMNS = ("", "target", "simulated", "SE", "tolerance", "status", "note")


WHOLE = "loyaltysim validate --long --page > docs/validation.md"


def page(targets: Iterable[Target], rows: Iterable[Mapping[str, Any]], command: str = WHOLE) -> str:
    """The page, from targets and the rows that `report` made of them; what did not pass comes first.

    `command` is what was asked for, and says of a page of some targets that it is one.
    """
    targets, rows = list(targets), list(rows)
    by_id = {one.id: [row for row in rows if row["id"] == one.id] for one in targets}
    count = {status: sum(row["status"] == status for row in rows) for status in ("passed", "failed", "skipped")}
    told = ", ".join(f"{number:,} {status}" for status, number in count.items() if number or status != "skipped")
    many = f"{len(targets)} target{'s' * (len(targets) != 1)}, {len(rows):,} numbers"
    lines = [HEAD.format(command=command), "", f"**{many}: {told}.**", ""]
    for word, status in (("Failed", "failed"), ("Left out", "skipped")):
        some = [row for row in rows if row["status"] == status]
        lines += [f"{word}: {'; '.join(_named(row) for row in some)}.", ""] if some else []
    for one in targets:
        lines += _section(one, by_id[one.id])
    return "\n".join(lines).rstrip() + "\n"


def _named(row: Mapping[str, Any]) -> str:
    """A check that did not pass, in a list."""
    reason = f" ({row['reason']})" if row["reason"] else ""
    return " ".join(part for part in (str(row["id"]), _plain(str(row["part"]))) if part) + _plain(reason)


def _section(one: Target, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    """One target and its numbers."""
    yield f"## {one.id}"
    yield ""
    yield f"{_plain(one.says)} *{_plain(one.source)}*"
    yield ""
    if not rows or all(row["status"] == "skipped" for row in rows):
        yield from (f"Left out: {_plain(str(row['reason']))}." for row in rows)
        yield ""
        return
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|" + "---|" * len(COLUMNS)
    for row in rows:
        cells = [_plain(str(row["part"])), *(_number(row[name]) for name in ("target", "simulated", "se", "tolerance"))]
        yield f"| {' | '.join([*cells, str(row['status']), _plain(str(row['reason']))])} |"
    yield ""


def _number(value: float | None) -> str:
    """A number with as many digits as the terminal shows; nothing where there is none."""
    return "" if value is None else f"{value:.4g}".replace("-", "−")


def _plain(text: str) -> str:
    """Text that means nothing to Markdown."""
    return text.replace("|", "\\|").replace("\n", " ").replace("*", "\\*").replace("_", "\\_")
