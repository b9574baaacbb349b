"""An ODD description says what the scenario's model is: what is on, in which order, with which settings."""

import re
import textwrap

import pytest
from markdown_it import MarkdownIt

import loyaltysim as ls
from loyaltysim.customers.distributions import Distribution
from loyaltysim.faults import split_path
from loyaltysim.levers import Lever
from loyaltysim.programs.program import Program
from loyaltysim.report.odd.equations import cited, known
from loyaltysim.report.odd.live import does
from loyaltysim.report.odd.settings import written
from loyaltysim.scenario import flat, member
from loyaltysim.scenario_file import shipped

ELEMENTS = [
    "1. Purpose and patterns", "2. Entities, state variables, and scales", "3. Process overview and scheduling",
    "4. Design concepts", "5. Initialization", "6. Input data", "7. Submodels", "Equations",
]  # fmt: skip
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
]  # fmt: skip


def parts(text: str) -> dict[str, str]:
    """Path and kind of every sub-model that is described as on, those inside of others too."""
    return dict(re.findall(r"^(?:#{3,4}|-) `([^` ]+)`: `(\w+)`", text, re.M))


def off(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", re.search(r"^Switched off: (.*)", text, re.M)[1]))


def rows(text: str) -> dict[str, list[str]]:
    """Value, unit, sentence and source of each setting, by its path."""
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): [cell.strip("` ") for cell in row[1:]] for row in cells if len(row) == 5}


