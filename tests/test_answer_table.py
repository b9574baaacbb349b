"""Tables that people open in a spreadsheet: no text in them is run as a formula, and no number becomes text."""

import csv

import pandas as pd
import pytest

from loyaltysim.answer_table import FORMULA, save_table


@pytest.mark.parametrize("begin", FORMULA)
def test_text_that_begins_like_a_formula_is_marked_as_text(tmp_path, begin):
    told = f"{begin}1+1"
    save_table(pd.DataFrame({told: [1.0], "scenario": [told], "segment": pd.Categorical([told])}), tmp_path / "t.csv")
    with open(tmp_path / "t.csv", newline="", encoding="utf-8") as file:
        head, row = csv.reader(file)
    assert head[0] == row[1] == row[2] == f"'{told}" and row[0] == "1.0"


def test_numbers_and_names_are_as_they_were(tmp_path):
    frame = pd.DataFrame({"effect": [-0.5, 2.0], "scenario": ["half -5 %", "Søn"], "n": [-3, 4], "sure": [True, False]})
    save_table(frame, tmp_path / "t.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv"), frame)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
