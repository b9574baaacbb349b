"""The answers: a verdict by its interval, a price of a point, a break-even, in words."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import loyaltysim as ls
from loyaltysim.report.answers import answers
from loyaltysim.report.captions import Captions
from loyaltysim.report.labels import first_clause, label, labels
from loyaltysim.report.language import Language
from loyaltysim.report.tables import tables
from loyaltysim.study.assumptions import assumptions
from loyaltysim.study.launches import Launch

pytestmark = pytest.mark.slow  # the report of a small market takes some seconds to work out
KEEP, STOP = "Perhaps keep it: going on", "Perhaps stop it: going on does not pay,"


def worth(*values, retention=0.02) -> Launch:
    """A launch that brings so much at its end, one number a replication, evenly over 39 weeks."""
    margin = np.repeat(np.array(values, float)[:, None] / 39, 39, axis=1)
    moved = np.full(len(values), retention) + 0.001 * np.arange(len(values))
    return Launch(margin, np.zeros_like(margin), margin.sum(1), moved, moved)


def told(found, key, **changes):
    changes = {"going_on": None, **changes}
    if "launch" in changes:
        alike = found.value.by_replication[: len(changes["launch"].value)]
        changes = {"value": replace(found.value, by_replication=alike), **changes}
    return {answer.key: answer for answer in answers(replace(found, **changes), Language())}[key]


def compared(found, effects, runs):
    """As if scenarios, all of them the same market, had been compared with "mine"."""
    scenarios = dict.fromkeys(["mine", *runs], found.scenario)
    return replace(found.read, baseline="mine", effects=effects, runs={"mine": found.data, **runs}, scenarios=scenarios)


@pytest.mark.parametrize(
    ("values", "draws", "verdict"),
    [
        ((100, 110, 90), [50] * 10, "Keep it."),
        (
            (100, 110, 90),
            [50] * 5 + [-50] * 5,
            "Perhaps keep it: with other assumptions it pays in 5 of 10 tries only.",
        ),
        ((-100, -110, -90), [-50] * 10, "Stop it, or change it."),
        (
            (-100, -110, -90),
            [50] * 5 + [-50] * 5,
            "Perhaps stop it: with other assumptions it does pay in 5 of 10 tries.",
        ),
        ((-100, 110, 0), [50] * 10, "Too close to call."),
        ((100,), [50] * 10, "One replication has no interval: run more before you decide."),
    ],
)
def test_verdict__goes_by_the_interval_and_the_draws(found, values, draws, verdict):
    assert told(found, "keep", launch=worth(*values), draws=np.array(draws, float)).short == verdict


@pytest.mark.parametrize(
    ("margins", "short", "tone"),
    [
        ({"half": (10, 5, 15)}, "half earns more than mine.", "good"),
        ({"half": (-10, -15, -5)}, "mine earns more than half.", "bad"),
        ({"half": (3, -5, 11)}, "Too close to call.", "open"),
        ({"half": (10, 5, 15), "none": (-10, -12, -8)}, "half earns most.", "good"),
        ({"half": (-1, -1.5, -0.5), "none": (-10, -12, -8)}, "mine earns most.", "bad"),
        ({"half": (100, 99, 101), "none": (1, -2, 4)}, "half earns most.", "good"),  # whatever none does
        ({"half": (-1, -1.5, -0.5), "none": (-10, -22, 2)}, "Too close to call.", "open"),
        ({"half": (10, None, None)}, "One replication has no interval: run more before you decide.", "open"),
    ],
)
def test_better__goes_by_margins_and_their_intervals(found, margins, short, tone):
    effects = [
        {
            "question": "scenario",
            "scenario": name,
            "metric": metric,
            "effect": size[0],
            "ci_low": size[1],
            "ci_high": size[2],
        }
        for name, margin in margins.items()
        for metric, size in (("margin", margin), ("retention_rate", (-0.013, -0.02, -0.006)))
    ]
    runs = {name: found.data.assign(margin=found.data["margin"] + size[0]) for name, size in margins.items()}
    answer = told(found, "better", read=compared(found, effects, runs))
    assert (answer.short, answer.tone) == (short, tone)
    assert len(answer.items) == len(margins)
    first = answer.items[0].replace("\N{NO-BREAK SPACE}", " ")
    assert first.startswith("half instead of mine: ") and "-1.3" in first.replace("−", "-")


def test_better__goes_by_the_margin_with_what_is_owed_taken_off(found):
    """Where a comparison tells of both: margin alone would call half the better one."""
    rows = (("margin", (273, 181, 366)), ("margin_accrued", (-106, -189, -22)), ("retention_rate", (0.01, 0, 0.02)))
    effects = [
        {"question": "scenario", "scenario": "half", "metric": metric, "effect": mean, "ci_low": low, "ci_high": high}
        for metric, (mean, low, high) in rows
    ]
    answer = told(found, "better", read=compared(found, effects, {"half": found.data}))
    assert (answer.short, answer.tone) == ("mine earns more than half.", "bad")
    (line,) = answer.items
    assert "−106" in line and "273" not in line and "of margin, what is owed taken off" in line


def test_better__is_asked_of_a_comparison_alone(found):
    alone = replace(found, read=replace(found.read, baseline=None), going_on=None)
    assert "better" not in {answer.key for answer in answers(alone, Language())}


@pytest.mark.parametrize(
    ("on", "new", "pays", "verdict"),
    [
        (30, (9, 10, 11), 10, "Keep it, if the assumptions hold: going on was not tried with others."),
        (30, (-10, 30, 0), 10, "Perhaps keep it: going on pays, but whether a launch does cannot be told."),
        (30, (-10, 30, 0), 5, f"{KEEP} pays, but a launch, with other assumptions, in 5 of 10 tries only."),
        (30, (-9, -10, -11), 10, "Perhaps keep it: going on pays, although a launch does not."),
        (-30, (-9, -10, -11), 0, "Stop it, if the assumptions hold: going on was not tried with others."),
        (-30, (-10, 30, 0), 0, "Perhaps stop it: going on does not pay, but whether a launch does cannot be told."),
        (-30, (-10, 30, 0), 5, f"{STOP} but a launch, with other assumptions, does in 5 of 10 tries."),
        (-30, (9, 10, 11), 0, "Perhaps stop it: going on does not pay, although a launch does."),
        (0, (9, 10, 11), 10, "Too close to call."),
    ],
)
def test_verdict__of_a_running_program_carries_its_doubt(found, on, new, pays, verdict):
    draws = np.array([1.0] * pays + [-1.0] * (10 - pays))
    answer = told(found, "keep", launch=worth(*new), going_on=worth(on - 1, on, on + 1), draws=draws)
    assert (answer.short, answer.tone) == (verdict, "open")  # the draws are launches
    assert answer.items[-1] == "Going on instead of stopping was not tried with other assumptions."


def test_verdict__of_a_running_program_is_that_of_stopping_it(found):
    answer = told(found, "keep", launch=worth(-100, -110, -90), going_on=worth(30, 31, 32), draws=np.ones(10))
    told_of = answer.whole.replace("\N{NO-BREAK SPACE}", " ")
    assert "instead of stopping now brings 31 kr (95 %: 29 to 33)" in told_of  # 4.303 standard errors of .577


def test_point__is_rewards_given_and_owed_by_points_won(found):
    parts = found.value.by_replication
    paid = (parts["program_cost"] + parts["liability"]).mean()
    answer = told(found, "point", launch=worth(0, 0, 0, retention=0.02))
    assert answer.short == f"{paid / 2.1:.0f} kr of rewards"  # of 2.0, 2.1 and 2.2 points
    assert told(found, "point", launch=worth(0, 0, 0, retention=-0.001)).short == "It cannot be told."
    assert told(found, "point", launch=worth(0, 0, 0, retention=-0.02)).short == "It buys none."
    assert told(found, "point", launch=worth(0, 0, 0, retention=np.nan)).short == "Not measured."


def test_point__goes_by_the_replications_that_have_a_period(found):
    known = worth(0, 0, 0, retention=0.02)
    holes = replace(known, retention=np.array([0.02, np.nan, 0.022]))
    parts = found.value.by_replication
    paid = (parts["program_cost"] + parts["liability"]).to_numpy()[[0, 2]].mean()
    assert told(found, "point", launch=holes).short == f"{paid / 2.1:.0f} kr of rewards"
    value = replace(found.value, by_replication=parts[:1])
    assert told(found, "point", launch=worth(0, retention=0.0), value=value).short == "It cannot be told."
    alone = told(found, "point", launch=worth(0, retention=0.01), value=value)
    assert alone.text.endswith("One replication has no interval: run more before you decide.")
    falls = told(found, "point", launch=worth(0, 0, 0, retention=-0.02))
    assert "falls with the program, by 1.9" in falls.text.replace("\N{NO-BREAK SPACE}", " ")


def test_weeks__are_one_only_where_one_is_told():
    times = {
        1 / 7: "1 day",
        3 / 7: "3 days",
        1.0: "1 week",
        1.02: "1 week",
        1.3: "1.3 weeks",
        2.0: "2 weeks",
        52.2: "52 weeks",
    }
    assert {weeks: Language().weeks(weeks) for weeks in times} == times


def test_break_even__is_told_in_weeks(found):
    assert told(found, "even", launch=worth(-10, -11, -9)).short == "Not within 39 weeks."
    assert told(found, "even", launch=worth(-1, -2, -3)).short == "Perhaps not within 39 weeks."  # -2 and 2.5 about it
    assert told(found, "even", launch=worth(10, 10.1, 9.9)).short == "After 1 week."
    assert told(found, "even", launch=worth(-10, 30, 10)).short == "After 1 week, or not at all."
    assert "interval" not in told(found, "even", launch=worth(10)).text
    assert told(found, "even", launch=worth(0, 0, 0)).short == "It neither costs nor earns."
    nothing = Captions(replace(found, launch=worth(0, 0, 0)), Language()).cumulative_profit()
    assert nothing.endswith("0 all the time. It neither costs nor earns.")


def test_worst_tenth__are_the_draws_themselves_without_an_interval(found):
    """Of 40 draws the worst four are -0.52, -0.38, -0.3 and -0.2: -0.35 on average; most others are 0."""
    draws = np.array([0.0] * 35 + [1.0, -0.3, -0.52, -0.2, -0.38])
    answer = told(found, "worst", draws=draws)
    assert answer.short == "−0.35 kr, the mean of the worst 4 of 40 draws"
    assert (
        "the worst bring −0.52; −0.38; −0.30; −0.20 kr; half of the draws lie between 0.00 and 0.00 kr" in answer.text
    )
    assert "95" not in answer.text and "worse is possible" in answer.text
    assert "between 0.00 and 0.00 kr" in Captions(replace(found, draws=draws), Language()).outcomes()


def test_worst_tenth__says_which_numbers_did_not_vary(found):
    """Nor does any of them lie among the assumptions: what the words say is held, is."""
    assert "were held as the file has them, unless --axis named them: prices" in told(found, "worst").text
    of_brands = [one.path for one in found.tried if one.path.startswith("brands")]
    rules = ("reward", "earn_rate", "expiry", "unit_cost", "price", "quality", "appeal", "complaints", "levers")
    assert of_brands and not [path for path in of_brands if any(f".{name}" in path for name in rules)]


def test_keep__names_the_programs_where_there_are_several(found):
    assert not [item for item in told(found, "keep").items if "programs" in item]
    brand = next(iter(found.scenario.brands))
    points, card = {"kind": "points", "name": "points card"}, {"kind": "stamps", "name": "stamps"}
    both = found.scenario.vary({f'brands."{brand}".programs': [points, card]})
    item = told(found, "keep", read=replace(found.read, scenarios={found.subject: both})).items[-1]
    assert item.startswith(f"{brand} has 2 programs: points card; stamps. What is said of the program")


def test_caption__of_the_tornado_tells_on_which_replications_it_rests(found):
    """The first five bring 30 on average, all six 35."""
    frame = rows((found.tried[0].path, (-9, 5), (3, 5)))
    caption = Captions(replace(found, tornado=frame, launch=worth(10, 20, 30, 40, 50, 60)), Language()).tornado()
    assert "rests on 5 replications, in which the program is worth 30 kr, not on all 6; so does the dotted" in caption
    caption = Captions(replace(found, tornado=frame, launch=worth(10, 20, 30, 40, 50)), Language()).tornado()
    assert "rests on" not in caption


def test_world__that_cannot_come_about_is_said_so(found):
    assert told(found, "copy", worlds={}).short == "It does not arise."
    answer = told(found, "copy", launch=worth(5, 5, 5), worlds={"rival_copies_program": worth(2, 2, 2)})
    assert answer.short == "2.00 kr instead of 5.00"
    same = told(found, "copy", launch=worth(5, 6, 5), worlds={"rival_copies_program": worth(5, 6, 5)})
    assert same.short.endswith(" kr, the same") and "The brand's margin with the program is the same." in same.text
    assert "told from zero" not in same.text


def test_caption__of_the_waterfall_adds_up(found):
    """1000 more revenue, 10 fees, 400 goods, 50 other costs, 200 and 100 rewards: 260; 60 owed: 200 remain."""
    sizes = {"revenue": 1000, "program_fees": 10, "cost_of_goods": 400, "other_costs": 50, "subsidy": 200,
             "rewards_won": 100, "margin": 260, "liability": 60, "margin_accrued": 200}  # fmt: skip
    parts = pd.DataFrame(
        [{"part": part, "effect": n, "ci_low": np.nan, "ci_high": np.nan} for part, n in sizes.items()]
    )
    said = Captions(replace(found, value=SimpleNamespace(parts=parts)), Language()).program_value()
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert "fees of members 10.0 kr" in said and "other costs 50.0 kr" in said and "margin 260 kr" in said


def rows(*effects) -> pd.DataFrame:
    """A tornado: path, and effects with their half widths at both ends."""
    told = [
        {"path": path, "measure": end, "value": 1.0, "effect": size, "ci_low": size - half, "ci_high": size + half,
         "n": 5, "unit": "kr"}
        for path, *ends in effects for end, (size, half) in zip(("low", "high"), ends)
    ]  # fmt: skip
    return pd.DataFrame(told)


def test_three__are_those_that_can_be_told_from_zero_in_words(found):
    paths = [one.path for one in found.tried][:3]
    named = [label(found.scenario, path, Language()) for path in paths]
    frame = rows((paths[0], (-9, 5), (3, 5)), (paths[1], (6, 7), (-6, 7)), (paths[2], (1, 0.5), (-2, 3)))
    answer = told(found, "three", tornado=frame)
    assert answer.short == f"{named[0]} · {named[2]}"
    assert answer.text.startswith("No other of 3 can be told from zero. They are those of")
    assert f"of {len(found.tried)} that moved it most in one replication, at their higher ends alone" in answer.text
    assert all(item.startswith(f"{named[place]}: ") for item, place in zip(answer.items, (0, 2), strict=True))
    caption = Captions(replace(found, tornado=frame), Language()).tornado()
    assert caption.endswith(f"What these add cannot be told from zero: “{named[1]}”.")


def test_three__are_none_where_every_interval_holds_zero(found):
    path = found.tried[0].path
    answer = told(found, "three", tornado=rows((path, (-9, 10), (9, 10))))
    assert (answer.short, answer.items) == ("None can be told from luck.", ())
    assert answer.text.startswith("Of 1 assumptions, none adds anything")
    all_told = told(found, "three", tornado=rows((path, (-9, 10), (9, 10))), tried=found.tried[:1])
    none = "Of 1 assumptions, none adds anything to what a launch brings that can be told from zero."
    assert all_told.text.startswith(
        f"{none} Other numbers were held as the file has them, unless --axis named them: prices, costs"
    )
    nothing_known = rows((path, (-9, np.nan), (9, np.nan))).assign(n=1)
    assert told(found, "three", tornado=nothing_known).short == "It cannot be told."


def test_best__is_ahead_of_the_others_too_or_too_close_to_call(found):
    """Margins are 1, -1 and 0 more than the other scenario's, then 117 and more: a whole run has 39 steps."""
    mine = found.data
    runs = {"mine": mine}
    for name, more in {"half": [11.0, 10, 9], "none": [10.0, 11, 9]}.items():
        runs[name] = mine.assign(margin=mine["margin"] + xr.DataArray(more, dims="replication") / mine.sizes["step"])
    effects = [
        {"question": "scenario", "scenario": name, "metric": metric, "effect": 10, "ci_low": 8, "ci_high": 12}
        for name in ("half", "none") for metric in ("margin", "retention_rate")
    ]  # fmt: skip
    assert told(found, "better", read=compared(found, effects, runs)).short == "Too close to call."
    runs["none"] = mine.assign(margin=mine["margin"] + xr.DataArray([8.0, 7, 6.5], dims="replication") / 39)
    assert told(found, "better", read=compared(found, effects, runs)).short == "half earns most."


