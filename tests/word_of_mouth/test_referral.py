"""Referral: who invites whom, who accepts, and what becomes of those who were brought (eqs. E82–E86)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation, replicate
from loyaltysim.behavior import leaving
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.totals import INVITATION
from loyaltysim.validation.busy_market import CONTRACTS, FULL, busy_market

ONE = 1024
"""A tie of strength 1."""
ROUNDING = 1e-6
"""Some float32 roundings of 2**-24 of numbers near 1."""
SURE = {"kind": "invitations", "rate": 8.0, "accept": 1.0, "by_bond": 0.0, "by_satisfaction": 0.0}
"""So many invitations that nobody is missed in a step: all but e**-8 of the customers invite, eight times a week."""
PLAIN = {"match": 0.0, "hazard_factor": 1.0, "more_units": 0.0}
"""Those who were invited are like others."""


def market(referral, n: int, replications: int = 1, reward=None, **changes) -> Simulation:
    """Nobody comes but on an invitation to A, nobody needs anything, and B is loved: A is bought by pledge alone."""
    document = {
        "focal": "A",
        "steps": 10,
        "burn_in": 0,
        "population": {"n_customers": n, "needs_per_week": 0.0},
        "network": {"kind": "random", "mean_degree": 0.0},
        "behavior": {"choice": {"kind": "logit", "outside_option": False}},
        "word_of_mouth": {"acquisition": {"kind": "linear", "p": 0.0, "q": 0.0}, "referral": {**SURE, **referral}},
        "brands": {"A": {"price": 4.0, "referral": reward or {}}, "B": {"appeal": 60.0}},
    }
    return Simulation(Scenario.from_document(document).vary(changes), replications=range(replications), log=True)


def tied(simulation: Simulation, network, ties, there=(), brand: int = 0) -> Simulation:
    """Give the customers ties, and let some be customers of a brand already."""
    world = simulation.world
    world.neighbors = network(world.customers.n_customers, ties, world.n_replications)
    rows, arrays = list(there), world.customers.arrays
    arrays["entered"][rows], arrays["last_brand"][rows] = 0, brand
    arrays["tried"][rows] = 1 << brand
    return simulation


def invite(simulation: Simulation, step: int = 1):
    """The stage of invitations, without anybody coming."""
    schedule, world = simulation.schedule, simulation.world
    return schedule.referral.invite(schedule.own_referral, world, world.workers[0].totals, step)


def counted(simulation: Simulation, name: str) -> float:
    return float(simulation.results()[name].sel(segment="all").sum())


def star(n: int) -> list[tuple[int, int]]:
    return [(0, leaf) for leaf in range(1, n)]


# ------------------------------------------------------------------------------------------------------ invitations


@pytest.mark.parametrize(
    ("settings", "exponent"),
    [
        ({}, 0.0),
        ({"by_reward": 0.02}, 0.02 * 25),
        ({"by_bond": 2.0, "bond_reference": 0.1}, 2 * (0.4 - 0.1)),
        ({"by_satisfaction": 3.0, "satisfaction_reference": 0.6}, 3 * (0.7 - 0.6)),
        ({"by_reward": 1.0}, 5.0),  # not 25: an exponent within 5
    ],
)
def test_rate__is_that_of_the_equation(settings, exponent):
    feelings = {"satisfaction": {"kind": "level"}, "bond": {"kind": "linear"}, "experience": {"kind": "normal"}}
    simulation = market(
        {**settings, "rate": 0.01},
        4,
        reward={"reward": 25.0},
        **{f"behavior.{name}": value for name, value in feelings.items()},
        **{"step_days": 14, "population.talkativeness": 1.5},
    )
    arrays = simulation.world.customers.arrays
    arrays["last_brand"][:] = [-1, 0, 0, 1]  # a prospect, two of A, one of B, which takes no invitations
    arrays["bond"][0], arrays["satisfaction"][0] = 0.4, 0.7
    mean = np.zeros(4, np.float32)
    schedule = simulation.schedule
    schedule.referral._rates(schedule.own_referral, simulation.world, 0, 4, mean)
    expected = 0.01 * 2 * 1.5 * np.exp(exponent)
    assert mean.tolist() == pytest.approx([0, expected, expected, 0], rel=1e-5)


def test_rate__of_those_who_left_the_brand_is_nothing():
    simulation = market({}, 3, **{"behavior.lapse": "dropout", "population.dropout_chance": 0.5})
    arrays, mean = simulation.world.customers.arrays, np.zeros(3, np.float32)
    arrays["last_brand"][:], arrays["status"][:] = 0, [0, 1, 2]  # stays, left A, left B
    simulation.schedule.referral._rates(simulation.schedule.own_referral, simulation.world, 0, 3, mean)
    assert mean.tolist() == pytest.approx([8, 0, 8], rel=1e-6)


def test_invitations__come_as_often_as_expected_and_go_to_each_friend_alike(network):
    """Two of three friends are prospects; all are invited alike, and only prospects accept."""
    n = 5000
    ties = [(4 * i, 4 * i + k) for i in range(n) for k in (1, 2, 3)]
    simulation = market({"rate": 0.5, "accept": 0.4}, 4 * n)
    there = np.flatnonzero(np.arange(4 * n) % 4 % 3 == 0)  # the inviter and the third friend, a customer of B
    tied(simulation, network, ties, there=there)
    simulation.world.customers.arrays["last_brand"][3::4] = 1
    came = invite(simulation)
    sent = simulation.world.workers[0].totals.invitations.sum()
    assert abs(sent - n * 0.5) < 4 * np.sqrt(n * 0.5)
    # a prospect hears Poisson(1/6) invitations, and several of one sender in a step share their luck
    chance = 0.4 * (1 - np.exp(-1 / 6))
    assert abs(len(came) - 2 * n * chance) < 4 * np.sqrt(2 * n * chance)
    place = came.rows % 4
    assert set(place) == {1, 2} and abs((place == 1).mean() - 0.5) < 4 * np.sqrt(0.25 / len(came))
    np.testing.assert_array_equal(came.referrer, came.rows - place)
    assert (came.channel == INVITATION).all()


def test_acceptance__is_by_the_strength_of_the_tie(network):
    n = 10_000
    simulation = market({"accept": 0.8}, 2 * n)
    ties = {(2 * i, 2 * i + 1): 256 for i in range(n)}
    came = invite(tied(simulation, network, ties, there=range(0, 2 * n, 2)))
    chance = 1 - np.exp(-8 * 0.8 * 0.25)  # eight invitations a step on average, each with a chance of its own
    assert abs(len(came) - n * chance) < 4 * np.sqrt(n * chance * (1 - chance))


def test_star__of_many_who_invite_one_friend_one_counts_by_chance(network):
    """Nobody accepts twice: 600 prospects with three friends each, all of whom invite them."""
    n = 600
    ties = [(4 * i, 4 * i + k) for i in range(n) for k in (1, 2, 3)]
    simulation = market({}, 4 * n, reward={"reward": 10.0, "friend_reward": 4.0})
    tied(simulation, network, ties, there=np.flatnonzero(np.arange(4 * n) % 4)).run()
    data = simulation.results().isel(replication=0)
    assert int(data["entered"].sel(channel="invitation").sum()) == n == int(data["entered"].sum())
    assert int(data["won"].sel(channel="invitation", brand="A").sum()) == n
    assert counted(simulation, "referral_cost") == n * 14
    assert counted(simulation, "invitations") > 3 * n
    referrer = simulation.world.customers.arrays["referrer"][::4]
    each = np.bincount(referrer % 4, minlength=4)
    assert each[0] == 0 and (np.abs(each[1:] - n / 3) < 4 * np.sqrt(n * 2 / 9)).all()


def test_isolated__customers_invite_nobody(network):
    simulation = tied(market({}, 3), network, [(1, 2)], there=[0]).run()
    assert simulation.world.customers.arrays["entered"].tolist() == [0, -1, -1]
    assert counted(simulation, "invitations") > 0 and counted(simulation, "referral_cost") == 0


def test_ring__is_filled_from_friend_to_friend(network):
    """Whoever was brought buys A at once, and invites from the next step on: at most one place a step on each side."""
    simulation = tied(market({}, 8), network, [(i, (i + 1) % 8) for i in range(8)], there=[0]).run()
    arrays = simulation.world.customers.arrays
    since, referrer = arrays["entered"], arrays["referrer"]
    assert (since >= 0).all() and (arrays["last_brand"] == 0).all()
    for row in range(1, 8):
        assert referrer[row] in ((row - 1) % 8, (row + 1) % 8)
        assert since[referrer[row]] < since[row] or referrer[row] == 0


# ------------------------------------------------------------------------------------------- what becomes of them


def test_pledge__is_bought_at_once_whatever_else_is_offered(network):
    n = 50
    simulation = tied(market({}, 2 * n), network, [(2 * i, 2 * i + 1) for i in range(n)], there=range(0, 2 * n, 2))
    simulation.world.customers.arrays["needs"][1::2] = 2.0
    simulation.run()
    log, since = simulation.transactions.frame(), simulation.world.customers.arrays["entered"]
    brought = log.groupby("customer")
    assert brought.ngroups == n
    first = brought.first()
    assert (first["brand"] == "A").all()
    assert ((first["time"] // 7).astype(int) == since[first.index]).all()
    later = log.drop(brought.head(1).index)
    assert len(later) > 10 * n and (later["brand"] == "B").all()  # a pledge is for one occasion


@pytest.mark.parametrize("match", [0.0, 0.6, 1.0])
def test_match__is_the_correlation_of_tastes_and_keeps_their_spread(network, match):
    n = 4000
    taste = {"distribution": "normal", "mean": 0.0, "sd": 1.5}
    simulation = market({"match": match}, 2 * n, **{"population.taste": taste})
    tied(simulation, network, [(2 * i, 2 * i + 1) for i in range(n)], there=range(0, 2 * n, 2))
    before = simulation.world.customers.arrays["taste"].copy()
    came = invite(simulation)
    taste = simulation.world.customers.arrays["taste"]
    own, theirs = taste[:, came.rows], taste[:, came.referrer]
    np.testing.assert_allclose(own, match * theirs + np.sqrt(1 - match**2) * before[:, came.rows], atol=5 * ROUNDING)
    for brand in range(2):
        assert abs(np.corrcoef(own[brand], theirs[brand])[0, 1] - match) < 4 / np.sqrt(len(came))
    assert own.std() == pytest.approx(1.5, abs=4 * 1.5 / np.sqrt(4 * len(came)))
    others = np.setdiff1d(np.arange(2 * n), came.rows)
    np.testing.assert_array_equal(taste[:, others], before[:, others])


def test_hold__is_the_factor_while_who_invited_stays(network):
    lapse = {"behavior.lapse": "dropout", "population.dropout_chance": 0.4}
    simulation = tied(market({"hazard_factor": 0.5}, 4, **lapse), network, star(4), there=[0])
    simulation.step()
    arrays = simulation.world.customers.arrays
    came = np.flatnonzero(arrays["referred"] == 0)
    assert len(came) and (arrays["hold"][came] == 0.5).all() and arrays["hold"][0] == 1
    arrays["status"][0] = 2  # leaves B, to which nobody was brought
    invite(simulation)
    assert (arrays["hold"][came] == 0.5).all()
    arrays["status"][0] = 1
    invite(simulation)
    assert (arrays["hold"][came] == 1).all()


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0])
def test_hold__multiplies_the_chance_to_leave_the_brand_they_were_brought_to(network, factor):
    """Pairs whose second one was brought to A by the first, and has bought it twice; the first cannot leave."""
    n = 4000
    lapse = {"behavior.lapse": "dropout", "population.dropout_chance": 0.6, "behavior.choice.outside_option": True}
    simulation = market(
        {**PLAIN, "hazard_factor": factor}, 2 * n, **lapse, **{"brands.B.appeal": -60.0, "brands.A.appeal": 60.0}
    )
    tied(simulation, network, [(2 * i, 2 * i + 1) for i in range(n)], there=range(0, 2 * n, 2))
    arrays = simulation.world.customers.arrays
    simulation.step()
    came = np.flatnonzero(arrays["referred"] == 0)
    arrays["needs"][came] = 20.0  # all buy again, for the first time after they came
    simulation.world.customers.arrays["dropout_chance"][came] = np.float32(0.1)
    simulation.step()
    left = simulation.results()["lapsed"].sel(brand="A", segment="all").isel(replication=0, step=1)
    bought = simulation.transactions.frame()
    repeats = bought[(bought["brand"] == "A") & (bought["time"] >= 7)]
    chance = 0.1 * factor
    se = np.sqrt(max(chance * (1 - chance), 1e-9) * len(repeats))
    assert len(repeats) > 4 * n and abs(int(left) - chance * len(repeats)) <= 4 * se


def test_hold__is_for_the_brand_they_were_brought_to_and_not_for_those_who_left_the_category():
    base = np.full(4, 0.5, np.float32)
    base[3] = 1.0  # has left the category
    hold, referred = np.full(4, 0.5, np.float32), np.array([0, 1, -1, 0], np.int8)
    rows, brand, over = np.arange(4), np.zeros(4, np.int32), np.array([False, False, False, True])
    leaving.held_by_friends(hold, referred, rows, brand, over, 4, base)
    assert base.tolist() == [0.25, 0.5, 0.5, 1.0]


def test_units__are_more_at_first_and_erode(network):
    """Pairs who buy once a week: the mean of extra units is ½ · e**(-weeks / 4), for A alone."""
    n = 4000
    more = {"more_units": 0.5, "erosion_weeks": 4.0, "rate": 0.0}
    simulation = market(more, 2 * n, **{"behavior.needs": "regular", "brands.B.appeal": 0.0, "steps": 8})
    tied(simulation, network, [(2 * i, 2 * i + 1) for i in range(n)], there=range(2 * n))
    arrays = simulation.world.customers.arrays
    arrays["referred"][1::2], arrays["channel"][1::2] = 0, INVITATION
    simulation.run()
    log = simulation.transactions.frame()
    log["step"] = (log["time"] // 7).astype(int)
    brought, brand_a = log["customer"] % 2 == 1, log["brand"] == "A"
    assert (log.loc[~(brought & brand_a), "units"] == 1).all()
    for step, units in log[brought & brand_a].groupby("step")["units"]:
        mean = 0.5 * np.exp(-step / 4)
        assert abs(units.mean() - 1 - mean) < 4 * np.sqrt(mean / len(units))
    assert (log["price_paid"] == log["units"] * np.where(brand_a, 4.0, 1.0)).all()


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_frauds__cost_and_bring_nobody(network, chance):
    n = 2000
    ties = [(2 * i, 2 * i + 1) for i in range(n)]
    simulation = market({}, 2 * n, reward={"reward": 25.0, "friend_reward": 5.0, "fraud_chance": chance})
    tied(simulation, network, ties, there=range(0, 2 * n, 2)).run()
    honest = tied(
        market({}, 2 * n, reward={"reward": 25.0, "friend_reward": 5.0}), network, ties, range(0, 2 * n, 2)
    ).run()
    came = int(simulation.results()["entered"].sum())
    frauds = counted(simulation, "frauds")
    assert came == n == int(honest.results()["entered"].sum())
    assert abs(frauds - n * chance) <= 4 * np.sqrt(n * chance * (1 - chance))
    assert counted(simulation, "referral_cost") == 30 * n + 25 * frauds
    assert simulation.transactions.frame().equals(honest.transactions.frame())
    margin = [counted(one, "margin") for one in (simulation, honest)]
    assert margin[0] == pytest.approx(margin[1] - 25 * frauds)


def test_limit__the_referred_are_like_others_where_nothing_makes_them_different():
    """Without factor, match and extra units: no state holds them, tastes are as drawn, and baskets have one unit."""
    scenario = busy_market(600, 20).vary({**COMING, **{f"word_of_mouth.referral.{k}": v for k, v in PLAIN.items()}})
    simulation, fresh = Simulation(scenario, log=True).run(), Simulation(scenario)
    arrays = simulation.world.customers.arrays
    assert (arrays["referred"] >= 0).sum() > 30
    assert "hold" not in arrays
    np.testing.assert_array_equal(arrays["taste"], fresh.world.customers.arrays["taste"])
    assert (simulation.transactions.frame()["units"] == 1).all()


def test_limit__invitations_that_nobody_sends_change_nothing():
    without = busy_market(600, 20).vary({**COMING, "word_of_mouth.referral": "none", "brands.Ours.referral": None})
    for settings in ({"rate": 0.0}, {"rate": 1.0, "accept": 0.0}):
        zero = without.vary({"word_of_mouth.referral": {**SURE, **settings}, "brands.Ours.referral": {}})
        one, other = (Simulation(scenario, log=True).run() for scenario in (without, zero))
        assert one.transactions.frame().equals(other.transactions.frame())
        assert one.results()["entered"].equals(other.results()["entered"])


# ----------------------------------------------------------------------------------------------- a market with all on

COMING = {
    "word_of_mouth.acquisition": {"kind": "linear", "p": 1.0, "q": 2.0, "start_share": 0.1},
    "word_of_mouth.referral": {"kind": "invitations", "rate": 0.3, "accept": 0.5, "hazard_factor": 0.5},
    "brands.Ours.referral": {"reward": 3.0, "friend_reward": 1.0, "fraud_chance": 0.2},
    "brands.Rival.acquisition_cost": 4.0,
}


def all_on(customers: int = 600, steps: int = 16) -> Scenario:
    return busy_market(customers, steps).vary({**FULL, **COMING})


def test_referrer__is_a_neighbor_who_came_before_and_a_customer_of_the_brand():
    simulation = Simulation(all_on(), replications=range(2))
    arrays, network = simulation.world.customers.arrays, simulation.world.neighbors
    n = 0
    for step in range(16):
        last = arrays["last_brand"].copy()
        simulation.step()
        came = np.flatnonzero((arrays["entered"] == step) & (arrays["channel"] == INVITATION))
        for row in came:
            by = arrays["referrer"][row]
            assert by in network.neighbor[network.first[row] : network.first[row + 1]]
            assert 0 <= arrays["entered"][by] < step or arrays["channel"][by] == 0
            assert last[by] == arrays["referred"][row] == 0
        n += len(came)
    assert n > 40


def test_cost__is_that_of_who_came_and_of_frauds():
    data = Simulation(all_on(), replications=range(2)).run().results().sel(segment="all")
    came = data["entered"].sel(channel="invitation").sum("step")
    frauds = data["frauds"].sum(["step", "brand"])
    cost = data["referral_cost"].sum(["step", "brand"])
    assert int(frauds.sum()) > 0 and int(came.sum()) > 40
    np.testing.assert_allclose(cost, 4 * came + 3 * frauds)
    assert float(data["referral_cost"].sel(brand=["Rival", "Third"]).sum()) == 0


def fingerprint(simulation: Simulation) -> dict[str, bytes]:
    data = simulation.results()
    arrays = {name: data[name].values for name in data.data_vars}
    arrays |= simulation.world.customers.arrays | simulation.world.arrays
    return {name: np.ascontiguousarray(array).tobytes() for name, array in arrays.items()}


def test_bits__are_the_same_on_threads_and_in_blocks():
    many = all_on(5000, 10)
    straight = fingerprint(Simulation(many, threads=1).run())
    assert fingerprint(Simulation(many, threads=2, block_size=1024).run()) == straight
    assert fingerprint(Simulation(many, threads=1, block_size=2048).run()) == straight


def test_bits__are_the_same_stacked_and_alone():
    data = replicate(all_on(300), replications=3)
    for r in range(3):
        alone = Simulation(all_on(300), replications=range(r, r + 1)).run().results()
        for name in alone.data_vars:
            np.testing.assert_array_equal(alone[name].values[0], data[name].sel(replication=r).values, err_msg=name)


@pytest.mark.parametrize("network", ["random", "complete"])
def test_bits__are_the_same_on_a_branch_and_from_a_checkpoint(network, tmp_path):
    scenario = all_on(300).vary({"network": {"kind": network}})
    straight, half = fingerprint(Simulation(scenario).run()), Simulation(scenario).run(until=8)
    half.checkpoint(tmp_path / "half.npz")
    assert fingerprint(half.branch(scenario).run()) == straight
    assert fingerprint(Simulation(scenario).restore(tmp_path / "half.npz").run()) == straight


@given(
    rate=st.floats(0, 3), accept=st.floats(0, 1), match=st.floats(0, 1), factor=st.floats(0, 1), more=st.floats(0, 3),
    by=st.floats(-20, 20), contracts=st.booleans(),
)  # fmt: skip
def test_ranges__whatever_the_settings(rate, accept, match, factor, more, by, contracts):
    referral = {"rate": rate, "accept": accept, "match": match, "hazard_factor": factor, "more_units": more}
    own = {
        **COMING,
        "word_of_mouth.referral": {"kind": "invitations", **referral, "by_bond": by, "by_satisfaction": by},
    }
    scenario = busy_market(80, 6).vary({**(CONTRACTS if contracts else FULL), **own})
    simulation = Simulation(scenario).run()
    arrays, data = simulation.world.customers.arrays, simulation.results()
    assert np.isfinite(arrays["taste"]).all() and (data["units"] >= data["purchases"]).all()
    referred = arrays["referred"] >= 0
    np.testing.assert_array_equal(referred, arrays["channel"] == INVITATION)
    assert (arrays["referrer"][referred] >= 0).all() and (arrays["entered"][referred] >= 0).all()
    assert (simulation.world.arrays["referral.pledge"] == -1).all()  # bought in the step of coming
    if "hold" in arrays:
        assert set(arrays["hold"]) <= {np.float32(1), np.float32(factor)}
    came = int(data["entered"].sel(channel="invitation").sum())
    assert came == referred.sum() <= int(data["invitations"].sel(segment="all").sum())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_of_mouth.acquisition": "none", "brands.Rival.acquisition_cost": 0.0}, "there is nobody to invite"),
        ({"network": {"kind": "none"}, "word_of_mouth.acquisition.q": 0.0}, "nobody has friends to invite"),
        ({"brands.Ours.referral": None}, "no brand takes invitations"),
        ({"word_of_mouth.referral": "none"}, "nobody invites"),
    ],
)
def test_settings__that_would_do_nothing_are_refused(changes, message):
    with pytest.raises(ScenarioError, match=message):
        all_on().vary(changes)
