"""Time what other processes bring: ``python benchmarks/processes.py [CUSTOMERS [REPLICATIONS]]``.

Replications of `grocery` in turn: stepped in this process on one thread, on two that share each step, and on two that
have half of the replications each, as the class page would with 2,000 customers and 10; then by `ls.replicate`, results
told, in this process alone, and shared with one more, as it does by itself where seconds are left to do. Seconds by the
clock, opening included; the process is begun in a first round, which is told apart.
"""

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter

from asked import asking, where, whole

import loyaltysim as ls

ROUNDS, SHARED = 3, "replicate, two processes"


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("customers", nargs="?", type=whole(), default=10_000, help="10000 if not given")
    asked.add_argument("replications", nargs="?", type=whole(2, 10_000), default=30, help="30 if not given")
    given = asked.parse_args()
    print(where())
    scenario = ls.load("grocery").vary({"population.n_customers": given.customers})
    many = given.replications
    halves = range(many // 2), range(many // 2, many)

    def step(stack: range, threads: int = 1) -> None:
        ls.Simulation(scenario, threads=threads, replications=stack).run()

    ways = {
        "one thread": lambda: step(range(many)),
        "two threads": lambda: step(range(many), 2),
        "two threads, half each": lambda: list(pool.map(step, halves)),
        "replicate, one process": lambda: ls.replicate(scenario, replications=many, threads=1),
        SHARED: lambda: ls.replicate(scenario, replications=many, threads=2),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS + 1):
            for name, run in ways.items():
                start = perf_counter()
                run()
                times[name].append(perf_counter() - start)
    print(f"{given.customers:,} customers, {given.replications} replications, {ROUNDS} rounds after a first one")
    for name, own in times.items():
        ratio = median(a / b for a, b in zip(own[1:], times["one thread"][1:]))
        print(
            f"{name:24}{median(own[1:]):7.2f} s   {min(own[1:]):.2f} to {max(own[1:]):.2f}   {ratio:.2f} times as long"
        )
    print(f"the first time, with the process still to begin: {times[SHARED][0]:.2f} s")


if __name__ == "__main__":
    main()
