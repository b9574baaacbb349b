"""Scenario: from a document and back, changed by path, compared."""

import copy

import numpy as np
import pytest

from loyaltysim.faults import ScenarioError
from loyaltysim.loading import load
from loyaltysim.scenario import MOST_BRANDS, Scenario
from loyaltysim.scenario_file import shipped

BASE = {"schema": 1, "brands": {"Ours": {"price": 2.0}, "Rival": {"price": 1.9}}}


def scenario(**more):
    return Scenario.from_document({**copy.deepcopy(BASE), **more})


def faults(**more):
    with pytest.raises(ScenarioError) as caught:
        scenario(**more)
    return {fault.key: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize("name", shipped())
def test_to_toml__reads_back_as_the_same_scenario(tmp_path, name):
    (tmp_path / "again.toml").write_text(load(name).to_toml())
    again = load(tmp_path / "again.toml")
    assert again.model_dump() == load(name).model_dump() and again.to_toml() == load(name).to_toml()
    assert again.diff(load(name)) == {}


def test_document__leaves_out_what_is_at_its_default():
    assert scenario(steps=156, metrics={"period_steps": 13}).document() == BASE


def test_vary__changes_one_path_and_not_the_original():
    before = load("grocery")
    text = before.to_toml()
    after = before.vary({"brands.Rival.pricing.0.depth": 0.3, "brands.Ours.price": np.float32(2.5)})
    assert after.diff(before) == {"brands.Rival.pricing.0.depth": (0.3, 0.2), "brands.Ours.price": (2.5, 2.0)}
    assert before.to_toml() == text


def test_vary__leaves_the_given_values_as_they_are():
    given = {"kind": "heard", "shift": 0.3}
    changes = {"word_of_mouth.influence": given, "word_of_mouth.influence.shift": 0.5}
    assert load("grocery").vary(changes).word_of_mouth.influence.shift == 0.5
    assert given == {"kind": "heard", "shift": 0.3}


def test_vary__reaches_into_tables_and_parts_at_their_defaults():
    changed = scenario().vary({"behavior.choice.loss": 0.5, "metrics.period_steps": 4, "accounts.by_customer": True})
    assert (changed.behavior.choice.loss, changed.metrics.period_steps, changed.accounts.by_customer) == (0.5, 4, True)


def test_vary__takes_a_table_or_list_whole_and_none_takes_a_setting_away():
    points = {"kind": "points", "earn_rate": 2.0}
    changed = scenario().vary(
        {"brands.Ours.programs": [points], "brands.New": {"price": 1.0}, "population.inertia": 0.5}
    )
    assert changed.brands["Ours"].programs[0].earn_rate == 2.0 and list(changed.brands) == ["Ours", "Rival", "New"]
    back = changed.vary({"population.inertia": None, "brands.Ours.programs": []})
    assert back.population.inertia is None and back.brands["Ours"].programs == ()
    program = changed.brands["Ours"].programs[0].with_(earn_rate=3.0)
    assert changed.vary({"brands.Ours.programs.0": program}).brands["Ours"].programs[0].earn_rate == 3.0


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("brands.Our.price", 'there is no "Our" .*Did you mean "Ours"'),
        ("brands.Ours.pricing.0.depth", "the list is empty"),
        ("brands.Ours.prise", 'unknown setting "prise".*Did you mean "price"'),
        ("steps.x", "steps: must be a whole number, was a table"),
        ("a..b", "is not a path"),
    ],
)
def test_vary__of_a_path_that_there_is_not_is_a_fault(path, message):
    with pytest.raises(ScenarioError, match=message):
        scenario().vary({path: 1.0})


def test_vary__tells_all_faults_at_once():
    with pytest.raises(ScenarioError) as caught:
        scenario().vary({"brands.Ours.price": -1, "steps": 0, "focal": "Nobody"})
    assert {fault.key for fault in caught.value.faults} == {"brands.Ours.price", "steps", "focal"}


def test_diff__tells_settings_that_only_one_has():
    points = scenario(brands={**BASE["brands"], "Ours": {"price": 2.0, "programs": [{"kind": "points"}]}})
    assert points.diff(scenario())["brands.Ours.programs.0.kind"] == ("points", None)
    assert scenario().diff(points)["brands.Ours.programs.0.kind"] == (None, "points")


def test_scenario__is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        scenario().steps = 3


def test_a_period__may_be_longer_than_the_run_only_where_nobody_asked_for_it():
    assert scenario(steps=5).metrics.period_steps == 13
    assert "metrics.period_steps" in faults(steps=5, metrics={"period_steps": 6})
    assert scenario(steps=5, metrics={"period_steps": 0}).metrics.period_steps == 0


def test_brands__are_at_most_as_many_as_bits():
    brands = {f"B{n}": {} for n in range(MOST_BRANDS)}
    assert len(scenario(focal="B0", brands=brands).brands) == MOST_BRANDS
    assert "not 33" in faults(focal="B0", brands={**brands, "more": {}})["brands"]


def test_faults__alone_and_together_are_told_at_once():
    found = faults(
        focal="Nobody",
        steps=0,
        population={"n_customers": 0, "segments": {"A": {"share": 0.7}, "B": {"share": 0.7}}, "n_custmers": 3},
        behavior={"choice": {"kind": "switching"}},
        network={"kind": "random", "mean_degree": 20_000},
    )
    assert set(found) == {
        *("focal", "steps", "population.n_customers", "population.n_custmers", "population.segments"),
        "behavior.choice.matrix",
    }  # the network fits or not, depending on the number of customers, which is not known


@pytest.mark.parametrize(
    ("wrong", "also"),
    [
        ({"brands": {"Ours": 3, "Rival": {}}}, "focal"),
        ({"behavior": {"experience": "nrmal", "satisfaction": "level"}}, "behavior.satisfaction"),
        ({"population": {"segments": {"A": {"share": 2.0}}}}, "population.segments"),
        ({"steps": "x", "metrics": {"period_steps": 200}}, "metrics.period_steps"),
        ({"population": {"n_customers": "x"}, "network": {"kind": "random", "mean_degree": 10**5}}, "network"),
    ],
)
def test_faults__that_may_only_follow_from_others_are_not_told(wrong, also):
    assert also not in faults(**wrong)


def test_faults__in_one_item_of_a_list_do_not_shift_those_of_others():
    pricing = [
        {"kind": "nothing"},
        {"kind": "promotion_calendar", "weeks": 9},
        {"kind": "promotion_calendar", "depth": 2},
    ]
    found = faults(brands={"Ours": {}, "Rival": {"pricing": pricing}})
    assert set(found) == {f"brands.Rival.pricing.{place}" for place in (0, 1)} | {"brands.Rival.pricing.2.depth"}
