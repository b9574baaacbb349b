"""Results: from raw counts to one labeled Dataset, and safely to a file and back.

What each variable means stands in `variables.py`; here is how it follows from the counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loyaltysim.lasting import lasting
from loyaltysim.metrics.periods import COUNTS
from loyaltysim.metrics.states import GONE, STATES
from loyaltysim.totals import BY_BRAND, BY_LEVER, CHANNELS, MONEY_UNIT, POINT_UNIT, REASONS, SHARE_UNIT
from loyaltysim.variables import PERIOD_BRAND, VARIABLES, Variable
from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from loyaltysim.scenario import Scenario

INCOME = ("revenue", "program_fees")
OF_LEVER = ("brand_of_lever", "kind_of_lever")
"""What the Dataset says of each lever, besides its name."""
COSTS = ("cost_of_goods", "program_cost", "lever_cost", "acquisition_cost", "referral_cost")


@dataclass
class Raw:
    """Counts of one stack of replications, as the simulation left them."""

    replications: range
    flows: dict[str, np.ndarray]
    """Totals by name, steps (burn-in included) × the shape of each."""
    periods: np.ndarray
    """periods × `COUNTS` × replications × segments × brands."""
    state_sums: np.ndarray
    """measured steps × `STATES` × replications × segments × brands; NaN where not measured."""
    state_people: np.ndarray
    """measured steps × replications × segments × brands."""
    gone: np.ndarray
    """measured steps × `GONE` × replications × segments × brands."""
    population: np.ndarray
    """replications × segments."""
    prices: dict[str, np.ndarray]
    """price, list_price, on_promotion: measured steps × replications × brands."""


class Array(NamedTuple):
    """A result without its labels."""

    values: np.ndarray
    dims: tuple[str, ...]


class Arrays:
    """All results of some stacks, read as from their Dataset; it is made in a tenth of the time."""

    def __init__(self, scenario: Scenario, stacks: list[Raw]) -> None:
        self.values = _values(scenario, stacks)
        self.sizes = {"step": scenario.steps, "period": self.values["customers_start"].shape[1]}

    def __getitem__(self, name: str) -> Array:
        """A result by its name."""
        return Array(self.values[name], VARIABLES[name].dims if name in VARIABLES else ("step",))


def segments_of(scenario: Scenario) -> list[str]:
    """The segments by which results are told, all customers first."""
    return ["all", *(name for name in scenario.segment_names if name)]


def variables_of(scenario: Scenario) -> dict[str, Variable]:
    """Every variable that the Dataset of the scenario has: those by lever only where there is one."""
    some = any(brand.levers for brand in scenario.brands.values())
    return {name: variable for name, variable in VARIABLES.items() if some or "lever" not in variable.dims}


def dataset(scenario: Scenario, seed: int, stacks: list[Raw]) -> xr.Dataset:
    """One Dataset of all stacks, with every variable of `variables_of`."""
    with lasting():
        import xarray as xr

    values = _values(scenario, stacks)
    brands = list(scenario.brands)
    coords: dict[str, Any] = {
        "replication": np.concatenate([np.asarray(stack.replications) for stack in stacks]),
        "step": np.arange(scenario.steps),
        "period": np.arange(values["customers_start"].shape[1]),
        "brand": brands,
        "brand_to": brands,
        "program": program_names(scenario),
        "lever": lever_names(scenario),
        "reason": REASONS,
        "channel": CHANNELS,
        "segment": segments_of(scenario),
    }
    data = {}
    for variable in variables_of(scenario).values():
        unit = variable.unit.replace("currency", scenario.currency)
        attrs = {"units": unit, "long_name": variable.says, "kind": variable.kind}
        if variable.numerator:
            attrs |= {"numerator": variable.numerator, "denominator": variable.denominator}
        value = values[variable.name]
        data[variable.name] = xr.Variable(
            variable.dims, value.astype(np.int64 if variable.counted else np.float64), attrs, fastpath=True
        )
    used = {dim for variable in data.values() for dim in variable.dims}
    indexes = {name: _index(name, np.asarray(labels)) for name, labels in coords.items() if name in used}
    told = {name: index.create_variables()[name] for name, index in indexes.items()}
    told["period_of_step"] = xr.Variable("step", values["period_of_step"], fastpath=True)
    if "lever" in used:
        whose = [(name, lever.kind) for name, brand in scenario.brands.items() for lever in brand.levers]
        for name, labels in zip(OF_LEVER, zip(*whose)):
            told[name] = xr.Variable("lever", np.asarray(labels, object), fastpath=True)
    return xr.Dataset(data, xr.Coordinates(told, indexes), attributes(scenario, seed))


def _index(name: str, labels: np.ndarray) -> Any:
    """What xarray makes of a dimension's labels; made by itself it would import Dask first, to see if they are its."""
    import pandas as pd
    from xarray.indexes import PandasIndex

    dtype = object if labels.dtype.kind == "U" else None  # as xarray has it, whatever pandas makes of text
    return PandasIndex(pd.Index(labels, dtype=dtype), name, coord_dtype=labels.dtype)


