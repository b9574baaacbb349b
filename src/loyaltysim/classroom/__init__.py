"""Classroom: teams hand in a program each round on one market; who does best, and what was their program worth?

A class is a folder: `class.toml` (`rules.py`), `round_1/TEAM.toml` … (`hand_in.py`), and `played/round_1` … with what
was in force, what came of it and the state from which the market goes on (`record.py`). To play a round is to branch
that state into the market with this round's hand-ins (`play.py`). `standings.py` tells who leads, `debrief.py` what
each program was worth, by playing again without it.
"""

from loyaltysim.classroom.debrief import Debrief, debrief
from loyaltysim.classroom.game import Game, open_game
from loyaltysim.classroom.play import play
from loyaltysim.classroom.record import Round, save_round
from loyaltysim.classroom.standings import Standing, standings
from loyaltysim.classroom.start import start_class

__all__ = [
    "Debrief",
    "Game",
    "Round",
    "Standing",
    "debrief",
    "open_game",
    "play",
    "save_round",
    "standings",
    "start_class",
]
