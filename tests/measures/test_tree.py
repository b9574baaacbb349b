"""A tree of six customers by hand, and laws of the trees that runs make."""

import numpy as np
import pandas as pd
import pytest

from loyaltysim import measures
from loyaltysim.loading import load
from loyaltysim.market.newcomers import generations
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.totals import CHANNELS


def frame_of(rows):
    """Newcomers from (replication, customer, week, channel, referrer); a step is a week."""
    frame = pd.DataFrame(rows, columns=["replication", "customer", "step", "channel", "referrer"])
    frame["channel"] = pd.Categorical(frame["channel"], categories=CHANNELS)
    return frame.assign(weeks=frame["step"] * 1.0)


@pytest.fixture
def six():
    """0 and 1 are there at the start; 0 brings 3 and 5, who is late; 3 brings 4; 2 comes through advertising."""
    return frame_of(
        [
            (0, 0, -1, "start", -1),
            (0, 1, -1, "start", -1),
            (0, 2, 1, "advertising", -1),
            (0, 3, 2, "friends", 0),
            (0, 4, 4, "invitation", 3),
            (0, 5, 7, "friends", 0),
        ]
    )


def test_offspring__of_six_customers(six):
    table = measures.offspring(six)
    assert table["offspring"].tolist() == [0, 1, 2]
    assert table["customers"].tolist() == [4, 1, 1]  # 3 brought one, 0 two
    np.testing.assert_allclose(table["share"], [4 / 6, 1 / 6, 1 / 6])
    by_channel = measures.offspring(six, by=["channel"])
    assert by_channel[["channel", "offspring", "customers"]].values.tolist() == [
        ["start", 0, 1], ["start", 1, 0], ["start", 2, 1], ["advertising", 0, 1], ["friends", 0, 1], ["friends", 1, 1],
        ["invitation", 0, 1],
    ]  # fmt: skip


def test_offspring__within_some_weeks_counts_those_who_were_seen_for_so_long(six):
    table = measures.offspring(six, within=3)
    # 0 came in week -1 and brought 3 after three weeks, but 5 after eight; 5 was not seen for three weeks
    assert table["customers"].tolist() == [3, 2]
    assert measures.offspring(six, within=3, until=10)["customers"].tolist() == [4, 2]


def test_reproduction_number__of_six_customers(six):
    table = measures.reproduction_number(six)
    assert table["cohort"].tolist() == [-1, 1, 2, 4, 7]
    assert table["start"].tolist() == [True, False, False, False, False]
    assert table["reproduction_number"].tolist() == [1.0, 0.0, 1.0, 0.0, 0.0]
    assert table["seen"].tolist() == [8, 6, 5, 3, 0]
    wide = measures.reproduction_number(six, weeks=4)[["cohort", "begin", "size", "offspring"]]
    assert wide.values.tolist() == [[-1, -1, 2, 2], [0, 0, 2, 1], [1, 4, 2, 0]]


def test_reproduction_number__keeps_the_start_apart_from_a_cohort_that_comes_in_the_same_stretch():
    burnt_in = frame_of([(0, 0, -3, "start", -1), (0, 1, -2, "friends", 0), (0, 2, -1, "advertising", -1)])
    table = measures.reproduction_number(burnt_in, weeks=4)
    assert table[["start", "size"]].values.tolist() == [[True, 1], [False, 2]]


def test_generations__of_six_customers(six):
    table = measures.generations(six)
    assert table["customers"].tolist() == [3, 2, 1]
    np.testing.assert_allclose(table["share"], [3 / 6, 2 / 6, 1 / 6])


def test_attribution__of_six_customers(six):
    table = measures.attribution(six).set_index("channel")
    assert table["customers"].tolist() == [2, 1, 2, 1]
    np.testing.assert_array_equal(table["share"], [np.nan, 1 / 4, 2 / 4, 1 / 4])
    assert table["brought"].tolist() == [2, 0, 1, 0]
    assert table["descendants"].tolist() == [3, 0, 0, 0]  # 3, 4 and 5 all descend from 0
    assert table["share_of_descendants"].tolist() == [1, 0, 0, 0]


def test_tree__of_shuffled_rows_is_the_same(six):
    other = six.sample(frac=1, random_state=3)
    for measure in (
        measures.offspring, measures.reproduction_number, measures.generations, measures.attribution,
    ):  # fmt: skip
        pd.testing.assert_frame_equal(measure(six), measure(other))


def test_tree__of_nobody_is_empty(six):
    for measure in (
        measures.offspring, measures.reproduction_number, measures.generations, measures.attribution,
    ):  # fmt: skip
        assert measure(six.iloc[:0]).empty


def test_tree__wants_everybody_once(six):
    with pytest.raises(ValueError, match="2 customers were brought by somebody who is not in the frame"):
        measures.offspring(six.iloc[1:])
    with pytest.raises(ValueError, match="came twice"):
        measures.generations(pd.concat([six, six.iloc[:1]]))
    with pytest.raises(ValueError, match="lacks referrer"):
        measures.attribution(six.drop(columns="referrer"))
    with pytest.raises(ValueError, match="above 0"):
        measures.reproduction_number(six, weeks=0)
    with pytest.raises(ValueError, match="above 0"):
        measures.offspring(six, within=0)


