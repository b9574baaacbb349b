"""Targets on recorded customers: CDNOW, an online music store, as the package `lifetimes` holds it (D6b, R4).

2,357 customers who first bought in the first quarter of 1997 were seen to the end of September (T of 27 to 38.86 weeks)
and then for 39 weeks more, to June 1998, which is called week 78. **T is the difference of two dates**, that of the
first purchase and 30 September 1997: the day of the first purchase does not count. With T + 39 weeks for each customer
BG/NBD expects 4160.8 repeat purchases by week 78; if every T counts one day more, 4165.8.

The files are read inside the installed package, since its module of data sets needs `pkg_resources`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from loyaltysim.validation.bg_nbd import BGNBD
from loyaltysim.validation.dropout import CDNOW, COPIES, MOST, PUBLISHED, count_checks, simulate_cohort
from loyaltysim.validation.standard_errors import over_replications
from loyaltysim.validation.target import Check, as_published, require, target

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "CDNOW, 2,357 customers, as in lifetimes 0.11.3; Fader, Hardie & Lee 2005, Marketing Science 24(2)"
ACTUAL = [1411, 439, 214, 100, 62, 38, 29, 64]
"""Customers with 0 … 6 and more repeat purchases by the end of September 1997."""
CHI_SQUARE = 7.8
"""What 1 of 20 draws of χ² with 3 degrees of freedom exceeds: 8 classes, 4 parameters."""
FITTED = BGNBD(0.2426, 4.4135, 0.7929, 2.4258)
FITTED_SPEND = {"p": 6.2488, "q": 3.7446, "v": 15.4477}
AHEAD = 39.0
"""Weeks from the end of September 1997 to week 78."""
SAMPLE, SAMPLES = 10_000, 6
RECOVERED = {"r": 0.03, "alpha": 1.0, "a/(a+b)": 0.035}
"""How near the parameters must come back; a and b alone are not told apart by so little data."""
DAY = 1 / 7


def _read(name: str, **how: object) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(Path(require("lifetimes").__file__).parent / "datasets" / name, **how)
    return frame


def read_customers() -> pd.DataFrame:
    """One row a customer: frequency (repeat purchases), recency (week of the last one), T (weeks seen).

    Raises MissingExtra if `lifetimes` is not installed, as do the others.
    """
    return _read("cdnow_customers_summary.csv").drop(columns="ID")


def read_spending() -> pd.DataFrame:
    """One row a customer: x (repeat purchases), zbar (mean spend of one), and t_x, T."""
    return _read("cdnow_customers_summary_with_transactions.csv")


def read_repeat_days() -> np.ndarray:
    """Day of each repeat purchase, day 0 being 1 January 1997; several purchases of a day are one."""
    import pandas as pd

    columns = ["master_id", "customer", "date", "units", "spend"]
    frame = _read("CDNOW_sample.txt", sep=r"\s+", header=None, names=columns)
    days = (pd.to_datetime(frame["date"], format="%Y%m%d") - pd.Timestamp("1997-01-01")).dt.days
    frame = frame.assign(day=days).drop_duplicates(["customer", "day"])
    return np.asarray(frame.loc[frame["day"] > frame.groupby("customer")["day"].transform("min"), "day"])


@target(
    "D6b",
    source=SOURCE,
    says="The customers of D6, each seen for as long as a published one, against the counts of those.",
    needs=("lifetimes",),
)
def own_times() -> Iterator[Check]:
    """Chances with each customer's own T, and χ² of the simulated shares against the actual counts."""
    seen = read_customers()["T"].to_numpy()
    chances = np.mean([CDNOW.chances(weeks, MOST) for weeks in seen], axis=0)
    printed = ".5967 .1955 .0818 .0430 .0254 .0162 .0109 .0305"
    expected = as_published(printed, [*chances, 1 - chances.sum()])
    purchases = simulate_cohort(CDNOW).count(np.tile(seen, COPIES))
    yield from count_checks(purchases, expected, "the end of own T")
    shares = np.bincount(np.minimum(purchases, MOST + 1), minlength=MOST + 2) / len(purchases)
    (closed,) = as_published("4.82", _chi_square(np.array(expected)))
    note = f"at most this; the closed form gives {closed:.2f}"
    yield Check("χ² against the actual counts", CHI_SQUARE, _chi_square(shares), None, 0, note, side="above")


