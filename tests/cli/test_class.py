"""`loyaltysim class`: a class is played from the command line, whatever teams hand in."""

import json
import re

import pytest

from loyaltysim.cli.classroom import EXAMPLES

TEAMS = ("Amber", "Blue", "Cyan", "Dora", "Emil", "Ærø")
POINTS = '[[programs]]\nkind = "points"\nearn_rate = 10\nreward = { kind = "cash", value = 1.0, threshold = 40 }\n'
STAMPS = '[[programs]]\nkind = "stamps"\nn = 3\nreward = "free_unit"\n'


@pytest.fixture
def game(command, here):
    """`game("Amber", …)`: the folder of a class on a small market."""

    def make(*teams: str, together: bool = False):
        done = command("class", "new", "game", "--teams", ",".join(teams), *["--together"] * together)
        assert done.code == 0, done.err
        rules = here / "game" / "class.toml"
        text = (
            rules.read_text("utf-8").replace("replications = 20", "replications = 3").replace("weeks = 13", "weeks = 4")
        )
        rules.write_text(text.replace("= 2000", '= 150\nburn_in = 8\n"population.needs_per_week" = 1.0'), "utf-8")
        return here / "game"

    return make


@pytest.mark.slow
@pytest.mark.parametrize("together", [False, True])
def test_class__six_teams_play_four_rounds(command, game, together):
    folder = game(*TEAMS, together=together)
    (folder / "round_1" / "Blue.toml").write_text("programs = []\n")
    (folder / "round_1" / "Cyan.toml").write_text(STAMPS)
    for number in range(1, 5):
        if number == 3:  # a slip in the third round
            (folder / "round_3" / "Dora.toml").write_text("price = 99\n")
        assert command("class", "check", folder).code == (2 if number == 3 else 0)
        done = command("class", "play", folder)
        assert done.code == 0, done.err
        assert f"After round {number} of 4" in done.out and all(team in done.out for team in TEAMS)
        assert ("Dora.toml:1: price: must be a number from" in done.err) == (number == 3)
    assert sorted(path.name for path in (folder / "played").iterdir()) == [f"round_{n}" for n in range(1, 5)]
    assert [path.parent.name for path in folder.rglob("state")] == ["round_4"]  # only the newest is gone on from
    done = command("class", "debrief", folder)
    assert done.code == 0 and "had no program" in done.out
    assert done.err.endswith("Played again, all rounds came to the same, to the bit.\n")
    board = command("class", "board", folder, "--json").json
    assert (board["command"], board["round"]) == ("class board", 4)
    done = command("class", "play", folder)
    assert (done.code, done.out) == (2, "") and done.err.strip().endswith("all 4 rounds are played")
    for page in ("leaderboard.html", "debrief.html"):
        text = (folder / page).read_text("utf-8")
        assert all(team in text for team in TEAMS) and not re.search(r'(?:src|href)="(?!#|data:)', text)


def test_new__refuses_what_cannot_be_and_leaves_nothing(command, here):
    done = command("class", "new", "game", "--teams", "Amber,a/b,amber", "--market", "grocery")
    assert done.code == 2 and 'a team cannot be called "a/b"' in done.err and 'a team "Amber" already' in done.err
    assert list(here.iterdir()) == []
    assert command("class", "new", "game", "--teams", "Amber", "--market", "groceri").code == 2
    (here / "game").mkdir()
    (here / "game" / "mine.txt").touch()
    done = command("class", "new", "game", "--teams", "Amber")
    assert done.code == 2 and "is not empty" in done.err


def test_check__tells_each_teams_faults_and_what_happens(command, game):
    folder = game("Amber", "Blue")
    (folder / "round_1" / "Blue.toml").write_text('uses = ["evil"]\nprice = 99\n')
    done = command("class", "check", folder)
    assert done.code == 2
    assert done.out.splitlines() == [
        "Round 1 of 4:",
        "  Amber: ok",
        "  Blue: stays as the market has it (2 faults in the newest)",
    ]
    assert [line.partition("Blue.toml:")[2][:9] for line in done.err.splitlines()] == ["1: uses: ", "2: price:"]
    told = command("class", "check", folder, "--json").json
    assert [row["ok"] for row in told["teams"]] == [True, False] and len(told["faults"]) == 2


@pytest.mark.parametrize("name", ["check", "play", "board", "debrief"])
def test_class__a_folder_that_is_none_is_told(command, here, name):
    (here / "game").mkdir()
    done = command("class", name, "game")
    assert (done.code, done.out) == (2, "") and "class.toml" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize("name", ["board", "debrief"])
def test_class__before_the_first_round_there_is_nothing_to_tell(command, game, name):
    done = command("class", name, game("Amber", "Blue"))
    assert done.code == 2 and done.err.strip().endswith("no round has been played yet")


def test_play__that_fails_leaves_no_round_and_is_played_again(command, game, monkeypatch):
    from loyaltysim import classroom

    folder = game("Amber", "Blue")
    with monkeypatch.context() as broken:
        broken.setattr(classroom, "save_round", lambda made, place: (_ for _ in ()).throw(OSError(28, "disk full")))
        done = command("class", "play", folder)
        assert done.code == 1 and "disk full" in done.err
    assert not list(folder.glob("played/**/*")) and not (folder / "round_2").exists()
    assert command("class", "play", folder).code == 0
    assert (folder / "round_2" / "Amber.toml").read_text() == (folder / "round_1" / "Amber.toml").read_text()


def test_play__keeps_files_of_the_next_round_that_are_there(command, game):
    folder = game("Amber", "Blue")
    (folder / "round_2").mkdir()
    (folder / "round_2" / "Amber.toml").write_text("price = 1.9\n")
    told = command("class", "play", folder, "--json").json
    assert (folder / "round_2" / "Amber.toml").read_text() == "price = 1.9\n"
    assert [row["rank"] for row in told["standings"]] == [1, 1]  # both handed in the same
    assert told["standings"][0]["score"]["mean"] == told["standings"][1]["score"]["mean"]
    assert json.loads((folder / "played" / "round_1" / "round.json").read_text())["round"] == 1


def test_page__takes_nothing_from_a_file_for_markup(command, game):
    folder = game("Amber", "Blue")
    rules = folder / "class.toml"
    rules.write_text(rules.read_text().replace('"Which program keeps customers?"', "'<script>alert(1)</script> & <b>'"))
    (folder / "round_1" / "Amber.toml").write_text(f"# </pre><script>alert(2)</script>\n{POINTS}")
    assert command("class", "play", folder, "--quiet").code == 0
    assert command("class", "debrief", folder, "--quiet").code == 0
    for page in ("leaderboard.html", "debrief.html"):
        text = (folder / page).read_text("utf-8")
        assert "<script" not in text and "&lt;script&gt;alert(1)" in text
    assert "&lt;/pre&gt;&lt;script&gt;alert(2)" in (folder / "leaderboard.html").read_text("utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_help__of_every_command_has_an_example_and_words_on_every_option(command, name):
    done = command("class", name, "--help")
    assert done.code == 0 and f"Example: loyaltysim class {name}" in done.out
    for option in re.findall(r"^│ [* ]*(--[a-z]+)", done.out, re.M):
        (line,) = re.findall(rf"^│ [* ]*{option}\b.*", done.out, re.M)
        assert re.search(r" [A-Z][a-z]+", line), line
