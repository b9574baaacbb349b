"""Time the Mesa model beside `simulate`: ``python benchmarks/mesa_model.py [PAIRS [CUSTOMERS]]``.

`grocery` for a year, opening included, on one thread: `ls.simulate`, and `LoyaltyModel` run to its end with its usual
model reporters, frame and Dataset taken. The two take turns in one process, the first of each pair in turn, and times
are of the processor, so that other work on the machine counts little.
"""

import statistics
from math import sqrt
from time import process_time

from asked import asking, where, whole

import loyaltysim as ls


def simulated(scenario: ls.Scenario) -> None:
    ls.simulate(scenario, seed=1, threads=1)


def stepped(scenario: ls.Scenario) -> None:
    model = ls.mesa.LoyaltyModel(scenario=scenario, rng=1, threads=1)
    model.run_model()
    model.datacollector.get_model_vars_dataframe()
    model.results()


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("pairs", nargs="?", type=whole(2, 1000), default=12, help="12 if not given")
    asked.add_argument("customers", nargs="?", type=whole(), default=100_000, help="100000 if not given")
    given = asked.parse_args()
    pairs, customers = given.pairs, given.customers
    print(where())
    scenario = ls.load("grocery").vary({"population.n_customers": customers, "steps": 52})
    contenders, ratios = [simulated, stepped], []
    for pair in range(-1, pairs):  # a pair before the first loads the kernels
        seconds = {}
        for run in contenders:
            start = process_time()
            run(scenario)
            seconds[run] = process_time() - start
        contenders.reverse()
        if pair >= 0:
            ratios.append(seconds[stepped] / seconds[simulated])
    mean, error = statistics.mean(ratios), statistics.stdev(ratios) / sqrt(pairs)
    print(f"LoyaltyModel over simulate, {customers:,} customers, {pairs} pairs: {mean:.4f}, standard error {error:.4f}")


if __name__ == "__main__":
    main()
