"""Every count and rate of the Dataset, recounted from the purchase log in plain Python (eqs. E35–E39)."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario
from loyaltysim.variables import VARIABLES

BRANDS = ("A", "B", "C")
SEGMENTS = {"few": {"share": 0.3, "needs_per_week": 0.4}, "many": {"share": 0.7, "price_sensitivity": 2.0}}


def market(n=25, brands=3, segmented=True, outside=True, steps=9, period=3, rate=1.2, burn_in=0, **changes) -> Scenario:
    """Up to three brands, one on promotion every third week, some customers with several occasions a step."""
    asked = {
        "A": {"price": 1.37, "unit_cost": 0.5, "appeal": 1.6, "programs": [{"kind": "points", "earn_rate": 2.5}]},
        "B": {"price": 1.1, "unit_cost": 0.7003, "appeal": 1.2},
        "C": {
            "price": 2.0,
            "appeal": 2.2,
            "pricing": [{"kind": "promotion_calendar", "depth": 0.35, "every_weeks": 3}],
        },
    }
    document = {
        "focal": "A",
        "steps": steps,
        "burn_in": burn_in,
        "population": {
            "n_customers": n,
            "needs_per_week": rate,
            "price_sensitivity": 1.0,
            "inertia": 0.5,
            "segments": SEGMENTS if segmented else {},
        },
        "behavior": {"choice": {"kind": "logit", "outside_option": outside or brands == 1}},
        "brands": {name: asked[name] for name in BRANDS[:brands]},
        "metrics": {"period_steps": period},
    }
    return Scenario.from_document(document).vary(changes)


def recount(scenario: Scenario, simulation: Simulation) -> dict[str, dict]:
    """Every variable that follows from purchases, by its coordinates, for a run without burn-in."""
    log, frame = simulation.transactions.frame(), simulation.customers()
    segmented = "segment" in frame
    group_of = {
        (r, c): s for r, c, s in zip(frame.replication, frame.customer, frame.get("segment", [None] * len(frame)))
    }
    counts = {name: defaultdict(float) for name in VARIABLES}
    length = scenario.metrics.period_steps
    bought_in = defaultdict(lambda: defaultdict(set))  # period → (replication, customer) → brands
    in_period = defaultdict(int)
    cost = {name: brand.unit_cost for name, brand in scenario.brands.items()}
    for who, own in log.groupby(["replication", "customer"]):
        replication = who[0]
        groups = ["all", group_of[who]] if segmented else ["all"]
        last, ever, in_step = None, set(), set()
        for row in own.itertuples():
            step = int(np.floor(row.time / 7))
            period = step // length
            bought_in[period][who].add(row.brand)
            in_period[period, who] += 1
            for group in groups:
                at = (replication, step, row.brand, group)
                counts["purchases"][at] += 1
                counts["units"][at] += row.units
                counts["revenue"][at] += row.price_paid
                counts["cost_of_goods"][at] += cost[row.brand] * row.units
                counts["buyers"][at] += (step, row.brand) not in in_step
                counts["joined"][at] += row.brand not in ever
                if last is not None:
                    counts["purchases_after"][replication, step, last, group] += 1
                    counts["repeat_purchases"][at] += row.brand == last
                if row.brand == "A":
                    counts["points_earned"][replication, step, "A points", group] += 2.5 * row.price_paid
            if last is not None:
                counts["switches"][replication, step, last, row.brand] += 1
            in_step.add((step, row.brand))
            ever.add(row.brand)
            last = row.brand
    for period in range(scenario.steps // length):
        for who in group_of:
            for group in ["all", group_of[who]] if segmented else ["all"]:
                was, now = bought_in[period - 1][who], bought_in[period][who]
                for brand in was | now:
                    at = (who[0], period, brand, group)
                    counts["customers_start"][at] += brand in was
                    counts["customers_end"][at] += brand in now
                    counts["customers_kept"][at] += brand in was and brand in now
                    counts["customers_new"][at] += brand in now and brand not in was
                    counts["category_purchases"][at] += in_period[period, who] * (brand in now)
    for who, segment in group_of.items():
        for group in ["all", segment] if segmented else ["all"]:
            counts["population"][who[0], group] += 1
    return counts


scenarios = st.builds(
    market,
    n=st.integers(1, 30),
    brands=st.integers(1, 3),
    segmented=st.booleans(),
    outside=st.booleans(),
    period=st.sampled_from([1, 3, 4]),  # 4: the last step is in no period
    rate=st.sampled_from([0.2, 1.2, 4.0]),
)
RECOUNTED = (
    "purchases units revenue cost_of_goods buyers joined purchases_after repeat_purchases points_earned switches "
    "customers_start customers_end customers_kept customers_new category_purchases population"
).split()


def dense(counted: dict, like) -> np.ndarray:
    """Counts by coordinates as an array."""
    array = np.zeros(like.shape)
    places = [{label: place for place, label in enumerate(like[dim].values)} for dim in like.dims]
    for at, value in counted.items():
        array[tuple(places[axis][label] for axis, label in enumerate(at))] += value
    return array


@given(scenarios, st.integers(1, 3), st.integers(0, 1000))
def test_dataset__every_count_is_that_of_the_purchase_log(scenario, replications, seed):
    simulation = Simulation(scenario, seed=seed, replications=range(2, 2 + replications), log=True).run()
    data, counts = simulation.results(), recount(scenario, simulation)
    for name in RECOUNTED:
        # money: whole 1/10,000 here, float64 sums there
        np.testing.assert_allclose(data[name].values, dense(counts[name], data[name]), atol=1e-9, err_msg=name)


@given(scenarios, st.integers(1, 3), st.integers(0, 1000))
def test_dataset__rates_are_those_of_the_purchase_log(scenario, replications, seed):
    simulation = Simulation(scenario, seed=seed, replications=range(replications), log=True).run()
    data, counts = simulation.results(), recount(scenario, simulation)
    length = scenario.metrics.period_steps
    periods = scenario.steps // length

    def by_period(name: str) -> np.ndarray:
        flow = dense(counts[name], data[name])[:, : periods * length]
        return flow.reshape(replications, periods, length, *flow.shape[2:]).sum(2)

    end, start, kept = (
        dense(counts[f"customers_{what}"], data[f"customers_{what}"]) for what in ("end", "start", "kept")
    )
    population = dense(counts["population"], data["population"])[:, None, None, :]
    purchases = by_period("purchases")
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = {
            "retention_rate": kept / start,
            "repeat_rate": by_period("repeat_purchases") / by_period("purchases_after"),
            "share": purchases / purchases.sum(2, keepdims=True),  # a purchase is of one unit
            "penetration": end / population,
            "purchase_frequency": purchases / end,
            "share_of_requirements": purchases / dense(counts["category_purchases"], data["category_purchases"]),
        }
    assert set(expected) == {name for name, variable in VARIABLES.items() if variable.kind == "rate"}
    for name, rate in expected.items():
        np.testing.assert_allclose(data[name].values, rate, rtol=1e-14, err_msg=name)


@given(scenarios, st.integers(0, 1000))
def test_dataset__its_identities_hold(scenario, seed):
    data = Simulation(scenario, seed=seed, replications=range(2), log=True).run().results()
    if data.sizes["segment"] > 1:
        for name, array in data.data_vars.items():
            if "segment" in array.dims and VARIABLES[name].kind != "rate" and VARIABLES[name].unit != "1":
                parts = array.isel(segment=slice(1, None)).sum("segment")
                np.testing.assert_allclose(array.sel(segment="all"), parts, atol=1e-9, err_msg=name)
    whole = data.sel(segment="all")
    assert (whole["purchases"].sum("brand") + data["no_purchase"] == data["occasions"]).all()
    if not scenario.behavior.choice.outside_option:
        assert not data["no_purchase"].any()
    np.testing.assert_array_equal(data["switches"].sum("brand_to"), whole["purchases_after"])
    diagonal = [[data["switches"].sel(brand=b, brand_to=b).values for b in data["brand"].values]]
    np.testing.assert_array_equal(np.moveaxis(diagonal[0], 0, -1), whole["repeat_purchases"])
    came = data["switches"].sum("brand").rename(brand_to="brand")
    assert (came <= whole["purchases"]).all()  # the rest are first purchases of all
    own = data.sel(brand="A")
    assert (own["members"] == own["joined"].cumsum("step")).all()  # automatic: who ever bought it
    np.testing.assert_allclose(
        own["points_outstanding"],
        (data["points_earned"] - data["points_redeemed"] - data["points_expired"]).cumsum("step").isel(program=0),
        atol=1e-9,
    )
    e, n, s = (whole[f"customers_{what}"] for what in ("end", "new", "start"))
    np.testing.assert_allclose(whole["retention_rate"], ((e - n) / s.where(s > 0)), rtol=1e-14)  # D16
    np.testing.assert_allclose(
        data["margin"], data["revenue"] - data["cost_of_goods"] - data["program_cost"] - data["lever_cost"], atol=1e-12
    )


def test_log__prices_and_deals_are_those_of_the_market():
    scenario = market(n=60, outside=False)
    simulation = Simulation(scenario, log=True).run()
    log, data = simulation.transactions.frame(), simulation.results().isel(replication=0)
    for row in log.itertuples():
        shown = data.sel(step=int(row.time // 7), brand=row.brand)
        assert row.price_paid == pytest.approx(shown["price"].item() * row.units, abs=0.5e-4)
        assert row.list_price == shown["list_price"].item()
        assert row.deal == shown["on_promotion"].item()
    assert 0 < log["deal"].sum() < len(log)


def test_time__runs_forward_within_a_customer():
    log = Simulation(market(rate=4.0), log=True).run().transactions.frame()
    order = log.sort_values(["customer", "time", "occasion"], kind="stable")
    assert (log.index == order.index).all()
    within = log.groupby(["customer", np.floor(log["time"] / 7)])
    assert (within["occasion"].diff().dropna() >= 1).all()


@pytest.mark.parametrize("burn_in", [1, 3, 7])
def test_burn_in__is_run_but_not_counted(burn_in):
    # with the same luck a run whose first steps are burn-in is the run without, less those steps
    whole = Simulation(market(steps=9 + burn_in, brands=2), log=True).run()
    later = Simulation(market(steps=9, burn_in=burn_in, brands=2), log=True).run()
    for name in ("purchases", "revenue", "switches", "joined", "occasions", "points_outstanding", "members", "bond"):
        np.testing.assert_array_equal(later.results()[name], whole.results()[name][:, burn_in:], err_msg=name)
    log, seen = (simulation.transactions.frame() for simulation in (whole, later))
    log["time"] -= 7 * burn_in
    log = log[log["time"] >= 0].reset_index(drop=True)
    np.testing.assert_allclose(log["time"], seen["time"], atol=1e-9)
    assert log.drop(columns="time").equals(seen.drop(columns="time"))
