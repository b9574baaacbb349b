"""ODD: a scenario's model described by the ODD 2020 protocol (Grimm et al. 2020), made from the model that runs.

A small copy of the market is opened and stepped: from it come the state variables that are there, the parts that are
on and the order in which a step calls them. Settings come from the records, equations from docs/model.md by number,
patterns from the validation targets.
"""

from loyaltysim.report.odd.document import odd

__all__ = ["odd"]
