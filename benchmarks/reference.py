"""Time the reference step here, in NumPy, in C and in Mesa: ``python benchmarks/reference.py [CUSTOMERS …]``.

With ``--picture FILE.svg`` the times are drawn, too.
"""

from asked import asking, whole
from rich.console import Console

import loyaltysim as ls
from loyaltysim.bench import bench

COLORS = {bench.OURS: "#0072b2", bench.STACK: "#56b4e9", bench.PLAIN: "#d55e00", bench.TUNED: "#e69f00"}
COLORS |= {bench.IN_C: "#000000", bench.TWIN: "#cc79a7"}


def draw(report: bench.Report, file: str) -> None:
    """Nanoseconds per customer and step by number of customers; both scales are logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, color in COLORS.items():
        for threads, style in ((1, "o-"), (2, "o:")):
            rows = [row for row in report.rows if row.contender == name and row.threads == threads]
            if not rows:
                continue
            label = name if threads == 1 else f"{name}, {threads} threads"
            sizes, times = [row.customers for row in rows], [row.ns for row in rows]
            spread = [[row.ns - row.ns_low for row in rows], [row.ns_high - row.ns for row in rows]]
            axes.errorbar(sizes, times, yerr=spread, fmt=style, color=color, capsize=2, markersize=4, label=label)
    axes.set(xscale="log", yscale="log", xlabel="Customers", ylabel="Nanoseconds per customer and step")
    axes.set_title(f"The reference step, {report.machine['processor']}, {report.machine['cores']} cores", fontsize=10)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    ls.plots.save(figure, file)


def main() -> None:
    asked = asking(__doc__)
    usual = [1_000, 10_000, 100_000, 1_000_000]
    asked.add_argument("customers", nargs="*", type=whole(), default=usual, help="1000 10000 100000 1000000")
    asked.add_argument("--picture", metavar="FILE.svg")
    given = asked.parse_args()
    report = bench.run(tuple(given.customers), threads=2, progress=Console(stderr=True).print)
    Console(width=120).print(bench.table(report))
    if given.picture is not None:
        draw(report, given.picture)


if __name__ == "__main__":
    main()
