"""What a program is worth: parts that add up, the subsidy, and who benefits (eqs. E118, E119)."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.study import program_value as study
from loyaltysim.totals import MONEY_UNIT

POINTS = {"kind": "points", "reward": {"kind": "cash", "value": 1.0, "threshold": 20.0}, "expected_breakage": 0.25}
EAGER = {**POINTS, "customer_response": {"kind": "worth", "worth_weight": 2.0}}
PROGRAMS = {
    "points": EAGER,
    "stamps": {"kind": "stamps", "n": 4},
    "experience": {"kind": "stamps", "n": 4, "reward": {"kind": "experience", "cost_each": 3.0}},
    "discount": {"kind": "member_discount", "percent": 7.5},
    "tiers": {
        "kind": "tiers",
        "tiers": [{"threshold": 5.0, "percent_off": 3.0}, {"threshold": 20.0, "percent_off": 9.0, "cost_each": 0.1}],
    },
    "club": {"kind": "club", "fee": 4.0, "enrollment": {"kind": "opt_in", "chance": 0.2}},
    "surprise": {"kind": "surprise", "chance": 0.2},
    "play": {"kind": "play", "lottery_chance": 0.1, "prize": 3.0},
}


def market(*programs, **changes) -> Scenario:
    document = {
        "focal": "A",
        "currency": "EUR",
        "steps": 30,
        "burn_in": 12,
        "population": {
            "n_customers": 300,
            "needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 0.8},
            "price_sensitivity": 1.0,
            "segments": {"One": {"share": 0.6}, "Other": {"share": 0.4}},
        },
        "behavior": {
            "experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}, "bond": {"kind": "linear"},
            "basket": {"kind": "poisson", "extra": 0.3},
        },
        "brands": {"A": {"price": 2.0, "unit_cost": 1.2, "programs": list(programs)}, "B": {"price": 1.9}},
    }  # fmt: skip
    return Scenario.from_document(document).vary(changes)


def whole(frame, name) -> np.ndarray:
    """A column in whole 1/10,000."""
    return np.rint(frame[name].to_numpy() * MONEY_UNIT).astype(np.int64)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_log__has_all_that_programs_cost_and_all_revenue(kind):
    simulation = Simulation(market(PROGRAMS[kind], burn_in=0), replications=range(2), log=True).run()
    log = simulation.transactions.frame()
    log["revenue"] = log["shelf_price"] * log["units"]
    data = simulation.results().sel(segment="all")
    for column, name in (("program_cost", "program_cost"), ("revenue", "revenue")):
        logged = log.groupby(["replication", "brand"], observed=False)[column].sum().to_numpy().reshape(2, 2)
        np.testing.assert_allclose(logged, data[name].sum("step").to_numpy(), rtol=1e-6)
    assert (data["program_cost"].sel(brand="A").sum("step") > 0).all()


@pytest.mark.parametrize("kind", ["discount", "tiers", "club", "stamps"])
def test_log__price_paid_is_the_shelf_price_of_all_units_less_what_programs_took_off(kind):
    program = PROGRAMS[kind]
    if kind == "tiers":
        program = {**program, "tiers": [{**tier, "cost_each": 0.0} for tier in program["tiers"]]}
    log = Simulation(market(program, burn_in=0), log=True).run().transactions.frame()
    assert (log["units"] > 1).any() and (log["program_cost"] > 0).any()
    np.testing.assert_allclose(log["price_paid"], log["shelf_price"] * log["units"] - log["program_cost"], atol=1e-6)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_parts__add_up_exactly_in_each_replication(kind):
    value = ls.program_value(market(PROGRAMS[kind]), replications=3)
    found = value.by_replication
    total = sum(sign * whole(found, name) for name, sign in study.SIGNS.items())
    np.testing.assert_array_equal(total, whole(found, "margin"))
    np.testing.assert_array_equal(whole(found, "subsidy") + whole(found, "rewards_won"), whole(found, "program_cost"))
    np.testing.assert_array_equal(whole(found, "margin") - whole(found, "liability"), whole(found, "margin_accrued"))
    by_group = value.groups_by_replication.groupby("replication").sum(numeric_only=True)
    assert (by_group["customers"] == 300).all()
    np.testing.assert_array_equal(whole(by_group, "program_cost"), whole(found, "program_cost"))
    np.testing.assert_array_equal(whole(by_group, "subsidy"), whole(found, "subsidy"))
    np.testing.assert_array_equal(by_group["units"] - by_group["units_without"], found["units"])
    own = whole(by_group, "margin") - whole(by_group, "margin_without")  # fees belong to no purchase
    np.testing.assert_array_equal(own, whole(found, "margin") - whole(found, "program_fees"))


def test_program_value__of_a_program_that_moves_nobody_is_its_cost():
    found = ls.program_value(market(POINTS), replications=2).by_replication
    assert (found["program_cost"] > 0).all()
    for name in ("units", "revenue", "rewards_won"):
        assert (found[name] == 0).all()
    assert (found["margin"] == -found["program_cost"]).all() and (found["subsidy"] == found["program_cost"]).all()


def test_program_value__is_the_effect_on_margin_where_nothing_came_before():
    scenario = market(EAGER, burn_in=0)
    effect = ls.compare({"without": study.without_program(scenario), "with": scenario}, replications=3).effects
    margin = effect.set_index("metric").loc["margin"]
    found = ls.program_value(scenario, replications=3).parts.set_index("part").loc["margin"]
    for end in ("effect", "ci_low", "ci_high"):
        assert found[end] == pytest.approx(margin[end], rel=1e-9)


def test_program_value__begins_with_the_measured_time_and_nobody_in_it():
    scenario = market(EAGER)
    start = study.launch(study.without_program(scenario), 1, range(2))
    with_it = start.branch(scenario, log=True)
    assert start.now == scenario.burn_in and with_it.results()["members"].sum() == 0
    data = with_it.run().results().sel(brand="A", segment="all")
    found = ls.program_value(scenario, replications=2).by_replication
    np.testing.assert_allclose(found["program_cost"], data["program_cost"].sum("step"))
    np.testing.assert_allclose(found["liability"], data["liability"].isel(step=-1), atol=1e-4)


def test_subsidy__is_the_smaller_of_both_worlds_by_hand():
    def books(units, cost):
        return study.Books({}, np.array(units), np.zeros(4, np.int64), np.array(cost))

    found = study.subsidies(books([4, 2, 5, 0], [1000, 300, 700, 0]), books([2, 3, 5, 1], [0] * 4))
    assert found.tolist() == [500, 300, 700, 0]


def test_groups__are_thirds_of_those_who_bought_before():
    scenario = market(EAGER)
    start = study.launch(study.without_program(scenario), 1, range(2))
    bought = start.world.history.arrays["purchases"][0]
    groups = study.grouped(start)
    np.testing.assert_array_equal(groups == 0, bought == 0)
    for own, mine in zip(groups.reshape(2, -1), bought.reshape(2, -1)):
        sizes = np.bincount(own, minlength=4)[1:]
        assert sizes.max() - sizes.min() <= 1
        assert mine[own == 1].max() <= mine[own == 2].min() and mine[own == 2].max() <= mine[own == 3].min()
    told = ls.program_value(market(EAGER, burn_in=0), replications=2).groups.set_index(["group", "metric"])
    assert told.loc[("none", "customers"), "effect"] == 300  # without a burn-in nobody bought before


def test_program_value__does_not_depend_on_stacks_and_threads(monkeypatch):
    one = ls.program_value(market(EAGER), replications=3, threads=1)
    monkeypatch.setattr(study, "STACK_ROWS", 1)
    other = ls.program_value(market(EAGER), replications=3, threads=2)
    assert one.by_replication.equals(other.by_replication)
    assert one.groups_by_replication.equals(other.groups_by_replication)


def test_return__is_margin_over_cost_and_has_no_interval_of_one_replication():
    value = ls.program_value(market(EAGER), replications=1)
    parts = value.parts.set_index("part")
    assert parts.loc["return_on_cost", "effect"] == pytest.approx(
        parts.loc["margin", "effect"] / parts.loc["program_cost", "effect"]
    )
    given_and_owed = parts.loc["program_cost", "effect"] + parts.loc["liability", "effect"]
    assert parts.loc["liability", "effect"] > 0
    assert parts.loc["return_accrued", "effect"] == pytest.approx(
        parts.loc["margin_accrued", "effect"] / given_and_owed
    )
    assert 0 < parts.loc["subsidy_share", "effect"] <= 1
    assert parts[["ci_low", "ci_high"]].isna().all(axis=None)
    assert "1 replications" in repr(value)


def test_program_value__of_no_program_is_a_fault():
    with pytest.raises(ScenarioError, match='"A" has no program whose value could be told'):
        ls.program_value(market(), replications=1)


def test_program_value__of_a_program_that_hands_out_nothing_has_no_return():
    never = {**POINTS, "reward": {"kind": "cash", "value": 1.0, "threshold": 1e6}}
    parts = ls.program_value(market(never), replications=2).parts.set_index("part")
    assert parts.loc["program_cost", "effect"] == 0 and np.isnan(parts.loc["return_on_cost", "effect"])
