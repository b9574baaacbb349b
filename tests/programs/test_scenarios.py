"""The shipped scenarios with programs: the promise of each, by hand from purchases that were logged one by one."""

import numpy as np
import pandas as pd
import pytest

from loyaltysim import Simulation, load
from loyaltysim.simulation import Simulation as Run

pytestmark = pytest.mark.slow
CUSTOMERS = 600
PROGRAMS = "airline car_wash club coffee grocery ice_cream pharmacy salon shoes surprise".split()


def small(name: str) -> Run:
    """A shipped scenario with few customers, each with accounts of its own, and a log from the first step on."""
    changes = {"population.n_customers": CUSTOMERS, "accounts.by_customer": True, "burn_in": 0}
    return Simulation(load(name).vary(changes), log=True)


def purchases(run: Run, brand: str = "Ours") -> pd.DataFrame:
    log = run.transactions.frame()
    return log[log["brand"] == brand]


def by_customer(values: pd.Series) -> np.ndarray:
    """Sums over a log's rows for every customer, as whole numbers."""
    added = values.groupby(level=0).sum().reindex(range(CUSTOMERS), fill_value=0)
    return np.rint(added.to_numpy()).astype(np.int64)


def ledger(run: Run, name: str) -> dict[str, np.ndarray]:
    """What customers earned, redeemed and lost of points or stamps, and have."""
    table = run.customers()
    columns = {what: table[f"points_{what}[{name}]"] for what in ("earned", "redeemed", "expired")}
    columns["left"] = table[f"points[{name}]"]
    return {what: column.to_numpy() for what, column in columns.items()}


@pytest.mark.parametrize("name", PROGRAMS)
def test_scenario__has_a_program_that_some_join_and_some_do_not_in_a_market_that_nobody_owns(name):
    run = Simulation(load(name).vary({"population.n_customers": CUSTOMERS})).run()
    data = run.results().sel(segment="all", replication=0)
    ours = data.sel(brand="Ours")
    members = ours["members"].values
    assert 0 < members.min() and members.max() < CUSTOMERS
    share = ours["units"].sum() / data["units"].sum()
    assert 0.2 < share < 0.6
    retention = data["retention_rate"].values
    assert ((retention > 0) & (retention < 1)).all()  # never NaN either
    assert (data["margin"].sum("step") > 0).all()
    assert ours["program_cost"].sum() < 0.2 * ours["revenue"].sum()


@pytest.mark.parametrize(
    ("name", "cycle", "worth", "expires"),
    [
        ("shoes", 5, 16.0, True),  # every fifth pair of 80 at 20 % off
        ("ice_cream", 10, 3.5, True),  # the tenth is free
        ("car_wash", 7, 12.0, False),  # six paid, then one free
        ("coffee", 11, 3.0, True),  # ten, then one free
    ],
)
def test_card__rewards_one_unit_of_so_many(name, cycle, worth, expires):
    run = small(name).run()
    bought = purchases(run).set_index("customer")
    rewarded = bought["program_cost"] > 0
    assert set(bought["program_cost"]) == {0.0, worth}
    rewards, stamps = by_customer(rewarded), ledger(run, "Ours stamps")
    np.testing.assert_array_equal(stamps["redeemed"], (cycle - 1) * rewards)
    # units on a card are those with a stamp and those rewarded; of so many, one is rewarded, and nothing else
    on_cards = by_customer((bought["points"] > 0) | rewarded)
    np.testing.assert_array_equal(cycle * rewards, on_cards - stamps["expired"] - stamps["left"])
    assert not (bought["points"][rewarded] > 0).any()
    assert rewards.sum() > 100
    assert (stamps["expired"].sum() > 0) == expires


def test_ice_cream__cards_die_with_the_season():
    data = small("ice_cream").run().results().sel(brand="Ours", segment="all", replication=0)
    outstanding = data["points_outstanding"].values
    ends = np.arange(1, len(outstanding) + 1) % 364 == 0
    assert ends.sum() == 2 and (outstanding[ends] == 0).all()
    assert (outstanding[182::364] > 0).all()


def test_car_wash__before_each_stamp_thirteen_of_sixteen_holders_go_on():
    run = small("car_wash").run()
    ((_, own),) = run.schedule.programs
    stamps, given_up = int(own.earned.sum()) // 1000, int((own.member == 2).sum())
    decisions, chance = stamps + given_up, 13 / 16
    error = np.sqrt(chance * (1 - chance) / decisions)
    assert decisions > 1000
    assert stamps / decisions == pytest.approx(chance, abs=4 * error)


