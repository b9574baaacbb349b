"""The diary on the class page: both worlds side by side up to the week in which they part."""

from types import SimpleNamespace

import pytest

import loyaltysim as ls
from loyaltysim.app import worlds
from loyaltysim.measures.diary import explained

pytest.importorskip("solara", exc_type=ImportError)
from loyaltysim.app.diary_panel import _Wanted, answer, both

SHORT = {"population.n_customers": 300, "burn_in": 2, "steps": 20}


def whole(work):
    return worlds.in_turns(work)


def test_both__are_the_diaries_of_the_worlds_up_to_the_week_they_part():
    base = ls.load("grocery").vary(SHORT)
    dear = base.vary({"brands.Ours.price": 3.0})
    told = whole(both(base, dear, 1, 20))
    alone = ls.diary(explained(base), int(told["told"].split()[1]))
    assert "its purchases part in week" in told["told"] and "what it sees may differ before." in told["told"]
    assert alone.text.startswith(f"{told['rows'][0]['when']}: {told['rows'][0]['here']}")
    same = whole(both(base, base, 1, 20))
    assert "up to week 20: its purchases have not parted." in same["told"]
    assert all(row["here"] == row["there"] for row in same["rows"])


def test_both__tell_no_more_than_the_page_shows():
    base = ls.load("grocery").vary(SHORT)
    full = whole(both(base, base, 1, 20))
    customer = int(full["told"].split()[1])
    some = whole(both(base, base, 1, 8, customer))
    assert "up to week 8:" in some["told"]
    assert some["rows"] == [row for row in full["rows"] if row["step"] < 8] != full["rows"]


def test_answer__lets_others_have_their_turns_and_ends_when_nobody_wants_it(monkeypatch):
    """With turns of no time, each step is one; whoever leaves after three is not told."""
    base = ls.load("grocery").vary(SHORT)
    monkeypatch.setattr(worlds, "AT_A_TIME", -1.0)
    turns, simulated = [], worlds.simulated
    monkeypatch.setattr(worlds, "simulated", lambda work: turns.append(1) or simulated(work))
    session = SimpleNamespace(scenario=base, seed=1)
    told = answer(session, _Wanted((), 20, None), lambda: True)
    assert len(turns) == 2 + 20 + 20 + 1  # burn-in, both worlds, and the words
    assert told == whole(both(base, base, 1, 20))
    turns.clear()
    assert answer(session, _Wanted((), 20, None), lambda: len(turns) < 4) is None and len(turns) == 4


def test_answer__tells_in_words_what_cannot_be(monkeypatch):
    base = ls.load("grocery").vary(SHORT)
    session = SimpleNamespace(scenario=base, seed=1)
    told = answer(session, _Wanted((("brands.Ours.price", -1.0),), 20, None), lambda: True)
    assert not told["rows"] and "brands.Ours.price" in told["told"]
    assert "customers have numbers" in answer(session, _Wanted((), 20, 300), lambda: True)["told"]
    monkeypatch.setattr(worlds, "LONGEST_STEP", 0.0)
    assert "too large for this page" in answer(session, _Wanted((), 20, None), lambda: True)["told"]


@pytest.mark.slow
def test_page__tells_a_diary(serve, visit):
    seen = visit(serve("grocery", **SHORT).address)
    seen.page.locator(".charts img").first.wait_for()
    seen.press("Read the diary")
    seen.page.locator(".diary tbody tr").first.wait_for()
    assert "have not parted" in seen.page.locator(".diary p").inner_text()
    field = seen.page.get_by_label("Customer (0 to 299; empty: a busy one)")
    field.fill("300")
    field.press("Enter")
    seen.press("Read the diary")
    seen.page.get_by_text("Customers have numbers from 0 to 299.").wait_for()
    seen.was_well()
