"""Time what repeating rounds without Python brings: ``python benchmarks/routines.py [SCENARIO=CUSTOMERS …]``.

Two markets of each scenario step in turn in one process, one as it usually does and one whose every call Python makes,
both after a hundred steps. Microseconds a step, medians over the rounds, and ratios within a round.
"""

from statistics import median
from time import perf_counter

from asked import asking, where
from sizes import sized

from loyaltysim import Simulation, load

ROUNDS, STEPS, BEFORE = 9, 20, 100
USUAL = [(name, size) for name in ("reference", "grocery") for size in (1_000, 10_000, 100_000)]


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("sizes", nargs="*", type=sized, default=USUAL, metavar="SCENARIO=CUSTOMERS")
    given = asked.parse_args()
    print(where())
    print(f"{'':12}{'customers':>10}{'each call, µs':>15}{'repeated, µs':>14}{'times as long':>15}")
    for name, size in given.sizes:
        steps = BEFORE + ROUNDS * STEPS
        scenario = load(name).vary({"population.n_customers": size, "burn_in": 0, "steps": steps})
        each, repeated = (Simulation(scenario, threads=1) for _ in range(2))
        each.schedule.repeatable = False
        times: dict[Simulation, list[float]] = {one.run(until=BEFORE): [] for one in (each, repeated)}
        for _ in range(ROUNDS):
            for one, own in times.items():
                start = perf_counter()
                for _ in range(STEPS):
                    one.step()
                own.append(1e6 * (perf_counter() - start) / STEPS)
        ratio = median(a / b for a, b in zip(times[repeated], times[each]))
        print(f"{name:12}{size:10,}{median(times[each]):15.1f}{median(times[repeated]):14.1f}{ratio:15.2f}")


if __name__ == "__main__":
    main()
