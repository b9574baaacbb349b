"""Awareness advertising: prospects come at a higher rate, and who never bought the brand looks at it."""

import math

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.totals import ADVERTISING, FRIENDS

N = 40_000
YEAR = 365.25
ADS = {"kind": "awareness_advertising", "rate": 4.0, "recall": 1.2, "half_life_weeks": 2.0}
LEFT = math.sqrt(0.5)
"""What a week leaves of adstock."""


def market(levers=(), of_b=(), n=N, acquisition=None, **changes) -> Scenario:
    """All are prospects, who need nothing but the occasion of coming, and everybody who comes buys A or B."""
    document = {
        "focal": "A",
        "steps": 20,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 0.0},
        "network": {"kind": "random", "mean_degree": 4},
        "behavior": {"choice": {"kind": "logit", "outside_option": False}},
        "word_of_mouth": {"acquisition": {"kind": "linear", "p": 1.0, "q": 0.0, **(acquisition or {})}},
        "brands": {"A": {"levers": list(levers)}, "B": {"levers": list(of_b)}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


def states(simulation: Simulation, *names: str) -> list[np.ndarray]:
    return [simulation.world.customers.arrays[name] for name in names]


def near(count: int, n: int, chance: float) -> bool:
    """Whether a count of n is within four standard errors of a chance."""
    return abs(count - n * chance) < 4 * math.sqrt(n * chance * (1 - chance))


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_awareness__prospects_come_at_the_rate_of_all_advertising(kind):
    """p + 2 · 4 · adstock + 6 · adstock a year, by eqs. E80 and E81 with no friends in the market."""
    levers, of_b = [{**ADS, "strength": 2.0}], [{**ADS, "rate": 6.0, "from_week": 1}]
    simulation = Simulation(market(levers, of_b, acquisition={"kind": kind}))
    years, left = 7 / YEAR, N
    for step in range(4):
        simulation.step()
        a, b = 8 * (1 - LEFT ** (step + 1)), 6 * (1 - LEFT**step)
        (entered,) = states(simulation, "entered")
        came = int((entered == step).sum())
        assert near(came, left, years * (1 + a + b)), step
        left -= came


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_awareness__who_comes_by_advertising_was_brought_by_each_in_proportion(kind):
    levers, of_b = [{**ADS, "half_life_weeks": 1e-3}], [{**ADS, "rate": 2.0, "half_life_weeks": 1e-3}]
    acquisition = {"kind": kind, "q": 5.0, "p": 2.0, "start_share": 0.2}
    simulation = Simulation(market(levers, of_b, acquisition=acquisition)).run(until=6)
    channel, brought = states(simulation, "channel", "advertised")
    ads = brought[channel == ADVERTISING]
    assert (brought[channel != ADVERTISING] == -1).all() and (channel == FRIENDS).sum() > 100
    for brand, share in ((0, 4 / 8), (1, 2 / 8), (-1, 2 / 8)):
        assert near(int((ads == brand).sum()), len(ads), share), brand


def test_awareness__whom_it_brings_recalls_the_brand_and_others_as_far_as_it_is_in_mind():
    """Adstock is 1 - √.5 in the first week: brought by A, logit 2 · 1.2; else 2 · 1.2 · adstock."""
    simulation = Simulation(market([{**ADS, "strength": 2.0, "rate": 20.0}], acquisition={"p": 12.0})).run(until=1)
    entered, brought, bought = states(simulation, "entered", "advertised", "last_brand")
    for by, recall in ((0, 2.4), (-1, 2.4 * (1 - LEFT))):
        those = (entered == 0) & (brought == by)
        assert those.sum() > 3000
        assert near(int((bought[those] == 0).sum()), int(those.sum()), 1 / (1 + math.exp(-recall))), by


def test_awareness__where_all_are_in_the_market_those_look_at_it_who_never_bought_it():
    start = {"population.segments": {"Of A": {"share": 0.5, "start_brand": "A"}, "Of none": {"share": 0.5}}}
    everybody = {"word_of_mouth.acquisition": {"kind": "none"}, **start}
    stopping = [{**ADS, "until_week": 2}]
    ours, base = (Simulation(market(levers, n=40).vary(everybody)) for levers in (stopping, []))
    adstock, segment = 0.0, ours.world.customers.segment
    for week in range(5):
        adstock = LEFT * adstock + (1 - LEFT) * (week < 2)
        chances = [simulation.choice_probabilities(np.arange(40)) for simulation in (ours, base)]
        odds = [np.log(p[:, 0] / p[:, 1]) for p in chances]
        assert odds[0] - odds[1] == pytest.approx(np.where(segment == 0, 0.0, 1.2 * adstock), abs=1e-5)
        ours.step()
        base.step()


def test_awareness__costs_what_coming_through_advertising_costs_and_nothing_twice():
    cost = {"brands.A.acquisition_cost": 3.0, "brands.B.acquisition_cost": 3.0}
    simulation = Simulation(market([ADS], n=5000, **cost)).run(until=8)
    flows = simulation.world.workers[0].totals.split(simulation._flows)
    (channel,) = states(simulation, "channel")
    assert flows["acquisition_cost"].sum() == 30_000 * (channel == ADVERTISING).sum() > 0
    assert flows["lever_cost"].sum() == 0


def test_awareness__in_one_replication_changes_nothing_in_another():
    """As facts of the market may differ by replication, so may chances; those of no advertising stay bit for bit."""
    both, without = (Simulation(market(levers, n=3000), replications=range(2)) for levers in ([ADS], []))
    show = both.schedule.show

    def show_in_the_second_alone(step: int) -> None:
        show(step)
        both.world.market.awareness[0] = 0

    both.schedule.show = show_in_the_second_alone
    both.schedule.levers = [(lever.with_(recall=0.0), own) for lever, own in both.schedule.levers]
    for simulation in (both, without):
        simulation.run(until=6)
    ours, others = (states(simulation, "entered")[0].reshape(2, -1) for simulation in (both, without))
    np.testing.assert_array_equal(ours[0], others[0])
    assert (ours[1] >= 0).sum() > 2 * (others[1] >= 0).sum()


@pytest.mark.parametrize(
    ("settings", "off", "said"),
    [
        (
            {},
            {
                "word_of_mouth.acquisition": "none",
                "behavior.choice": {"kind": "switching", "matrix": [[0.5, 0.5], [0.5, 0.5]]},
            },
            'nobody would feel a lever "awareness_advertising": set word_of_mouth.acquisition or '
            'behavior.choice to kind "logit"',
        ),
        ({"rate": -1.0}, {}, "rate: must be at least 0"),
        ({"recall": 11.0}, {}, "recall: must be at most 10"),
        ({"half_life_weeks": 0.0}, {}, "half_life_weeks: must be above 0"),
    ],
)
def test_awareness__that_is_not_felt_or_out_of_range_is_refused(settings, off, said):
    with pytest.raises(ScenarioError, match=said):
        market([{**ADS, **settings}], n=10, **off)
