"""Unheard: whose word reaches nobody, and what does not change by it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.totals import FRIENDS, INVITATION
from loyaltysim.validation.busy_market import busy_market

COMING = {
    "word_of_mouth.acquisition": {"kind": "linear", "p": 1.0, "q": 3.0, "start_share": 0.1},
    "word_of_mouth.referral": {"kind": "invitations", "rate": 0.3, "accept": 0.5},
    "brands.Ours.referral": {},
}


def busy(**unheard) -> Scenario:
    return busy_market(600, 16).vary({"word_of_mouth.unheard": unheard})


def purchases(scenario: Scenario):
    return Simulation(scenario, log=True).run().transactions.frame()


def small(n: int, segments=None, **unheard) -> Simulation:
    """A market in which nobody speaks by himself."""
    document = {
        "focal": "A",
        "steps": 6,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 0.0, "segments": segments or {}},
        "network": {"kind": "random", "mean_degree": 0.0},
        "word_of_mouth": {
            "talk": {"kind": "rates", "audience": "all", "talk_good": 0.0, "talk_bad": 0.0},
            "influence": {"kind": "heard", "shift": 1.0},
            "unheard": unheard,
        },
        "brands": {"A": {}, "B": {}},
    }
    return Simulation(Scenario.from_document(document))


@pytest.mark.parametrize(
    ("unheard", "heard"),
    [
        ({}, [0.5, 1 - 2, 0.5]),
        ({"sign": "praise"}, [0, -2, 0]),
        ({"sign": "blame"}, [0.5, 1, 0.5]),
        ({"sign": "both"}, [0, 0, 0]),
        ({"customers": [0]}, [0.5, -2, 0.5]),
        ({"customers": [1, 2]}, [0, 1, 0]),
        ({"sign": "blame", "customers": [0]}, [0.5, 0, 0.5]),
        ({"share": 1.0}, [0, 0, 0]),
    ],
)
def test_messages__that_go_unheard_by_hand(network, unheard, heard):
    """0 and 2 are friends of 1: 0 praises A in full, 1 by half, and 2 blames it twice as strongly as 0 praises it."""
    simulation = small(3, **unheard)
    simulation.world.neighbors = network(3, [(0, 1), (1, 2)])
    simulation.say([0], "A").say([1], "A", strength=0.5).say([2], "A", praise=False, strength=2.0)
    simulation.step()
    assert simulation.world.customers.arrays["heard"].tolist() == [heard, [0, 0, 0]]


def test_share__is_drawn_customer_by_customer_and_grows():
    silent = [small(20_000, share=share).world.silent for share in (0.3, 0.6)]
    assert abs(silent[0].mean() - 0.3) < 4 * np.sqrt(0.21 / 20_000)
    assert (silent[0] <= silent[1]).all()  # who is silent at a smaller share is at a larger one


def test_customers__are_silent_in_every_replication_and_segments_as_a_whole():
    scenario = busy(segments=["Heavy"], customers=[3])
    simulation = Simulation(scenario, replications=range(2))
    customers = simulation.world.customers
    expected = customers.segment == list(simulation.world.segments).index("Heavy")
    expected[[3, 603]] = True
    np.testing.assert_array_equal(simulation.world.silent, expected)
    assert Simulation(busy()).world.silent is None


@pytest.mark.parametrize("influence", ["heard", "satisfaction"])
def test_limit__all_unheard_is_a_market_without_talk(influence):
    market = busy_market(600, 20).vary({"word_of_mouth.influence": influence})
    silent = market.vary({"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"})
    for unheard in (
        {"sign": "both"},
        {"share": 1.0},
        {"segments": ["Heavy", "Light"]},
        {"customers": list(range(600))},
    ):
        assert purchases(market.vary({"word_of_mouth.unheard": unheard})).equals(purchases(silent))


def test_limit__nothing_unheard_changes_nothing():
    assert purchases(busy(share=0.0)).equals(purchases(busy_market(600, 16)))


def test_unheard__customers_talk_as_before():
    """Messages of the first step are counted alike, whoever hears them."""
    counts = []
    for unheard in ({}, {"sign": "both"}, {"share": 0.5}):
        data = Simulation(busy(**unheard)).run(until=1).results().isel(step=0)
        counts.append([int(data[f"messages_{sign}"].sum()) for sign in ("positive", "negative")])
    assert counts[0] == counts[1] == counts[2] and min(counts[0]) > 0


def channels(scenario: Scenario) -> dict[str, int]:
    data = Simulation(scenario).run().results()
    found = {channel: int(data["entered"].sel(channel=channel).sum()) for channel in data["channel"].values}
    return found | {"invited": int(data["invitations"].sel(segment="all").sum())}


@pytest.mark.parametrize("unheard", [{"sign": "both"}, {"sign": "praise"}, {"share": 1.0}])
def test_muted__bring_nobody_and_their_invitations_reach_nobody(unheard):
    found = channels(busy(**unheard).vary(COMING))
    assert found["friends"] == found["invitation"] == 0
    assert found["advertising"] > 0 and found["invited"] > 0
    loud = channels(busy().vary(COMING))
    assert loud["friends"] > 0 and loud["invitation"] > 0


def test_blame__unheard_leaves_those_who_bring_others():
    found = channels(busy(sign="blame").vary(COMING))
    assert found["friends"] > 0 and found["invitation"] > 0


@pytest.mark.parametrize(
    "unheard",
    [{"segments": ["Heavy"]}, {"share": 0.5}, {"customers": list(range(300))}],
    ids=["segment", "share", "list"],
)
@pytest.mark.parametrize("network", ["random", "complete"])
def test_muted__some_bring_nobody_and_others_do(unheard, network):
    simulation = Simulation(busy(**unheard).vary({**COMING, "network": {"kind": network}})).run()
    arrays = simulation.world.customers.arrays
    brought = np.isin(arrays["channel"], (FRIENDS, INVITATION))
    silent = simulation.world.silent
    assert 100 < silent.sum() < 500
    for channel in (FRIENDS, INVITATION):
        by = arrays["referrer"][arrays["channel"] == channel]
        assert len(by) > 10 and (silent[by] == 0).all()
    assert (arrays["referrer"][brought] >= 0).all()


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_star__with_a_muted_center_stays_as_it_is(network, kind):
    for customers, come in (([0], 0), ([1], 4)):
        scenario = small(5).scenario.vary(
            {
                "word_of_mouth.acquisition": {"kind": kind, "p": 0.0, "q": 1e3},
                "word_of_mouth.unheard": {"customers": customers},
            }
        )
        simulation = Simulation(scenario)
        simulation.world.neighbors = network(5, [(0, leaf) for leaf in range(1, 5)])
        simulation.world.customers.arrays["entered"][0] = 0
        assert int(simulation.run().results()["entered"].sum()) == come


def test_branch__hears_from_its_beginning_on():
    """On a branch in which praise goes unheard, those who came before have come, and nobody follows them."""
    loud = busy().vary(COMING)
    half = Simulation(loud).run(until=8)
    before = half.results()["entered"].sum("step")
    branch = half.branch(loud.vary({"word_of_mouth.unheard.sign": "praise"})).run()
    after = branch.results()["entered"].sum("step")
    for channel, more in (("friends", False), ("invitation", False), ("advertising", True)):
        grown = int((after - before).sel(channel=channel).sum())
        assert (grown > 0) == more, channel


@given(share=st.floats(0, 1), sign=st.sampled_from(["none", "praise", "blame", "both"]), first=st.integers(0, 79))
def test_ranges__whatever_goes_unheard(share, sign, first):
    unheard = {"share": share, "sign": sign, "customers": [first], "segments": ["Light"]}
    simulation = Simulation(busy_market(80, 5).vary({**COMING, "word_of_mouth.unheard": unheard})).run()
    arrays = simulation.world.customers.arrays
    by = arrays["referrer"][arrays["referrer"] >= 0]
    assert (simulation.world.silent[by] == 0).all()
    assert sign in ("none", "blame") or not len(by)
    assert np.abs(arrays["heard"]).max() <= 3.0


@pytest.mark.parametrize(
    ("unheard", "message"),
    [
        ({"customers": [600]}, "there is no customer 600"),
        ({"customers": [-1]}, "customers have numbers from 0 on"),
        ({"segments": ["Hevy"]}, "Heavy"),
        ({"share": 1.5}, "share"),
        ({"sign": "gossip"}, "sign"),
    ],
)
def test_settings__that_name_nobody_are_refused(unheard, message):
    with pytest.raises(ScenarioError, match=message):
        busy(**unheard)
