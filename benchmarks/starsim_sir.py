"""Time the reference step beside an epidemic in starsim: ``python benchmarks/starsim_sir.py [CUSTOMERS …]``.

starsim (``pip install starsim``) is a fast framework for agents in Python, made for epidemics. It cannot simulate a
market, so this compares a step of each one's own: SIR over a network of ties that stay (its default draws all ties anew
each step), the same ties as ours, mean degree 10. An infected person has fewer states than a customer. Both take turns
in one process, on one thread.
"""

import os
from statistics import median
from time import perf_counter

import numpy as np
from asked import asking, where, whole

from loyaltysim import Simulation, load

os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")
try:
    import starsim
except ModuleNotFoundError:
    raise SystemExit("starsim is not installed here: pip install starsim") from None

ROUNDS = 5


class Ties(starsim.Network):
    """Ties that stay."""

    def step(self) -> None:
        """Change nothing."""


def epidemic(scenario, seed: int) -> starsim.Sim:
    """SIR with starsim's own settings and calendar, as many agents as there are customers, on the customers' ties."""
    network = scenario.network.build(scenario.population.n_customers, seed, 1)
    one = np.repeat(np.arange(scenario.population.n_customers), network.degree())
    other = np.asarray(network.neighbor)
    once = one < other  # each tie stands with both of its ends
    ties = Ties(edges={"p1": one[once], "p2": other[once], "beta": np.ones(once.sum(), np.float32)})
    sim = starsim.Sim(
        n_agents=scenario.population.n_customers, diseases=starsim.SIR(), networks=ties, rand_seed=seed, verbose=0
    )
    sim.init()
    return sim


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("customers", nargs="*", type=whole(), default=[100_000, 1_000_000], help="100000 1000000")
    sizes = asked.parse_args().customers
    print(where())
    print(
        f"nanoseconds per agent and step, median (fastest – slowest) of {ROUNDS} rounds; starsim {starsim.__version__}"
    )
    for size in sizes:
        scenario = load("reference").vary({"population.n_customers": size})
        own, others = [], []
        for number in range(ROUNDS):
            simulation = Simulation(scenario, seed=number + 1, threads=1)
            simulation.step()  # the first step loads kernels and touches memory
            start = perf_counter()
            for _ in range(scenario.steps - 1):
                simulation.step()
            own.append(1e9 * (perf_counter() - start) / (scenario.steps - 1) / size)
            sim = epidemic(scenario, number + 1)
            start = perf_counter()
            sim.run()
            others.append(1e9 * (perf_counter() - start) / sim.t.npts / size)
        ratio = median(b / a for a, b in zip(own, others))
        for name, times in (("loyaltysim", own), ("starsim SIR, ties that stay", others)):
            print(f"{size:>12,}  {name:28}{median(times):8.1f} ({min(times):.1f} – {max(times):.1f})")
        print(f"{'':14}starsim takes {ratio:.1f} times as long")


if __name__ == "__main__":
    main()
