"""Precision: the replications that a width needs, and stopping when it is reached."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import loyaltysim as ls
from loyaltysim.scenario import ScenarioError
from loyaltysim.study.precision import MOST_NEEDED, bootstrap, differences, needed, read_until, replications_needed

SMALL = ls.load("grocery").vary({"population.n_customers": 100, "steps": 13, "burn_in": 0, "metrics.period_steps": 13})
PAIR = {"base": SMALL, "cheaper": SMALL.vary({"brands.Ours.price": 1.9})}


@given(spread=st.floats(0.1, 5), width=st.floats(0.05, 2))
def test_needed__is_the_first_number_whose_interval_is_narrow_enough(spread, width):
    values = np.array([-1, 1]) * spread / math.sqrt(2)  # their standard deviation is `spread`
    n = needed(values, width)

    def half(n: int) -> float:
        return stats.t.ppf(0.975, n - 1) * spread / math.sqrt(n)

    assert half(n) <= width * (1 + 1e-9)
    assert n == 2 or half(n - 1) > width * (1 - 1e-9)


def test_needed__of_what_never_varies_is_two_and_of_nothing_none():
    assert needed(np.array([1.0, 1.0, 1.0]), 0.1) == 2
    assert needed(np.array([1.0, np.nan]), 0.1) == 0


def test_needed__of_an_absurd_width_is_the_most_and_of_none_is_refused():
    assert needed(np.array([1.0, 2.0]), 1e-200) == MOST_NEEDED
    with pytest.raises(ValueError, match="a half width must be above 0, was 0"):
        needed(np.array([1.0, 2.0]), 0.0)


def test_until__stops_when_the_interval_is_narrow_enough_and_not_before():
    found = ls.compare(PAIR, replications=400, until="share half_width<=0.01")
    own = found.effects.set_index("metric").loc["share"]
    n = int(own["n"])
    assert 10 <= n < 400 and (own["ci_high"] - own["ci_low"]) / 2 <= 0.01
    whole = ls.compare(PAIR, replications=n)
    assert whole.effects.equals(found.effects), "the same replications as if run at once"


def test_until__ends_at_the_most_replications():
    found = ls.compare(PAIR, replications=12, until="share half_width<=1e-9")
    assert found.data.sizes["replication"] == 12


@pytest.mark.parametrize("text", ["", "share", "half_width<0.1", "half_width<=x", "half_width<=-1", "half_width<=0"])
def test_until__that_cannot_be_read_says_how_it_should_be(text):
    with pytest.raises(ScenarioError, match='until: must be like "share half_width<=0.005", was'):
        read_until(text)


def test_until__of_an_unknown_metric_names_the_nearest():
    with pytest.raises(ScenarioError, match='no metric is called "shares".*Did you mean "share"?'):
        read_until("shares half_width<=0.1")


def test_until__of_a_metric_that_is_never_known_is_refused():
    with pytest.raises(ScenarioError, match="retention_rate of Ours is not known in these runs"):  # one period only
        ls.compare(PAIR, replications=12, until="half_width<=0.1")


def test_replications_needed__tells_each_scenario():
    found = ls.compare(PAIR, replications=6)
    frame = replications_needed(found, {"share": 0.02, "units": 10.0})
    values = differences(found, "share")["cheaper"]
    assert frame["needed"].tolist() == [needed(values, 0.02), needed(differences(found, "units")["cheaper"], 10.0)]
    row = found.effects.set_index("metric").loc["share"]
    assert frame["half_width"][0] == pytest.approx((row["ci_high"] - row["ci_low"]) / 2)


def test_bootstrap__agrees_with_t_where_differences_are_nearly_normal():
    found = ls.compare(PAIR, replications=40)
    by_t, by_bootstrap = (frame.set_index("metric").loc["share"] for frame in (found.effects, bootstrap(found)))
    half = (by_t["ci_high"] - by_t["ci_low"]) / 2
    for end in ("ci_low", "ci_high"):
        assert by_bootstrap[end] == pytest.approx(by_t[end], abs=half / 4)  # 5,000 resamples: ends within some 3 %
    assert by_bootstrap["effect"] == by_t["effect"]
