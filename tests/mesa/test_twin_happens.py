"""The markets in which the twin is compared have what they are there for: enough of it happens."""

import numpy as np
import pytest
from twin_compared import MONEY_UNIT, counted, everything, finished, sums, touch
from twin_markets import SCENARIOS
from twin_settings import bare
from twin_settings_firms import EVENTS

from loyaltysim import Simulation
from loyaltysim.mesa import TwinModel


@pytest.mark.parametrize("name", ["everything, with dropout", "everything, with contracts"])
def test_twin__is_compared_where_everything_happens(name):
    data = Simulation(SCENARIOS[name], seed=1, threads=1)
    twin = TwinModel(scenario=SCENARIOS[name], model_reporters=everything(SCENARIOS[name]))
    while twin.running:
        touch(data, twin)
        twin.step()
    table = sums(twin).sum()
    happens = "joined lapsed returned won_back failures complaints complaints_public messages_positive members lost"
    assert (table[happens.split()] > 5).all(), table[happens.split()]
    assert (table[["dormant", "points_earned", "rewards_redeemed"]] > 0).all()
    assert table["units"] > table["purchases"] + (0 if twin.needs.kind == "contract" else 5)


@pytest.mark.parametrize(
    "name", ["everything, with friends who come", "everything, with contracts of friends who come"]
)
def test_twin__is_compared_where_customers_come_in_every_way(name):
    twin = finished(SCENARIOS[name])
    assert (counted(twin, "entered").sum(0)[1:] >= 5).all() and (counted(twin, "won").sum((0, 1)) >= 5).all()
    table = sums(twin).sum()
    assert table["invitations"] > 20 and table["frauds"] > 0
    assert table["acquisition_cost"] > 0 and table["referral_cost"] > 0
    invited = [customer for customer in twin.customers if customer.referred is not None]
    assert {customer.hold for customer in invited} == {0.4, 1.0}  # some friends stay, some have left
    assert any(customer.is_prospect for customer in twin.customers)


def test_twin__is_compared_where_members_join_rise_win_and_leave():
    def cards(name, place=0):
        twin = finished(SCENARIOS[name])
        return twin, [customer.cards[place] for customer in twin.customers]

    twin, members = cards("a club")
    assert sum(card.joined > 0 and not card.member for card in members) > 5  # left
    fees = sum(counted(twin, "program_fees")[:, 0])
    assert fees > 1.05 * sum(card.joined > 0 for card in members)  # .8 a term and .25 once, so some paid again
    assert {card.tier for card in cards("tiers")[1]} == {-1, 0, 1, 2}
    twin, players = cards("games")
    assert {card.streak for card in players} >= {0, 1, 2, 3, 4}
    assert sum(card.purchases >= 3 for card in players) > 5 and counted(twin, "rewards_redeemed").sum() > 5
    for name in ("cards that are given up", "plain cards that are given up"):
        twin, holders = cards(name)
        assert {card.gave_up for card in holders if card.member} == {False, True}
        assert counted(twin, "rewards_redeemed").sum() > 5
    twin, _ = cards("programs that begin later, for some")
    assert counted(twin, "enrolled")[:6].sum() == 0 and (counted(twin, "enrolled")[6:].sum(0) > 5).all()
    assert [rules.is_copied for rules in cards("copies")[0].rules] == [True, True, True, True, False]


def test_twin__club__takes_its_fees_and_gives_its_discount():
    club = {"kind": "club", "fee": 0.8, "term_weeks": 4.0, "percent": 25.0, "stay": 1.0, "enrollment": "automatic"}
    alone = {"behavior.needs": "regular", "behavior.choice.outside_option": False, "brands.B.appeal": -60.0}
    twin = finished(bare(brands__A__programs=[club]).vary(alone))
    assert counted(twin, "program_fees")[:, 0].sum() == pytest.approx(100 * (1 + 5) * 0.8)  # joining, and five terms
    assert counted(twin, "program_cost")[:, 0].sum() == pytest.approx(100 * 19 * 0.5)  # all but the first purchase
    assert {bought.paid for bought in twin.customers[0].purchases[1:]} == {1.5 * MONEY_UNIT}
    assert all(customer.member_of[0] for customer in twin.customers)


