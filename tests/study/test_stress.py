"""Stress: each world is the scenario with one thing gone wrong, and effects are those of comparing them."""

import pytest

import loyaltysim as ls
from loyaltysim.scenario import ScenarioError
from loyaltysim.study.questions import without_program
from loyaltysim.study.stress import AS_IT_IS, WORLDS

SMALL = ls.load("grocery").vary({"population.n_customers": 150, "steps": 26, "burn_in": 0, "metrics.period_steps": 13})


def world(name: str, scenario: ls.Scenario = SMALL) -> ls.Scenario | None:
    return WORLDS[name].make(scenario)


def test_price_war__lowers_every_rivals_price_and_not_ours():
    data = ls.simulate(world("price_war"))
    price, listed = data["price"].isel(replication=0), data["list_price"].isel(replication=0)
    assert (price.sel(brand="Ours") == listed.sel(brand="Ours")).all()
    for rival in ("Rival", "Store"):
        assert (price.sel(brand=rival) <= 0.85 * listed.sel(brand=rival) + 1e-6).all()


def test_rival_copies_program__gives_the_first_rival_members_of_its_own():
    data = ls.simulate(world("rival_copies_program")).sel(segment="all").isel(replication=0, step=-1)
    assert data["members"].sel(brand="Rival") > 0 == data["members"].sel(brand="Store")


def test_rival_copies_program__copies_each_program_that_is_our_own_idea():
    points, card = {"kind": "points"}, {"kind": "stamps"}
    taken = {"kind": "copy", "brand": "Store"}
    both = SMALL.vary({"brands.Store.programs": [card], "brands.Ours.programs": [points, taken, card]})
    copies = world("rival_copies_program", both).brands["Rival"].programs[len(SMALL.brands["Rival"].programs) :]
    assert [(one.brand, one.number) for one in copies] == [("Ours", 0), ("Ours", 2)]
    assert world("rival_copies_program", both.vary({"brands.Ours.programs": [taken]})) is None


def test_service_crisis_and_recession__change_what_they_say():
    assert world("service_crisis").brands["Ours"].complaints.failure_chance == pytest.approx(3 * 0.03)
    assert world("recession").behavior.needs.season == (0.8,)
    before, after = (one.population.segments["Regular"].price_sensitivity for one in (SMALL, world("recession")))
    assert after.median == pytest.approx(1.2 * before.median) and after.sigma == before.sigma


def test_redemption_doubles__halves_what_a_reward_takes():
    program = world("redemption_doubles").brands["Ours"].programs[0]
    assert program.earn_rate == 2 * SMALL.brands["Ours"].programs[0].earn_rate
    card = WORLDS["redemption_doubles"].make(ls.load("coffee"))
    assert card.brands["Ours"].programs[0].n == 5


@pytest.mark.slow
def test_stress__is_comparing_each_world_with_the_market_as_it_is():
    found = ls.stress(SMALL, ["recession"], metrics=["margin"], replications=3)
    pairs = {
        ("recession", "world"): (SMALL, world("recession")),
        ("recession", "program"): (without_program(world("recession")), world("recession")),
        (AS_IT_IS, "program"): (without_program(SMALL), SMALL),
    }
    assert len(found) == 3
    for (name, of), (base, other) in pairs.items():
        expected = ls.compare({"base": base, "other": other}, replications=3).effects.set_index("metric").loc["margin"]
        (row,) = found[(found["world"] == name) & (found["of"] == of)].to_dict("records")
        assert (row["effect"], row["ci_low"]) == pytest.approx((expected["effect"], expected["ci_low"]), rel=1e-12)
        assert row["value"] == pytest.approx(expected["baseline"] + expected["effect"])


def test_stress__with_a_store_is_the_one_without(tmp_path):
    asked = {"metrics": ["margin"], "replications": 2}
    kept = ls.stress(SMALL, ["recession"], store=tmp_path, **asked)
    assert kept.equals(ls.stress(SMALL, ["recession"], **asked))
    assert kept.equals(ls.stress(SMALL, ["recession"], store=tmp_path, **asked)), "what is read is what was made"


def test_stress__names_what_it_does_not_know_and_what_cannot_be():
    with pytest.raises(ScenarioError, match='there is no "recesion"; there are: price_war, .*Did you mean "recession"'):
        ls.stress(SMALL, ["recesion"])
    bare = SMALL.vary({"brands.Ours.programs": []})
    with pytest.raises(ScenarioError, match='"redemption_doubles" cannot come about in this scenario: our members'):
        ls.stress(bare, ["redemption_doubles"])
    assert world("rival_copies_program", bare) is None


@pytest.mark.parametrize("name", ["coffee", "telco", "telco_yearly", "airline", "referral", "shoes"])
def test_worlds__of_every_kind_of_market_are_scenarios_or_cannot_be(name):
    scenario = ls.load(name)
    made = {which: one.make(scenario) for which, one in WORLDS.items()}
    assert made["price_war"] is not None
    assert all(one is None or one != scenario for one in made.values())
