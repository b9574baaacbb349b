"""A small class: three teams, two rounds of four weeks, on a market of 120 customers."""

import pytest

from loyaltysim.classroom import open_game, play, save_round

MARKET = """\
schema = 1
title = "A market of two"
steps = 10
burn_in = 4

[population]
n_customers = 120
needs_per_week = 1.0
price_sensitivity = 1.0

[behavior]
experience = "normal"
satisfaction = "level"

[brands.Ours]
price = 2.0
unit_cost = 1.0
appeal = 3.0

[brands.Rival]
price = 2.0
unit_cost = 1.0
appeal = 3.0
"""

RULES = """\
schema = 1
title = "Small"
market = "market.toml"
teams = ["Amber", "Blue", "Cyan"]
rounds = 2
weeks = 4
replications = 3
most = { programs = 1, levers = 1 }

[may_set]
price = [1.5, 2.5]
programs.kind = ["points", "stamps"]
programs.earn_rate = [0, 20]
programs.n = [2, 10]
programs.reward = true
levers.kind = ["communication"]
levers.every_weeks = [1, 4]

[terms.programs.points]
expected_breakage = 0.25
"""

POINTS = """\
[[programs]]
kind = "points"
earn_rate = 10
reward = { kind = "cash", value = 1.0, threshold = 40 }
"""


def written(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def new_class(tmp_path):
    """`new_class(rules=…, market=…, **{"round_1/Amber.toml": …})`: the folder of a class."""

    def make(name="game", rules=RULES, market=MARKET, **files):
        hand_ins = {f"round_1/{team}.toml": "" for team in ("Amber", "Blue", "Cyan")}
        return written(tmp_path / name, {"class.toml": rules, "market.toml": market, **hand_ins, **files})

    return make


@pytest.fixture
def play_on():
    """Play the next round of a folder, keep it, and give it."""

    def once(folder):
        game = open_game(folder)
        place = folder / "played" / f"round_{game.round}"
        (place / "state").mkdir(parents=True)
        made = play(game, states=place / "state")
        save_round(made, place)
        return made

    return once
