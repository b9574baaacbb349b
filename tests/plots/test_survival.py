import warnings

import numpy as np
import pandas as pd
import pytest

from loyaltysim import measures
from loyaltysim.plots import survival
from loyaltysim.plots.interval import interval


@pytest.fixture
def lifetimes():
    """Lives with two brands in three replications, some of them censored."""
    rng = np.random.default_rng(5)
    parts = [
        pd.DataFrame(
            {"replication": r, "brand": brand, "weeks": rng.geometric(chance, 60) * 1.0, "left": rng.random(60) < 0.8}
        )
        for r in range(3)
        for brand, chance in (("Rival", 0.2), ("Ours", 0.1))
    ]
    return pd.concat(parts)


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def words(ax):
    return " ".join(" ".join([ax.get_title("left"), *(text.get_text() for text in ax.texts)]).split())


def test_survival__lines_are_means_of_the_curves(lifetimes, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = survival(measures.survival(lifetimes), focal="Ours")
        ax.figure.savefig(tmp_path / "picture.png", dpi=40)
    for name, line in lines_of(ax).items():
        curves = measures.survival(lifetimes[lifetimes["brand"] == name], by=["replication"])
        read = measures.survival_at(curves, [3.5], by=["replication"])["survival"]
        at = np.searchsorted(line.get_xdata(), 3.5, side="right") - 1
        assert line.get_ydata()[at] == pytest.approx(100 * interval(read.to_numpy()).mean)
        assert line.get_drawstyle() == "steps-post"
    assert lines_of(ax)["Ours"].get_linewidth() > lines_of(ax)["Rival"].get_linewidth()
    assert "3 replications" in words(ax) and "Kaplan–Meier" in words(ax)


def test_survival__ends_where_a_replication_is_no_longer_known():
    lives = pd.DataFrame({"replication": [0, 0, 1, 1], "weeks": [2.0, 9, 4, 5], "left": [True, False, True, False]})
    (line,) = survival(measures.survival(lives, by=["replication"])).get_lines()
    np.testing.assert_allclose(line.get_xdata(), [0, 2, 4, 5, 9])
    np.testing.assert_array_equal(line.get_ydata(), [100, 75, 50, 50, np.nan])


def test_survival__of_one_curve_has_no_name_and_no_interval(lifetimes):
    ax = survival(measures.survival(lifetimes, by=()))
    assert len(ax.get_lines()) == 1 and "no interval" in words(ax)


def test_survival__of_many_lengths_is_read_at_fewer(lifetimes):
    many = lifetimes.assign(weeks=np.random.default_rng(1).exponential(30, len(lifetimes)).repeat(1))
    many = pd.concat([many.assign(weeks=many["weeks"] * k) for k in (1, 1.1, 1.3, 1.7)])
    for line in survival(measures.survival(many)).get_lines():
        assert len(line.get_xdata()) == 400
        assert (np.diff(line.get_ydata()[np.isfinite(line.get_ydata())]) <= 1e-9).all()


def test_survival__says_why_there_is_nothing(lifetimes):
    assert "Nobody" in words(survival(measures.survival(lifetimes.iloc[:0])))
    with pytest.raises(ValueError, match="there is no survival"):
        survival(lifetimes)
    with pytest.raises(ValueError, match="no brand 'Mine'; there are: Ours, Rival"):
        survival(measures.survival(lifetimes), focal="Mine")
