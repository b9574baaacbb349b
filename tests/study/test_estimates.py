"""Estimates of a program's effect: right where they must be, wrong where they are known to be, blind to the model."""

import ast
import pickle
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.programs import joining
from loyaltysim.scenario import Scenario, ScenarioError
from loyaltysim.study import estimators
from loyaltysim.study.estimates import COLUMNS, Estimates, estimates
from loyaltysim.study.estimators import ESTIMATORS, Estimate, Seen, estimator, sbg

SIX = [name for name in ESTIMATORS if "forecast" not in name]
"""Those that compare customers."""


def market(program, traits=None, behavior=None, **changes) -> Scenario:
    """Two brands; A launches a program."""
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": 52,
            "population": {"n_customers": 200, "needs_per_week": 1.0, **(traits or {})},
            "behavior": {
                "needs": {"kind": "poisson"},
                "choice": {"kind": "logit", "outside_option": True},
                **(behavior or {}),
            },
            "brands": {"A": {"price": 1.0, "appeal": 1.0, "programs": [program]}, "B": {"appeal": 0.5}},
            "metrics": {"period_steps": 13},
            **changes,
        }
    )


NO_EFFECT = {"kind": "points", "enrollment": {"kind": "opt_in", "chance": 0.1, "by_bond": 0.0, "by_satisfaction": 0.0}}
"""Nobody looks at the points, and all join alike."""


@pytest.mark.slow
def test_no_effect_and_nobody_selects_himself__intervals_cover_zero_as_often_as_they_say():
    n = 300
    table = estimates(market(NO_EFFECT), joining_weeks=8, of=SIX, replications=n).table.set_index("estimator")
    assert (table["truth"] == 0).all() and (table["n"] == n).all()
    assert (abs(table["coverage"] - 0.95) < 3 * np.sqrt(0.95 * 0.05 / n)).all()
    se = (table["bias_high"] - table["bias_low"]) / (2 * 1.968)
    assert (abs(table["bias"]) < 3.5 * se).all()


@pytest.mark.slow
def test_members_select_themselves__the_naive_gap_is_too_large_and_the_trial_is_right():
    joining = {"kind": "opt_in", "chance": 0.2, "by_bond": 0.0, "by_satisfaction": 0.0, "by_taste": 1.0}
    traits = {
        "n_customers": 500,
        "needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 1.0},
        "taste": {"distribution": "normal", "mean": 0.0, "sd": 1.0},
        "price_sensitivity": 3.0,
    }
    program = {"kind": "member_discount", "percent": 10, "enrollment": joining}
    table = estimates(market(program, traits), replications=60, of=SIX).table.set_index("estimator")
    assert (table["truth"] > 0.1).all()
    naive, trial = table.loc["naive gap"], table.loc["randomized hold-out"]
    assert naive["bias_low"] > 1 and naive["coverage"] == 0  # members buy more anyway
    assert trial["bias_low"] < 0 < trial["bias_high"]
    assert abs(trial["coverage"] - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 60)
    adjusted = table.loc[["regression", "inverse-probability weighting", "difference in differences"]]
    assert (adjusted["bias"].abs() < naive["bias"]).all(), "what was bought before tells part of who joins"


@pytest.mark.slow
def test_forecasts__are_right_in_markets_of_their_own():
    automatic = {"kind": "points"}
    traits = {
        "n_customers": 1000,
        "needs_per_week": {"distribution": "gamma", "mean": 0.3, "shape": 1.0},
        "dropout_chance": {"distribution": "beta", "a": 1.0, "b": 10.0},
    }
    behavior = {"choice": {"kind": "logit", "outside_option": False}, "lapse": {"kind": "dropout"}}
    alone = {"brands": {"A": {"programs": [automatic]}}}
    leavers = market(automatic, traits, behavior, **alone, steps=104, burn_in=0)
    found = estimates(leavers, of=["BG/NBD forecast", "before–after"], replications=30).table.set_index("estimator")
    bg = found.loc["BG/NBD forecast"]
    assert bg["n"] == 30 and abs(bg["bias"]) < 0.4  # a thirtieth of what members buy: customers are not new at week 0
    assert abs(bg["coverage"] - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 30)
    assert found.loc["before–after", "bias_high"] < -1, "those who leave are fewer afterwards, program or not"
    holders = market(
        automatic, {"n_customers": 500, "cancel_chance": {"distribution": "beta", "a": 0.7, "b": 2.0}},
        {**behavior, "needs": {"kind": "contract"}, "lapse": {"kind": "contract", "term_steps": 1}},
        **alone, steps=16, burn_in=0, step_days=91, metrics={"period_steps": 1},
    )  # fmt: skip
    sbg = estimates(holders, of=["sBG forecast"], joining_weeks=26, replications=100).table.iloc[0]
    assert sbg["n"] > 95 and sbg["bias_low"] < 0 < sbg["bias_high"]
    assert abs(sbg["coverage"] - 0.95) < 3 * np.sqrt(0.95 * 0.05 / sbg["n"])


