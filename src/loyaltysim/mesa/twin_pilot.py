"""The twin's pilot: luck decides who is reached, and then the cells of customers that it moved most (E150–E151)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loyaltysim.mesa.twin_program import money
from loyaltysim.mesa.twin_targets import groups_of, rounded
from loyaltysim.record import ROUNDING

if TYPE_CHECKING:
    from loyaltysim.mesa.twin_customer import Customer
    from loyaltysim.mesa.twin_levers_reaching import Reaching


class Trial(NamedTuple):
    """A customer for whom luck has decided: its cell, whether it was reached, when, and what it had bought by then."""

    cell: int
    is_reached: bool
    step: int
    before: int


class Pilot:
    """What a firm learns of a lever by holding some customers out."""

    def __init__(self, lever: Reaching) -> None:
        self.lever, self.target = lever, lever.settings.target
        self.exploring = lever.purpose("explore")
        self.begun: int | None = None
        """The step in which the pilot began."""
        self.trials: dict[Customer, Trial] = {}
        """Of whom it is being noted what they buy."""
        self.outcomes: dict[tuple[int, bool], list[int]] = {}
        """What customers bought within the time of the outcome, by cell and by whether they were reached."""

    def bought(self, customer: Customer) -> int:
        """What is to be moved: purchases, or money spent."""
        bought = customer.spent if self.target.outcome == "spend" else customer.times_bought
        return bought[self.lever.brand]

    def learn(self) -> None:
        """Close what has been noted for long enough."""
        model = self.lever.model
        if self.begun is None:
            self.begun = model.now
        for customer, trial in list(self.trials.items()):
            if (model.now - trial.step) * model.weeks >= self.target.outcome_weeks - ROUNDING:
                noted = self.outcomes.setdefault((trial.cell, trial.is_reached), [])
                noted.append(self.bought(customer) - trial.before)
                del self.trials[customer]

    def choose(self, customers: list[Customer]) -> list[Customer]:
        """Those who are reached: of some customers luck decides, of the others what the pilot has found."""
        lever, target, luck = self.lever, self.target, self.lever.model.luck
        cells = self.cells(customers)
        drawn = [customer for customer in customers if self.is_drawn(customer)]
        others = [customer for customer in customers if customer not in set(drawn)]
        wanted = lever.wanted(len(customers))
        by_luck = rounded(wanted * len(drawn) / max(len(customers), 1))
        of = {customer: luck.fine_uniform(customer.key, lever.drawing) for customer in customers}
        reached = set(sorted(drawn, key=of.__getitem__)[:by_luck])
        effect = {cell: self.effect(cell) for cell in set(cells.values())}
        if target.least is not None:
            least = money(target.least) if target.outcome == "spend" else target.least
            others = [customer for customer in others if effect[cells[customer]] >= least]
        others.sort(key=lambda customer: (-effect[cells[customer]], of[customer]))
        for customer in drawn:
            if customer not in self.trials:
                is_reached, before = customer in reached, self.bought(customer)
                self.trials[customer] = Trial(cells[customer], is_reached, lever.model.now, before)
        reached |= set(others[: wanted - by_luck])
        return [customer for customer in customers if customer in reached]

    def cells(self, customers: list[Customer]) -> dict[Customer, int]:
        """Each one's cell: recency × frequency, each by n-ths of the customers."""
        b, n = self.lever.brand, self.target.groups
        recency = groups_of([customer.last_bought[b] for customer in customers], n)
        frequency = groups_of([customer.times_bought[b] for customer in customers], n)
        return {customer: n * late + often for customer, late, often in zip(customers, recency, frequency)}

    def is_drawn(self, customer: Customer) -> bool:
        """Whether luck decides: for all while the pilot lasts, for some afterwards."""
        model = self.lever.model
        assert self.begun is not None
        if (model.now - self.begun) * model.weeks < self.target.pilot_weeks - ROUNDING:
            return True
        return bool(model.luck.fine_uniform(customer.key, self.exploring) < self.target.explore)

    def effect(self, cell: int) -> float:
        """What being reached has moved in a cell; in all cells together, where one of the two is empty (eq. E150)."""
        reached, held_out = self.noted(True, cell), self.noted(False, cell)
        if not (reached and held_out):
            reached, held_out = self.noted(True), self.noted(False)
        return mean(reached) - mean(held_out) if reached and held_out else 0.0

    def noted(self, is_reached: bool, only: int | None = None) -> list[int]:
        """Outcomes of those who were reached, or held out: of all cells, or of one."""
        found: list[int] = []
        for (cell, was_reached), outcomes in self.outcomes.items():
            if was_reached == is_reached and only in (None, cell):
                found += outcomes
        return found


def mean(numbers: list[int]) -> float:
    """The mean."""
    return float(sum(numbers) / len(numbers))
