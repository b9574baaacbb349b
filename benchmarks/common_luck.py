"""How much common random numbers narrow effects on `grocery`: ``python benchmarks/common_luck.py [REPLICATIONS]``.

Our promotion of 5 % for the first two measured weeks, against the market without it, same customers and luck. The
variance ratio (docs/model.md, eq. E42) is (var a + var b) / var(a - b) over replications: as many times more runs would
independent luck need. Share also in windows that begin with the promotion, and all of it without talk as well.
"""

import numpy as np
from asked import asking, where, whole

import loyaltysim as ls
from loyaltysim.plots.effects import HEADLINE
from loyaltysim.study.compare import paired_effect

PROMOTION = {"kind": "promotion_calendar", "depth": 0.05, "weeks": 2, "every_weeks": 1000, "first_week": 0}
WINDOWS = (2, 13, 52, 156)
RESAMPLES = 1000


def share(run, weeks: int) -> np.ndarray:
    """Our share of units in the first weeks, a number a replication."""
    units = run["units"].sel(segment="all").isel(step=slice(weeks)).sum("step")
    return (units.sel(brand="Ours") / units.sum("brand")).values


def ratio(other: np.ndarray, base: np.ndarray) -> str:
    """The variance ratio, and 95 % of it by the bootstrap over replications."""
    luck = np.random.default_rng(1).integers(0, len(base), (RESAMPLES, len(base)))
    ratios = [paired_effect(other[some], base[some])["variance_ratio"] for some in luck]
    low, high = np.nanquantile(ratios, (0.025, 0.975))
    return f"{paired_effect(other, base)['variance_ratio']:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("replications", nargs="?", type=whole(5, 10_000), default=40, help="5 and more; 40 if not given")
    replications = asked.parse_args().replications
    print(where())
    grocery = ls.load("grocery")
    markets = {"as it is": grocery, "without talk": grocery.vary({"word_of_mouth.talk": "none"})}
    found = {}
    for name, market in markets.items():
        worlds = {"base": market, "promotion": market.vary({"brands.Ours.pricing": [PROMOTION]})}
        found[name] = ls.compare(worlds, replications=replications)
    print(f"{replications} replications; promotion of 5 % in the first two of {grocery.steps} weeks")
    print(f"{'share of units':24}" + "".join(f"{name:>28}" for name in markets))
    for weeks in WINDOWS:
        own = [ratio(share(c.runs["promotion"], weeks), share(c.runs["base"], weeks)) for c in found.values()]
        print(f"{f'in the first {weeks} weeks':24}" + "".join(f"{text:>28}" for text in own), flush=True)
    print("headline metrics, all weeks")
    for metric in HEADLINE:
        rows = [c.effects.set_index("metric").loc[metric, "variance_ratio"] for c in found.values()]
        print(f"{metric:24}" + "".join(f"{value:28.2f}" for value in rows))


if __name__ == "__main__":
    main()
