"""Records and scenarios: frozen settings, parts by kind, and settings changed, compared and written by their path."""

import tomllib
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyaltysim import load
from loyaltysim.behavior.needs import Bernoulli
from loyaltysim.faults import ScenarioError, split_path
from loyaltysim.pricing.promotion_calendar import PromotionCalendar
from loyaltysim.record import Part, Record, setting
from loyaltysim.scenario import Scenario, flat
from loyaltysim.scenario_file import shipped

# --------------------------------------------------------------------------------------------------------- records


class Pet(Part, room="pet"):
    """What one may keep."""

    kind: str = "none"
    name: str = setting("", "What it is called.")


class NoPet(Pet):
    """Nothing to feed."""

    kind: Literal["none"] = "none"


class Cat(Pet):
    """Comes and goes."""

    kind: Literal["cat"] = "cat"
    lives: int = setting(9, "How often it may fall.", ge=1, unit="lives", source="proverb")


class House(Record):
    """Where pets live."""

    pet: Pet = setting(NoPet(), "Who lives here.")
    pets: tuple[Pet, ...] = setting((), "And who else.")
    rooms: int = setting(3, "How many rooms.", ge=1)
    colors: dict[str, float] = setting(dict, "Shares of colors.")


def house(**given_) -> House:
    return House.model_validate(given_)


def test_record__is_frozen_and_equal_to_one_of_the_same_settings():
    one = house(rooms=4, pet={"kind": "cat"})
    with pytest.raises(ValidationError, match="frozen"):
        one.rooms = 5
    assert one == house(rooms=4, pet="cat") != house(rooms=4)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "many", 2.5, 0, None])
def test_record__refuses_values_that_cannot_be(value):
    with pytest.raises(ValidationError):
        house(rooms=value)
    with pytest.raises(ValidationError):
        house(colors={"red": value} if value not in (2.5, 0) else value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rooms": True}, "valid integer"),
        ({"colors": {"red": True}}, "must hold numbers, one was true"),
        ({"colors": False}, "valid"),
        ({"pet": {"kind": "cat", "lives": False}}, "valid integer"),
        ({"pet": True}, "must be a table with a kind, was true"),
    ],
)
def test_record__takes_no_truth_for_a_number(wrong, said):
    with pytest.raises(ValidationError, match=said):
        house(**wrong)


@pytest.mark.slow  # every number of every shipped file
def test_scenario__takes_no_truth_for_any_of_its_numbers():
    for name in shipped():
        document = load(name).document()
        for path in (path for path, value in flat(document).items() if type(value) in (int, float)):
            wrong = deepcopy(document)
            *above, last = split_path(path)
            reduce(getitem, above, wrong)[last] = True
            with pytest.raises(ScenarioError, match=r"was true|generous = true|must be"):
                Scenario.from_document(wrong)


def test_scenario__says_that_a_truth_is_no_number():
    with pytest.raises(ScenarioError, match=r"brands\.A\.price: must be a number, was true"):
        load("reference").vary({"brands.A.price": True})


def test_record__refuses_an_unknown_setting():
    for given_ in ({"windows": 3}, {"pet": {"kind": "cat", "tails": 2}}, {"pets": [{"kind": "none", "lives": 9}]}):
        with pytest.raises(ValidationError, match="Extra inputs|extra_forbidden"):
            house(**given_)


def test_with__gives_a_checked_copy():
    one = house(rooms=4, pet={"kind": "cat", "lives": 7})
    other = one.with_(rooms=2)
    assert (other.rooms, other.pet, one.rooms) == (2, one.pet, 4)
    with pytest.raises(ValidationError):
        one.with_(rooms=0)


def test_given__is_what_differs_from_the_defaults():
    assert house().given() == {}
    assert house(rooms=3, pet="none").given() == {}
    one = house(rooms=4, pet={"kind": "cat", "lives": 7}, pets=["cat", {"kind": "none", "name": "Nobody"}])
    assert one.given() == {
        "pet": {"kind": "cat", "lives": 7},
        "pets": [{"kind": "cat"}, {"kind": "none", "name": "Nobody"}],
        "rooms": 4,
    }
    assert house(**one.given()) == one


