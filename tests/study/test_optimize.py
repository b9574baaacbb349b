"""Optimization: known functions have known optima, the front is that of plain arithmetic, and a search goes on."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim.scenario import ScenarioError
from loyaltysim.study import optimize as study
from loyaltysim.study.front import on_front
from loyaltysim.study.robust import scored, weights

pytest.importorskip("optuna", reason="needs the extra [calibrate]")

SMALL = ls.load("grocery").vary({"population.n_customers": 60, "steps": 13, "burn_in": 0, "metrics.period_steps": 13})
PRICE, EARN = "brands.Ours.price", "brands.Ours.programs.0.earn_rate"
JOIN = "brands.Ours.programs.0.enrollment.kind"


@pytest.fixture
def made_up(monkeypatch):
    """Runs whose margin is 10 - 100 (price - 2.1)² and whose units are 10 - price, plus luck of the replication."""
    seen = []

    def runs(base, visited, scenarios, *, replications, seed, **how):
        price = np.array([scenario.brands["Ours"].price for scenario in scenarios])
        luck = np.random.default_rng(seed).normal(0, 3, replications)
        dims = ("point", "replication", "brand", "segment")
        values = {"margin": 10 - 100 * (price - 2.1) ** 2, "units": 10 - price}
        seen.append((seed, len(scenarios)))
        return xr.Dataset(
            {name: (dims, (own[:, None] + luck)[:, :, None, None], {"units": "EUR"}) for name, own in values.items()},
            {"brand": ["Ours"], "segment": ["all"]},
        )

    monkeypatch.setattr(study, "run_scenarios", runs)
    return seen


def rows(frame: pd.DataFrame, objective: str) -> pd.DataFrame:
    return frame[frame["objective"] == objective].set_index("trial")


def test_search__finds_the_top_of_a_known_function_and_common_luck_cancels(made_up):
    found = ls.optimize(SMALL, {PRICE: [1.5, 2.5]}, {"margin": "max"}, trials=60, replications=3)
    (best,) = found.front.to_dict("records")
    assert best[PRICE] == pytest.approx(2.1, abs=0.03)
    assert best["effect"] == pytest.approx(-100 * (best[PRICE] - 2.1) ** 2 + 1, abs=1e-9)  # as it is, at 2.0, 1 is lost
    assert best["effect_high"] - best["effect_low"] == pytest.approx(0, abs=1e-9)
    assert best["ci_high"] - best["ci_low"] > 0.1
    assert [seed for seed, _ in made_up] == [1] * 9 + [0], "the front has luck of its own"


def test_front__of_two_objectives_is_where_one_costs_the_other(made_up):
    objectives = {"margin": "max", "units": "max"}
    found = ls.optimize(SMALL, {PRICE: [1.5, 2.5]}, objectives, trials=40, replications=2)
    assert found.trials["trial"].nunique() == 41
    assert (found.front[PRICE] <= found.trials[PRICE][found.trials["on_front"]].max()).all()
    on, off = (rows(found.trials[found.trials["on_front"] == on], "margin")[PRICE] for on in (True, False))
    assert (
        len(on) > 5 and on.iloc[1:].max() < 2.2
    )  # a price above the top of the margin loses both, but for the best one
    assert (off > on.min()).all(), "the cheapest of all sells most"


def test_on_front__by_hand():
    values = np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 3.0], [2.0, 1.0], [1.9, 2.0]])
    assert on_front(values, ["max", "max"]).tolist() == [False, True, True, True, True]
    assert on_front(values, ["max", "min"]).tolist() == [False, True, False, True, False]
    assert on_front(values[:, :1], ["min"]).tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("robust", "quantile", "direction", "expected"),
    [
        ("mean", 0, "max", [1 / 3, 1 / 3, 1 / 3]),
        ("worst", 0.7, "max", [0, 0, 1]),
        ("worst", 0.7, "min", [0, 1, 0]),
        ("quantile", 0.5, "max", [1, 0, 0]),
        ("quantile", 0.25, "max", [0.5, 0, 0.5]),
        ("quantile", 0.25, "min", [0.5, 0.5, 0]),
        ("quantile", 1, "max", [0, 1, 0]),
    ],
)
def test_weights__of_worlds_by_hand(robust, quantile, direction, expected):
    means = np.array([5.0, 9.0, 1.0])
    own = weights(means, robust, quantile, direction)
    assert own.tolist() == pytest.approx(expected)
    if robust == "quantile" and direction == "max":
        assert own @ means == pytest.approx(np.quantile(means, quantile))


@pytest.mark.parametrize(("names", "robust", "told"), [
    (["as it is"], "worst", "in one world, the market as it is"),
    (["as it is", "price_war"], "mean", "by the mean of 2 worlds: as it is, price war"),
    (["as it is", "a", "b"], "quantile", "by the quantile 0.25 (0 is the worst) of 3 worlds: as it is, a, b"),
])  # fmt: skip
def test_scored__tells_the_rule_and_every_world_that_counts(names, robust, told):
    assert scored(names, robust, 0.25) == told


def test_worlds__all_count_and_the_worst_one_is_told():
    found = ls.optimize(
        SMALL, {PRICE: [1.9, 2.1]}, {"margin": "max"}, worlds={"free": {"brands.Rival.price": 1.0}}, robust="worst",
        trials=3, replications=2,
    )  # fmt: skip
    for row in found.trials.to_dict("records"):
        design = SMALL.vary({PRICE: row[PRICE], "brands.Rival.price": 1.0})
        free = ls.replicate(design, replications=2)["margin"].sel(brand="Ours", segment="all").sum("step").mean()
        assert row["value"] == pytest.approx(float(free))


def test_choices__may_be_tables_and_the_search_ends_when_all_are_tried():
    designs = {"brands.Ours.programs": [[], [{"kind": "stamps", "n": 10}]], JOIN.replace("Ours", "Rival"): [1]}
    with pytest.raises(ScenarioError, match="programs"):
        ls.optimize(SMALL, designs, {"units": "max"})
    del designs[JOIN.replace("Ours", "Rival")]
    found = ls.optimize(SMALL, designs, {"units": "max"}, trials=30, replications=1)
    assert found.trials["trial"].tolist() == [0, 1, 2] and len(found.refused) == 0


def test_combinations__that_cannot_be_are_told_and_cost_no_trial():
    """Points that give back 5 to 75 % of a purchase, ten times as much if the reward is dear: both is too generous."""
    space = {EARN: [10.0, 150.0], "brands.Ours.programs.0.reward.value": [1.0, 10.0]}
    found = ls.optimize(SMALL, space, {"units": "max"}, trials=10, replications=1)
    assert found.trials["trial"].nunique() == 11 and len(found.refused) > 3
    back = found.trials[EARN] * found.trials["brands.Ours.programs.0.reward.value"] / 200
    refused = found.refused[EARN] * found.refused["brands.Ours.programs.0.reward.value"] / 200
    assert back.max() <= 1 < refused.min()


def test_search__goes_on_from_the_store_and_more_trials_begin_with_the_first(tmp_path, monkeypatch):
    from loyaltysim.study import fill

    space, goals = (
        {PRICE: [1.8, 2.2], EARN: [2.0, 20.0], JOIN: ["opt_in", "automatic"]},
        {"margin": "max", "units": "max"},
    )
    how = {"replications": 2, "worlds": ["price_war"]}
    whole = ls.optimize(SMALL, space, goals, trials=12, store=tmp_path / "whole", **how)
    ran, real = [], fill.do

    def counted(job, *more):
        ran.append(job)
        if len(ran) > 20:
            raise KeyboardInterrupt
        return real(job, *more)

    monkeypatch.setattr(fill, "do", counted)
    with pytest.raises(KeyboardInterrupt):
        ls.optimize(SMALL, space, goals, trials=12, store=tmp_path / "cut", threads=1, **how)
    ran.clear()
    monkeypatch.setattr(fill, "do", lambda job, *more: ran.append(job) or real(job, *more))
    again = ls.optimize(SMALL, space, goals, trials=12, store=tmp_path / "cut", threads=2, **how)
    pd.testing.assert_frame_equal(again.trials, whole.trials)
    pd.testing.assert_frame_equal(again.front, whole.front)
    all_jobs = 2 * (1 + 12) + 2 * (1 + len(set(whole.trials["trial"][whole.trials["on_front"]]) - {0}))
    assert 0 < len(ran) < all_jobs - 10, "what was done is not done again"
    ran.clear()
    assert ls.optimize(SMALL, space, goals, trials=12, store=tmp_path / "whole", **how).front.equals(whole.front)
    assert not ran
    few = ls.optimize(SMALL, space, goals, trials=10, store=tmp_path / "whole", **how)
    pd.testing.assert_frame_equal(few.trials.drop(columns="on_front"), whole.trials.drop(columns="on_front")[:22])


def test_progress__reaches_the_end_and_never_goes_back():
    told = []
    ls.optimize(
        SMALL, {PRICE: [1.8, 2.2]}, {"units": "max"}, trials=9, replications=2, threads=1,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told[-1][0] == told[-1][1] == 2 * (10 + 2)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objectives": {"profit": "max"}}, 'no metric is called "profit".*Did you mean "margin"'),
        ({"objectives": {"margin": "up"}}, 'margin: an objective is "max" or "min", was \'up\''),
        ({"objectives": {}}, "a search needs at least one objective"),
        ({"objectives": {"retention_rate": "max"}}, "retention_rate not known in some runs, as the scenario is"),
        ({"robust": "best"}, 'there is no "best"; there are: mean, worst, quantile'),
        ({"quantile": 2.0}, "quantile: must be from 0 to 1, was 2"),
        ({"worlds": ["price_wars"]}, 'world: there is no "price_wars".*Did you mean "price_war"'),
        ({"worlds": {"odd": {"brands.Rival.prise": 1.0}}}, 'Did you mean "price"'),
        ({"settings": {}}, "axes: a study needs at least one path that varies"),
        ({"settings": {"brands.Ours.prise": [1.0, 2.0]}}, 'Did you mean "price"'),
        ({"settings": {PRICE: [2.2, 1.8]}}, r"the least value \(2.2\) must be below the largest"),
        ({"settings": {PRICE: []}}, "has no values to visit"),
        ({"settings": {PRICE: [-1.0, 2.0]}}, "brands.Ours.price: .*-1"),
        ({"trials": 0}, "trials: must be a whole number from 1"),
    ],
)
def test_optimize__refuses_what_it_cannot_do(changes, message):
    how = {"settings": {PRICE: [1.8, 2.2]}, "objectives": {"margin": "max"}, "replications": 1, "trials": 2, **changes}
    with pytest.raises(ScenarioError, match=message):
        ls.optimize(SMALL, how.pop("settings"), how.pop("objectives"), **how)
