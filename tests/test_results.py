"""Results: what a Dataset holds, its summaries, and that files hold the same, whole or not at all."""

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from loyaltysim import Simulation, replicate, simulate
from loyaltysim.data.transactions import TransactionLog
from loyaltysim.faults import ScenarioError
from loyaltysim.results import Arrays, load, save, source_hash, to_frame
from loyaltysim.scenario import Scenario
from loyaltysim.summaries import summary
from loyaltysim.variables import VARIABLES


def market(**changes) -> Scenario:
    program = {"kind": "points", "reward": {"kind": "cash", "value": 0.5, "threshold": 3}}
    document = {
        "title": "Two brands – with a program",
        "focal": "A",
        "steps": 7,
        "burn_in": 2,
        "currency": "NOK",
        "population": {"n_customers": 60, "segments": {"x": {"share": 0.5}, "y": {"share": 0.5}}},
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}},
        "brands": {"A": {"price": 1.5, "programs": [program, program]}, "B": {"price": 1.2}},
        "metrics": {"period_steps": 3},
    }
    return Scenario.from_document(document).vary(changes)


VARIANTS = {
    "as it is": {},
    "no program": {"brands.A.programs": []},
    "levers": {"brands.B.levers": [{"kind": "communication"}, {"kind": "exclusive"}, {"kind": "communication"}]},
    "no segments": {"population.segments": {}},
    "no periods": {"metrics": {"period_steps": 0, "states_every": 0}},
    "one customer": {"population.n_customers": 1},
}
every_variant = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)


# --------------------------------------------------------------------------------------------------------- Dataset


@every_variant
def test_dataset__has_every_declared_variable_with_its_dims_unit_and_sentence(changes):
    data = replicate(market(**changes), replications=2)
    declared = {name: one for name, one in VARIABLES.items() if "lever" not in one.dims or "brands.B.levers" in changes}
    assert list(data.data_vars) == list(declared)
    for name, variable in declared.items():
        array = data[name]
        assert array.dims == variable.dims
        assert array.dtype == (np.int64 if variable.counted else np.float64)
        assert array.attrs["units"] == variable.unit.replace("currency", "NOK")
        assert (array.attrs["long_name"], array.attrs["kind"]) == (variable.says, variable.kind)
    assert data.sizes["replication"] == 2 and data.sizes["step"] == 7
    segments = ["all"] if "population.segments" in changes else ["all", "x", "y"]
    assert data["segment"].values.tolist() == segments
    assert data["program"].values.tolist() == ([] if "brands.A.programs" in changes else ["A points 1", "A points 2"])


def test_dataset__says_what_makes_it_again():
    data = simulate(market(), seed=11)
    again = Scenario.from_document(tomllib.loads(data.attrs["scenario"]))
    assert simulate(again, seed=int(data.attrs["seed"])).identical(data)
    assert (data.attrs["focal"], data.attrs["currency"], data.attrs["schema"]) == ("A", "NOK", 1)


def test_simulation__midway_has_zeros_for_what_is_to_come():
    whole, half = Simulation(market()).run().results(), Simulation(market()).run(until=4).results()
    np.testing.assert_array_equal(half["units"][:, :4], whole["units"][:, :4])
    assert not half["units"][:, 4:].any() and half.sizes["period"] == 1
    np.testing.assert_array_equal(half["retention_rate"], whole["retention_rate"].isel(period=[0]))


def test_arrays__stay_as_they_were_read_while_the_market_goes_on():
    simulation = Simulation(market()).run(until=4)
    arrays = Arrays(simulation.scenario, [simulation.raw()])
    before = {name: values.copy() for name, values in arrays.values.items()}
    simulation.run()
    for name, values in arrays.values.items():
        np.testing.assert_array_equal(values, before[name], name)
    now = Arrays(simulation.scenario, [simulation.raw()])
    assert (now["occasions"].values != before["occasions"]).any()


def test_simulation__cannot_be_stepped_beyond_its_end():
    simulation = Simulation(market()).run()
    with pytest.raises(IndexError, match="9 steps"):
        simulation.step()


