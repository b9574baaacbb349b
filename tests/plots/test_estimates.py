"""The picture of estimates: the truth is a line, who is surely off is hollow, and coverage stands beside."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from loyaltysim import plots
from loyaltysim.plots.style import COLORS, FOCAL_COLOR


def table(**changes) -> pd.DataFrame:
    rows = [
        {"estimator": name, "truth": 1.0, "estimate": 1.0 + bias, "bias": bias, "bias_low": bias - 0.5,
         "bias_high": bias + 0.5, "low": bias, "high": bias + 2, "coverage": 0.5, "n": 20, "replications": 20,
         "outcome": outcome}
        for name, bias, outcome in (("gap", 4.0, "after"), ("trial", 0.1, "after"), ("curve", 0.2, "active"))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**changes)


def test_estimates__have_a_panel_for_each_outcome_and_a_line_at_the_truth():
    first, second = plots.estimates(table()).child_axes
    assert [label.get_text() for label in first.get_yticklabels()] == ["gap", "trial"]
    assert [label.get_text() for label in second.get_yticklabels()] == ["curve"]
    assert any(list(line.get_xdata()) == [1, 1] and list(line.get_ydata()) == [0, 1] for line in first.lines)
    assert [text.get_text() for text in first.texts].count("50%") == 2


def test_estimates__who_is_surely_off_is_orange_and_hollow():
    first = plots.estimates(table()).child_axes[0]
    dots = [line for line in first.lines if line.get_marker() == "o"]
    assert [(dot.get_xdata()[0], to_hex(dot.get_markeredgecolor())) for dot in dots] == [
        (5.0, COLORS[0].lower()), (1.1, FOCAL_COLOR.lower()),
    ]  # fmt: skip
    assert dots[0].get_markerfacecolor() == "white"


def test_estimates__of_fewer_markets_say_of_how_many():
    few = table()
    few.loc[0, "n"] = 14
    ax = plots.estimates(few)
    assert [text.get_text() for text in ax.child_axes[0].texts][:2] == ["50% of 14", "50%"]
    assert any("20 markets." in t.get_text() for t in ax.texts)


def test_estimates__without_any_say_so():
    ax = plots.estimates(table(estimate=np.nan, n=0))
    assert "Nobody joined" in ax.texts[-1].get_text()
    one = table()
    one.loc[1, "estimate"] = np.nan
    assert "no estimate" in [text.get_text() for text in plots.estimates(one).child_axes[0].texts]
    with pytest.raises(ValueError, match="there is no estimator, truth"):
        plots.estimates(pd.DataFrame({"metric": []}))
