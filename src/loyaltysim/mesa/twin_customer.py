"""The twin's customer: what one customer does in a step, in ordinary Python. Read it from top to bottom.

A step of a customer is its occasions, one after the other, each of them

    see what is offered → choose → pay and collect points → experience → feel → perhaps complain, leave, tell friends

and what it does once a step. How it does each of these is in a file of its own: twin_needs.py, twin_choice.py,
twin_feelings.py, twin_recovery.py, twin_leaving.py and twin_talk.py; how it comes into the market at all is in
twin_coming.py, what it is and remembers is in twin_person.py.
The numbers of equations are those of docs/model.md.
"""

from __future__ import annotations

from loyaltysim.mesa.twin_choice import Choosing
from loyaltysim.mesa.twin_coming import Coming
from loyaltysim.mesa.twin_feelings import Feeling
from loyaltysim.mesa.twin_leaving import Leaving
from loyaltysim.mesa.twin_person import Incident, Purchase
from loyaltysim.mesa.twin_program import money
from loyaltysim.mesa.twin_recovery import Complaining
from loyaltysim.mesa.twin_talk import Talking
from loyaltysim.totals import ADVERTISING, START


class Customer(Choosing, Feeling, Complaining, Talking, Leaving, Coming):
    """One customer: traits that stay, and what it feels, remembers and has heard, by brand."""

    def step(self) -> None:
        """One step: stages 5 to 12 of the schedule, for this customer."""
        model = self.model
        if model.lapse.kind == "contract":
            self.renew()
        occasions = 0 if self.is_prospect else self.count_occasions()
        if self.channel != START and self.entered == model.now:
            occasions = max(occasions, 1)
        if occasions:
            self.bought_now.clear()
            for occasion in range(occasions):
                self.shop(occasion)
        if model.win_back.kind != "none":
            self.answer_offers()
        if model.talk.kind == "rates":
            self.chat()
        for card in self.running:
            card.close()
        self.contacts = 0.0

    def shop(self, occasion: int) -> None:
        """One occasion: stages 7 to 11."""
        model = self.model
        self.catch_up()
        felt = self.felt_satisfaction()
        prices, rewards = self.look_at_offers()
        self.come_back(occasion)
        brand = self.keep_contract(self.keep_pledge(self.choose(prices, rewards, felt, occasion)))
        model.occasions += 1
        units = 0
        if brand is None:
            model.no_purchase += 1
        else:
            units = self.buy(brand, prices[brand], felt[brand], occasion)
        self.remember_offers(brand)
        self.put_away(units)
        self.seen = model.now

    def look_at_offers(self) -> tuple[list[float], list[float]]:
        """What each brand asks of this customer, rewards taken off, and what its offers add to its utility."""
        model = self.model
        self.shelf = list(model.market.prices)
        rewards = [0.0] * model.n_brands
        for pricing in model.pricing:
            pricing.offer(self)
            rewards[pricing.brand] += pricing.attention(self)
        for lever in model.levers:
            lever.offer(self)
            rewards[lever.brand] += lever.attention(self)
        prices = list(self.shelf)
        # what lowers every unit's price comes first: a reward for one unit takes off what is left
        for card in sorted(self.running, key=lambda card: card.takes_balances):
            card.offer(prices, rewards)
        return prices, rewards

    def buy(self, brand: int, price: float, felt: float, occasion: int) -> int:
        """Buy, live with it, and perhaps leave the brand; returns how many units."""
        units = self.fill_basket(brand, occasion) + self.more_units(brand, occasion)
        paid = self.pay(brand, units, price, felt, occasion)
        incident = self.live(brand, felt, occasion)
        self.spent[brand] += paid
        self.purchases.append(Purchase(self.model.now, occasion, brand, units, paid, incident))
        self.drop_out(brand, occasion)  # looks at whether this was the first purchase, which is remembered below
        self.count(brand, units)
        self.remember_purchase(brand)
        return units

    def pay(self, brand: int, units: int, price: float, felt: float, occasion: int) -> int:
        """Pay one unit at a price that rewards may have lowered, the others as members do, and settle with programs."""
        model = self.model
        shelf, cards = money(self.shelf[brand]), [card for card in self.running if card.brand == brand]
        paid = money(price) + (units - 1) * (shelf - sum(card.off_each for card in cards))
        model.counts["revenue"][brand] += units * shelf
        for card in cards:
            card.settle(occasion, paid, units, felt)
        return paid

    def live(self, brand: int, felt: float, occasion: int) -> Incident:
        """Experience what was bought, and let it change what is felt and expected; perhaps complain, and talk."""
        market = self.model.market
        experience = self.experience(brand, occasion)
        self.judge(brand, felt, experience)
        self.learn(brand, experience)
        incident = self.meet_failure(brand, occasion)
        self.attach(brand, self.shelf[brand] < market.list_prices[brand], incident)
        self.comment(brand, experience, occasion)
        return incident

    def count(self, brand: int, units: int) -> None:
        """Enter a purchase into the counts of the step."""
        model, counts, last = self.model, self.model.counts, self.last_brand
        counts["purchases"][brand] += 1
        counts["units"][brand] += units
        counts["cost_of_goods"][brand] += units * model.market.unit_costs[brand]
        counts["buyers"][brand] += brand not in self.bought_now
        counts["joined"][brand] += not self.tried[brand]
        model.won[brand][self.channel] += not self.tried[brand]
        if self.channel == ADVERTISING and not any(self.tried):
            counts["acquisition_cost"][brand] += model.acquisition_costs[brand]
        if last is not None:
            model.switches[last][brand] += 1
            counts["purchases_after"][last] += 1
            counts["repeat_purchases"][brand] += last == brand

    def remember_purchase(self, brand: int) -> None:
        """Remember what was bought."""
        if not self.tried[brand]:
            self.first_bought[brand] = self.model.now
        self.last_brand, self.tried[brand] = brand, True
        self.times_bought[brand] += 1
        self.last_bought[brand] = self.model.now
        self.bought_now.add(brand)