def test_truth__is_the_same_customers_with_and_without():
    program = {"kind": "member_discount", "percent": 60}
    scenario = market(program, {"n_customers": 300, "price_sensitivity": 4.0, "needs_per_week": 0.4}, steps=30)
    found = estimates(scenario, launch_weeks=15, joining_weeks=5, of=["naive gap"], replications=2)
    launched = scenario.vary({"brands.A.programs.0.from_week": 15})
    truths = []
    for r in (0, 1):
        logs = []
        for world in (launched, scenario.vary({"brands.A.programs": []})):
            log = ls.Simulation(world, log=True, replications=range(r, r + 1)).run().transactions.frame()
            logs.append(log[log["brand"] == "A"].assign(week=log["time"] / 7))
        with_it = logs[0]
        bought = [set(with_it[with_it["week"].between(*weeks)]["customer"]) for weeks in ((0, 15), (15, 20))]
        members = bought[0] & bought[1]  # known at the launch, and automatic at the next purchase
        counts = [log[(log["week"] >= 20) & log["customer"].isin(members)].shape[0] for log in logs]
        truths.append((counts[0] - counts[1]) / len(members))
    assert found.by_replication["truth"].tolist() == pytest.approx(truths)
    assert found.table["truth"].item() == pytest.approx(np.mean(truths)) and min(truths) > 0


def test_hold_out__nobody_of_it_joins_and_half_of_the_customers_are_in_it(monkeypatch):
    trials = []

    def keep(seen: Seen) -> Estimate:
        trials.append(seen)
        return Estimate(0.0, 1.0)

    monkeypatch.setitem(ESTIMATORS, "spy", estimator.Estimator("spy", "", "after", True, "", keep))
    estimates(market({"kind": "points"}), of=["spy"], hold_out=0.25, replications=20)
    held = np.concatenate([seen.held_out for seen in trials])
    assert abs(len(held) - 0.25 * 20 * 200) < 4 * np.sqrt(0.25 * 0.75 * 20 * 200)
    assert all(not set(seen.held_out) & set(seen.members) for seen in trials)
    assert all(len(seen.members) + len(seen.held_out) > 195 for seen in trials)  # all others buy within a quarter


def test_hold_out__is_no_membership():
    bits = np.zeros(4, np.uint32)
    member = np.array([0, 1, 2, joining.HELD_OUT], np.uint8)
    joining.mark_members(member, np.arange(4), np.arange(4), np.array([0, 4]), 1, bits)
    assert bits.tolist() == [0, 2, 2, 0]


def by_hand() -> Seen:
    """Four customers; 1 and 2 are members, 1 and 3 may join, 5 was unknown at the launch; weeks 0 … 10 … 12 … 22."""
    weeks = {0: [1, 8, 13], 1: [2, 9, 11, 14, 15, 21], 2: [3, 12, 13, 20], 3: [4, 5], 5: [15]}
    rows = [(customer, week + 0.5) for customer, own in weeks.items() for week in own]
    till = pd.DataFrame(rows, columns=["customer", "week"])
    return Seen(till, np.array([1, 2]), launch=10, joined_by=12, end=22, period=5, held_out=np.array([0, 2]))


def test_seen__counts_by_hand():
    customers = by_hand().customers
    assert customers.index.tolist() == [0, 1, 2, 3]
    assert customers["before"].tolist() == [2, 2, 1, 2] and customers["recent"].tolist() == [1, 1, 0, 1]
    assert customers["after"].tolist() == [1, 3, 3, 0] and customers["active"].tolist() == [False, True, True, False]
    assert customers["may_join"].tolist() == [False, True, False, True]


def test_comparisons__by_hand():
    def of(name):
        return ESTIMATORS[name].estimate(by_hand())

    assert of("naive gap").value == pytest.approx(3 - 0.5)
    assert of("before–after").value == pytest.approx((1 + 2) / 2)
    assert of("before–after").se == pytest.approx(np.std([1, 2], ddof=1) / np.sqrt(2))
    assert of("difference in differences").value == pytest.approx(1.5 - (-1 - 2) / 2)
    # of those who may join half are members: (3 + 0) / 2 less (1 + 3) / 2, for each who joins
    assert of("randomized hold-out").value == pytest.approx((1.5 - 2) / 0.5)


