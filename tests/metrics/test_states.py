"""Means of states: over everybody who ever bought the brand, as the table of customers has them."""

import numpy as np
import pytest

from loyaltysim import Simulation
from loyaltysim.metrics import states
from loyaltysim.scenario import Scenario
from loyaltysim.validation.busy_market import busy_market


def market(**changes) -> Scenario:
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 2,
        "population": {
            "n_customers": 200,
            "needs_per_week": 0.3,
            "segments": {"x": {"share": 0.3}, "y": {"share": 0.7}},
        },
        "behavior": {"experience": {"kind": "normal"}, "satisfaction": {"kind": "level"}, "bond": {"kind": "drift"}},
        "brands": {"A": {"quality": 0.7}, "B": {"quality": 0.3}, "C": {"appeal": -60.0}},
        "metrics": {"period_steps": 2},
    }
    return Scenario.from_document(document).vary(changes)


@pytest.mark.parametrize("replications", [1, 3])
def test_means__are_those_of_the_table_of_customers(replications):
    simulation = Simulation(market(), replications=range(replications), log=True)
    for measured in range(-2, 6):
        simulation.step()
        if measured not in (0, 5):
            continue
        data, frame = simulation.results(), simulation.customers()
        for place, brand in enumerate("ABC"):
            knows = frame[(frame["tried"] // 2**place) % 2 == 1]
            for name in ("satisfaction", "bond"):
                for (replication, segment), own in knows.groupby(["replication", "segment"], observed=True):
                    told = data[name].sel(replication=replication, brand=brand, segment=segment, step=measured)
                    # states are added up in units of 2**-30
                    assert told.item() == pytest.approx(own[f"{name}[{brand}]"].astype(float).mean(), abs=2**-29)
                for replication, own in knows.groupby("replication"):
                    told = data[name].sel(replication=replication, brand=brand, segment="all", step=measured)
                    assert told.item() == pytest.approx(own[f"{name}[{brand}]"].astype(float).mean(), abs=2**-29)
            assert data["satisfaction"].sel(brand="C").isnull().all()  # nobody ever bought it
        assert data["trust"].isnull().all()  # nobody keeps it


def test_means__of_negative_states_are_right_too():
    simulation = Simulation(market()).run()
    simulation.world.customers.arrays["satisfaction"][:] *= -3
    sums, people = states.add_up(simulation.world, {})
    frame = simulation.customers()
    knows = frame[frame["tried"] % 2 == 1]
    assert people[0, :, 0].sum() == len(knows)
    assert sums[0, 0, :, 0].sum() == pytest.approx(
        knows["satisfaction[A]"].astype(float).sum(), abs=len(knows) * 2**-30
    )
    assert sums[0, 0, :, 0].sum() < 0


@pytest.mark.parametrize(("every", "steps"), [(1, range(6)), (2, (1, 3, 5)), (0, ())])
def test_means__are_taken_every_so_many_steps(every, steps):
    data = Simulation(market(**{"metrics.states_every": every})).run().results()
    told = data["satisfaction"].sel(segment="all", brand="A").notnull().values[0]
    assert np.flatnonzero(told).tolist() == list(steps)


def test_gone__dormant_is_who_bought_long_ago_and_has_not_left():
    behavior = {"needs": {"kind": "regular"}, "lapse": {"kind": "dropout"}}
    scenario = Scenario.from_document(
        {
            "focal": "A",
            "steps": 10,
            "burn_in": 0,
            "population": {"n_customers": 5, "dropout_chance": 0.0},
            "behavior": behavior,
            "brands": {"A": {}, "B": {}},
            "metrics": {"period_steps": 0, "dormant_after_weeks": 3},
        }
    )
    simulation = Simulation(scenario)
    world = simulation.world
    world.history.arrays["last_step"][:] = [[-1, 9, 7, 6, 6], [6, 6, 9, 9, 9]]  # never · now · 2, 3 and 3 weeks ago
    world.customers.arrays["status"][:] = [0, 0, 0, 0, 0b01]
    gone = states.count_gone(world, 9, 3.0)
    assert gone[states.GONE.index("lost")].tolist() == [[[1, 0]]]
    assert gone[states.GONE.index("dormant")].tolist() == [[[1, 2]]]
    assert states.count_gone(world, 9, 0.0)[1].sum() == 0


def test_lifetimes__that_began_before_lapse_did_are_left_out():
    plain = busy_market(300, 20).vary({"behavior.lapse": "none", "behavior.win_back": "none"})
    leaving = {"population.dropout_chance": 0.2, "behavior.lapse": {"kind": "dropout"}}
    half = Simulation(plain).run(until=8)
    tried, whole = half.world.customers.arrays["tried"].copy(), half.branch(plain.vary(leaving)).run()
    lives = whole.lifetimes()
    place = lives["brand"].cat.codes.to_numpy().astype(np.uint32)
    assert (tried[lives["customer"]] >> place & 1 == 0).all()
    now = whole.world.customers.arrays["tried"]
    new = sum(int((now >> b & ~(tried >> b) & 1).sum()) for b in range(3))
    assert len(lives) == new > 20 and (lives["joined"] >= 8).all() and lives["left"].any()
    assert len(Simulation(plain.vary(leaving)).run().lifetimes()) > new


def test_gone__dormant_counts_from_the_branch_that_asks_for_it():
    plain = busy_market(300, 20).vary({"population.needs_per_week": 0.2, "metrics.dormant_after_weeks": 0})
    half = Simulation(plain).run(until=8)
    before = np.bincount(half.customers()["last_brand"].cat.codes + 1, minlength=4)
    told = half.branch(plain.vary({"metrics.dormant_after_weeks": 4})).run().results()
    dormant = told["dormant"].sel(segment="all", replication=0).sum("brand").values
    straight = Simulation(plain.vary({"metrics.dormant_after_weeks": 4})).run().results()
    assert before[1:].sum() > 100 and (dormant[8:12] == 0).all()
    expected = straight["dormant"].sel(segment="all", replication=0).sum("brand").values
    assert (dormant[13:] == expected[13:]).all() and dormant[13] > 0


def test_lifetimes__begin_with_the_first_purchase_and_end_with_leaving():
    scenario = busy_market(300, 30).vary({"population.dropout_chance": 0.2, "behavior.lapse": {"kind": "dropout"}})
    simulation = Simulation(scenario.vary({"burn_in": 5}), log=True).run()
    lives, data = simulation.lifetimes(), simulation.results().sel(segment="all")
    log = simulation.transactions.frame()
    assert (lives["left"].sum() > 50) and (~lives["left"]).sum() > 50
    ended = lives["joined"] + lives["weeks"]
    within = lives["left"] & (ended >= 0)
    assert within.sum() == int(data["lapsed"].sum())  # nobody returns, so each leaves a brand once
    first = log.groupby(["customer", "brand"], observed=True)["time"].min() // 7
    new = lives[lives["joined"] >= 0].set_index(["customer", "brand"])["joined"]
    assert len(new) > 100 and (first.loc[new.index] == new).all()
    last = log.groupby(["customer", "brand"], observed=True)["time"].max() // 7
    gone = lives[within].set_index(["customer", "brand"])
    np.testing.assert_array_equal(last.loc[gone.index], (gone["joined"] + gone["weeks"]))
    with pytest.raises(ValueError, match="behavior.lapse is off"):
        Simulation(busy_market(50, 3)).lifetimes()
