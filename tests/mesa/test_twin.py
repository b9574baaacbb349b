"""The twin, one Python object a customer, and the arrays agree: the differential test of the whole engine.

Two programs that share only settings, draws, traits, ties and shelf prices must make the same choices. Where Python's
64-bit floats and the arrays' 32-bit ones fall on two sides of a draw they may not: measured over 3,000 random scenarios
and 18 million purchases, that happened 7 times. The seeds here are pinned ones at which it does not happen.
"""

import pytest
from twin_compared import assert_same, both, counted, finished, frame, touch
from twin_markets import SCENARIOS
from twin_markets_newcomers import BOTH_INVITE
from twin_settings import SWITCHING, TALKING, bare, small, three

from loyaltysim.mesa import TwinModel
from loyaltysim.mesa.twin_kinds import KNOWN, parts_of
from loyaltysim.scenario import Behavior, Brand, WordOfMouth
from loyaltysim.scenario_fields import settings
from loyaltysim.validation.busy_market import OTHER_KINDS, busy_market

NEVER_ELSE = {"expected_breakage", "generous"}
"""Settings that may stay at their default: of liabilities, and of what is refused."""
OF_THE_ORIGINAL = {"enrollment", "segments", "from_week"}
"""Settings that a copy has from the program that it copies."""
SEEDS: dict[str, int] = {}
"""Where rounding parts the two at seed 1."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_twin__makes_every_choice_that_the_arrays_make(name):
    assert_same(*both(SCENARIOS[name], seed=SEEDS.get(name, 1), touches=touch))


def test_twin__is_compared_at_every_kind_it_knows_and_at_other_values_of_every_setting():
    given: dict[str, set[str]] = {}  # what differs from the default, by kind
    for scenario in SCENARIOS.values():
        for name, part in parts_of(scenario):
            changed = {setting for setting, value in part if value != type(part).model_fields[setting].default}
            given.setdefault(f"{name} {part.kind}", set()).update(changed)
            given[f"all of {name} {part.kind}"] = set(type(part).model_fields) - {"kind", "name"}
    for name, kinds in KNOWN.items():
        for kind in kinds - {"none"}:
            assert f"{name} {kind}" in given, f"no market has {name} of kind {kind}"
            missing = given[f"all of {name} {kind}"] - given[f"{name} {kind}"] - NEVER_ELSE
            missing -= OF_THE_ORIGINAL if kind == "copy" else set()
            assert not missing, f"{name} of kind {kind}: {sorted(missing)} is never but at its default"


def test_twin__of_a_later_replication_is_the_same_too():
    arrays, twin = both(SCENARIOS["busy"], seed=11, replication=3)
    assert_same(arrays, twin)
    first = finished(SCENARIOS["busy"], rng=11)
    assert [c.purchases for c in first.customers] != [c.purchases for c in twin.customers]


def test_twin__hears_ties_of_different_strength_alike(tmp_path):
    ring = [f"{i},{(i + far) % 100},{0.3 * far}" for i in range(100) for far in (1, 2)]
    (tmp_path / "ties.csv").write_text("\n".join(["from,to,strength", *ring, ""]))
    network = {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}
    scenario = bare().vary({**TALKING, "network": network, "word_of_mouth.talk.expression": 0.7})
    arrays, twin = both(scenario, seed=1)
    assert len({tie for customer in twin.customers for tie in customer.ties}) == 2
    assert_same(arrays, twin)


@pytest.mark.parametrize("kind", ["linear", "ties"])
def test_twin__follows_friends_by_ties_of_different_strength_alike(kind, tmp_path):
    ring = [f"{i},{(i + far) % 100},{0.7 * far}" for i in range(100) for far in (1, 2, 3)]
    (tmp_path / "ties.csv").write_text("\n".join(["from,to,strength", *ring, ""]))
    network = {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}
    market = {**BOTH_INVITE, "network": network, "word_of_mouth.acquisition.kind": kind}
    arrays, twin = both(bare().vary({**market, "word_of_mouth.acquisition.q": 3.0}), seed=1)
    assert len({tie for customer in twin.customers for tie in customer.ties}) == 3
    assert (counted(twin, "entered").sum(0)[1:] >= 5).all()
    assert_same(arrays, twin)


LARGE = {
    "reference": (small("reference", 2000, 52), 1),
    "grocery": (small("grocery", 2000, 52), 1),
    "coffee": (small("coffee", 200, 364), 1),
    "busy": (busy_market(2000, 52), 1),
    "busy, other kinds": (busy_market(2000, 52).vary(OTHER_KINDS), 1),
    "switching": (bare(behavior__choice=SWITCHING, steps=52, population__n_customers=2000), 1),
    "praise to hubs": (SCENARIOS["praise to hubs"].vary({"steps": 52, "population.n_customers": 2000}), 1),
    "threshold to one": (SCENARIOS["threshold to one"].vary({"steps": 52, "population.n_customers": 2000}), 1),
}
LARGE |= {
    name: (SCENARIOS[name].vary({"steps": 52, "population.n_customers": 1000}), seed)
    for name, seed in {
        "dropout and return": 1,
        "everything, with dropout": 1,
        "everything, with contracts": 2,  # at 1 a draw is 1.4 · 2**-24 from a chance
        "everything, other kinds": 1,
        "everything, other settings": 1,
        "everything, other settings of contracts": 1,
        "friends who come and talk": 1,
        "friends who bring friends, each by itself": 1,
        "everything, with friends who come": 1,
        "everything, with contracts of friends who come": 1,
    }.items()
}
"""Larger markets, each with a seed at which no rounding parts the two."""


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_twin__makes_every_choice_in_a_year_of_a_larger_market(name):
    scenario, seed = LARGE[name]
    assert_same(*both(scenario, seed, touches=touch))


def test_twin__customers_may_act_in_any_order():
    one, other = (TwinModel(scenario=SCENARIOS["grocery"]) for _ in range(2))
    other.random.seed(99)  # by which `shuffle_do` shuffles
    while one.running:
        one.step()
        other.step()
    assert [c.purchases for c in one.customers] == [c.purchases for c in other.customers]
    assert frame(one).equals(frame(other))


def test_twin__knows_every_kind_that_is_shipped():
    rooms: dict[str, set[str]] = {}

    def look_into(record):
        for setting in settings(record):
            if setting.room is not None and setting.field not in rooms:
                rooms[setting.field] = set(setting.room.kinds)
                for kind in setting.room.kinds.values():
                    look_into(kind)

    for record in (Behavior, WordOfMouth, Brand):
        look_into(record)
    assert set(KNOWN) == set(rooms)
    for room, kinds in rooms.items():
        assert kinds - {"none"} <= KNOWN[room], f"the twin knows not all kinds of {room}"


def test_twin__refuses_a_kind_that_it_does_not_know(monkeypatch):
    monkeypatch.setitem(KNOWN, "target", {"everybody"})  # as if "random" were one of the user's own
    with pytest.raises(NotImplementedError, match='the twin knows no target of kind "random"'):
        TwinModel(scenario=three(brands__B__levers=[{"kind": "gift", "target": "random"}]))


def test_twin__ends_with_the_scenario():
    twin = finished(SCENARIOS["switching"])
    with pytest.raises(IndexError, match="has 20 steps"):
        twin.step()
