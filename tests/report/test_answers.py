"""The answers: a verdict by its interval, a price of a point, a break-even, in words."""

from dataclasses import replace

import numpy as np
import pytest

from loyaltysim.report.answers import answers, short_name
from loyaltysim.report.language import Language
from loyaltysim.study.launches import Launch

pytestmark = pytest.mark.slow  # the report of a small market takes some seconds to work out


def worth(*values, retention=0.02) -> Launch:
    """A launch that brings so much at its end, one number a replication, evenly over 39 weeks."""
    margin = np.repeat(np.array(values, float)[:, None] / 39, 39, axis=1)
    moved = np.full(len(values), retention) + 0.001 * np.arange(len(values))
    return Launch(margin, np.zeros_like(margin), margin.sum(1), moved, moved)


def told(found, key, **changes):
    changes = {"going_on": None, **changes}
    return {answer.key: answer for answer in answers(replace(found, **changes), Language())}[key]


@pytest.mark.parametrize(
    ("values", "draws", "verdict"),
    [
        ((100, 110, 90), [50] * 10, "Keep it."),
        ((100, 110, 90), [50] * 5 + [-50] * 5, "Keep it, if the assumptions hold."),
        ((-100, -110, -90), [-50] * 10, "Stop it, or change it."),
        ((-100, -110, -90), [50] * 5 + [-50] * 5, "Stop it, if the assumptions hold."),
        ((-100, 110, 0), [50] * 10, "Too close to call."),
        ((100,), [50] * 10, "One replication has no interval: run more before you decide."),
    ],
)
def test_verdict__goes_by_the_interval_and_the_draws(found, values, draws, verdict):
    assert told(found, "keep", launch=worth(*values), draws=np.array(draws, float)).short == verdict


@pytest.mark.parametrize(
    ("margins", "short", "tone"),
    [
        ({"half": (10, 5, 15)}, "half earns more than mine.", "good"),
        ({"half": (-10, -15, -5)}, "mine earns more than half.", "bad"),
        ({"half": (3, -5, 11)}, "Too close to call.", "open"),
        ({"half": (10, 5, 15), "none": (-10, -12, -8)}, "half earns most.", "good"),
        ({"half": (-1, -1.5, -0.5), "none": (-10, -12, -8)}, "mine earns most.", "bad"),
        ({"half": (10, 5, 15), "none": (1, -2, 4)}, "Too close to call.", "open"),
    ],
)
def test_better__goes_by_margins_and_their_intervals(found, margins, short, tone):
    effects = [
        {
            "question": "scenario",
            "scenario": name,
            "metric": metric,
            "effect": size[0],
            "ci_low": size[1],
            "ci_high": size[2],
        }
        for name, margin in margins.items()
        for metric, size in (("margin", margin), ("retention_rate", (-0.013, -0.02, -0.006)))
    ]
    answer = told(found, "better", read=replace(found.read, baseline="mine", effects=effects))
    assert (answer.short, answer.tone) == (short, tone)
    assert len(answer.items) == len(margins)
    first = answer.items[0].replace("\N{NO-BREAK SPACE}", " ")
    assert first.startswith("half instead of mine: ") and "-1.3" in first.replace("−", "-")


def test_better__is_asked_of_a_comparison_alone(found):
    alone = replace(found, read=replace(found.read, baseline=None), going_on=None)
    assert "better" not in {answer.key for answer in answers(alone, Language())}


def test_verdict__of_a_running_program_is_that_of_stopping_it(found):
    answer = told(found, "keep", launch=worth(-100, -110, -90), going_on=worth(30, 31, 32), draws=np.ones(10))
    assert answer.short == "Keep it."
    told_of = answer.whole.replace("\N{NO-BREAK SPACE}", " ")
    assert "instead of stopping now brings 31.0 kr (95 %: 28.5 to 33.5)" in told_of  # 4.303 standard errors of .577


def test_point__is_rewards_given_and_owed_by_points_won(found):
    parts = found.value.by_replication
    paid = (parts["program_cost"] + parts["liability"]).mean()
    answer = told(found, "point", launch=worth(0, 0, 0, retention=0.02))
    assert answer.short == f"{paid / 2.1:.0f} kr of rewards"  # of 2.0, 2.1 and 2.2 points
    assert told(found, "point", launch=worth(0, 0, 0, retention=-0.001)).short == "It cannot be told."
    assert told(found, "point", launch=worth(0, 0, 0, retention=-0.02)).short == "It buys none."
    assert told(found, "point", launch=worth(0, 0, 0, retention=np.nan)).short == "Not measured."


def test_break_even__is_told_in_weeks(found):
    assert told(found, "even", launch=worth(-1, -2, -3)).short == "Not within 39 weeks."
    assert told(found, "even", launch=worth(10, 10.1, 9.9)).short == "After 1 week."
    assert told(found, "even", launch=worth(-10, 30, 10)).short == "After 1 week, or not at all."
    assert "interval" not in told(found, "even", launch=worth(10)).text


def test_world__that_cannot_come_about_is_said_so(found):
    assert told(found, "copy", worlds={}).short == "It does not arise."
    answer = told(found, "copy", launch=worth(5, 5, 5), worlds={"rival_copies_program": worth(2, 2, 2)})
    assert answer.short == "2.00 kr instead of 5.00"


def test_names__are_the_last_parts_of_a_path():
    assert short_name("population.segments.Regular.price_sensitivity.median") == "price sensitivity, median"
    assert short_name("behavior.bond.threshold") == "threshold"
    assert short_name("brands.Rival.pricing.0.depth") == "depth"
