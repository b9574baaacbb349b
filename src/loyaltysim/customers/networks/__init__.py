"""The kinds of network, one a file; their base is ``customers.network``."""

from loyaltysim.customers.networks.blocks import BlocksNetwork
from loyaltysim.customers.networks.complete import CompleteNetwork
from loyaltysim.customers.networks.configuration import ConfigurationNetwork
from loyaltysim.customers.networks.edge_list import EdgeListNetwork
from loyaltysim.customers.networks.household import HouseholdNetwork
from loyaltysim.customers.networks.layers import LayersNetwork
from loyaltysim.customers.networks.random import RandomNetwork
from loyaltysim.customers.networks.reviews import ReviewsNetwork
from loyaltysim.customers.networks.scale_free import ScaleFreeNetwork
from loyaltysim.customers.networks.small_world import SmallWorldNetwork

__all__ = [
    "RandomNetwork",
    "SmallWorldNetwork",
    "ScaleFreeNetwork",
    "ConfigurationNetwork",
    "BlocksNetwork",
    "HouseholdNetwork",
    "ReviewsNetwork",
    "LayersNetwork",
    "CompleteNetwork",
    "EdgeListNetwork",
]
