"""Diary: one customer's life as the run had it, against hand-worked cases, the run's own totals and its log."""

import math

import numpy as np
import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.measures.diary import Diary, diaries, explained
from loyaltysim.measures.diary_words import AWAY, FOR, in_words
from loyaltysim.measures.watch import Event
from loyaltysim.scenario import Scenario
from loyaltysim.totals import REASONS
from loyaltysim.validation.busy_market import CONTRACTS, FULL, NEWCOMERS, PROGRAMS, busy_market

MARKETS = {"full": FULL, "contracts": CONTRACTS, "newcomers": NEWCOMERS, "programs": PROGRAMS}


def deal(**changes) -> Scenario:
    """Two brands alike; in the second week B is at half its price."""
    cut = {"kind": "promotion_calendar", "depth": 0.5, "weeks": 1, "every_weeks": 100, "first_week": 1}
    document = {
        "focal": "A",
        "steps": 2,
        "burn_in": 0,
        "population": {"n_customers": 200, "price_sensitivity": 1.0},
        "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {"A": {"price": 2.0}, "B": {"price": 2.0, "pricing": [cut]}},
        "metrics": {"period_steps": 0},
    }
    return Scenario.from_document(document).vary(changes)


@pytest.fixture(scope="module", params=MARKETS)
def busy(request):
    """A market with everything, watched whole, and the run that nobody watched."""
    scenario = explained(busy_market(250, 20).vary(MARKETS[request.param]))
    simulation = ls.Simulation(scenario, log=True)
    told = diaries(simulation, list(range(250)))
    plain = ls.Simulation(scenario, log=True).run()
    return told, simulation, plain, together(told)


def together(told):
    """All diaries in one frame."""
    return pd.concat([own.frame.assign(customer=own.customer) for own in told if own.events])


def counted(frame, what, data, by="brand", value=None):
    """Events of a kind by step and brand (or what they add up to), beside the shape of the data."""
    some = frame[frame["what"] == what]
    table = np.zeros((data.sizes["step"], data.sizes["brand"]))
    brands = list(data["brand"].values)
    for step, name, number in zip(some["step"], some[by], some["number"] if value else np.ones(len(some))):
        table[step, brands.index(name)] += number
    return table


def total(data, name):
    return data[name].isel(replication=0).sel(segment="all").transpose("step", "brand").values


def test_why__of_a_deal_is_worked_out_by_hand():
    # second week: utilities -2 and -1, so B has e/(1 + e) = .731; the week before both had .5
    told = diaries(ls.Simulation(explained(deal())), list(range(200)))
    frame = together(told)
    first, second = (frame[frame["step"] == step].set_index("customer") for step in (0, 1))
    assert first["chance"].unique() == pytest.approx([0.5])
    assert (first["last_brand"].isna()).all() and (first["left_why"] == "").all()
    won, kept = second[second["brand"] == "B"], second[second["brand"] == "A"]
    assert won["chance"].unique() == pytest.approx([math.e / (1 + math.e)])
    assert kept["chance"].unique() == pytest.approx([1 / (1 + math.e)])
    assert set(won["why"]) == {"price"} and set(kept["why"]) == {"chance"}  # A was worth less
    assert set(won["price"]) == {1.0} and set(won["price[A]"]) == {2.0}
    switched = won[won["last_brand"] == "A"]
    # chance has .5/.731 = .684 of the switch, the price the rest: the main reason is chance (E68)
    assert len(switched) > 40 and set(switched["left_why"]) == {"chance"}
    assert set(won.loc[won["last_brand"] == "B", "left_why"]) == {""}


def test_text__tells_the_price_the_other_brand_and_the_reason():
    told = next(d for d in diaries(ls.Simulation(explained(deal())), list(range(20))) if d.frame["brand"][1] == "A")
    assert told.text.splitlines()[1].startswith("Week 2: Bought A at 2.00 EUR though B was at 1.00: chance.")


def test_watching__changes_nothing(busy):
    _, watched, plain, _ = busy
    assert watched.results().identical(plain.results())
    pd.testing.assert_frame_equal(watched.customers(), plain.customers())


