"""Periods: who was a customer, in this period and the one before (eqs. E36–E39, D16)."""

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.metrics import periods
from loyaltysim.scenario import Scenario


def market(
    n: int, steps: int = 12, burn_in: int = 0, period: int = 3, replications: int = 1, **population
) -> Simulation:
    document = {
        "focal": "A",
        "steps": steps,
        "burn_in": burn_in,
        "population": {"n_customers": n, "needs_per_week": 0.3, **population},
        "brands": {"A": {"appeal": 1.0}, "B": {"appeal": 1.0}},
        "metrics": {"period_steps": period},
    }
    return Simulation(Scenario.from_document(document), replications=range(replications), log=True)


def counted(simulation: Simulation, *rounds, seat) -> dict[str, list]:
    """Close a period of some rounds of purchases: counts by brand."""
    for brands in rounds:
        periods.note(simulation.schedule.book, seat(simulation, brand=brands))
    counts = periods.close_period(simulation.schedule.book, simulation.world)
    return {name: counts[place, 0, 0].tolist() for place, name in enumerate(periods.COUNTS)}


def test_retention__by_hand(seat):
    simulation = market(6)
    a, b, none = 0, 1, -1
    first = counted(simulation, [a, a, a, b, none, none], [a, b, none, b, none, none], seat=seat)
    assert first == {
        "customers_start": [0, 0],
        "customers_end": [3, 2],
        "customers_kept": [0, 0],
        "category_purchases": [5, 4],  # of A: 2 + 2 + 1; of B: 2 + 2
    }
    second = counted(simulation, [a, none, b, b, a, a], seat=seat)
    assert second == {
        "customers_start": [3, 2],
        "customers_end": [3, 2],
        "customers_kept": [1, 1],
        "category_purchases": [3, 2],
    }
    # A: S = 3, E = 3, N = 2, so (E - N) / S = 1/3: one of the three came again
    third = counted(simulation, seat=seat)
    assert third["customers_start"] == [3, 2] and third["customers_end"] == [0, 0]


def test_retention__is_the_share_kept_and_not_the_formula_often_quoted(seat):
    # S = 1000, N = 200 and E = 1050: .85 kept, not (S - N) / S = .8
    simulation = market(1200)
    counted(simulation, np.repeat([0, -1], [1000, 200]), seat=seat)
    now = counted(simulation, np.repeat([0, -1, 0], [850, 150, 200]), seat=seat)
    start, end, kept = (now[f"customers_{what}"][0] for what in ("start", "end", "kept"))
    new = end - kept
    assert (start, end, new) == (1000, 1050, 200)
    assert (end - new) / start == 0.85 != (start - new) / start


def test_retention__nobody_to_lose_is_not_a_number():
    data = market(30, steps=6).run().results()
    assert data["customers_start"].isel(period=0).sum() == 0
    assert data["retention_rate"].isel(period=0).isnull().all()
    assert data["retention_rate"].isel(period=1).notnull().all()


def test_retention__where_nobody_leaves_a_brand_depends_on_the_length_of_the_period():
    rates = []
    for period in (3, 13, 52):
        data = market(5000, steps=104, period=period).run().results().sel(segment="all")
        rates.append(float(data["customers_kept"].sum() / data["customers_start"].sum()))
    assert rates == sorted(rates) and rates[0] < 0.6 < 0.95 < rates[2]


def test_retention__of_steady_poisson_buyers_is_the_chance_to_buy_in_a_period():
    # rate .3 a week; A is bought with e/(1 + 2e): the periods are independent, so the kept are 1 - e^{-3·.3·share} of S
    data = market(20_000, steps=6).run().results().sel(segment="all", brand="A").isel(period=1, replication=0)
    chance = 1 - np.exp(-3 * 0.3 * np.e / (1 + 2 * np.e))
    start = data["customers_start"].item()
    assert abs(data["retention_rate"].item() - chance) < 4 * np.sqrt(chance * (1 - chance) / start)


def in_steps(simulation: Simulation, first: int, last: int) -> set:
    """Customers of A in some steps, counted from the first of all."""
    log = simulation.transactions.frame()
    step = np.floor(log["time"] / 7)
    return set(log[(log["brand"] == "A") & (step >= first) & (step < last)]["customer"])


@pytest.mark.parametrize(("burn_in", "before"), [(0, None), (2, None), (3, 0), (5, 2), (6, 3)])
def test_first_period__begins_with_the_customers_of_the_last_stretch_of_the_burn_in(burn_in, before):
    # `before`: the step from which on customers count; None: the burn-in is shorter than a period
    data = market(200, steps=6, burn_in=burn_in).run().results().sel(segment="all", brand="A").isel(replication=0)
    whole = market(200, steps=6 + burn_in).run()
    start = set() if before is None else in_steps(whole, before, burn_in)
    now, then = in_steps(whole, burn_in, burn_in + 3), in_steps(whole, burn_in + 3, burn_in + 6)
    assert data["customers_start"].values.tolist() == [len(start), len(now)]
    assert data["customers_end"].values.tolist() == [len(now), len(then)]
    assert data["customers_kept"].values.tolist() == [len(start & now), len(now & then)]


@pytest.mark.parametrize(
    ("steps", "period", "of_step"), [(7, 3, [0, 0, 0, 1, 1, 1, -1]), (4, 0, [-1] * 4), (2, 3, [-1] * 2)]
)
def test_period_of_step__says_which_period_a_step_belongs_to_and_minus_one_for_none(steps, period, of_step):
    scenario = market(20, steps=12).scenario
    changes = {"steps": steps, "metrics.period_steps": period} if period <= steps else {"steps": steps, "metrics": {}}
    data = Simulation(scenario.vary(changes)).run().results()
    assert data["period_of_step"].values.tolist() == of_step
    assert data.sizes["period"] == (steps // period if period else 0)


def test_joined__counts_every_customer_once_a_brand():
    simulation = market(50, steps=12, replications=2, segments={"x": {"share": 0.5}, "y": {"share": 0.5}}).run()
    data = simulation.results()
    tried = simulation.world.customers.arrays["tried"].reshape(2, 50)
    for place, brand in enumerate("AB"):
        ever = (tried >> place & 1).sum(1)
        assert data["joined"].sel(brand=brand, segment="all").sum("step").values.tolist() == ever.tolist()
