"""The twin looks like `LoyaltyModel`: the same arguments, and frames with the same columns and values."""

import inspect

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa_contract import SHORT, MesaScenario, N, batch_takes_rng, needs_batch_run, needs_scenario
from twin_markets import SCENARIOS

import loyaltysim as ls
from loyaltysim.mesa import LoyaltyModel, TwinModel
from loyaltysim.mesa.asked import one_seed
from loyaltysim.mesa.series import OF_BRAND, OF_MARKET

CLOSE = 1e-4  # of states: Python's floats have 64 bits, the arrays' 32
ARGUMENTS = {"scenario": "grocery", "n_customers": N, **SHORT}
BY_BRAND = ("satisfaction", "bond", "trust", "expectation", "heard", "reference_price", "tried", "status")


def short(kind, **given):
    return kind(**{**ARGUMENTS, **given})


def ran(kind, **given):
    model = short(kind, **given)
    while model.running:
        model.step()
    return model


def test_arguments__are_those_of_the_model_but_for_what_only_arrays_have():
    ours, twins = (inspect.signature(kind).parameters for kind in (LoyaltyModel, TwinModel))
    assert set(twins) - set(ours) == {"luck", "replication"}
    assert set(ours) - set(twins) == {"agents_every", "agents_sample", "threads"}
    assert all(twins[name] == ours[name] for name in set(ours) & set(twins))  # kinds and defaults too
    assert {p.kind for p in twins.values()} == {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("given", [{}, {"scenario": "telco", "rng": 3}, {"scenario": SCENARIOS["busy"]}], ids=repr)
def test_model_frame__has_the_models_columns_and_values(given):
    ours, twins = (ran(kind, **given).datacollector.get_model_vars_dataframe() for kind in (LoyaltyModel, TwinModel))
    assert len(twins) == 8 and twins["occasions"].sum() > 50
    pd.testing.assert_frame_equal(twins, ours, check_dtype=False, rtol=0, atol=CLOSE)


def test_model_frame__of_every_series_has_the_models_values():
    scenario = SCENARIOS["everything, with levers and answers"]
    names = [*OF_MARKET, *(f"{name}[{brand}]" for name in OF_BRAND for brand in scenario.brands)]
    given = {"scenario": scenario, "model_reporters": {name: name for name in names}, "n_customers": 100}
    ours, twins = (ran(kind, **given).datacollector.get_model_vars_dataframe() for kind in (LoyaltyModel, TwinModel))
    trust = [name for name in names if name.startswith("trust")]  # in the hundreds
    assert (twins[trust].to_numpy()[2:] > 1).all() and np.allclose(twins[trust], ours[trust], rtol=1e-4, equal_nan=True)
    pd.testing.assert_frame_equal(
        twins.drop(columns=trust), ours.drop(columns=trust), check_dtype=False, rtol=0, atol=CLOSE
    )


def test_agent_frame__has_the_models_columns_and_values():
    brands = list(ls.load("grocery").brands)
    names = [
        "segment",
        "needs",
        "price_sensitivity",
        "last_brand",
        "unique_id",
        "points[Ours points]",
        "member[Ours points]",
    ]
    names += [f"{name}[{brand}]" for name in BY_BRAND for brand in brands]
    reporters = {name: name for name in names} | {"twice": lambda agent: 2 * agent.unique_id}
    given = {"agent_reporters": reporters, "n_customers": 200}
    ours, twins = (ran(kind, **given).datacollector.get_agent_vars_dataframe() for kind in (LoyaltyModel, TwinModel))
    assert twins["tried[Ours]"].any() and twins["member[Ours points]"].any() and (twins["last_brand"] >= 0).any()
    pd.testing.assert_frame_equal(twins, ours, check_dtype=False, rtol=1e-5, atol=CLOSE)


def test_rng__of_none_is_another_each_time_and_digits_are_a_number():
    one, other = (ran(TwinModel, rng=None, n_customers=200) for _ in range(2))
    assert frame(one)["occasions"].tolist() != frame(other)["occasions"].tolist()
    assert frame(ran(TwinModel, rng="4")).equals(frame(ran(TwinModel, rng=np.int64(4))))


def frame(model):
    return model.datacollector.get_model_vars_dataframe()


def test_wrong_use__is_told_as_by_the_model():
    for given, error, said in (
        ({"seed": 3}, TypeError, r"TwinModel\(\) got an unexpected keyword argument 'seed'; did you mean 'rng'"),
        ({"threads": 2}, TypeError, "'threads'; LoyaltyModel alone has it: the twin's customers act one by one"),
        ({"agents_every": 2}, TypeError, "the twin records all agents in every step"),
        ({"n_customer": 3}, TypeError, "did you mean 'n_customers'"),
        ({"replications": 3}, TypeError, "did you mean 'replication'"),
        ({"rng": 1.5}, ValueError, "rng: must be a whole number from 0"),
        ({"replication": -1}, ValueError, "replication: must be a whole number from 0"),
        ({"replication": 1.5}, ValueError, "replication: must be a whole number from 0"),
        ({"scenario": 5}, TypeError, "scenario must be a name, a path or a Scenario"),
        ({"brands.Ours.pric": 2.5}, ls.ScenarioError, '"pric"'),
        ({"model_reporters": {"a": "purchases[Nobody]"}}, AttributeError, r"there is no series 'purchases\[Nobody\]'"),
        ({"agent_reporters": {"a": "height"}}, AttributeError, "customers of the twin have no height"),
        ({"agent_reporters": {"a": "bond[Nobody]"}}, AttributeError, "customers of the twin have no bond"),
        ({"luck": "dice"}, ValueError, 'luck must be "keyed" or "mesa"'),
    ):
        with pytest.raises(error, match=said):
            short(TwinModel, **given)
    with pytest.raises(TypeError, match="TwinModel alone has it"):
        short(LoyaltyModel, luck="mesa")
    with pytest.raises(TypeError, match="positional"):
        TwinModel("grocery")


@needs_batch_run
@pytest.mark.filterwarnings("ignore:.*iterations.*:DeprecationWarning")
def test_batch_run__takes_the_twin_with_settings_by_path():
    parameters = {**ARGUMENTS, "brands.Ours.price": [1.9, 2.1], "luck": "mesa"}
    seeds = (
        {"parameters": parameters, "rng": [1, 2]} if batch_takes_rng else {"parameters": {**parameters, "rng": [1, 2]}}
    )
    rows = pd.DataFrame(mesa.batch_run(TwinModel, **seeds, display_progress=False))
    assert set(zip(rows["brands.Ours.price"], rows["rng"])) == {(1.9, 1), (1.9, 2), (2.1, 1), (2.1, 2)}
    meant = frame(ran(TwinModel, luck="mesa", rng=2, **{"brands.Ours.price": 2.1})).iloc[-1]
    row = rows[(rows["brands.Ours.price"] == 2.1) & (rows["rng"] == 2)].iloc[0]
    assert row["purchases[Ours]"] == meant["purchases[Ours]"] and row["price[Ours]"] == meant["price[Ours]"]


@needs_scenario
def test_mesa_scenario__holds_the_twins_arguments():
    entries = {"rng": 5, "n_customers": N, "luck": "mesa", "replication": 1, **SHORT}
    model, seed = TwinModel(scenario=MesaScenario(**entries)), one_seed(MesaScenario(**entries).rng, None)
    assert model.scenario.luck == "mesa" and len(model.customers) == N
    while model.running:
        model.step()
    assert frame(model).equals(frame(ran(TwinModel, **{**entries, "rng": seed})))  # of Mesa 4's generator
