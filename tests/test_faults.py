import json
import pickle
import tomllib
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from loyaltysim.faults import Fault, ScenarioError, nearest, path_text, read_errors, split_path
from loyaltysim.toml_lines import lines_of


class UnknownColor(ValueError):
    choices = ("red", "green")
    nearest = "red"


def check_color(name: str) -> str:
    if name == "custom":
        raise PydanticCustomError("color", "no color {name}", {"name": name, "choices": ["red"], "nearest": "red"})
    raise UnknownColor(f'no color "{name}"')


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class Points(Table):
    kind: Literal["points"]
    earn_rate: float = Field(ge=0)
    points: int = 0  # called as the kind is


class Stamps(Table):
    kind: Literal["stamps"]
    number: int = Field(10, gt=2, le=50)


class Brand(Table):
    price: float = 1.0
    programs: list[Annotated[Points | Stamps, Field(discriminator="kind")]] = []

    @model_validator(mode="after")
    def hold_together(self):
        faults = []
        if self.price == 13:
            faults = [Fault(None, None, "price", "is unlucky"), Fault(None, None, "", "is doomed")]
        if faults:
            raise ScenarioError(faults)
        return self


class Document(Table):
    title: str = ""
    steps: int = Field(1, multiple_of=2)
    is_open: bool = True
    kind: Literal["random", "small_world"] = "random"
    names: list[str] = Field([], min_length=2)
    brands: dict[str, Brand] = {}
    horizon: float | Literal["auto", "never"] = "auto"
    mean: float | Points = 1.0
    color: Annotated[str, AfterValidator(check_color)] = "red"
    first: Annotated[Any, BeforeValidator(Brand.model_validate)] = None


def names_at(path):
    fields = {0: Document, 2: Brand}.get(len(path), Points).model_fields
    return tuple(fields)


def told(text: str) -> list[Fault]:
    document = tomllib.loads(text)
    with pytest.raises(ValidationError) as caught:
        Document.model_validate(document)
    return read_errors(caught.value, "mine.toml", lines_of(text), document, names_at)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("steps = 'abc'", 'steps: must be a whole number, was text "abc"'),
        ("steps = 3", "steps: must be a multiple of 2, was 3"),
        ("steps = 2.5", "steps: must be a whole number, was 2.5"),
        ("title = 3", "title: must be text, was 3"),
        ("is_open = 'yes'", 'is_open: must be true or false, was text "yes"'),
        ("names = {}", "names: must be a list, was a table; a list of tables is written [[names]], once for each"),
        ("names = ['a']", "names: must have at least 2 items, not 1"),
        ("names = ['a', 2]", "names.1: must be text, was 2"),
        ("brands = []", "brands: must be a table, was a list"),
        ("brands.A.price = true", "brands.A.price: must be a number, was true"),
        ("brands.'A.B'.price = nan", 'brands."A.B".price: must be a finite number, was nan'),
        (
            "kind = 'randon'",
            'kind: there is no choice "randon"; there are: random, small_world. Did you mean "random"?',
        ),
        ("kind = 3", "kind: there is no choice 3; there are: random, small_world"),
        ("color = 'rad'", 'color: no color "rad"; there are: red, green. Did you mean "red"?'),
        ("color = 'custom'", 'color: no color custom; there are: red. Did you mean "red"?'),
        ("first.price = 'x'", 'first.price: must be a number, was text "x"'),
    ],
)
def test_faults__are_told_in_plain_words(text, line):
    assert [str(fault) for fault in told(text)] == [f"mine.toml:1: {line}"]


def test_faults__an_unknown_setting_comes_with_those_that_there_are():
    (fault,) = told("[brands.A]\nprise = 2")
    assert str(fault) == (
        'mine.toml:2: brands.A.prise: unknown setting "prise"; there are: price, programs. Did you mean "price"?'
    )


def test_faults__a_part_with_another_kind_is_named_by_its_place_and_the_line_of_the_kind():
    (fault,) = told("[[brands.Ours.programs]]\n# what?\nkind = 'pionts'")
    assert str(fault) == (
        'mine.toml:3: brands.Ours.programs.0: no kind "pionts"; there are: points, stamps. Did you mean "points"?'
    )
    assert str(told("[[brands.A.programs]]")[0]) == "mine.toml:1: brands.A.programs.0: no kind is given"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ("", "1: brands.A.programs.0.earn_rate: missing, and there is no default"),
        ("earn_rate = -3", "3: brands.A.programs.0.earn_rate: must be at least 0, was -3"),
        ("points = 1\nearn_rate = -3", "4: brands.A.programs.0.earn_rate: must be at least 0, was -3"),
    ],
)
def test_faults__the_kind_that_pydantic_puts_into_a_path_is_dropped(settings, line):
    (fault,) = told(f"[[brands.A.programs]]\nkind = 'points'\n{settings}")
    assert str(fault) == f"mine.toml:{line}"


