"""Time many small markets against Mesa: ``python benchmarks/many.py [REPLICATIONS [OF_THE_TWIN]]``.

1,000 replications of `reference` with 1,000 customers and 52 weeks, each with a network of its own: `ls.replicate` on
one thread, against `mesa.batch_run` of the twin (an object a customer, luck from Python's `random`) in one process. The
twin runs a few replications, and its time for all is theirs in proportion. Opening (population, network) counts on both
sides, loading the kernels does not.
"""

from time import perf_counter

import mesa
from asked import asking, where, whole

import loyaltysim as ls

CUSTOMERS = 1_000


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("replications", nargs="?", type=whole(1, 100_000), default=1000, help="1000 if not given")
    asked.add_argument("of_the_twin", nargs="?", type=whole(1, 1000), default=4, help="of them by the twin: 4")
    given = asked.parse_args()
    replications, few = given.replications, given.of_the_twin
    print(where())
    scenario = ls.load("reference").vary({"population.n_customers": CUSTOMERS})
    ls.replicate(scenario, replications=2, threads=1)  # loads the kernels
    start = perf_counter()
    ls.replicate(scenario, replications=replications, threads=1)
    own = perf_counter() - start
    start = perf_counter()
    mesa.batch_run(
        ls.mesa.TwinModel,
        {"scenario": "reference", "n_customers": CUSTOMERS, "luck": "mesa", "replication": list(range(few))},
        number_processes=1, max_steps=scenario.steps, data_collection_period=-1, display_progress=False,
    )  # fmt: skip
    twin = (perf_counter() - start) * replications / few
    print(
        f"{replications:,} × {CUSTOMERS:,} customers × {scenario.steps} weeks, a network each, one process, one thread"
    )
    print(f"loyaltysim, replicate    {own:8.2f} s")
    print(
        f"Mesa {mesa.__version__}, batch_run   {twin:8.0f} s, from {few} replications: {twin / own:,.0f} times as long"
    )


if __name__ == "__main__":
    main()
