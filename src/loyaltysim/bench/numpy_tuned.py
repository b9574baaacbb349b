"""The reference step in NumPy, tuned: every call that takes time was chosen among alternatives by measurement.

What NumPy can do at best, and hardly anybody writes. Of the measured gains (NumPy 2.4, 10,000 to a million customers):
`take` and flat indices read and write states three to ten times faster than ``state[brand, rows]``; three additions of
rows are twenty times faster than `cumsum` along the short axis; `add.at` on flat indices is six times faster than on
pairs; scratch is written in place. Slower or no faster: `bincount` for messages, SFC64, float64, index lists of int32.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.bench.numpy_model import POINT, Floats, NumpyModel, Whole, ties_of

f4 = np.float32


class TunedNumpyModel(NumpyModel):
    """`NumpyModel` with its calls replaced by faster ones."""

    def step(self) -> None:
        """One week."""
        price = self.prices[self.steps - 1]
        rows = np.flatnonzero(self.rng.random(len(self.chance), dtype=f4) < self.chance)
        brand = self.choose(rows, price)
        bought = np.flatnonzero(brand < self.n_brands)
        rows, brand = rows.take(bought), brand.take(bought)
        self.count(rows, brand, price)
        self.collect_points(rows.take(np.flatnonzero(brand == 0)), price)
        experience = self.live(rows, brand)
        self.tell(rows, brand, experience)
        self.datacollector.collect(self)

    def choose(self, rows: Whole, price: Floats) -> Whole:
        """Draw a brand for each row by logit; the number of brands stands for no purchase."""
        choice, full = self.choice, self.program.reward.threshold * POINT
        u = self.satisfaction.take(rows, axis=1)
        u *= f4(choice.satisfaction_weight)
        bond = self.bond.take(rows, axis=1)
        bond *= f4(choice.bond_weight)
        u += bond
        constant = self.appeal - f4(
            choice.satisfaction_weight * choice.satisfaction_reference + choice.bond_weight * choice.bond_reference
        )
        sensitivity = self.sensitivity.take(rows)
        for b in range(self.n_brands):
            u[b] += constant[b] - price[b] * sensitivity
        u[0] += self.points.take(rows) * f4(self.program.customer_response.progress_weight / full)
        np.exp(u, out=u)
        for b in range(1, self.n_brands):
            u[b] += u[b - 1]
        limit = self.rng.random(len(rows), dtype=f4)
        limit *= u[-1] + f4(1)
        brand: Whole = (u <= limit).sum(axis=0, dtype=np.int8)
        return brand

    def count(self, rows: Whole, brand: Whole, price: Floats) -> None:
        """Count buyers, revenue and moves from the brand last bought, and remember the brand."""
        n = self.n_brands
        pair = self.last.take(rows)
        pair *= np.int16(n)
        pair += brand
        pair += np.int16(n)
        moves = np.bincount(pair, minlength=n * (n + 1)).reshape(n + 1, n)  # the first row: who comes from no brand
        self.buyers = moves.sum(axis=0)
        self.revenue = self.buyers * price
        self.switches = moves[1:]
        self.last[rows] = brand

    def collect_points(self, rows: Whole, price: Floats) -> None:
        """Give points to the program's buyers, and rewards to those who have enough."""
        points = self.points.take(rows)
        points += np.int32(round(float(price[0]) * self.program.earn_rate * POINT))
        points %= np.int32(round(self.program.reward.threshold * POINT))
        self.points[rows] = points

    def live(self, rows: Whole, brand: Whole) -> Floats:
        """Draw experiences; satisfaction and bond follow. Returns the experiences."""
        experience: Floats = self.rng.standard_normal(len(rows), dtype=f4)
        experience *= f4(self.experience.spread)
        experience += self.quality.take(brand)
        state = brand * np.intp(self.satisfaction.shape[1])
        state += rows
        satisfaction, bond = self.satisfaction.reshape(-1), self.bond.reshape(-1)
        now = satisfaction.take(state)
        now += f4(self.learning.memory) * (experience - now)
        satisfaction[state] = now
        own = bond.take(state)
        own *= f4(1 - self.bonding.fading)
        own += f4(self.bonding.from_satisfaction) * now
        bond[state] = own
        return experience

    def tell(self, rows: Whole, brand: Whole, experience: Floats) -> None:
        """Very good and very bad experiences are told to all friends by chance, who feel them from the next step on."""
        talk = self.talk
        luck = self.rng.random(len(rows), dtype=f4)
        good = np.flatnonzero((experience > f4(talk.good_above)) & (luck < f4(talk.good_chance)))
        bad = np.flatnonzero((experience < f4(talk.bad_below)) & (luck < f4(talk.bad_chance)))
        told = np.concatenate((good, bad))
        about = brand.take(told)
        self.praise = np.bincount(about[: len(good)], minlength=self.n_brands)
        self.blame = np.bincount(about[len(good) :], minlength=self.n_brands)
        sender = rows.take(told)
        shift = np.full(len(told), self.influence.shift * talk.expression, f4)
        shift[len(good) :] *= f4(-1)
        degree = self.degree.take(sender)
        heard = self.neighbor.take(ties_of(self.first.take(sender), degree))
        heard = heard + np.repeat(about * np.intp(self.satisfaction.shape[1]), degree)
        np.add.at(self.satisfaction.reshape(-1), heard, np.repeat(shift, degree))
