"""`word-of-mouth`: what it is worth, for reading and for machines, and plain faults."""

import re

import pytest

from loyaltysim import load, word_of_mouth_effect, word_of_mouth_value
from loyaltysim.cli.numbers import effect_rows

pytestmark = pytest.mark.slow  # each runs several worlds

COUNT = ["--replications", 3, "--seed", 4]


def test_word_of_mouth__says_what_it_did_and_through_whom(command, small):
    done = command("word-of-mouth", small, *COUNT)
    assert (done.code, done.err) == (0, "")
    assert "What word of mouth did to Ours" in done.out and "Through whom" in done.out
    assert re.search(r"^Word of mouth( brought| cost|: the effect)", done.out, re.M)
    for part in ("customers it had", "others, who buy it anyway", "of it passed on"):
        assert part in done.out
    assert "costs of programs" not in done.out or "points" in done.out
    assert max(map(len, done.out.splitlines())) <= 120


def test_word_of_mouth__as_json_has_effects_and_parts_of_the_library(command, small):
    found = command("word-of-mouth", small, *COUNT, "--json").json
    assert (found["command"], found["of"], found["replications"]) == ("word-of-mouth", "all", 3)
    how = {"replications": 3, "seed": 4}
    parts = effect_rows(word_of_mouth_value(load(small), **how))
    units = {row["part"]: row["effect"] for row in parts if row["metric"] == "units"}
    assert {row["part"]: row["effect"] for row in found["parts"] if row["metric"] == "units"} == units
    effects = word_of_mouth_effect(load(small), **how).effects.set_index("metric")["effect"]
    told = {row["metric"]: row["effect"] for row in found["effects"] if row["question"] == "word_of_mouth"}
    assert told["units"] == effects["units"]


def test_word_of_mouth__of_praise_alone_has_no_parts(command, small):
    done = command("word-of-mouth", small, *COUNT, "--of", "praise")
    assert done.code == 0 and "What praise did to Ours" in done.out and "Through whom" not in done.out
    found = command("word-of-mouth", small, *COUNT, "--of", "share:0.5", "--json").json
    assert "parts" not in found and found["of"] == "share:0.5"
    assert (
        "What the word of a share of 0.5 of customers did"
        in command("word-of-mouth", small, *COUNT, "--of", "share:0.5").out
    )


def test_word_of_mouth__writes_a_whole_folder(command, small, here):
    done = command("word-of-mouth", small, *COUNT, "--out", "worth")
    assert done.code == 0 and "written to worth" in done.err
    assert {file.name for file in (here / "worth").iterdir()} == {
        "scenario.toml", "manifest.json", "results.nc", "summary.json", "figures",
    }  # fmt: skip
    assert {"effects.svg", "word_of_mouth_value.svg"} <= {f.name for f in (here / "worth" / "figures").iterdir()}
    refused = command("word-of-mouth", small, *COUNT, "--out", "worth")
    assert refused.code == 2 and "--overwrite" in refused.err


def test_word_of_mouth__faults_are_plain(command, small, base, here):
    wrong = command("word-of-mouth", small, "--of", "prase", "--replications", "many")
    assert wrong.code == 2 and 'Did you mean "praise"' in wrong.err and "--replications" in wrong.err
    assert command("word-of-mouth", small, "--of", "segment:Nobody").code == 2
    (here / "quiet.toml").write_text(base)
    quiet = command("word-of-mouth", "quiet.toml")
    assert quiet.code == 2 and "nobody talks" in quiet.err and quiet.out == ""
    found = command("word-of-mouth", "quiet.toml", "--json").json
    assert found["ok"] is False and "nobody talks" in found["faults"][0]["message"]
    assert "One replication" in command("word-of-mouth", small, "--replications", 1).err
