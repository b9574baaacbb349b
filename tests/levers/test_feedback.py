"""Feedback: who is asked and answers, what comes of it and when, and what being heard does to the bond."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError

N = 90
ROUNDING = 1e-6
"""Some float32 roundings of 2**-24 of numbers up to 1."""
FADING = 0.02
ALL = {"kind": "feedback", "every_weeks": 100, "answers": 1.0, "answers_needed": 60.0, "lag_weeks": 5, "closes": 0.4}
"""Everybody is asked in the first week, and answers; in week 5 something comes of it."""


def market(levers=(), n=N, **changes) -> Scenario:
    """Two brands, of which all have bought A and nobody needs any, so that bonds drift and nothing else happens."""
    document = {
        "focal": "A",
        "steps": 40,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 0.0, "start_brand": "A"},
        "behavior": {
            "experience": {"kind": "normal"},
            "bond": {"kind": "drift", "start": 0.3, "from_satisfaction": 0.0, "fading": FADING},
        },
        "brands": {"A": {"quality": 0.5, "levers": list(levers)}, "B": {"quality": 0.6}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def qualities(scenario: Scenario, steps: int) -> list[float]:
    """The quality of A in each of so many steps; that of B never changes."""
    simulation, seen = Simulation(scenario), []
    for _ in range(steps):
        simulation.step()
        a, b = simulation.world.market.quality[0].tolist()
        assert b == np.float32(0.6)
        seen.append(a)
    return seen


def better(answers: float, strength: float = 1.0) -> float:
    """Eq. E132 by hand."""
    return 0.5 + 0.5 * min(strength * 0.4 * answers / (answers + 60), 1)


def bonds(simulation: Simulation) -> np.ndarray:
    return simulation.schedule.faded(simulation.now - 1)["bond"][0]


def fade(weeks: float) -> float:
    return math.exp(-FADING * weeks)


@pytest.mark.parametrize(("days", "lag"), [(7, 5), (14, 3), (3.5, 10)])
def test_feedback__the_product_fits_better_exactly_after_the_lag(days, lag):
    """With steps of two weeks, five weeks are over with the third step."""
    quality = qualities(market([ALL], step_days=days), lag + 4)
    assert quality[:lag] == [0.5] * lag
    assert quality[lag:] == pytest.approx([better(N)] * 4, abs=ROUNDING)


def test_feedback__with_no_lag_the_product_fits_at_once():
    assert qualities(market([{**ALL, "lag_weeks": 0}]), 2) == pytest.approx([better(N)] * 2, abs=ROUNDING)


def test_feedback__more_answers_tell_less_and_less_and_the_product_stays_when_the_lever_stops():
    lever = {**ALL, "every_weeks": 6, "until_week": 13, "strength": 2.0}
    quality = qualities(market([lever]), 30)
    for week, answers in ((4, 0), (5, N), (10, N), (11, 2 * N), (17, 3 * N), (29, 3 * N)):
        assert quality[week] == pytest.approx(better(answers, 2.0), abs=ROUNDING), week
    assert qualities(market([{**lever, "strength": 1000.0}]), 6)[5] == 1.0


def test_feedback__wears_off_as_needs_change():
    quality = qualities(market([{**ALL, "wears_off_weeks": 8.0}], step_days=14), 10)
    for step in range(3, 10):
        assert quality[step] == pytest.approx(better(N * math.exp(-2 * (step - 3) / 8)), abs=ROUNDING)


def test_feedback__who_is_asked_answers_by_chance_and_is_not_asked_again_before_something_comes_of_it():
    lever = {**ALL, "every_weeks": 2, "answers": 0.3, "cost_each": 0.5}
    simulation = Simulation(market([lever], n=20_000)).run(until=7)
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    asked = flows["contacts"][:7, 0, 0, 0]
    known = simulation.world.arrays["lever.A.feedback.0.known"][0]
    assert (asked[1:7:2] == 0).all() and asked[0] == 20_000
    for week, share in ((2, 0.7), (4, 0.49)):
        assert abs(asked[week] - 20_000 * share) < 4 * math.sqrt(20_000 * share * (1 - share))
    assert abs(known - 6000) < 4 * math.sqrt(20_000 * 0.21)
    answered = simulation.world.arrays["lever.A.feedback.0.answered"]  # in week 6 those of weeks 2 and 4 wait
    assert asked[6] == 20_000 - np.isin(answered, (2, 4)).sum()
    assert flows["lever_cost"][:7, 0, 0, 0].tolist() == (asked * 5000).tolist()


@pytest.mark.parametrize(("acted_on", "after"), [(True, lambda b: b + 0.2 * (1 - b)), (False, lambda b: b * (1 - 0.1))])
def test_feedback__being_heard_binds_and_asking_for_nothing_costs_the_bond(acted_on, after):
    lever = {**ALL, "acted_on": acted_on, "jump": 0.1, "loss": 0.05, "strength": 2.0}
    simulation = Simulation(market([lever])).run(until=5)
    assert bonds(simulation) == pytest.approx(0.3 * fade(4), abs=ROUNDING)
    simulation.run(until=9)
    assert bonds(simulation) == pytest.approx(after(0.3 * fade(5)) * fade(3), abs=ROUNDING)
    quality = simulation.world.market.quality[0, 0]
    assert quality == pytest.approx(better(N, 2.0) if acted_on else 0.5, abs=ROUNDING)


def test_feedback__only_those_who_answered_feel_heard():
    simulation = Simulation(market([{**ALL, "answers": 0.5}])).run(until=1)
    answered = simulation.world.arrays["lever.A.feedback.0.answered"] == 0
    simulation.run(until=6)
    heard = bonds(simulation) > 0.3 * fade(5) + ROUNDING
    assert 20 < answered.sum() < 70
    np.testing.assert_array_equal(heard, answered)


def test_feedback__goes_on_in_a_branch_that_stops_asking_and_begins_in_one_that_adds_it():
    straight = Simulation(market([ALL])).run(until=3)
    branch = straight.branch(market([{**ALL, "until_week": 1}])).run(until=8)
    straight.run(until=8)
    assert branch.world.market.quality[0, 0] == straight.world.market.quality[0, 0] > 0.5
    np.testing.assert_array_equal(bonds(branch), bonds(straight))
    added = Simulation(market()).run(until=3).branch(market([{**ALL, "every_weeks": 1}]))
    assert added.run(until=8).world.market.quality[0, 0] == 0.5
    assert added.run(until=9).world.market.quality[0, 0] == pytest.approx(better(N), abs=ROUNDING)


@pytest.mark.parametrize(
    ("settings", "off", "said"),
    [
        (
            {},
            {"behavior.experience": "none", "behavior.bond": "none"},
            'nobody would feel a lever "feedback": set behavior.experience or behavior.bond',
        ),
        (
            {"acted_on": False},
            {"behavior.bond": "none"},
            'nobody would feel a lever "feedback": set behavior.bond',
        ),
        ({"acted_on": False, "loss": 0}, {}, "changes nothing: set loss above 0, or acted_on = true"),
        ({"closes": 0, "jump": 0}, {}, "changes nothing: set closes or jump above 0"),
        ({"every_weeks": 0.5}, {}, "every_weeks of 0.5 weeks is shorter than a step of 1 week"),
        ({"answers": 1.5}, {}, "answers: must be at most 1"),
        ({"answers_needed": 0}, {}, "answers_needed: must be above 0"),
        ({"wears_off_weeks": 0}, {}, "wears_off_weeks: must be above 0"),
        ({"lag_weeks": -1}, {}, "lag_weeks: must be at least 0"),
    ],
)
def test_feedback__that_is_not_felt_or_out_of_range_is_refused(settings, off, said):
    with pytest.raises(ScenarioError, match=said):
        market([{"kind": "feedback", **settings}], **off)
