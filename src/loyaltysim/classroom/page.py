"""Page: leaderboard and debrief as HTML that needs nothing but itself. All that comes from a file is escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from loyaltysim import plots
from loyaltysim.classroom.debrief import Debrief
from loyaltysim.classroom.game import Game
from loyaltysim.classroom.standings import Standing
from loyaltysim.classroom.words import SCORES, Words, leaderboard, sentences, since, worth
from loyaltysim.plots.save_all import svg
from loyaltysim.plots.style import averaged_over
from loyaltysim.report import figures
from loyaltysim.study.wording import span

LEADERBOARD, DEBRIEF = "leaderboard.html", "debrief.html"
HERE = Path(__file__).parent


def leaderboard_page(found: Sequence[Standing], game: Game) -> str:
    """Who leads, how the score went, and what each brand did in the last round."""
    percent = game.rules.score == "retention"
    unit = f"{SCORES[game.rules.score]} so far ({'%' if percent else game.market.currency})"

    def draw() -> Any:
        lines = {
            f"{one.rank}. {one.team}": [
                (own.mean, own.low, own.high) for own in (each.times(100 if percent else 1) for each in one.by_round)
            ]
            for one in found
        }
        note = averaged_over(game.rules.replications, "bar")
        return plots.standings(lines, question="Who leads?", unit=unit, note=note)

    caption = (
        f"{unit[0].upper()}{unit[1:]}, after each round. Teams stand a little apart, so that no interval hides another."
    )
    last = game.played[-1].in_force
    hand_ins = [
        (one.team, since(one, game), last[one.team].hand_in.text) for one in found
    ]  # fmt: skip
    return _page(
        game, kind="Class round", headline="Who leads", sentences=list(sentences(found, game)),
        tables=[leaderboard(found, game)], picture=_picture("rounds", "Round by round", caption, draw),
        hand_ins=hand_ins,
    )  # fmt: skip


def debrief_page(found: Debrief, game: Game) -> str:
    """Where teams stand, and what each program was worth."""
    told = [(one.team, found.worth[one.team]) for one in found.standings]
    rows = [(team, own.effects["profit"]) for team, own in told if own is not None]

    def draw() -> Any:
        return plots.ranges(
            [(team, number.mean, number.low, number.high) for team, number in rows],
            question="Did the program pay?", unit=f"profit with the program less without ({game.market.currency})",
            note="Mean and 95 % interval; hollow: zero is inside.",
        )  # fmt: skip

    caption = "Profit of all rounds with the team's program less without, everything else being the same."
    return _page(
        game, kind="Class debrief", headline="Who led, and what programs were worth",
        sentences=list(sentences(found.standings, game)),
        tables=[worth(found, game), leaderboard(found.standings, game)],
        picture=_picture("worth", "Did it pay?", caption, draw) if rows else None, hand_ins=[],
    )  # fmt: skip


def _picture(name: str, title: str, caption: str, draw: Callable[[], Any]) -> dict[str, Any]:
    from markupsafe import Markup

    return {"name": name, "title": title, "caption": caption, "inline": Markup(figures.inline(svg(draw, name), name))}


def _page(game: Game, *, kind: str, headline: str, sentences: list[str], tables: list[Words], picture: Any,
          hand_ins: list[tuple[str, str, str]]) -> str:  # fmt: skip
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    room = Environment(
        loader=FileSystemLoader([HERE, Path(figures.__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rules = game.rules
    facts = [
        game.market.title or rules.market,
        f"{len(rules.teams)} teams, {'one market' if rules.together else 'a market each'}",
        f"round {len(game.played)} of {rules.rounds}, {span(game.steps * game.market.step_days)} each",
        f"{game.market.population.n_customers:,} customers",
    ]
    return room.get_template("page.html").render(
        title=rules.title or "A class", kind=kind, facts=facts, headline=headline, sentences=sentences, tables=tables,
        picture=picture, hand_ins=hand_ins, replications=rules.replications,
    )  # fmt: skip
