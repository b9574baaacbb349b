"""Rounds: the parts of a scenario, opened on a world, and a round of purchases that they make together.

A round is stages 7 to 11 of a step (`schedule.py`): each of its shoppers stands in it once.
"""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from loyaltysim.accounts.till import ring_up
from loyaltysim.behavior.needs import draw_times, next_round
from loyaltysim.levers.lever import Lever, numbered
from loyaltysim.market.leavers import Leavers
from loyaltysim.market.messages import MessagePile
from loyaltysim.market.shoppers import (
    Block,
    Shoppers,
    copy_by_brand,
    fill,
    fill_block,
    fill_by_brand,
    put_last,
    put_step,
    since,
    spread,
    take,
)
from loyaltysim.metrics import periods, purchases, reasons
from loyaltysim.pricing.pricing import Pricing
from loyaltysim.programs.program import Account, Program
from loyaltysim.record import Part
from loyaltysim.routine import is_zero
from loyaltysim.totals import MONEY_UNIT, Totals
from loyaltysim.word_of_mouth.influence import NoInfluence
from loyaltysim.word_of_mouth.talk import Talk
from loyaltysim.world import World

if TYPE_CHECKING:
    from loyaltysim.data.transactions import TransactionLog
    from loyaltysim.scenario import Scenario


class Watching(Protocol):
    """Whoever notes what single customers do (`measures.watch`)."""

    def hear(self, audience: str) -> None:
        """Messages are about to be delivered."""

    def shop(self, shoppers: Shoppers, occasion: int) -> None:
        """A round is over, but its reasons are not forgotten yet."""

    def leave(self, leavers: Leavers) -> None:
        """Customers have left a brand."""


