"""The boards: blocks of rows, columns of shoppers, the market's rows, piles of messages, the calendar."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyaltysim import Simulation
from loyaltysim.market import incidents
from loyaltysim.market.calendar import ROUNDING, Calendar
from loyaltysim.market.history import COLUMNS, History
from loyaltysim.market.messages import MessagePile, Messages
from loyaltysim.market.shoppers import (
    LEAF,
    Shoppers,
    blocks,
    pick,
    place,
    put,
    put_by_brand,
    spread,
    take,
    take_by_brand,
)
from loyaltysim.market.touches import Touches
from loyaltysim.scenario import Scenario


@given(n=st.integers(1, 5000), replications=st.integers(1, 6), size=st.sampled_from([LEAF, 2 * LEAF, 64 * LEAF]))
def test_blocks__hold_every_row_once_and_never_cut_a_leaf(n, replications, size):
    cut = blocks(n, replications, size)
    edges = [0, *(block.stop for block in cut)]
    assert edges[-1] == n * replications and [block.start for block in cut] == edges[:-1]
    for block in cut:
        assert 0 < block.stop - block.start <= size
        assert block.start % n % LEAF == 0  # leaves are counted anew in each replication
        begins = [(block.start + edge) for edge in block.bounds]
        assert begins[0] == block.start and begins[-1] == block.stop
        assert [begin % n for begin in begins[1:-1]] == [0] * (len(begins) - 2)
        assert block.first_replication == block.start // n
        assert list(block.replications) == list(range(block.start // n, (block.stop - 1) // n + 1))
        assert len(block.bounds) == len(block.replications) + 1


@given(st.lists(st.integers(-1, 2), max_size=6), st.randoms(use_true_random=False))
def test_columns__what_is_staged_and_written_back_is_the_state_of_the_rows(brands, luck):
    n = len(brands)
    rows = np.array(sorted(luck.sample(range(10), n)), np.int32)
    brand = np.array(brands, np.int32)
    by_brand, single = np.arange(30, dtype=np.float32).reshape(3, 10), np.arange(10, dtype=np.float32)
    shoppers = Shoppers(8, 3, 1)
    column, line = shoppers.ask("state", True), shoppers.ask("line")
    take_by_brand(by_brand.T, rows, n, column, shoppers.brands)
    take(single, rows, n, line)
    np.testing.assert_array_equal(column[:, :n], by_brand[:, rows])
    np.testing.assert_array_equal(line[:n], single[rows])

    bought = np.zeros(8, np.float32)
    pick(column, brand, n, bought)
    assert bought[:n].tolist() == [by_brand[max(b, 0), row] for row, b in zip(rows, brands)]
    bought += 100
    buyers = np.flatnonzero(brand >= 0).astype(np.int32)
    place(bought, brand, buyers, len(buyers), column)
    expected = by_brand.copy()
    for row, b in zip(rows, brands):
        expected[b, row] += 100 * (b >= 0)
    state = by_brand.copy()
    put_by_brand(state.T, rows, n, column, shoppers.brands)
    np.testing.assert_array_equal(state, expected)
    line[:n] = -1
    put(single, rows, n, line)
    assert [value for row, value in enumerate(single) if row not in rows] == [r for r in range(10) if r not in rows]
    assert (single[rows] == -1).all()


def test_spread__every_shopper_sees_the_market_of_the_own_replication():
    market = np.arange(6, dtype=np.float32).reshape(3, 2)  # replications × brands
    column = np.full((2, 5), -1, np.float32)
    spread(market, 1, np.array([0, 2, 5]), column)  # shoppers of the second and third replication
    assert column.tolist() == [[2, 2, 4, 4, 4], [3, 3, 5, 5, 5]]


def test_market__turns_to_the_row_of_the_step():
    pricing = [{"kind": "promotion_calendar", "depth": 0.5, "every_weeks": 2, "feature": True}]
    brands = {"A": {"price": 4.0, "pricing": pricing, "unit_cost": 1.5}, "B": {"price": 3.0, "quality": 0.8}}
    document = {"focal": "A", "steps": 4, "burn_in": 0, "population": {"n_customers": 2}, "brands": brands}
    market = Simulation(Scenario.from_document(document), replications=range(2)).world.market
    for step, price in enumerate((2.0, 4.0, 2.0, 4.0)):
        market.turn(step)
        assert market.price.tolist() == [[price, 3.0]] * 2
        assert market.list_price.tolist() == [[4.0, 3.0]] * 2
        assert market.on_promotion.tolist() == [[price < 4, False]] * 2
        assert market.feature.tolist() == [[float(price < 4), 0.0]] * 2
    assert market.cost.tolist() == [[1.5, 0.0]] * 2
    np.testing.assert_array_equal(market.quality, np.float32([[0.5, 0.8]] * 2))


def test_pile__grows_and_keeps_what_it_holds():
    pile = MessagePile()
    said = []
    for number in range(40):
        pile.room_for(1)
        pile.sender[pile.n], pile.brand[pile.n], pile.strength[pile.n] = number, number % 3, -number
        pile.n += 1
        said.append(number)
    assert pile.sender[: pile.n].tolist() == said
    assert pile.brand[: pile.n].tolist() == [number % 3 for number in said]
    assert pile.strength[: pile.n].tolist() == [-number for number in said]
    messages = Messages(2)
    messages.piles[1] = pile
    messages.clear()
    assert [each.n for each in messages.piles] == [0, 0]


@pytest.mark.parametrize(("days", "weeks"), [(1, 1 / 7), (7, 1.0), (28, 4.0), (365.25, 365.25 / 7)])
def test_calendar__knows_weeks_and_years_of_a_step(days, weeks):
    calendar = Calendar(days, burn_in=5, steps=10)
    assert calendar.weeks == pytest.approx(weeks, rel=1e-15)
    assert calendar.years == pytest.approx(days / 365.25, rel=1e-15)
    assert calendar.last == 15


def test_unused_boards__hold_nothing_until_asked_and_know_their_columns():
    history, touches = History(4, 2), Touches(4, 2)
    assert not history.arrays and not touches.arrays
    for name, column in COLUMNS.items():
        assert (history.ask(name) == column.start).all() and history.ask(name).shape == (2, 4)
    assert history.ask("spend") is history.ask("spend")
    assert touches.ask("contact") is touches.ask("contact") and not touches.ask("contact").any()
    shoppers = Shoppers(3, 2, 1)
    assert incidents.column(shoppers, "failure").tolist() == [0, 0, 0]
    for ask in (history.ask, touches.ask, lambda name: incidents.column(shoppers, name)):
        with pytest.raises(KeyError):
            ask("nonsense")


@given(days=st.floats(1.0, 40.0), periods=st.floats(1.0, 6.0), first=st.floats(-20.0, 20.0), burn_in=st.integers(0, 9))
@example(days=30.0, periods=8.572 / (30 / 7), first=0.0, burn_in=0)
def test_calendar__each_period_of_at_least_a_step_has_one_first_step(days, periods, first, burn_in):
    calendar, steps = Calendar(days, burn_in, 90 - burn_in), np.arange(90)
    every = max(periods * calendar.weeks, calendar.weeks)
    on = calendar.recurs(steps, every, first)
    period = np.floor((calendar.week(steps) - first + ROUNDING) / every).astype(int)
    counts = np.bincount(period - period[0], weights=on)
    assert (counts[1:] == 1).all() and counts[0] <= 1  # the first period may have begun before
    assert [bool(calendar.recurs(int(step), every, first)) for step in steps] == on.tolist()


@given(days=st.floats(1.0, 40.0), periods=st.floats(2.0, 6.0), steps=st.floats(1.0001, 2.0))
def test_calendar__each_promotion_longer_than_a_step_has_one(days, periods, steps):
    calendar = Calendar(days, 0, 90)
    every, weeks = periods * calendar.weeks, steps * calendar.weeks
    on = calendar.recurs(np.arange(90), every, 0.0, weeks)
    period = np.floor((calendar.week(np.arange(90)) + ROUNDING) / every).astype(int)
    assert (np.bincount(period, weights=on) >= 1).all()
