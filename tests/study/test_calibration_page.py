"""The page docs/calibration.md: its example prints what it says, and its file of targets can be read."""

import doctest

import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.study.target_file import read_target_file


@pytest.mark.slow
def test_page__example_prints_what_it_says(repository):
    page = (repository / "docs" / "calibration.md").read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(page, {}, "calibration.md", "calibration.md", 0)
    assert len(test.examples) >= 7
    told = []
    with pd.option_context("display.width", 120):
        failed, _ = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=told.append)
    assert failed == 0, "".join(told)


def test_page__file_of_targets_is_read(code_of, tmp_path):
    (text,) = code_of("docs/calibration.md", "toml")
    (tmp_path / "seen.toml").write_text(text, "utf-8")
    (tmp_path / "retention.csv").write_text("period,retained\n0,100\n1,80\n", "utf-8")
    (tmp_path / "cohorts.csv").write_text("cohort,0,1\n0,50,30\n1,40,\n", "utf-8")
    (tmp_path / "till.csv").write_text("CustomerID,InvoiceDate,Total\n1,2026-01-05,4.50\n1,2026-04-30,2.10\n", "utf-8")
    scenario, targets, weeks = read_target_file(tmp_path / "seen.toml", ls.load("grocery"))
    assert scenario == ls.load("grocery") and weeks == 13
    moments, retention, triangle, log = targets
    assert moments["share[Rival]"] == [0.31, 0.01]
    assert retention["customers"].tolist() == [100, 80]
    assert triangle["active"].tolist() == [1.0, 0.6, 1.0]
    assert log["customer"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wekks = 1", 'wekks: unknown table; there are: weeks, moments, .* Did you mean "weeks"?'),
        ("weeks = 13", "holds no targets"),
        ("weeks = 'long'\n[moments]", "weeks: must be a number, was 'long'"),
        ("[log]\nfil = 'x.csv'", 'log.fil: unknown setting; there are: file, .* Did you mean "file"?'),
        ("[log]\nfile = 'none.csv'", "log: .*none.csv"),
        ("[log]\nfile = 'bad.csv'", 'log: bad.csv:2: date: "x" is no date'),
        ("[log]\nfile = 'bad.csv'\nreturns = 'no'", "log.returns: must be one of them, was 'no'"),
        ("[log]\nfile = 3", "log.file: missing"),
        ("[panel]", "panel: the scenario names no panel"),
        ("weeks = ", "Invalid value"),
    ],
)
def test_file__with_a_mistake_is_refused_in_plain_words(tmp_path, text, message):
    (tmp_path / "seen.toml").write_text(text, "utf-8")
    (tmp_path / "bad.csv").write_text("customer,date\n1,x\n", "utf-8")
    with pytest.raises(ls.ScenarioError, match=message):
        read_target_file(tmp_path / "seen.toml", ls.load("grocery"))