def test_tree__with_a_circle_is_refused(six):
    circle = six.assign(referrer=[3, -1, -1, 0, 3, 0])
    with pytest.raises(ValueError, match="circle"):
        measures.generations(circle)
    with pytest.raises(ValueError, match="circle"):
        generations(np.array([1, 0]))
    assert generations(np.array([-1, 0, 1, -1])).tolist() == [0, 1, 2, 0]


def market(**changes) -> Scenario:
    """Two brands, of which one rewards invitations, and prospects whom friends and advertising bring."""
    document = {
        "focal": "A",
        "steps": 30,
        "burn_in": 6,
        "population": {"n_customers": 300, "needs_per_week": 0.5, "price_sensitivity": 1.0},
        "network": {"kind": "random", "mean_degree": 6},
        "brands": {"A": {"price": 2.0, "appeal": 2.5, "referral": {"reward": 1.0}}, "B": {"price": 1.8, "appeal": 2.2}},
        "word_of_mouth": {
            "acquisition": {"kind": "linear", "p": 0.5, "q": 5.0, "start_share": 0.05},
            "referral": {"kind": "invitations", "rate": 0.2, "accept": 0.5},
        },
    }
    return Scenario.from_document(document).vary(changes)


@pytest.fixture(scope="module")
def run():
    return Simulation(market(), replications=range(3, 6)).run()


@pytest.fixture(scope="module")
def came(run):
    return run.newcomers()


def test_newcomers__are_those_whom_the_run_counted(run, came):
    data = run.results()
    measured = came[(came["step"] >= 0) & (came["channel"] != "start")]
    counted = measured.groupby(["replication", "step", "channel"], observed=False).size().unstack("channel")
    np.testing.assert_array_equal(counted.to_numpy().reshape(3, 30, 4), data["entered"].values)
    assert (came["channel"].value_counts() > 20).all()
    assert came.loc[came["channel"] == "start", "step"].unique().tolist() == [-7]
    assert came["step"].between(-7, 29).all() and (came["weeks"] == came["step"]).all()
    assert sorted(came["replication"].unique()) == [3, 4, 5]


def test_newcomers__have_a_referrer_who_came_before_where_a_friend_brought_them(came):
    brought = came["channel"].isin(["friends", "invitation"])
    assert (came["referrer"] >= 0).eq(brought).all()
    assert came["brand"].eq("A").eq(came["channel"] == "invitation").all()
    by = came.set_index(["replication", "customer"])
    parents = by.loc[list(zip(came["replication"][brought], came["referrer"][brought]))]
    assert (parents["step"].to_numpy() < came["step"][brought].to_numpy()).all()
    assert (came["generation"][brought].to_numpy() == parents["generation"].to_numpy() + 1).all()
    assert (came["generation"][~brought] == 0).all()


def test_newcomers__are_none_where_everybody_is_in_the_market():
    with pytest.raises(ValueError, match="acquisition is off"):
        Simulation(load("reference").vary({"population.n_customers": 100})).newcomers()


def test_newcomers__so_far_are_the_first_of_those_at_the_end(run, came):
    half = Simulation(market(), replications=range(3, 6)).run(until=10).newcomers()
    pd.testing.assert_frame_equal(half, came[came["step"] < 10].reset_index(drop=True))


def test_tree__of_a_run_adds_up(came):
    brought = came[came["referrer"] >= 0].groupby("replication").size()
    table = measures.offspring(came, by=["channel"])
    assert (table["offspring"] * table["customers"]).groupby(table["replication"]).sum().tolist() == brought.tolist()
    assert table.groupby("replication")["customers"].sum().tolist() == came.groupby("replication").size().tolist()
    np.testing.assert_allclose(table.groupby(["replication", "channel"], observed=True)["share"].sum(), 1)
    for weeks in (None, 5):
        cohorts = measures.reproduction_number(came, weeks=weeks)
        np.testing.assert_allclose(cohorts["reproduction_number"] * cohorts["size"], cohorts["offspring"])
        assert cohorts.groupby("replication")["offspring"].sum().tolist() == brought.tolist()
    told = came.groupby(["replication", "generation"]).size()
    assert measures.generations(came)["customers"].tolist() == told.tolist()
    channels = measures.attribution(came).groupby("replication")[["customers", "brought", "descendants"]].sum()
    assert channels["customers"].tolist() == came.groupby("replication").size().tolist()
    assert channels["brought"].tolist() == channels["descendants"].tolist() == brought.tolist()


def test_offspring__within_any_time_is_no_more_than_at_all(came):
    means = []
    for within in (4, 8, 16):
        table = measures.offspring(came[came["step"] < 14], within=within, until=29)
        means.append((table["offspring"] * table["customers"]).sum() / table["customers"].sum())
    assert means == sorted(means) and means[0] > 0
