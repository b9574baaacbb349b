"""Calibration: what was found: settings with intervals, what is not pinned down, and how well the market foretells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from loyaltysim.answer_table import save_table
from loyaltysim.study.calibration_report import report_of
from loyaltysim.study.design import value_between
from loyaltysim.study.errors import luck_of
from loyaltysim.study.misfit import box_around, least_misfit, slopes_of
from loyaltysim.study.moves import moves_by_luck
from loyaltysim.study.posterior import box_of, whitened
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario
    from loyaltysim.study.candidates import Candidates
    from loyaltysim.study.targets import Targets

INTERVAL = 0.9
"""The usual interval of calibrations; 95 % ones hang on few draws."""
PINNED = 0.7
"""A setting is pinned down if its posterior sd is below this share of the prior's; assumed: half the variance."""
LEAST_MOVE = 2.0
"""Errors by which a setting must move the fitted numbers, over its range, to be pinned down; assumed. Where a number
rises in a straight line it takes 1 / (.7 · .29), that is 5, for .7 of the prior's sd."""
RIDGE = 0.7
"""Settings trade off if they are correlated so far in the posterior; assumed: each halves the variance of the other."""
AT_END = 0.25
"""An interval ends at a bound if it is nearer to it than so much of the way from there to the median; assumed: a
Gaussian does if its 90 % interval would reach the bound, were it not cut off there (E202)."""
AT_ENDS = ("at low", "at high")
BEYOND = 0.01
"""How far beyond a bound the scenario is asked whether a setting may lie there, in ranges; assumed."""
REACH = 3.0
"""Errors beyond all that any candidate gave from which on a number is out of reach; assumed: luck alone does so once in
hundreds of numbers, were a candidate at the very end the right one."""


@dataclass(frozen=True)
class Calibration:
    """A calibrated market.

    Attributes
    ----------
    scenario : at the estimates
    method : by which they were found
    settings : one row a setting: path, low, high (of its range), start, estimate, sd, ci_low, ci_high (90 %), prior_sd,
        shrinkage (sd / prior_sd), moves (how far it alone moves the fitted numbers over its range, in their errors),
        by_luck (how far luck alone would, in one of a hundred cases), status ("pinned", or why it is not: "wide", an
        sd of .7 of the prior's or more; "unmoved", moves below 2 or by_luck; "unread", moves of 0; "failed", runs at
        the ends of its range; "at low" and "at high", an interval that ends at a bound of the range where the setting
        could lie beyond; "out of reach", as a fitted number is), pinned (whether it is)
    ridges : pairs of settings that the data leave to trade off: path, other, correlation (beyond .7), sd_given_other
        (of path)
    targets : one row a number: name, observed, se, fitted (else held out), predicted, ci_low, ci_high (90 % of data of
        new customers under the posterior), inside
    draws : from the posterior, a column a setting
    candidates : every point that was run: a column a setting, then a column a number
    misfit, free, p : the least distance of fitted numbers from the observed within the ranges (E189), numbers less
        settings that the data move between their bounds, and the chance of one so large if the market is right; NaN
        without freedom
    runs, left_out : runs that were asked for; candidates of which a number is not known
    notes : what else a user should know
    """

    scenario: Scenario
    method: str
    settings: pd.DataFrame
    ridges: pd.DataFrame
    targets: pd.DataFrame
    draws: pd.DataFrame
    candidates: pd.DataFrame
    misfit: float
    free: int
    p: float
    runs: int
    left_out: int
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line: what was calibrated."""
        pinned = f"{int(self.settings['pinned'].sum())} of {len(self.settings)} settings pinned down"
        return f"<Calibration by {self.method}: {pinned}, {self.runs:,} runs>"

    def report(self) -> str:
        """What was found, in sentences: settings, what is not pinned down, whether the market fits and foretells."""
        return "\n".join(report_of(self))

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write scenario.toml, report.txt, calibration.svg and each frame as CSV; the folder is made if need be.

        Raises FileExistsError if a calibration is there already, unless `overwrite`.
        """
        from loyaltysim.plots import save

        folder = Path(folder)
        if not overwrite and (folder / "scenario.toml").exists():
            raise FileExistsError(f"{folder} holds a calibration already: name another folder, or give overwrite=True")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("settings", "ridges", "targets", "draws", "candidates"):
            save_table(getattr(self, name), folder / f"{name}.csv")
        with whole_file(folder / "report.txt") as temporary:
            temporary.write_text(self.report() + "\n", "utf-8")
        with whole_file(folder / "scenario.toml") as temporary:
            temporary.write_text(self.scenario.to_toml(), "utf-8")
        save(self.plot(), folder / "calibration.svg")

    def plot(self, ax: Any = None, *, of: str = "") -> Any:
        """Intervals of settings in their ranges, and observed beside predicted: matplotlib's Axes; `of` is its name."""
        from loyaltysim.plots import calibration

        return calibration(self.settings, self.targets, ax, of=of)


