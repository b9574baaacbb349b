"""LoyaltyModel keeps Mesa's contract: what Mesa documents of models, agents, sets, collectors and batches.

Where Mesa's own classes can be asked, they are: a small ordinary Mesa model does the same, and the two must agree. What
the installed Mesa does not have yet is skipped by name.
"""

import copy
import inspect
import pickle
import subprocess
import sys

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa_contract import REPORTERS, SHORT, MesaScenario, N, finished, needs_run_for, needs_scenario, short, steps_of

import loyaltysim as ls
from loyaltysim.mesa import LoyaltyModel
from loyaltysim.mesa.asked import one_seed


def test_import__does_not_bring_mesa():
    code = "import sys, loyaltysim as ls; ls.load('grocery'); ls.simulate; print('mesa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_run__is_simulate_bit_for_bit():
    model = finished(rng=7)
    scenario = ls.load("grocery").vary({"population.n_customers": N, **SHORT})
    assert model.results().identical(ls.simulate(scenario, seed=7))


def test_model__is_an_ordinary_mesa_model():
    model = short()
    assert isinstance(model, mesa.Model)
    assert model.running and steps_of(model) == 0
    model.step()
    assert model.running and steps_of(model) == 1
    model.run_model()
    assert not model.running and steps_of(model) == SHORT["steps"] + SHORT["burn_in"]