def test_adjustments__take_away_what_the_past_tells():
    rng = np.random.default_rng(1)
    n = 4000
    rate = rng.choice([0.2, 1.0], n)
    member = rng.random(n) < np.where(rate > 0.5, 0.6, 0.2)
    before = 1 + rng.poisson(rate * 80)  # enough to tell the two rates apart
    after = rng.poisson(rate * 20 + member)  # one more for each member
    rows = [(c, w) for c in range(n) for w in [*rng.uniform(0, 40, before[c]), *rng.uniform(45, 85, after[c])]]
    till = pd.DataFrame(rows, columns=["customer", "week"]).sort_values(["customer", "week"], ignore_index=True)
    seen = Seen(till, np.flatnonzero(member), launch=40, joined_by=45, end=85, period=10)
    assert ESTIMATORS["naive gap"].estimate(seen).value > 5
    for name in ("regression", "inverse-probability weighting"):
        found = ESTIMATORS[name].estimate(seen)
        assert abs(found.value - 1) < 4 * found.se, name


@pytest.mark.parametrize("name", ["regression", "inverse-probability weighting"])
def test_adjustments__leave_out_what_is_the_same_for_all_and_tell_nothing_they_cannot(name):
    rng = np.random.default_rng(2)
    rows = [(c, w) for c in range(60) for w in [*rng.uniform(0, 20, 1 + c % 5), *rng.uniform(45, 85, c % 3)]]
    till = pd.DataFrame(rows, columns=["customer", "week"]).sort_values(["customer", "week"], ignore_index=True)
    members = rng.permutation(60)[:20]
    out_of_season = Seen(till, members, launch=40, joined_by=45, end=85, period=10)
    assert (out_of_season.customers["recent"] == 0).all()
    assert np.isfinite(ESTIMATORS[name].estimate(out_of_season)[:2]).all()
    many = out_of_season.customers.index[out_of_season.customers["before"] > 3].to_numpy()
    sure = Seen(till, many, launch=40, joined_by=45, end=85, period=10)  # the past says for sure who joins
    if name != "regression":
        told = ESTIMATORS[name].estimate(sure)
        assert np.isnan(told.value) and told.why == "purchases so far tell for sure who joined"


def test_sbg__where_customers_leave_no_slower_than_at_first_is_one_chance_for_all():
    slower, limit = sbg.fit(np.array([369, 163, 86]), 382), sbg.fit(np.array([100, 90, 100]), 600)
    assert np.exp(slower[0]) == pytest.approx([0.704, 1.182], rel=0.15)  # Fader and Hardie's customers, three years
    theta = 290 / (890 + 790 + 700)  # who left, of those who could
    assert len(limit[0]) == 1 and 1 / (1 + np.exp(-limit[0])) == pytest.approx([theta])
    ages = np.array([1.0, 2.5])
    np.testing.assert_allclose(np.exp(sbg.log_survival(limit[0], ages)), (1 - theta) ** ages)
    far = np.log([1e9 * theta, 1e9 * (1 - theta)])  # α and β that ran off give the same curve
    np.testing.assert_allclose(sbg.log_survival(far, 2.0), sbg.log_survival(limit[0], 2.0), rtol=1e-4)


def test_sbg__that_tells_nothing_tells_which_of_its_reasons_it_is(monkeypatch):
    assert sbg.fit(np.array([0, 0]), 50) == "nobody of the first period left before the launch"
    assert sbg.fit(np.array([50, 0]), 0) == "all customers of the first period left at once"
    none = SimpleNamespace(fun=-np.inf, success=False, x=np.zeros(2))
    monkeypatch.setattr(sbg.optimize, "minimize", lambda *args, **settings: none)
    assert sbg.fit(np.array([369, 163, 86]), 382) == "the likelihood of those who left has no clear summit"
    till = pd.DataFrame({"customer": [0, 0, 1], "week": [1.0, 35.0, 30.0]})
    for launch, why in (
        (25, "fewer than 3 periods before the launch"),
        (40, "fewer than 2 customers of the first period"),
    ):
        seen = Seen(till[till["week"] < launch], np.array([0]), launch=launch, joined_by=45, end=85, period=10)
        assert ESTIMATORS["sBG forecast"].estimate(seen).why == why


def test_markets_without_an_estimate__are_counted_and_their_reason_told():
    rows = [
        {"replication": n, "estimator": "naive gap", "truth": 0.0, "estimate": value, "se": 1.0, "low": value - 2,
         "high": value + 2, "why": "" if np.isfinite(value) else "nobody joined"}
        for n, value in enumerate([1.0, 3.0, np.nan])
    ]  # fmt: skip
    row = Estimates(pd.DataFrame(rows), "A", 13).table.iloc[0]
    assert (row["n"], row["replications"], row["why"]) == (2, 3, "1 × nobody joined")
    assert row["bias"] == 2 and row["coverage"] == 0.5  # of those with an estimate: 1 ± 2 holds 0, 3 ± 2 does not


