"""Pictures behind the numbers: drawn of both worlds from the first step on, and told in words."""

import numpy as np
import pytest

from loyaltysim import load
from loyaltysim.app.worlds import Worlds
from loyaltysim.word_of_mouth.delivery import deliver

pytest.importorskip("solara", exc_type=ImportError)
from loyaltysim.app.closer import PICTURES, drawn
from loyaltysim.app.closer_talk import messages


def test_plane__tells_the_means_of_those_who_bought_the_brand_last():
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 2, "steps": 13})
    worlds = Worlds(base)
    while not worlds.go(base, 5):
        pass
    customers = worlds.pair().base.simulation.customers()
    own = customers[customers["last_brand"] == "Ours"]
    means = f"satisfaction {own['satisfaction[Ours]'].mean():.2f}, bond {own['bond[Ours]'].mean():.2f}"
    assert means in drawn(PICTURES["Satisfaction and bond"], worlds.pair())[0]["says"]


def test_plane__says_where_there_is_no_bond():
    base = load("reference").vary({"population.n_customers": 100, "steps": 13, "behavior.bond": {"kind": "none"}})
    worlds = Worlds(base)
    while not worlds.go(base, 1):
        pass
    assert "no bond" in drawn(PICTURES["Satisfaction and bond"], worlds.pair())[0]["says"]


@pytest.mark.parametrize("audience", ["one", "all"])
def test_talk__lines_are_what_friends_hear_in_the_next_step(audience):
    talks = {"word_of_mouth.talk": {"kind": "rates", "audience": audience, "talk_good": 0.5, "talk_bad": 0.5}}
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 2, "steps": 13, **talks})
    worlds = Worlds(base)
    while not worlds.go(base, 5):
        pass
    world = worlds.pair().base
    rows = np.arange(100)  # everybody of the first replication
    told = messages(world, rows)
    praise, blame = (np.bincount([to for _, to, good in told if good == sign], minlength=100) for sign in (True, False))
    inbox = np.zeros((6, world.simulation.world.customers.rows), np.int32)
    deliver(world.simulation.world, audience, inbox, by_sign=True)
    assert len(told) > 5
    assert np.array_equal(praise > 0, inbox[:3, :100].sum(0) > 0)
    assert np.array_equal(blame > 0, inbox[3:, :100].sum(0) != 0)


def test_talk__says_where_nobody_talks():
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 0, "steps": 13, "network": "none"})
    worlds = Worlds(base)
    while not worlds.go(base, 1):
        pass
    assert "Nobody talks" in drawn(PICTURES["Talk"], worlds.pair())[0]["says"]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("steps", [0, 5])
def test_picture__is_drawn_of_both_worlds_from_the_first_step_on(name, steps):
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 2, "steps": 13})
    worlds = Worlds(base)
    while not worlds.go(base, steps):
        pass
    one, other = drawn(PICTURES[name], worlds.pair())
    assert (one["title"], other["title"]) == ("as it is", "changed")
    assert one["says"] == other["says"] and one["png"] == other["png"]  # nothing was changed
