"""What Mesa 4 does not have any more is not needed: the models run without it, whichever Mesa is installed."""

import ast
import sys
from pathlib import Path

import mesa
import pytest
from mesa_contract import REPORTERS, SHORT, N

import loyaltysim.mesa
from loyaltysim.mesa import LoyaltyModel, TwinModel


@pytest.fixture
def without(monkeypatch):
    """Mesa without `batch_run`, `mesa.space`, `seed=`, and a count of steps that anybody but Mesa itself can read."""
    own_init = mesa.Model.__init__

    def init(model, *args, **kwargs):
        assert "seed" not in kwargs
        own_init(model, *args, **kwargs)

    def steps(model):
        if sys._getframe(1).f_globals["__name__"].split(".")[0] != "mesa":
            raise AttributeError("steps")
        return model._counted

    monkeypatch.delattr(mesa, "batch_run", raising=False)
    monkeypatch.setitem(sys.modules, "mesa.space", None)
    monkeypatch.setattr(mesa.Model, "__init__", init)
    counted = property(steps, lambda model, count: setattr(model, "_counted", count))
    monkeypatch.setattr(mesa.Model, "steps", counted, raising=False)
    if not hasattr(mesa.Model(rng=1), "time"):  # before Mesa 3.5, which has both
        monkeypatch.setattr(mesa.Model, "time", property(lambda model: model._counted), raising=False)


@pytest.mark.parametrize("kind", [LoyaltyModel, TwinModel])
def test_model__runs_without_what_mesa_4_has_not(without, kind):
    model = kind(n_customers=N, agent_reporters=REPORTERS, **SHORT)
    assert not hasattr(model, "steps")
    while model.running:
        model.step()
    assert model.datacollector.get_model_vars_dataframe()["occasions"].gt(0).all()
    assert len(model.datacollector.get_agent_vars_dataframe()) == 8 * N
    assert len(model.agents.select(lambda customer: customer.last_brand == 0)) > 0


def test_imports__are_of_nothing_that_mesa_4_has_not():
    imported = set()
    for file in Path(loyaltysim.mesa.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported |= {name for name in names if name.split(".")[0] == "mesa"}
    agents = {"mesa.agent", "mesa.agentset"}  # where the older and the newer keep AgentSet
    assert imported == {"mesa", "mesa.experimental", *agents}
