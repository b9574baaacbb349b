"""Time what a study adds to its runs: ``python benchmarks/studies.py [POINTS REPLICATIONS]``.

The same runs are made twice, bare, one `Simulation` a stack, and by `sweep` with a store; on one thread, since the
seconds of a processor can then be compared whatever else the machine does. Overhead is the difference by run: keys,
summaries, writing, merging, and the Dataset; making and checking the points is told apart. Then a fresh process opens
the store.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from asked import asking, where, whole

import loyaltysim as ls
from loyaltysim.study.design import design
from loyaltysim.study.sweep import run_design

SMALL = {"population.n_customers": 100, "steps": 26, "burn_in": 0, "metrics.period_steps": 13}
PRICE = "brands.Ours.price"
CASES = ((100, 100), (1_000, 10))
OPEN = """
import sys
from time import perf_counter
import pandas, pyarrow.parquet
from loyaltysim.study.store import Store
began = perf_counter()
done = len(Store(sys.argv[1]).done())
print(done, perf_counter() - began)
"""


def measure(n_points: int, replications: int) -> None:
    """Print what one study takes."""
    grocery, runs = ls.load("grocery").vary(SMALL), n_points * replications
    axes = {PRICE: [float(price) for price in np.linspace(1.5, 2.5, n_points)]}
    began = process_time()
    visited = design(grocery, axes)
    points = visited.scenarios(grocery)
    making = process_time() - began
    began = process_time()
    for point in points:
        ls.Simulation(point, threads=1, replications=range(replications)).run()
    bare = process_time() - began
    with TemporaryDirectory() as folder:
        times = []
        for _ in range(2):  # again, nothing is missing
            began = process_time()
            run_design(grocery, visited, replications=replications, store=folder, threads=1)
            times.append(process_time() - began)
        opened = subprocess.run([sys.executable, "-c", OPEN, folder], capture_output=True, text=True, check=True)
        files = len(list(Path(folder).iterdir()))
    done, opening = opened.stdout.split()
    own = (times[0] - bare - making / 2) / runs  # points are made once more inside, but not checked one by one again
    print(
        f"{n_points:,} points × {replications} replications of {SMALL['population.n_customers']} customers: "
        f"{1e3 * bare / runs:.2f} ms a run bare, {1e3 * own:.2f} ms overhead; {1e3 * making / n_points:.1f} ms to make "
        f"and check a point; {times[1]:.1f} s where nothing is missing; the store opens in {float(opening):.2f} s: "
        f"{int(done):,} runs in {files} files",
        flush=True,
    )


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("case", nargs="*", metavar="N", type=whole(1, 1_000_000), help="points and replications; both")
    case = tuple(asked.parse_args().case)
    if len(case) not in (0, 2):
        asked.error(f"asks for points and replications, two numbers, or for none; was given {len(case)}")
    print(where())
    grocery = ls.load("grocery").vary(SMALL)
    ls.sweep(grocery, {PRICE: [2.0]}, replications=2)  # the kernels are there
    for points, replications in [case] if case else CASES:
        measure(points, replications)


if __name__ == "__main__":
    main()
