"""Repeat buyers who leave unseen (D6): what the experiment counts, and that it would see another model."""

import importlib.util

import numpy as np
import pytest

from loyaltysim.simulation import Simulation
from loyaltysim.validation import cdnow, dropout, report
from loyaltysim.validation.bg_nbd import BGNBD
from loyaltysim.validation.dropout import CDNOW, Cohort
from loyaltysim.validation.target import TARGETS


def test_cohort__counts_by_hand():
    cohort = Cohort(3, np.array([0, 0, 2]), np.array([1.0, 5.0, 2.0]), np.ones(3, bool))
    assert cohort.count(4.0).tolist() == [1, 0, 1]
    assert cohort.count(5.0, since=1.0).tolist() == [1, 0, 1]
    assert cohort.count(np.array([9.0, 9.0, 1.0])).tolist() == [2, 0, 0]
    assert cohort.last(9.0).tolist() == [5.0, 0.0, 2.0]
    assert cohort.last(3.0).tolist() == [1.0, 0.0, 2.0]


def test_quarterly_steps__give_the_same_counts_as_weekly_ones():
    """Each purchase of a long step is followed by its own chance to leave, so the length of a step does not matter."""
    n = 100_000
    market = dropout.dropout_market(CDNOW, n, steps=3).vary({"step_days": 91.0})
    log = Simulation(market, log=True).run().transactions.frame()
    counts = np.bincount(np.bincount(log["customer"], minlength=n), minlength=4)[:4] / n
    assert log["occasion"].max() > 5
    np.testing.assert_allclose(counts, CDNOW.chances(39.0, 3), atol=0.005)


def test_cohort__whoever_left_buys_no_more():
    cohort = dropout.simulate_cohort(CDNOW, customers=20_000)
    later = cohort.count(100.0, since=dropout.SEEN)
    assert 0.2 < 1 - cohort.there.mean() < 0.3
    assert later[~cohort.there].sum() == 0 and later[cohort.there].sum() > 5000


@pytest.mark.slow
def test_cohort__of_customers_who_leave_sooner_misses_the_target(monkeypatch):
    simulate = dropout.simulate_cohort
    sooner = BGNBD(CDNOW.r, CDNOW.alpha, 1.2, CDNOW.b)
    monkeypatch.setattr(dropout, "simulate_cohort", lambda model: simulate(sooner))
    failed = {row["part"] for row in report(TARGETS["D6"]) if row["status"] == "failed"}
    assert "0 purchases to week 39" not in failed  # nobody leaves before a purchase
    assert {"7 or more purchases to week 39", "mean purchases to week 39"} <= failed
    assert {f"still there, tenth {number} of those who bought" for number in range(3, 10)} <= failed


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lifetimes") is None, reason='needs pip install "loyaltysim[validation]"')
def test_purchases__cut_to_one_a_week_do_not_give_the_rate_back():
    """Why a step has several occasions: of one purchase a week at most α comes out nearly 2 weeks too long."""
    n, cohort = 100_000, dropout.simulate_cohort(CDNOW)
    some = cohort.who < n
    who, week = cohort.who[some], cohort.week[some]
    first = np.append(True, (np.diff(who) > 0) | (np.diff(np.ceil(week)) > 0))
    whole, cut = (
        cdnow.fit_dropout(one.count(39.0), one.last(39.0), np.full(n, 39.0)).alpha
        for one in (Cohort(n, who, week, cohort.there), Cohort(n, who[first], np.ceil(week[first]), cohort.there))
    )
    assert whole == pytest.approx(CDNOW.alpha, abs=0.25)
    assert 1.5 < cut - CDNOW.alpha < 2.3


@pytest.mark.parametrize("name", ["D6b", "R4"])
def test_recorded_customers__are_skipped_with_the_pip_line_where_they_are_missing(name, monkeypatch):
    real = importlib.import_module

    def without(package):
        if package == "lifetimes":
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(package)

    monkeypatch.setattr(importlib, "import_module", without)
    (row,) = report(TARGETS[name])
    assert row["status"] == "skipped" and 'pip install "loyaltysim[validation]"' in row["reason"]
