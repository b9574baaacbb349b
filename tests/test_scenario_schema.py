"""The JSON Schema: what the records accept it accepts, and it knows every kind and every setting."""

import copy
import tomllib

import pytest

from loyaltysim.record import Part
from loyaltysim.scenario_fields import settings
from loyaltysim.scenario_file import SHIPPED, shipped
from loyaltysim.scenario_schema import json_schema

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def schema():
    return json_schema()


@pytest.fixture(scope="module")
def validator(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_schema__every_reference_leads_somewhere(schema):
    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            value = list(value.values())
        for one in value if isinstance(value, list) else []:
            yield from references(one)

    found = set(references(schema))
    assert found == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_schema__has_every_kind_with_every_setting_and_a_sentence_on_it(schema):
    for room in Part.__subclasses__():
        for name, kind in room.kinds.items():
            if room.room == "nothing" or not kind.__module__.startswith("loyaltysim."):
                continue
            table = schema["$defs"][f"{room.room.replace(' ', '_')}.{name}"]
            own = [setting.name for setting in settings(kind) if not setting.fixed]
            assert list(table["properties"])[1:] == own and table["description"]
            assert all(table["properties"][setting]["description"] for setting in own)


@pytest.mark.parametrize("name", shipped())
def test_schema__accepts_what_is_shipped(validator, name):
    document = tomllib.loads((SHIPPED / f"{name}.toml").read_text())
    assert not list(validator.iter_errors(document))
    assert not list(validator.iter_errors({"extends": name, "steps": 3}))


BASE = {"schema": 1, "brands": {"Ours": {}}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", 3),
        ("steps", 0),
        ("steps", 2.5),
        ("stesp", 3),
        ("schema", 2),
        ("uses", "mine"),
        ("network", "rndom"),
        ("network", {"kind": "random", "mean_degre": 3}),
        ("network", {"mean_degree": 3}),
        ("population", {"needs_per_week": {"distribution": "gamma", "mean": 0}}),
        ("population", {"needs_per_week": {"mean": 1}}),
        ("population", {"share": 1.0}),
        ("behavior", {"choice": {"kind": "switching"}}),
        ("word_of_mouth", {"talk": {"kind": "rates", "audience": "some"}}),
        ("brands", {}),
        ("brands", {"Ours": {"programs": {"kind": "points"}}}),
        ("brands", {"Ours": {"programs": [{"kind": "points", "reward": {"kind": "cash", "value": -1}}]}}),
    ],
)
def test_schema__refuses_what_the_records_refuse(validator, path, value):
    assert list(validator.iter_errors({**copy.deepcopy(BASE), path: value}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network", "complete"),
        ("network", {}),
        ("population", {"needs_per_week": 0.5, "inertia": {"distribution": "normal"}}),
        ("behavior", {"needs": "regular", "choice": {"kind": "switching", "matrix": [[1.0]]}}),
        ("brands", {"Ours": {"programs": [{"kind": "stamps", "reading": "n_then_one_extra", "reward": "free_unit"}]}}),
    ],
)
def test_schema__accepts_what_the_records_accept(validator, path, value):
    assert not list(validator.iter_errors({**copy.deepcopy(BASE), path: value}))