def test_purchases__are_those_of_the_log(busy):
    _, _, plain, frame = busy
    log = plain.transactions.frame()
    bought = frame[frame["what"] == "bought"].sort_values(["customer", "step", "occasion"], kind="stable")
    log = log.assign(step=(log["time"] // 7).astype(int)).sort_values(["customer", "step", "occasion"], kind="stable")
    for ours, theirs in (("customer", "customer"), ("step", "step"), ("occasion", "occasion"), ("number", "units")):
        np.testing.assert_array_equal(bought[ours], log[theirs])
    np.testing.assert_array_equal(bought["brand"], log["brand"].astype(str))
    np.testing.assert_allclose(bought["price"] * bought["number"], log["price_paid"], atol=1e-9)
    failed = frame[frame["what"] == "failed"]
    assert len(failed) == (log["failure"] > 0).sum() and failed["recovery"].notna().sum() == log["complaint"].sum()
    np.testing.assert_allclose(np.sort(failed["number"]), np.sort(log["failure"][log["failure"] > 0]))


def test_reasons_for_leaving__add_up_to_those_of_the_run(busy):
    _, _, plain, frame = busy
    data = plain.results()
    of = {"bought": "last_brand", "left": "brand"}
    for reason in REASONS:
        mine = sum(counted(frame[frame["left_why"] == reason], what, data, by=of[what]) for what in of)
        run = data["defections"].isel(replication=0).sel(reason=reason).transpose("step", "brand").values
        np.testing.assert_array_equal(mine, run, err_msg=reason)


def test_passed_and_left_and_said__add_up_to_those_of_the_run(busy):
    _, _, plain, frame = busy
    data = plain.results()
    nothing = frame[frame["what"] == "passed"].groupby("step").size().reindex(range(20), fill_value=0)
    np.testing.assert_array_equal(nothing, data["no_purchase"].isel(replication=0))
    for what, name in (("left", "lapsed"), ("praised", "messages_positive"), ("blamed", "messages_negative")):
        np.testing.assert_array_equal(counted(frame, what, data), total(data, name), err_msg=what)


def test_points__add_up_to_those_of_the_run(busy):
    _, _, plain, frame = busy
    data = plain.results()
    for what, name in (("earned", "points_earned"), ("redeemed", "points_redeemed"), ("expired", "points_expired")):
        run = data[name].isel(replication=0).sel(segment="all").transpose("step", "program").values
        mine = np.zeros_like(run)
        some = frame[frame["what"] == what]
        names = [str(program) for program in data["program"].values]
        for step, program, number in zip(some["step"], some["name"], some["number"]):
            mine[step, names.index(program)] += number
        np.testing.assert_allclose(mine, run, atol=1e-6, err_msg=what)


@pytest.mark.parametrize("kind", ["random", "complete"])
def test_heard__is_what_was_said_the_week_before(kind):
    network = {"kind": kind} if kind == "complete" else {"kind": kind, "mean_degree": 8}
    scenario = busy_market(120, 12).vary({"word_of_mouth.talk.audience": "one", "network": network})
    simulation = ls.Simulation(explained(scenario))
    assert kind == "complete" or simulation.world.neighbors.degree().min() > 0  # everybody has somebody to tell
    frame = together(diaries(simulation, list(range(120))))
    data = simulation.results()
    for what, name in (("praise_heard", "messages_positive"), ("blame_heard", "messages_negative")):
        heard, said = counted(frame, what, data, value=True), total(data, name)
        np.testing.assert_allclose(heard[1:], said[:-1])
        assert heard.sum() > 5 and heard[0].sum() == 0


def test_chance__is_that_of_choice_probabilities():
    market = busy_market(80, 6).vary({"word_of_mouth": {}, "network": {"kind": "none"}, "brands.Ours.programs": []})
    simulation = ls.Simulation(explained(market)).run(until=3)
    before = simulation.choice_probabilities(np.arange(80))
    told = diaries(simulation, list(range(80)))
    checked = 0
    for own in told:
        for event in own.events:
            if event.step == 3 and event.occasion == 0 and event.what in ("bought", "passed"):
                assert event.chance == pytest.approx(before[own.customer, event.brand], abs=1e-5)
                checked += 1
    assert checked > 20


def test_feelings__are_those_of_the_table_of_customers():
    simulation = ls.Simulation(explained(busy_market(60, 9)))
    told = diaries(simulation, [4, 17])
    table = simulation.customers().set_index("customer")
    for own in told:
        last = own.feelings.iloc[-1]
        for name in [f"{state}[{brand}]" for state in ("satisfaction", "bond") for brand in own.brands]:
            assert last[name] == pytest.approx(table.loc[own.customer, name], abs=1e-6)
        assert own.feelings["step"].tolist() == list(range(9))


def test_beside__ends_with_the_week_in_which_the_worlds_part():
    cheap = deal(**{"steps": 6, "brands.B.price": 1.2})
    here, there = (diaries(ls.Simulation(explained(s)), list(range(60))) for s in (deal(steps=6), cheap))
    ends = [one.parts_from(other) for one, other in zip(here, there)]
    assert None in ends and {0, 1} <= set(ends)
    for one, other, end in zip(here, there, ends):
        bought = [list(d.frame["brand"]) for d in (one, other)]
        until = 6 if end is None else end
        assert bought[0][:until] == bought[1][:until] and (end is None or bought[0][end] != bought[1][end])
        beside = one.beside(other)
        assert beside["step"].tolist() == list(range(6 if end is None else end + 1))
        assert "A at 2.00" in "".join(beside["here"]) or "B at" in "".join(beside["here"])
    assert here[0].parts_from(here[0]) is None
    with pytest.raises(ValueError, match="not of the same customer"):
        here[0].beside(there[1])


def test_branch__is_told_from_where_it_begins():
    scenario = explained(ls.load("grocery").vary({"population.n_customers": 150, "burn_in": 20, "steps": 12}))
    base = ls.Simulation(scenario).run(until=0)
    branch, whole = ls.diary(base.branch(scenario), 5), ls.diary(scenario, 5)
    assert branch.text == whole.text and branch.steps == (0, 12)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            Event(0, 6, 0, "bought", 0, 0, 1.0, price=2.49, prices=(2.49, 1.99), why="habit"),
            "Bought North at 2.49 EUR though South was at 1.99: habit.",
        ),
        (
            Event(0, 6, 0, "bought", 1, 0, 2.0, price=1.99, prices=(2.49, 1.99), why="price", left_why="service"),
            "Bought 2 times South at 1.99 EUR: its price. Last time it was North: switched, something had gone wrong.",
        ),
        (Event(0, 6, 0, "passed", prices=(2.49, math.nan)), "Looked at North at 2.49 EUR and bought nothing."),
        (Event(0, 6, -1, "praise_heard", 1, number=1.0), "Somebody praised South."),
        (Event(0, 6, -1, "blame_heard", 1, number=3.0), "Others blamed South."),
        (
            Event(0, 6, 0, "failed", 0, number=0.9, recovery=0.8),
            "Much went wrong with North. Complained, and was answered well.",
        ),
        (
            Event(0, 6, 0, "failed", 0, number=0.1),
            "A small thing went wrong with North. Said nothing about it to the firm.",
        ),
        (Event(0, 6, -1, "left", 0, left_why="bond"), "Left North for good: the bond has loosened."),
        (Event(0, 6, -1, "earned", 0, number=24.9, name="North points"), "Earned 24.9 in North points."),
        (Event(0, 6, -1, "came", name="invitation"), "A friend's invitation brought it into the market."),
    ],
)  # fmt: skip
def test_words__are_plain(event, words):
    assert in_words(event, ["North", "South"], "EUR") == words


def test_words__there_are_for_every_reason():
    assert set(REASONS) <= set(FOR) and set(REASONS) == set(AWAY)


def test_diary__refuses_whom_there_is_not_and_a_run_that_is_over():
    scenario = deal()
    with pytest.raises(ValueError, match="numbers from 0 to 199, was 200"):
        ls.diary(scenario, 200)
    with pytest.raises(ValueError, match="at its end"):
        ls.diary(ls.Simulation(scenario).run(), 3)
    told = ls.diary(scenario, 3)
    assert isinstance(told, Diary) and isinstance(told, ls.Diary)
    assert repr(told) == "<Diary of customer 3: 2 events in steps 0–2>"


def test_diary__of_a_market_without_utilities_tells_no_reasons():
    chain = deal().vary({"behavior.choice": {"kind": "switching", "matrix": [[0.5, 0.5], [0.5, 0.5]]}})
    told = ls.diary(chain, 3).frame
    assert (told["why"] == "").all() and told["chance"].isna().all() and len(told) == 2
