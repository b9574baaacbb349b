"""LoyaltyModel keeps Mesa's contract: what Mesa documents of models, agents, sets, collectors and batches.

Where Mesa's own classes can be asked, they are: a small ordinary Mesa model does the same, and the two must agree. What
the installed Mesa does not have yet is skipped by name.
"""

import copy
import inspect
import operator
import pickle
import statistics
import subprocess
import sys

import mesa
import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.mesa import CustomerRow, LoyaltyModel

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


# --- the model ---------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("rng", [-1, 1.5, "four", True, 2**63, [1, 2]], ids=repr)
def test_rng__that_cannot_be_used_is_refused(rng):
    with pytest.raises(ValueError, match="whole number from 0"):
        short(rng=rng)


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
    with pytest.raises(TypeError, match="'colour'"):
        LoyaltyModel(scenario=MesaScenario(rng=5, colour="red"))


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


# --- agents ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ours():
    return finished(rng=2)


@pytest.fixture(scope="module")
def theirs(ours):
    return PlainModel(ours, rng=2)


def ids(agents) -> list[int]:
    return [agent.unique_id for agent in agents]


def test_agents__are_numbered_from_1(ours, theirs):
    assert len(ours.agents) == N
    assert ids(ours.agents) == ids(theirs.agents) == list(range(1, N + 1))
    assert isinstance(ours.agents[0], mesa.Agent)
    assert isinstance(ours.agents, type(theirs.agents.select(at_most=1)))  # Mesa's AgentSet
    assert ours.agent_types == [CustomerRow]
    assert list(ours.agents_by_type) == ours.agent_types and len(ours.agents_by_type[CustomerRow]) == N


def test_agents__know_their_model_and_generators(ours):
    agent = ours.agents[5]
    assert agent.model is ours and agent.random is ours.random and agent.rng is ours.rng
    assert agent == ours.agents[5] != ours.agents[6] and len({agent, ours.agents[5]}) == 1
    assert agent in ours.agents and short().agents[5] not in ours.agents


def test_agents__cannot_be_assigned_joined_or_taken_out(ours):
    with pytest.raises(AttributeError):
        ours.agents = []
    with pytest.raises(NotImplementedError, match="no agent can join"):
        Plain(ours, 1, 1)
    for call in (ours.remove_all_agents, ours.agents[0].remove):
        with pytest.raises(NotImplementedError, match="none can be taken out"):
            call()


def test_places_and_slices__are_those_of_a_list(ours, theirs):
    for item in (0, -1, slice(3, 9), slice(None, None, 7)):
        got, meant = ours.agents.to_list()[item], list(theirs.agents)[item]
        assert ids(np.atleast_1d(got)) == ids(np.atleast_1d(meant))
        assert ours.agents[item] == got
    with pytest.raises(IndexError):
        ours.agents[N]


SELECTIONS = {
    "all": {},
    "by a function": {"filter_func": lambda agent: agent.unique_id % 3 == 0},
    "a number": {"at_most": 7},
    "a share": {"at_most": 0.25},
    "a share of all of those": {"filter_func": lambda agent: agent.unique_id > 20, "at_most": 0.5},
    "whole share": {"at_most": 1.0},
    "one": {"at_most": 1},
    "none": {"at_most": 0},
    "by Mesa's type": {"agent_type": mesa.Agent},
    "by another type": {"agent_type": PlainModel},
}


@pytest.mark.parametrize("how", SELECTIONS.values(), ids=SELECTIONS)
def test_select__chooses_as_mesa_does(ours, theirs, how):
    assert ids(ours.agents.select(**how)) == ids(theirs.agents.select(**how))


def test_select__in_place_changes_the_set_alone(ours):
    some = ours.agents.copy()
    assert some.select(lambda agent: agent.unique_id < 5, inplace=True) is some
    assert ids(some) == [1, 2, 3, 4] and len(ours.agents) == N