def program_names(scenario: Scenario) -> list[str]:
    """What the programs of all brands are called, in order; names that come twice have a number behind them."""
    names = [program.describe(name) for name, _, program in scenario.programs]
    return [n if names.count(n) == 1 else f"{n} {names[:place].count(n) + 1}" for place, n in enumerate(names)]


def lever_names(scenario: Scenario) -> list[str]:
    """What the levers of all brands are called, in order: "Ours: gift", and "Ours: gift 2" for the second of its kind.

    Unlike those of programs the names stay when a lever of another kind is added, or one behind them, as in a branch.
    Where the first of two of a kind is dropped, the second takes its name, and in a branch what the first had cost.
    """
    names = [f"{name}: {lever.kind}" for name, brand in scenario.brands.items() for lever in brand.levers]
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name} {number + 1}" if number else name for name, number in zip(names, before)]


def attributes(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What makes the run again: scenario, seed, versions."""
    return {
        "title": scenario.title,
        "scenario": scenario.to_toml(),
        "schema": 1,
        "seed": str(seed),  # text: NetCDF attributes hold 64 bits with a sign
        "versions": versions(),
        "source_hash": source_hash(),
        "focal": scenario.focal,
        "currency": scenario.currency,
        "step_days": scenario.step_days,
    }


@cache
def versions() -> str:
    """Versions of what a run's numbers may depend on."""
    import platform
    from importlib.metadata import version

    packages = ("loyaltysim", "numpy", "numba")
    return ", ".join([f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)])


