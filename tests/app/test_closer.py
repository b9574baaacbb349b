"""Pictures behind the numbers: drawn of both worlds from the first step on, and told in words."""

import pytest

from loyaltysim import load
from loyaltysim.app.worlds import Worlds

pytest.importorskip("solara", exc_type=ImportError)
from loyaltysim.app.closer import PICTURES, drawn


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
