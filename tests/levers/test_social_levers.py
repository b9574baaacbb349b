"""Levers that work by what customers say and see of each other: moderation and advocacy."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError

N = 20_000
ROUNDING = 1e-6
"""Some float32 roundings of 2**-24 of numbers up to 1."""


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# ---------------------------------------------------------------------------------------------------------- moderation

JUSTICE = {
    "kind": "justice", "complain_minor": 1.0, "complain_severe": 1.0, "public_chance": 0.5, "public_audience": 50.0,
    "weight_distributive": 1.0, "weight_speed": 0.0, "weight_interaction": 0.0,
}  # fmt: skip


def failing(levers=(), recovery=0.25, n=200, **changes) -> Scenario:
    """Every purchase of A and B fails, and every answer is worth `recovery`."""
    complaints = {"failure_chance": 1.0, "distributive": recovery, "ease": 0.5}
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 1.0},
        "behavior": {
            "choice": {"kind": "logit", "outside_option": False},
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level"},
            "bond": {"kind": "drift"},
            "recovery": JUSTICE,
        },
        "word_of_mouth": {"influence": {"kind": "heard"}},
        "brands": {"A": {"complaints": complaints, "levers": list(levers)}, "B": {"complaints": complaints}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


@pytest.mark.parametrize(
    ("recovery", "in_public", "strength", "said"),
    [(0.25, 0.5, 1.0, 2 * 0.625 - 1), (0.25, 0.2, 1.0, 2 * 0.4 - 1), (0.5, 0.5, 3.0, 1.0), (1.0, 0.5, 1.0, 1.0)],
)
def test_moderation__others_see_better_answers_of_its_brand_alone(recovery, in_public, strength, said):
    lever = {"kind": "moderation", "in_public": in_public, "easier": 0.0, "strength": strength}
    simulation = Simulation(failing([lever], recovery)).run(until=1)
    public = simulation.world.workers[0].totals  # cleared with the step: count by the flows kept
    seen = public.split(simulation._flows)["complaints_public"][0, 0, 0]
    assert seen.min() > 20
    units = simulation.world.messages.public()[0]
    assert units.tolist() == [seen[0] * round(said * 50 * 1024), seen[1] * round((2 * recovery - 1) * 50 * 1024)]


def test_moderation__changes_nothing_for_who_complained_but_what_others_say():
    """Where hearing shifts no choice, everything but what is heard is as without it, bit for bit."""
    deaf = {"word_of_mouth.influence.shift": 0.0}
    without, lever = Simulation(failing(**deaf)), {"kind": "moderation", "in_public": 0.9, "easier": 0.0}
    with_it = Simulation(failing([lever], **deaf))
    for simulation in (without, with_it):
        simulation.run()
    for name, array in without.world.customers.arrays.items():
        np.testing.assert_array_equal(array, with_it.world.customers.arrays[name], err_msg=name)
    assert (without.world.messages.public() != with_it.world.messages.public())[0].tolist() == [True, False]


def test_moderation__shifts_what_everybody_heard_by_the_better_answer():
    lever = {"kind": "moderation", "in_public": 0.5, "easier": 0.0}
    simulation = Simulation(failing([lever], n=200, **{"word_of_mouth.influence.heard_max": 100.0})).run(until=1)
    units = simulation.world.messages.public()[0, 0]
    simulation.step()
    heard = simulation.world.customers.arrays["heard"][0]
    assert units > 0 and heard == pytest.approx(0.8 * units / 1024 / 200, rel=1e-5)


def test_moderation__who_can_be_asked_hears_of_more():
    """Ease .5 + .4 · .5 = .7; by_ease 2: logit(.3) + 2 · .2."""
    lever = {"kind": "moderation", "in_public": 0.0, "easier": 0.4, "strength": 1.0}
    some = {"complain_minor": 0.3, "complain_severe": 0.3, "by_bond": 0.0, "by_ease": 2.0}
    simulation = Simulation(failing([lever], n=N, **{"behavior.recovery": {**JUSTICE, **some}})).run(until=1)
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    failures, complaints = (flows[name][0, 0, 0] for name in ("failures", "complaints"))
    for brand, chance in enumerate((logistic(math.log(0.3 / 0.7) + 0.4), 0.3)):
        error = math.sqrt(chance * (1 - chance) / failures[brand])
        assert abs(complaints[brand] / failures[brand] - chance) < 4 * error


# ------------------------------------------------------------------------------------------------------------ advocacy

TALK = {"kind": "rates", "talk_good": 0.2, "talk_bad": 0.1, "high": 0.6, "low": 0.4, "width": 0.1, "bond_talk": 0.5}


def talking(levers=(), n: int = N, **changes) -> Scenario:
    """Half of the customers bought A last, half B; nobody needs any."""
    half = {"share": 0.5, "needs_per_week": 0.0}
    document = {
        "focal": "A",
        "steps": 4,
        "burn_in": 0,
        "population": {
            "n_customers": n,
            "segments": {"Of A": {**half, "start_brand": "A"}, "Of B": {**half, "start_brand": "B"}},
        },
        "behavior": {
            "experience": {"kind": "normal"},
            "satisfaction": {"kind": "level", "start": 0.55},
            "bond": {"kind": "drift", "start": 0.4},
        },
        "word_of_mouth": {"talk": TALK},
        "brands": {"A": {"levers": list(levers)}, "B": {}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def said(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """Praise and blame of each brand in the step that was made last."""
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    now = simulation.now - 1
    return tuple(flows[f"messages_{sign}"][now, 0].sum(axis=0) for sign in ("positive", "negative"))


@pytest.mark.parametrize("bond_talk", [0.5, 0.0])
def test_advocacy__praise_is_more_frequent_by_the_bond_and_blame_is_not(bond_talk):
    lever = {"kind": "advocacy", "praise": 1.5, "strength": 2.0, "growth": 0.0}
    simulation = Simulation(talking([lever], **{"word_of_mouth.talk.bond_talk": bond_talk})).run(until=1)
    people = np.bincount(simulation.world.customers.arrays["last_brand"], minlength=2)
    praise, blame = said(simulation)
    talks = 1 + bond_talk * 0.4
    for brand, more in enumerate((1 + 2 * 1.5 * 0.4, 1.0)):
        expected = people[brand] * 0.2 * logistic(-0.5) * talks * more
        assert abs(praise[brand] - expected) < 4 * math.sqrt(expected)
        expected = people[brand] * 0.1 * logistic(-1.5) * talks
        assert abs(blame[brand] - expected) < 4 * math.sqrt(expected)


def test_advocacy__changes_no_message_about_other_brands():
    lever = {"kind": "advocacy", "praise": 5.0, "growth": 0.0}
    with_it, without = (Simulation(talking(levers, n=2000)).run(until=1) for levers in ([lever], []))
    piles = [simulation.world.messages.piles[0] for simulation in (with_it, without)]
    of_b = [pile.brand[: pile.n] == 1 for pile in piles]
    for name in ("sender", "strength", "luck"):
        told = [getattr(pile, name)[: pile.n][which] for pile, which in zip(piles, of_b)]
        np.testing.assert_array_equal(*told)
    assert of_b[0].any() and (~of_b[0]).sum() > 1.5 * (~of_b[1]).sum()


def test_advocacy__grows_bonds():
    simulation = Simulation(talking([{"kind": "advocacy", "growth": 0.01, "strength": 3.0}], n=10)).run(until=1)
    assert simulation.world.market.bond_growth[0].tolist() == pytest.approx([0.03, 0.0], abs=ROUNDING)
    assert simulation.world.market.advocacy[0].tolist() == [3.0, 0.0]


@pytest.mark.parametrize(
    ("scenario", "lever", "off", "said"),
    [
        (
            failing,
            {"kind": "moderation"},
            {"behavior.recovery": "none", "brands": {"A": {}, "B": {}}},
            'nobody would feel a lever "moderation": set behavior.recovery to kind "justice" with public complaints '
            'and word_of_mouth.influence to kind "heard" or behavior.recovery to kind "justice"',
        ),
        (
            talking,
            {"kind": "advocacy"},
            {"behavior.bond": "none"},
            'set word_of_mouth.talk to kind "rates" with behavior.bond or behavior.bond to kind "drift"',
        ),
        (talking, {"kind": "advocacy", "praise": -1.0}, {}, "praise: must be at least 0"),
        (failing, {"kind": "moderation", "in_public": 1.5}, {}, "in_public: must be at most 1"),
    ],
)
def test_lever__that_is_not_felt_or_out_of_range_is_refused(scenario, lever, off, said):
    with pytest.raises(ScenarioError, match=said):
        scenario(**off).vary({"brands.A.levers": [lever]})
