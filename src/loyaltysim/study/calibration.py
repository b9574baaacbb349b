"""Calibration: what was found: settings with intervals, what is not pinned down, and how well the market foretells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from loyaltysim.answer_table import save_table
from loyaltysim.study.design import value_between
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
UNLIKELY = 0.01
"""Below this chance the market does not fit; assumed."""
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
        pinned (sd below .7 of the prior's, moves of at least 2, and no fitted number out of reach)
    ridges : pairs of settings that the data leave to trade off: path, other, correlation (beyond .7), sd_given_other
        (of path)
    targets : one row a number: name, observed, se, fitted (else held out), predicted, ci_low, ci_high (90 % of data of
        new customers under the posterior), inside
    draws : from the posterior, a column a setting
    candidates : every point that was run: a column a setting, then a column a number
    misfit, free, p : distance of fitted numbers at the estimates from the observed (E189), numbers less settings that
        are pinned, and the chance of one so large if the market is right; NaN without freedom
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
        return "\n".join(_report(self))

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

    def plot(self, ax: Any = None) -> Any:
        """Intervals of settings in their ranges, and observed beside predicted: matplotlib's Axes."""
        from loyaltysim.plots import calibration

        return calibration(self.settings, self.targets, ax)


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

    settings = _settings(candidates, best, draws, moves)
    own = pd.DataFrame(candidates.values(draws), columns=list(candidates.paths))
    far = _out_of_reach(candidates, read, covariance)
    if far:
        settings["pinned"] = False
        candidates.notes += [*far, "No setting is pinned down by what the market cannot give."]
    pinned = settings["pinned"].to_numpy()
    misfit = _misfit(candidates, read, best, draws, pilot, covariance, pinned)
    free = int((~read.held_out).sum() - pinned.sum())
    seen = pd.DataFrame(candidates.values(candidates.units), columns=list(candidates.paths))
    numbers = pd.DataFrame(candidates.means, columns=list(read.names))
    return Calibration(
        candidates.scenario_at(best), method, settings, _ridges(candidates.paths, draws, settings),
        _targets(read, predicted, covariance, luck), own, pd.concat([seen, numbers], axis=1), misfit, free,
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


def _settings(candidates: Candidates, best: np.ndarray, draws: np.ndarray, moves: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    rows = []
    between = interval_of(draws)
    for place, (path, (usual, low, high)) in enumerate(zip(candidates.paths, candidates.ends)):
        ends = [value_between(usual, low, high, u) for u in between[:, place]]
        prior, sd = 1 / np.sqrt(12), float(draws[:, place].std())  # of a flat prior over 0 … 1
        rows.append(
            {
                "path": path, "low": low, "high": high, "start": usual,
                "estimate": value_between(usual, low, high, best[place]), "sd": sd * (high - low), "ci_low": ends[0],
                "ci_high": ends[1], "prior_sd": prior * (high - low), "shrinkage": sd / prior,
                "moves": float(moves[place]), "pinned": sd / prior < PINNED and bool(moves[place] >= LEAST_MOVE),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _misfit(
    candidates: Candidates,
    read: Targets,
    best: np.ndarray,
    draws: np.ndarray,
    pilot: np.ndarray,
    covariance: np.ndarray,
    pinned: np.ndarray,
) -> float:
    """The least distance from the observed numbers, by the slopes of the candidates around the estimates (E189)."""
    fitted = ~read.held_out
    own = covariance[np.ix_(fitted, fitted)]
    away = whitened(pilot.mean(0)[None, fitted], read.value[fitted], own)[0]
    units, numbers = candidates.seen(box_of(draws))
    if pinned.any() and len(units) > 2 * len(best):
        near = whitened(numbers[:, fitted], read.value[fitted], own)
        slope = np.linalg.lstsq(units - units.mean(0), near - near.mean(0), rcond=None)[0].T[:, pinned]
        away = away - slope @ np.linalg.lstsq(slope, away, rcond=None)[0]
    return float(away @ away)


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
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(new, [tail, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "name": list(read.names), "observed": read.value, "se": read.se, "fitted": ~read.held_out,
            "predicted": known.mean(0), "ci_low": low, "ci_high": high,
            "inside": (low <= read.value) & (read.value <= high),
        }
    )  # fmt: skip


def _report(found: Calibration) -> list[str]:
    lines = [f"Calibrated by {found.method} with {found.runs:,} runs; 90 % intervals."]
    for row in found.settings.itertuples():
        told = f"{row.path} = {row.estimate:.4g} ({row.ci_low:.4g} to {row.ci_high:.4g})"
        open_ = f"not pinned down, sd {row.shrinkage:.0%} of that before the data"
        if not row.moves >= LEAST_MOVE:
            open_ = f"not pinned down, the fitted numbers move by {row.moves:.1g} errors over its range"
            open_ = open_ if row.moves else "not pinned down, no fitted number moves with it"
            open_ = "not pinned down, the runs at the ends of its range failed" if np.isnan(row.moves) else open_
        elif row.shrinkage < PINNED:
            open_ = "not pinned down, since a number is out of reach"
        lines.append(told if row.pinned else f"{told}: {open_}")
    for row in found.ridges.itertuples():
        told = f"{row.path} and {row.other} trade off (correlation {row.correlation:+.2f})"
        lines.append(f"{told}: {_ridge_says(row.correlation)}")
    if np.isfinite(found.p):
        said = "the market does not fit" if found.p < UNLIKELY else "the market fits"
        lines.append(f"Misfit {found.misfit:.1f} with {found.free} to spare (p = {found.p:.2g}): {said}.")
    for fitted, what in ((True, "fitted"), (False, "held-out")):
        some = found.targets[found.targets["fitted"] == fitted]
        if some["predicted"].isna().any():
            lines.append(f"The {what} numbers could not be predicted: runs at the estimate failed or do not know them.")
        elif len(some):
            lines.append(f"{int(some['inside'].sum())} of {len(some)} {what} numbers lie in their predicted interval.")
    outside = found.targets[~found.targets["inside"] & found.targets["predicted"].notna()]
    for row in outside.itertuples():
        told = f"  {row.name}: observed {row.observed:.4g}, predicted {row.predicted:.4g}"
        lines.append(f"{told} ({row.ci_low:.4g} to {row.ci_high:.4g})" + ("" if row.fitted else ", held out"))
    if not (~found.targets["fitted"]).any():
        lines.append("Nothing was held out: the targets have no periods.")
    if found.left_out:
        lines.append(f"{found.left_out} candidates were left out: some number is not known there.")
    return [*lines, *found.notes]


def _ridge_says(correlation: float) -> str:
    if correlation < 0:
        return "the data cannot tell more of one from more of the other."
    return "the data cannot tell more of both from less of both."
