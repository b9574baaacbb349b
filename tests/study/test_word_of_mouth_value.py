"""The value of word of mouth: its parts add up to the whole, exactly, and are what they say."""

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.study.branches import account
from loyaltysim.study.questions import silenced
from loyaltysim.study.word_of_mouth_value import PARTS, listen, split, word_of_mouth_value
from loyaltysim.totals import MONEY_UNIT

FRIENDLESS = {"network": {"kind": "random", "mean_degree": 0.0}}
METRICS = ("customers", "units", "margin")


def parts(scenario, replication=0, discount_rate=0.0):
    """Effects by part and metric of one replication, whole numbers."""
    simulation = ls.Simulation(scenario, replications=range(replication, replication + 1))
    found = split(simulation, silenced(scenario), discount_rate)
    return {place: int((pair.more - pair.less).item()) for place, pair in found.items()}


@pytest.mark.parametrize("discount_rate", [0.0, 0.1])
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_parts__add_up_exactly(talking, replication, discount_rate):
    found = parts(talking(), replication, discount_rate)
    for whole in ("total", "acquisition"):
        own = [part for part, of in PARTS.items() if of == whole]
        ways = [own] if whole == "acquisition" else [[p for p in own if "direct" not in p], ["direct", "indirect"]]
        for way in ways:
            for metric in METRICS:
                assert found[whole, metric] == sum(found.get((part, metric), 0) for part in way), (whole, way, metric)
    assert found["acceleration", "customers"] == 0 < found["expansion", "customers"]
    assert found["costs", "margin"] < 0 and all(found[part, "units"] for part in PARTS if part != "costs")


@pytest.mark.parametrize("burn_in", [0, 8])
def test_total__is_that_of_the_books(talking, burn_in):
    scenario = talking({"burn_in": burn_in})
    whole = ls.Simulation(scenario).run()
    start = ls.Simulation(scenario).run(until=0)
    silent = start.branch(silenced(scenario)).run()
    books = [run.results().sel(brand="A", segment="all").isel(replication=0) for run in (whole, silent)]
    found = parts(scenario)
    assert found["total", "units"] == int((books[0]["units"] - books[1]["units"]).sum())
    assert found["total", "margin"] == round(float((books[0]["margin"] - books[1]["margin"]).sum()) * MONEY_UNIT)


def test_costs__are_those_of_invitations_advertising_and_rewards_paid_out(talking):
    scenario = talking()
    start = ls.Simulation(scenario).run(until=0)
    branch = start.branch(scenario, log=True).run()
    book = branch.results().sel(brand="A", segment="all").sum()
    costs = float(book["referral_cost"] + book["acquisition_cost"] + book["program_cost"])
    assert account(branch).costs.item() == -round(costs * MONEY_UNIT) < 0
    at_the_till = talking({"brands.A.programs": [{"kind": "stamps"}]})  # its reward is off the price that is logged
    branch = ls.Simulation(at_the_till, log=True).run()
    book = branch.results().sel(brand="A", segment="all").sum()
    costs = float(book["referral_cost"] + book["acquisition_cost"])
    assert book["program_cost"] > 0 and account(branch).costs.item() == -round(costs * MONEY_UNIT)


def test_discount__makes_later_margin_worth_less(talking):
    now, later = parts(talking()), parts(talking(), discount_rate=5.0)
    assert 0 < later["total", "margin"] < now["total", "margin"]
    assert later["total", "units"] == now["total", "units"]


def test_nobody_to_hear__everything_is_nothing(talking, without):
    frame = word_of_mouth_value(talking(FRIENDLESS, without["failures"]), replications=3)
    assert (frame[["effect", "ci_low", "ci_high"]] == 0).all(axis=None)


