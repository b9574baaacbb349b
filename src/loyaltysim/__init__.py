"""loyaltysim: customers with satisfaction, bond and price sensitivity choose among brands that woo and reward them.

    import loyaltysim as ls
    scenario = ls.load("grocery")
    result = ls.replicate(scenario, replications=10)
    result["retention_rate"].sel(brand="Ours", segment="all").mean("replication")

A tour of the rooms, from the ground up: `draws` (luck by address), `customers` and `market` (boards), `behavior`,
`programs`, `pricing`, `levers`, `word_of_mouth` (the model), `schedule` (one step, in order), `scenario` (the file),
`data` (read, checked, written), `simulation` and `runs` (one run), `measures` (of logs and lifetimes), `study` (many
runs), `plots`, `report`, `mesa`, `cli`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from loyaltysim import data, measures, mesa, plots, report
    from loyaltysim.accounts.customer_equity import customer_equity
    from loyaltysim.customers.neighbors import Neighbors
    from loyaltysim.faults import Fault, ScenarioError
    from loyaltysim.loading import load
    from loyaltysim.measures.diary import Diary, diary
    from loyaltysim.report.odd import odd
    from loyaltysim.results import to_frame
    from loyaltysim.runs import network, replicate, simulate
    from loyaltysim.scenario import Scenario
    from loyaltysim.simulation import Simulation
    from loyaltysim.study.calibrate import calibrate
    from loyaltysim.study.claims import practitioner_claims
    from loyaltysim.study.compare import Comparison, compare
    from loyaltysim.study.estimates import Estimates, estimates
    from loyaltysim.study.front import Optimization
    from loyaltysim.study.lever_value import lever_value
    from loyaltysim.study.merging import merge_stores
    from loyaltysim.study.moved import who_was_moved
    from loyaltysim.study.optimize import optimize
    from loyaltysim.study.program_value import ProgramValue, program_value
    from loyaltysim.study.questions import word_of_mouth_effect
    from loyaltysim.study.resistance import resistance_curve
    from loyaltysim.study.seeding import seeding
    from loyaltysim.study.sensitivity import sensitivity
    from loyaltysim.study.social_value import social_value
    from loyaltysim.study.stress import stress
    from loyaltysim.study.sweep import sweep
    from loyaltysim.study.who_gains import who_gains
    from loyaltysim.study.word_of_mouth_value import word_of_mouth_value

__all__ = [
    "Comparison",
    "Diary",
    "Estimates",
    "Fault",
    "Neighbors",
    "Optimization",
    "ProgramValue",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "calibrate",
    "compare",
    "customer_equity",
    "data",
    "diary",
    "estimates",
    "lever_value",
    "load",
    "measures",
    "merge_stores",
    "mesa",
    "network",
    "odd",
    "optimize",
    "plots",
    "practitioner_claims",
    "program_value",
    "replicate",
    "report",
    "resistance_curve",
    "seeding",
    "sensitivity",
    "simulate",
    "social_value",
    "stress",
    "sweep",
    "to_frame",
    "who_gains",
    "who_was_moved",
    "word_of_mouth_effect",
    "word_of_mouth_value",
]

_ROOMS = {
    "accounts.customer_equity": ("customer_equity",),
    "customers.neighbors": ("Neighbors",),
    "faults": ("Fault", "ScenarioError"),
    "loading": ("load",),
    "measures.diary": ("Diary", "diary"),
    "report.odd": ("odd",),
    "results": ("to_frame",),
    "scenario": ("Scenario",),
    "runs": ("network", "replicate", "simulate"),
    "simulation": ("Simulation",),
    "study.calibrate": ("calibrate",),
    "study.claims": ("practitioner_claims",),
    "study.compare": ("Comparison", "compare"),
    "study.estimates": ("Estimates", "estimates"),
    "study.lever_value": ("lever_value",),
    "study.moved": ("who_was_moved",),
    "study.front": ("Optimization",),
    "study.optimize": ("optimize",),
    "study.program_value": ("ProgramValue", "program_value"),
    "study.questions": ("word_of_mouth_effect",),
    "study.resistance": ("resistance_curve",),
    "study.seeding": ("seeding",),
    "study.sensitivity": ("sensitivity",),
    "study.social_value": ("social_value",),
    "study.merging": ("merge_stores",),
    "study.stress": ("stress",),
    "study.sweep": ("sweep",),
    "study.who_gains": ("who_gains",),
    "study.word_of_mouth_value": ("word_of_mouth_value",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import loyaltysim` and `--help` stay quick."""
    room = next((room for room, names in _ROOMS.items() if name in names), None)
    if room is None and name not in __all__:
        raise AttributeError(f"module 'loyaltysim' has no attribute {name!r}")
    with import_module("loyaltysim.lasting").lasting():
        if room is None:
            return import_module(f"loyaltysim.{name}")
        globals()[name] = value = getattr(import_module(f"loyaltysim.{room}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
