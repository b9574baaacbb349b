"""One step, in order.

 1 pricing, calendar       Market past, History totals             → Market
 2 levers                  History, Market                         → Touches, Market service, quality, advertising
 3 influence               Messages of the last step, Customers    → heard | satisfaction
 4 acquisition, referral   invitations, advertising, friends       → status, History entry (channel, referrer)
 5 programs: pace          own progress                            → pace
 6 needs                   traits, season, pace, Touches, stock    → number of occasions; contracts due
   rounds: round k holds every customer with at least k occasions, so each at most once
 7   programs, targeted pricing: offer    membership, progress     → Offers
 8   choice                Offers, traits, states, Market          → Occasions
 9   programs: settle      Occasions                               → ledgers, membership
10   experience, recovery  Occasions, Market                       → Incidents, satisfaction, trust, bond, last brand, reference price
11   lapse, history        Occasions, Incidents                    → status by brand, History
12 once: renewals, win-back answers, expiry, tiers; talk, invitations → Messages
13 accounts, metrics, log  all boards, read only                   → totals

Contracts that are due end before stage 6. Stages 5 to 12 run block by block, but for the second and
later rounds of all blocks, which are made together; blocks touch nothing of each other, so they may run on several
threads. Messages wait for the next step. A round is in `rounds.py`.
"""  # noqa: E501

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from loyaltysim.behavior.needs import next_round
from loyaltysim.market.messages import MessagePile
from loyaltysim.metrics import periods
from loyaltysim.rounds import Rounds
from loyaltysim.routine import Routine
from loyaltysim.world import Worker

VARYING = (
    ("n", "n_buyers", "begins", "buyers_begins", "first_replication"),
    ("n",),
    ("n", "sender", "brand", "strength", "luck", "public"),
    None,
    None,
)
"""What differs from round to round: of shoppers, of leavers, of a pile, the step and the occasion."""
MOST_PHASES = 16
"""How many kinds of steps are recorded; assumed."""


