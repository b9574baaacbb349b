"""Launches: a program does nothing before its first week (eq. E130), and may be a copy of a rival's (eq. E131)."""

import numpy as np
import pytest

from loyaltysim import Simulation, replicate, simulate
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.study.questions import without_program
from loyaltysim.validation.busy_market import PROGRAMS, busy_market
from loyaltysim.validation.strength_zero import differences, finished

WEEK = 8
KINDS = [table for tables in PROGRAMS.values() if isinstance(tables, list) for table in tables if "kind" in table]
NAMES = [f"{table['kind']}{number}" for number, table in enumerate(KINDS)]


def market(*programs, steps: int = 20, **changes) -> Scenario:
    """A busy market in which the rival has these programs; baskets, leaving and contact with members are on."""
    document = {"brands.Rival.programs": list(programs), **changes}
    more = {name: value for name, value in PROGRAMS.items() if not name.endswith("programs")}
    return busy_market(250, steps).vary({**more, **document})


@pytest.mark.parametrize("table", KINDS, ids=NAMES)
def test_program__before_its_launch_changes_nothing_bit_for_bit(table):
    one, other = (finished(market(*tables, steps=WEEK)) for tables in ((), ({**table, "from_week": WEEK},)))
    assert differences(one, other) == []


@pytest.mark.parametrize("table", KINDS, ids=NAMES)
def test_program__launched_is_the_same_as_on_a_branch_that_adds_it(table):
    launched = Simulation(market({**table, "from_week": WEEK})).run().results()
    branch = Simulation(market()).run(until=WEEK).branch(market(table)).run().results()
    for name in launched.data_vars:
        np.testing.assert_array_equal(branch[name].values, launched[name].values, err_msg=name)
    assert float(launched["members"].sel(brand="Rival").values[0, WEEK - 1 :].min()) == 0
    assert float(launched["members"].sel(brand="Rival", segment="all").values[0, -1]) > 0


def test_program__launched_in_the_first_week_was_there_from_the_start():
    always, launched = (simulate(market({**KINDS[0], **first})) for first in ({}, {"from_week": 0}))
    for name in always.data_vars:
        assert always[name].equals(launched[name]), name


OURS = {"kind": "member_discount", "percent": 8.0, "segments": ["Heavy"], "from_week": 3}
COPY = {"kind": "copy", "number": 1, "lag_weeks": 5}


def copied(copy, **changes) -> Scenario:
    """The focal brand's second program is a discount of 8 % for heavy buyers from week 3 on; the rival copies it."""
    points = busy_market().brands["Ours"].programs[0].plain()
    return market(*([copy] if copy else []), **{"brands.Ours.programs": [points, OURS], **changes})


def test_copy__is_the_same_program_launched_a_lag_later():
    copy, own = (simulate(copied(table)) for table in (COPY, {**OURS, "from_week": 8}))
    for name in copy.data_vars:
        assert copy[name].equals(own[name]), name
    assert copy["program_cost"].sel(brand="Rival").sum() > 0
    assert not copy["members"].sel(brand="Rival").values[0, :8].any()
    assert copy["members"].sel(brand="Rival", segment="Light").sum() == 0


def test_copy__is_called_after_its_brand_in_results():
    for name, called in ((None, "Rival member_discount"), ("Theirs", "Theirs")):
        columns = Simulation(copied({**COPY, **({"name": name} if name else {})})).customers().columns
        assert f"member[{called}]" in columns and "member[Ours member_discount]" in columns


def test_copy__of_a_program_that_was_always_there_begins_a_lag_after_the_first_measured_week():
    scenario = copied({**COPY, "number": 0, "lag_weeks": 4}, burn_in=6)
    members = simulate(scenario)["members"].sel(segment="all")
    assert not members.sel(brand="Rival").values[0, :4].any()
    assert members.sel(brand="Rival").values[0, 5] > 0 and members.sel(brand="Ours").values[0, 0] > 0


