"""The picture of what word of mouth is worth: parts add up on the page too."""

import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from loyaltysim import plots

SIZES = {
    "total": 100.0, "retention": -20.0, "acquisition": 150.0, "costs": -30.0, "acceleration": 40.0, "expansion": 110.0,
    "direct": 90.0, "indirect": 10.0,
}  # fmt: skip


def frame(half=15.0, n=5, **sizes):
    rows = [
        {
            "part": part,
            "metric": metric,
            "effect": size,
            "ci_low": size - half,
            "ci_high": size + half,
            "baseline": 1000.0,
            "n": n,
            "unit": "EUR" if metric == "margin" else metric,
        }
        for metric in ("margin", "units")
        for part, size in (SIZES | sizes).items()
        if metric == "margin" or part != "costs"
    ]
    return pd.DataFrame(rows)


def bars(ax):
    """Where each bar begins and ends, by its label."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    found = {}
    for patch in ax.patches:
        at = round(patch.get_y() + patch.get_height() / 2)
        found[labels[at]] = (patch.get_x(), patch.get_x() + patch.get_width())
    return found


def test_bars__begin_where_the_one_above_ended_and_sum_up_to_all():
    found = bars(plots.word_of_mouth_value(frame()))
    assert found == {
        "customers we had": (0, -20),
        "others, who buy anyway": (-20, 20),
        "others, who would not buy": (20, 130),
        "costs of programs, invitations …": (130, 100),
        "all word of mouth": (0, 100),
        "of it heard at first hand": (0, 90),
        "of it passed on": (90, 100),
    }


def test_units__have_no_costs_and_costs_of_nothing_are_left_out():
    assert len(bars(plots.word_of_mouth_value(frame(), metric="units"))) == 6
    assert len(bars(plots.word_of_mouth_value(frame(costs=0.0)))) == 6


def test_bars__are_hollow_where_zero_is_inside():
    ax = plots.word_of_mouth_value(frame())
    hollow = [patch for patch in ax.patches if patch.get_facecolor()[:3] == (1, 1, 1)]
    assert len(hollow) == 1 and hollow[0].get_width() == 10.0  # what was passed on


def test_notes__tell_the_share_of_all_and_what_lines_are(tmp_path):
    ax = plots.word_of_mouth_value(frame())
    texts = " ".join(text.get_text() for text in ax.findobj(mpl.text.Text))
    assert "+10.0 % of what there is without" in texts.replace("\n", " ") and "95 %" in texts
    assert ax.get_title("left").endswith("?") and ax.get_xlabel() == "margin (EUR)"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.savefig(tmp_path / "picture.png", dpi=40)


def test_one_replication__has_no_interval():
    ax = plots.word_of_mouth_value(frame(half=np.nan, n=1))
    assert "no interval" in " ".join(text.get_text() for text in ax.findobj(mpl.text.Text))


def test_nothing__is_said():
    ax = plots.word_of_mouth_value(frame(half=0.0, **dict.fromkeys(SIZES, 0.0)))
    assert "changed nothing" in " ".join(text.get_text() for text in ax.findobj(mpl.text.Text))


def test_axes__that_are_given_are_drawn_on():
    given = Figure().add_subplot()
    assert plots.word_of_mouth_value(frame(), given) is given


def test_frames__of_something_else_are_refused(effects_frame):
    with pytest.raises(ValueError, match="there is no part"):
        plots.word_of_mouth_value(effects_frame)
    with pytest.raises(ValueError, match="there are: margin, units"):
        plots.word_of_mouth_value(frame(), metric="bond")