def test_setting__keeps_sentence_unit_and_source():
    field = Cat.model_fields["lives"]
    assert field.description == "How often it may fall."
    assert field.json_schema_extra == {"unit": "lives", "source": "proverb"}
    assert house().colors is not house().colors  # a default table is made anew for each


# ----------------------------------------------------------------------------------------------------------- kinds


def test_kind__is_picked_by_its_name_and_a_text_stands_for_it():
    assert house(pet={"kind": "cat", "lives": 3}).pet == Cat(lives=3)
    assert house(pet="cat").pet == Cat() and house(pet=Cat()).pet == Cat()
    assert house(pet={}).pet == NoPet()  # the default kind
    assert house(pets=["none", {"kind": "cat"}]).pets == (NoPet(), Cat())
    assert Pet.kinds == {"none": NoPet, "cat": Cat}
    assert Pet.is_room() and not Cat.is_room()


@pytest.mark.parametrize(
    ("given_", "said", "near"),
    [
        ("cta", 'no pet of kind "cta"', "cat"),
        ({"kind": "dinosaur"}, 'no pet of kind "dinosaur"', None),
        ({"lives": 3}, "a pet needs a kind", None),
        (7, "must be a table with a kind, was 7", None),
    ],
)
def test_kind__that_there_is_not_is_told_with_those_there_are(given_, said, near):
    with pytest.raises(ValidationError) as error:
        house(pet=given_)
    (fault,) = error.value.errors()
    assert said in fault["msg"]
    if given_ != 7:
        assert (fault["ctx"]["choices"], fault["ctx"]["nearest"]) == (("cat", "none"), near)


def test_kind__of_a_name_that_is_taken_is_refused():
    with pytest.raises(TypeError, match="two pet kinds are called 'cat'"):

        class Tiger(Pet):
            """Not a cat."""

            kind: Literal["cat"] = "cat"

    assert Pet.kinds["cat"] is Cat


def test_kind__joins_its_room_by_being_defined_and_no_other():
    class Lodging(Part, room="lodging"):
        """Where to sleep."""

        kind: str = "tent"

    class Tent(Lodging):
        """Outside."""

        kind: Literal["tent"] = "tent"

    assert Lodging.kinds == {"tent": Tent} and "tent" not in Pet.kinds
    assert (Tent.room, Cat.room) == ("lodging", "pet")


def test_json_schema__has_every_kind():
    schema = House.model_json_schema()["properties"]["pet"]
    kinds = [one["properties"]["kind"]["const"] for one in schema["anyOf"]]
    assert kinds == ["cat", "none"]


# -------------------------------------------------------------------------------------------------------- scenarios


@pytest.fixture(scope="module", params=shipped())
def scenario(request) -> Scenario:
    return load(request.param)


def reread(scenario: Scenario) -> Scenario:
    return Scenario.from_document(tomllib.loads(scenario.to_toml()))


def assert_same(one: Scenario, other: Scenario) -> None:
    assert one.model_dump() == other.model_dump() and not one.diff(other)
    assert one.to_toml() == other.to_toml()


def test_toml__reads_back_as_the_same_scenario(scenario):
    assert_same(reread(scenario), scenario)
    assert tomllib.loads(scenario.to_toml())["schema"] == 1


