"""class.toml: what is wrong with it is told all at once, with its line and what would do."""

import re

import pytest

from loyaltysim.classroom import open_game, start_class
from loyaltysim.classroom.hand_in import HandIn
from loyaltysim.classroom.limits import limits_of
from loyaltysim.faults import ScenarioError
from loyaltysim.loading import load
from loyaltysim.scenario_file import shipped

from .conftest import MARKET, RULES


def faults(folder) -> list[str]:
    with pytest.raises(ScenarioError) as raised:
        open_game(folder)
    return [str(fault).replace(f"{folder}/", "") for fault in raised.value.faults]


def test_rules__of_the_small_class_are_right(new_class):
    game = open_game(new_class())
    assert (game.round, game.over, game.steps) == (1, False, 4)
    assert game.market.steps == 8 and game.market.metrics.period_steps == 4
    assert game.rules.limits["price"] == (1.5, 2.5)
    assert game.rules.limits["programs.reward"] is True


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"Cyan"]', '"a/b"]', 'a team cannot be called "a/b"'),
        ('"Cyan"]', '"con"]', 'a team cannot be called "con"'),
        ('"Cyan"]', '"AMBER"]', 'there is a team "Amber" already'),
        ("rounds = 2", "runds = 2", r'class.toml:5: runds: unknown setting "runds".*Did you mean "rounds"\?'),
        ("weeks = 4", "weeks = 0.4", "weeks: a round must last a step at least, 1 week, was 0.4 weeks"),
        ("weeks = 4", f"weeks = {'9' * 5000}", "a number of 5,000 digits"),
        ("price = [1.5", "prise = [1.5", r'class.toml:11: may_set.prise: a brand has no setting "prise" there'),
        ("[1.5, 2.5]", "[2.5, 1.5]", "the first number must not be above the second"),
        ("[1.5, 2.5]", '"much"', "must be true, two numbers"),
        ("programs.earn_rate", "programs.earn_rat", r'may_set.programs.earn_rat: .*Did you mean "earn_rate"\?'),
        (
            "expected_breakage = 0.25",
            "expected_breakage = 2",
            "terms.programs.points.expected_breakage: must be at most",
        ),
        ("terms.programs.points", "terms.programs.pionts", r'no program of kind "pionts".*Did you mean "points"\?'),
        ('market = "market.toml"', 'market = "nowhere"', "market: there is no such file"),
        ("rounds = 2", 'brand = "Our"\nrounds = 2', r'the market has no brand "Our"; there are: Ours, Rival'),
        ("rounds = 2", 'score = "retention"\nweeks = 6', None),
    ],
)
def test_rules__tell_what_is_wrong(new_class, old, new, told):
    rules = RULES.replace(old, new)
    if told is None:  # a round of six weeks behind a burn-in of four
        rules, told = rules.replace("\nweeks = 4\n", "\n"), "nothing is known of retention in the first round"
    (fault,) = faults(new_class(rules=rules))
    assert re.search(told, fault) and fault.startswith("class.toml:")


@pytest.mark.slow
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("market", shipped())
def test_rules__of_a_new_class_fit_every_shipped_market(tmp_path, market, together):
    start_class(tmp_path, ["Amber", "Blue"], name="game", market=market, together=together)
    game = open_game(tmp_path)
    assert not [fault for one in game.in_force().values() for fault in one.faults]
    assert abs(game.steps * game.market.calendar.weeks - game.rules.weeks) <= game.market.calendar.weeks / 2


WITH_PROGRAM = [name for name in shipped() if (market := load(name)).brands[market.focal].programs]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    "market", [pytest.param(name, marks=[] if name == "grocery" else pytest.mark.slow) for name in WITH_PROGRAM]
)
def test_first_hand_in__unchanged_plays_as_the_market_does(tmp_path, market, together):
    start_class(tmp_path, ["Amber", "Blue"], name="game", market=market, together=together)
    game = open_game(tmp_path)
    handed_in = {team: one.hand_in for team, one in game.in_force().items()}
    assert all(one.settings for one in handed_in.values())
    played, as_it_is = game.markets(handed_in), game.markets(dict.fromkeys(handed_in, HandIn()))
    assert {name: one.to_toml() for name, one in played.items()} == {
        name: one.to_toml() for name, one in as_it_is.items()
    }
    assert "# the market's own" in (tmp_path / "round_1" / "Amber.toml").read_text()


def test_first_hand_in__says_of_the_markets_program_what_is_the_teams_to_set_and_the_rules_the_rest(tmp_path):
    start_class(tmp_path, ["Amber"], name="game", market="pharmacy")
    text, rules = (tmp_path / "round_1" / "Amber.toml").read_text(), open_game(tmp_path).rules
    assert 'reward = { kind = "gift_card", threshold = 200.0 }' in text
    assert 'expiry = { kind = "inactivity", weeks = 52.0 }' in text
    terms = rules.terms["programs"]["points"]
    assert terms["reward"] == {"kind": "gift_card", "cost_share": 0.8, "perceived_share": 0.9}
    assert terms["enrollment"] == {"kind": "opt_in", "by_need": 1.0} and terms["expected_breakage"] == 0.2


def test_first_hand_in__is_an_example_where_the_market_has_no_program(tmp_path):
    start_class(tmp_path, ["Amber"], name="game", market="telco")
    text = (tmp_path / "round_1" / "Amber.toml").read_text()
    assert 'kind = "points"' in text and "take the place of the market's" in text
    assert "the market's own" not in text


def test_rules__all_faults_at_once(new_class):
    rules = RULES.replace('"Cyan"]', '"a/b"]').replace("price =", "prise =").replace("points]", "pionts]")
    assert len(faults(new_class(rules=rules))) == 3


def test_market__its_faults_name_their_place(new_class):
    (fault,) = faults(new_class(market=MARKET.replace("steps = 10", "steps = 0")))
    assert fault == "market.toml:3: steps: must be at least 1, was 0"
    changed = RULES.replace("[may_set]", '[changes]\n"brands.Ours.prise" = 3\n\n[may_set]')
    (fault,) = faults(new_class(rules=changed))
    assert fault.startswith('class.toml:10: changes: brands.Ours.prise: unknown setting "prise"')


def test_together__each_team_has_a_brand_like_the_one_played(new_class):
    rules = RULES.replace("rounds = 2", "rounds = 2\ntogether = true")
    segments = "[population.segments.All]\nshare = 1.0\nappeal = { Ours = 0.5, Rival = 0.1 }\n\n[behavior]"
    market = open_game(new_class(rules=rules, market=MARKET.replace("[behavior]", segments))).market
    assert list(market.brands) == ["Amber", "Blue", "Cyan", "Rival"]
    assert market.brands["Amber"] == market.brands["Cyan"]
    assert market.population.segments["All"].appeal == {"Amber": 0.5, "Blue": 0.5, "Cyan": 0.5, "Rival": 0.1}
    (fault,) = faults(new_class("other", rules=rules.replace('"Cyan"', '"Rival"')))
    assert fault.startswith("class.toml:4: teams") and 'the market has a brand "Rival", which nobody plays' in fault


def test_limits__are_the_same_in_dotted_keys_and_texts():
    assert limits_of({"programs": {"kind": ["points"]}}) == limits_of({"programs.kind": ["points"]})