def test_answers__do_not_overstate_what_may_be_nothing(found):
    wide, moved = worth(-30, 60, 30), worth(20, 21, 22)
    assert (
        told(found, "copy", launch=moved, worlds={"rival_copies_program": wide}).short
        == "20 kr, not clearly other than 21"
    )
    assert (
        "Whether it pays there cannot be told."
        in told(found, "copy", launch=moved, worlds={"rival_copies_program": wide}).text
    )
    told_of = [told(found, "point", launch=worth(*net)).text for net in ((-30, 60, -15), (-30, 10, -15))]
    ends = ("pays it back, and 2 kr", "pays part of it back; 6 kr")  # 5 and -11.7 by 2.1 points
    for text, end in zip(told_of, ends):
        assert end in text.replace("\N{NO-BREAK SPACE}", " ") and "cannot be told from zero" in text
    assert told(found, "even", launch=worth(-40, 20, -10)).short == "Perhaps not within 39 weeks."
    unsure = told(found, "point", launch=worth(0, 0, 0, retention=-0.0005))
    assert "At the upper end of that, a point takes" in unsure.text and "kr of rewards" in unsure.text


def test_worlds__that_cannot_be_told_from_as_it_is_are_said_so(found):
    """21 on average as it is; 1 less each time is told from it, 0 to 40 is not."""
    worlds = {"price_war": worth(19, 20, 21), "recession": worth(0, 50, 40)}
    every = replace(found, launch=worth(20, 21, 22), worlds=worlds)
    assert Captions(every, Language()).ranges().endswith("since luck may make that difference: recession.")
    (table,) = (table for table in tables(every, Language()) if table.key == "worlds")
    assert [row[2] for row in table.rows] == ["", "less", "not to be told: luck may make the difference"]
    alone = replace(found, launch=worth(20), worlds={"recession": worth(30)})
    assert "luck" not in Captions(alone, Language()).ranges()


def test_labels__are_what_a_record_says_and_whose_it_is():
    grocery, english = ls.load("grocery"), Language()
    median = 'population.segments."Deal seekers".price_sensitivity.median'
    assert label(grocery, median, english) == "How much customers mind prices: median (Deal seekers)"
    assert label(grocery, "brands.Rival.pricing.0.depth", english) == "Share taken off the list price (Rival)"
    assert label(grocery, "no.such.path", english) == "no.such.path"
    cream = ls.load("ice_cream")
    seasons = [path for path in (one.path for one in assumptions(cream)) if "season" in path]
    named = labels(cream, seasons, english)
    assert len(seasons) == 12 == len(set(named.values())) and named[seasons[2]].startswith("3. Multipliers of needs")
    assert labels(cream, seasons[:2], english, most=1) == {seasons[0]: named[seasons[0]], seasons[1]: named[seasons[1]]}
    assert list(labels(cream, seasons, english, most=1).values())[9:] == seasons[9:]  # "10.", "11." and "12."
    assert first_clause("How fast a bond fades; 0.005 is a half-life.") == "How fast a bond fades"
    assert first_clause("Added per unit of satisfaction above 0.5.") == "Added per unit of satisfaction above 0.5"
