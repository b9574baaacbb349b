"""Calibration: known posteriors come back, intervals hold the truth as often as they say, ridges are told."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import loyaltysim as ls
from loyaltysim.scenario import Scenario
from loyaltysim.study.calibration import AT_ENDS
from loyaltysim.study.posterior import box_of, posterior_draws, whitened

MARKET = Scenario.from_document(
    {
        "schema": 1,
        "focal": "Ours",
        "steps": 20,
        "burn_in": 4,
        "population": {
            "n_customers": 300,
            "needs_per_week": 0.6,
            "inertia": 1.0,
            "taste": {"distribution": "normal", "mean": 0.0, "sd": 1.0},
        },
        "behavior": {"needs": {"kind": "bernoulli"}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {
            "Ours": {"price": 1.0, "unit_cost": 0.5},
            "Rival": {"price": 1.0},
            "Third": {"price": 1.0, "appeal": -0.5},
        },
        "metrics": {"period_steps": 5, "states_every": 0},
    }
)
FREE = "brands.Ours.unit_cost"
"""A setting that no purchase tells anything of."""
AXES = {
    "population.inertia": [0.0, 2.0],
    "population.taste.sd": [0.0, 2.0],
    "brands.Ours.appeal": [-1.0, 1.0],
    "population.needs_per_week": [0.2, 0.9],
    FREE: [0.2, 0.8],
}
POINTS = 240


def bought(scenario: Scenario, seed: int) -> pd.DataFrame:
    """A log of what customers bought, as a retailer has it."""
    return ls.Simulation(scenario, seed=seed, log=True).run().transactions.frame()


def recovery(cases: int, method: str, points: int = POINTS) -> pd.DataFrame:
    """Scenarios drawn from the prior, simulated and calibrated: one row a case and setting."""
    frames = []
    for case in range(cases):
        luck = np.random.default_rng(1000 + case)
        true = {path: float(low + (high - low) * luck.random()) for path, (low, high) in AXES.items()}
        log = bought(MARKET.vary(true), seed=10_000 + case)
        found = ls.calibrate(MARKET, log, AXES, method=method, points=points, weeks=5)
        frames.append(found.settings.assign(case=case, true=found.settings["path"].map(true), p=found.p))
    whole = pd.concat(frames, ignore_index=True)
    return whole.assign(covered=(whole.ci_low <= whole.true) & (whole.true <= whole.ci_high))


def page_rows(found: pd.DataFrame) -> list[str]:
    """The rows of the table in docs/calibration.md."""
    rows = []
    for path, own in found.groupby("path", sort=False):
        away = np.sqrt((((own.estimate - own.true) / own.prior_sd) ** 2).mean())
        numbers = f"{own.covered.mean():.0%} | {own.shrinkage.mean():.2f} | {away:.2f} | {own.pinned.mean():.0%}"
        rows.append(f"| `{path}` | {numbers} | {own.status.isin(AT_ENDS).mean():.0%} |")
    return rows


@pytest.fixture(scope="module")
def seen():
    """The log of a market with more inertia."""
    return bought(MARKET.vary({"population.inertia": 1.4}), seed=77)


def test_posterior__of_a_straight_line_is_the_gaussian_that_it_should_be():
    luck = np.random.default_rng(1)
    units = luck.random((400, 2))
    slope, se = np.array([[3.0, 1.0], [1.0, -2.0], [0.5, 0.5]]), 0.2
    observed = slope @ [0.6, 0.4]
    draws = posterior_draws(units, whitened(units @ slope.T, observed, np.eye(3) * se**2), 20_000, luck)
    exact = np.linalg.inv(slope.T @ slope) * se**2  # the prior is flat and its ends are far away
    assert draws.mean(0) == pytest.approx([0.6, 0.4], abs=0.25 * np.sqrt(exact.diagonal()).min())
    assert draws.std(0) == pytest.approx(np.sqrt(exact.diagonal()), rel=0.15)


def test_posterior__of_what_the_data_do_not_tell_is_the_prior():
    luck = np.random.default_rng(2)
    units = luck.random((400, 2))
    draws = posterior_draws(units, whitened(units[:, :1], np.array([0.5]), np.eye(1) * 0.01), 20_000, luck)
    assert draws[:, 1].std() == pytest.approx(1 / np.sqrt(12), rel=0.1) and draws[:, 0].std() < 0.15
    assert np.quantile(draws[:, 1], [0.05, 0.95]) == pytest.approx([0.05, 0.95], abs=0.05)


def test_posterior__never_leaves_the_box_that_was_looked_into():
    luck = np.random.default_rng(3)
    units = 0.4 + 0.2 * luck.random((200, 1))
    misfits = whitened(units, np.array([3.0]), np.array([[1e-4]]))  # 240 errors beyond the box
    draws = posterior_draws(units, misfits, 500, luck, np.array([[0.4, 0.6]]))
    assert (draws >= 0.4).all() and (draws <= 0.6).all()


def test_box__holds_the_draws_and_as_much_to_both_sides():
    draws = np.stack([np.linspace(0.4, 0.5, 100_001), np.linspace(0.0, 1.0, 100_001)], 1)
    assert box_of(draws)[0] == pytest.approx([0.4005 - 0.099, 0.4995 + 0.099], abs=1e-4)
    assert box_of(draws)[1].tolist() == [0.0, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["abc", "simulated_moments"])
def test_calibration__finds_what_was_put_in_and_tells_what_it_cannot(seen, method):
    axes = {path: AXES[path] for path in ("population.inertia", "brands.Ours.appeal", FREE)}
    found = ls.calibrate(MARKET, seen, axes, method=method, points=150, weeks=5)
    settings = found.settings.set_index("path")
    inertia = settings.loc["population.inertia"]
    assert abs(inertia.estimate - 1.4) < 3 * inertia.sd and inertia.sd < 0.25
    assert settings["pinned"].tolist() == [True, True, False]
    assert f"{FREE} = " in found.report() and "not pinned down" in found.report()
    assert found.scenario.population.inertia.value == pytest.approx(inertia.estimate)
    assert found.p > 0.001, "the market is right"
    held = found.targets[~found.targets["fitted"]]
    assert len(held) >= 5 and held["inside"].mean() >= 0.6, "nine in ten are expected"


@pytest.mark.slow
def test_ridge__of_appeal_and_price_sensitivity_at_constant_prices_is_told():
    axes = {"brands.Ours.appeal": [-1.0, 1.0], "population.price_sensitivity": [0.0, 2.0]}
    dear = MARKET.vary({"brands.Ours.price": 2.0})  # utility 0.5 - 1.0 · 2.0: only the sum counts, but for the others
    found = ls.calibrate(dear, bought(dear, 5), axes, points=120, weeks=5)
    (ridge,) = found.ridges.to_dict("records")
    assert ridge["correlation"] > 0.9, "appeal makes up for a price that is minded"
    assert ridge["sd_given_other"] < 0.5 * found.settings["sd"].iloc[0]
    assert "cannot tell more of both from less of both" in found.report()


@pytest.mark.slow
def test_ridge__of_bond_and_inertia_in_choices_alone_is_told():
    parts = {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}, "bond": {"kind": "linear"}}
    bonded = MARKET.vary({**{f"behavior.{name}": part for name, part in parts.items()}, "population.taste": 0.0})
    bonded = bonded.vary({"behavior.choice.bond_weight": 1.0})
    axes = {"population.inertia": [0.0, 2.0], "behavior.choice.bond_weight": [0.0, 4.0]}
    found = ls.calibrate(bonded, bought(bonded, 9), axes, points=90, weeks=5)
    (ridge,) = found.ridges.to_dict("records")
    assert ridge["correlation"] < -0.7, "a brand bought before is bought again, whichever of them it is"
    assert "cannot tell more of one from more of the other" in found.report()


@pytest.mark.slow
def test_market__that_is_wrong_is_told_not_to_fit(seen):
    wrong = MARKET.vary({"population.inertia": 0.0, "population.taste.sd": 0.0})
    found = ls.calibrate(wrong, seen, {"brands.Ours.appeal": [-1.0, 1.0]}, points=60, weeks=5)
    assert found.p < 0.01 and "the market does not fit" in found.report()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["abc", "simulated_moments"])
def test_market__whose_truth_lies_outside_the_ranges_does_not_fit_and_says_where(seen, method):
    axes = {"population.inertia": [2.0, 3.0], "brands.Ours.appeal": [-1.0, 1.0]}
    found = ls.calibrate(MARKET, seen, axes, method=method, points=90, weeks=5)
    inertia = found.settings.iloc[0]
    assert (inertia.status, bool(inertia.pinned)) == ("at low", False)
    assert found.free == found.targets["fitted"].sum() - 1, "what ends at a bound was not free to fit"
    assert found.p < 0.001 and "the market does not fit" in found.report()
    assert "not pinned down, its interval ends at the bound 2: let the range begin lower" in found.report()
    inside = ls.calibrate(MARKET, seen, {**axes, "population.inertia": [0.0, 3.0]}, method=method, points=90, weeks=5)
    assert inside.p > 0.01 and inside.settings["pinned"].all() and inside.free == found.free - 1


@pytest.mark.slow
def test_setting__that_moves_the_numbers_by_luck_alone_is_not_pinned_down():
    alike = MARKET.vary({"brands.Third.appeal": 0.0})  # inertia changes how unequal brands become, no mean share
    how = {"points": 30, "replications": 2}
    for seed in range(1, 5):
        found = ls.calibrate(alike, {"share": (0.4, 0.02)}, {"population.inertia": [0.0, 3.0]}, seed=seed, **how)
        own = found.settings.iloc[0]
        assert own.status in ("unmoved", "wide") and own.by_luck > 1.0


@pytest.mark.slow
@pytest.mark.parametrize("method", ["abc", "simulated_moments"])
def test_calibration__leaves_what_nothing_reads_as_it_was_and_says_what_cannot_be_judged(method):
    small = MARKET.vary({"population.n_customers": 100, FREE: 0.3})
    axes = {FREE: [0.2, 0.8], "brands.Ours.appeal": [-1.0, 1.0]}
    found = ls.calibrate(small, {"share": (0.5, 0.02)}, axes, points=60, replications=1, method=method)
    assert found.scenario.brands["Ours"].unit_cost == 0.3
    assert f"{FREE} = 0.3 " in found.report() and "so that the market keeps what it had" in found.report()
    assert found.settings["status"].tolist() == ["unread", "pinned"] and np.isnan(found.p)
    assert "1 fitted number for 1 setting: none is to spare" in found.report()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["abc", "simulated_moments"])
def test_target__that_no_candidate_reaches_is_told_and_pins_nothing_down(method):
    small = MARKET.vary({"population.n_customers": 100, "brands.Third.appeal": 0.0})  # inertia moves no mean share
    found = ls.calibrate(small, {"share": (0.95, 0.01)}, {"population.inertia": [0.0, 1.0]}, points=30, method=method)
    own = found.settings.iloc[0]
    assert own.ci_low <= own.estimate <= own.ci_high and not own.pinned
    assert found.candidates["share"].max() < 0.9 and found.free == 1 and found.p < 1e-6
    assert "share is out of reach: observed 0.95, candidates gave" in found.report()
    assert "the market does not fit" in found.report()
    assert "not pinned down" in found.report().splitlines()[1]


@pytest.mark.slow
def test_setting__that_nothing_reads_is_not_pinned_down_however_narrow_its_interval(monkeypatch):
    from loyaltysim.study import calibrate

    monkeypatch.setattr(calibrate, "_looked_at", lambda *_: np.full((4000, 2), 0.5))  # a posterior of few candidates
    small = MARKET.vary({"population.n_customers": 100})
    axes = {FREE: [0.2, 0.8], "brands.Ours.appeal": [-1.0, 1.0]}
    found = ls.calibrate(small, {"share": (0.5, 0.05)}, axes, points=30, replications=1)
    settings = found.settings.set_index("path")
    assert (settings["shrinkage"] == 0).all()
    assert settings.loc[FREE, "moves"] == 0 and not settings.loc[FREE, "pinned"]
    assert settings.loc["brands.Ours.appeal", "moves"] > 2 and settings.loc["brands.Ours.appeal", "pinned"]
    assert f"{FREE} = 0.5 (0.5 to 0.5): not pinned down, no fitted number moves with it" in found.report()
    assert "30 candidates are few: from 90 on" in found.report()


@pytest.mark.slow
def test_calibration__is_the_same_on_any_threads_and_goes_on_where_it_stopped(seen, tmp_path, monkeypatch):
    axes = {"population.inertia": [0.0, 2.0]}
    how = {"points": 45, "weeks": 5, "replications": 2}
    found = ls.calibrate(MARKET, seen, axes, threads=2, **how)
    stored = ls.calibrate(MARKET, seen, axes, threads=1, store=tmp_path / "runs", **how)
    pd.testing.assert_frame_equal(found.settings, stored.settings)
    pd.testing.assert_frame_equal(found.draws, stored.draws)
    from loyaltysim.study import fill

    monkeypatch.setattr(fill, "do", None)  # nothing is run again
    again = ls.calibrate(MARKET, seen, axes, store=tmp_path / "runs", **how)
    pd.testing.assert_frame_equal(found.targets, again.targets)


def test_candidates__that_another_process_ran_before_are_not_run_again(tmp_path, monkeypatch):
    from loyaltysim.study import fill
    from loyaltysim.study.candidates import Candidates
    from loyaltysim.study.targets import read_targets

    targets = read_targets(MARKET, {"share": (0.4, 0.01)}, None, 0.0)
    axes, how = {"population.inertia": [0.0, 2.0]}, {"seed": 1, "replications": 1, "threads": 1}
    one, other = (Candidates(MARKET, axes, targets, store=tmp_path, **how) for _ in range(2))
    ahead = other.run(np.array([[0.2]]))
    one.run(np.array([[0.7]]))
    monkeypatch.setattr(fill, "do", None)  # nothing is run again
    np.testing.assert_array_equal(one.run(np.array([[0.2]])), ahead)


@pytest.mark.slow
def test_save__writes_what_can_be_read_without_this_package(seen, tmp_path):
    found = ls.calibrate(MARKET, seen, {"population.inertia": [0.0, 2.0]}, points=30, weeks=5)
    found.save(tmp_path / "out")
    names = {file.name for file in (tmp_path / "out").iterdir()}
    frames = {"settings.csv", "ridges.csv", "targets.csv", "draws.csv", "candidates.csv"}
    assert names == frames | {"scenario.toml", "report.txt", "calibration.svg"}
    assert ls.load(tmp_path / "out" / "scenario.toml").population.inertia.value == found.settings["estimate"].iloc[0]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "settings.csv"), found.settings)
    with pytest.raises(FileExistsError, match="holds a calibration already: name another folder, or give overwrite"):
        found.save(tmp_path / "out")
    found.save(tmp_path / "out", overwrite=True)
    assert len(found.candidates) == 30 and "1 of 1 settings pinned down" in repr(found)


@pytest.mark.slow
def test_recovery__of_a_few_cases_is_no_worse_than_nine_in_ten():
    found = recovery(6, "abc", points=90)
    free = found["path"] == FREE
    assert not found[free]["pinned"].any()
    covered, n = int(found[~free]["covered"].sum()), int((~free).sum())
    assert binom.cdf(covered, n, 0.9) > 0.001, f"{covered} of {n} 90 % intervals hold the truth"


@pytest.mark.long
@pytest.mark.parametrize("method", ["abc", "simulated_moments"])
def test_recovery__of_fifty_cases_is_what_the_page_says(repository, method):
    found = recovery(50, method)
    free = found["path"] == FREE
    assert 0.80 <= found[~free & found["pinned"]]["covered"].mean() <= 0.97
    assert not found[free]["pinned"].any()
    page = (repository / "docs" / "calibration.md").read_text("utf-8")
    for row in page_rows(found):
        assert row in page, row


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"method": "abcs"}, 'method: there is no "abcs"; there are: abc, simulated_moments. Did you mean "abc"?'),
        ({"points": 10}, "points: must be at least 30, was 10"),
        ({"replications": 0}, "replications: must be a whole number from 1"),
        ({"hold_out": 1.0}, "hold_out: must be at least 0 and below 1, was 1"),
        ({"weeks": 0}, "weeks: must be above 0, was 0"),
        ({"settings": {"brands.Ours.prce": [1, 2]}}, 'unknown setting "prce"'),
        ({"settings": {"brands.Ours.price": [2, 1]}}, r"price: the least value \(2\) must be below the largest \(1\)"),
        ({"settings": {}}, "a study needs at least one path that varies"),
    ],
)
def test_calibrate__refuses_what_it_cannot_do(how, message):
    how = {"settings": {"brands.Ours.price": [0.5, 2.0]}, **how}
    with pytest.raises(ls.ScenarioError, match=message):
        ls.calibrate(MARKET, {"share": (0.4, 0.01)}, how.pop("settings"), **how)


def test_calibrate__tells_a_target_that_runs_do_not_know():
    short = MARKET.vary({"metrics.period_steps": 20})  # one period: nobody was there the period before
    with pytest.raises(ls.ScenarioError, match=r"retention_rate is not known in 100% of runs"):
        ls.calibrate(short, {"retention_rate": (0.8, 0.01)}, {"population.inertia": [0.0, 2.0]}, points=30)


def test_calibrate__tells_why_every_run_failed(monkeypatch):
    from loyaltysim.study.targets import Targets

    def broken(*_):
        raise ZeroDivisionError("for a test")

    monkeypatch.setattr(Targets, "numbers", broken)
    with pytest.raises(ls.ScenarioError, match="every run failed, the first one so: ZeroDivisionError: for a test"):
        ls.calibrate(MARKET, {"share": (0.4, 0.01)}, {"population.inertia": [0.0, 2.0]}, points=30)


def test_calibrate__tells_all_faults_of_settings_and_targets_at_once():
    wrong = {"method": "abcs", "points": 10, "replications": 0, "seed": -1}
    with pytest.raises(ls.ScenarioError) as refused:
        ls.calibrate(MARKET, {"shares": (0.4, 0.01)}, {"brands.Ours.prce": [1.0, 2.0]}, **wrong)
    assert [fault.key for fault in refused.value.faults] == [*wrong, "brands.Ours.prce", "targets"]