def test_faults__a_missing_setting_is_not_taken_for_one_further_up():
    class Outer(BaseModel):
        class Inner(BaseModel):
            kind: str

        kind: str
        inner: Inner

    document = {"kind": "x", "inner": {}}
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document)
    (fault,) = read_errors(caught.value, None, {}, document)
    assert (fault.key, fault.line) == ("inner.kind", None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("horizon = 'nevr'", 'horizon: must be a number or "auto" or "never", was text "nevr". Did you mean "never"?'),
        ("mean = 'x'", 'mean: must be a number or a table, was text "x"'),
        ("mean = { kind = 'points', earn_rate = -3 }", "mean.earn_rate: must be at least 0, was -3"),
    ],
)
def test_faults__a_setting_of_several_types_is_one_fault(text, line):
    assert [str(fault) for fault in told(text)] == [f"mine.toml:1: {line}"]


def test_faults__of_a_scenario_error_are_placed_where_it_was_raised():
    assert [str(fault) for fault in told("[brands.A]\nprice = 13.0")] == [
        "mine.toml:1: brands.A: is doomed",
        "mine.toml:2: brands.A.price: is unlucky",
    ]


def test_faults__are_told_all_at_once_in_the_order_of_the_lines():
    faults = told("title = 1\n\nsteps = 3\nnope = 1\n[brands.A]\nprice = 'x'\n")
    assert [fault.line for fault in faults] == [1, 3, 4, 6]


@given(
    st.dictionaries(
        st.sampled_from([*Document.model_fields, "nope"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.dates(),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["A", "kind", "programs", "points", "price"]), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_faults__whatever_the_document_every_one_is_told_without_jargon(document):
    try:
        Document.model_validate(document)
    except ValidationError as error:
        faults = read_errors(error, None, {}, document, names_at)
        assert faults
        for fault in faults:
            assert not any(word in fault.message for word in ("Input", "Value error", "pydantic", "valid "))
            assert split_path(fault.key)[0] in Document.model_fields or fault.key == "nope"
            json.dumps(fault.as_dict())


def test_fault__leaves_out_what_is_not_known():
    assert str(Fault(None, None, "", "wrong")) == "wrong"
    assert str(Fault(None, 3, "a", "wrong")) == "line 3: a: wrong"
    assert str(Fault("x.toml", None, "a", "wrong", nearest="right")) == 'x.toml: a: wrong. Did you mean "right"?'


def test_fault__cuts_a_long_list_of_choices():
    fault = Fault(None, None, "a", "wrong", tuple(f"c{n}" for n in range(21)))
    assert str(fault) == "a: wrong; there are: " + ", ".join(f"c{n}" for n in range(18)) + " and 3 more"


def test_fault__as_dict_has_the_keys_of_the_command():
    assert Fault("x.toml", 1, "a", "wrong", ("b",), "b").as_dict() == {
        "file": "x.toml",
        "line": 1,
        "key": "a",
        "message": "wrong",
        "choices": ["b"],
        "nearest": "b",
    }


def test_scenario_error__is_one_line_a_fault_and_survives_a_process():
    error = ScenarioError([Fault("x.toml", 1, "a", "wrong"), Fault("x.toml", 2, "b", "wrong")])
    assert str(error) == "x.toml:1: a: wrong\nx.toml:2: b: wrong"
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_nearest__minds_no_capitals_and_gives_up_on_the_far():
    assert nearest("POINTS", ["stamps", "points"]) == "points"
    assert nearest("coupons", ["stamps", "tiers"]) is None
    assert nearest("x", []) is None


def test_path_text__quotes_as_toml_does():
    assert path_text(("brands", "A.B", "programs", 0, "kind")) == 'brands."A.B".programs.0.kind'
    assert path_text(("brands", "2024", "", "Café")) == 'brands."2024".""."Café"'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 99), min_size=1).map(tuple))
def test_split_path__is_the_inverse(path):
    assert split_path(path_text(path)) == path


def test_split_path__reads_all_that_toml_reads():
    assert split_path("brands . 'A.B'.\"\\u0043\".programs.0") == ("brands", "A.B", "C", "programs", 0)


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a b", "Café", '"a', '"\\q"', "a = 1 #", "a\n[b]", "a[0]"]
)
def test_split_path__says_what_a_path_is(text):
    with pytest.raises(ScenarioError, match="is not a path; a path is names with dots between"):
        split_path(text)
