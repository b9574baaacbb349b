"""Time how long a log of purchases takes to read, check and summarize: ``python benchmarks/data.py [ROWS …]``."""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from asked import asking, where, whole

import loyaltysim as ls

ROUNDS = 5
BRANDS = np.array(["Ours", "Rival", "Store"])


def log(rows: int) -> pd.DataFrame:
    """Ten purchases a customer, on average, within 400 days."""
    rng = np.random.default_rng(1)
    date = pd.Timestamp(2025, 1, 1) + pd.to_timedelta(rng.integers(0, 400 * 24 * 60, rows), unit="min")
    columns = {"customer": rng.integers(0, rows // 10, rows), "date": date, "amount": rng.integers(1, 5000, rows) / 100}
    return pd.DataFrame({**columns, "brand": BRANDS[rng.integers(0, 3, rows)]})


def main() -> None:
    asked = asking(__doc__)
    asked.add_argument("rows", nargs="*", type=whole(), default=[100_000, 1_000_000], help="purchases: 100000 1000000")
    given = asked.parse_args().rows
    print(where())
    print(f"seconds, median of {ROUNDS} (fastest – slowest); processor time of all threads in brackets")
    with tempfile.TemporaryDirectory() as folder:
        for rows in given:
            path = Path(folder) / "log.csv"
            log(rows).to_csv(path, index=False)
            ls.data.rfm(ls.data.read_transactions(path, duplicates="keep"))  # imports what it needs
            times: dict[str, list[tuple[float, float]]] = {"read and check": [], "summarize": []}
            for _ in range(ROUNDS):
                start = perf_counter(), process_time()
                read = ls.data.read_transactions(path, duplicates="keep")
                middle = perf_counter(), process_time()
                ls.data.rfm(read, per=7)
                end = perf_counter(), process_time()
                times["read and check"].append((middle[0] - start[0], middle[1] - start[1]))
                times["summarize"].append((end[0] - middle[0], end[1] - middle[1]))
            for what, own in times.items():
                wall, processor = ([one[place] for one in own] for place in (0, 1))
                print(
                    f"{rows:>9,} purchases  {what:<15} {median(wall):7.3f} "
                    f"({min(wall):.3f} – {max(wall):.3f}) [{median(processor):.3f}]"
                )


if __name__ == "__main__":
    main()
