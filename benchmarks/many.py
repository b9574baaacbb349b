"""Time many small markets against Mesa: ``python benchmarks/many.py [REPLICATIONS [OF_THE_TWIN]]``.

1,000 replications of `reference` with 1,000 customers and 52 weeks, each with a network of its own: `ls.replicate` on
one thread, against `mesa.batch_run` of the twin (an object a customer, luck from Python's `random`) in one process. The
twin runs a few replications, and its time for all is theirs in proportion. Opening (population, network) counts on both
sides, loading the kernels does not.
"""

import sys
from time import perf_counter

import mesa

import loyaltysim as ls

CUSTOMERS = 1_000


def main() -> None:
    replications, few = (int(given) for given in (*sys.argv[1:], *(1000, 4)[len(sys.argv) - 1 :]))
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
