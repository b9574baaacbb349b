"""The picture of a calibration: pinned settings are filled, held-out numbers square, and all stand where they are."""

import pandas as pd
import pytest

from loyaltysim import plots


@pytest.fixture
def frames():
    settings = pd.DataFrame(
        {
            "path": ["a", "b"], "low": [0.0, 10.0], "high": [2.0, 20.0], "estimate": [1.5, 15.0],
            "ci_low": [1.0, 10.5], "ci_high": [1.8, 19.5], "status": ["pinned", "wide"],
        }
    )  # fmt: skip
    targets = pd.DataFrame(
        {
            "name": ["share", "repeat, held out"], "observed": [0.4, 0.9], "predicted": [0.4, 0.5],
            "ci_low": [0.3, 0.4], "ci_high": [0.5, 0.6], "fitted": [True, False],
        }
    )  # fmt: skip
    return settings, targets


def test_settings__stand_within_their_ranges(frames):
    left, _ = plots.calibration(*frames).child_axes
    marks = [line for line in left.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in marks] == [0.75, 0.5]
    assert [line.get_markerfacecolor() == "white" for line in marks] == [False, True]


def test_targets__stand_as_far_from_the_prediction_as_they_are(frames):
    _, right = plots.calibration(*frames).child_axes
    fitted, held = (next(line for line in right.lines if line.get_marker() == mark) for mark in "os")
    assert fitted.get_xdata() == pytest.approx([0.0]) and held.get_xdata() == pytest.approx([4.0])
    assert [label.get_text() for label in right.get_yticklabels()] == ["share", "repeat"]


def test_settings__that_end_at_a_bound_point_there(frames):
    settings, targets = frames
    left, _ = plots.calibration(settings.assign(status=["at low", "at high"]), targets).child_axes
    assert [line.get_marker() for line in left.lines if line.get_marker() in ("<", ">")] == ["<", ">"]


def test_names__that_are_too_wide_for_a_line_have_two(frames):
    settings, targets = frames
    settings = settings.assign(path=["behavior.choice.feature_weight", "brands.Ours.programs.0.reward.threshold"])
    targets = targets.assign(name=["repeat after five", "share of purchases[Own Brand of the Shop], held out"])
    left, right = plots.calibration(settings, targets).child_axes
    told = [[label.get_text() for label in ax.get_yticklabels()] for ax in (left, right)]
    assert told[0] == ["behavior.choice.\nfeature_weight", "brands.Ours.programs.\n0.reward.threshold"]
    assert told[1] == ["repeat after five", "share of purchases\n[Own Brand of the Shop]"]


def test_words__name_what_was_calibrated_and_have_a_true_minus(frames):
    settings, targets = frames
    ax = plots.calibration(settings.assign(low=-4.0, estimate=-3.81), targets, of="Yogurt")
    assert ax.get_title(loc="left").replace("\n", " ") == "Yogurt: Which settings did the data pin down?"
    assert {text.get_text() for text in ax.child_axes[0].texts} == {"−3.81"}
    assert plots.calibration(settings, targets).get_title(loc="left").startswith("Which settings")


def test_frames__of_something_else_are_refused(frames):
    with pytest.raises(ValueError, match="no frames of a calibration: there is no path, low, high, status"):
        plots.calibration(frames[1], frames[1])
