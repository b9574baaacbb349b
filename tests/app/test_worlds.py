"""The two worlds: the same customers and luck, the same state at the beginning, and what is worked out of them."""

import threading

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim.app import limits, worlds
from loyaltysim.app.limits import REPLICATIONS, class_size
from loyaltysim.app.measured import tell
from loyaltysim.app.worlds import Worlds
from loyaltysim.faults import ScenarioError

SHORT = {"population.n_customers": 300, "burn_in": 3, "steps": 26}


@pytest.fixture(scope="module")
def base():
    return ls.load("grocery").vary(SHORT)


@pytest.fixture(scope="module")
def dear(base):
    return base.vary({"brands.Ours.price": 2.4})


def there(own, scenario, step):
    while not own.go(scenario, step):
        pass
    return own.pair()


def test_worlds__are_those_of_replicate_bit_for_bit_and_alike_until_something_is_changed(base):
    pair = there(Worlds(base), base, base.steps)
    whole = ls.replicate(base, replications=REPLICATIONS)
    for world in (pair.base, pair.changed):
        assert world.results().identical(whole)


def test_changed_world__is_a_branch_from_the_end_of_the_burn_in(base, dear):
    pair = there(Worlds(base), dear, base.steps)
    branch = ls.Simulation(base, replications=REPLICATIONS).run(until=0).branch(dear).run()
    assert np.array_equal(pair.changed.simulation.results()["units"], branch.results()["units"])
    assert (
        pair.base.results()["units"].sel(brand="Ours").sum() > pair.changed.results()["units"].sel(brand="Ours").sum()
    )


def test_worlds__come_to_the_same_however_they_got_there(base, dear):
    straight, winding = Worlds(base), Worlds(base)
    there(straight, dear, 20)
    for scenario, step in ((base, 7), (dear, 12), (dear, 3), (base, 26), (dear, 20)):
        there(winding, scenario, step)
    for one, other in zip(straight.begun, winding.begun):
        assert one.step == other.step == 20
        assert np.array_equal(one.results()["units"], other.results()["units"])


def test_worlds__stop_when_time_is_up_and_do_nothing_that_is_not_wanted_any_more(base):
    own = Worlds(base)
    assert not own.go(base, 20, still=lambda: False) and own.pair() is None
    there(own, base, 0)
    assert not own.go(base, 20, seconds=-1) and own.pair().step == 0


def test_worlds__of_many_visitors_do_not_meet(base):
    """Each in a thread of its own, all at once, each with another price."""
    prices, found = [1.5, 2.0, 2.5, 3.0], {}

    def visit(price):
        changed = base.vary({"brands.Ours.price": price})
        found[price] = there(Worlds(base), changed, 20).changed.results()["units"].sel(brand="Ours").sum().item()

    visitors = [threading.Thread(target=visit, args=(price,)) for price in prices]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    sold = [found[price] for price in prices]
    assert sold == sorted(sold, reverse=True) and len(set(sold)) == len(sold)
    alone = there(Worlds(base), base.vary({"brands.Ours.price": 1.5}), 20)
    assert alone.changed.results()["units"].sel(brand="Ours").sum().item() == found[1.5]


def test_openings__are_shared_and_few_are_kept(base):
    first, second = Worlds(base, 3), Worlds(base, 3)
    there(first, base, 1), there(second, base, 1)
    kept = [key for key in worlds._openings if key[2] == 3]
    assert len(kept) == 1
    for seed in range(10, 10 + 2 * worlds.OPENINGS):
        there(Worlds(base, seed), base, 0)
    assert len(worlds._openings) == worlds.OPENINGS