@cache
def source_hash() -> str:
    """A hash of the package's Python files: which code ran. They are read once a process, as they are imported once."""
    import hashlib

    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        digest.update(path.relative_to(here).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _values(scenario: Scenario, stacks: list[Raw]) -> dict[str, np.ndarray]:
    """Every variable as an array in the order of its dims."""
    burn, brands = scenario.burn_in, len(scenario.brands)
    named = scenario.segment_names != ("",)

    def together(parts: list[np.ndarray], axis: int) -> np.ndarray:
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=axis)

    def by_segment(array: np.ndarray) -> np.ndarray:
        """steps × replications × segments × x → replications × steps × x × segments, "all" first."""
        array = array.transpose(1, 0, 3, 2)
        everybody = array.sum(-1, keepdims=True)
        return np.concatenate([everybody, array], -1) if named else everybody

    flows = {name: together([stack.flows[name] for stack in stacks], 1) for name in stacks[0].flows}
    out: dict[str, np.ndarray] = {}
    for name in BY_BRAND:
        out[name] = by_segment(flows[name][burn:])
    named_brands, programs = list(scenario.brands), [program for _, _, program in scenario.programs]
    owners = np.array([named_brands.index(name) for name, _, _ in scenario.programs], int)

    def of_brand(by_program: np.ndarray) -> np.ndarray:
        """replications × steps × programs × segments, added up for each brand."""
        whole = by_program.dtype.kind == "i"
        result = np.zeros((*by_program.shape[:2], brands, by_program.shape[3]), by_program.dtype if whole else float)
        for place, owner in enumerate(owners):
            result[:, :, owner] += by_program[:, :, place]
        return result

    earned, redeemed, expired = (flows[f"points_{name}"] for name in ("earned", "redeemed", "expired"))
    outstanding = by_segment(np.cumsum(earned - redeemed - expired, 0)[burn:]) / POINT_UNIT
    worth = np.array(
        [p.liability_of_a_point(list(scenario.brands.values())[o].price) for p, o in zip(programs, owners)], float
    )
    out["points_outstanding"] = of_brand(outstanding)
    out["liability"] = of_brand(outstanding * worth[:, None])
    out["members"] = of_brand(by_segment(np.cumsum(flows["enrolled"], 0)[burn:]))
    out["rewards_redeemed"] = of_brand(by_segment(flows["rewards_redeemed"][burn:]))
    out["program_cost"] = of_brand(by_segment(flows["program_cost"][burn:]))
    out["program_fees"] = of_brand(by_segment(flows["program_fees"][burn:]))
    for name, flow in (("points_earned", earned), ("points_redeemed", redeemed), ("points_expired", expired)):
        out[name] = by_segment(flow[burn:]) / POINT_UNIT
    out["breakage"] = of_brand(out["points_expired"])
    for name in BY_LEVER:
        out[name] = by_segment(flows[name][burn:])
    out["cost_of_lever"] = out["cost_of_lever"] / MONEY_UNIT
    for name in (*INCOME, *COSTS):
        out[name] = out[name] / MONEY_UNIT
    out["margin"] = out["revenue"] + out["program_fees"]
    for name in COSTS:
        out["margin"] = out["margin"] - out[name]
    for name in ("occasions", "no_purchase", "switches", "entered", "won"):
        out[name] = flows[name][burn:].copy().swapaxes(0, 1)  # what there is may be the simulation's own
    if scenario.word_of_mouth.acquisition.kind == "none":  # then everybody is there from the start
        out["won"][..., 0] = out["joined"][..., 0]
    for name, unit in (("defections", 1), ("defection_shares", SHARE_UNIT)):
        why = flows[name][burn:].swapaxes(0, 1) / unit
        out[name] = why if why.shape[-1] else np.full((*why.shape[:-1], len(REASONS)), np.nan)
    for name in ("price", "list_price", "on_promotion"):
        out[name] = together([stack.prices[name] for stack in stacks], 1).copy().swapaxes(0, 1)
    sums = together([stack.state_sums for stack in stacks], 2)
    people = by_segment(together([stack.state_people for stack in stacks], 1))
    for place, name in enumerate(STATES):
        with np.errstate(invalid="ignore", divide="ignore"):
            out[name] = by_segment(sums[:, place]) / people
    gone = together([stack.gone for stack in stacks], 2)
    for place, name in enumerate(GONE):
        out[name] = by_segment(gone[:, place])
    periods = together([stack.periods for stack in stacks], 2)
    for place, name in enumerate(COUNTS):
        out[name] = by_segment(periods[:, place])
    out["customers_new"] = out["customers_end"] - out["customers_kept"]
    population = together([stack.population for stack in stacks], 0)
    everybody = population.sum(1, keepdims=True)
    out["population"] = np.concatenate([everybody, population], 1) if named else everybody
    length = scenario.metrics.period_steps
    for variable in VARIABLES.values():
        if variable.numerator:
            top, bottom = (_of_period(out, name, length) for name in (variable.numerator, variable.denominator))
            with np.errstate(invalid="ignore", divide="ignore"):
                out[variable.name] = np.where(bottom > 0, top / bottom, np.nan)
    whole = out["customers_start"].shape[1]
    of_step = (
        np.minimum(np.arange(scenario.steps) // max(length, 1), whole) if length else np.zeros(scenario.steps, int)
    )
    out["period_of_step"] = np.where(of_step < whole, of_step, -1)
    return out


def _of_period(values: dict[str, np.ndarray], name: str, length: int) -> np.ndarray:
    """A count by period: replications × periods × brands × segments; flows by step are summed."""
    value = values[name.rstrip("*")].astype(float)
    if name == "population":
        return value[:, None, None, :]
    if VARIABLES[name.rstrip("*")].dims != PERIOD_BRAND:
        count = values["customers_start"].shape[1]
        value = value[:, : count * length].reshape(value.shape[0], count, length, *value.shape[2:]).sum(2)
    return np.broadcast_to(value.sum(2, keepdims=True), value.shape) if name.endswith("*") else value


def save(data: xr.Dataset, path: str | Path) -> None:
    """Write NetCDF, to a temporary name first, then renamed: there is never half a file under `path`."""
    with whole_file(path) as temporary:
        temporary.write_bytes(_image(data))


def _image(data: xr.Dataset) -> bytes:
    """The bytes of the NetCDF file. HDF5 makes them in memory: on a full disk it would fail without end."""
    from xarray.backends import H5NetCDFStore

    store = H5NetCDFStore.open("in memory", mode="w", driver="core", driver_kwds={"backing_store": False})
    try:
        data.dump_to_store(store)
        store.sync()
        store.ds._h5file.flush()
        image: bytes = store.ds._h5file.id.get_file_image()
        return image
    finally:
        store.close()


def load(path: str | Path) -> xr.Dataset:
    """Read what `save` wrote, whole into memory. Raises ValueError if it is not a result of loyaltysim."""
    import xarray as xr

    with xr.open_dataset(path, engine="h5netcdf") as data:
        if "scenario" not in data.attrs or "replication" not in data.dims:
            raise ValueError(f"{path} is not a result of loyaltysim")
        return data.load()


def to_frame(data: xr.Dataset) -> pd.DataFrame:
    """Every number as a row: variable, its coordinates, value."""
    import pandas as pd

    frames = []
    for name, array in data.data_vars.items():
        frame = array.to_dataframe(name="value").reset_index()
        frames.append(frame.drop(columns=["period_of_step", *OF_LEVER], errors="ignore").assign(variable=name))
    whole = pd.concat(frames, ignore_index=True)
    order = ["variable", *(c for c in data.coords if c in whole.columns), "value"]
    return whole[order]
