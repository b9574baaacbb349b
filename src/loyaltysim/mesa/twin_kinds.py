"""The kinds of parts that the twin knows, and the refusal of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyaltysim.record import Part
    from loyaltysim.scenario import Scenario

KNOWN = {
    "needs": {"poisson", "bernoulli", "regular", "contract", "panel"},
    "choice": {"logit", "switching"},
    "experience": {"none", "normal", "index"},
    "satisfaction": {"none", "level", "disconfirmation"},
    "learning": {"none", "constant", "bayesian"},
    "bond": {"none", "linear", "drift"},
    "basket": {"one", "poisson"},
    "recovery": {"none", "justice"},
    "lapse": {"none", "dropout", "contract"},
    "win_back": {"none", "logit"},
    "talk": {"none", "threshold", "rates"},
    "influence": {"none", "satisfaction", "heard"},
    "acquisition": {"none", "linear", "ties"},
    "referral": {"none", "invitations"},
    "pricing": {"constant", "promotion_calendar", "undercut", "match", "poach", "best_response", "panel"},
    "levers": {
        "service",
        "convenience",
        "ethics",
        "community",
        "moderation",
        "advocacy",
        "brand_advertising",
        "awareness_advertising",
        "gift",
        "event",
        "communication",
        "personalization",
        "feedback",
        "exclusive",
        "win_back",
    },
    "target": {"everybody", "random", "rfm", "lapse", "value", "uplift"},
    "programs": {"points", "stamps", "member_discount", "tiers", "club", "surprise", "play", "copy"},
    "enrollment": {"automatic", "opt_in"},
    "reward": {"cash", "percent_off", "amount_off", "free_unit", "gift_card", "experience", "access"},
    "accrual": {"plain", "calendar"},
    "expiry": {"none", "inactivity", "fixed_dates"},
    "customer_response": {"none", "progress", "worth", "goal_gradient", "rewarded", "endowed", "forward_looking"},
}
"""The kinds of parts that the twin knows, by the setting that picks them; of all others only "none"."""


def check_kinds(scenario: Scenario) -> None:
    """Raise NotImplementedError if a part of the scenario is of a kind that the twin does not know."""
    for name, part in parts_of(scenario):
        if part.kind != "none" and part.kind not in KNOWN.get(name, ()):
            raise NotImplementedError(f'the twin knows no {part.room} of kind "{part.kind}"')


def parts_of(scenario: Scenario) -> list[tuple[str, Part]]:
    """All parts that the twin must know, each with the name of the setting that picks it."""
    parts = [*_parts_of(scenario.behavior), *_parts_of(scenario.word_of_mouth)]
    for brand in scenario.brands.values():
        parts += _parts_of(brand)
        for part in (*brand.programs, *brand.levers):
            parts += _parts_of(part)
    return parts


def _parts_of(record: Any) -> list[tuple[str, Part]]:
    """The parts that a record's settings pick, alone or in lists, each with the setting's name."""
    found = []
    for name, value in record:
        found += [(name, part) for part in (value if isinstance(value, tuple) else (value,)) if hasattr(part, "kind")]
    return found
