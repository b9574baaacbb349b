"""Compare: effects, their intervals and how far luck was shared (eqs. E40–E42)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from loyaltysim import compare, replicate
from loyaltysim.faults import ScenarioError
from loyaltysim.results import load
from loyaltysim.scenario import Scenario
from loyaltysim.study.compare import COLUMNS, METRICS, Comparison, paired_effect
from loyaltysim.summaries import summary
from loyaltysim.variables import VARIABLES

# --------------------------------------------------------------------------------------------------- paired effect

number = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
pairs = st.lists(st.tuples(number, number), min_size=2, max_size=12)


@given(pairs)
def test_effect__has_the_interval_and_the_p_value_of_a_paired_t_test(pairs):
    other, base = np.array(pairs).T
    difference = other - base
    assume(difference.std() > 1e-3)  # without spread there is no t
    told = paired_effect(other, base)
    test = stats.ttest_rel(other, base, alternative="less")  # P(T ≤ t): the chance that the effect is positive
    low, high = stats.ttest_rel(other, base).confidence_interval(0.95)
    scale = np.abs(difference).max()
    assert told["effect"] == pytest.approx(difference.mean(), abs=1e-12 * scale)
    assert told["ci_low"] == pytest.approx(low, abs=1e-9 * scale)
    assert told["ci_high"] == pytest.approx(high, abs=1e-9 * scale)
    assert told["p_positive"] == pytest.approx(test.pvalue, abs=1e-9)
    expected = (other.var(ddof=1) + base.var(ddof=1)) / difference.var(ddof=1)
    assert told["variance_ratio"] == pytest.approx(expected, rel=1e-9)
    assert told["baseline"] == pytest.approx(base.mean(), rel=1e-12) and told["n"] == len(pairs)


def test_effect__by_hand():
    told = paired_effect(np.array([3.0, 5.0, 7.0]), np.array([2.0, 2.0, 2.0]))
    quantile = 0.95 / np.sqrt(2 * 0.975 * 0.025)  # of t with 2 degrees of freedom, in closed form: 4.3027
    half = quantile * 2 / np.sqrt(3)  # the standard deviation is 2
    assert told == {
        "effect": 3.0,
        "ci_low": pytest.approx(3 - half, rel=1e-12),
        "ci_high": pytest.approx(3 + half, rel=1e-12),
        "p_positive": pytest.approx(stats.t.cdf(3 / (2 / np.sqrt(3)), 2), rel=1e-12),
        "variance_ratio": 1.0,  # the baseline does not vary: nothing is shared
        "baseline": 2.0,
        "n": 3,
    }


@given(st.lists(st.tuples(number, number, st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_effect__leaves_out_replications_in_which_either_number_is_missing(rows):
    other, base = (np.array([np.nan if row[2 + side] else row[side] for row in rows]) for side in (0, 1))
    both = np.isfinite(other) & np.isfinite(base)
    told = paired_effect(other, base)
    assert told["n"] == both.sum()
    if both.any():
        assert told == pytest.approx(paired_effect(other[both], base[both]), rel=1e-12, nan_ok=True)
    else:
        assert all(np.isnan(value) for name, value in told.items() if name != "n")


def test_effect__of_one_replication_has_no_interval():
    told = paired_effect(np.array([3.0]), np.array([1.0]))
    assert (told["effect"], told["baseline"], told["n"]) == (2.0, 1.0, 1)
    assert all(np.isnan(told[name]) for name in ("ci_low", "ci_high", "p_positive", "variance_ratio"))


@pytest.mark.parametrize(("effect", "positive"), [(0.5, 1.0), (0.0, 0.5), (-0.5, 0.0)])
def test_effect__that_is_the_same_in_every_replication_is_sure(effect, positive):
    base = np.array([1.0, 2.0, 4.0])
    told = paired_effect(base + effect, base)
    assert told["ci_low"] == told["effect"] == told["ci_high"] == effect
    assert told["p_positive"] == positive and np.isnan(told["variance_ratio"])


def test_effect__of_many_numbers_is_that_of_each():
    luck = np.random.default_rng(0)
    other, base = luck.normal(size=(2, 6, 3, 2))
    other[2, 1, 0] = np.nan
    told = paired_effect(other, base)
    for place in np.ndindex(3, 2):
        one = paired_effect(other[:, *place], base[:, *place])
        assert {name: value[place] for name, value in told.items()} == pytest.approx(one, rel=1e-12, nan_ok=True)


# --------------------------------------------------------------------------------------------------------- compare


def market(**changes) -> Scenario:
    document = {
        "focal": "A",
        "steps": 8,
        "burn_in": 2,
        "population": {
            "n_customers": 150,
            "needs_per_week": 0.6,
            "price_sensitivity": 1.0,
            "segments": {"x": {"share": 0.4}, "y": {"share": 0.6}},
        },
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
        "brands": {"A": {"price": 2.0, "appeal": 2.0}, "B": {"price": 1.5, "appeal": 2.0}},
        "metrics": {"period_steps": 4},
    }
    return Scenario.from_document(document).vary(changes)


@pytest.fixture(scope="module")
def scenarios():
    return {"base": market(), "cheap": market(**{"brands.A.price": 1.8}), "dear": market(**{"brands.A.price": 2.4})}


@pytest.fixture(scope="module")
def comparison(scenarios):
    return compare(scenarios, replications=5, seed=3)


@pytest.fixture(scope="module")
def effects(comparison):
    return comparison.effects


def one(frame: pd.DataFrame, **where) -> pd.Series:
    (row,) = frame[np.logical_and.reduce([frame[name] == value for name, value in where.items()])].iloc
    return row


def test_compare__runs_each_scenario_as_replicate_does(comparison, scenarios):
    assert (comparison.baseline, comparison.focal) == ("base", "A")
    for name, scenario in scenarios.items():
        assert comparison.runs[name].identical(replicate(scenario, replications=5, seed=3))


def test_effects__have_a_row_for_every_metric_and_scenario(effects):
    assert list(effects.columns) == COLUMNS
    assert effects[["metric", "scenario"]].apply(tuple, axis=1).tolist() == [
        (metric, name) for metric in METRICS for name in ("cheap", "dear")
    ]
    for row in effects.itertuples():
        assert row.unit == VARIABLES[row.metric].unit.replace("currency", "EUR")


@pytest.mark.parametrize("metric", ["revenue", "satisfaction", "retention_rate", "share", "customers_end"])
def test_effects__are_the_paired_effects_of_the_summaries(effects, scenarios, metric):
    where = {"brand": "A", "segment": "all"}
    base, cheap = (
        summary(replicate(scenarios[n], replications=5, seed=3), metric).sel(where) for n in ("base", "cheap")
    )
    row = one(effects, metric=metric, scenario="cheap")
    for name, value in paired_effect(cheap.values, base.values).items():
        assert row[name] == value


def test_effects__a_lower_price_sells_more_and_common_luck_narrows_the_interval(effects):
    units = one(effects, metric="units", scenario="cheap")
    assert units["ci_low"] > 0 and units["p_positive"] > 0.975
    assert one(effects, metric="units", scenario="dear")["ci_high"] < 0
    assert units["variance_ratio"] > 3


def test_effects__of_a_scenario_without_a_change_are_nothing(scenarios):
    effects = compare({"a": scenarios["base"], "b": market()}, replications=3).effects
    known = effects.dropna(subset="effect")
    assert (known[["effect", "ci_low", "ci_high"]] == 0).all(axis=None) and (known["p_positive"] == 0.5).all()
    assert set(effects["metric"]) - set(known["metric"]) == {"bond", "trust"}  # nobody keeps them


def test_baseline__may_be_any_of_them(effects, scenarios):
    turned = compare(scenarios, replications=5, seed=3, baseline="cheap").effects
    there = one(effects, metric="revenue", scenario="cheap")
    back = one(turned, metric="revenue", scenario="base")
    assert back["effect"] == pytest.approx(-there["effect"], rel=1e-12)
    assert (back["ci_low"], back["ci_high"]) == pytest.approx((-there["ci_high"], -there["ci_low"]), rel=1e-12)


def test_by_brand_and_segment__contain_the_whole(comparison, effects):
    whole = effects.set_index(["metric", "scenario"])
    by_brand = comparison.by("brand").set_index(["metric", "scenario", "brand"])
    segments = comparison.by("segment")
    by_segment = segments.set_index(["metric", "scenario", "segment"])
    assert by_brand.index.unique(2).tolist() == ["A", "B"]
    assert by_segment.index.unique(2).tolist() == ["all", "x", "y"]
    pd.testing.assert_frame_equal(by_brand.xs("A", level=2), whole)
    pd.testing.assert_frame_equal(by_segment.xs("all", level=2), whole)
    row = {"metric": "revenue", "scenario": "cheap"}
    whole, x, y = (one(segments, **row, segment=name)["effect"] for name in ("all", "x", "y"))
    assert x + y == pytest.approx(whole, rel=1e-9)


def test_by_step__effects_of_a_flow_add_up_to_the_effect(comparison, effects):
    steps = comparison.by("step")
    assert set(steps["metric"]) == {name for name in METRICS if "step" in VARIABLES[name].dims}
    revenue = steps[(steps["metric"] == "revenue") & (steps["scenario"] == "dear")]
    assert revenue["step"].tolist() == list(range(8))
    whole = one(effects, metric="revenue", scenario="dear")
    assert revenue["effect"].sum() == pytest.approx(whole["effect"], rel=1e-9)
    assert revenue["baseline"].sum() == pytest.approx(whole["baseline"], rel=1e-9)


def test_by__anything_else_is_refused(comparison):
    with pytest.raises(ValueError, match="not by 'period'"):
        comparison.by("period")


def test_data__has_every_run_under_its_name(comparison):
    data = comparison.data
    assert next(iter(data["revenue"].dims)) == "scenario" and list(data["scenario"].values) == ["base", "cheap", "dear"]
    for name, run in comparison.runs.items():
        for variable in run.data_vars:
            np.testing.assert_array_equal(data[variable].sel(scenario=name), run[variable], err_msg=variable)
        assert data.attrs[f"scenario_{name}"] == run.attrs["scenario"]


def test_data__what_a_scenario_lacks_is_not_a_number():
    more = market(**{"brands.C": {"price": 1.0, "appeal": 2.0}})
    comparison = compare({"two": market(), "three": more}, replications=2)
    units = comparison.data["units"].sel(segment="all")
    assert units.sel(scenario="two", brand="C").isnull().all() and units.sel(scenario="three").notnull().all()
    assert np.isnan(
        one(compare({"three": more, "two": market()}, replications=2).by("brand"), metric="units", brand="C")["effect"]
    )


@pytest.mark.slow
def test_save__writes_effects_and_runs_that_can_be_read_again(comparison, tmp_path):
    folder = tmp_path / "made" / "here"
    two = Comparison({name: comparison.runs[name] for name in ("base", "dear")}, "base", "A")
    for comparison in (two, two):  # again, over what is there
        comparison.save(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["base.nc", "dear.nc", "effects.csv"]
    for name, run in comparison.runs.items():
        assert load(folder / f"{name}.nc").identical(run)
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / "effects.csv"), comparison.effects, check_dtype=False, rtol=1e-12
    )


def test_save__leaves_what_was_there_when_it_fails(comparison, tmp_path, monkeypatch):
    monkeypatch.setattr("loyaltysim.results.save", lambda data, path: None)  # tested in test_results.py
    comparison.save(tmp_path)
    before = (tmp_path / "effects.csv").read_bytes()

    def full_disk(frame, path, **more):
        path.write_text("half")
        raise OSError("no space left")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full_disk)
    with pytest.raises(OSError, match="no space"):
        comparison.save(tmp_path)
    assert (tmp_path / "effects.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("names", "baseline", "said"),
    [
        (["a"], None, "at least two"),
        (["a", "b"], "bb", 'no scenario "bb".*Did you mean "b"'),
        (["a", "other"], None, 'lacks "A", the focal brand of "a"'),
    ],
)
def test_compare__what_cannot_be_compared_is_refused(names, baseline, said):
    brands = {"B": {}, "C": {}}
    given_ = {"a": market(), "b": market(), "other": market(focal="B", brands=brands)}
    with pytest.raises(ScenarioError, match=said):
        compare({name: given_[name] for name in names}, replications=1, baseline=baseline)


def test_progress__is_told_by_scenario_and_replication():
    told = {"a": [], "b": []}
    compare({"a": market(), "b": market()}, replications=2, progress=lambda name, done: told[name].append(done))
    for done in told.values():  # parts of a replication are told too
        assert done == sorted(done) and done[0] > 0 and done[-1] == 2


def test_comparison__is_frozen(comparison):
    with pytest.raises(AttributeError):
        comparison.focal = "B"
    assert isinstance(comparison, Comparison)