class Schedule(Rounds):
    """The parts of a scenario, and the step they make together."""

    def step(self, step: int) -> None:
        """One step of the whole market. The workers' totals hold its counts afterwards."""
        world = self.world
        world.now = step
        for part, own, brand in self.pricing_that["react"]:
            part.react(own, world, brand, step)
        for lever, own in self.levers:
            lever.act(own, world, world.workers[0].totals, step)
        self.show(step)
        for part, own, brand in self.pricing_that["watch"]:
            part.watch(own, world, brand, step)
        self.bond.feel(self.own_bond, world, step)
        self.experience.weigh(self.own_experience, world)
        self.unheard.hush(world)
        if self.watch is not None:
            self.watch.hear(self.talk.audience)
        self.influence.hear(self.own_influence, world, self.talk.audience, step)
        world.messages.clear()
        if world.turnover is not None and world.turnover.bring(world.neighbors, step) and self.acquisition.imitates:
            self.own_acquisition.until = -1  # other friends pull: count anew
        self._come(step)
        if self.phased or self.launches:
            self.phase = self.phase_of(step)  # programs that begin now are launched
        if self.pool is None:
            self._some_blocks(0, step)
        else:
            list(self.pool.map(self._some_blocks, range(len(world.workers)), [step] * len(world.workers)))
        for lever, own in self.levers:
            lever.close(own, world, world.workers[0].totals, step)
        world.touches.clear()
        if self.pricing_that["count"]:
            sold = np.sum([worker.totals.units.sum(axis=1) for worker in world.workers], axis=0)
            for part, own, brand in self.pricing_that["count"]:
                part.count(own, world, brand, sold, step)

    def show(self, step: int) -> None:
        """Put on the market what brands show at a step: planned, decided, and what levers change. Changes no state."""
        self.world.market.turn(step)
        if self.launches:
            self.launch(step)
        for part, own, brand in self.pricing_that["show"]:
            part.show(own, self.world, brand, step)
        for lever, own in self.levers:
            if lever.acts(own, self.world, step):
                lever.show(own, self.world, step)

    def _come(self, step: int) -> None:
        """Prospects come into the market (stage 4)."""
        if self.acquisition.kind == "none":
            return
        world, totals = self.world, self.world.workers[0].totals
        invited = self.referral.invite(self.own_referral, world, totals, step)
        came = self.acquisition.enter(self.own_acquisition, world, totals, step, invited)
        if self.acquisition.imitates:  # what prospects heard works through their friends' example, never twice
            self.influence.forget(self.own_influence, world, came)

    def _some_blocks(self, number: int, step: int) -> None:
        """All of a worker's blocks: their first rounds, then the later rounds of all together, then what ends a step.

        Few customers have several occasions in a step; block by block their rounds would cost more calls than work.
        """
        world = self.world
        worker = world.workers[number]
        places = range(number, len(world.blocks), len(world.workers))
        worker.waiting.n = 0
        for place in places:
            self._first_round(worker, place, step)
        if worker.waiting.n:
            worker.waiting.come_back(worker.shoppers, world.customers.n_customers)
            self._later_rounds(worker, world.messages.piles[places[-1]], step)
        for place in places:
            self._close_block(worker, place, step)

    def _first_round(self, worker: Worker, place: int, step: int) -> None:
        world, shoppers, totals = self.world, worker.shoppers, worker.totals
        block, pile = world.blocks[place], world.messages.piles[place]
        shoppers.stand_for(block.first_replication, len(block.replications))
        if self.paced:
            world.customers.arrays["pace"][block.start : block.stop] = 1
            for program, own in self.running:
                program.pace(own, world, block)
        leavers = worker.leavers
        leavers.n = 0
        self.lapse.renew(self.own_lapse, world, block, leavers, totals, step)
        if leavers.n:
            self.count_leavers(leavers, totals)
            if self.book is not None:
                periods.forget(self.book, leavers)
        self.needs.draw(self.own_needs, world, block, shoppers, step)
        self.acquisition.admit(self.own_acquisition, world, block, shoppers, step)
        if not shoppers.n:
            return
        self._repeat(worker, pile, step, 0)
        if not self.needs.once and next_round(shoppers, 1) and not worker.waiting.take(shoppers):
            self._later_rounds(worker, pile, step)

    def _repeat(self, worker: Worker, pile: MessagePile, step: int, occasion: int) -> None:
        """A round, by the worker's routine."""
        shoppers = worker.shoppers
        pile.room_for(shoppers.n)
        phase = (self.phase, len(shoppers.columns))
        if phase not in worker.routines:
            plain = partial(self.round, worker.totals)
            can = self.repeatable and len(worker.routines) < MOST_PHASES
            worker.routines[phase] = Routine(plain, *VARYING, calls=self.rounds_left(step)) if can else plain
        make = worker.routines[phase] if self.watch is None else partial(self.round, worker.totals)
        make(shoppers, worker.leavers, pile, step, occasion)

    def rounds_left(self, step: int) -> int:
        """How many rounds each worker will still make, at least."""
        world = self.world
        return (world.calendar.last - step) * len(world.blocks) // len(world.workers)

    def _later_rounds(self, worker: Worker, pile: Any, step: int) -> None:
        """The second round of those who are left, and on until nobody is."""
        occasion = 1
        while worker.shoppers.n:
            self._repeat(worker, pile, step, occasion)
            occasion += 1
            if not next_round(worker.shoppers, occasion):
                break

    def _close_block(self, worker: Worker, place: int, step: int) -> None:
        world, shoppers, totals = self.world, worker.shoppers, worker.totals
        block, pile = world.blocks[place], world.messages.piles[place]
        self.win_back.answer(self.own_win_back, world, block, totals, step)
        self.talk.after_step(self.own_talk, world, block, shoppers, pile, totals, step)
        for program, own in self.running:
            program.close(own, world, block, totals, step)