def test_select__takes_an_array_of_truth_values(ours):
    moods = ours.agents.column("satisfaction[Ours]")
    assert ids(ours.agents.select(moods > 0.6)) == ids(ours.agents.select(lambda a: a.satisfaction["Ours"] > 0.6))


def test_shuffle__is_mesas_with_the_same_seed():
    one = short(rng=2)
    other = PlainModel(one, rng=2)
    assert ids(one.agents.shuffle()) == ids(other.agents.shuffle())
    seen = ([], [])
    for model, order in zip((one, other), seen):
        model.agents.shuffle_do(lambda agent, into: into.append(agent.unique_id), order)
    assert seen[0] == seen[1] != sorted(seen[0]) and sorted(seen[0]) == ids(one.agents)


@pytest.mark.parametrize("ascending", [True, False])
def test_sort__is_mesas(ours, theirs, ascending):
    meant = ids(theirs.agents.sort("mood", ascending=ascending))
    assert ids(ours.agents.sort("satisfaction[Ours]", ascending=ascending)) == meant
    assert ids(ours.agents.sort(lambda agent: agent.satisfaction["Ours"], ascending=ascending)) == meant


def test_do_and_map__take_names_and_functions(ours):
    agents, seen = ours.agents, []
    assert agents.do(lambda agent, more: seen.append(agent.unique_id + more), more=1) is agents
    assert seen == list(range(2, N + 2))
    assert agents.map(lambda agent, more: agent.unique_id + more, 1) == seen
    assert agents.map("__repr__")[0] == repr(agents[0])
    assert agents.do("step") is agents  # Mesa's agents have one that does nothing


def test_get__gives_lists_as_mesa_does(ours, theirs):
    assert ours.agents.get("satisfaction[Ours]") == theirs.agents.get("mood")
    assert ours.agents.get(["satisfaction[Ours]", "last_brand"]) == theirs.agents.get(["mood", "bought"])
    assert ours.agents.get("unique_id") == theirs.agents.get("unique_id")
    assert ours.agents.get("satisfaction")[0] == dict(ours.agents[0].satisfaction)
    for agents in (ours.agents, theirs.agents):
        assert agents.get("height", handle_missing="default", default_value=3) == [3] * N
        with pytest.raises(AttributeError):
            agents.get("height")
        with pytest.raises(ValueError, match="handle_missing"):
            agents.get("height", handle_missing="perhaps")


@pytest.mark.parametrize(
    "func", [np.mean, max, sum, statistics.median, [min, len]], ids="mean max sum median both".split()
)
def test_agg__is_mesas(ours, theirs, func):
    assert ours.agents.agg("satisfaction[Ours]", func) == theirs.agents.agg("mood", func)


def test_set__writes_every_one_shown():
    model = short()
    some = model.agents.select(at_most=10)
    assert some.set("satisfaction[Ours]", 0.25) is some
    assert model.agents.agg("satisfaction[Ours]", lambda values: values.count(0.25)) == 10
    model.agents.set("inertia", np.arange(N) / 2)
    assert model.agents.get("inertia") == [n / 2 for n in range(N)]
    some.set("satisfaction", {"Rival": 0.5})
    assert {(mood["Ours"], mood["Rival"]) for mood in some.get("satisfaction")} == {(0.25, 0.5)}


def test_groupby__is_mesas(ours, theirs):
    one, other = ours.agents.groupby("last_brand"), theirs.agents.groupby("bought")
    assert one.count() == other.count() and list(one.groups) == list(other.groups)
    assert one.agg("satisfaction[Ours]", np.mean) == other.agg("mood", np.mean)
    assert [(k, ids(group)) for k, group in one] == [(k, ids(group)) for k, group in other]
    assert one.map("agg", "unique_id", sum) == other.map("agg", "unique_id", sum)
    lists = ours.agents.groupby(lambda agent: agent.unique_id % 2, result_type="list")
    assert {k: type(group) for k, group in lists} == {0: list, 1: list} and len(lists) == 2