def test_copy__is_made_by_chance_once_for_each_replication():
    some = replicate(copied({**COPY, "chance": 0.5}, steps=12), replications=12)
    whole, none = (replicate(copied(table, steps=12), replications=12) for table in (COPY, {**COPY, "chance": 0.0}))
    launched = some["members"].sel(brand="Rival", segment="all").values[:, -1] > 0
    assert 1 <= launched.sum() <= 11  # beyond that with a chance of 2**-11
    for name in some.data_vars:
        if "replication" in some[name].dims:
            kept = np.where(launched.reshape(-1, *[1] * (some[name].ndim - 1)), whole[name].values, none[name].values)
            np.testing.assert_array_equal(some[name].values, kept, err_msg=name)
    alone = Simulation(copied({**COPY, "chance": 0.5}, steps=12), replications=range(7, 8)).run().results()
    for name in alone.data_vars:
        np.testing.assert_array_equal(alone[name].values[0], some[name].sel(replication=7).values, err_msg=name)


@pytest.mark.parametrize("table", KINDS, ids=NAMES)
def test_copy__of_chance_0_changes_nothing_bit_for_bit(table):
    copy = {"kind": "copy", "lag_weeks": 2, "chance": 0.0}
    one, other = (finished(market(*some, **{"brands.Ours.programs": [table]}, steps=12)) for some in ((), (copy,)))
    assert differences(one, other) == []


def test_copy__goes_on_exactly_from_a_checkpoint_and_on_a_branch(tmp_path):
    straight = Simulation(copied(COPY)).run().results()
    half = Simulation(copied(COPY)).run(until=11)
    half.checkpoint(tmp_path / "half.npz")
    for other in (half.branch(copied(COPY)), Simulation(copied(COPY)).restore(tmp_path / "half.npz")):
        assert other.run().results().equals(straight)


def test_copy__goes_where_the_program_that_it_copies_goes():
    scenario = copied(COPY).vary({"brands.Third.programs": [{"kind": "copy", "brand": "Ours"}]})
    left = without_program(scenario)
    assert left is not None
    assert [len(left.brands[name].programs) for name in ("Ours", "Rival", "Third")] == [0, 0, 0]


def test_copy__is_written_to_a_file_as_a_copy_and_read_back():
    scenario = copied(COPY)
    assert Scenario.from_document(scenario.document()).to_toml() == scenario.to_toml()
    assert scenario.document()["brands"]["Rival"]["programs"] == [COPY]


REFUSED = [
    ({"brand": "Rival"}, 'programs.0.brand: "Rival" cannot copy a program of its own; there are: Ours, Third'),
    ({"brand": "Thirt"}, 'brand: no brand is called "Thirt"; there are: Ours, Third. Did you mean "Third"?'),
    ({"number": 2}, 'programs.0.number: "Ours" has no program 2; there are: 0, 1'),
    ({"brand": "Third", "number": 0}, '"Third" has no program to copy'),
    ({"segments": ["Heavy"], "from_week": 3}, "like what it copies: segments and from_week cannot be given"),
    ({"chance": 1.5}, "at most 1"),
]


@pytest.mark.parametrize(("settings", "said"), REFUSED, ids=[" ".join(settings) for settings, _ in REFUSED])
def test_copy__of_what_cannot_be_copied_is_refused(settings, said):
    with pytest.raises(ScenarioError, match=said):
        copied({**COPY, **settings}, **{"brands.Third.programs": []})


def test_copy__of_a_copy_is_refused():
    with pytest.raises(ScenarioError, match='the program of "Rival" is a copy: name the brand that it copies'):
        copied(COPY).vary({"brands.Third.programs": [{"kind": "copy", "brand": "Rival"}]})


def test_copy__that_does_not_pay_at_the_price_of_its_brand_is_refused():
    gift = {"kind": "surprise", "chance": 1.0, "cost_each": 1.95}  # Ours asks 2.0, the rival 1.9
    ours = {"brands.Ours.programs": [gift]}
    with pytest.raises(ScenarioError, match="brands.Rival.programs.0: a unit sells at 1.9, and .* set generous = true"):
        market({"kind": "copy"}, **ours)
    assert market({"kind": "copy", "generous": True}, **ours)
