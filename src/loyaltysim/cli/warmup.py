"""`loyaltysim warmup`: compile beforehand."""

from __future__ import annotations

from errno import EACCES
from time import perf_counter

from loyaltysim.cli import options
from loyaltysim.cli.told import print_json, told


def warmup(as_json: options.Json = False, quiet: options.Quiet = False) -> None:
    """Compile the kernels of all shipped scenarios and keep them, so that the first run does not wait."""
    with told(as_json):
        from loyaltysim.bench.warm_up import warm_up
        from loyaltysim.cli.progress import bar
        from loyaltysim.jit import cache_folder, can_be_written
        from loyaltysim.scenario_file import shipped

        if not can_be_written(cache_folder()):
            message = "compiled kernels cannot be kept there; NUMBA_CACHE_DIR may name another folder"
            raise OSError(EACCES, message, str(cache_folder()))
        start = perf_counter()
        with bar(len(shipped()), quiet) as tell:
            names = warm_up(tell)
        taken = perf_counter() - start
        if as_json:
            print_json({"scenarios": names, "seconds": taken, "folder": str(cache_folder())})
        else:
            print(f"{len(names)} scenarios ran in {taken:.1f} s; compiled kernels are kept in {cache_folder()}")