def test_add_and_discard__change_the_set_alone(ours):
    some = ours.agents.select(at_most=2)
    some.add(ours.agents[9])
    some.add(ours.agents[9])
    assert ids(some) == [1, 2, 10]
    some.discard(ours.agents[0]), some.discard(ours.agents[0])
    assert ids(some) == [2, 10] and len(ours.agents) == N
    with pytest.raises(KeyError):
        some.remove(ours.agents[0])


# --- rows --------------------------------------------------------------------------------------------------------


def test_row__reads_and_writes_the_arrays():
    model = short()
    arrays, agent = model.simulation.world.customers.arrays, model.agents[4]
    agent.inertia = 1.5
    agent.satisfaction["Rival"] = 0.125
    agent.last_brand = 2
    assert (arrays["inertia"][4], arrays["satisfaction"][1, 4], arrays["last_brand"][4]) == (1.5, 0.125, 2)
    agent.satisfaction = {"Ours": 1, "Store": 0}
    assert agent.satisfaction == {"Ours": 1, "Rival": 0.125, "Store": 0}
    assert getattr(agent, "satisfaction[Rival]") == 0.125
    assert agent.segment in model.setup.segment_names
    copied = copy.deepcopy(agent.satisfaction)
    agent.satisfaction["Ours"] = 0.5
    assert copied["Ours"] == 1  # as DataCollectors copy it


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("dropout_chance", 1.5, "dropout_chance must be from 0 to 1, was 1.5"),
        ("needs", -1, "needs must be of at least 0, was -1"),
        ("last_brand", 3, "last_brand must be a whole number from -1 to 2, was 3"),
        ("last_brand", 0.5, "last_brand must be a whole number from -1 to 2, was 0.5"),
        ("inertia", float("nan"), "inertia must be a finite number"),
        ("trust[Ours]", -2.0, r"trust\[Ours\] must be of at least 0, was -2.0"),
        ("inertia", 1e300, "inertia must be a finite number"),
    ],
)
def test_row__refuses_what_is_out_of_range(name, value, said):
    model = short()
    before = getattr(model.agents[0], name)
    for write in (lambda: setattr(model.agents[0], name, value), lambda: model.agents.set(name, value)):
        with pytest.raises(ValueError, match=said):
            write()
    assert getattr(model.agents[0], name) == before


def test_row__refuses_what_is_no_number_or_not_there(ours):
    agent = ours.agents[0]
    with pytest.raises(TypeError, match="inertia must be a number"):
        agent.inertia = "much"
    with pytest.raises(TypeError, match="inertia must be a number"):
        agent.inertia = [1.0] * N
    with pytest.raises(AttributeError, match="customers have no height; they have: .*inertia"):
        agent.height = 3
    with pytest.raises(AttributeError, match="by brand there are: Ours, Rival, Store"):
        setattr(agent, "satisfaction[Other]", 0.5)
    with pytest.raises(AttributeError, match="nobody keeps online"):
        agent.online = 0.5
    for name in ("unique_id", "model", "tried", "segment"):
        with pytest.raises(AttributeError, match="can only be read"):
            setattr(agent, name, 1)


@pytest.mark.parametrize(("name", "value"), [("bond[Ours]", 0.375), ("trust[Rival]", 12.0)])
def test_row__what_fades_is_read_as_it_was_written(name, value):
    """Kept as of the last occasion, which was up to 8 weeks before; 32 bits lose some 1e-7 on the way back."""
    model = finished()
    others = model.agents.column(name)[1:]
    setattr(model.agents[0], name, value)
    assert getattr(model.agents[0], name) == pytest.approx(value, rel=1e-5)
    assert np.array_equal(model.agents.column(name)[1:], others)
    assert getattr(model.agents[0], name) == pytest.approx(model.simulation.customers()[name][0], rel=1e-12)


