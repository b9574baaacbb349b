"""docs/validation.md names every target and every number, and nothing that is not there any more."""

import re

import pytest

from loyaltysim.validation import report, select
from loyaltysim.validation.page import page


@pytest.fixture(scope="module")
def committed(repository):
    return (repository / "docs" / "validation.md").read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    """The text of each target by its id."""
    return {part.split("\n", 1)[0]: part for part in re.split(r"^## ", text, flags=re.M)[1:]}


def test_page__names_every_target_that_there_is(committed):
    assert list(sections(committed)) == [one.id for one in select()]
    for one in select():
        assert f"{one.says} *" in sections(committed)[one.id].replace("\\", ""), one.id


@pytest.mark.parametrize("id_", ["D7", "R3"])
def test_page__has_the_numbers_that_are_found_today(committed, id_):
    (one,) = select(id_)
    rows = report(one)
    if rows[0]["status"] == "skipped":
        pytest.skip(str(rows[0]["reason"]))
    assert sections(page([one], rows))[id_].strip() == sections(committed)[id_].strip()


def test_page__leaves_nothing_out(committed):
    left_out = [id_ for id_, part in sections(committed).items() if "Left out:" in part or "| status |" not in part]
    assert not left_out
    told = re.search(r"\*\*(\d+) targets, ([\d,]+) numbers: ([\d,]+) passed, (\d+) failed\.\*\*", committed)
    assert told and int(told[1]) == len(select())
    rows = len(re.findall(r"\| (?:passed|failed) \|", committed))
    assert int(told[2].replace(",", "")) == rows == int(told[3].replace(",", "")) + int(told[4])


def test_page__text_is_no_markup():
    (one,) = select("D7")
    row = {"id": "D7", "part": "a|b_c", "target": -1.0, "simulated": 2.0, "se": None, "tolerance": 0.0}
    made = page([one], [{**row, "status": "failed", "reason": "off by *3*"}])
    assert "| a\\|b\\_c | −1 | 2 |  | 0 | failed | off by \\*3\\* |" in made
    assert "Failed: D7 a\\|b\\_c (off by \\*3\\*)." in made