def test_simulation__of_a_number_of_replications_is_of_the_first():
    two = Simulation(market(), replications=2)
    assert two.world.customers.replications == range(2)
    for wrong in (0, 2.0, "2", True):
        with pytest.raises(ScenarioError, match="replications: must be a whole number from 1"):
            Simulation(market(), replications=wrong)


def test_replicate__in_several_stacks_is_as_in_one(monkeypatch):
    whole = replicate(market(), replications=5)
    module = importlib.import_module("loyaltysim.runs")
    monkeypatch.setattr(module, "STACK_ROWS", 120)  # two replications of 60 customers
    assert replicate(market(), replications=5).identical(whole)


def test_simulate__adds_each_customers_last_state_when_asked():
    data = simulate(market(), customers=True)
    frame = Simulation(market()).run().customers()
    assert data.sizes["customer"] == 60
    for name in ("satisfaction[A]", "needs", "points[A points 1]", "points[A points 2]"):
        np.testing.assert_array_equal(data[f"customer_{name}"], frame[name])
    assert data["customer_segment"].values.tolist() == frame["segment"].astype(str).tolist()


def test_first_simulate__does_not_wait_for_the_import_of_dask():
    pytest.importorskip("dask")
    short = "ls.load('reference').vary({'population.n_customers': 100, 'steps': 2})"
    code = f"import sys, loyaltysim as ls; ls.simulate({short}); print('dask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_customers__keep_two_programs_of_one_kind_apart_by_the_names_of_the_dataset():
    twice = market().vary({"brands.A.programs": [{"kind": "points"}, {"kind": "points", "earn_rate": 3.0}]})
    run = Simulation(twice).run()
    first, second = (run.customers()[f"points[{name}]"] for name in run.results().program.values)
    np.testing.assert_allclose(second, 3 * first, rtol=1e-6)  # the one earns three times the other, nobody redeems
    assert first.any()


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, True, "one", None])
def test_seed__must_be_a_whole_number(seed):
    with pytest.raises(ScenarioError, match="seed: must be a whole number"):
        simulate(market(), seed=seed)


@pytest.mark.parametrize(
    ("name", "value"), [("replications", 0), ("replications", 2.5), ("threads", 0), ("threads", "2")]
)
def test_counts__must_be_whole_numbers_of_at_least_one(name, value):
    with pytest.raises(ScenarioError, match=f"{name}: must be a whole number from 1"):
        replicate(market(), **{"replications": 1, name: value})


# --------------------------------------------------------------------------------------------------------- summary


@pytest.fixture(scope="module")
def data():
    return replicate(market(), replications=3)


def test_summary__a_flow_is_its_sum_over_all_measured_steps(data):
    np.testing.assert_array_equal(summary(data, "units"), data["units"].values.sum(1))
    np.testing.assert_array_equal(summary(data, "customers_new"), data["customers_new"].values.sum(1))


def test_summary__a_stock_is_its_mean_over_the_last_period(data):
    # 7 steps, periods of 3: the last whole one is steps 3 to 5
    np.testing.assert_allclose(summary(data, "satisfaction"), data["satisfaction"].values[:, 3:6].mean(1), rtol=1e-15)
    np.testing.assert_allclose(summary(data, "members"), data["members"].values[:, 3:6].mean(1), rtol=1e-15)
    np.testing.assert_array_equal(summary(data, "customers_end"), data["customers_end"].values[:, -1])


def test_summary__a_rate_is_the_sum_of_numerators_over_that_of_denominators(data):
    def total(name: str) -> np.ndarray:
        array = data[name]
        return array.values[:, :6].sum(1) if "step" in array.dims else array.values.sum(1)

    population = data["population"].values[:, None, :] * 2  # periods
    for name, expected in {
        "retention_rate": total("customers_kept") / total("customers_start"),
        "repeat_rate": total("repeat_purchases") / total("purchases_after"),
        "share": total("units") / total("units").sum(1, keepdims=True),
        "penetration": total("customers_end") / population,
        "purchase_frequency": total("purchases") / total("customers_end"),
        "share_of_requirements": total("purchases") / total("category_purchases"),
    }.items():
        np.testing.assert_allclose(summary(data, name), expected, rtol=1e-14, err_msg=name)


