"""Agents of LoyaltyModel keep Mesa's contract: sets of them as AgentSet, rows that read and write the arrays."""

import copy
import statistics

import mesa
import numpy as np
import pytest
from mesa_contract import N, Plain, PlainModel, finished, ids, short

from loyaltysim.mesa import CustomerRow


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
        ("needs", 1e300, "needs must be a finite number of 32 bits, of at least 0, was 1e\\+300"),
        ("dropout_chance", float("inf"), "dropout_chance must be from 0 to 1, was inf"),
        ("satisfaction[Ours]", 1.01, r"satisfaction\[Ours\] must be from 0 to 1, was 1.01"),
        ("satisfaction[Ours]", float("nan"), r"satisfaction\[Ours\] must be from 0 to 1, was nan"),
        ("bond[Rival]", -0.25, r"bond\[Rival\] must be from 0 to 1, was -0.25"),
        ("heard[Ours]", 3.5, r"heard\[Ours\] must be from -3 to 3, was 3.5"),
        ("expectation[Ours]", float("inf"), r"expectation\[Ours\] must be a finite number"),
        ("taste[Ours]", float("-inf"), r"taste\[Ours\] must be a finite number"),
    ],
)
def test_row__refuses_what_is_out_of_range(name, value, said):
    model = short()
    before = getattr(model.agents[0], name)
    for write in (lambda: setattr(model.agents[0], name, value), lambda: model.agents.set(name, value)):
        with pytest.raises(ValueError, match=said):
            write()
    assert getattr(model.agents[0], name) == before


@pytest.mark.parametrize(
    "wrong", [{"Ours": 0.25, "Store": 9.0}, {"Ours": 0.25, "Nope": 0.5}, {"Ours": 0.25, "Store": "x"}]
)
@pytest.mark.parametrize("name", ["satisfaction", "bond"])
def test_row__writes_a_dict_whole_or_not_at_all(name, wrong):
    model = finished()
    agent = model.agents[3]
    before = model.agents.get(name)
    for write in (
        lambda: setattr(agent, name, wrong),
        lambda: getattr(agent, name).update(wrong),
        lambda: model.agents.set(name, wrong),
    ):
        with pytest.raises((ValueError, KeyError, TypeError)):
            write()
        assert model.agents.get(name) == before
    getattr(agent, name).update({"Ours": 0.25}, Store=0.5)
    assert getattr(agent, name) == pytest.approx({**before[3], "Ours": 0.25, "Store": 0.5}, abs=1e-6)


@pytest.mark.parametrize("value", [[0.5, 0.25], np.zeros((N, 2)), np.zeros(N + 1)], ids=["2", "by two", "one more"])
def test_set__refuses_another_number_of_values_than_of_agents(value):
    model = short()
    before = model.agents.get("inertia")
    with pytest.raises(ValueError, match=f"inertia must be one number, or one for each of {N} customers; there were"):
        model.agents.set("inertia", value)
    assert model.agents.get("inertia") == before


def test_row__tells_of_bits_by_brand(ours):
    for b, brand in enumerate(ours.brands):
        assert ours.agents.get(f"tried[{brand}]") == [bool(bits >> b & 1) for bits in ours.agents.get("tried")]
    assert "tried[Ours]" in ours.agents.names()


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
    with pytest.raises(AttributeError, match=r"member is not there; by program there are: member\[Ours points\]$"):
        _ = agent.member
    with pytest.raises(TypeError, match=r"bond is by brand: ask for that of one, 'bond\[Ours\]'"):
        ours.agents.agg("bond", np.mean)
    with pytest.raises(AttributeError, match="nobody keeps online"):
        agent.online = 0.5
    for name in ("unique_id", "model", "tried", "tried[Ours]", "segment"):
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


def test_row__what_is_written_changes_how_a_bond_fades():
    """It grows by satisfaction above .5: who was never satisfied has lost some since the last occasion."""
    model = finished(scenario="grocery", steps=30)
    columns = [model.agents.column("bond[Ours]")]
    for mood in (0.0, 1.0):
        model.agents.set("satisfaction[Ours]", mood)
        columns.append(model.agents.column("bond[Ours]"))
        assert np.array_equal(columns[-1], model.simulation.customers()["bond[Ours]"])
    low, high = columns[1:]
    assert (low <= high).all() and (low < high).any()


def test_written_states__move_the_market():
    """With nobody ever satisfied with Ours, and everybody with Rival, Ours sells less."""
    sold = {}
    for mood in (0.0, 1.0):
        model = short(n_customers=500)
        model.agents.set("satisfaction[Ours]", mood).set("satisfaction[Rival]", 1 - mood)
        model.run_model()
        sold[mood] = model.series("purchases[Ours]").sum()
    assert sold[0.0] < sold[1.0]
