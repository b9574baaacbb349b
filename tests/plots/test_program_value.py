"""The waterfall of a program's value: every bar begins where the one above ends, and sums at zero."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from loyaltysim import plots


def parts(n=5, **changes) -> pd.DataFrame:
    amounts = {
        "units": 50.0, "revenue": 100.0, "program_fees": 0.0, "cost_of_goods": 60.0, "other_costs": 0.0,
        "subsidy": 30.0, "rewards_won": 5.0, "program_cost": 35.0, "margin": 5.0, "liability": 8.0,
        "margin_accrued": -3.0, **changes,
    }  # fmt: skip
    rows = [
        {"part": name, "effect": value, "ci_low": value - 2 if n > 1 else np.nan,
         "ci_high": value + 2 if n > 1 else np.nan, "n": n, "unit": "EUR"}
        for name, value in amounts.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def bars(ax) -> list[tuple[float, float]]:
    found = [bar for bar in ax.patches if isinstance(bar, Rectangle)]
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in found]


def words(ax) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


def test_program_value__is_a_waterfall():
    ax = plots.program_value(parts())
    assert bars(ax) == [(0, 100), (100, 40), (40, 10), (10, 5), (0, 5), (5, -3), (0, -3)]
    assert words(ax)[0] == "more revenue" and "fees of members" not in words(ax)
    assert "+100" in [text.get_text() for text in ax.texts] and "−60" in [text.get_text() for text in ax.texts]


def test_program_value__shows_fees_and_other_costs_where_there_are_any():
    ax = plots.program_value(parts(program_fees=10.0, other_costs=4.0))
    assert {"fees of members", "other costs"} <= set(words(ax))


def test_program_value__draws_on_axes_given_and_without_an_interval(tmp_path):
    figure = Figure()
    ax = figure.add_subplot()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plots.program_value(parts(n=1), ax) is ax
        figure.savefig(tmp_path / "picture.png", dpi=40)
    assert any("no interval" in text.get_text() for text in ax.texts)
    assert ax.get_title("left").endswith("?")


def test_program_value__says_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="there is no ci_low"):
        plots.program_value(parts().drop(columns="ci_low"))
    with pytest.raises(ValueError, match="there is no liability"):
        plots.program_value(parts().query("part != 'liability'"))
    ax = plots.program_value(parts(revenue=np.nan))
    assert any("Nothing was measured" in text.get_text() for text in ax.texts)