def _chi_square(shares: np.ndarray) -> float:
    expected = shares * PUBLISHED
    return float(np.sum((np.array(ACTUAL) - expected) ** 2 / expected))


@target(
    "R4",
    source=f"{SOURCE}, fitted by its BetaGeoFitter and GammaGammaFitter",
    says="CDNOW as we read it, fitted; customers of the fit are simulated, fitted again, and counted to week 78.",
    needs=("lifetimes",),
)
def music_store() -> Iterator[Check]:
    """Counts and fits of the data; parameters that come back from simulated customers; repeat purchases by week 78."""
    customers, days = read_customers(), read_repeat_days()
    x, last, seen = (customers[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    counts = np.bincount(np.minimum(x.astype(int), MOST + 1), minlength=MOST + 2)
    yield Check("customers", PUBLISHED, len(customers), None, 0)
    yield Check("classes of repeat purchases that differ", 0, int(np.sum(counts != ACTUAL)), None, 0)
    until = round(float(seen.max()) * 7)  # days from 1 January to 30 September 1997
    yield Check("repeat purchases by September 1997, from the log", x.sum(), int(np.sum(days <= until)), None, 0)
    actual = int(np.sum(days <= until + AHEAD * 7))
    yield Check("repeat purchases by week 78, from the log", 4339, actual, None, 0)

    fitted = fit_dropout(x, last, seen)
    for name in ("r", "alpha", "a", "b"):
        yield Check(f"{name} of the data", getattr(FITTED, name), getattr(fitted, name), None, 0.001)
    yield Check("log likelihood of the data", -9582.43, fitted.log_likelihood(x, last, seen), None, 0.01)
    spending = read_spending().query("x > 0")
    gamma = require("lifetimes").GammaGammaFitter()
    gamma.fit(spending["x"], spending["zbar"])
    for name, value in FITTED_SPEND.items():
        yield Check(f"{name} of the data (gamma-gamma)", value, float(gamma.params_[name]), None, 0.002)

    cohort = simulate_cohort(FITTED)
    x, last = cohort.count(39.0), cohort.last(39.0)
    samples = [slice(start, start + SAMPLE) for start in range(0, SAMPLE * SAMPLES, SAMPLE)]
    found = [_told_apart(fit_dropout(x[some], last[some], np.full(SAMPLE, 39.0))) for some in samples]
    for (name, true), tolerance in zip(_told_apart(FITTED).items(), RECOVERED.values(), strict=True):
        values = [one[name] for one in found]
        note = f"standard error from {SAMPLES} samples, which give {np.mean(values):.4f} on average"
        part = f"{name} from {SAMPLE:,} simulated customers"
        yield Check(part, true, values[0], float(np.std(values, ddof=1)), tolerance, note)

    printed = FITTED.expected(seen + AHEAD).sum(), FITTED.expected(seen + DAY + AHEAD).sum()
    expected = as_published("4160.8 4165.8", printed)
    repeats = cohort.count(np.tile(seen, COPIES) + AHEAD).reshape(COPIES, PUBLISHED).sum(1)
    mean, se = over_replications(repeats)
    note = f"T as the difference of dates; with a day more {expected[1]:.1f}; actual {actual}, {actual - mean:+.0f}"
    yield Check("repeat purchases by week 78, for 2,357 customers", expected[0], mean, se, 3 * se, note)


def fit_dropout(x: np.ndarray, last: np.ndarray, seen: np.ndarray) -> BGNBD:
    """BG/NBD fitted by `lifetimes`."""
    model = require("lifetimes").BetaGeoFitter()
    model.fit(x, last, seen)
    return BGNBD(*(float(model.params_[name]) for name in ("r", "alpha", "a", "b")))


def _told_apart(model: BGNBD) -> dict[str, float]:
    """What data of this size tell."""
    return {"r": model.r, "alpha": model.alpha, "a/(a+b)": model.a / (model.a + model.b)}