def test_twin__club__holds_its_members_and_no_longer_those_who_left_it():
    twin = finished(SCENARIOS["a club whose members stay"])
    has_left = [customer for customer in twin.customers if customer.cards[0].joined and not customer.cards[0].member]
    assert len(has_left) > 3 and not any(customer.member_of[0] for customer in has_left)
    stays = next(customer for customer in twin.customers if customer.cards[0].member)
    held = stays.leaning(0)
    stays.member_of[0] = False
    assert stays.leaning(0) == pytest.approx(held + 2.5)


@pytest.mark.parametrize(
    "name", ["amount off", "gift card", "something to remember", "access", "surprises", "better weeks"]
)
def test_twin__is_compared_where_rewards_are_won(name):
    assert counted(finished(SCENARIOS[name]), "rewards_redeemed").sum() > 5


def test_twin__is_compared_where_levers_move_customers_and_rivals_answer():
    for name in ("gifts", "events", "news", "news of two kinds of one brand", "everything, with levers and answers"):
        twin = finished(SCENARIOS[name])
        assert counted(twin, "contacts")[:, 0].sum() > 50 and (counted(twin, "lever_cost")[:, 0] > 0).sum() > 10, name
        if "news" in name:
            assert counted(twin, "opted_out")[:, 0].sum() > 5
            attention = [twin.levers[0].attention(customer) for customer in twin.customers]
            assert np.mean(np.array(attention) > 0.1) > 0.2
    invited, cost = finished(SCENARIOS["events"]), EVENTS["cost_each"]
    assert (
        counted(invited, "lever_cost")[:, 0].sum() > cost * counted(invited, "contacts")[:, 0].sum() + 10 * 0.9
    )  # guests
    twin, shown = TwinModel(scenario=SCENARIOS["matching each other"]), []
    while twin.running:
        twin.step()
        shown.append(twin.market.prices)
    assert (np.min(shown, axis=0)[:2] < 1.2).all()  # each answers the other's answer, below any promotion
    twin = finished(SCENARIOS["coupons without programs"])
    money = np.round(np.float32(1.5) * np.float32(0.65) * MONEY_UNIT)
    paid = [bought.paid for customer in twin.customers for bought in customer.purchases if bought.brand == 2]
    assert 20 < paid.count(money) < len(paid) - 20


def test_twin__is_compared_where_offers_are_taken_and_answers_given():
    twin = finished(SCENARIOS["offers to come back"])
    assert (counted(twin, "won_back").sum(0)[:2] > 5).all()
    accepted = [sum(len(lever.accepted) for lever in twin.levers if lever.brand == b) for b in (0, 1)]
    assert min(accepted) > 5 and counted(twin, "contacts")[:, :2].sum() > 3 * sum(accepted)  # most have not left
    assert counted(finished(SCENARIOS["offers to come back by an upgrade"]), "won_back")[:, 1].sum() > 5
    assert counted(finished(SCENARIOS["offers to come back after contracts"]), "won_back")[:, 0].sum() > 5
    twin = finished(SCENARIOS["offers for customers"])
    money = np.round(np.float32(2.0) * np.float32(1 - 1.1 * 0.22) * MONEY_UNIT)
    assert sum(bought.paid == money for customer in twin.customers for bought in customer.purchases) > 5
    twin = finished(SCENARIOS["asking"])
    assert min(lever.known for lever in twin.levers if lever.settings.kind == "feedback") > 3
    advertised = [customer.advertised for customer in finished(SCENARIOS["advertising to prospects"]).customers]
    assert advertised.count(0) > 5 and advertised.count(1) > 5


def test_twin__is_compared_where_a_pilot_finds_whom_it_moves():
    twin = finished(SCENARIOS["targets that a pilot finds"])
    for lever in twin.levers:
        both_arms = [cell for cell, reached in lever.pilot.outcomes if reached and lever.pilot.noted(False, cell)]
        assert len({lever.pilot.effect(cell) for cell in both_arms}) >= 3
    after_pilot = counted(twin, "contacts")[11:17]
    assert (after_pilot[:, :2].sum(0) > 5).all()


def test_twin__unheard_bring_nobody():
    for name in ("some unheard", "some unheard by all", "praise unheard"):
        twin = finished(SCENARIOS[name])
        brought_by = {customer.referrer for customer in twin.customers} - {None}
        assert not any(friend.is_unheard for friend in brought_by)
        assert bool(brought_by) == (name != "praise unheard")
        assert any(customer.is_unheard for customer in twin.customers) == (name != "praise unheard")