def test_pharmacy__a_gift_card_costs_eight_tenths_of_its_face_and_the_rival_gives_four_percent():
    run = small("pharmacy").run()
    ours, points = purchases(run), ledger(run, "Ours points")
    cards = np.rint(ours["program_cost"] / 8).astype(int)
    assert (ours["program_cost"] == 8 * cards).all()
    np.testing.assert_array_equal(points["redeemed"], 200 * by_customer(cards.set_axis(ours["customer"])))
    assert set((ours["points"] / 15).round(9)) == {0.0, 1.0, 2.0}  # a point per euro, twice in some weeks
    rival = purchases(run, "Rival")
    assert set(rival["program_cost"].round(9)) == {0.0, 0.592}  # .04 · 14.8
    data = run.results().sel(brand="Ours", segment="all", replication=0)
    owed = data["points_outstanding"] / 200 * 8 * (1 - 0.2)
    np.testing.assert_allclose(data["liability"], owed, rtol=1e-12)


def test_salon__five_off_for_each_hundred_paid():
    run = small("salon").run()
    ours, points = purchases(run), ledger(run, "Ours points")
    off = ours["program_cost"] == 5
    assert set(ours["program_cost"]) == {0.0, 5.0} and off.sum() > 100
    np.testing.assert_array_equal(points["redeemed"], 100 * by_customer(off.set_axis(ours["customer"])))
    assert set(ours["points"][off]) == {20.0}  # a point per euro paid: those redeemed earn less
    assert set(ours["points"][~off]) == {0.0, 25.0}


def test_airline__a_tier_is_what_a_year_earned_or_one_below_the_tier_before():
    run = small("airline")
    (own,) = (account for program, account in run.schedule.programs if program.kind == "tiers")
    tiers, members = [own.tier.astype(int)], [own.member == 1]
    while run.now < run.calendar.last:
        before = own.tier.copy()
        run.step()
        if run.now % 12 == 0:
            tiers.append(own.tier.astype(int))
            members.append(own.member == 1)
        else:
            assert (own.tier >= before).all()  # within a year nobody falls
    log = purchases(run)
    landed_softly = 0
    for year in range(5):
        flights = log[log["time"] // 365.25 == year].groupby("customer").size().reindex(range(CUSTOMERS), fill_value=0)
        earned = np.searchsorted([800, 1_600, 2_400], 200 * flights.to_numpy(), side="right") - 1
        expected, old = np.maximum(earned, tiers[year] - 1), members[year]
        np.testing.assert_array_equal(tiers[year + 1][old], expected[old])
        landed_softly += (old & (expected > earned)).sum()
    assert landed_softly > 5
    assert set(np.concatenate(tiers)) == {-1, 0, 1, 2}
    # comforts cost 2, 8 and 15 a flight, and nothing is off the fare
    assert set(log["program_cost"]) == {0.0, 2.0, 8.0, 15.0}
    assert set(log["price_paid"]) == {200.0}


def test_club__fees_are_25_for_each_who_joins_or_stays_another_year():
    run = small("club")
    ((_, own),) = run.schedule.programs
    payments = []
    while run.now < run.calendar.last:
        before, step = own.member.copy(), run.now
        run.step()
        held = step + 1 - own.joined
        joined = (before == 0) & (own.member == 1)
        renewed = (before == 1) & (own.member == 1) & (held > 0) & (held % 52 == 0)
        payments.append(joined.sum() + renewed.sum())
    data = run.results().sel(brand="Ours", segment="all", replication=0)
    np.testing.assert_array_equal(data["program_fees"], 25.0 * np.array(payments))
    assert set(purchases(run)["program_cost"]) == {0.0, 2.0}  # a tenth of 20, or nothing
    # the fee sorts customers: members bought more in the window before
    table = run.customers()
    member = table["member[Ours club]"]
    assert table["spent_before[Ours club]"][member].mean() > 2 * table["spent_before[Ours club]"][~member].mean()


def test_surprise__comes_with_one_purchase_in_twenty_and_never_to_who_buys_nothing_here():
    run = small("surprise").run()
    log, table = run.transactions.frame(), run.customers()
    ours = log["brand"] == "Ours"
    assert (log["program_cost"][~ours] == 0).all()
    assert set(log["program_cost"][ours]) == {0.0, 4.0}
    never = table["tried"].to_numpy() & 1 == 0
    assert never.sum() > 10
    assert not table["member[Ours surprise]"][never].any() and not table["bond[Ours]"][never].any()
    gifts, bought = (log["program_cost"] > 0).sum(), ours.sum()
    assert gifts / bought == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / bought))
