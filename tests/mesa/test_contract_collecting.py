"""The collector of LoyaltyModel, batches and SolaraViz keep Mesa's contract."""

import operator

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa_contract import (
    REPORTERS,
    SHORT,
    MesaScenario,
    N,
    batch_takes_rng,
    finished,
    needs_batch_rng,
    needs_batch_run,
    needs_scenario,
    short,
    steps_of,
)

import loyaltysim as ls
from loyaltysim.mesa import LoyaltyModel


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


def test_reporter__of_a_name_that_there_is_not_is_told_at_once():
    for name in ("nothing_of_it", "purchases[Nobody]", "purchase[Ours]"):
        with pytest.raises(AttributeError, match=f"there is no series {name!r}".replace("[", r"\[")):
            short(model_reporters={"a": name})
    with pytest.raises(AttributeError, match=r"did you mean 'purchases\[Ours\]'\?"):
        short(model_reporters={"a": "purchase[Ours]"})
    with pytest.raises(KeyError, match="did you mean 'no_purchase'"):
        short().series("nopurchase")
    for name, said in (
        ("height", "customers have no height"),
        ("bond[Nobody]", "by brand there are"),
        ("online", "nobody"),
    ):
        with pytest.raises(AttributeError, match=said):
            short(agent_reporters={"a": name})


def test_reporter__of_a_class_of_ones_own_may_come_later():
    class Own(LoyaltyModel):
        def __init__(self, **kwargs):
            super().__init__(model_reporters={"a": "later"}, **kwargs)
            self.later = 5

    model = Own(n_customers=N, **SHORT)
    model.run_model()
    assert model.datacollector.get_model_vars_dataframe()["a"].tolist() == [5] * 8
    with pytest.raises(AttributeError, match="no series"):
        type("Own", (LoyaltyModel,), {})(n_customers=N, model_reporters={"a": "purchases[Nobody]"}, **SHORT)


def test_series_of_a_state__is_the_mean_of_those_who_ever_bought(ours):
    agents = ours.agents
    bought = agents.select(agents.column("tried[Ours]"))
    assert 0 < len(bought) < N
    for name in ("satisfaction[Ours]", "bond[Ours]"):
        assert bought.agg(name, np.mean) == pytest.approx(ours.series(name)[-1], abs=1e-8)  # units of 2**-30
    assert agents.agg("satisfaction[Ours]", np.mean) != pytest.approx(ours.series("satisfaction[Ours]")[-1], abs=1e-4)


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
    assert steps.tolist() == [3, 6, 7, 8]  # the last two always
    assert len(numbers) == 10 and len(frame) == 40
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


BATCH = {"n_customers": N, **SHORT, "brands.Ours.price": [1.9, 2.1]}
ONE_PRICE, RIVAL = {"brands.Ours.price": 2}, "revenue[Rival]"


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


@needs_batch_run
@pytest.mark.filterwarnings("ignore:.*iterations.*:DeprecationWarning")
def test_batch_run__has_agents_that_are_recorded_every_few_steps():
    given = BATCH | {"agent_reporters": REPORTERS, "agents_every": 5, "brands.Ours.price": 2}
    reporters = {"agent_reporters": [REPORTERS]}  # a list, since batch_run varies what can be walked through
    rows = pd.DataFrame(mesa.batch_run(LoyaltyModel, given | reporters, number_processes=1, display_progress=False))
    assert rows.AgentID.nunique() == N and set(REPORTERS) <= set(rows)


def test_row__tells_what_is_by_brand_and_which_brands_there_are(ours):
    customer = ours.agents[0]
    with pytest.raises(TypeError, match=r"satisfaction is by brand: write satisfaction\[brand\]"):
        customer.satisfaction = 0.9
    with pytest.raises(KeyError, match="there is no brand 'Nope'; there are: Ours, Rival, Store"):
        customer.satisfaction = {"Nope": 0.5}


@needs_batch_rng
def test_batch_run__with_no_rng_has_luck_of_its_own_each_time():
    rows = mesa.batch_run(LoyaltyModel, BATCH | {"brands.Ours.price": 2}, rng=[None] * 3, display_progress=False)
    assert len({row["revenue[Rival]"] for row in rows}) > 1


@needs_batch_rng
def test_batch_run__with_rng_of_its_own_overrules_one_among_the_parameters():
    rows = mesa.batch_run(LoyaltyModel, BATCH | {"rng": 3, **ONE_PRICE}, rng=[1], display_progress=False)
    assert rows[0]["rng"] == 1 and rows[0][RIVAL] == finished(rng=1, **ONE_PRICE).series(RIVAL)[-1]


@needs_batch_run
@pytest.mark.skipif(batch_takes_rng, reason=f"batch_run of Mesa {mesa.__version__} gives every run a seed of its own")
def test_batch_run__without_rng_has_the_seed_1_in_every_iteration():
    rows = mesa.batch_run(LoyaltyModel, BATCH | ONE_PRICE, iterations=3, display_progress=False)
    assert [row[RIVAL] for row in rows] == [finished(rng=1, **ONE_PRICE).series(RIVAL)[-1]] * 3


@needs_scenario
@needs_batch_rng
def test_batch_run__takes_mesa_scenarios():
    scenarios = [MesaScenario(rng=rng, n_customers=N, **SHORT) for rng in (1, 2)]
    rows = mesa.batch_run(LoyaltyModel, {"scenario": scenarios}, display_progress=False)
    meant = [finished(rng=rng).series("purchases[Ours]")[-1] for rng in (1, 2)]
    assert [row["purchases[Ours]"] for row in rows] == meant


class Counting(mesa.Model):
    """An ordinary model that collects in its step alone: what it and its agents report is the step."""

    def __init__(self, rng=None):
        super().__init__(rng=rng)
        self.made = 0
        for _ in range(12):
            mesa.Agent(self)
        self.datacollector = mesa.DataCollector({"of_model": "made"}, {"of_agent": lambda agent: agent.model.made})

    def step(self):
        self.made += 1
        self.datacollector.collect(self)
        self.running = self.made < 8


class CountingToo(LoyaltyModel):
    def __init__(self, rng=1):
        reporters = {"of_model": "made"}, {"of_agent": lambda agent: agent.model.made}
        super().__init__(n_customers=12, rng=rng, model_reporters=reporters[0], agent_reporters=reporters[1], **SHORT)


@needs_batch_run
@pytest.mark.parametrize("period", [1, 3, -1])
def test_batch_run__pairs_model_and_agents_as_in_an_ordinary_model(period):
    given = {"number_processes": 1, "data_collection_period": period, "display_progress": False}
    ours, theirs = (mesa.batch_run(one, {}, **given) for one in (CountingToo, Counting))
    assert ours == theirs and {"of_model", "of_agent"} <= set(ours[-1])


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
