"""What `check` remarks on in a scenario that is right, though perhaps not what was meant."""

import pytest

import loyaltysim as ls
from loyaltysim.cli.check import remarks_on_population
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import shipped


def market(everybody: dict, **groups: dict) -> Scenario:
    segments = {name: {"share": 1 / len(groups), **group} for name, group in groups.items()}
    population = {**everybody, "segments": segments}
    return Scenario.from_document({"focal": "A", "brands": {"A": {}, "B": {}}, "population": population})


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
