"""Time the reference step here, in NumPy and in Mesa: ``python benchmarks/reference.py [CUSTOMERS …]``."""

import sys

from rich.console import Console

from loyaltysim.bench import bench


def main() -> None:
    sizes = tuple(int(size.replace("_", "")) for size in sys.argv[1:]) or (1_000, 10_000, 100_000, 1_000_000)
    told = Console(stderr=True)
    Console(width=120).print(bench.table(bench.run(sizes, threads=2, progress=told.print)))


if __name__ == "__main__":
    main()
