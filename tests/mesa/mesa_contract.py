"""What tests of the contract share: a short market, an ordinary Mesa model beside it, and what is skipped by name."""

import inspect

import mesa
import pytest

from loyaltysim.mesa import LoyaltyModel

try:
    from mesa.experimental.scenarios import Scenario as MesaScenario
except ImportError:
    MesaScenario = None

N = 60
SHORT = {"steps": 6, "burn_in": 2, "metrics.period_steps": 2, "metrics.states_every": 1}
REPORTERS = {"mood": "satisfaction[Ours]", "bought": "last_brand"}
needs_scenario = pytest.mark.skipif(MesaScenario is None, reason=f"Mesa {mesa.__version__} has no Scenario")
needs_run_for = pytest.mark.skipif(
    not hasattr(mesa.Model, "run_for"), reason=f"Mesa {mesa.__version__} has no Model.run_for"
)
has_batch_run = hasattr(mesa, "batch_run")
batch_takes_rng = has_batch_run and "rng" in inspect.signature(mesa.batch_run).parameters
needs_batch_run = pytest.mark.skipif(not has_batch_run, reason=f"Mesa {mesa.__version__} has no batch_run any more")
needs_batch_rng = pytest.mark.skipif(not batch_takes_rng, reason=f"Mesa {mesa.__version__}: batch_run takes no rng")


def short(**settings) -> LoyaltyModel:
    """A grocery market of a few customers and weeks."""
    return LoyaltyModel(**{"n_customers": N, **SHORT, **settings})


def steps_of(model) -> int:
    """Steps as Mesa counts them, where it counts them."""
    return getattr(model, "steps", model.made)


def finished(**settings) -> LoyaltyModel:
    model = short(**settings)
    model.run_model()
    return model


class Plain(mesa.Agent):
    """An ordinary agent, which has what some customer has."""

    def __init__(self, model, mood, bought):
        super().__init__(model)
        self.mood, self.bought = mood, bought


class PlainModel(mesa.Model):
    """An ordinary Mesa model, whose agents have the numbers of another model's customers."""

    def __init__(self, other=None, rng=None):
        super().__init__(rng=rng)
        for mood, bought in other.agents.get(["satisfaction[Ours]", "last_brand"]) if other else [(0.5, 1), (0.25, 2)]:
            Plain(self, mood, bought)
        self.datacollector = mesa.DataCollector(
            agent_reporters={"mood": "mood", "bought": "bought"},
        )

    def step(self):
        self.datacollector.collect(self)


def ids(agents) -> list[int]:
    return [agent.unique_id for agent in agents]
