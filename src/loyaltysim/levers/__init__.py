"""Levers: what a brand does besides prices and programs, one kind a file; `targets` says whom a lever reaches."""

from loyaltysim.levers import (
    advocacy,
    awareness_advertising,
    brand_advertising,
    communication,
    community,
    convenience,
    ethics,
    event,
    exclusive,
    feedback,
    gift,
    moderation,
    personalization,
    service,
    win_back,
)
from loyaltysim.levers.lever import Lever
from loyaltysim.levers.targets import Target

__all__ = [
    "Lever",
    "Target",
    "advocacy",
    "awareness_advertising",
    "brand_advertising",
    "communication",
    "community",
    "convenience",
    "ethics",
    "feedback",
    "event",
    "exclusive",
    "gift",
    "moderation",
    "personalization",
    "service",
    "win_back",
]
