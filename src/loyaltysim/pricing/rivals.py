"""Rivals: whom a brand looks at, by name."""

from __future__ import annotations

from collections.abc import Iterator

from loyaltysim.faults import Fault, nearest


def places(rivals: tuple[str, ...], brand: int, brands: tuple[str, ...]) -> list[int]:
    """The numbers of the named rivals of a brand, ascending; of all others if none is named."""
    return [place for place, name in enumerate(brands) if place != brand and (not rivals or name in rivals)]


def faults(rivals: tuple[str, ...], brand: str, brands: tuple[str, ...]) -> Iterator[Fault]:
    """What is wrong with the names of a brand's rivals; `brands` are all there are."""
    others = tuple(name for name in brands if name != brand)
    if not others:
        yield Fault(None, None, "", f'"{brand}" has no rivals')
    for name in rivals:
        if name == brand:
            yield Fault(None, None, "rivals", f'"{brand}" is no rival of itself', others)
        elif name not in brands:
            yield Fault(None, None, "rivals", f'no brand is called "{name}"', others, nearest(name, others))
