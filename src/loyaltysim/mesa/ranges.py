"""Ranges: between which values the parts of a scenario keep a state, so that no other can be written to it.

customers/fields.py has what holds whichever parts there are; some kinds keep a state within narrower ends. Where none
does, it has none: satisfaction of kind `level` and the expectation follow experiences, whose luck is normal (eq. E14);
a bond of kind `linear` grows with that satisfaction (E19), a hearer's satisfaction with every message (E26: "nothing
bounds it"); inertia, taste and the other traits in logits are as the scenario draws them.
"""

from __future__ import annotations

from typing import Any

from loyaltysim.customers.fields import FIELDS
from loyaltysim.scenario import Scenario


def range_of(name: str, scenario: Scenario) -> tuple[float, float]:
    """The lowest and highest value of a state in a scenario; infinite where it has no end."""
    field, behavior = FIELDS[name], scenario.behavior
    influence: Any = scenario.word_of_mouth.influence
    if field.unit == "brand":
        return field.low, len(scenario.brands) - 1
    if name == "bond" and behavior.bond.kind == "drift":
        return 0, 1  # eqs. E21, E57, E121
    if name == "satisfaction" and behavior.satisfaction.kind == "disconfirmation" and influence.kind != "satisfaction":
        return 0, 1  # eqs. E16, E17, E61
    if name == "heard" and influence.kind == "heard":
        return -influence.heard_max, influence.heard_max  # eq. E27
    return field.low, field.high
