"""`loyaltysim report`: what it wants, where it writes, and what it says of mistakes."""

import json

import pytest


@pytest.fixture
def done(command, base):
    """A folder with a run of a plain market."""
    with open("mine.toml", "w") as file:
        file.write(base.replace("60", "40"))
    assert command("run", "mine.toml", "--out", "results", "--replications", 2, "--quiet").code == 0
    return "results"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), '"nowhere" is not there: a report is made of a folder of results. Do `loyaltysim run mine.toml'),
        (("mine.toml",), "is a scenario: a report is made of a folder of results. Do `loyaltysim run mine.toml --out"),
        (("grocery",), "Do `loyaltysim run grocery --out grocery`, then `loyaltysim report grocery`"),
        (("results/results.nc",), "is no folder: a report is made of a folder of results."),
        ((".",), "no manifest.json that can be read: a report is made of what `run --out` or `compare --out`"),
        (("results", "--of", "mina"), '--of: no scenario "mina" in the folder; there are: mine. Did you mean "mine"?'),
        (("results", "--axis", "brands.Ours.prise=[1,2]"), 'Did you mean "price"?'),
        (("results", "--axis", "brands.Ours.price=[2,1]"), "must be below the largest"),
        (("results", "--axis", "brands.Ours.price"), "must be PATH=VALUE"),
        (("results", "--lang", "xx"), 'there is no language "xx"'),
        (("results", "--replications", "0"), "--replications: must be a whole number from 1"),
        (("results", "--out", "mine.toml"), '"mine.toml" is no folder'),
    ],
)  # fmt: skip
def test_report__says_what_is_wrong_and_writes_nothing(command, done, here, words, says):
    before = sorted(here.rglob("*"))
    told = command("report", *words)
    assert told.code == 2 and says in told.err and "Traceback" not in told.err
    assert sorted(here.rglob("*")) == before


def test_report__goes_into_the_folder_that_it_is_about(command, done, here):
    told = command("report", done)
    assert told.code == 0, told.err
    assert (here / done / "report" / "report.html").is_file()
    assert "written to results/report/report.html" in told.err
    again = command("report", done)
    assert again.code == 2 and "--overwrite" in again.err
    assert command("report", done, "--overwrite", "--quiet").code == 0
    assert command("reproduce", done).code == 0  # a report is none of the results


def test_report__as_json_is_one_object(command, done):
    told = command("report", done, "--json", "--out", "page")
    assert (told.code, told.json["of"], told.json["answers"]) == (0, "mine", [])  # there is no program
    assert "report.html" in told.json["files"]


def test_report__is_told_in_plain_letters(command, here, base):
    program = '[[brands.Ours.programs]]\nkind = "points"\n'
    (here / "mine.toml").write_text(f"{base.replace('steps = 26', 'steps = 6').replace('60', '40')}\n{program}")
    command("run", "mine.toml", "--out", "results", "--replications", 2, "--quiet")
    told = command("report", "results", "--quiet")
    assert told.code == 0 and told.out.startswith("Keep or stop the program?")
    assert "\ufffd" not in told.out and " %" in told.out


def test_report__leaves_with_the_results_that_it_was_about(command, done, here):
    command("report", done)
    again = ("run", "mine.toml", "--out", done, "--replications", 2, "--overwrite", "--quiet")
    assert command(*again).code == 0
    assert not (here / done / "report").exists()
    command("report", done)
    (here / done / "report" / "tables.xlsx").write_text("with a column of mine")
    assert command(*again).code == 0
    assert [path.name for path in (here / done / "report").iterdir()] == ["tables.xlsx"]


def test_folder__without_results_is_none_of_ours(command, done, here):
    (here / done / "results.nc").write_bytes(b"no result")
    told = command("report", done)
    assert told.code == 2 and "results.nc" in told.err
    manifest = json.loads((here / done / "manifest.json").read_text())
    (here / done / "manifest.json").write_text(json.dumps({**manifest, "command": "sweep"}))
    assert command("report", done).code == 2
