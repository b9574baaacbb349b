"""Report: one page to decide on, from a folder that `run --out` or `compare --out` wrote.

    read = ls.report.read("results")
    found = ls.report.work_out(read, replications=20)
    ls.report.write(found, "results/report")      # report.html, figures/*.svg, tables.xlsx

What the folder has is read; what a program is worth, in which worlds, and on which assumptions that rests, is run here.
"""

from loyaltysim.report.findings import Findings, work_out
from loyaltysim.report.folder import Read, read
from loyaltysim.report.write import write

__all__ = ["Findings", "Read", "read", "work_out", "write"]