def test_toml__file_is_read_as_it_was_written(scenario, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(scenario.to_toml(), "utf-8")
    assert_same(Scenario.from_toml(path), scenario)


def test_vary__every_setting_to_what_it_is_changes_nothing(scenario):
    # so every path that `diff` tells is a path that `vary` takes
    for path, value in flat(scenario.model_dump(mode="json", by_alias=False)).items():
        if path != "schema_" and value is not None:
            assert_same(scenario.vary({path: value}), scenario)


GROCERY = load("grocery")
CHANGES = {
    "steps": st.integers(13, 500),
    "burn_in": st.integers(0, 500),
    "step_days": st.floats(0.5, 7),  # longer than a promotion it may not be
    "title": st.text(max_size=20),
    "population.n_customers": st.integers(20, 10**6),
    "population.taste": st.floats(-5, 5),
    "population.taste.sd": st.floats(0, 5),
    "population.segments.Regular.inertia": st.one_of(
        st.floats(-5, 5), st.fixed_dictionaries({"distribution": st.just("normal"), "mean": st.floats(-5, 5)})
    ),
    'population.segments."Deal seekers".price_sensitivity.median': st.floats(0.01, 50),
    "population.correlations": st.just({"needs_per_week inertia": 0.25}),
    "behavior.needs.season": st.lists(st.floats(0, 3), max_size=4),
    "behavior.choice.outside_option": st.booleans(),
    "behavior.bond.deal_erosion": st.floats(0, 1),
    "behavior.bond": st.sampled_from([{"kind": "drift", "jump": 0.1}, "drift", {"kind": "linear", "fading": 0.5}]),
    "behavior.recovery": st.sampled_from([{"kind": "none"}, "justice", {"kind": "justice", "paradox": 0.1}]),
    "word_of_mouth.talk.audience": st.sampled_from(["all", "one"]),
    "brands.Ours.programs": st.lists(st.sampled_from([{"kind": "points"}, {"kind": "stamps", "n": 4}]), max_size=2),
    "brands.Ours.programs.0.reward.value": st.floats(0, 20),  # dearer than what earns it it may not be
    "brands.Rival.pricing.0.depth": st.floats(0, 1),
    "brands.Rival.pricing.0.from_week": st.one_of(st.none(), st.floats(-10, 10)),
    "brands.Store.price": st.floats(0, 100),
    'brands."No. 4 \\"new\\""': st.fixed_dictionaries({"price": st.floats(0, 9), "appeal": st.floats(-9, 9)}),
}


@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=4, unique=True), st.data())
def test_vary__whatever_is_changed_is_written_read_and_told_by_diff(paths, data):
    if (
        "brands.Ours.programs" in paths or "population.taste" in paths or "behavior.bond" in paths
    ):  # else they contradict
        paths = [p for p in paths if not p.startswith(("brands.Ours.programs.", "population.taste.", "behavior.bond."))]
    changes = {path: data.draw(CHANGES[path], label=path) for path in paths}
    varied = GROCERY.vary(changes)
    assert_same(reread(varied), varied)
    told = GROCERY.diff(varied)
    assert all(path.startswith(tuple(changes)) for path in told)
    assert varied.diff(GROCERY) == {path: (after, before) for path, (before, after) in told.items()}
    assert_same(GROCERY.vary({}), GROCERY)
    for path, value in changes.items():
        if isinstance(value, (int, float)) and path in told:
            assert told[path][1] == value


def market(**changes) -> Scenario:
    promotion = {"kind": "promotion_calendar", "depth": 0.25}
    brands = {"A": {"price": 2.0, "pricing": [promotion, promotion]}, "B.C": {}}
    return Scenario.from_document({"focal": "A", "brands": brands}).vary(changes)


def test_vary__by_path():
    assert market(**{"brands.A.pricing.1.depth": 0.5}).brands["A"].pricing[1].depth == 0.5
    assert market(**{"brands.A.pricing.1.depth": 0.5}).brands["A"].pricing[0].depth == 0.25
    assert market(**{'brands."B.C".price': 3}).brands["B.C"].price == 3.0
    assert market(**{"behavior.needs": {"kind": "bernoulli"}}).behavior.needs == Bernoulli()
    assert market(**{"behavior.needs": Bernoulli()}).behavior.needs == Bernoulli()
    assert market(**{"behavior.needs": "bernoulli"}).behavior.needs == Bernoulli()
    assert market(**{"behavior.choice.bond_weight": 2.0}).behavior.choice.bond_weight == 2.0  # of a part at its default
    assert market(**{"brands.A.pricing.0": PromotionCalendar(depth=0.1)}).brands["A"].pricing[0].depth == 0.1
    assert market(**{"brands.A.pricing": ()}).brands["A"].pricing == ()
    assert market(**{"population.n_customers": np.int64(7), "steps": np.int32(20)}).population.n_customers == 7
    assert market(**{"brands.A.price": np.float32(0.5)}).brands["A"].price == 0.5
    assert market(**{"brands.New": {"price": 1}}).brands["New"].price == 1
    assert (
        market(**{"brands.A.pricing.0.from_week": 3}).vary({"brands.A.pricing.0.from_week": None}).to_toml()
        == market().to_toml()
    )


