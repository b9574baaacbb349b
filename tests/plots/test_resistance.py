import warnings

import numpy as np
import pandas as pd
import pytest

from loyaltysim.plots import resistance


@pytest.fixture
def curve():
    """A resistance curve of three depths."""
    frame = pd.DataFrame({"depth": [0.0, 0.2, 0.4], "defection": [0.3, 0.4, 0.6], "effect": [0, 0.1, 0.3], "n": 8})
    for name, half in (("defection", 0.05), ("effect", 0.02)):
        ends = ("defection_low", "defection_high") if name == "defection" else ("ci_low", "ci_high")
        for end, sign in zip(ends, (-1, 1)):
            frame[end] = frame[name] + sign * half
    return frame


def words(ax):
    return " ".join(" ".join([ax.get_title("left"), *(text.get_text() for text in ax.texts)]).split())


def test_resistance__draws_the_means_and_their_intervals_in_percent(curve, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = resistance(curve.sample(frac=1, random_state=1))
        ax.figure.savefig(tmp_path / "picture.png", dpi=40)
    line = next(line for line in ax.get_lines() if line.get_marker() == "o")
    np.testing.assert_allclose(line.get_xdata(), [0, 20, 40])
    np.testing.assert_allclose(line.get_ydata(), [30, 40, 60])
    (bars,) = (bar for container in ax.containers for bar in container.lines[2])
    np.testing.assert_allclose(
        [path.vertices for path in bars.get_paths()], [[[20, 38], [20, 42]], [[40, 58], [40, 62]]]
    )
    assert "8 replications" in words(ax) and "95 %" in words(ax)
    assert "(%" in ax.get_xlabel() and "(%" in ax.get_ylabel()


def test_resistance__of_one_replication_has_no_interval(curve):
    ax = resistance(curve.assign(n=1, ci_low=np.nan, ci_high=np.nan, defection_low=np.nan, defection_high=np.nan))
    assert "no interval" in words(ax)


def test_resistance__names_several_scenarios(curve):
    ax = resistance(pd.concat([curve.assign(scenario=name) for name in ("as it is", "without bonds")]))
    assert {"as it is", "without bonds"} <= {text.get_text() for text in ax.texts}
    styles = {
        line.get_label(): line.get_linestyle() for line in ax.get_lines() if line.get_marker() not in ("None", "_")
    }
    assert styles["as it is"] != styles["without bonds"]


def test_resistance__says_why_there_is_nothing(curve):
    assert "No customer of ours" in words(resistance(curve.assign(defection=np.nan)))
    with pytest.raises(ValueError, match="there is no depth"):
        resistance(curve.drop(columns="depth"))
