"""Time what a newcomer waits for before the first step: ``python benchmarks/first_minute.py [PROCESSES]``.

Each new process imports the package, loads `grocery` and simulates it once, its steps taken off: they are those of the
same market stepped again. Kernels are in the cache, where one process before has put them, and so is Python's bytecode.
With ``--cold`` each process has an empty cache, and compiles. Seconds of the processor.
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

from asked import asking, where, whole

ONE = """
import json
from time import process_time as now
times = [now()]
import loyaltysim as ls
times.append(now())
scenario = ls.load("grocery")
times.append(now())
ls.simulate(scenario, threads=1)
times.append(now())
again = ls.Simulation(scenario, threads=1)
start = now()
again.run()
steps = now() - start
print(json.dumps([times[1] - times[0], times[2] - times[1], times[3] - times[2] - steps, steps]))
"""
PARTS = ("import loyaltysim", 'load("grocery")', "simulate, beyond its steps", "its steps")


def one_process(cold: bool) -> list[float]:
    """Seconds of each part in a process of its own."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as empty:
        cache = {"NUMBA_CACHE_DIR": empty} if cold else {}
        done = subprocess.run(
            [sys.executable, "-c", ONE], env={**own, **cache}, capture_output=True, text=True, check=True
        )
    times: list[float] = json.loads(done.stdout)
    return times


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("processes", nargs="?", type=whole(1, 1000), default=7, help="7 if not given")
    asked.add_argument("--cold", action="store_true", help="with nothing compiled before")
    given = asked.parse_args()
    print(where())
    if not given.cold:
        one_process(False)
    times = [one_process(given.cold) for _ in range(given.processes)]
    print(f"{given.processes} new processes, {'nothing compiled before' if given.cold else 'kernels in the cache'}")
    for part, own in zip(PARTS, zip(*times)):
        print(f"{part:28}{median(own):7.2f} s   {min(own):.2f} to {max(own):.2f}")
    together = [sum(own[:3]) for own in times]
    print(f"{'together, steps taken off':28}{median(together):7.2f} s   {min(together):.2f} to {max(together):.2f}")


if __name__ == "__main__":
    main()
