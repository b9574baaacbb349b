"""`loyaltysim class`: teams hand in a program each round on one market; leaderboard and debrief."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loyaltysim.cli import complete, options
from loyaltysim.cli.told import WRONG, plain, print_json, told

if TYPE_CHECKING:
    from loyaltysim.classroom import Game, Standing
    from loyaltysim.classroom.words import Words

app = typer.Typer(
    help="Class rounds: teams hand in a program each round on one market; leaderboard and debrief.",
    epilog="Example: loyaltysim class new game --teams Amber,Blue",
    no_args_is_help=True,
)
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the class.", file_okay=False)]
EXAMPLES = {
    "new": "loyaltysim class new game --teams Amber,Blue --market grocery",
    "check": "loyaltysim class check game",
    "play": "loyaltysim class play game",
    "board": "loyaltysim class board game",
    "debrief": "loyaltysim class debrief game",
}


@app.command(epilog=f"Example: {EXAMPLES['new']}")
def new(
    folder: Folder,
    teams: Annotated[str, typer.Option(metavar="A,B,C", help="Names of the teams, with commas between.")],
    market: Annotated[
        str,
        typer.Option(metavar="NAME", help="Shipped scenario that is played on.", autocompletion=complete.scenarios),
    ] = "grocery",
    together: Annotated[
        bool, typer.Option("--together", metavar="", help="One market for all, in which each team has a brand.")
    ] = False,
) -> None:
    """Write a class to begin with: its rules, class.toml, and a first hand-in for every team."""
    with told():
        from loyaltysim.classroom import start_class
        from loyaltysim.cli.asked import Faults
        from loyaltysim.cli.folder import check_folder, writing
        from loyaltysim.scenario_file import find

        faults = Faults()
        with faults.of("FOLDER"):
            check_folder(folder, overwrite=False)
        with faults.of("--market"):
            find(market)
        faults.tell()
        names = [name.strip() for name in teams.split(",") if name.strip()]
        with writing(folder) as place:
            with faults.of("--teams"):
                start_class(place, names, name=str(folder), market=market, together=together)
            faults.tell()
        print(plain(f"Rules: {folder / 'class.toml'}. Hand-ins of round 1: {folder / 'round_1'}."))


@app.command(epilog=f"Example: {EXAMPLES['check']}")
def check(folder: Folder, as_json: options.Json = False) -> None:
    """Check the rules and what every team hands in for the next round; all faults at once."""
    with told(as_json):
        from loyaltysim.classroom import open_game
        from loyaltysim.classroom.words import since

        game = open_game(folder)
        found = {} if game.over else game.in_force()
        faults = [fault for one in found.values() for fault in one.faults]
        if as_json:
            rows = [{"team": team, "since": one.since, "ok": not one.faults} for team, one in found.items()]
            print_json({"ok": not faults, "round": game.round, "rounds": game.rules.rounds, "teams": rows,
                        "faults": [fault.as_dict() for fault in faults]})  # fmt: skip
        elif game.over:
            print(f"All {game.rules.rounds} rounds are played.")
        else:
            print(f"Round {game.round} of {game.rules.rounds}:")
            for team, one in found.items():
                print(plain(f"  {team}: {'ok' if not one.faults else f'stays {since(one, game)}'}"))
            tell_faults(faults)
        if faults:
            raise typer.Exit(WRONG)


@app.command(epilog=f"Example: {EXAMPLES['play']}")
def play(
    folder: Folder, threads: options.Threads = None, as_json: options.Json = False, quiet: options.Quiet = False
) -> None:
    """Play the next round with what teams have handed in, and tell who leads.

    Of a team whose file is missing or faulty the last valid hand-in stands. The round goes to played/round_N, the
    leaderboard to leaderboard.html, and the hand-ins in force are copied to the next round's folder.
    """
    with told(as_json):
        from loyaltysim.classroom import play as play_round
        from loyaltysim.classroom import save_round
        from loyaltysim.cli.asked import Faults, read_options
        from loyaltysim.cli.folder import writing
        from loyaltysim.cli.show import note

        faults = Faults()
        asked = read_options(faults, threads=threads)
        faults.tell()
        game = _open(folder)
        with writing(folder / "played" / f"round_{game.round}") as place:
            (place / "state").mkdir()
            made = play_round(
                game, states=place / "state", threads=asked.threads,
                tell=lambda name: note(plain(f"round {game.round}: {name} is done"), quiet or as_json),
            )  # fmt: skip
            save_round(made, place)
        for team, one in made.in_force.items():
            if one.faults and not as_json:
                tell_faults(one.faults)
                note(plain(f"{team}: what was in force before stays in force"))
        _forget_states(game)
        after = _open(folder)
        _prepare_next(after)
        show_board(after, as_json, "class play")


@app.command(epilog=f"Example: {EXAMPLES['board']}")
def board(folder: Folder, as_json: options.Json = False) -> None:
    """Tell who leads, and write leaderboard.html anew."""
    with told(as_json):
        show_board(_open(folder), as_json, "class board")


@app.command(epilog=f"Example: {EXAMPLES['debrief']}")
def debrief(
    folder: Folder, threads: options.Threads = None, as_json: options.Json = False, quiet: options.Quiet = False
) -> None:
    """Tell what each team's program was worth: all rounds again without it, same customers, same luck.

    Goes to debrief.html too.
    """
    with told(as_json):
        from loyaltysim.classroom import debrief as look_back
        from loyaltysim.classroom.page import DEBRIEF, debrief_page
        from loyaltysim.classroom.words import as_rows, worth, worth_rows
        from loyaltysim.cli.asked import Faults, read_options
        from loyaltysim.cli.show import note

        faults = Faults()
        asked = read_options(faults, threads=threads)
        faults.tell()
        game = _open(folder)
        found = look_back(
            game, threads=asked.threads, tell=lambda what: note(plain(f"{what}: done"), quiet or as_json)
        )  # fmt: skip
        _write(folder / DEBRIEF, debrief_page(found, game))
        if as_json:
            rows = {"standings": as_rows(found.standings), "worth": worth_rows(found)}
            print_json({"command": "class debrief", "folder": str(folder), "rounds": len(game.played),
                        "same": found.same, **rows})  # fmt: skip
            return
        show_table(worth(found, game))
        show_standings(found.standings, game)
        same = "the same, to the bit" if found.same else "NOT the same: what is told here is not what was played"
        note(f"Played again, all rounds came to {same}.", quiet)


def show_board(game: Game, as_json: bool, command: str) -> None:
    """Print the leaderboard, which answers a command, and write its page.

    Raises ScenarioError if no round has been played.
    """
    from loyaltysim.classroom import standings
    from loyaltysim.classroom.page import LEADERBOARD, leaderboard_page
    from loyaltysim.classroom.words import as_rows
    from loyaltysim.faults import Fault, ScenarioError

    if not game.played:
        raise ScenarioError([Fault(str(game.folder), None, "", "no round has been played yet")])
    found = standings(game.played, game.rules)
    _write(game.folder / LEADERBOARD, leaderboard_page(found, game))
    if as_json:
        print_json({"command": command, "folder": str(game.folder), "round": len(game.played),
                    "rounds": game.rules.rounds, "score": game.rules.score, "standings": as_rows(found)})  # fmt: skip
    else:
        show_standings(found, game)


def show_standings(found: list[Standing], game: Game) -> None:
    """Print who leads, and whether that is sure."""
    from loyaltysim.classroom.words import leaderboard, sentences

    show_table(leaderboard(found, game))
    for sentence in sentences(found, game):
        print(plain(sentence))


def show_table(words: Words) -> None:
    """Print a table of texts."""
    from rich.table import Table

    from loyaltysim.cli import tables
    from loyaltysim.cli.show import answer_console

    rows: Any = [[plain(cell) for cell in row] for row in words.rows]
    made: Table = tables.table(words.title, words.heads, rows, texts=2, note=words.note, remarks=True)
    answer_console().print(made)


def tell_faults(faults: Any) -> None:
    """Print one line a fault on stderr."""
    from loyaltysim.cli.show import note

    for fault in faults:
        note(plain(str(fault)))


def _open(folder: Path) -> Game:
    from loyaltysim.classroom import open_game

    return open_game(folder)


def _write(path: Path, text: str) -> None:
    from loyaltysim.whole_file import whole_file

    with whole_file(path) as temporary:
        temporary.write_text(text, "utf-8")


def _forget_states(game: Game) -> None:
    """Take away the states of rounds before: only the newest is gone on from."""
    import shutil

    for number in range(1, game.round):
        shutil.rmtree(game.folder / "played" / f"round_{number}" / "state", ignore_errors=True)


def _prepare_next(game: Game) -> None:
    """Copy what is in force to the next round's folder, but for files that are there already."""
    if game.over:
        return
    for team, one in game.played[-1].in_force.items():
        file = game.file(team)
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            _write(file, one.hand_in.text)