def test_arguments__are_by_keyword_have_defaults_and_no_seed():
    parameters = list(inspect.signature(LoyaltyModel).parameters.values())
    assert {p.kind for p in parameters} == {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert not [p.name for p in parameters if p.default is p.empty and p.kind == p.KEYWORD_ONLY]
    assert "rng" in {p.name for p in parameters} and "seed" not in {p.name for p in parameters}


@pytest.mark.parametrize("rng", [42, np.int64(42), np.uint8(42), "42"], ids=repr)
def test_rng__is_a_whole_number_of_any_make(rng):
    assert finished(rng=rng).results().identical(finished(rng=42).results())


def test_rng__of_none_is_another_each_time():
    assert short(rng=None).simulation.seed != short(rng=None).simulation.seed


@pytest.mark.parametrize("rng", [-1, 1.5, "four", True, 2**63, [1, 2], np.array([3])], ids=repr)
def test_rng__that_cannot_be_used_is_refused(rng):
    with pytest.raises(ValueError, match="rng: must be a whole number from 0"):
        short(rng=rng)


def test_seed__that_mesa_4_keeps_as_a_generator_is_the_one_that_was_given():
    assert [one_seed(np.random.default_rng(seed), given) for seed, given in ((5, None), (5, 5), (0, None))] == [5, 5, 0]
    used, unseeded = np.random.default_rng(5), np.random.default_rng()
    first = used.integers(2**63)
    assert one_seed(used, None) not in (5, first)
    assert one_seed(unseeded, None) == one_seed(unseeded, None) == unseeded.integers(2**63)


def test_generators__of_mesa_are_seeded_and_do_not_move_the_market():
    one, other = short(rng=3), short(rng=3)
    assert one.random.random() == other.random.random()
    assert one.rng.random() == other.rng.random()
    other.random.random(), other.rng.random()
    one.run_model(), other.run_model()
    assert one.results().identical(other.results())


@pytest.mark.parametrize(("name", "meant"), [("seed", "rng"), ("n_customer", "n_customers"), ("step", "steps")])
def test_unknown_argument__is_a_type_error_that_says_what_was_meant(name, meant):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'; did you mean '{meant}'"):
        short(**{name: 3})


def test_positional_argument__is_a_type_error():
    with pytest.raises(TypeError, match="positional"):
        LoyaltyModel("grocery")


def test_setting__is_an_argument_by_its_path():
    assert short(**{"brands.Ours.price": 2.5}).setup.brands["Ours"].price == 2.5
    with pytest.raises(ls.ScenarioError, match='"pric"'):
        short(**{"brands.Ours.pric": 2.5})
    with pytest.raises(ls.ScenarioError, match="price"):
        short(**{"brands.Ours.price": "cheap"})


def test_finished_model__is_not_stepped():
    model = finished()
    before = model.results()
    for _ in range(2):
        with pytest.raises(IndexError, match="none left: the model has finished"):
            model.step()
    assert steps_of(model) == 8 and model.results().identical(before)


@needs_run_for
def test_run_for__makes_so_many_steps_and_no_more_than_there_are():
    model = short()
    model.run_for(3)
    assert (steps_of(model), model.time) == (3, 3)
    model.run_until(5)
    assert steps_of(model) == 5
    with pytest.raises(IndexError, match="8 steps, burn-in included, and 3 left"):
        model.run_for(4)
    model.run_for(3)
    assert not model.running
    assert model.results().identical(finished().results())


@needs_scenario
def test_mesa_scenario__holds_the_arguments():
    model = LoyaltyModel(scenario=MesaScenario(rng=5, scenario="coffee", n_customers=N, **SHORT))
    if isinstance(model.scenario.rng, int):  # Mesa 4 makes a generator of it
        assert model.scenario.rng == model.simulation.seed == 5
    same = LoyaltyModel(scenario=MesaScenario(rng=5, n_customers=N, **SHORT))
    assert same.simulation.seed == model.simulation.seed
    assert (model.setup.title, model.n_customers) == (ls.load("coffee").title, N)
    assert short(rng=4).scenario.n_customers == N
    with pytest.raises(ValueError, match="has the rng"):
        LoyaltyModel(scenario=MesaScenario(rng=5), rng=6)
    with pytest.raises(ValueError, match=r"has the rng \d+, and another was given: 1"):
        LoyaltyModel(scenario=MesaScenario(rng=5), rng=1)
    with pytest.raises(TypeError, match="'colour'"):
        LoyaltyModel(scenario=MesaScenario(rng=5, colour="red"))


class Derived(LoyaltyModel):
    """A class whose arguments have no names: Mesa takes the seed for one of the scenario's."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)


@needs_scenario
@pytest.mark.parametrize("kind", [LoyaltyModel, Derived])
def test_solara__makes_the_same_market_again_at_a_reset(kind):
    viz = pytest.importorskip("mesa.visualization.solara_viz", exc_type=ImportError)
    model, sliders = kind(scenario="coffee", n_customers=N, rng=3, **SHORT), {"n_customers": 30, **SHORT}
    for moved, seed in (({"rng": 4}, 4), ({"rng": 5}, 5), ({}, 1)):  # each time from what the last one made
        given = viz._build_model_init_kwargs(
            model, sliders | moved, add_scenario_when_empty=True, require_model_accepts_scenario=True
        )
        model = pickle.loads(pickle.dumps(kind(**given)))
        assert (model.setup.title, model.n_customers, model.simulation.seed) == (ls.load("coffee").title, 30, seed)


@needs_scenario
def test_mesa_scenario__typed_has_defaults():
    class Small(MesaScenario):
        n_customers: int = N
        steps: int = 3

    model = LoyaltyModel(scenario=Small(rng=1))
    assert (model.n_customers, model.setup.steps) == (N, 3)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_copy__goes_on_as_the_model_does(copied):
    model = short(agent_reporters=REPORTERS)
    for _ in range(4):
        model.step()
    model.agents[0].satisfaction["Ours"] = 0.75
    other = copied(model)
    assert other.agents[0].satisfaction["Ours"] == 0.75
    model.run_model(), other.run_model()
    assert other.results().identical(model.results())
    assert steps_of(other) == steps_of(model) and not other.running
    for frame in ("get_model_vars_dataframe", "get_agent_vars_dataframe"):
        pd.testing.assert_frame_equal(getattr(other.datacollector, frame)(), getattr(model.datacollector, frame)())