def test_frame__is_the_mean_over_replications_with_paired_intervals(talking):
    frame = word_of_mouth_value(talking(), replications=3).set_index(["part", "metric"])
    each = [parts(talking(), r) for r in range(3)]
    for part in PARTS:
        margins = np.array([found[part, "margin"] for found in each]) / MONEY_UNIT
        row = frame.loc[part, "margin"]
        assert row.effect == pytest.approx(margins.mean(), abs=1e-9) and row.n == 3
        assert row.ci_high - row.effect == pytest.approx(4.302653 * margins.std(ddof=1) / np.sqrt(3), rel=1e-5)
    assert (frame.loc[("total", "margin"), "unit"], frame.loc[("total", "units"), "unit"]) == ("EUR", "units")
    again = word_of_mouth_value(talking(), replications=3, threads=1).set_index(["part", "metric"])
    assert again.equals(frame)


def test_stack__is_split_as_each_replication_alone(talking):
    scenario = talking()
    together = split(ls.Simulation(scenario, replications=range(3)), silenced(scenario), 0.1)
    for r in range(3):
        alone = parts(scenario, r, 0.1)
        assert {place: pair.more[r] - pair.less[r] for place, pair in together.items()} == alone


def test_one_step__passes_nothing_on(talking):
    found = parts(talking({"steps": 1}))
    assert found["total", "units"] != 0
    assert all(found["indirect", metric] == 0 for metric in METRICS)


def test_nobody_passes_on__all_is_direct(talking, without):
    """Talkers whom nothing moves, and listeners who never talk."""
    segments = {
        "Talkers": {"share": 0.5, "inertia": 200.0, "talkativeness": 1.0},  # they stay with their first brand
        "Listeners": {"share": 0.5, "inertia": 0.0, "talkativeness": 0.0},
    }
    scenario = talking({"population.segments": segments}, without["failures"], without["prospects"])
    found = parts(scenario)
    assert found["total", "units"] != 0
    assert all(found["direct", metric] == found["total", metric] for metric in METRICS)
    moved = scenario.vary({"population.segments.Talkers.inertia": 0.0})
    assert parts(moved)["indirect", "units"] != 0


def test_listen__to_oneself_is_the_world_as_it_is(talking):
    scenario = talking()
    start = ls.Simulation(scenario).run(until=0)
    whole, listener, speaker = (start.branch(scenario) for _ in range(3))
    whole.run()
    listen(listener, speaker)
    for name, array in whole.world.customers.arrays.items():
        np.testing.assert_array_equal(array, listener.world.customers.arrays[name], err_msg=name)
    assert listener.results().equals(whole.results())


def test_direct__hears_public_complaints_and_invitations_of_the_silent_world(talking, without):
    quiet = {"word_of_mouth.talk": "none"}
    complaints = parts(talking(quiet, without["prospects"]))
    assert complaints["direct", "units"] != 0
    invitations = parts(talking(quiet, without["failures"], {"word_of_mouth.acquisition.q": 0.0}))
    assert invitations["direct", "customers"] > 0 and invitations["costs", "margin"] < 0


def test_direct__has_no_invitations_of_those_who_came_by_one(talking, without):
    """Where only the first generation invites, and nobody else comes, the direct world is all there is."""
    start = {"word_of_mouth.acquisition": {"kind": "linear", "start_share": 0.3, "p": 0.0, "q": 0.0}}
    scenario = talking({"word_of_mouth.talk": "none", "steps": 30, "burn_in": 0}, without["failures"], start)
    found = parts(scenario)
    assert 0 < found["direct", "customers"] < found["total", "customers"]


def test_nobody_talks__is_an_error(talking, without):
    silent = talking({"word_of_mouth.talk": "none", "word_of_mouth.influence": "none"}, *without.values())
    with pytest.raises(ValueError, match="nobody talks"):
        word_of_mouth_value(silent, replications=1)
    with pytest.raises(ls.ScenarioError, match="replications"):
        word_of_mouth_value(talking(), replications=0)


def test_progress__counts_replications(talking):
    told = []
    tell = {"threads": 2, "progress": lambda what, done: told.append((what, done))}
    word_of_mouth_value(talking({"steps": 1}), replications=3, **tell)
    assert {what for what, _ in told} == {"replications"}
    assert told[-1][1] == 3.0
