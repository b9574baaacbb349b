"""The diary on the class page: both worlds side by side up to the week in which they part."""

import pytest

import loyaltysim as ls
from loyaltysim.app.diary_panel import both
from loyaltysim.measures.diary import explained

SHORT = {"population.n_customers": 300, "burn_in": 2, "steps": 20}


def test_both__are_the_diaries_of_the_worlds_up_to_the_week_they_part():
    base = ls.load("grocery").vary(SHORT)
    dear = base.vary({"brands.Ours.price": 3.0})
    told = both(base, dear, 1, 20)
    whole = ls.diary(explained(base), int(told["told"].split()[1]))
    assert "part in week" in told["told"] and whole.text.startswith(
        f"{told['rows'][0]['when']}: {told['rows'][0]['here']}"
    )
    same = both(base, base, 1, 20)
    assert "up to week 20: the worlds have not parted." in same["told"]
    assert all(row["here"] == row["there"] for row in same["rows"])


def test_both__tell_no_more_than_the_page_shows():
    base = ls.load("grocery").vary(SHORT)
    whole = both(base, base, 1, 20)
    customer = int(whole["told"].split()[1])
    some = both(base, base, 1, 8, customer)
    assert "up to week 8:" in some["told"]
    assert some["rows"] == [row for row in whole["rows"] if row["step"] < 8] != whole["rows"]


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
