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

from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from typing import Any

import numpy as np

from loyaltysim.rounds import Rounds
from loyaltysim.routine import Routine
from loyaltysim.world import Worker

EVERY = (("n", "n_buyers", "n_messages", "begins", "buyers_begins", "first_replication"), ("n",), ("n",))
"""What differs, each time that something is done: of shoppers, of leavers, of what is said …"""
BLOCK = (("start", "stop", "bounds"), None)
"""… of a block, and the step."""
MOST_ROUTINES = 64
"""How many a worker has at most, for all phases of a step: assumed."""
Make = Callable[..., None]
Varying = tuple[tuple[str, ...] | None, ...]


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
            parts = [self.pool.submit(self._some_blocks, number, step) for number in range(len(world.workers))]
            try:
                wait(parts)
            finally:
                wait(parts)  # whatever interrupted the first: nobody goes on writing after this step
            for done in parts:
                done.result()
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
        worker.waiting.n = worker.said.n = 0  # not so where a step before was interrupted
        if self.recovery.is_public:
            worker.said.public[:] = 0
        for place in places:
            self._first_round(worker, place, step)
            if worker.shoppers.n and not (len(places) > 1 and worker.waiting.take(worker.shoppers)):
                self._later_rounds(worker, place, step)
        if worker.waiting.n:
            worker.waiting.come_back(worker.shoppers, world.customers.n_customers)
            self._later_rounds(worker, places[-1], step)
        for place in places:
            self._close_block(worker, place, step)

    def _first_round(self, worker: Worker, place: int, step: int) -> None:
        block = self.world.blocks[place]
        worker.shoppers.stand_for(block.first_replication, len(block.replications))
        self._do("begin", worker, self.begin, BLOCK, (block, step), step)
        self._hand_in(worker, place)

    def _later_rounds(self, worker: Worker, place: int, step: int) -> None:
        """The second round of those who are left, and on until nobody is."""
        occasion = 1
        while worker.shoppers.n:
            self._do("round", worker, self.round, (None, None), (step, occasion), step)
            self._hand_in(worker, place)
            occasion += 1

    def _hand_in(self, worker: Worker, place: int) -> None:
        """Put what was said in a round into the block's pile."""
        if worker.said.n or self.recovery.is_public:
            self.world.messages.piles[place].append(worker.said)

    def _close_block(self, worker: Worker, place: int, step: int) -> None:
        world, shoppers, totals = self.world, worker.shoppers, worker.totals
        block, pile = world.blocks[place], world.messages.piles[place]
        self.win_back.answer(self.own_win_back, world, block, totals, step)
        if self.talks_in_between:
            self._do("talk", worker, self.talk_in_between, BLOCK, (block, step), step)
            if shoppers.n_messages:
                pile.room_for(shoppers.n_messages)
                self.talk.say(self.own_talk, world, shoppers, pile, totals, step)
        for program, own in self.running:
            program.close(own, world, block, totals, step)

    def _do(
        self, name: str, worker: Worker, make: Make, varying: Varying, arguments: tuple[Any, ...], step: int
    ) -> None:
        """Let a worker do something that comes back again and again, by a routine where one can do it."""
        every = (worker.shoppers, worker.leavers, worker.said, *arguments)
        if self.watch is not None or not self.repeatable:
            make(worker.totals, *every)
            return
        world = self.world
        asked = (worker.shoppers.columns, world.touches.arrays, world.history.arrays, world.customers.arrays)
        kind = (name, self.phase, *map(len, asked))  # which of them there are changes what is called
        if kind not in worker.routines:
            left = (world.calendar.last - step) * len(world.blocks) // len(world.workers)
            plain = partial(make, worker.totals)
            rare = len(worker.routines) >= MOST_ROUTINES
            worker.routines[kind] = plain if rare else Routine(plain, *EVERY, *varying, calls=left)
        worker.routines[kind](*every)
