"""Acquisition: who comes into the market, when, and through whom (eqs. E79–E81)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim import Simulation, replicate
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.totals import ADVERTISING, CHANNELS, FRIENDS, START
from loyaltysim.validation import bass
from loyaltysim.validation.busy_market import busy_market

YEAR = 365.25
FULL = 1024
"""A tie of strength 1."""
ROUNDING = 1e-6
"""Some float32 roundings of 2**-24 of numbers up to 1."""
LINEAR, TIES = {"kind": "linear"}, {"kind": "ties"}


def market(acquisition, n: int, step_days: float = YEAR, replications: int = 1, needs: float = 0.0, **tables):
    """Nobody needs anything but the occasion of coming, and everybody who comes buys something."""
    document = {
        "focal": "A",
        "steps": 10,
        "burn_in": 0,
        "step_days": step_days,
        "population": {"n_customers": n, "needs_per_week": needs},
        "network": {"kind": "random", "mean_degree": 0.0},
        "behavior": {"choice": {"kind": "logit", "outside_option": False}},
        "word_of_mouth": {"acquisition": acquisition},
        "brands": {"A": {}, "B": {}},
        **tables,
    }
    return Simulation(Scenario.from_document(document), replications=range(replications), log=True)


def tied(simulation: Simulation, network, ties, there=()) -> Simulation:
    """Give the customers ties, and let some be in the market from the start."""
    world = simulation.world
    world.neighbors = network(world.customers.n_customers, ties, world.n_replications)
    world.customers.arrays["entered"][list(there)] = 0
    return simulation


def ring(n: int) -> list[tuple[int, int]]:
    return [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]


def star(n: int) -> list[tuple[int, int]]:
    return [(0, leaf) for leaf in range(1, n)]


def chances(simulation: Simulation, step: int = 1) -> list[float]:
    """The chance to come of every row, were it a prospect."""
    part, own, world = simulation.schedule.acquisition, simulation.schedule.own_acquisition, simulation.world
    rows = world.customers.rows
    press, chance = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
    part._count_anew(own, world, step)
    part.press(own, world, 0, rows, press)
    part.chances(part.p * world.calendar.years, press, rows, chance)
    return chance.tolist()


def entered(simulation: Simulation) -> list[int]:
    return simulation.world.customers.arrays["entered"].tolist()


# ------------------------------------------------------------------------------------------------- chances by hand


@pytest.mark.parametrize("years", [1.0, 0.25])
def test_linear__a_prospect_with_half_of_the_friends_in_the_market(network, years):
    """A ring of six of which one is there: two have one of two friends there; .02 + .4 · ½ a year."""
    simulation = market({**LINEAR, "p": 0.02, "q": 0.4}, 6, step_days=years * YEAR)
    ads, half = 0.02 * years, (0.02 + 0.4 / 2) * years
    found = chances(tied(simulation, network, ring(6), there=[0]))
    assert found == pytest.approx([ads, half, ads, ads, ads, half], abs=ROUNDING)


def test_linear__friends_count_by_their_ties_and_all_friends_are_counted(network):
    """One of four friends is there, over a tie of a quarter: F = .25 / 4."""
    ties = {(0, 1): 256, (0, 2): FULL, (0, 3): 512, (0, 4): FULL}
    simulation = tied(market({**LINEAR, "p": 0.0, "q": 0.8}, 6), network, ties, there=[1])
    assert chances(simulation)[0] == pytest.approx(0.8 * 0.25 / 4, abs=ROUNDING)
    assert chances(simulation)[5] == 0  # who has no friends is pressed by none


def test_linear__a_chance_is_at_most_one(network):
    simulation = tied(market({**LINEAR, "p": 0.5, "q": 0.9}, 3), network, star(3), there=[0])
    assert chances(simulation) == pytest.approx([0.5, 1, 1], abs=ROUNDING)


@pytest.mark.parametrize("years", [1.0, 0.25])
def test_ties__each_friend_is_a_chance_of_its_own(network, years):
    """1 - (1 - .1)(1 - .3)(1 - .3 · ½) in a year for the center of a star with two of three leaves there."""
    ties = {(0, 1): FULL, (0, 2): 512, (0, 3): FULL}
    simulation = tied(market({**TIES, "p": 0.1, "q": 0.3}, 4, step_days=years * YEAR), network, ties, there=[1, 2])
    alone, both = 0.1 * years, 1 - (1 - 0.1 * years) * (1 - 0.3 * years) * (1 - 0.15 * years)
    assert chances(simulation) == pytest.approx([both, alone, alone, alone], abs=ROUNDING)


def test_ties__a_sure_friend_is_sure(network):
    simulation = tied(market({**TIES, "p": 0.0, "q": 1e3}, 3), network, star(3), there=[0])
    assert chances(simulation) == pytest.approx([0, 1, 1], abs=ROUNDING)


def test_ties__a_chance_of_one_a_step_is_sure_whatever_the_tie(network):
    """Over ties of 1, of ½ and of nothing, at a rate of q that is 2 a step."""
    ties = {(0, 1): FULL, (0, 2): 512, (0, 3): 0}
    simulation = tied(market({**TIES, "p": 0.0, "q": 2.0}, 4), network, ties, there=[0])
    assert chances(simulation) == pytest.approx([0, 1, 1, 0], abs=ROUNDING)


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_complete__everybody_is_a_friend_of_everybody(kind):
    n, q = 50, 0.3 if kind == "linear" else 0.3 / 49
    simulation = market({"kind": kind, "p": 0.0, "q": q}, n, replications=2, network={"kind": "complete"})
    simulation.world.customers.arrays["entered"][[3, 4, 5, n + 1]] = 0  # three in one replication, one in the other
    part, own, world = simulation.schedule.acquisition, simulation.schedule.own_acquisition, simulation.world
    part._count_anew(own, world, 1)
    press = [part.press_everybody(own, world, r) for r in range(2)]
    expected = [0.3 * 3 / 49, 0.3 * 1 / 49] if kind == "linear" else -np.log1p(-q) * np.array([3, 1])
    assert press == pytest.approx(expected, rel=1e-6)


# -------------------------------------------------------------------------------------------------------- who comes


def test_ring__comes_friend_by_friend_from_both_sides(network):
    """q · ½ = 1 a step: the friends of those there come for sure, and nobody else."""
    simulation = tied(market({**LINEAR, "p": 0.0, "q": 2.0}, 8), network, ring(8), there=[0]).run(until=5)
    assert entered(simulation) == [0, 0, 1, 2, 3, 2, 1, 0]  # the first two come in step 0, as 0 is there before it
    arrays = simulation.world.customers.arrays
    assert arrays["channel"].tolist() == [START, *[FRIENDS] * 7]
    referrer = arrays["referrer"].tolist()
    assert referrer[:4] == [-1, 0, 1, 2] and referrer[5:] == [6, 7, 0] and referrer[4] in (3, 5)


def test_star__the_center_brings_all_and_the_isolated_stays_out(network):
    simulation = tied(market({**LINEAR, "p": 0.0, "q": 1.0}, 6), network, star(5), there=[0]).run()
    assert entered(simulation) == [0, 0, 0, 0, 0, -1]
    assert simulation.world.customers.arrays["referrer"].tolist() == [-1, 0, 0, 0, 0, -1]


def test_isolated__comes_through_advertising_alone(network):
    simulation = tied(market({**LINEAR, "p": 1.0, "q": 5.0}, 1), network, []).run()
    assert entered(simulation) == [0]
    assert simulation.world.customers.arrays["channel"].tolist() == [ADVERTISING]


def test_friends__count_from_the_step_after_they_came(network):
    """1 comes through advertising, in step 0; 0 may follow in step 1 at the soonest, though q is sure to bring it."""
    simulation = tied(market({**LINEAR, "p": 0.0, "q": 1.0}, 3), network, [(0, 1), (1, 2)])
    world, schedule = simulation.world, simulation.schedule
    none = schedule.referral.invite(None, world, world.workers[0].totals, 0)
    world.customers.arrays["entered"][1] = -1
    assert schedule.acquisition.enter(schedule.own_acquisition, world, world.workers[0].totals, 0, none).size == 0
    came = type(none)(np.array([1]), np.array([ADVERTISING], np.int8), np.array([-1], np.int32))
    assert schedule.acquisition.enter(schedule.own_acquisition, world, world.workers[0].totals, 1, came).tolist() == [1]
    assert schedule.acquisition.enter(schedule.own_acquisition, world, world.workers[0].totals, 2, none).tolist() == [
        0,
        2,
    ]


N = 20_000


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_pairs__come_as_often_and_through_as_the_equations_say(network, kind):
    """Pairs of which one is there: what brings the other is advertising or the friend."""
    p, q = 0.1, 0.2
    simulation = market({"kind": kind, "p": p, "q": q}, 2 * N)
    tied(simulation, network, [(2 * i, 2 * i + 1) for i in range(N)], there=range(0, 2 * N, 2)).step()
    arrays = simulation.world.customers.arrays
    came = np.flatnonzero(arrays["channel"] != START)
    chance = p + q if kind == "linear" else 1 - (1 - p) * (1 - q)
    assert abs(len(came) - N * chance) < 4 * np.sqrt(N * chance * (1 - chance))
    press = q if kind == "linear" else -np.log(1 - q)
    share = press / (p + press)
    by_friend = (arrays["channel"][came] == FRIENDS).mean()
    assert abs(by_friend - share) < 4 * np.sqrt(share * (1 - share) / len(came))
    friends = came[arrays["channel"][came] == FRIENDS]
    np.testing.assert_array_equal(arrays["referrer"][friends], friends - 1)
    assert (arrays["referrer"][np.setdiff1d(np.arange(2 * N), friends)] == -1).all()


def test_friend__is_chosen_by_the_strength_of_the_tie(network):
    """Triples of one prospect and two friends there, over ties of 1 and ¼: the first brings it four times in five."""
    ties = {(3 * i, 3 * i + k): strength for i in range(N) for k, strength in ((1, FULL), (2, 256))}
    simulation = market({**LINEAR, "p": 0.0, "q": 2.0}, 3 * N)
    tied(simulation, network, ties, there=np.flatnonzero(np.arange(3 * N) % 3)).step()
    referrer = simulation.world.customers.arrays["referrer"][::3]
    assert (referrer >= 0).all()
    share = (referrer % 3 == 1).mean()
    assert abs(share - 0.8) < 4 * np.sqrt(0.16 / N)


def test_start__is_drawn_with_its_share_and_who_bought_before_is_there():
    simulation = market({**LINEAR, "p": 0.0, "q": 0.0, "start_share": 0.3}, N)
    there = (np.array(entered(simulation)) == 0).mean()
    assert abs(there - 0.3) < 4 * np.sqrt(0.21 / N)
    buyers = {"n_customers": 100, "needs_per_week": 0.0, "start_brand": "B"}
    assert set(entered(market({**LINEAR, "q": 0.0}, 100, population=buyers))) == {0}


# ----------------------------------------------------------------------------------------------------- exact limits


def busy(**acquisition) -> Scenario:
    """A market with a little of everything, and prospects."""
    return busy_market(600, 20).vary({"word_of_mouth.acquisition": {**LINEAR, "p": 1.0, "q": 3.0, **acquisition}})


def purchases(scenario: Scenario):
    return Simulation(scenario, log=True).run().transactions.frame()


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_limit__without_advertising_and_friends_nobody_comes(kind):
    simulation = Simulation(busy(kind=kind, p=0.0, q=0.0), log=True).run()
    data = simulation.results()
    assert set(entered(simulation)) == {-1}
    for name in ("entered", "won", "occasions", "purchases", "messages_positive", "messages_negative"):
        assert int(data[name].sum()) == 0, name
    assert len(simulation.transactions.frame()) == 0


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_limit__all_there_from_the_start_is_a_market_without_prospects(kind):
    everybody = busy(kind=kind, start_share=1.0)
    assert purchases(everybody).equals(purchases(everybody.vary({"word_of_mouth.acquisition": "none"})))


@given(share=st.floats(0, 1), p=st.floats(0, 50), q=st.floats(0, 50), kind=st.sampled_from(["linear", "ties"]))
def test_who_comes__is_counted_once_by_channel_and_comes_by_a_friend_who_is_there(share, p, q, kind):
    scenario = busy_market(80, 6).vary(
        {"word_of_mouth.acquisition": {"kind": kind, "p": p, "q": q, "start_share": share}}
    )
    simulation = Simulation(scenario, replications=range(2)).run()
    arrays, network = simulation.world.customers.arrays, simulation.world.neighbors
    since, channel, referrer = arrays["entered"], arrays["channel"], arrays["referrer"]
    data = simulation.results()
    counted = data["entered"].sum("step").to_numpy()
    for r in range(2):
        own = slice(80 * r, 80 * (r + 1))
        came = (since[own] >= 0) & (channel[own] != START)
        np.testing.assert_array_equal(counted[r], np.bincount(channel[own][came], minlength=len(CHANNELS)))
    assert ((channel == START) >= (since < 0)).all()
    assert ((referrer >= 0) == (channel == FRIENDS)).all()
    for row in np.flatnonzero(referrer >= 0):
        friends = network.neighbor[network.first[row] : network.first[row + 1]]
        by = referrer[row]
        assert by in friends
        assert since[by] < since[row] or (since[by] == 0 and channel[by] == START)


# --------------------------------------------------------------------------------------------- prospects, newcomers


def test_start__who_is_there_from_the_start_does_not_come_in_the_first_step():
    data = market({**LINEAR, "p": 0.0, "q": 0.0, "start_share": 1.0}, 100).run().results()
    assert int(data["occasions"].sum()) == 0 and int(data["entered"].sum()) == 0


def test_prospects__neither_buy_nor_talk_before_they_come():
    simulation = Simulation(busy(), log=True)
    since = simulation.world.customers.arrays["entered"]
    talked = 0
    for _ in range(20):
        simulation.step()
        for pile in simulation.world.messages.piles:
            assert (since[pile.sender[: pile.n]] >= 0).all()
            talked += pile.n
    assert talked > 100
    log = simulation.transactions.frame()
    step = (log["time"] // 7).astype(int).to_numpy()
    assert (step >= since[log["customer"]]).all() and (since[log["customer"]] >= 0).all()
    assert (since < 0).any() and len(log) > 500


@pytest.mark.parametrize("needs", ["poisson", "bernoulli", "contract"])
def test_newcomers__have_an_occasion_when_they_come(needs):
    behavior = {"needs": {"kind": needs}, "choice": {"kind": "logit", "outside_option": False}}
    simulation = market({**LINEAR, "p": 0.3, "q": 0.0}, 500, behavior=behavior).run()
    data = simulation.results().isel(replication=0)
    come = data["entered"].sum("channel").to_numpy()
    occasions = data["occasions"].to_numpy()
    np.testing.assert_array_equal(occasions, np.cumsum(come) if needs == "contract" else come)
    assert come.sum() > 400


def test_newcomers__who_have_needs_of_their_own_are_not_given_one_more():
    """Needs so many that everybody has some: then coming adds none, and prospects are all that is missing."""
    simulation = market({**LINEAR, "p": 0.5, "q": 0.0}, 300, step_days=7, needs=20.0).run(until=1)
    everybody = market("none", 300, step_days=7, needs=20.0).run(until=1)
    ours, theirs = (one.transactions.frame()["customer"].value_counts() for one in (simulation, everybody))
    there = np.flatnonzero(np.array(entered(simulation)) >= 0)
    assert sorted(ours.index) == there.tolist()
    assert (ours.loc[there] == theirs.loc[there]).all()


def test_newcomers__are_won_by_the_brand_they_buy_first_and_paid_for_if_advertising_brought_them():
    scenario = busy().vary({f"brands.{name}.acquisition_cost": 7.5 for name in ("Ours", "Rival")})
    simulation = Simulation(scenario, log=True).run()
    log, arrays = simulation.transactions.frame(), simulation.world.customers.arrays
    first = log.groupby("customer").first()
    channel = arrays["channel"][first.index]
    data = simulation.results().isel(replication=0)
    for name in ("Ours", "Rival", "Third"):
        buyers = log[log["brand"] == name]["customer"].unique()
        won = np.bincount(arrays["channel"][buyers], minlength=len(CHANNELS))
        np.testing.assert_array_equal(data["won"].sel(brand=name).sum("step"), won)
        paid = float(data["acquisition_cost"].sel(brand=name, segment="all").sum())
        advertised = ((first["brand"] == name) & (channel == ADVERTISING)).sum()
        assert paid == (0 if name == "Third" else 7.5 * advertised)
    assert float(data["acquisition_cost"].sum()) > 0


def test_heard__of_prospects_works_through_q_and_never_twice():
    """Who comes has heard nothing where friends bring others; without q what was heard is there."""
    for q, forgotten in ((3.0, True), (0.0, False)):
        simulation = Simulation(busy(q=q, p=2.0))
        heard_by_newcomers = 0
        for step in range(12):
            simulation.step()
            arrays = simulation.world.customers.arrays
            came = (arrays["entered"] == step) & (arrays["channel"] != START)
            heard_by_newcomers += np.abs(arrays["heard"][:, came]).sum()
        assert (heard_by_newcomers == 0) == forgotten


# --------------------------------------------------------------------------------------------------- the same bits


def fingerprint(simulation: Simulation) -> dict[str, bytes]:
    data = simulation.results()
    arrays = {name: data[name].values for name in data.data_vars} | simulation.world.customers.arrays
    return {name: np.ascontiguousarray(array).tobytes() for name, array in arrays.items()}


@pytest.fixture(params=["linear", "ties", "complete"])
def many(request):
    """Enough customers for several blocks."""
    scenario = busy_market(5000, 8).vary({"word_of_mouth.acquisition": {**LINEAR, "p": 1.0, "q": 3.0}})
    if request.param == "ties":
        scenario = scenario.vary({"word_of_mouth.acquisition": {**TIES, "p": 1.0, "q": 2.0}})
    return scenario.vary({"network": {"kind": "complete"}}) if request.param == "complete" else scenario


def test_bits__are_the_same_on_threads_and_in_blocks(many):
    straight = fingerprint(Simulation(many, threads=1).run())
    assert fingerprint(Simulation(many, threads=2, block_size=1024).run()) == straight
    assert fingerprint(Simulation(many, threads=1, block_size=2048).run()) == straight


def test_bits__are_the_same_stacked_and_alone(many):
    small = many.vary({"population.n_customers": 300})
    data = replicate(small, replications=3)
    for r in range(3):
        alone = Simulation(small, replications=range(r, r + 1)).run().results()
        for name in alone.data_vars:
            np.testing.assert_array_equal(alone[name].values[0], data[name].sel(replication=r).values, err_msg=name)


def test_bits__are_the_same_on_a_branch_and_from_a_checkpoint(many, tmp_path):
    small = many.vary({"population.n_customers": 300})
    straight, half = fingerprint(Simulation(small).run()), Simulation(small).run(until=4)
    half.checkpoint(tmp_path / "half.npz")
    assert fingerprint(half.branch(small).run()) == straight
    assert fingerprint(Simulation(small).restore(tmp_path / "half.npz").run()) == straight


# ------------------------------------------------------------------------------------------------------- the rest


def test_bass__the_mean_of_small_markets_follows_the_recursion():
    shares = bass.share_come(bass.coming_market(bass.COMPLETE, customers=2000, years=6), replications=40)
    se = shares.std(0, ddof=1) / np.sqrt(40)
    assert (np.abs(shares.mean(0) - bass.recursion(bass.P, bass.Q, 6)) < 4 * se + 1e-3).all()  # .001: finite markets


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": {"kind": "none"}}, "friends bring nobody where nobody has any"),
        (
            {"word_of_mouth.acquisition": "none", "brands.Ours.acquisition_cost": 1.0},
            "nobody comes through advertising",
        ),
    ],
)
def test_settings__that_would_do_nothing_are_refused(changes, message):
    with pytest.raises(ScenarioError, match=message):
        busy().vary(changes)


def test_advertising__alone_needs_no_network():
    simulation = Simulation(busy(q=0.0).vary({"network": {"kind": "none"}, "word_of_mouth.talk": "none"})).run()
    assert simulation.world.neighbors is None and max(entered(simulation)) > 0


def test_branch__to_prospects_from_a_market_without_any_finds_everybody_there():
    scenario = busy_market(customers=200, steps=6)
    later = scenario.vary({"word_of_mouth.acquisition": {"kind": "linear", "start_share": 0.1}})
    branch = Simulation(scenario).run(until=3).branch(later)
    assert (branch.world.customers.arrays["entered"] == 0).all()
    straight, branched = Simulation(scenario).run().results(), branch.run().results()
    assert branched["units"].equals(straight["units"])


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_friends__by_ties_stronger_than_one_pull_in_proportion(kind, tmp_path):
    """Edge lists allow ties of strengths above 1; nothing is read beyond what such a friend is worth."""
    (tmp_path / "ties.csv").write_text("from,to,strength\n0,1,4\n1,2,1\n")
    document = {
        "steps": 1,
        "burn_in": 0,
        "population": {"n_customers": 3},
        "network": {"kind": "edge_list", "file": "ties.csv"},
        "word_of_mouth": {"acquisition": {"kind": kind, "p": 0.0, "q": 0.1, "start_share": 0.0}},
        "brands": {"Ours": {}},
        "metrics": {"period_steps": 0},
    }
    simulation = Simulation(Scenario.from_document(document, folder=tmp_path))
    part, own = simulation.schedule.acquisition, simulation.schedule.own_acquisition
    own.entered[1] = 0
    part._count_anew(own, simulation.world, 0)
    years = simulation.calendar.years
    four, one = (4, 1) if kind == "linear" else (-np.log1p(-0.4 * years), -np.log1p(-0.1 * years))
    assert own.pull[0] / own.pull[2] == pytest.approx(four / one, rel=1e-5)
