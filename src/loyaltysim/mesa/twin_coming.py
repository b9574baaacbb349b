"""The twin's coming: how a customer comes into the market, and whom it invites (eqs. E79–E86).

A prospect is a customer that is not in the market yet. Once a step, before anybody shops, `bring_newcomers` lets those
in the market send invitations, and then every prospect makes up its mind, all of them as things stand: nobody follows
the example of a friend who comes in the same step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from loyaltysim.mesa.twin_person import Person
from loyaltysim.mesa.twin_program import money
from loyaltysim.totals import ADVERTISING, FRIENDS, INVITATION
from loyaltysim.word_of_mouth.acquisition import ADVERTISED, BROUGHT, CHANNEL, ENTER, MOST_PRESS, START
from loyaltysim.word_of_mouth.delivery import TIE_UNIT
from loyaltysim.word_of_mouth.inviting import MOST_LIFT
from loyaltysim.word_of_mouth.referral import ACCEPT, EXTRA, FRAUD, INVITE, WHOM
from loyaltysim.word_of_mouth.unheard import SILENT

if TYPE_CHECKING:
    from loyaltysim.mesa.twin import TwinModel


class Arrival(NamedTuple):
    """How somebody comes: through which channel, brought by whom, and by which brand's invitation or advertising."""

    channel: int
    friend: Coming | None = None
    brand: int | None = None


class Coming(Person):
    """The part of a customer that comes into the market, and brings others."""

    friends: list[Coming]  # persons who do all that customers do

    def open_doors(self) -> None:
        """Be in the market from the start, or a prospect (eq. E79); and be one whose word is heard, or not."""
        model, unheard = self.model, self.model.unheard
        if model.acquisition.kind != "none":
            drawn = model.luck.fine_uniform(self.key, START) < model.acquisition.start_share
            self.entered = 0 if drawn or any(self.tried) else -1
        listed = self.number in unheard.customers or self.segment in unheard.segments
        self.is_unheard = listed or model.luck.uniform(self.key, SILENT) < unheard.share

    @property
    def is_prospect(self) -> bool:
        """Whether the customer is not in the market yet."""
        return self.entered < 0

    @property
    def is_an_example(self) -> bool:
        """Whether friends may follow: the customer is in the market, and its good word is heard."""
        return not self.is_prospect and not self.is_unheard and bool(self.model.unheard.praises)

    # how friends and advertising bring a prospect

    def make_up_its_mind(self) -> Arrival | None:
        """Perhaps come, through advertising or friends: through which, by how hard each presses."""
        model, luck = self.model, self.model.luck
        ads: float = (model.acquisition.p + sum(model.market.awareness)) * model.calendar.years
        press = self.press_of_friends()
        if model.acquisition.kind == "linear":
            chance = min(ads + press, 1.0)  # eq. E80
        else:
            ads = press_of(ads)
            chance = 1.0 - math.exp(-ads - press)  # eq. E81
        if luck.uniform(self.key, ENTER) >= chance:
            return None
        if luck.uniform(self.key, CHANNEL) * (ads + press) >= press:
            return Arrival(ADVERTISING, brand=self.whose_advertising())
        return Arrival(FRIENDS, self.who_brought())

    def whose_advertising(self) -> int | None:
        """The brand whose own advertising it was, with chances in proportion to rates; None: nobody's (eq. E138)."""
        rates = self.model.market.awareness
        if not any(rates):
            return None
        left = self.model.luck.fine_uniform(self.key, ADVERTISED) * (self.model.acquisition.p + sum(rates))
        for b, rate in enumerate(rates):
            left -= rate
            if left < 0:
                return b
        return None

    def press_of_friends(self) -> float:
        """How hard friends who are in the market press, by the strength of the ties."""
        model, acquisition = self.model, self.model.acquisition
        if acquisition.q == 0 or not self.friends:
            return 0.0
        if model.everybody_hears:  # everybody is a friend, and all ties are alike
            ties = [TIE_UNIT] * len(model.examples)
        else:
            ties = [tie for friend, tie in zip(self.friends, self.ties) if friend.is_an_example]
        rate = acquisition.q * model.calendar.years
        if acquisition.kind == "linear":
            return float(rate * sum(ties) / TIE_UNIT / len(self.friends))
        return sum(press_of(rate * tie / TIE_UNIT) for tie in ties)

    def who_brought(self) -> Coming:
        """One of the friends in the market, with chances in proportion to the strength of the tie."""
        model = self.model
        if model.everybody_hears:
            return model.examples[model.luck.any_of(len(model.examples), self.key, BROUGHT)]
        there = [(friend, tie) for friend, tie in zip(self.friends, self.ties) if friend.is_an_example]
        first = model.luck.first_of([friend for friend, _ in there], [tie for _, tie in there], self.key, BROUGHT)
        return there[first][0]

    # invitations

    def mean_invitations(self) -> float:
        """Invitations to be expected of the customer in this step (eq. E82)."""
        model, referral, brand = self.model, self.model.referral, self.last_brand
        reward = None if brand is None else model.rewards[brand]
        if brand is None or reward is None or self.left[brand]:
            return 0.0
        lift = referral.by_reward * reward.reward
        if model.bond.kind != "none":
            lift += referral.by_bond * (self.bond[brand] - referral.bond_reference)
        if model.satisfaction.kind != "none" or model.influence.kind == "satisfaction":
            lift += referral.by_satisfaction * (self.satisfaction[brand] - referral.satisfaction_reference)
        lift = min(max(lift, -MOST_LIFT), MOST_LIFT)
        return float(referral.rate * model.weeks * math.exp(lift) * self.talkativeness)

    def send_invitations(self) -> list[tuple[int, Coming, float]]:
        """Send invitations; returns their numbers, the friends who are asked, and the strengths of the ties."""
        model, asked = self.model, []
        for number in range(model.luck.poisson(self.key, INVITE, self.mean_invitations())):
            assert self.last_brand is not None
            model.counts["invitations"][self.last_brand] += 1
            if self.is_unheard or not model.unheard.praises or not self.friends:
                continue
            if model.everybody_hears:
                place = model.luck.any_of(len(self.friends), self.key, WHOM, number)
            else:
                place = model.luck.first_of(self.friends, [1] * len(self.friends), self.key, WHOM, number)
            asked.append((number, self.friends[place], self.ties[place] / TIE_UNIT))
        return asked

    def reward(self, friend: Coming) -> None:
        """Be paid for a friend who comes, and perhaps for another one who does not exist; the friend is paid too."""
        model, brand = self.model, self.last_brand
        assert brand is not None
        paid = model.rewards[brand]
        is_fraud = model.luck.uniform(friend.key, FRAUD) < paid.fraud_chance
        model.counts["frauds"][brand] += is_fraud
        model.counts["referral_cost"][brand] += (1 + is_fraud) * money(paid.reward) + money(paid.friend_reward)

    # coming, and what is different for those who were invited

    def come(self, arrival: Arrival) -> None:
        """Come into the market; what was heard as a prospect has worked through the friends' example."""
        model, referral, friend = self.model, self.model.referral, arrival.friend
        self.entered, self.channel, self.referrer = model.now, arrival.channel, friend
        model.entered[arrival.channel] += 1
        if model.acquisition.q > 0:
            self.heard = [0.0] * model.n_brands
            self.praise, self.blame = [0] * model.n_brands, [0] * model.n_brands
        if arrival.channel == ADVERTISING:
            self.advertised = arrival.brand
        if arrival.brand is not None and friend is not None:
            self.referred = self.pledge = arrival.brand
            self.hold = referral.hazard_factor
            alone = math.sqrt(1.0 - referral.match**2)  # eq. E84
            self.taste = [referral.match * other + alone * own for other, own in zip(friend.taste, self.taste)]
            friend.reward(self)

    def look_after_friend(self) -> None:
        """Be held by the friend who invited while that one has not left the brand (eq. E85)."""
        if self.referred is not None and self.referrer is not None:
            gone = self.referrer.left[self.referred]
            self.hold = 1.0 if gone else self.model.referral.hazard_factor

    def held(self, brand: int, chance: float) -> float:
        """The chance to leave a brand, less for those whom a friend holds there."""
        return chance * self.hold if brand == self.referred else chance

    def keep_pledge(self, chosen: int | None) -> int | None:
        """The brand of the invitation at the first occasion, else that chosen."""
        brand, self.pledge = self.pledge, None
        return chosen if brand is None else brand

    def more_units(self, brand: int, occasion: int) -> int:
        """What those who were invited buy more of the brand at first (eq. E86)."""
        model, referral = self.model, self.model.referral
        if brand != self.referred:
            return 0
        fading = math.exp(-(model.now - self.entered) * model.weeks / referral.erosion_weeks)
        return model.luck.poisson(self.key, EXTRA, referral.more_units * fading, occasion)


