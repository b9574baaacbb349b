"""What `check` remarks on in a scenario that is right, though perhaps not what was meant."""

import pytest

import loyaltysim as ls
from loyaltysim.cli.check import remarks_on_levers, remarks_on_new_brands, remarks_on_population, remarks_on_prices
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import shipped


def market(everybody: dict, **groups: dict) -> Scenario:
    segments = {name: {"share": 1 / len(groups), **group} for name, group in groups.items()}
    population = {**everybody, "segments": segments}
    return Scenario.from_document({"focal": "A", "brands": {"A": {}, "B": {}}, "population": population})


def remarks(scenario: Scenario) -> list[str]:
    return [line for told in (remarks_on_prices, remarks_on_levers) for line in told(scenario)]


@pytest.mark.parametrize(
    ("everybody", "one", "other", "unread"),
    [
        ({"inertia": 0.5}, {"inertia": 1.0}, {"inertia": 0.0}, ["inertia"]),
        ({"inertia": 0.5}, {"inertia": 1.0}, {}, []),
        ({}, {"inertia": 1.0}, {"inertia": 0.0}, []),
        ({"start_brand": "A", "taste": 1.0}, {"start_brand": "B"}, {"start_brand": "A"}, ["start_brand"]),
        ({"appeal": {"A": 1.0, "B": 1.0}}, {"appeal": {"A": 0.0}}, {"appeal": {"A": 2.0, "B": 0.5}}, ["appeal.A"]),
    ],
)
def test_check__says_what_is_set_for_all_and_by_each_segment_itself(everybody, one, other, unread):
    said = [f"population.{name} does nothing: each segment sets its own." for name in unread]
    scenario = market(everybody, One=one, Other=other)
    assert list(remarks_on_population(scenario)) == said
    bare = market({name: value for name, value in everybody.items() if name not in unread}, One=one, Other=other)
    if unread and "appeal" not in everybody:
        small = {"population.n_customers": 40, "steps": 3, "burn_in": 0}
        changed, same = (ls.simulate(each.vary(small)) for each in (scenario, bare))
        assert changed.drop_attrs(deep=False).equals(same.drop_attrs(deep=False)), "as it says, it does nothing"


def test_check__has_nothing_to_say_of_the_people_of_shipped_scenarios():
    assert not [line for name in shipped() for line in remarks_on_population(ls.load(name))]


SHELF = {"brands.A.price": 2.0, "brands.A.unit_cost": 1.2}


@pytest.mark.parametrize(
    ("pricing", "lowest"),
    [
        ({"kind": "undercut"}, 1.2),
        ({"kind": "match", "least_margin": 0.1}, 1.32),
        ({"kind": "best_response", "price_response": 1.0, "floor": 1.3}, 1.3),
        ({"kind": "promotion_calendar", "depth": 0.35}, 1.3),
        ({"kind": "constant"}, 2.0),
    ],
)
def test_check__counts_what_comes_off_from_the_lowest_price_on_the_shelf(pricing, lowest):
    for percent in (5, 20, 30):
        brand = [pricing, {"kind": "poach", "depth": percent / 100}]
        lever = {"kind": "exclusive", "percent": percent}
        said = remarks(market({}).vary({**SHELF, "brands.A.pricing": brand, "brands.A.levers": [lever]}))
        left = lowest * (1 - percent / 100)
        expected = left < 1.2
        assert [f"for {left:g}" in line and f"lowest, {lowest:g}" in line for line in said] == [True, True] * expected


def test_check__is_right_that_an_undercutter_with_a_coupon_sells_below_its_cost():
    war, coupon = {"kind": "undercut", "answers": "prices"}, {"kind": "poach", "depth": 0.1}
    costs = {"brands.A.price": 2.0, "brands.A.unit_cost": 1.2, "brands.B.price": 2.0, "brands.B.unit_cost": 1.2}
    both = {**costs, "brands.A.pricing": [war, coupon], "brands.B.pricing": [war]}
    scenario = market({}).vary({**both, "population.n_customers": 400, "steps": 52, "burn_in": 26})
    (said,) = remarks(scenario)
    assert said.startswith("brands.A.pricing.1 sells to rivals' customers for 1.08 what costs 1.2 while the shelf")
    data = ls.simulate(scenario)
    sold = {name: float(data[name].sel(brand="A", segment="all").sum()) for name in ("revenue", "units")}
    assert 1.08 < sold["revenue"] / sold["units"] < 1.2


UPLIFT = {"kind": "communication", "target": {"kind": "uplift", "share": 0.2}, "from_week": 10.0}
WEIGHTLESS = {"kind": "rfm", "recency": 0.0, "frequency": 0.0, "money": 0.0}


@pytest.mark.parametrize(
    ("lever", "setting", "idle", "works", "told"),
    [
        (UPLIFT, "target.pilot_weeks", 42.0, 41.0, "reaches whom luck picks: its target's pilot_weeks are 42"),
        (UPLIFT, "target.outcome_weeks", 42.0, 41.0, "reaches whom luck picks: its target's outcome_weeks are 42"),
        (UPLIFT | {"until_week": 40.0}, "target.pilot_weeks", 30.0, 29.0, "reaches whom luck picks"),
        ({"kind": "communication", "target": WEIGHTLESS | {"share": 0.2}}, "target.money", 0.0, 0.1, "reaches whom"),
        ({"kind": "communication", "target": WEIGHTLESS}, "target.share", 0.9, 1.0, "reaches whom luck picks: all"),
        ({"kind": "feedback"}, "lag_weeks", 60.0, 59.0, "changes nothing: its lag_weeks are 60, and the run ends"),
        ({"kind": "feedback", "until_week": 9.0}, "lag_weeks", 60.0, 59.0, "changes nothing: its lag_weeks are 60"),
    ],
)
def test_check__says_what_is_too_late_or_weighs_nothing(lever, setting, idle, works, told):
    def said(value: float) -> list[str]:
        changes = {
            "steps": 52,
            "burn_in": 8,
            "behavior.experience": {"kind": "index"},
            "behavior.satisfaction": {"kind": "level"},
        }
        scenario = market({}).vary({**changes, "brands.A.levers": [lever]})
        return list(remarks_on_levers(scenario.vary({f"brands.A.levers.0.{setting}": value})))

    assert [line.startswith(f"brands.A.levers.0 {told}") for line in said(idle)] == [True]
    assert said(works) == []


@pytest.mark.parametrize(
    ("brand", "settings", "asked"),
    [
        ("Our", "quality = 0.6", True),
        ("Our", "price = 2.0", False),
        ("Ours", "quality = 0.6", False),
        ("Discounter", "quality = 0.6", False),
    ],
)
def test_check__asks_whether_a_new_brand_without_a_price_is_a_slip_of_the_pen(here, brand, settings, asked):
    (here / "below.toml").write_text('extends = "grocery"\n[brands.Store]\nquality = 0.5\n')
    (here / "mine.toml").write_text(f'extends = "below.toml"\n[brands.{brand}]\n{settings}\n')
    said = list(remarks_on_new_brands(ls.load(here / "mine.toml"), str(here / "mine.toml")))
    text = 'brands.Our is a new brand without a price of its own. Did you mean "Ours"? If not, set its price.'
    assert said == [text] * asked
    assert not list(remarks_on_new_brands(ls.load("grocery"), "grocery"))
