"""The twin's levers by kind: what a lever of the scenario becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltysim.levers.lever import numbered
from loyaltysim.mesa import twin_levers as to_all
from loyaltysim.mesa import twin_levers_belonging as belonging
from loyaltysim.mesa import twin_levers_offers as offers
from loyaltysim.mesa import twin_levers_reaching as reaching
from loyaltysim.mesa.twin_levers import Lever

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel

LEVERS: dict[str, type[Lever]] = {
    "service": belonging.Service,
    "convenience": to_all.Convenience,
    "ethics": to_all.Ethics,
    "community": belonging.Community,
    "moderation": to_all.Moderation,
    "advocacy": belonging.Advocacy,
    "brand_advertising": to_all.BrandAdvertising,
    "awareness_advertising": to_all.AwarenessAdvertising,
    "gift": reaching.Gift,
    "event": reaching.Event,
    "communication": reaching.Communication,
    "personalization": reaching.Personalization,
    "feedback": offers.Feedback,
    "exclusive": offers.Exclusive,
    "win_back": offers.WinBackOffers,
}


def open_levers(model: TwinModel) -> list[Lever]:
    """All levers of the scenario, in order."""
    return [
        LEVERS[lever.kind](lever, model, b, f"{model.brands[b]}.{lever.kind}.{number.lucky}")
        for b, lever, number in numbered(brand.levers for brand in model.setup.brands.values())
    ]
