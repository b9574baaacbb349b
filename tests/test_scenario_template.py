"""The commented file of `new`: every setting is there, and it is the same scenario."""

import re
import tomllib

import pytest

from loyaltysim.loading import load
from loyaltysim.record import Part
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_fields import settings
from loyaltysim.scenario_file import find, shipped
from loyaltysim.scenario_template import commented
from loyaltysim.toml_lines import comments_of, lines_of

WAYS = {
    "schema": 1,
    "focal": "A.B",
    "brands": {"A.B": {"programs": [{"kind": "stamps", "reward": "free_unit"}]}, "2": {}},
    "population": {
        "needs_per_week": {"distribution": "lognormal", "median": 2.0, "cap": 9.0},
        "appeal": {"A.B": 1.5},
        "segments": {"old & new": {"taste": 0.5, "correlations": {"inertia needs_per_week": 0.2}}},
    },
    "behavior": {
        "needs": {"kind": "poisson", "season": [1.0, 2.0]},
        "choice": {"kind": "switching", "matrix": [[1, 0], [0, 1]]},
    },
    "network": {"kind": "layers", "layers": [{"kind": "household", "size": 3.0}, {"kind": "configuration"}]},
    "title": 'quotes " and \\ and \n lines',
    "uses": [],
}


def texts():
    for name in shipped():
        text = find(name).read_text()
        yield name, load(name).to_toml() if "extends = " in text else text  # `new` writes what both files say
    yield "another", Scenario.from_document(WAYS).to_toml()


@pytest.fixture(params=texts(), ids=lambda param: param[0])
def text(request):
    return request.param[1]


def scenario_of(text: str) -> Scenario:
    return Scenario.from_document(tomllib.loads(text))


def test_template__reads_back_as_the_same_scenario(text):
    scenario = scenario_of(text)
    assert scenario_of(commented(scenario, text)).to_toml() == scenario.to_toml()
    assert scenario_of(commented(scenario)).model_dump() == scenario.model_dump()


def every_setting(record, path=()):
    """Paths of all settings of a scenario's records."""
    for setting in settings(type(record)):
        if setting.fixed and setting.name != "schema":
            continue
        value = getattr(record, setting.field)
        many = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
        inside = [one for one in many if hasattr(type(one), "model_fields") and not hasattr(one, "quantile")]
        if not inside:
            yield (*path, setting.name)
        for name, one in zip(value if isinstance(value, dict) else range(len(inside)), inside):
            yield from every_setting(one, (*path, setting.name, *([name] if isinstance(value, (dict, tuple)) else [])))


def test_template__has_every_setting(text):
    scenario = scenario_of(text)
    # a setting that is commented out stands where it would stand
    whole = re.sub(r"^# Not given: ([\w\"' .&]+)$", r"\1 = 0", commented(scenario, text), flags=re.M)
    whole = re.sub(r"^#(?! )", "", whole, flags=re.M)
    missing = set(every_setting(scenario)) - set(lines_of(whole))
    assert not missing


def test_template__a_setting_at_its_default_may_be_uncommented(text):
    scenario = scenario_of(text)
    lines = commented(scenario, text).splitlines()
    out = [place for place, line in enumerate(lines) if re.match(r"#\S", line)]
    assert out and any(line.startswith("# Not given: ") for line in lines)
    for place in out:
        lines[place] = lines[place][1:]
    assert scenario_of("\n".join(lines)).to_toml() == scenario.to_toml()


def test_template__keeps_what_the_file_says_beside_its_settings(text):
    whole = commented(scenario_of(text), text)
    assert all(comment in whole for comment in comments_of(text).values())


def test_template__keeps_a_comment_with_the_table_that_its_line_names_in_full():
    text = """schema = 1
brands.Ours.price = 2.0  # euro, in 2024
[[brands.Ours.programs]]  # card
kind = "stamps"
reward = "free_unit"
[[brands.Ours.programs]]  # second card
kind = "stamps"
reward = "free_unit"
[population.needs_per_week]  # a panel
distribution = "lognormal"
median = 2.0
[network]
"""
    lines = commented(scenario_of(text), text).split("\n")
    assert "[brands.Ours]" in lines and "price = 2.0  # euro, in 2024" in lines
    programs = [line for line in lines if line.startswith("[[brands.Ours.programs]]")]
    assert programs == [f"[[brands.Ours.programs]]  # {what}" for what in ("card", "second card")]
    assert [line for line in lines if line.startswith("needs_per_week = ") and line.endswith("}  # a panel")]


def test_template__tells_unit_range_default_and_source():
    text = commented(load("grocery"))
    lines = re.sub(r"\n#   ", " ", text).splitlines()
    assert "# Measured steps. [steps; at least 1, at most 1_000_000; default 156 (assumed)]" in lines
    (line,) = [line for line in lines if line.startswith("# Satisfaction lost per unit of quality")]
    assert line.endswith("[at least 0; default 1.0 (sign: Anderson and Sullivan 1993; size 2:1 assumed)]")
    (line,) = [line for line in lines if "one of them by chance" in line]
    assert line.endswith('["all" or "one"; default "one" (assumed)]')


def test_template__tells_each_kind_of_each_part():
    text = re.sub(r"\n#   ", " ", commented(load("grocery")))
    rooms = [room for room in Part.__subclasses__() if room.__module__.startswith("loyaltysim.")]
    for room in rooms:
        for name, kind in room.kinds.items():
            sentence = kind.__doc__.strip().splitlines()[0]
            if name in ("nth",) or room.room in ("lever", "target"):
                continue
            assert sentence in text, (room.room, name)


def test_template__explains_a_setting_once():
    text = commented(load("grocery"))
    assert text.count("# List price of a unit.") == 1 and text.count("\nprice = ") == 3


def test_template__of_a_copy_has_no_setting_that_a_copy_cannot_have():
    scenario = load("grocery").vary({"brands.Rival.programs": [{"kind": "copy"}]})
    text = commented(scenario)
    copy = text[text.index("[[brands.Rival.programs]]") : text.index("[brands.Store")]
    assert "lag_weeks" in copy and not re.search(r"enrollment|segments|from_week", copy)
    assert scenario_of(text).model_dump() == scenario.model_dump()
