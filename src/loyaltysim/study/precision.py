"""Precision: how many replications an interval of a wanted width needs, and running until it has that width.

The half width of a paired t interval is t · s / √n (eq. E41), s the standard deviation of the differences. Stopping as
soon as an estimate of it is small enough makes the interval a little too narrow on average (Chow and Robbins 1965:
coverage is right as the width goes to 0); therefore no run stops before 10 replications. Intervals that assume no
normal differences are had by the bootstrap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from loyaltysim.faults import Fault, ScenarioError, nearest
from loyaltysim.runs import replicate_worlds
from loyaltysim.study.compare import CONFIDENCE, METRICS, Comparison, Replicate
from loyaltysim.summaries import summary

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

FEWEST = 10
"""Replications before which nothing is stopped; assumed."""
MOST_NEEDED = 10_000_000
"""Replications that nobody will run; assumed."""
_UNTIL = re.compile(r"\s*(?:(\w+)\s+)?half_width\s*<=\s*([0-9.eE+-]+)\s*")


def needed(differences: np.ndarray, half_width: float) -> int:
    """How many replications make the half width of the 95 % interval at most so large, by the spread seen so far.

    At least two differences, of replications; NaNs are left out. 0 where fewer are known; `MOST_NEEDED` if it is that
    or more. Raises ValueError for a width that is not above 0.
    """
    if not half_width > 0:
        raise ValueError(f"a half width must be above 0, was {half_width:g}")
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        return 0
    spread, n = float(known.std(ddof=1)), 2
    while n < MOST_NEEDED and _half_width(spread, n) > half_width:
        root = min(float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * spread / half_width, MOST_NEEDED)
        n = min(max(n + 1, min(math.ceil(root**2), 2 * n)), MOST_NEEDED)
    while n > 2 and _half_width(spread, n - 1) <= half_width:  # t was that of fewer, so the last step went too far
        n -= 1
    return n


def _half_width(spread: float, n: int) -> float:
    return float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2) * spread / math.sqrt(n))


def differences(comparison: Comparison, metric: str) -> dict[str, np.ndarray]:
    """Each scenario's difference to the baseline in every replication, of the focal brand and all customers."""
    own = {
        name: summary(run, metric).sel(brand=comparison.focal, segment="all").values
        for name, run in comparison.runs.items()
    }
    base = own.pop(comparison.baseline)
    return {name: values - base for name, values in own.items()}


def replications_needed(comparison: Comparison, half_widths: Mapping[str, float]) -> pd.DataFrame:
    """How many replications each scenario's effects would need for wanted half widths, by metric.

    Returns a row a metric and scenario: metric, scenario, half_width, wanted, needed. Raises ScenarioError for unknown
    metrics.
    """
    import pandas as pd

    rows = []
    for metric, wanted in half_widths.items():
        _check_metric(metric)
        for name, values in differences(comparison, metric).items():
            known = values[np.isfinite(values)]
            now = _half_width(float(known.std(ddof=1)), len(known)) if len(known) > 1 else math.nan
            row = {"metric": metric, "scenario": name, "half_width": now, "wanted": wanted}
            rows.append({**row, "needed": needed(values, wanted)})
    return pd.DataFrame(rows)


def bootstrap(comparison: Comparison, *, resamples: int = 5000, seed: int = 1) -> pd.DataFrame:
    """The effects of a comparison with bootstrap intervals: bias-corrected and accelerated (Efron 1987).

    Whole replications are drawn again, so pairs stay together. Columns as `Comparison.effects` has them;
    `p_positive` is the share of resampled means above 0. A metric that never varies keeps its point.
    """
    from scipy.stats import bootstrap as resample

    frame = comparison.effects.copy()
    found = {metric: differences(comparison, metric) for metric in frame["metric"].unique()}
    for place, row in frame.iterrows():
        values = found[row["metric"]][row["scenario"]]
        known = values[np.isfinite(values)]
        if len(known) < 2 or np.ptp(known) == 0:
            continue
        luck = np.random.default_rng(seed)
        drawn = resample((known,), np.mean, confidence_level=CONFIDENCE, n_resamples=resamples, rng=luck)
        ends = drawn.confidence_interval
        frame.loc[place, "ci_low"], frame.loc[place, "ci_high"] = float(ends.low), float(ends.high)
        frame.loc[place, "p_positive"] = float((drawn.bootstrap_distribution > 0).mean())
    return frame


def still_wider(comparison: Comparison, until: str) -> str | None:
    """What of `until` was not reached, in one sentence; None if all of it was."""
    metric, width = read_until(until)
    widest = 0.0
    for values in differences(comparison, metric).values():
        known = values[np.isfinite(values)]
        if len(known) < 2:
            return f"{until} is not known after {len(values)} replication{'' if len(values) == 1 else 's'}"
        widest = max(widest, _half_width(float(known.std(ddof=1)), len(known)))
    if widest <= width:
        return None
    n = len(next(iter(differences(comparison, metric).values())))
    need = max(needed(values, width) for values in differences(comparison, metric).values())
    wanted = f"{need:,}" if need < MOST_NEEDED else "very many"
    return f"{until} was not reached: {widest:.2g} after {n} replications; {wanted} would be needed"


def read_until(text: str) -> tuple[str, float]:
    """The metric and the half width of "share half_width<=0.005". Raises ScenarioError for anything else."""
    found = _UNTIL.fullmatch(text)
    try:
        width = float(found[2]) if found else 0.0
    except ValueError:
        width = 0.0
    if found is None or not 0 < width < math.inf:
        message = f'must be like "share half_width<=0.005", was "{text}"'
        raise ScenarioError([Fault(None, None, "until", message)])
    metric = found[1] or "retention_rate"
    _check_metric(metric)
    return metric, width


def _check_metric(metric: str) -> None:
    if metric not in METRICS:
        message = f'no metric is called "{metric}"'
        raise ScenarioError([Fault(None, None, "until", message, METRICS, nearest(metric, METRICS))])


def run_until(
    scenarios: Mapping[str, Scenario],
    baseline: str,
    until: str,
    most: int,
    *,
    seed: int,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
    run: Replicate = replicate_worlds,
) -> Comparison:
    """Run replications, some at a time, until all effects on a metric are as exact as wanted, or `most` are run."""
    import xarray as xr

    metric, width = read_until(until)
    focal, n = scenarios[baseline].focal, 0
    runs: dict[str, xr.Dataset] = {}
    wanted = min(FEWEST, most)
    while n < wanted:
        before = n

        def tell(name: str, done: float, before: int = before) -> None:
            if progress is not None:
                progress(name, before + done)

        more = run(scenarios, replications=wanted - n, seed=seed, first=n, threads=threads, progress=tell)
        for name, data in more.items():
            runs[name] = xr.concat([runs[name], data], "replication", data_vars="minimal") if n else data
        n = wanted
        comparison = Comparison(runs, baseline, focal)
        needs = [needed(values, width) for values in differences(comparison, metric).values()]
        if min(needs) == 0 and n > 1:
            message = f"{metric} of {focal} is not known in these runs, so its interval has no width"
            raise ScenarioError([Fault(None, None, "until", message)])
        need = max(needs)
        if need > n:
            wanted = min(most, max(n + 5, min(need, 2 * n)))  # never more than twice: the spread may be misjudged
    return comparison
