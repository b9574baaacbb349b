"""loyaltysim: customers with satisfaction, bond and price sensitivity choose among brands that discount and reward them.

    import loyaltysim as ls
    scenario = ls.load("grocery")
    result = ls.replicate(scenario, replications=10)
    result["retention_rate"].sel(brand="Ours", segment="all").mean("replication")

A tour of the rooms, from the ground up: `draws` (luck by address), `customers` and `market` (boards), `behavior`,
`programs`, `pricing`, `levers`, `word_of_mouth` (the model), `schedule` (one step, in order), `scenario` (the file),
`simulate` (one run), `study` (many runs), `plots`, `mesa`, `cli`.
"""

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.loading import load
from loyaltysim.results import to_frame
from loyaltysim.scenario import Scenario
from loyaltysim.simulate import Simulation, replicate, simulate
from loyaltysim.study.compare import Comparison, compare
from loyaltysim.study.questions import word_of_mouth_effect

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Fault",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "compare",
    "load",
    "replicate",
    "simulate",
    "to_frame",
    "word_of_mouth_effect",
]
