"""The page of levers: made from the registry, complete, and every row with a test that exists.

To write the page anew: ``python tests/study/test_advice.py``.
"""

from pathlib import Path

from loyaltysim.study.advice import CLAIMS_OF_TEXTS, LEVERS_OF_TEXTS
from loyaltysim.study.levers_page import kinds, page

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "levers.md"
ROWS = (*LEVERS_OF_TEXTS, *CLAIMS_OF_TEXTS)
BESIDES = {"pricing.panel"}
"""Kinds for which no source text asks: recorded prices."""


def test_page__is_that_of_the_registry():
    assert PAGE.read_text("utf-8") == page(), "write it anew: python tests/study/test_advice.py"


def test_rows__name_kinds_that_exist_and_leave_none_out():
    named = {kind for row in ROWS for kind in row.by}
    assert named | BESIDES == {f"{kind.room}.{kind.kind}" for kind in kinds()}


def test_rows__each_have_a_test_that_speaks_of_their_kinds():
    for row in ROWS:
        assert (PROJECT / "tests" / row.test).is_file(), row


def test_kinds__each_have_a_sentence():
    for kind in kinds():
        assert kind.says.endswith(".") and "eq. E" not in kind.says, kind


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
