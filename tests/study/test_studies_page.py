"""The page docs/studies.md: its examples run as they stand there, and what it says of them is so."""

import numpy as np
import pytest


@pytest.mark.slow
def test_page__its_blocks_run_and_say_what_they_claim(code_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for code in code_of("docs/studies.md", "python"):
        exec(compile(code, "studies.md", "exec"), names)
    by_t, by_bootstrap = names["effects"].loc["share"], names["resampled"].loc["share"]
    assert by_t["effect"] == by_bootstrap["effect"] > 0 and by_t["variance_ratio"] > 1
    half = (by_t["ci_high"] - by_t["ci_low"]) / 2
    for end in ("ci_low", "ci_high"):  # of 12 differences; t is wider by some 15 %, skewness moves ends
        assert by_bootstrap[end] == pytest.approx(by_t[end], abs=half / 2)
    (row,) = names["needed"].to_dict("records")
    assert row["half_width"] == pytest.approx(half) and row["needed"] > 12, "± .002 wants more than 12 runs"
    assert 10 <= names["exact"].effects["n"].iloc[0] <= 40
    assert names["gains"]["group"].iloc[-1] == "all"
    assert names["added"] == 3 * 4 and np.isfinite(names["more"]["share"]).all()
