"""Diary words: what happens to a customer, in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from loyaltysim.measures.watch import Event

FOR = {
    "price": "its price",
    "leaflet": "the leaflet",
    "satisfaction": "the better experience with it",
    "service": "no trouble with it",
    "expectation": "more was expected of it",
    "bond": "attachment",
    "word_of_mouth": "what others told",
    "program": "its program",
    "contact": "it had been in touch",
    "habit": "habit",
    "channel": "the way it is sold",
    "brand": "liked best as such",
    "chance": "chance",
    "contract": "the contract runs on",
    "invitation": "invited by a friend",
    "only": "no other was looked at",
}
"""Why a brand was bought, by the reason of `totals.REASONS`."""
AWAY = {
    "price": "prices have changed",
    "leaflet": "the leaflet",
    "satisfaction": "satisfaction has changed",
    "service": "something had gone wrong",
    "expectation": "expectations have changed",
    "bond": "the bond has loosened",
    "word_of_mouth": "what others told",
    "program": "what the programs offer has changed",
    "contact": "a contact",
    "habit": "the habit has changed",
    "channel": "shopping another way",
    "brand": "the brands themselves have changed",
    "chance": "by chance",
}
"""Why the last brand was left (E68)."""
CAME = {
    "advertising": "Advertising brought it into the market.",
    "friends": "The example of friends brought it into the market.",
    "invitation": "A friend's invitation brought it into the market.",
    "start": "It came into the market.",
}
MILD, SEVERE = 1 / 3, 2 / 3
"""Severities, and qualities of answers, that are called so; assumed."""
SEVERAL = 1.5
"""From so many whole messages on, more than one person spoke; ties weaken messages. Assumed."""


def in_words(event: Event, brands: Sequence[str], currency: str) -> str:
    """One event in a sentence or two."""
    brand = brands[event.brand] if event.brand >= 0 else ""
    what, number = event.what, event.number
    if what == "bought":
        return _bought(event, brands, brand, currency)
    if what == "passed":
        return f"Looked at {_offers(event, brands, currency)} and bought nothing."
    if what == "failed":
        how = "A small thing" if number < MILD else "Something" if number < SEVERE else "Much"
        return f"{how} went wrong with {brand}. {_answer(event.recovery)}"
    if what in ("praise_heard", "blame_heard"):
        verb = "praised" if what == "praise_heard" else "blamed"
        return f"{'Others' if number > SEVERAL else 'Somebody'} {verb} {brand}."
    if what == "came":
        return CAME[event.name]
    if what == "left":
        if event.name:
            return f"Left {brand}, and buys nothing of the kind any more."
        return f"Left {brand} for good{': ' + AWAY[event.left_why] if event.left_why else ''}."
    points = f"{number:.4g} " if math.isfinite(number) else ""
    return {
        "open_again": f"{brand} is worth a look again.",
        "contacted": f"{brand} got in touch.",
        "joined": f"Joined {event.name}.",
        "quit": f"Is not in {event.name} any more.",
        "earned": f"Earned {points}in {event.name}.",
        "redeemed": f"Got a reward of {event.name} for {points}earned before.",
        "expired": f"Lost {points}in {event.name}, which ran out.",
        "praised": f"Praised {brand} to others.",
        "blamed": f"Blamed {brand} to others.",
    }[what]


def _bought(event: Event, brands: Sequence[str], brand: str, currency: str) -> str:
    many = f"{event.number:.0f} times " if event.number > 1 else ""
    cheaper = [
        f"{name} was at {price:.2f}"
        for place, (name, price) in enumerate(zip(brands, event.prices))
        if place != event.brand and price < event.price
    ]
    though = f" though {' and '.join(cheaper)}" if cheaper else ""
    why = f": {FOR[event.why]}" if event.why else ""
    said = f"Bought {many}{brand} at {event.price:.2f} {currency}{though}{why}."
    if event.left_why:
        said += f" Last time it was {brands[event.last_brand]}: switched, {AWAY[event.left_why]}."
    elif event.last_brand not in (-1, event.brand):
        said += f" Last time it was {brands[event.last_brand]}."
    return said


def _offers(event: Event, brands: Sequence[str], currency: str) -> str:
    seen = [f"{name} at {price:.2f}" for name, price in zip(brands, event.prices) if math.isfinite(price)]
    return f"{', '.join(seen)} {currency}" if seen else "no brand"


def _answer(recovery: float) -> str:
    if not math.isfinite(recovery):
        return "Said nothing about it to the firm."
    how = "badly" if recovery < MILD else "middling" if recovery < SEVERE else "well"
    return f"Complained, and was answered {how}."