def test_written_states__move_the_market():
    """With nobody ever satisfied with Ours, and everybody with Rival, Ours sells less."""
    sold = {}
    for mood in (0.0, 1.0):
        model = short(n_customers=500)
        model.agents.set("satisfaction[Ours]", mood).set("satisfaction[Rival]", 1 - mood)
        model.run_model()
        sold[mood] = model.series("purchases[Ours]").sum()
    assert sold[0.0] < sold[1.0]


# --- collection --------------------------------------------------------------------------------------------------


def test_model_frame__has_mesas_shape(ours, theirs):
    frame = ours.datacollector.get_model_vars_dataframe()
    assert isinstance(frame.index, pd.RangeIndex) and len(frame) == steps_of(ours)
    assert list(frame) == list(ours.datacollector.model_reporters) == list(ours.datacollector.model_vars)


@pytest.mark.parametrize("scenario", ["grocery", "coffee", "telco"])
def test_model_frame__is_the_dataset(scenario):
    names = "buyers revenue margin members points_outstanding satisfaction bond lost price program_cost lapsed".split()
    brands = list(ls.load(scenario).brands)
    reporters = {f"{name} {brand}": f"{name}[{brand}]" for name in names for brand in brands} | {"none": "no_purchase"}
    model = finished(scenario=scenario, n_customers=200, model_reporters=reporters)
    frame = model.datacollector.get_model_vars_dataframe()[SHORT["burn_in"] :]
    data = model.results().isel(replication=0)
    for name in names:
        meant = data[name].sel(segment="all") if "segment" in data[name].dims else data[name]
        got = frame[[f"{name} {brand}" for brand in brands]].to_numpy()
        assert np.array_equal(got, meant.transpose("step", "brand").to_numpy(), equal_nan=True), name
    assert np.array_equal(frame["none"], data["no_purchase"])


def test_model_reporters__may_be_mesas():
    reporters = {
        "n": lambda model: len(model.agents),
        "steps": "made",
        "called": [operator.add, [1, 2]],
        "sold": "purchases[Ours]",
    }
    model = finished(model_reporters=reporters)
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame) == list(reporters)
    assert frame["n"].tolist() == [N] * 8 and frame["steps"].tolist() == list(range(1, 9))
    assert frame["called"].tolist() == [3] * 8
    assert frame["sold"].tolist() == model.series("purchases[Ours]").tolist()
    with pytest.raises(AttributeError, match="nothing_of_it"):
        finished(model_reporters={"a": "nothing_of_it"})


def test_agent_frame__has_mesas_shape():
    """The same frame as Mesa's own collector makes of the same model, agent by agent."""
    model = short(agent_reporters={**REPORTERS, "twice": lambda agent: 2 * agent.unique_id})
    own = mesa.DataCollector(agent_reporters={**REPORTERS, "twice": lambda agent: 2 * agent.unique_id})
    while model.running:
        model.step()
        own.collect(model)
    frame, meant = model.datacollector.get_agent_vars_dataframe(), own.get_agent_vars_dataframe()
    assert frame.index.names == ["Step", "AgentID"] and len(frame) == 8 * N
    pd.testing.assert_frame_equal(frame, meant)


def test_agent_frame__every_few_steps_and_a_sample():
    model = finished(agent_reporters=REPORTERS, agents_every=3, agents_sample=10)
    frame = model.datacollector.get_agent_vars_dataframe()
    steps, numbers = (frame.index.unique(level) for level in ("Step", "AgentID"))
    assert steps.tolist() == [3, 6, 8]  # the last always
    assert len(numbers) == 10 and len(frame) == 30
    last = frame.xs(8, level="Step")
    assert last["mood"].tolist() == [model.agents[n - 1].satisfaction["Ours"] for n in last.index]
    with pytest.raises(ValueError, match=f"agents_sample: must be a whole number from 1 to {N}"):
        short(agents_sample=N + 1)


