"""Scenario files: found, read, merged with what they extend; every setting knows its file and line."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.loading import load
from loyaltysim.pricing import Pricing
from loyaltysim.scenario import Scenario
from loyaltysim.scenario_file import SHIPPED, find, import_used, read, shipped

BASE = "schema = 1\n[brands.Ours]\nprice = 2.0\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(here, **texts):
    for name, text in texts.items():
        (here / f"{name}.toml").write_text(text)


@pytest.mark.parametrize("name", shipped())
def test_find__a_shipped_scenario_by_its_name(here, name):
    assert find(name) == SHIPPED / f"{name}.toml"
    load(name)


def test_find__a_file_of_that_name_comes_first(here):
    (here / "reference").write_text(BASE)
    assert find("reference").resolve() == here / "reference"
    (here / "reference").unlink()
    (here / "reference").mkdir()
    assert find("reference") == SHIPPED / "reference.toml"


@pytest.mark.slow
def test_read__a_pipe_will_do(here):
    code = "from loyaltysim.loading import load; print(load('/dev/stdin').brands['Ours'].price)"
    done = subprocess.run([sys.executable, "-c", code], input=BASE, capture_output=True, text=True)
    assert done.stdout == "2.0\n", done.stderr


def test_read__the_marks_of_windows_editors_are_no_trouble(here):
    (here / "mine.toml").write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode() + b"prise = 1\r\n")
    with pytest.raises(ScenarioError, match=r"^mine.toml:4: brands.Ours.prise: unknown setting"):
        load("mine.toml")


def test_extends__tables_merge_and_arrays_are_replaced_whole(here):
    write(
        here,
        below='title = "below"\nsteps = 5\n[a]\nx = 1\ny = [1, 2]\n[[a.list]]\nn = 1\n[[a.list]]\nn = 2\n',
        mine='extends = "below.toml"\ntitle = "mine"\n[a]\ny = [3]\nz = 4\n[[a.list]]\nm = 3\n',
    )
    source = read(here / "mine.toml")
    assert source.document == {
        "title": "mine",
        "steps": 5,
        "a": {"x": 1, "y": [3], "z": 4, "list": [{"m": 3}]},
    }
    below, mine = str(here / "below.toml"), str(here / "mine.toml")
    assert source.where["steps",] == (below, 2) and source.where["title",] == (mine, 2)
    assert source.where["a", "x"] == (below, 4) and source.where["a", "z"] == (mine, 5)
    assert source.where["a", "list", 0, "m"] == (mine, 7)
    assert ("a", "list", 0, "n") not in source.where and ("a", "list", 1) not in source.where


def test_extends__a_part_of_another_kind_is_replaced_whole(here):
    write(
        here,
        below=f'{BASE}[network]\nkind = "small_world"\nrewire = 0.2\n',
        mine='extends = "below.toml"\n[network]\nkind = "random"\n',
        same='extends = "below.toml"\n[network]\nmean_degree = 4\n',
    )
    assert load("mine.toml").network.kind == "random"
    same = load("same.toml").network
    assert (same.kind, same.rewire, same.mean_degree) == ("small_world", 0.2, 4)


def test_extends__a_shipped_scenario_by_name_and_a_file_from_its_own_folder(here):
    (here / "sub").mkdir()
    (here / "sub" / "a.toml").write_text('extends = "b.toml"\n')
    (here / "sub" / "b.toml").write_text('extends = "reference"\nsteps = 7\n')
    scenario = load("sub/a.toml")
    assert scenario.steps == 7 and scenario.focal == load("reference").focal


@pytest.mark.parametrize("link", [False, True])
def test_extends__a_ring_is_found_however_its_files_are_called(here, link):
    write(here, a='extends = "./b.toml"', b='\nextends = "a.toml"')
    if link:
        (here / "b.toml").unlink()
        (here / "b.toml").symlink_to(here / "a.toml")
    with pytest.raises(ScenarioError) as caught:
        read(here / "a.toml")
    (fault,) = caught.value.faults
    assert fault.key == "extends" and fault.message.startswith("the file extends itself: a.toml → b.toml")


def test_faults__of_a_wrong_kind_stand_where_the_kind_is(here):
    write(here, mine=f'{BASE}[network]\n# which?\nkind = "rndom"\n')
    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(6, "network")]


def test_faults__of_another_file_keep_its_name_and_line(here):
    write(here, mine=f'{BASE}[network]\nkind = "edge_list"\nfile = "x.csv"\n')
    fault = Fault("x.csv", 9, "network.file", "is wrong")
    assert read(here / "mine.toml").located(ScenarioError([fault])).faults == (fault,)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9_" * 4999 + "9", "0x" + "f" * 5000])
def test_load__a_number_that_python_cannot_write_is_a_fault(here, number):
    write(here, mine=f"steps = {number}\n")
    with pytest.raises(ScenarioError, match=r"mine.toml:1: a number of 5,00\d digits"):
        load("mine.toml")
    write(here, mine=f'extends = "grocery"\nsteps = {"9" * 400}\n')
    with pytest.raises(ScenarioError, match="steps: must be at most"):
        load("mine.toml")


@given(st.text(max_size=60))
def test_read__whatever_the_text_a_fault_or_a_document(text):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            source = read(path)
        except ScenarioError as error:
            assert all(fault.file == str(path) and fault.message for fault in error.faults)
        else:
            assert "extends" not in source.document


KIND = """
from typing import Literal

from loyaltysim.pricing import Pricing


class Dear(Pricing):
    kind: Literal["{name}"] = "{name}"
    much: float = 3.0
"""


def test_uses__a_file_beside_brings_a_kind(here, caplog):
    (here / "dear.py").write_text(KIND.format(name="dear"))
    write(here, mine=f'uses = ["dear"]\n{BASE}pricing = [{{ kind = "dear", much = 4.0 }}]\n')
    with pytest.raises(ScenarioError, match='no pricing of kind "dear"'):
        load("mine.toml", uses=False)
    try:
        scenario = load("mine.toml")
        assert scenario.brands["Ours"].pricing[0].much == 4.0
        assert caplog.messages == ["imported dear.py, which mine.toml uses"]
        assert Scenario.from_document(scenario.document()).to_toml() == scenario.to_toml()
        load("mine.toml")
        assert len(caplog.messages) == 1  # once is enough
    finally:
        Pricing.kinds.pop("dear", None)


def test_uses__of_an_extended_file_lie_beside_that_file(here):
    (here / "sub").mkdir()
    (here / "sub" / "below.toml").write_text(f'uses = ["quiet"]\n{BASE}')
    (here / "sub" / "quiet.py").write_text("")
    write(here, mine='extends = "sub/below.toml"')
    assert import_used(read(here / "mine.toml")) == [here / "sub" / "quiet.py"]


@pytest.mark.parametrize("name", ["../mine", "a.b", "1a", "", "mine.py"])
def test_uses__only_files_beside_the_scenario(here, name):
    write(here, mine=f'uses = ["{name}"]\n{BASE}')
    with pytest.raises(ScenarioError, match="must be the name of a Python file beside the scenario"):
        load("mine.toml")


@pytest.mark.parametrize("text", ["import nothing_of_this_name", "raise SystemExit(3)", "def f(:"])
def test_uses__a_file_that_fails_is_a_fault_and_is_tried_again(here, text):
    (here / "broken.py").write_text(text)
    write(here, mine=f'uses = ["broken"]\n{BASE}')
    for _ in range(2):
        with pytest.raises(ScenarioError, match=r"^mine.toml:1: uses.0: importing broken.py failed"):
            load("mine.toml")
