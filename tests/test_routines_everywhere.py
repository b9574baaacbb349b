"""Whatever a market is made of, routines make its rounds as Python would, bit for bit, and leave nothing out."""

import copy
import importlib.util
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_test
from hypothesis import strategies as st

from loyaltysim import Simulation, load, schedule
from loyaltysim import routine as house
from loyaltysim.checkpoint import state_of
from loyaltysim.faults import ScenarioError
from loyaltysim.measures.watch import Watch
from loyaltysim.programs.points import Points
from loyaltysim.record import Record
from loyaltysim.recording import Recorded
from loyaltysim.routine import Routine
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import settings
from loyaltysim.scenario_file import shipped
from loyaltysim.validation.busy_market import LEVERS, NEWCOMERS, OF_SOME, PROGRAMS, busy_market
from loyaltysim.validation.same_bits import markets


def module(file):
    """A file that is no part of the package."""
    spec = importlib.util.spec_from_file_location(f"{file.stem}_beside", file)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


HERE = Path(__file__).parent
kinds, ranges = module(HERE / "test_kinds.py"), module(HERE / "test_ranges.py")
KINDS = [(room, kind) for room, kind in kinds.KINDS if kind != "panel"]
"""All but offers that are recorded: they need a file of their own."""


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Routines record as soon as they may, however few rounds there are, and believe nothing beforehand."""
    monkeypatch.setattr(house, "WORTH_RECORDING", 0)
    monkeypatch.setattr(house, "WORTH_COMPILING", 0)
    monkeypatch.setattr(house, "believed", set())


def bits(simulation: Simulation) -> dict[str, bytes]:
    """All states and counts, by name, with what workers have counted so far; within a step, too."""
    counts = {f"totals {n}": worker.totals.all for n, worker in enumerate(simulation.world.workers)}
    within, simulation._within = simulation._within, False
    try:
        return {name: np.asarray(array).tobytes() for name, array in {**state_of(simulation), **counts}.items()}
    finally:
        simulation._within = within


def routines(simulation: Simulation) -> list[Routine]:
    return [one for worker in simulation.world.workers for one in worker.routines.values()]


def rerecorded(simulation: Simulation, monkeypatch) -> list[str]:
    """Have each repeated round recorded anew: the list gets what the new recording does otherwise, or writes."""
    faults, repeat = [], Routine.__call__

    def call(routine, *arguments):
        if routine.repeats:
            columns = {f"column {name}": array for name, array in arguments[0].columns.items()}
            before = {**bits(simulation), **{name: array.tobytes() for name, array in columns.items()}}
            try:
                if Recorded(routine.function, routine.varying, arguments) != routine._first:
                    faults.append(f"step {simulation.now}: the recording is another")
            except TypeError as why:
                faults.append(f"step {simulation.now}: {why}")
            after = {**bits(simulation), **{name: array.tobytes() for name, array in columns.items()}}
            faults.extend(f"Python writes {name}" for name, array in before.items() if after[name] != array)
        repeat(routine, *arguments)

    monkeypatch.setattr(Routine, "__call__", call)
    return faults


def assert_same(scenario, monkeypatch, again: bool = True, **settings) -> Simulation:
    """Run a market by Python alone and by routines; returns the second."""
    plain, repeated = Simulation(scenario, **settings), Simulation(scenario, **settings)
    plain.schedule.repeatable = False
    faults = rerecorded(repeated, monkeypatch) if again else []
    plain.run()
    repeated.run()
    assert not any(isinstance(one, Routine) for one in routines(plain))
    assert not faults, sorted(set(faults))
    ours, theirs = bits(plain), bits(repeated)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    return repeated


def assert_repeats(simulation: Simulation) -> None:
    """Nothing is left to Python, and something is repeated."""
    assert not {str(one.refused) for one in routines(simulation) if one.refused}
    assert any(one.repeats for one in routines(simulation))


@pytest.mark.slow
@pytest.mark.parametrize(("room", "kind"), KINDS, ids=[f"{room.room}-{kind}" for room, kind in KINDS])
def test_kind__is_repeated_as_python_does_it(room, kind, tmp_path, monkeypatch):
    assert_repeats(assert_same(kinds.scenario_of(room, kind, tmp_path).vary({"steps": 12}), monkeypatch))


@pytest.mark.slow
@pytest.mark.parametrize("replications", [1, 3])
def test_panel__is_met_as_python_does_it(replications, tmp_path, monkeypatch):
    luck, brands = np.random.default_rng(1), ("ant", "bee", "cow")
    lines = ["id," + ",".join(f"{fact}.{brand}" for fact in ("price", "feat") for brand in brands) + ",choice"]
    for household in range(30):
        for _ in range(luck.integers(8, 20)):
            facts = [*luck.uniform(1, 3, 3).round(2), *luck.integers(0, 2, 3), brands[luck.integers(3)]]
            lines.append(",".join(map(str, [household, *facts])))
    (tmp_path / "panel.csv").write_text("\n".join(lines) + "\n")
    document = {
        "focal": "ant",
        "steps": 18,
        "burn_in": 0,
        "population": {"n_customers": 30},
        "behavior": {"needs": {"kind": "panel"}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {brand: {"pricing": [{"kind": "panel"}]} for brand in brands},
        "panel": {"source": "panel.csv"},
        "metrics": {"period_steps": 2},
    }
    market = Scenario.from_document(document, folder=tmp_path)
    assert_repeats(assert_same(market, monkeypatch, replications=replications))


BUSY = markets(customers=1200, steps=26)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUSY)
def test_busy_market__is_repeated_as_python_does_it(name, monkeypatch):
    assert_repeats(assert_same(BUSY[name], monkeypatch))


LAID_OUT = {
    "a stack": {"replications": 3},
    "blocks": {"block_size": 1024},
    "two threads": {"block_size": 1024, "threads": 2},
    "a stack in blocks on two threads": {"replications": 3, "block_size": 1024, "threads": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("how", LAID_OUT)
def test_busy_market__laid_out_otherwise_is_repeated_as_python_does_it(how, monkeypatch):
    for market in markets(customers=2500, steps=13).values():
        monkeypatch.setattr(house, "believed", set())
        assert_repeats(assert_same(market, monkeypatch, again=False, **LAID_OUT[how]))


ALL_PROGRAMS = [
    (brand, number, program)
    for brand in ("Ours", "Rival", "Third")
    for number, program in enumerate(PROGRAMS[f"brands.{brand}.programs"])
]


@pytest.mark.slow
@pytest.mark.parametrize("week", [None, 5.0])
@pytest.mark.parametrize(
    ("brand", "program"),
    [(brand, program) for brand, _, program in ALL_PROGRAMS],
    ids=[f"{brand}-{number}-{program['kind']}" for brand, number, program in ALL_PROGRAMS],
)
def test_program__is_repeated_as_python_does_it_from_its_launch_on(brand, program, week, monkeypatch):
    base = {path: value for path, value in PROGRAMS.items() if not path.startswith("brands.")}
    alone = {f"brands.{name}.programs": [] for name in ("Ours", "Rival", "Third")}
    launched = {**program, **({} if week is None else {"from_week": week})}
    market = busy_market(600, 16).vary({**base, **alone, f"brands.{brand}.programs": [launched]})
    assert_repeats(assert_same(market, monkeypatch))


PAID = {
    "a fee": {"enrollment": {"kind": "opt_in", "chance": 0.3, "fee": 1.0}},
    "an endowment that some give up": {
        "endowment": 2.0,
        "customer_response": {"kind": "endowed", "continue_endowed": 0.7, "continue_plain": 0.4},
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("how", PAID)
def test_points__with_settings_that_are_off_elsewhere(how, monkeypatch):
    points = {"kind": "points", "reward": {"kind": "cash", "value": 2.0, "threshold": 8}, **PAID[how]}
    simulation = assert_same(busy_market(600, 16).vary({"brands.Ours.programs": [points]}), monkeypatch)
    assert_repeats(simulation)
    assert bool(simulation.raw().flows["program_fees"].any()) == (how == "a fee")


@pytest.mark.slow
@pytest.mark.parametrize("some", [False, True])
@pytest.mark.parametrize("kind", LEVERS)
def test_lever__is_repeated_as_python_does_it_within_its_window_and_out_of_it(kind, some, monkeypatch):
    lever = {"kind": kind, **LEVERS[kind], **(OF_SOME.get(kind, {}) if some else {})}
    pulled = {**NEWCOMERS, "population.privacy_aversion": 0.4, "brands.Ours.levers": [lever]}
    assert_repeats(assert_same(busy_market(600, 16).vary(pulled), monkeypatch))


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_scenario__is_repeated_as_python_does_it(name, monkeypatch):
    scenario = load(name)
    small = {"population.n_customers": 300, "burn_in": min(scenario.burn_in, 4), "steps": min(scenario.steps, 20)}
    small |= {"metrics.period_steps": 5, "metrics.states_every": 5, "metrics.reasons": True}
    assert_repeats(assert_same(scenario.vary(small), monkeypatch))


@pytest.mark.slow
def test_grocery__with_everything_is_repeated_as_python_does_it(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE.parent / "benchmarks"))
    full = module(HERE.parent / "benchmarks" / "grocery.py").everything(load("grocery"))
    sys.modules.pop("asked", None)
    small = {"population.n_customers": 600, "burn_in": 0, "steps": 30}
    small |= {"metrics.period_steps": 6, "metrics.states_every": 6}
    assert_repeats(assert_same(full.vary(small), monkeypatch))


@pytest.mark.slow
def test_checkpoint__of_a_branch_takes_over_what_it_carries_though_rounds_were_repeated(tmp_path):
    calm = busy_market(600, 20)
    pulled = calm.vary({"brands.Ours.levers": [{"kind": "brand_advertising", "growth": 0.02}]})
    branch = Simulation(pulled).run(8).branch(calm)
    branch.checkpoint(tmp_path / "branch.npz")
    other = Simulation(calm).run(12)
    assert any(one.repeats for one in routines(other))
    other.restore(tmp_path / "branch.npz").run()
    assert bits(other) == bits(branch.run())


@pytest.mark.slow
def test_simulation__that_is_asked_in_between_goes_on_as_python_does(tmp_path):
    """Whatever is read, watched or asked for between two steps, routines that there are take no notice of it."""
    market = busy_market(300, 24).vary({"metrics.reasons": True, "network.turnover": 0.5})
    plain, repeated = Simulation(market), Simulation(market)
    plain.schedule.repeatable = False
    for one in (plain, repeated):
        one.run(8)
        one.choice_probabilities(np.arange(0, 300, 7))
        one.customers()
        one.run(12)
        one.world.history.ask("purchases")
        one.world.history.ask("last_step")
        one.run(16)
        watch = Watch(one, tuple(range(40)))
        one.run(18)
        assert watch.events
        one.schedule.watch = None
        one.checkpoint(tmp_path / "half.npz")
        one.run(20).restore(tmp_path / "half.npz").say([1, 2], "Ours").run()
    assert any(one.repeats for one in routines(repeated))
    assert plain.world.history.arrays["purchases"].any()
    assert bits(plain) == bits(repeated)


@pytest.mark.slow
def test_phases__that_are_too_many_stay_python(monkeypatch):
    monkeypatch.setattr(schedule, "MOST_ROUTINES", 3)
    simulation = assert_same(BUSY["levers"], monkeypatch)
    assert [isinstance(one, Routine) for one in routines(simulation)][:3] == [True] * 3
    assert not all(isinstance(one, Routine) for one in routines(simulation))


@pytest.mark.slow
@pytest.mark.parametrize("why", ["a log", "a part of somebody else"])
def test_market__that_no_routine_may_repeat_stays_python(why, monkeypatch):
    if why != "a log":
        monkeypatch.setattr(Points, "__module__", "somewhere.else")
    simulation = Simulation(busy_market(200, 12), log=why == "a log").run()
    assert routines(simulation) == []


@pytest.mark.slow
def test_interrupted_step__leaves_nothing_that_a_restored_run_would_find(tmp_path, monkeypatch):
    loud = {"kind": "threshold", "good_above": 0.0, "bad_below": 0.0, "good_chance": 1.0, "bad_chance": 1.0}
    market = busy_market(300, 24).vary({"word_of_mouth.talk": loud})
    straight, interrupted = Simulation(market).run(10), Simulation(market).run(10)
    straight.checkpoint(tmp_path / "half.npz")
    monkeypatch.setattr(interrupted.schedule, "_hand_in", lambda worker, place: exec("raise KeyboardInterrupt"))
    for _ in range(20):  # what was said would not fit into its pile
        with pytest.raises(KeyboardInterrupt):
            interrupted.step()
        for asked in (interrupted.step, interrupted.results, lambda: interrupted.checkpoint(tmp_path / "half.npz"),
                      lambda: copy.copy(interrupted), lambda: interrupted.choice_probabilities([1])):  # fmt: skip
            with pytest.raises(RuntimeError, match="step 10 was interrupted"):
                asked()
        interrupted._within = False
    monkeypatch.undo()
    interrupted.restore(tmp_path / "half.npz")
    assert bits(interrupted.run()) == bits(straight.run())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_copy__goes_on_alone_though_rounds_were_repeated(copied):
    simulation = Simulation(busy_market(300), threads=1, seed=3).run(until=20)
    assert_repeats(simulation)
    other = copied(simulation)
    before = bits(simulation)
    other.run(until=40)
    assert bits(simulation) == before
    assert bits(simulation.run(until=40)) == bits(other)
    assert_repeats(other)


def numbers(record: Record, path: str = ""):
    """All numbers and switches of a scenario, however deep, by path, with values within their bounds."""
    for setting in settings(type(record)):
        value, here = getattr(record, setting.name), f"{path}{setting.name}"
        parts = dict(enumerate(value)) if isinstance(value, tuple) else value if isinstance(value, dict) else {}
        if isinstance(value, Record):
            yield from numbers(value, f"{here}.")
        elif setting.type is bool:
            yield here, st.booleans()
        elif setting.type in (int, float) and not setting.fixed:
            yield here, ranges._within(setting)
        for name, part in parts.items():
            if isinstance(part, Record):
                yield from numbers(part, f"{here}.{name}.")


LAID_DOWN = ("schema", "step", "burn_in", "population.n_customers", "metrics.")
SMALL = {name: market.vary({"population.n_customers": 100, "steps": 12}) for name, market in BUSY.items()}


@pytest.mark.long
@pytest.mark.parametrize("name", SMALL)
@settings_of_test(max_examples=50)
@given(data=st.data())
def test_settings__whatever_they_are_are_repeated_as_python_does_it(name, data):
    every = {path: values for path, values in numbers(SMALL[name]) if not path.startswith(LAID_DOWN)}
    paths = data.draw(st.lists(st.sampled_from(sorted(every)), min_size=1, max_size=20, unique=True))
    try:
        market = SMALL[name].vary({path: data.draw(every[path], label=path) for path in paths})
        Simulation(market)
    except ScenarioError:  # two settings that cannot go together
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "believed", set())
        simulation = assert_same(market, patch)
    assert not {str(one.refused) for one in routines(simulation) if one.refused}
