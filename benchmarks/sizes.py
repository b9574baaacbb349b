"""How time and memory grow with the population: ``python benchmarks/sizes.py [SCENARIO=CUSTOMERS …] [--threads 1,2]``.

Each size runs in a process of its own, so that its highest memory is its own. Network and opening
are in the memory and in the seconds of 52 weeks, but not in the time of a step. The last line of each scenario is the
exponent of time's growth.
"""

import json
import resource
import subprocess
import sys
from argparse import ArgumentTypeError
from math import log
from time import perf_counter

from asked import asking, where, whole

from loyaltysim.scenario_file import shipped

SIZES = [
    *((name, 10**power) for name in ("reference",) for power in (5, 6, 7)),
    *(("grocery", size) for size in (10**5, 10**6, 5 * 10**6)),
]
STEPS = 52


def one(name: str, customers: int, threads: int) -> dict[str, float]:
    """Run one size here: seconds to open, nanoseconds per customer and step, bytes per customer."""
    from loyaltysim import Simulation, load

    Simulation(load(name).vary({"population.n_customers": 2_000, "burn_in": 0, "steps": 3}), threads=threads).run()
    before = _highest()
    scenario = load(name).vary({"population.n_customers": customers, "burn_in": 0, "steps": STEPS})
    start = perf_counter()
    simulation = Simulation(scenario, threads=threads)
    opened = perf_counter()
    simulation.step()
    first = perf_counter()
    for _ in range(STEPS - 1):
        simulation.step()
    taken = perf_counter() - first
    world = simulation.world
    arrays = [*world.customers.arrays.values(), *world.arrays.values(), *world.history.arrays.values()]
    return {
        "open_s": opened - start,
        "ns": 1e9 * taken / (STEPS - 1) / customers,
        "run_s": perf_counter() - start,
        "state_bytes": sum(array.nbytes for array in {id(array): array for array in arrays}.values()) / customers,
        "peak_bytes": (_highest() - before) / customers,
        "peak_gib": _highest() / 2**30,
    }


def _highest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def sized(text: str) -> tuple[str, int]:
    """SCENARIO=CUSTOMERS."""
    name, _, size = text.partition("=")
    if name not in shipped():
        raise ArgumentTypeError(
            f"must be SCENARIO=CUSTOMERS of a shipped scenario ({', '.join(shipped())}), was {text}"
        )
    return name, whole()(size)


def several(text: str) -> list[int]:
    """Whole numbers with commas between them."""
    return [whole(1, 1024)(part) for part in text.split(",")]


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(arguments[1], int(arguments[2]), int(arguments[3]))))
        return
    asked = asking(__doc__)
    asked.add_argument("sizes", nargs="*", metavar="SCENARIO=CUSTOMERS", type=sized, default=SIZES)
    asked.add_argument("--threads", metavar="1,2", type=several, default=[1], help="each of these; 1 if not given")
    given = asked.parse_args()
    sizes, threads = given.sizes, given.threads
    print(where())
    print(f"{'':10}{'customers':>11}{'threads':>9}{'open, s':>9}{'ns':>8}{'52 weeks, s':>13}", end="")
    print(f"{'state, B':>10}{'peak, B':>9}{'peak, GiB':>11}")
    last: dict[tuple[str, int], tuple[int, float]] = {}
    for name, size in sizes:
        for count in threads:
            command = [sys.executable, __file__, "--one", name, str(size), str(count)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"{name:10}{size:11,}{count:9}{told['open_s']:9.2f}{told['ns']:8.2f}{told['run_s']:13.2f}", end="")
            print(f"{told['state_bytes']:10.1f}{told['peak_bytes']:9.1f}{told['peak_gib']:11.2f}", end="")
            if (name, count) in last:
                smaller, ns = last[name, count]
                print(f"   time grows with customers^{1 + log(told['ns'] / ns) / log(size / smaller):.3f}", end="")
            last[name, count] = (size, told["ns"])
            print(flush=True)


if __name__ == "__main__":
    main()
