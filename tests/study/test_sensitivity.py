"""Sensitivity: known functions give their known indices, runs give what comparing gives."""

import numpy as np
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim.scenario import ScenarioError
from loyaltysim.study import sensitivity as study

SMALL = ls.load("grocery").vary({"population.n_customers": 100, "steps": 13, "burn_in": 0, "metrics.period_steps": 13})
AXES = {"brands.Ours.price": [1.9, 2.1], "brands.Ours.quality": [0.5, 0.7]}


@pytest.fixture
def made_up(monkeypatch):
    """Runs whose share is 3·price + quality·price + luck of the replication."""

    def runs(base, visited, scenarios, *, replications, **how):
        points = np.array(visited.points, float)
        share = 3 * points[:, 0] + 5 * points[:, 0] * points[:, 1]
        values = (share[:, None] + np.arange(replications))[:, :, None, None]
        dims = ("point", "replication", "brand", "segment")
        data = xr.Dataset({"share": (dims, values, {"units": "1"})}, {"brand": ["Ours"], "segment": ["all"]})
        return data

    monkeypatch.setattr(study, "run_scenarios", runs)


def by(frame, path, measure) -> float:
    row = frame[(frame.path == path) & (frame.measure == measure)]
    return float(row["effect"].iloc[0])


def test_tornado__of_a_known_function_is_its_change_at_each_end(made_up):
    found = ls.sensitivity(SMALL, AXES, metrics=["share"], replications=3)
    usual = 3 * 2.0 + 5 * 2.0 * 0.6
    assert by(found, "brands.Ours.price", "low") == pytest.approx(3 * 1.9 + 5 * 1.9 * 0.6 - usual)
    assert by(found, "brands.Ours.quality", "high") == pytest.approx(5 * 2.0 * 0.1)
    assert found["path"].tolist() == ["brands.Ours.quality"] * 2 + ["brands.Ours.price"] * 2  # 1.0 against .6
    assert found["value"].tolist() == [0.5, 0.7, 1.9, 2.1]


def test_morris__of_a_known_function_is_its_mean_slope_over_the_range(made_up):
    found = ls.sensitivity(SMALL, AXES, method="morris", metrics=["share"], samples=40, replications=3)
    assert by(found, "brands.Ours.price", "mu_star") == pytest.approx(0.2 * (3 + 5 * 0.6), rel=0.02)
    assert by(found, "brands.Ours.quality", "mu_star") == pytest.approx(0.2 * 5 * 2.0, rel=0.02)
    assert (found["ci_high"] - found["ci_low"]).max() == pytest.approx(0, abs=1e-9)  # luck adds the same everywhere


def test_sobol__of_a_known_function_is_its_share_of_the_variance(made_up):
    found = ls.sensitivity(SMALL, AXES, method="sobol", metrics=["share"], samples=1024, replications=2)
    price, quality = np.meshgrid(np.linspace(1.9, 2.1, 401), np.linspace(0.5, 0.7, 401))
    share = 3 * price + 5 * price * quality
    alone = share.mean(0).var() / share.var(), share.mean(1).var() / share.var()
    for path, expected in zip(AXES, alone):
        assert by(found, path, "S1") == pytest.approx(expected, abs=0.03)
        assert by(found, path, "ST") == pytest.approx(1 - alone[1 - list(AXES).index(path)], abs=0.03)


@pytest.mark.slow
def test_tornado__of_runs_is_what_comparing_them_gives():
    found = ls.sensitivity(SMALL, AXES, metrics=["share"], replications=4)
    cheap = ls.compare({"base": SMALL, "cheap": SMALL.vary({"brands.Ours.price": 1.9})}, replications=4).effects
    row = found[(found.path == "brands.Ours.price") & (found.measure == "low")].iloc[0]
    expected = cheap.set_index("metric").loc["share"]
    for name in ("effect", "ci_low", "ci_high", "n"):
        assert row[name] == pytest.approx(expected[name], rel=1e-12)


@pytest.mark.slow
def test_question__is_answered_at_every_point(tmp_path):
    depth = {"brands.Rival.pricing.0.depth": [0.0, 0.4]}
    found = ls.sensitivity(SMALL, depth, metrics=["share"], of="rival_promotions", replications=4, store=tmp_path)
    usual = ls.compare({"without": SMALL.vary({"brands.Rival.pricing": []}), "with": SMALL}, replications=4)
    effect = usual.effects.set_index("metric").loc["share", "effect"]
    assert by(found, *depth, "low") == pytest.approx(-effect, abs=1e-12), "a depth of 0 is no promotion"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "tornadoes"}, 'method: there is no "tornadoes"; there are: tornado, morris, sobol.'),
        ({"metrics": ["shares"]}, 'metric: no metric is called "shares"; there are: .*Did you mean "share"?'),
        ({"of": "weather"}, 'of: there is no "weather"; there are: rival_promotions, program, word_of_mouth'),
        ({"method": "sobol", "samples": 6}, "samples: a Sobol sequence is even for powers of 2, was 6"),
        ({"axes": {"brands.Ours.price": [2.1, 1.9]}}, r"price: the least value \(2.1\) must be below the largest"),
        ({"axes": {}}, "axes: a study needs at least one path that varies"),
        ({"metrics": ["retention_rate"]}, "retention_rate is not known in some runs"),  # one period alone
    ],
)
def test_sensitivity__refuses_what_it_cannot_do(changes, message):
    how = {"axes": AXES, "metrics": ["share"], "replications": 2, **changes}
    with pytest.raises(ScenarioError, match=message):
        ls.sensitivity(SMALL, how.pop("axes"), **how)