@pytest.mark.filterwarnings("error:No agent reporters")  # Mesa 3 raises it, Mesa 4 warns
def test_agent_frame__without_reporters_says_so_as_mesa_does(ours):
    with pytest.raises(UserWarning, match="No agent reporters"):
        ours.datacollector.get_agent_vars_dataframe()


def test_collector__may_be_mesas_own():
    class Own(LoyaltyModel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.datacollector = mesa.DataCollector({"mood": lambda m: m.agents.agg("satisfaction[Ours]", np.mean)})

    model = Own(n_customers=N, **SHORT)
    model.run_model()
    assert len(model.datacollector.get_model_vars_dataframe()) == 8


# --- batches -----------------------------------------------------------------------------------------------------

BATCH = {"n_customers": N, **SHORT, "brands.Ours.price": [1.9, 2.1]}


@needs_batch_run
@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:.*iterations.*:DeprecationWarning")
def test_batch_run__works_unchanged(processes):
    seeds = {"parameters": BATCH, "rng": [1, 2]} if batch_takes_rng else {"parameters": {**BATCH, "rng": [1, 2]}}
    rows = mesa.batch_run(
        LoyaltyModel,
        **seeds,
        number_processes=processes,
        data_collection_period=1,
        max_steps=50,
        display_progress=False,
    )
    frame = pd.DataFrame(rows)
    assert len(frame) == 2 * 2 * 8
    assert set(zip(frame["brands.Ours.price"], frame["rng"])) == {(1.9, 1), (1.9, 2), (2.1, 1), (2.1, 2)}
    for (price, rng), part in frame.groupby(["brands.Ours.price", "rng"]):
        meant = finished(rng=rng, **{"brands.Ours.price": price}).datacollector.get_model_vars_dataframe()
        part = part.sort_values("Step")
        assert np.array_equal(part["purchases[Ours]"], meant["purchases[Ours]"])
        assert np.array_equal(part["bond[Rival]"], meant["bond[Rival]"], equal_nan=True)


@needs_batch_rng
def test_batch_run__with_no_rng_has_luck_of_its_own_each_time():
    rows = mesa.batch_run(LoyaltyModel, BATCH | {"brands.Ours.price": 2}, rng=[None] * 3, display_progress=False)
    assert len({row["revenue[Rival]"] for row in rows}) > 1


@needs_scenario
@needs_batch_rng
def test_batch_run__takes_mesa_scenarios():
    scenarios = [MesaScenario(rng=rng, n_customers=N, **SHORT) for rng in (1, 2)]
    rows = mesa.batch_run(LoyaltyModel, {"scenario": scenarios}, display_progress=False)
    meant = [finished(rng=rng).series("purchases[Ours]")[-1] for rng in (1, 2)]
    assert [row["purchases[Ours]"] for row in rows] == meant


@needs_batch_run
def test_batch_run__records_agents():
    period = {"number_processes": 1, "data_collection_period": 1, "display_progress": False}
    parameters = {"n_customers": N, **SHORT, "agent_reporters": [REPORTERS], "rng": 1}
    if batch_takes_rng:
        parameters.pop("rng")
        period["rng"] = 1
    frame = pd.DataFrame(mesa.batch_run(LoyaltyModel, parameters, **period))
    own = finished(agent_reporters=REPORTERS).datacollector.get_agent_vars_dataframe()
    some = frame[frame["Step"] == 5].set_index("AgentID")["mood"]
    assert some.tolist() == own.xs(5, level="Step")["mood"].tolist()


def test_solara__takes_the_arguments():
    viz = pytest.importorskip("mesa.visualization.solara_viz", exc_type=ImportError)
    viz._check_model_params(LoyaltyModel.__init__, {"rng": 1, "n_customers": N, "brands.Ours.price": 2.0})
