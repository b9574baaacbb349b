"""How far a setting moves the fitted numbers: by plain arithmetic, and where runs at its ends know nothing."""

from types import SimpleNamespace

import numpy as np

import loyaltysim as ls
from loyaltysim.study.moves import CHANCE, moves_by_luck, moves_of

READ = SimpleNamespace(held_out=np.array([False, False, True]), value=np.array([1.0, 2.0, 3.0]))
COVARIANCE = np.diag([0.25, 4.0, 1.0])  # errors of 1/2 and 2


def moves(of, best=(0.5, 0.25)):
    """Of a market of which two replications of a point give what `of` says."""
    whole = SimpleNamespace(run=lambda units, refuse: np.repeat([[of(*u)] for u in units], 2, axis=1))
    return moves_of(np.array(best), whole, READ, COVARIANCE)


def test_moves__are_the_farthest_of_three_places_in_errors():
    found = moves(lambda a, b: [a, 6 * b * b, 100 * a * b])
    assert np.allclose(found, [1.0 / 0.5, 6.0 / 2.0])  # what is held out does not count
    humped = moves(lambda a, b: [a * (1 - a), 0.0, 0.0])
    assert np.allclose(humped, [0.25 / 0.5, 0.0]), "both ends are alike and the estimate is not"


def test_moves__are_of_what_is_known():
    found = moves(lambda a, b: [np.nan if b == 1 else a + b, 0.0, 0.0])
    assert np.allclose(found, [2.0, 0.25 / 0.5])
    found = moves(lambda a, b: [np.nan if b in (0, 1) else a, 0.0, 0.0])
    assert found[0] == 2.0 and np.isnan(found[1])


def test_moves__by_luck_are_as_rare_as_they_are_said_to_be():
    draws, cases = np.random.default_rng(3), 40_000
    covariance = np.array([[1.0, 0.3, 0.0], [0.3, 2.0, 0.1], [0.0, 0.1, 0.5]])
    for luck in (covariance, covariance * [[0.25]], np.diag([0.5, 0.0, 0.0])):
        both = draws.multivariate_normal(np.zeros(3), 2 * luck, cases)
        far = np.linalg.norm(np.linalg.solve(np.linalg.cholesky(covariance), both.T), axis=0)
        beyond = (far > moves_by_luck(luck, covariance)).mean()
        assert abs(beyond - CHANCE) < 3.5 * np.sqrt(CHANCE * (1 - CHANCE) / cases)  # here it is exact
    assert moves_by_luck(np.zeros((3, 3)), covariance) == 0.0


def test_calibration__is_not_lost_where_the_ends_of_a_range_fail(monkeypatch):
    from loyaltysim.study import calibrate
    from loyaltysim.study.candidates import Candidates

    run = Candidates.run

    def failing(self, units, replications=None, *, refuse=True):
        found = run(self, units, replications, refuse=refuse)
        return found if refuse else np.full_like(found, np.nan)

    monkeypatch.setattr(Candidates, "run", failing)
    market = ls.load("grocery").vary(
        {"population.n_customers": 60, "steps": 14, "burn_in": 2, "metrics.period_steps": 6, "metrics.states_every": 0}
    )
    found = calibrate.calibrate(market, {"share": (0.4, 0.1)}, {"brands.Ours.price": [1.8, 2.2]}, points=30,
                                replications=1)  # fmt: skip
    assert not found.settings["pinned"].any() and np.isnan(found.settings["moves"]).all()
    assert "not pinned down, the runs at the ends of its range failed" in found.report()
    assert np.isnan(found.targets["predicted"]).all()
    assert "The fitted numbers could not be predicted" in found.report() and "nan" not in found.report()
