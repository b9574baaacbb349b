"""Levers of all kinds at once: the same bits stacked or alone, cut, restored, branched."""

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import LEVERED, LEVERS, OF_SOME, busy_market
from loyaltysim.validation.same_bits import fingerprint

STEPS = 13


def busy(customers: int, kinds=tuple(LEVERS), **changes) -> Scenario:
    """A busy market with prospects, in which two brands pull levers."""
    levers = [{"kind": kind, "cost_a_week": 1.0, **LEVERS[kind]} for kind in kinds]
    some = [{**lever, **OF_SOME.get(lever["kind"], {})} for lever in levers[::-1]]
    both = {"brands.Ours.levers": levers, "brands.Rival.levers": some}
    return busy_market(customers, STEPS).vary({**LEVERED, **both, **changes})


@pytest.mark.slow
def test_levers__stacked_are_what_they_are_alone():
    scenario = busy(300)
    stacked = Simulation(scenario, replications=range(3)).run()
    for r in range(3):
        alone = Simulation(scenario, replications=range(r, r + 1)).run()
        rows = stacked.world.customers.rows_of(r)
        for name, array in alone.world.customers.arrays.items():
            of_it = stacked.world.customers.arrays[name][..., rows]
            if name == "referrer":
                of_it = np.where(of_it < 0, of_it, of_it - rows.start)
            np.testing.assert_array_equal(array, of_it, err_msg=name)
        for name, array in alone.world.arrays.items():
            if name.startswith("lever.") and array.shape[-1] == 300:
                np.testing.assert_array_equal(array, stacked.world.arrays[name][..., rows], err_msg=name)
        for name, flow in alone.raw().flows.items():
            np.testing.assert_array_equal(flow[:, 0], stacked.raw().flows[name][:, r], err_msg=name)
        np.testing.assert_array_equal(alone.world.arrays["lever.Ours.feedback.0.known"][0], known(stacked)[r])


def known(simulation: Simulation) -> np.ndarray:
    return simulation.world.arrays["lever.Ours.feedback.0.known"]


@pytest.mark.slow
def test_levers__give_the_same_bits_in_any_blocks_and_on_any_threads():
    scenario = busy(3000)
    runs = [
        Simulation(scenario, threads=threads, block_size=size) for threads, size in ((1, None), (1, 1024), (2, 1024))
    ]
    assert len({fingerprint(simulation.run()) for simulation in runs}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("at", [4, 6])
def test_levers__go_on_from_a_checkpoint_and_in_a_branch_as_the_run_does(at, tmp_path):
    scenario = busy(400)
    straight, half = Simulation(scenario), Simulation(scenario).run(until=at)
    half.checkpoint(tmp_path / "half.npz")
    restored = Simulation(scenario).restore(tmp_path / "half.npz")
    branch = half.branch(scenario)
    assert len({fingerprint(simulation.run()) for simulation in (straight, restored, branch)}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEVERS)
def test_lever__changes_the_market_and_nothing_before_it_begins(kind):
    later = {"from_week": 6, "until_week": None, **({"lag_weeks": 1} if kind == "feedback" else {})}
    lever = {"kind": kind, "strength": 3.0, **LEVERS[kind], **later}
    lever = {name: value for name, value in lever.items() if value is not None}
    with_it, without = (Simulation(busy(400, (), **{"brands.Ours.levers": levers})) for levers in ([lever], []))
    for simulation in (with_it, without):
        simulation.run(until=6)
    for name in ("last_brand", "tried", "entered", "satisfaction", "heard"):
        np.testing.assert_array_equal(
            with_it.world.customers.arrays[name], without.world.customers.arrays[name], err_msg=name
        )
    assert fingerprint(with_it.run()) != fingerprint(without.run())
