"""The bare market: customers who choose among brands once a step, and nothing else. Limits are studied in it.

All else is off by settings of the scenario: whatever a scenario does not name is off. An experiment switches on the one
thing that it is about with `Scenario.vary`.
"""

from __future__ import annotations

from typing import Any

from loyaltysim.scenario import Scenario


def bare_market(
    appeals: dict[str, float],
    *,
    customers: int,
    steps: int,
    burn_in: int = 0,
    behavior: dict[str, Any] | None = None,
    traits: dict[str, Any] | None = None,
) -> Scenario:
    """Identical customers who at every step choose among brands by their appeals, in logits; no outside option.

    `behavior` holds tables that take the place of those below: a market of one brand needs one that lets customers
    go, and `traits` with their chances to go.
    """
    return Scenario.from_document(
        {
            "schema": 1,
            "title": "Choice and nothing else",
            "focal": next(iter(appeals)),
            "step_days": 7,
            "steps": steps,
            "burn_in": burn_in,
            "population": {"n_customers": customers, **(traits or {})},
            "network": {"kind": "none"},
            "behavior": {
                "needs": {"kind": "regular"},
                "choice": {"kind": "logit", "outside_option": False},
                "experience": {"kind": "none"},
                "satisfaction": {"kind": "none"},
                "bond": {"kind": "none"},
                **(behavior or {}),
            },
            "word_of_mouth": {"talk": {"kind": "none"}, "influence": {"kind": "none"}},
            "brands": {name: {"appeal": appeal} for name, appeal in appeals.items()},
            "metrics": {"period_steps": 0, "states_every": 0},
        }
    )
