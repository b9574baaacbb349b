"""Time how long each kind of network takes to build: ``python benchmarks/networks.py [CUSTOMERS [KIND …]]``."""

from statistics import median
from time import perf_counter

import numpy as np
from asked import asking, where, whole

from loyaltysim.customers.network import Network
from loyaltysim.customers.turnover import Turnover

FRIENDS = {"kind": "scale_free", "strength": 0.5}
KINDS = {
    "random": {"kind": "random"},
    "small_world": {"kind": "small_world"},
    "scale_free": {"kind": "scale_free"},
    "configuration": {"kind": "configuration"},
    "blocks": {"kind": "blocks"},
    "blocks, strengths": {"kind": "blocks", "strength_between": 0.5},
    "household": {"kind": "household"},
    "layers": {"kind": "layers", "layers": ["household", FRIENDS, "reviews"]},
}
ROUNDS = 3
SEGMENTS = 5


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("customers", nargs="?", type=whole(), default=1_000_000, help="1000000 if not given")
    asked.add_argument("kinds", nargs="*", metavar="KIND", help=f"all if none is given: {'; '.join(KINDS)}")
    given = asked.parse_args()
    n, kinds = given.customers, given.kinds or list(KINDS)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        asked.error(f'there is no kind "{unknown[0]}", only {"; ".join(KINDS)}')
    print(where())
    segment = (np.arange(n) * 7919 % SEGMENTS).astype(np.uint8)
    for kind in kinds:  # compiled, or brought from the cache
        Network.pick(KINDS[kind]).build(1000, 1, 1, segment=segment[:1000])
    print(f"{n:,} customers, mean degree 10 but for households; seconds, median of {ROUNDS}, kinds taking turns")
    times, made = {kind: [] for kind in kinds}, {}
    for _ in range(ROUNDS):
        for kind in kinds:
            start = perf_counter()
            network = Network.pick(KINDS[kind]).build(n, 1, 1, segment=segment)
            times[kind].append(perf_counter() - start)
            made[kind] = network.bytes, len(network.neighbor)
            del network
    for kind in kinds:
        size, ends = made[kind]
        print(f"{kind:<18} {median(times[kind]):7.3f} s   {size / n:6.1f} bytes a customer, {ends / n:.2f} neighbors")
    if not given.kinds:
        network, turnover = Network.pick("random").build(n, 1, 1), Turnover(0.2, 7 / 365.25, 1, 0)
        turnover.bring(network, 1)
        start = perf_counter()
        turnover.bring(network, 11)
        print(f"turnover of a fifth a year: {(perf_counter() - start) / 10 * 1000:.1f} ms a week")


if __name__ == "__main__":
    main()