class Rounds:
    """The parts of a scenario, opened on a world."""

    def __init__(self, scenario: Scenario, world: World, log: TransactionLog | None = None) -> None:
        self.world, self.log = world, log
        self.watch: Watching | None = None
        """Who notes what single customers do, if anybody does."""
        behavior, talking = scenario.behavior, scenario.word_of_mouth
        self.needs, self.choice, self.experience = behavior.needs, behavior.choice, behavior.experience
        self.satisfaction, self.bond = behavior.satisfaction, behavior.bond
        self.learning, self.basket, self.recovery = behavior.learning, behavior.basket, behavior.recovery
        self.lapse, self.win_back = behavior.lapse, behavior.win_back
        self.talk, self.unheard = talking.talk, talking.unheard
        self.acquisition, self.referral = talking.acquisition, talking.referral
        heard = self.talk.kind != "none" or (self.recovery.is_public and talking.influence.hears_public)
        self.influence = talking.influence if heard else NoInfluence()
        programs = [program for _, _, program in scenario.programs]
        single = (
            self.needs, self.choice, self.experience, self.learning, self.satisfaction, self.bond, self.basket,
            self.recovery, self.lapse, self.win_back, self.influence, self.acquisition, self.referral,
        )  # fmt: skip
        world.kept = frozenset().union(*(part.writes for part in (*single, *programs)))
        pulled = [lever for brand in scenario.brands.values() for lever in brand.levers if lever.strength > 0]
        world.felt = frozenset().union(*(lever.felt for lever in pulled))
        world.stage("last_brand")
        world.silent, world.praised = self.unheard.open(world), self.unheard.praises
        self.own_acquisition = self.acquisition.open(world)
        rewards = [brand.referral for brand in scenario.brands.values()]
        self.own_referral = self.referral.open(world, rewards)
        self.own_choice = self.choice.open(world)
        self.own_experience = self.experience.open(world)
        self.own_learning = self.learning.open(world)
        self.own_satisfaction = self.satisfaction.open(world)
        self.own_bond = self.bond.open(world)
        world.bonds = partial(self.bond.as_of, self.own_bond, world)
        self.own_basket = self.basket.open(world)
        self.own_recovery = self.recovery.open(world)
        self.own_lapse = self.lapse.open(world)
        self.own_win_back = self.win_back.open(world)
        self.own_influence = self.influence.open(world)
        self.own_talk = self.talk.open(world)
        self.talks_in_between = type(self.talk).after_step is not Talk.after_step
        if type(self.talk).after_purchase is not Talk.after_purchase:
            for worker in world.workers:
                worker.said.room_for(worker.shoppers.capacity)
        self.pricing = [
            (part, part.open(world, place, number), place)
            for place, brand in enumerate(scenario.brands.values())
            for number, part in enumerate(brand.pricing)
        ]
        self.pricing_that = {
            method: [entry for entry in self.pricing if getattr(type(entry[0]), method) is not getattr(Pricing, method)]
            for method in ("react", "show", "watch", "offer", "count")
        }
        self.programs: list[tuple[Program, Account]] = []
        for name, number, program in scenario.programs:
            place = world.brands.index(name)
            account = program.open(world, place, number, len(self.programs), scenario.accounts.by_customer)
            scenario.brands[name].programs[number].launch(account, world)
            self.programs.append((program, account))
        self.launch(0)
        self.launches = any(type(one).runs is not Program.runs or one.from_week is not None for one, _ in self.programs)
        """Whether programs begin on the way."""
        self.levers = [
            (lever, lever.open(world, place, number))
            for place, lever, number in numbered(brand.levers for brand in scenario.brands.values())
        ]
        self.own_needs = self.needs.open(world)
        self.shows_prices = any(program.changes_price for program, _ in self.programs)
        self.wants_list_price = (
            getattr(self.bond, "deal_erosion", 0) > 0
            or getattr(self.choice, "resist_discount", 0) > 0
            or self.basket.kind != "one"
            or log is not None
        )
        self.wants_times = log is not None
        parts: list[tuple[Any, Any]] = [*self.levers, *self.programs, *((part, own) for part, own, _ in self.pricing)]
        same_always = (Lever.phase, Program.phase, Pricing.phase)
        self.phased = [(part, own) for part, own in parts if type(part).phase not in same_always]
        self.phase: tuple[Hashable, ...] = ()
        """What of the step, beside its number, changes what a round calls."""
        ours = all(_is_ours(part) for part in (*single, self.talk, self.unheard, *(part for part, _ in parts)))
        self.repeatable = ours and log is None
        """Whether routines may make rounds: parts that others wrote may do there what no routine repeats."""
        self.paced = world.customers.has("pace")
        self.clocked = world.customers.has("seen")
        self.book = periods.open_book(world) if scenario.metrics.period_steps else None
        self.reasons = reasons.open_reasons(world) if scenario.metrics.reasons else None
        world.history.tried = world.customers.ask("tried")
        if scenario.metrics.dormant_after_weeks > 0:
            world.history.ask("last_step")
        costs = [brand.acquisition_cost for brand in scenario.brands.values()]
        self.acquisition_cost = np.rint(np.array(costs) * MONEY_UNIT).astype(np.int64)
        self.unit_cost = np.rint(world.market.cost * MONEY_UNIT).astype(np.int64)
        self.segmented = len(world.segments) > 1
        self.pool = ThreadPoolExecutor(len(world.workers)) if len(world.workers) > 1 else None

    def launch(self, step: int) -> None:
        """Find the programs that have been launched by a step, and the order in which they make offers."""
        self.running = [(program, own) for program, own in self.programs if program.runs(self.world, step)]
        self.offers = sorted(self.running, key=_takes_balances)  # what lowers every unit comes first

    def phase_of(self, step: int) -> tuple[Hashable, ...]:
        """What of a step, beside its number, changes what a round calls."""
        told = [part.phase(own, self.world, step) for part, own in self.phased]
        running = [own.place for _, own in self.running] if self.launches else []
        return *told, *running

    def count_leavers(self, leavers: Leavers, totals: Totals) -> None:
        """Tell who left by lapse, and why, if that is asked for."""
        if self.watch is not None and leavers.n:
            self.watch.leave(leavers)
        if self.reasons is not None:
            reasons.note_lapses(leavers, self.world.customers.n_customers, totals)

    def faded(self, step: int, rows: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """States that fade lazily, brands × rows by name, as of a step; nothing changes. `rows`: some, or all."""
        told = {
            "bond": self.bond.as_of(self.own_bond, self.world, step, rows),
            "trust": self.learning.as_of(self.own_learning, self.world, step, rows),
        }
        return {name: array for name, array in told.items() if array is not None}

    def present(self, shoppers: Shoppers, step: int, occasion: int) -> None:
        """Stage this round's shoppers and show them what is offered (stages 3, 7). Changes no state."""
        world = self.world
        world.bring(shoppers)
        if self.clocked:
            seen = shoppers.ask("seen", dtype=np.int32)
            take(world.customers.arrays["seen"], shoppers.rows, shoppers.n, seen)
            since(seen, shoppers.n, step, world.calendar.weeks, shoppers.ask("elapsed"))
        if self.segmented:
            take(world.customers.segment, shoppers.rows, shoppers.n, shoppers.segment)
        self.bond.fade(self.own_bond, world, shoppers)
        self.learning.fade(self.own_learning, world, shoppers)
        self.influence.read(self.own_influence, world, shoppers)
        market, first, begins = world.market, shoppers.first_replication, shoppers.begins
        spread(market.price, first, begins, shoppers.price)
        if self.wants_list_price:
            spread(market.list_price, first, begins, shoppers.ask("list_price", True))
        if market.has_feature:
            spread(market.feature, first, begins, shoppers.ask("feature", True))
        if market.has_display:
            spread(market.display, first, begins, shoppers.ask("display", True))
        for part, own, brand in self.pricing_that["offer"]:
            part.offer(own, world, brand, shoppers, step)
        if self.levers:
            if "attention" in shoppers.columns:
                fill_by_brand(shoppers.columns["attention"], shoppers.n, 0.0)
            for lever, own_lever in self.levers:
                lever.offer(own_lever, world, shoppers, step)
        if self.programs:
            if self.shows_prices:
                shoppers.shelf = shoppers.ask("shelf", True)
                copy_by_brand(shoppers.price, shoppers.n, shoppers.shelf)
            if "reward" in shoppers.columns:
                fill_by_brand(shoppers.columns["reward"], shoppers.n, 0.0)
            for program, own in self.offers:
                program.offer(own, world, shoppers, step)

    def begin(
        self, totals: Totals, shoppers: Shoppers, leavers: Leavers, said: MessagePile, block: Block, step: int
    ) -> None:
        """Who shops in a block, and their first round (stages 5 to 11)."""
        world = self.world
        if self.paced:
            fill_block(world.customers.arrays["pace"], block.start, block.stop, 1.0)
            for program, own in self.running:
                program.pace(own, world, block, step)
        leavers.n = 0
        self.lapse.renew(self.own_lapse, world, block, leavers, totals, step)
        self.count_leavers(leavers, totals)
        if self.book is not None and not is_zero(leavers.n):
            periods.forget(self.book, leavers)
        self.needs.draw(self.own_needs, world, block, shoppers, step)
        self.acquisition.admit(self.own_acquisition, world, block, shoppers, step)
        if not is_zero(shoppers.n):
            self.round(totals, shoppers, leavers, said, step, 0)

    def round(
        self, totals: Totals, shoppers: Shoppers, leavers: Leavers, said: MessagePile, step: int, occasion: int
    ) -> None:
        """One round: choose, buy, experience, and what follows from it (stages 7 to 11).

        Whoever has another occasion in this step is left among the shoppers.
        """
        world = self.world
        arrays = world.customers.arrays
        if self.wants_times:
            draw_times(shoppers, step, occasion)
        self.present(shoppers, step, occasion)
        self.lapse.come_back(self.own_lapse, world, shoppers, totals, step, occasion)
        self.choice.choose(self.own_choice, world, shoppers, step, occasion)
        self.referral.bind(self.own_referral, world, shoppers)
        self.needs.bind(self.own_needs, world, shoppers, step)
        if self.referral.kind != "none":
            fill(shoppers.units, shoppers.n, 1)
        self.basket.fill(self.own_basket, world, shoppers, step, occasion)
        self.referral.enrich(self.own_referral, world, shoppers, step, occasion)
        shoppers.find_buyers()
        ring_up(shoppers, shoppers.price, shoppers.paid)
        shelf_paid = shoppers.paid
        if self.programs:
            if self.shows_prices:
                shelf_paid = shoppers.ask("shelf_paid", dtype=np.int64)
                ring_up(shoppers, shoppers.shelf, shelf_paid)
                if self.basket.kind != "one" or self.referral.kind != "none":  # more units than one, perhaps
                    for program, own in self.running:
                        program.ring_up(own, shoppers)
            if self.log is not None:
                shoppers.ask("points_credited", dtype=np.int64)[:] = 0
                shoppers.ask("program_cost", dtype=np.int64)[:] = 0
            for program, own in self.running:
                program.settle(own, world, shoppers, totals, step, occasion)
        self.experience.live(self.own_experience, world, shoppers, step, occasion)
        self.satisfaction.update(self.own_satisfaction, world, shoppers)
        self.learning.update(self.own_learning, world, shoppers)
        self.influence.settle(self.own_influence, world, shoppers)
        self.recovery.handle(self.own_recovery, world, shoppers, said, totals, step, occasion)
        self.bond.update(self.own_bond, world, shoppers)
        self.choice.remember(self.own_choice, world, shoppers)
        leavers.n = 0
        self.lapse.after_purchase(self.own_lapse, world, shoppers, leavers, totals, step, occasion)
        self.count_leavers(leavers, totals)
        self.talk.after_purchase(self.own_talk, world, shoppers, said, totals, step, occasion)
        purchases.count(shoppers, totals, self.unit_cost, shelf_paid, occasion)
        put_last(arrays["last_brand"], shoppers.rows, shoppers.brand, shoppers.buyers, shoppers.n_buyers)
        if self.acquisition.kind != "none":
            purchases.count_won(shoppers, arrays["tried"], arrays["channel"], self.acquisition_cost, totals)
        world.history.note(shoppers, step, *periods.note_first(shoppers, arrays["tried"], totals))
        if self.book is not None:
            periods.note(self.book, shoppers)
        if self.watch is not None:
            self.watch.shop(shoppers, occasion)
        if self.reasons is not None:
            reasons.note(self.reasons, world, shoppers, totals, getattr(self.choice, "outside_option", False))
        self.needs.after_round(self.own_needs, world, shoppers)
        if self.clocked:
            put_step(arrays["seen"], shoppers.rows, shoppers.n, step)
        if self.log is not None:
            self.log.write(world, shoppers, step, occasion)
        if self.needs.once:
            shoppers.n = 0
        else:
            next_round(shoppers, occasion)

    def talk_in_between(
        self, totals: Totals, shoppers: Shoppers, leavers: Leavers, said: MessagePile, block: Block, step: int
    ) -> None:
        """Who of a block says anything at the end of a step."""
        self.talk.after_step(self.own_talk, self.world, block, shoppers, step)


def _is_ours(part: Any) -> bool:
    """Whether a part and all that it is made of are of this package."""
    parts = (part, *(value for _, value in part if isinstance(value, Part)))
    return all(type(one).__module__.startswith(f"{__package__}.") for one in parts)


def _takes_balances(entry: tuple[Program, Account]) -> bool:
    """Whether a program takes balances, for rewards that lower what is left of the price of one unit."""
    return entry[0].counts
