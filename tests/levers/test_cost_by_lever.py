"""Cost by lever: each lever's own; those of a brand's levers together are the brand's, in every step and segment."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loyaltysim as ls
from loyaltysim import Simulation
from loyaltysim.results import OF_LEVER, lever_names
from loyaltysim.scenario import Scenario
from loyaltysim.study.pulled import cost_of_lever, pulled
from loyaltysim.totals import BY_LEVER

OF_BRAND = dict(zip(BY_LEVER, ("lever_cost", "contacts")))
"""The brand's sum of what is kept by lever."""


def market(ours=(), rivals=(), **changes) -> Scenario:
    """Two brands and two segments; customers leave, so that there is somebody to win back."""
    document = {
        "focal": "A",
        "steps": 12,
        "burn_in": 2,
        "population": {
            "n_customers": 70,
            "needs_per_week": 0.6,
            "dropout_chance": 0.2,
            "segments": {"Few": {"share": 0.3}, "Many": {"share": 0.7}},
        },
        "behavior": {
            "experience": {"kind": "index"},
            "satisfaction": {"kind": "level"},
            "bond": {"kind": "drift", "start": 0.2},
            "lapse": {"kind": "dropout"},
            "win_back": {"kind": "logit"},
        },
        "brands": {"A": {"levers": list(ours)}, "B": {"levers": list(rivals)}},
        "metrics": {"period_steps": 4},
    }
    return Scenario.from_document(document).vary(changes)


costs = st.sampled_from([0.0, 0.37, 12.0])
levers = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["gift", "communication", "event", "service", "win_back", "exclusive"]),
            "strength": st.sampled_from([0.0, 0.5, 1.0]),
            "cost_a_week": costs,
        },
        optional={"from_week": st.integers(0, 6), "until_week": st.integers(7, 12)},
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=25)
@given(levers, levers, st.integers(0, 99))
def test_levers_of_a_brand__together_cost_and_reach_what_the_brand_does(ours, rivals, seed):
    scenario = market(ours, rivals)
    flows = Simulation(scenario, seed=seed, replications=2).run().raw().flows
    for name, of_brand in OF_BRAND.items():
        mine, theirs = np.split(flows[name], [len(ours)], axis=-1)
        np.testing.assert_array_equal(mine.sum(-1), flows[of_brand][..., 0])
        np.testing.assert_array_equal(theirs.sum(-1), flows[of_brand][..., 1])
        assert flows[name].shape[-1] == len(ours) + len(rivals)
        for place, lever in enumerate(ours):
            assert lever["strength"] or not flows[name][..., place].any()


@given(st.lists(st.sampled_from(["gift", "event", "exclusive"])), st.lists(st.sampled_from(["gift", "service"])))
@settings(deadline=None, max_examples=25)
def test_names__are_told_apart_and_stay_when_more_come_behind_them(ours, more):
    names, longer = (
        lever_names(market([{"kind": kind} for kind in kinds], [{"kind": "gift"}])) for kinds in (ours, ours + more)
    )
    assert len({*longer}) == len(longer) == len(ours) + len(more) + 1
    assert longer[: len(ours)] == names[: len(ours)] and longer[-1] == names[-1] == "B: gift"


def test_each_lever__costs_what_is_worked_out_by_hand():
    everybody = {"target": {"kind": "everybody"}}
    gifts = [{"kind": "gift", "every_weeks": 5, "cost_each": each, **everybody} for each in (3.5, 0.25)]
    service = {"kind": "service", "cost_a_week": 10.01, "until_week": 4}
    seated = {"population.start_brand": "A", "burn_in": 0}
    data = ls.simulate(market([gifts[0], service, gifts[1]], [service], **seated)).isel(replication=0)
    assert data["lever"].values.tolist() == ["A: gift", "A: service", "A: gift 2", "B: service"]
    whose, what = (data[name].values.tolist() for name in OF_LEVER)
    assert (whose, what) == (["A", "A", "A", "B"], ["gift", "service", "gift", "service"])
    cost = data["cost_of_lever"].sum("step").sel(segment="all")
    np.testing.assert_allclose(cost, [3 * 70 * 3.5, 40.04, 3 * 70 * 0.25, 40.04], rtol=1e-12)
    assert data["contacts_of_lever"].sum("step").sel(segment="all").values.tolist() == [210, 0, 210, 0]
    few = int(data["population"].sel(segment="Few"))
    assert data["contacts_of_lever"].sum("step").sel(segment="Few").values.tolist() == [3 * few, 0, 3 * few, 0]
    together = data["cost_of_lever"].groupby("brand_of_lever").sum().rename(brand_of_lever="brand")
    np.testing.assert_allclose(together.transpose(*data["lever_cost"].dims), data["lever_cost"], rtol=1e-12)


def test_results__have_nothing_by_lever_where_there_is_none():
    data = ls.simulate(market())
    assert not {"lever", *BY_LEVER, *OF_LEVER} & {*data.variables, *data.dims}
    assert math.isnan(cost_of_lever(data, "A: gift")[0].mean)  # as a folder of an earlier version


def test_comparison__puts_levers_beside_each_other_that_not_all_have():
    gift, service = {"kind": "gift"}, {"kind": "service", "cost_a_week": 2.0}
    compared = ls.compare({"none": market(), "both": market([gift, service]), "one": market([service])}, replications=2)
    cost = compared.data["cost_of_lever"].sum("step").sel(segment="all", replication=0)
    assert cost.sel(lever="A: service").values.tolist() == [0, 24, 24]
    assert cost.sel(lever="A: gift", scenario=["none", "one"]).values.tolist() == [0, 0]
    gone = compared.data["cost_of_lever"].sel(scenario="one", lever="A: gift")
    assert gone.isnull().all()


def test_branch__goes_on_with_each_lever_by_its_name(tmp_path):
    gift, service, news = {"kind": "gift"}, {"kind": "service", "cost_a_week": 2.0}, {"kind": "communication"}
    start = Simulation(market([gift, service])).run(until=5)
    after = start.branch(market([news, service])).run().raw().flows["cost_of_lever"]
    before = start.raw().flows["cost_of_lever"]
    assert before[:7, ..., 1].sum() == after[:7, ..., 1].sum() == 7 * 20_000
    assert not after[:7, ..., 0].any() and after[7:, ..., 0].any()
    start.checkpoint(tmp_path / "start.npz")
    restored = Simulation(market([gift, service])).restore(tmp_path / "start.npz").run().results()
    assert restored.identical(start.run().results())


@pytest.mark.parametrize("store", [True, False])
def test_pulled__tells_each_lever_what_it_cost(store, tmp_path):
    gift, service = {"kind": "gift", "cost_each": 1.5}, {"kind": "service", "cost_a_week": 2.0}
    scenario = market([service], [gift], focal="B")
    kept = {"store": tmp_path / "runs"} if store else {}
    data = ls.compare({"it": scenario, "again": scenario}, replications=2, **kept).runs["it"]
    first, second = pulled(scenario)
    assert (first.name, second.name) == ("B: gift", "A: service")  # the focal brand's first
    (cost, contacts), (week, none) = (cost_of_lever(data, one.name) for one in (first, second))
    assert cost.mean == pytest.approx(1.5 * contacts.mean) and contacts.mean > 0
    assert (week.mean, week.half, none.mean) == (24, 0, 0)