def calls(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^- `([^`]+)` `(\w+)`: ", text, re.M)


@pytest.fixture(scope="module")
def told():
    """The description of a shipped scenario, made once."""
    made = {}

    def tell(name):
        if name not in made:
            made[name] = ls.odd(ls.load(name), named=name)
        return made[name]

    return tell


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_odd__has_all_elements_and_concepts(told, name):
    text = told(name)
    assert re.findall(r"^## (.*)", text, re.M) == ELEMENTS
    assert re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\* \S", text, re.M) == CONCEPTS


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_odd__links_lead_to_equations_of_the_model_document(told, name, repository):
    text, document = told(name), (repository / "docs" / "model.md").read_text("utf-8")
    links = set(re.findall(r"\]\(#(e\d+)\)", text))
    assert links
    assert links <= set(re.findall(r'<a id="(e\d+)">', text))
    assert all(f"**({link.upper()})**" in document for link in links)
    assert set(re.findall(r"\]\((?!#e)[^)]*\)", text)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_odd__what_is_off_is_not_described_as_on(told, name):
    text, scenario = told(name), ls.load(name)
    on = parts(text)
    assert not off(text) & on.keys()
    for room in ("behavior", "word_of_mouth"):
        for field, part in getattr(scenario, room):
            path = f"{room}.{field}"
            if getattr(part, "kind", "") in ("none", "one"):
                assert path in off(text) and not any(call[0] == path for call in calls(text))
            elif hasattr(part, "kind"):
                assert on[path] == part.kind
    assert ("network" in on) == scenario.word_of_mouth.travels


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_odd__every_setting_in_use_stands_there_with_its_value(told, name):
    text, scenario = told(name), ls.load(name)
    described, kinds = rows(text), parts(text)
    silent = off(text) | {"schema", "panel.source"}
    for path, value in flat(scenario.document()).items():
        above = [path.rsplit(".", n)[0] for n in range(path.count(".") + 1)]
        if silent & set(above):
            continue
        owner = next((at for at in above if isinstance(_at(scenario, at), Distribution)), None)
        if owner is not None:
            name_of = split_path(path)[-1]
            wanted = written(value) if owner == path else f"{name_of} = {written(value)}"
            assert wanted in described[owner][0], path
        elif path.endswith(".kind"):
            assert kinds.get(path.removesuffix(".kind")) == value or value in ("none", "plain"), path
        elif not (path.startswith("network.") and "network" not in kinds):
            assert described[path][0] == written(value).replace("|", r"\|"), path


def _at(scenario, path):
    value = scenario
    for part in split_path(path):
        value = member(value, part)
    return value


def test_odd__of_a_market_of_choices_alone():
    text = ls.odd(ls.load("promotion"), named="promotion")
    assert parts(text) == {
        "behavior.needs": "poisson",
        "behavior.choice": "logit",
        "brands.Ours.pricing.0": "promotion_calendar",
    }
    assert {"behavior.bond", "behavior.satisfaction", "word_of_mouth.talk", "network"} <= off(text)
    assert "Nobody learns" in text and "No customer meets another" in text
    states = re.search(r"^States:\n\n(.*?)\n\n", text, re.M | re.S)[1]
    assert re.findall(r"^\| `(\w+)`", states, re.M) == ["last_brand", "stock", "seen", "tried"]


def test_odd__sources_are_the_files_comments_else_the_defaults_own():
    scenario = ls.load("promotion")
    described = rows(ls.odd(scenario, named="promotion"))
    assert any(row[3] not in ("assumed", "set in the scenario") for row in described.values())
    assert described["behavior.choice.reference_memory"][3] == "assumed"
    changed = scenario.vary({"behavior.choice.reference_memory": 0.5})
    row = rows(ls.odd(changed, named="promotion"))["behavior.choice.reference_memory"]
    assert row[0] == "0.5" and row[3] == "set in the scenario"


MARKET = {
    "schema": 1,
    "steps": 20,
    "burn_in": 2,
    "population": {"n_customers": 60, "needs_per_week": 1.0},
    "behavior": {"experience": "index", "satisfaction": "level"},
    "brands": {
        "Ours": {"programs": [{"kind": "points", "from_week": 12}], "levers": [{"kind": "service", "from_week": 3}]},
        "Rival": {"pricing": [{"kind": "match", "every_weeks": 2}]},
    },
}


def test_odd__the_schedule_is_that_of_the_step():
    text = ls.odd(ls.Scenario.from_document({**MARKET, "focal": "Ours"}))
    (choose,) = [n for n, call in enumerate(calls(text)) if call == ("behavior.choice", "choose")]
    place = {call: n for n, call in enumerate(calls(text))}
    program = "brands.Ours.programs.0"
    assert place["brands.Rival.pricing.0", "react"] < place["brands.Ours.levers.0", "act"] < choose
    assert place[program, "offer"] < choose < place[program, "settle"]  # though it is launched in week 12
    assert choose < place["behavior.experience", "live"] < place["behavior.satisfaction", "update"]
    assert "behavior.bond" not in {path for path, _ in calls(text)}
    assert "Prices answer what the shelf shows: `brands.Rival.pricing.0`." in text
    assert "E130" in text


def test_odd__talk_that_nobody_starts_is_off_with_all_that_would_carry_it():
    document = {**MARKET, "network": "random", "word_of_mouth": {"influence": "heard"}, "focal": "Ours"}
    text = ls.odd(ls.Scenario.from_document(document))
    assert not {"network", "word_of_mouth.influence"} & parts(text).keys()
    assert "without anything to act on: `network`, `word_of_mouth.influence`." in text


@pytest.fixture
def _kinds_as_before():
    yield
    Program.kinds.pop("charm_of_odd", None)


def test_odd__a_lever_of_strength_0_is_off():
    gift = {"kind": "gift", "cost_each": 0.0}
    assert does(Lever.pick(gift)) and not does(Lever.pick({**gift, "strength": 0.0}))


@pytest.mark.usefixtures("_kinds_as_before")
def test_odd__a_strangers_kind_is_told_by_its_docstring(tmp_path):
    (tmp_path / "mine.py").write_text(
        textwrap.dedent('''
        from typing import Literal
        from loyaltysim.programs.program import Program
        from loyaltysim.record import setting

        class Charm(Program):
            """Members are charmed by `grace`; <b>nothing</b> | else *happens*."""

            kind: Literal["charm_of_odd"] = "charm_of_odd"
            grace: float = setting(0.25, "How much grace.", source="my grandmother")
        '''),
        "utf-8",
    )
    text = '[brands.Ours]\n[[brands.Ours.programs]]\nkind = "charm_of_odd"\n'
    (tmp_path / "mine.toml").write_text(f'schema = 1\nuses = ["mine"]\nsteps = 2\n{text}', "utf-8")
    said = ls.odd(ls.load(tmp_path / "mine.toml"), named=str(tmp_path / "mine.toml"))
    assert r"Members are charmed by `grace`; &lt;b\>nothing&lt;/b\> \| else \*happens\*." in said
    assert rows(said)["brands.Ours.programs.0.grace"] == ["0.25", "", "How much grace.", "my grandmother"]
    assert "Kinds of the scenario's own come from `mine.py`." in said


def test_odd__no_name_is_markup(place):
    text = ls.odd(ls.load(place / "mine.toml"), named=str(place / "mine.toml"))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inside = [one for token in tokens for one in (token, *(token.children or ()))]
    html = {one.content for one in inside if one.type in ("html_block", "html_inline")}
    assert all(re.fullmatch(r'<a id="e\d+">|</a>', piece) for piece in html)
    assert {one.attrs["href"][:2] for one in inside if one.type == "link_open"} == {"#e"}
    assert "alert(1)" in text and "<b>Søn</b>" in "".join(one.content for one in inside if one.type == "code_inline")


def test_odd__is_the_same_each_time():
    scenario = ls.load("reference")
    assert ls.odd(scenario) == ls.odd(scenario)


def test_citations__are_read_with_their_ranges():
    assert cited("as in eqs. E14–E16, and (E53)") == ["E14", "E15", "E16", "E53"]
    assert cited("no E0 and no E99999") == []
    assert {"E1", "E130"} <= known()