def test_estimators__read_only_what_a_firm_can_see(repository):
    folder = repository / "src" / "loyaltysim" / "study" / "estimators"
    for file in folder.glob("*.py"):
        names = [
            name
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom | ast.Import)
            for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        ]
        ours = [name for name in names if name.startswith("loyaltysim")]
        assert all(name.startswith("loyaltysim.study.estimators") for name in ours), (file.name, ours)


@pytest.mark.slow
def test_estimators__say_the_same_of_records_that_a_firm_wrote_down(monkeypatch, tmp_path):
    """All that reaches an estimator are a till of two columns, numbers of cards, and the weeks of the campaign."""
    kept = []
    for name, one in list(ESTIMATORS.items()):

        def keep(seen, one=one):
            kept.append((one, seen, one.estimate(seen)))
            return kept[-1][2]

        monkeypatch.setitem(ESTIMATORS, name, estimator.Estimator(**{**vars(one), "estimate": keep}))
    needs = {"needs_per_week": {"distribution": "gamma", "mean": 0.5, "shape": 1.0}}
    estimates(market(NO_EFFECT, needs), replications=1)
    assert len(kept) == len(ESTIMATORS)
    for one, seen, said in kept:
        assert list(seen.purchases.columns) == ["customer", "week"]
        seen.purchases.to_csv(tmp_path / "till.csv", index=False)
        till = pd.read_csv(tmp_path / "till.csv", float_precision="round_trip")
        cards = {name: getattr(seen, name) for name in ("members", "held_out") if getattr(seen, name) is not None}
        weeks = {name: float(getattr(seen, name)) for name in ("launch", "joined_by", "end", "period")}
        numbers = {name: np.array([int(number) for number in card]) for name, card in cards.items()}
        again = one.estimate(Seen(till, **numbers, **weeks))
        np.testing.assert_allclose(again[:2], said[:2], rtol=1e-9)
        assert len(pickle.dumps(seen)) < 1_000_000  # no market hides behind it


def test_result__has_its_table_picture_and_files(tmp_path):
    found = ls.estimates(market(NO_EFFECT), of=["before–after", "naive gap"], replications=2)
    assert list(found.table.columns) == COLUMNS and found.table["estimator"].tolist() == ["before–after", "naive gap"]
    assert repr(found) == "<Estimates of A's program over 13 weeks: 2 replications>"
    found.save(tmp_path / "made")
    assert {file.name for file in (tmp_path / "made").iterdir()} == {"estimates.csv", "by_replication.csv"}
    assert len(found.plot().child_axes) == 1
    assert estimates(market(NO_EFFECT), of=["naive gap"], replications=2, threads=1).by_replication.equals(
        found.by_replication[found.by_replication["estimator"] == "naive gap"].reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("changes", "how", "message"),
    [
        ({"brands.A.programs": []}, {}, '"A" has no program to tell the effect of'),
        ({}, {"launch_weeks": 60}, "the run has 52 weeks: a launch after 60 and joining until 73"),
        ({}, {"joining_weeks": 0}, "must leave a step before, between and after"),
        ({"metrics.period_steps": 30}, {}, "who is active is told by periods"),
        ({}, {"hold_out": 1.0}, "must be a share between 0 and 1, was 1.0"),
        ({}, {"of": ["naive gab"]}, 'there is no estimator "naive gab"; .* Did you mean "naive gap"?'),
    ],
)
def test_faults__are_told(changes, how, message):
    with pytest.raises(ScenarioError, match=message):
        estimates(market(NO_EFFECT).vary(changes), replications=1, **how)


def test_missing_extra__is_told_with_the_pip_line(monkeypatch):
    monkeypatch.setitem(estimators.estimator.__dict__, "importlib", type("gone", (), {"import_module": _gone}))
    with pytest.raises(ImportError, match=r"estimates need statsmodels: pip install .*\[validation\]"):
        estimates(market(NO_EFFECT), of=["naive gap"], replications=1)


def _gone(name):
    raise ModuleNotFoundError(name=name.partition(".")[0])


def test_nobody_joins__is_no_estimate():
    nobody = {**NO_EFFECT, "enrollment": {"kind": "opt_in", "chance": 0.0}}
    found = estimates(market(nobody), of=SIX, replications=1)
    assert found.by_replication["estimate"].isna().all() and (found.table["n"] == 0).all()
    assert (found.by_replication["why"] != "").all() and (found.table["why"] != "").all()
    found.plot()