def press_of(chance: float) -> float:
    """What one friend adds to the logarithm of the chance to resist, bounded where none is left."""
    return MOST_PRESS if chance >= 1.0 else min(-math.log1p(-chance), MOST_PRESS)


def bring_newcomers(model: TwinModel) -> None:
    """Stage 4: invitations first, then advertising and friends; all come at once."""
    prospects = [customer for customer in model.customers if customer.is_prospect]
    model.examples = [customer for customer in model.customers if customer.is_an_example]
    came: dict[Coming, Arrival] = {}
    if model.referral.kind != "none":
        for customer in model.customers:
            customer.look_after_friend()
        came = accepted_invitations(model)
    for prospect in prospects:
        if prospect not in came:
            arrival = prospect.make_up_its_mind()
            if arrival is not None:
                came[prospect] = arrival
    for customer, arrival in came.items():
        customer.come(arrival)


def accepted_invitations(model: TwinModel) -> dict[Coming, Arrival]:
    """Prospects who accept, each one of the invitations that it likes: that with the smallest draw (eq. E83)."""
    likes: dict[Coming, tuple[float, Coming]] = {}
    for sender in model.customers:
        for number, friend, tie in sender.send_invitations():
            drawn = model.luck.of_two(friend.key, sender.key, ACCEPT, number)
            is_liked = friend.is_prospect and drawn < model.referral.accept * tie
            if is_liked and (friend not in likes or drawn < likes[friend][0]):
                likes[friend] = drawn, sender
    return {friend: Arrival(INVITATION, sender, sender.last_brand) for friend, (_, sender) in likes.items()}