def told(
    candidates: Candidates,
    read: Targets,
    method: str,
    best: np.ndarray,
    draws: np.ndarray,
    pilot: np.ndarray,
    predicted: np.ndarray,
    covariance: np.ndarray,
    moves: np.ndarray,
    luck: np.random.Generator,
) -> Calibration:
    """Put what was found into frames.

    Parameters
    ----------
    candidates, read, method : of the search
    best, draws : the estimate and the posterior, in units of the ranges
    pilot : numbers at the estimate, replications × numbers
    predicted : numbers at some draws, draws × numbers
    covariance : of the errors of all numbers
    moves : how far each setting moves the fitted ones
    luck : for the errors of new data
    """
    import pandas as pd

    fitted = ~read.held_out
    own = np.ix_(fitted, fitted)
    by_luck = moves_by_luck(luck_of(pilot, candidates.replications)[own], covariance[own])
    settings = _settings(candidates, best, draws, moves, by_luck)
    misfit, free = _misfit(candidates, read, best, draws, pilot, covariance, settings)
    far = _out_of_reach(candidates, read, covariance)
    if far:
        settings.loc[settings["pinned"], "status"] = "out of reach"
        settings["pinned"] = False
        candidates.notes += [*far, "No setting is pinned down by what the market cannot give."]
    drawn = pd.DataFrame(candidates.values(draws), columns=list(candidates.paths))
    seen = pd.DataFrame(candidates.values(candidates.units), columns=list(candidates.paths))
    numbers = pd.DataFrame(candidates.means, columns=list(read.names))
    return Calibration(
        candidates.scenario_at(best, moves != 0), method, settings, _ridges(candidates.paths, draws, settings),
        _targets(read, predicted, covariance, luck), drawn, pd.concat([seen, numbers], axis=1), misfit, free,
        float(special.chdtrc(free, misfit)) if free > 0 else float("nan"), candidates.runs, candidates.left_out,
        tuple(candidates.notes),
    )  # fmt: skip


def interval_of(draws: np.ndarray) -> np.ndarray:
    """Ends of the 90 % intervals: 2 × settings."""
    tail = (1 - INTERVAL) / 2
    return np.asarray(np.quantile(draws, [tail, 1 - tail], axis=0))


def _out_of_reach(candidates: Candidates, read: Targets, covariance: np.ndarray) -> list[str]:
    """A sentence on each fitted number that lies beyond what candidates give and the errors of both allow (E189)."""
    low, high = np.nanmin(candidates.means, axis=0), np.nanmax(candidates.means, axis=0)
    away = np.maximum(low - read.value, read.value - high) / np.sqrt(np.diag(covariance))
    return [
        f"{read.names[one]} is out of reach: observed {read.value[one]:.4g}, candidates gave {low[one]:.4g} to "
        f"{high[one]:.4g}, {away[one]:.0f} standard errors short."
        for one in np.flatnonzero(~read.held_out & (away > REACH))
    ]


