"""Whatever the settings within their bounds: no state leaves its range, and no number becomes NaN.

Settings are drawn from the records themselves, so that a new setting of what customers do and feel is tried as well.
"""

from collections.abc import Iterator
from typing import get_args, get_origin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyaltysim import Simulation
from loyaltysim.customers.distributions import LogNormal
from loyaltysim.customers.fields import FIELDS
from loyaltysim.faults import ScenarioError
from loyaltysim.record import MOST, Part, Record
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import Setting, settings
from loyaltysim.validation.busy_market import CONTRACTS, FULL, NEWCOMERS, OTHER_KINDS, busy_market

MARKETS = {
    name: busy_market(120, 8).vary(changes)
    for name, changes in {
        "full": FULL,
        "contracts": CONTRACTS,
        "newcomers": NEWCOMERS,
        "newcomers with contracts": {**NEWCOMERS, **CONTRACTS},
        "other kinds": OTHER_KINDS,
    }.items()
}
ROOMS = ("behavior", "word_of_mouth")
UNBOUNDED = {"satisfaction", "expectation", "bond"}
"""States that the kinds of the reference step, `level`, `linear` and influence on satisfaction, leave unbounded."""
COUNTS = (
    "purchases units revenue lapsed failures complaints defection_shares entered won invitations frauds "
    "acquisition_cost referral_cost"
).split()
USUAL = {"satisfaction": (0, 1), "bond": (0, 1), "habit": (0, 1), "trust": (0, np.inf), "strain": (0, np.inf)}


def numbers(scenario: Scenario) -> dict[str, st.SearchStrategy]:
    """Every number that the customers' rooms and the brands take, by path, with values within its bounds."""
    found = {}
    for room in ROOMS:
        for name in type(getattr(scenario, room)).model_fields:
            found |= dict(_of_record(getattr(getattr(scenario, room), name), f"{room}.{name}"))
    for brand, record in scenario.brands.items():
        found |= dict(_of_record(record, f"brands.{brand}"))
        found |= dict(_of_record(record.complaints, f"brands.{brand}.complaints"))
        if record.referral is not None:
            found |= dict(_of_record(record.referral, f"brands.{brand}.referral"))
    return found


def _of_record(record: Record, path: str) -> Iterator[tuple[str, st.SearchStrategy]]:
    for setting in settings(type(record)):
        if setting.type in (int, float) and not setting.fixed:
            yield f"{path}.{setting.name}", _within(setting)


def _within(setting: Setting) -> st.SearchStrategy:
    limits, size = setting.limits, 10 * max(abs(setting.default or 0), 1)
    low, high = limits.get("ge", limits.get("gt", -size)), limits.get("le", limits.get("lt", size))
    low, high = max(low, -size), min(high, max(size, low))
    if setting.type is int:
        return st.integers(int(np.ceil(low)), max(int(high), int(np.ceil(low))))
    ends = st.sampled_from([low, high])
    return st.floats(low, high, exclude_min="gt" in limits and high > low, exclude_max="lt" in limits) | ends


@pytest.mark.parametrize("name", MARKETS)
@given(data=st.data())
def test_states__stay_in_their_ranges_whatever_the_settings(name, data):
    scenario = MARKETS[name]
    every = numbers(scenario)
    assert len(every) > 60
    paths = data.draw(st.lists(st.sampled_from(sorted(every)), min_size=1, max_size=12, unique=True))
    changes = {path: data.draw(every[path], label=path) for path in paths}
    try:
        simulation = Simulation(scenario.vary(changes), seed=data.draw(st.integers(0, 5)))
    except ScenarioError as refused:  # two settings that cannot go together, told by name
        assert all(fault.key for fault in refused.faults)
        return
    simulation.run()
    for state, array in simulation.world.customers.arrays.items():
        values = array.astype(float)
        assert np.isfinite(values).all(), state
        if state not in UNBOUNDED or name != "other kinds":
            low, high = USUAL.get(state, (FIELDS[state].low, FIELDS[state].high))
            assert low <= values.min() and values.max() <= high, (state, values.min(), values.max())
    for state, array in simulation.world.arrays.items():
        assert np.isfinite(array.astype(float)).all(), state
    result = simulation.results().sel(segment="all")
    assert int(result["entered"].sum()) <= 120 and (result["frauds"] <= result["invitations"]).all()
    for count in COUNTS:
        values = result[count].values
        assert np.isnan(values).all() or (values >= 0).all(), count
    assert (result["complaints"] <= result["failures"]).all() and (result["failures"] <= result["purchases"]).all()
    assert (result["buyers"] <= result["purchases"]).all() and (result["purchases"] <= result["units"]).all()


def test_domains__a_number_out_of_its_bounds_is_refused_by_name():
    scenario = MARKETS["full"]
    tried = 0
    for room in ROOMS:
        for name in type(getattr(scenario, room)).model_fields:
            part = getattr(getattr(scenario, room), name)
            for setting in settings(type(part)):
                for limit, beyond in (("ge", -1e-6), ("gt", 0), ("le", 1e-6), ("lt", 0)):
                    if limit in setting.limits and setting.type is float:
                        path, value = f"{room}.{name}.{setting.name}", setting.limits[limit] + beyond
                        with pytest.raises(ScenarioError) as refused:
                            scenario.vary({path: value})
                        assert path in [fault.key for fault in refused.value.faults]
                        tried += 1
    assert tried > 60


def of_size(kind: object, number: float) -> object:
    """A value of a number's type, or of lists and tables of numbers; None for any other type."""
    inner = [each for each in get_args(kind) if each not in (str, ...)]
    if kind in (int, float):
        return number
    if get_origin(kind) not in (tuple, dict) or len(inner) != 1 or of_size(inner[0], number) is None:
        return None
    return [of_size(inner[0], number)] if get_origin(kind) is tuple else {"A": of_size(inner[0], number)}


def every_number() -> list[tuple[type[Record], Setting]]:
    """Every setting of every record of the package that holds numbers; a room's are those of its kinds."""
    found, waiting = set(), [Record]
    while waiting:
        found.add(waiting[-1])
        waiting += waiting.pop().__subclasses__()
    ours = {record for record in found if record.__module__.startswith("loyaltysim.")} - {Part, Record}
    ours = {record for record in ours if not (issubclass(record, Part) and record.is_room())}
    named = sorted(ours, key=lambda record: (record.__module__, record.__qualname__))
    return [(record, one) for record in named for one in settings(record) if of_size(one.type, 1) is not None]


def test_numbers__beyond_what_32_bits_hold_are_refused_by_name():
    numbers_ = every_number()
    assert len(numbers_) > 180 and MOST < 2**31 < np.finfo(np.float32).max
    for record, one in numbers_:
        for number in (2 * MOST, -2 * MOST, 1e39, -1e39) if one.type is not int else (2 * 10**9, -(10**39)):
            with pytest.raises(ValidationError) as refused:
                record.model_validate({one.name: of_size(one.type, number)})
            at_fault = [error["loc"][0] for error in refused.value.errors()]
            assert one.name in at_fault, (record, one.name, number)


def test_traits__of_the_widest_lognormal_are_finite():
    spread = LogNormal(median=MOST, sigma=5)
    with np.errstate(over="raise"):
        assert np.isfinite(spread.quantile(np.array([2.0**-53, 1 - 2.0**-53])).astype(np.float32)).all()
