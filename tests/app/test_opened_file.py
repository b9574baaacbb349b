"""A stranger's file: nothing of this computer is read or run for it, and what was saved comes back."""

import time

import pytest

from loyaltysim import load
from loyaltysim.app.keeping import file_name, saved
from loyaltysim.app.offered import COPIED, offered
from loyaltysim.app.opened import of_file
from loyaltysim.app.opened_file import read_opened
from loyaltysim.faults import ScenarioError

pytest.importorskip("solara", exc_type=ImportError)


def refused(text, name="theirs.toml", size=0):
    with pytest.raises(ScenarioError) as caught:
        read_opened(name, text, size)
    assert "/tmp" not in str(caught.value)
    return str(caught.value)


def test_file__is_read_as_load_reads_it():
    text = load("grocery").to_toml()
    assert not read_opened("mine.toml", text).diff(load("grocery"))
    assert load("grocery").diff(read_opened("mine.toml", 'extends = "grocery"\nsteps = 13')) == {"steps": (156, 13)}


def test_file__runs_no_python(tmp_path, monkeypatch):
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')")
    monkeypatch.chdir(tmp_path)
    assert "runs no Python that a file brings" in refused('uses = ["evil"]\nextends = "grocery"')


def test_file__reads_no_other_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.toml").write_text('title = "secret"')
    (tmp_path / "ties.csv").write_text("source,target\n0,1\n")
    for base in ("secret.toml", str(tmp_path / "secret.toml"), "../secret", ["grocery"]):
        quoted = repr(base).replace("'", '"')
        told = refused(f"extends = {quoted}")
        assert "only a shipped scenario" in told
    assert "no file with ties" in refused('extends = "grocery"\nnetwork = { kind = "edge_list", file = "ties.csv" }')
    layer = '{ kind = "edge_list", file = "ties.csv" }'
    assert "no file with ties" in refused(f'extends = "grocery"\nnetwork = {{ kind = "layers", layers = [{layer}] }}')
    assert "no file with purchases" in refused('extends = "catsup"\n[panel]\nsource = "mine.csv"')


def test_file__that_is_wrong_is_told_by_name_and_line():
    assert refused('extends = "grocery"\nstep = 3').startswith('theirs.toml:2: step: unknown setting "step"')
    assert "theirs.toml:1: is not valid TOML" in refused("steps = ")
    assert "larger than the 200 kB" in refused("", size=10**9)
    assert "larger than the 200 kB" in refused("#" * 200_001)
    assert "not valid TOML" in refused("a = " + "[" * 5000)
    assert refused("x = 1", name="../../etc/passwd").startswith("passwd:")


def test_file__that_would_take_minutes_or_has_too_long_a_number_is_refused_at_once():
    key = ".".join(["a"] * 90_000)
    for line in (
        f"{key} = 1",
        f"[{key}]",
        f"t = {{ {key.replace('.', ' . ')[:150_000]} = 1 }}",
        '"."' + '."."' * 40_000,
    ):
        begin = time.process_time()
        assert "theirs.toml:2: a key of" in refused(f"steps = 3\n{line}")
        assert time.process_time() - begin < 2  # tomllib takes minutes
    assert "theirs.toml:2: a number of 5,000 digits" in refused('extends = "grocery"\nsteps = ' + "9" * 5000)
    assert "only a shipped" in refused(f"# {'. ' * 500}\nextends = 3\nt = [{'0.5, ' * 99}]")  # dots, no long key


def test_file__whose_panel_is_in_a_package_that_is_missing_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    text = 'extends = "grocery"\n[panel]\nsource = "Catsup"\n[behavior]\nneeds = "panel"\n'
    with pytest.raises(ScenarioError, match=r"panel.source: .* pip install"):
        of_file("mine.toml", text)


def test_saved_file__comes_back_as_the_market_it_was_with_its_changes():
    changes = {"brands.Ours.price": 2.35, "brands.Rival.pricing.0.weeks": 2}
    opened = of_file("anything.toml", saved(load("grocery"), changes, 5))
    assert (opened.chosen.market, dict(opened.chosen.changes), opened.shared) == ("grocery", changes, True)
    assert opened.whole == load("grocery")


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        (saved(load("grocery"), {}, 7), 7),
        (saved(load("grocery"), {"brands.Ours.price": 2.35}, 0).replace("\n", "\r\n"), 0),
        (saved(load("grocery").vary({"steps": 13}), {}, 1000), 1000),
        (saved(load("grocery"), {}, 7).replace("was 7.", "was 7000."), 1),
        (load("grocery").to_toml(), 1),
    ],
)
def test_saved_file__opens_with_the_luck_it_was_saved_with(text, seed):
    assert of_file("anything.toml", text).chosen.seed == seed


def test_saved_file__of_customers_changed_and_of_a_copied_program_comes_back():
    changes = {'population.segments."Deal seekers".inertia': 0.2, "brands.Rival.programs.0.chance": 0.5}
    opened = of_file("anything.toml", saved(offered()[COPIED], changes, 5))
    assert (opened.chosen.market, dict(opened.chosen.changes)) == (COPIED, changes)


def test_file__of_another_market_is_its_own():
    opened = of_file("mine.toml", 'extends = "grocery"\nsteps = 13')
    assert (opened.chosen.market, opened.shared, opened.small.steps) == ("mine.toml", False, 13)
    assert opened.small.population.n_customers == 2000
    assert opened.fewer == "Outside of this page it has 10,000 customers; here, 2,000 in each run."


def test_file__of_as_many_customers_as_the_page_simulates_needs_no_word_on_it():
    assert not of_file("mine.toml", 'extends = "grocery"\npopulation.n_customers = 2000').fewer


def test_file_name__has_nothing_that_a_folder_could_mind():
    assert file_name("../My shop.toml") == "___My_shop" and file_name("") == "scenario"