def _settings(
    candidates: Candidates, best: np.ndarray, draws: np.ndarray, moves: np.ndarray, by_luck: float
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    between, ends = interval_of(draws), _at_ends(candidates, draws)
    for place, (path, (usual, low, high)) in enumerate(zip(candidates.paths, candidates.ends)):
        reach = [value_between(usual, low, high, u) for u in between[:, place]]
        prior, sd = 1 / np.sqrt(12), float(draws[:, place].std())  # of a flat prior over 0 … 1
        status = _status(sd / prior, float(moves[place]), by_luck, ends[place])
        rows.append(
            {
                "path": path, "low": low, "high": high, "start": usual,
                "estimate": candidates.value(place, best[place]), "sd": sd * (high - low), "ci_low": reach[0],
                "ci_high": reach[1], "prior_sd": prior * (high - low), "shrinkage": sd / prior,
                "moves": float(moves[place]), "by_luck": by_luck, "status": status, "pinned": status == "pinned",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _status(shrinkage: float, moves: float, by_luck: float, end: str) -> str:
    """Whether the data pin a setting down, or the word for why not; of several reasons the one that comes first."""
    if np.isnan(moves):
        return "failed"
    if not moves:
        return "unread"
    if moves < max(LEAST_MOVE, by_luck):
        return "unmoved"
    return (end or "pinned") if shrinkage < PINNED else "wide"


def _at_ends(candidates: Candidates, draws: np.ndarray) -> list[str]:
    """At which bound of its range the interval of each setting ends, none being "" (E202).

    What a setting cannot go beyond, as no share goes below 0, is no end of a range that could be wider.
    """
    (low, high), middle = interval_of(draws), np.median(draws, axis=0)
    near_low, near_high = low <= AT_END * (middle - low), 1 - high <= AT_END * (high - middle)
    return [
        "at low" if near_low[place] and candidates.can_be(place, -BEYOND)
        else "at high" if near_high[place] and candidates.can_be(place, 1 + BEYOND) else ""
        for place in range(candidates.dimensions)
    ]  # fmt: skip


def _misfit(
    candidates: Candidates,
    read: Targets,
    best: np.ndarray,
    draws: np.ndarray,
    pilot: np.ndarray,
    covariance: np.ndarray,
    settings: pd.DataFrame,
) -> tuple[float, int]:
    """The least distance from the observed numbers within the ranges of the settings that the data tell (E189).

    And its degrees of freedom.
    """
    fitted = ~read.held_out
    own, observed = covariance[np.ix_(fitted, fitted)], read.value[fitted]
    away = whitened(pilot.mean(0)[None, fitted], observed, own)[0]
    box = box_around(best, box_of(draws))
    units, numbers = candidates.seen(box)
    if len(units) <= 2 * len(best):  # too few for slopes
        return float(away @ away), len(away) - int(settings["pinned"].sum())
    told = settings["status"].isin(("pinned", *AT_ENDS)).to_numpy()
    slope = slopes_of(units, numbers[:, fitted], observed, own)[:, told]
    misfit, between = least_misfit(away, slope, best[told], box[told])
    return misfit, len(away) - between


def _ridges(paths: tuple[str, ...], draws: np.ndarray, settings: pd.DataFrame) -> pd.DataFrame:
    """Pairs of settings that are correlated in the posterior, the strongest first."""
    import pandas as pd

    with np.errstate(invalid="ignore"):  # draws may all lie at an end
        together = np.corrcoef(draws.T).reshape(len(paths), len(paths))
    rows: list[dict[str, Any]] = [
        {
            "path": paths[one], "other": paths[two], "correlation": float(together[one, two]),
            "sd_given_other": float(settings["sd"].iloc[one] * np.sqrt(1 - together[one, two] ** 2)),
        }
        for one in range(len(paths)) for two in range(one + 1, len(paths)) if abs(together[one, two]) > RIDGE
    ]  # fmt: skip
    rows.sort(key=lambda row: -abs(row["correlation"]))
    return pd.DataFrame(rows, columns=["path", "other", "correlation", "sd_given_other"])


def _targets(read: Targets, predicted: np.ndarray, covariance: np.ndarray, luck: np.random.Generator) -> pd.DataFrame:
    """Observed beside predicted: data of as many new customers, at draws from the posterior."""
    import pandas as pd

    known = predicted[np.isfinite(predicted).all(1)]
    known = known if len(known) else np.full((1, len(read.names)), np.nan)
    whose = luck.integers(len(known), size=2000)  # assumed: ends are then known to a few percent of the interval
    new = known[whose] + luck.multivariate_normal(np.zeros(len(read.names)), covariance, len(whose))
    new[:, read.shares] = np.clip(new[:, read.shares], 0, 1)
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(new, [tail, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "name": list(read.names), "observed": read.value, "se": read.se, "fitted": ~read.held_out,
            "predicted": known.mean(0), "ci_low": low, "ci_high": high,
            "inside": (low <= read.value) & (read.value <= high),
        }
    )  # fmt: skip
