"""A team's file: it sets what the class permits, and nothing else happens because of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.classroom import open_game
from loyaltysim.classroom.hand_in import merged, read_hand_in
from loyaltysim.faults import ScenarioError

from .conftest import MARKET, POINTS, RULES, written


@pytest.fixture
def handed(new_class):
    """What is read of a text, and what is wrong with it."""

    def read(text: str):
        folder = new_class(**{"round_1/Amber.toml": text})
        game = open_game(folder)
        return read_hand_in(game.file("Amber"), game.rules, game.market, "Ours"), game

    return read


def faults(handed, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as raised:
        handed(text)
    return [str(fault).rpartition("Amber.toml:")[2] for fault in raised.value.faults]


def test_hand_in__sets_what_is_permitted_and_gets_the_terms(handed):
    hand_in, game = handed(f"price = 1.9\n{POINTS}")
    brand = game.markets({"Amber": hand_in})["Amber"].brands["Ours"]
    (program,) = brand.programs
    assert (brand.price, program.kind, program.earn_rate) == (1.9, "points", 10)
    assert program.reward.value == 1.0
    assert program.expected_breakage == 0.25  # by the terms of the class


def test_hand_in__that_sets_nothing_is_one_too(handed):
    hand_in, game = handed("# nothing yet\n")
    assert game.markets({"Amber": hand_in})["Amber"].brands["Ours"] == game.market.brands["Ours"]


def test_hand_in__no_programs_are_a_choice(handed):
    hand_in, _ = handed("programs = []\n")
    assert hand_in.on({"price": 2.0, "programs": [{"kind": "points"}]}) == {"price": 2.0, "programs": []}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("price = 3.0", "1: price: must be a number from 1.5 to 2.5 in this class, was 3.0"),
        ("price = true", "1: price: must be a number from 1.5 to 2.5 in this class, was True"),
        ("unit_cost = 0", "1: unit_cost: is not a team's to set in this class; there are: price, programs.kind"),
        ('uses = ["evil"]', "1: uses: a hand-in brings no Python files: what a team hands in is never run"),
        ('extends = "../Blue.toml"', "1: extends: a hand-in stands by itself: no other file is read"),
        (f"{POINTS}expected_breakage = 0.9", "5: programs.0.expected_breakage: is not a team's to set"),
        (POINTS.replace("points", "tiers"), '2: programs.0.kind: cannot be "tiers" in this class; there are: points'),
        (POINTS.replace("10\n", "50\n"), "3: programs.0.earn_rate: must be a number from 0 to 20"),
        (POINTS.replace('"cash"', '"cahs"'), "4: programs.0.reward"),
        (POINTS + POINTS, "1: programs: at most 1 in this class, were 2"),
        ("price = ", "1: is not valid TOML"),
        (
            '[[levers]]\nkind = "communication"\nevery_weeks = 0.5',
            "3: levers.0.every_weeks: must be a number from 1 to 4",
        ),
    ],
)
def test_hand_in__what_is_not_permitted_is_told_with_its_line(handed, text, told):
    (fault,) = faults(handed, text)
    assert fault.startswith(told)


def test_hand_in__all_faults_at_once(handed):
    assert len(faults(handed, f'uses = ["evil"]\nprice = 9\nfocal = "Rival"\n{POINTS.replace("10", "50")}')) == 4


def test_hand_in__nothing_of_a_stranger_is_run_or_read(new_class):
    evil = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n"
    files = {
        "round_1/evil.py": evil,
        "evil.py": evil,
        "round_1/Amber.toml": 'uses = ["evil"]\nextends = "secret.toml"\n',
    }
    folder = new_class(**files, **{"round_1/secret.toml": "the secret is out"})
    found = open_game(folder).in_force()["Amber"]
    assert len(found.faults) == 2 and "secret is out" not in str(found.faults)
    assert not list(folder.rglob("ran"))


def test_hand_in__of_a_size_or_kind_that_is_none(new_class):
    folder = new_class(**{"round_1/Amber.toml": "# " + "x" * 100_000})
    (folder / "round_1" / "Blue.toml").unlink()
    (folder / "round_1" / "Cyan.toml").write_bytes(b"price = 2.0 # \xff")
    found = open_game(folder).in_force()
    assert "is too long: 100,002 bytes, at most 100,000" in str(found["Amber"].faults[0])
    assert "there is no such file" in str(found["Blue"].faults[0])
    assert "is not UTF-8 text" in str(found["Cyan"].faults[0])


def test_merged__a_table_of_another_kind_is_replaced_whole():
    terms = {"reward": {"kind": "cash", "value": 1.0}, "chance": 0.5}
    assert merged(terms, {"reward": {"value": 2.0}}) == {"reward": {"kind": "cash", "value": 2.0}, "chance": 0.5}
    assert merged(terms, {"reward": {"kind": "free_unit"}}) == {"reward": {"kind": "free_unit"}, "chance": 0.5}
    assert terms["reward"] == {"kind": "cash", "value": 1.0}


GOOD = f"price = 1.9  # cheap\n{POINTS}\n[[levers]]\nkind = 'communication'\nevery_weeks = 4\n"


@pytest.mark.slow
@given(st.data())
def test_hand_in__of_any_text_is_read_or_refused(new_place, data):
    game, file = new_place
    text, pieces = (
        GOOD,
        ("[", "]]", "{", '"', "'", "=", "\n", "#", ".", "1e400", "-1", "nan", "true", "kind", "\\u001b"),
    )
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(st.sampled_from(pieces)) * data.draw(st.integers(0, 2)) + text[end:]
    file.write_text(text, "utf-8")
    try:
        read_hand_in(file, game.rules, game.market, "Ours")
    except ScenarioError as error:
        assert all(str(fault) for fault in error.faults)


@pytest.fixture(scope="module")
def new_place(tmp_path_factory):
    """A small class, and the file of one of its teams."""
    files = {"class.toml": RULES, "market.toml": MARKET, "round_1/Amber.toml": GOOD}
    game = open_game(written(tmp_path_factory.mktemp("any"), files))
    return game, game.file("Amber")