def test_openings__of_more_visitors_than_are_kept_are_each_made_once(base, monkeypatch):
    """Eight, each with own luck, in turns too short for a burn-in; and a slider moves for all."""
    made, simulation = [], worlds.Simulation
    monkeypatch.setattr(worlds, "Simulation", lambda *a, **k: made.append(k["seed"]) or simulation(*a, **k))
    seeds = range(50, 50 + worlds.OPENINGS + 2)
    visitors = [Worlds(base, seed) for seed in seeds]
    for _ in range(2):
        for own in visitors:
            assert not own.go(base, 1, seconds=-1)
    for own in visitors:
        there(own, base, 1), there(own, base.vary({"brands.Ours.price": 2.2}), 1)
    assert made == [*seeds]


def test_burn_in__that_others_waited_through_does_not_count_for_whoever_comes_next(base):
    first, second = Worlds(base, 70), Worlds(base, 70)
    there(first, base, 0), there(second, base, 0)
    assert second.opening is first.opening and first.opening.patience.spent > 0
    assert first.patience.spent == second.patience.spent == 0


def test_told__is_what_compare_tells(base, dear):
    """Whole run: the paired difference of the shares over all periods, with its interval."""
    own = Worlds(base)
    pair = there(own, dear, 26)  # two whole periods
    retention, share, profit = tell(pair)
    one, other = (
        ls.Simulation(base, replications=REPLICATIONS).run(until=0).branch(each).run().results()
        for each in (base, dear)
    )

    def shares(ds):
        units = ds["units"].sel(segment="all").sum("step")
        return (100 * units / units.sum("brand")).transpose("replication", "brand").values

    apart = shares(other) - shares(one)
    assert share.whole[2].mean == pytest.approx(apart.mean(0))
    half = 2.262157 * apart.std(0, ddof=1) / np.sqrt(REPLICATIONS)  # Student's t, 9 degrees of freedom
    assert share.whole[2].high - share.whole[2].mean == pytest.approx(half, rel=1e-5)
    kept, start = (one[name].sel(segment="all").sum("period").values for name in ("customers_kept", "customers_start"))
    assert retention.whole[0].mean == pytest.approx((100 * kept / start).mean(0))
    margin = one["margin"].sel(segment="all").sum("step").values.mean(0)
    assert profit.whole[0].mean == pytest.approx(margin / 300 * 365.25 / (26 * 7))


def test_told__cuts_the_world_that_is_ahead_to_where_the_other_is(base, dear):
    own = Worlds(base)
    there(own, base, 20)
    own.go(dear, 20, seconds=-1)  # the changed world begins anew, and comes nowhere
    own.begun[1].simulation.run(until=5)
    pair = own.pair()
    assert (pair.base.step, pair.changed.step, pair.step) == (20, 5, 5)
    share = tell(pair)[1]
    assert len(share.base.weeks) == 20 and len(share.changed.weeks) == len(share.difference.mean) == 5
    five = there(Worlds(base), dear, 5)
    assert np.array_equal(tell(five)[1].whole[2].mean, share.whole[2].mean)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"steps": 2000}, "must be at most 1,500 together with burn_in"),
        ({"brands.Ours.levers": [{"kind": "service"}] * 50}, "at most 40 go on this page"),
    ],
)
def test_limits__refuse_what_is_too_large(changes, said):
    with pytest.raises(ScenarioError, match=said):
        class_size(ls.load("grocery").vary(changes))


def test_limits__refuse_customers_who_shop_without_end(base):
    busy = base.vary({"population.needs_per_week": {"distribution": "constant", "value": 100.0}})
    with pytest.raises(ScenarioError, match="might shop"):
        Worlds(busy).go(busy, 1)


def test_limits__end_what_is_slow_again_and_again(base, monkeypatch):
    monkeypatch.setattr(worlds, "LONGEST_STEP", 0.0)
    with pytest.raises(ScenarioError, match="too large for this page"):
        there(Worlds(base, 99), base, 26)


def test_limits__leave_shipped_scenarios_as_they_are_but_for_their_customers():
    for name in ls.scenario_file.shipped():
        scenario = ls.load(name)
        small = class_size(scenario)
        assert set(scenario.diff(small)) <= {"population.n_customers"}
        assert small.population.n_customers <= limits.CUSTOMERS