def test_summary__is_not_a_number_where_there_was_nothing_to_measure():
    data = replicate(market(**VARIANTS["no periods"]), replications=2)
    for name in ("retention_rate", "customers_end", "customers_new", "satisfaction"):
        assert summary(data, name).isnull().all(), name
    np.testing.assert_array_equal(summary(data, "units"), data["units"].sum("step"))
    nobody = replicate(market(**{"population.needs_per_week": 0.0}), replications=2)
    for name, variable in VARIABLES.items():
        if variable.kind == "rate" and name != "penetration":
            assert summary(nobody, name).isnull().all(), name
    assert (summary(nobody, "penetration") == 0).all()


# ----------------------------------------------------------------------------------------------------------- files


@pytest.mark.slow
@every_variant
def test_file__holds_the_same_dataset(changes, tmp_path):
    data = replicate(market(**changes), replications=2)
    save(data, tmp_path / "run.nc")
    back = load(tmp_path / "run.nc")
    assert back.identical(data)
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]
    assert {name: back[name].dtype for name in back.data_vars} == {name: data[name].dtype for name in data.data_vars}


def writers(simulation: Simulation, data: xr.Dataset):
    """What is written, by name: how, and what breaks it on the way."""
    return {
        "results": (lambda path: save(data, path), (xr.Dataset, "dump_to_store")),
        "transactions": (simulation.transactions.save, (pd.DataFrame, "to_parquet")),
        "checkpoint": (simulation.checkpoint, (np, "savez")),
    }


@pytest.fixture(params=["results", "transactions", "checkpoint"])
def writer(request, data):
    return writers(Simulation(market(), log=True).run(until=2), data)[request.param]


def test_file__is_never_half_there(writer, tmp_path, monkeypatch):
    write, (where, breaks) = writer
    (tmp_path / "file").write_text("what was there before")

    def full_disk(*args, **kwargs):
        raise OSError("no space left")

    for where_, name in ((where, breaks), (os, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(where_, name, full_disk)
            with pytest.raises(OSError, match="no space left"):
                write(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "what was there before"
    write(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="other systems keep permissions elsewhere")
def test_file__may_be_read_by_those_who_may_read_any_new_file_of_the_user(writer, tmp_path):
    write, _ = writer
    write(tmp_path / "file")
    (tmp_path / "plain").touch()
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_load__refuses_what_is_no_result(tmp_path):
    xr.Dataset({"x": ("a", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="not a result of loyaltysim"):
        load(tmp_path / "other.nc")


def test_log__file_has_the_purchases_of_the_run(tmp_path):
    simulate(market(), log=tmp_path / "log.parquet", seed=2)
    expected = Simulation(market(), seed=2, log=True).run().transactions.frame()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "log.parquet"), expected)
    assert len(expected) == simulate(market(), seed=2)["purchases"].sel(segment="all").sum()


def test_log__of_nothing_is_an_empty_table(tmp_path):
    TransactionLog().save(tmp_path / "log.parquet")
    frame = pd.read_parquet(tmp_path / "log.parquet")
    full = Simulation(market(), log=True).run().transactions.frame()
    assert frame.empty and frame.drop(columns="brand").dtypes.equals(full.drop(columns="brand").dtypes)
    assert list(frame.columns) == list(full.columns)


# ----------------------------------------------------------------------------------------------------------- frame


@every_variant
def test_frame__has_every_number_once_with_its_coordinates(changes):
    data = replicate(market(**changes), replications=2)
    frame = to_frame(data)
    assert list(frame.columns[:1]) == ["variable"] and list(frame.columns[-1:]) == ["value"]
    for name, array in data.data_vars.items():
        own = frame[frame["variable"] == name]
        assert len(own) == array.size
        back = own.set_index(list(array.dims))["value"].to_xarray().reindex_like(array) if array.size else array
        np.testing.assert_array_equal(back.transpose(*array.dims), array, err_msg=name)
    assert len(frame) == sum(array.size for array in data.data_vars.values())
    assert "period_of_step" not in frame


def test_attributes__read_the_source_files_once_a_process(monkeypatch):
    first = source_hash()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"read {path} again"))
    assert source_hash() == first and len(first) == 16