def test_vary__leaves_the_scenario_it_began_with():
    one = market()
    before = one.to_toml()
    one.vary({"brands.A.pricing.0.depth": 0.9, "steps": 20})
    assert one.to_toml() == before


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("brands.A.prise", 1, 'unknown setting "prise".*Did you mean "price"'),
        ("behaviour.needs", "poisson", 'unknown setting "behaviour".*Did you mean "behavior"'),
        ("brands.A.pricing.2.depth", 0.1, "no such place in the list"),
        ("brands.A.programs.0.earn_rate", 1, "the list is empty"),
        ("brands.A.pricing.first.depth", 0.1, 'there is no "first".*there are: 0, 1'),
        ("brands.a.price", 1, 'there is no "a".*Did you mean "A"'),
        ("brands.A.price", "free", 'must be a number, was text "free"'),
        ("brands.A.price", -1, "must be at least 0"),
        ("brands.A.levers", [{"kind": "gifts"}], 'there are: advocacy.*, service, win_back. Did you mean "gift"'),
        ("brands.A.levers", [{"kind": "uplift"}], 'no lever of kind "uplift", but a target of kind "uplift"'),
        ("brands.A.pricing", [{"kind": "copy_program"}], '"copy_program", but a program of kind "copy"; there are'),
        ("behavior.needs", "poison", 'no needs model of kind "poison".*Did you mean "poisson"'),
        ("focal", "C", 'no brand is called "C"'),
        ("brands..price", 1, "is not a path"),
    ],
)
def test_vary__a_path_or_value_that_cannot_be_is_told(path, value, said):
    with pytest.raises(ScenarioError, match=said):
        market(**{path: value})


def test_diff__tells_what_each_has_by_path():
    other = market(**{"brands.A.pricing.1.depth": 0.5, 'brands."B.C".price': 3, "behavior.needs": "bernoulli"})
    assert market().diff(market()) == {}
    assert market().diff(other) == {
        "brands.A.pricing.1.depth": (0.25, 0.5),
        'brands."B.C".price': (1.0, 3.0),
        "behavior.needs.kind": ("poisson", "bernoulli"),
    }


def test_diff__of_a_setting_at_its_default_tells_the_default():
    changes = {"brands.A.pricing.0.weeks": 2, "behavior.choice.bond_weight": 2.0, "behavior.needs.season": [2.0, 1.0]}
    assert market().diff(market(**changes)) == {
        "behavior.needs.season": ([], [2.0, 1.0]),
        "behavior.choice.bond_weight": (1.0, 2.0),
        "brands.A.pricing.0.weeks": (1.0, 2.0),
    }


def test_diff__tells_what_only_one_of_them_has():
    told = market().diff(market(**{"brands.A.pricing": [], "brands.D": {"price": 4.0}}))
    assert told["brands.A.pricing.0.depth"] == (0.25, None)
    assert told["brands.D.price"] == (None, 4.0)


def test_contradictions__between_tables_are_told():
    for changes, said in (
        ({"behavior.satisfaction": "level"}, "needs experiences: set behavior.experience"),
        ({"behavior.bond": "linear"}, "needs satisfaction: set behavior.satisfaction"),
        ({"behavior.needs": "panel"}, r"want a \[panel\] table"),
        ({"metrics.period_steps": 200}, "does not fit into a run"),
        ({"brands": {"A": {}}, "behavior.choice.outside_option": False}, "nothing to choose"),
        ({"population.appeal": {"Z": 1.0}}, 'no brand is called "Z"'),
        ({"network": {"kind": "random", "mean_degree": 30_000}}, "needs more than 30000 customers"),
    ):
        with pytest.raises(ScenarioError, match=said):
            market(**changes)


@pytest.mark.parametrize("kind", [{"kind": 1}, [1], 3, True])
def test_kind__that_is_no_text_is_told(kind):
    with pytest.raises(ScenarioError, match="no choice model of kind"):
        load("grocery").vary({"behavior.choice": {"kind": kind}})
