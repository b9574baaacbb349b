"""The results, each declared once: name, dims, unit, kind and one sentence. The Dataset of every run has these, but for
those by lever where nobody has any.

A *flow* is summed over steps, a *stock* is what there is at the end of a step, a *rate* is a sum of numerators over a
sum of denominators. A rate over nobody is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

STEP_BRAND = ("replication", "step", "brand", "segment")
PERIOD_BRAND = ("replication", "period", "brand", "segment")
STEP = ("replication", "step")


@dataclass(frozen=True)
class Variable:
    """One result."""

    name: str
    dims: tuple[str, ...]
    unit: str
    kind: str
    says: str
    numerator: str = ""
    denominator: str = ""
    """For rates: the names of the variables whose sums are divided; a name ending in "*" is summed over brands too."""
    counted: bool = False
    """Whether it is a whole number."""


def _flow(name: str, unit: str, says: str, counted: bool = True) -> Variable:
    return Variable(name, STEP_BRAND, unit, "flow", says, counted=counted)


def _stock(name: str, unit: str, says: str, counted: bool = False) -> Variable:
    return Variable(name, STEP_BRAND, unit, "stock", says, counted=counted)


def _rate(name: str, says: str, numerator: str, denominator: str, unit: str = "1") -> Variable:
    return Variable(name, PERIOD_BRAND, unit, "rate", says, numerator, denominator)


VARIABLES: dict[str, Variable] = {
    variable.name: variable
    for variable in (
        _flow("buyers", "customers", "customers who bought the brand in the step"),
        _flow("purchases", "purchases", "purchases of the brand"),
        _flow("units", "units", "units of the brand sold"),
        _flow("revenue", "currency", "paid for the brand, before rewards of programs are taken off", counted=False),
        _flow("cost_of_goods", "currency", "what the units sold cost the firm", counted=False),
        _flow("program_cost", "currency", "what rewards of the brand's programs cost the firm", counted=False),
        _flow("program_fees", "currency", "what members pay for being members", counted=False),
        _flow("lever_cost", "currency", "what the brand's levers cost", counted=False),
        _flow("acquisition_cost", "currency", "what it cost to win customers by advertising", counted=False),
        _flow("referral_cost", "currency", "rewards for invitations, to both sides and for frauds", counted=False),
        _flow(
            "margin", "currency",
            "revenue and fees less cost of goods, program, lever, acquisition and referral cost",
            counted=False,
        ),
        _stock("members", "memberships", "memberships in the brand's programs", counted=True),
        _stock("points_outstanding", "points", "points and stamps earned and neither redeemed nor expired"),
        _stock("liability", "currency", "expected cost of the outstanding points"),
        _flow("breakage", "points", "points and stamps that expired", counted=False),
        _flow("rewards_redeemed", "rewards", "rewards of the brand's programs redeemed"),
        _stock("satisfaction", "1", "mean satisfaction with the brand of those who ever bought it"),
        _stock("bond", "1", "mean bond with the brand of those who ever bought it"),
        _stock("trust", "1", "mean precision of the expectation of those who ever bought the brand"),
        _flow("messages_positive", "messages", "praise of the brand"),
        _flow("messages_negative", "messages", "blame of the brand"),
        _flow("joined", "customers", "customers who bought the brand for the first time"),
        _flow("invitations", "invitations", "invitations by customers of the brand, taken or not"),
        _flow("contacts", "contacts", "customers whom the brand's levers reached, once for each"),
        _flow("opted_out", "customers", "customers who want to hear no more from the brand"),
        _flow("frauds", "friends", "friends who do not exist, for whom invitations were rewarded"),
        Variable(
            "entered", ("replication", "step", "channel"), "customers", "flow", "customers who came into the market",
            counted=True,
        ),
        Variable(
            "won", ("replication", "step", "brand", "channel"), "customers", "flow",
            "customers who bought the brand for the first time, by how they had come into the market", counted=True,
        ),
        _flow("lapsed", "customers", "customers who left the brand: they consider it no more"),
        _flow("returned", "customers", "customers who left the brand and consider it again, by themselves"),
        _flow("won_back", "customers", "customers who left the brand and took its offer to come back"),
        _flow("failures", "purchases", "purchases at which something went wrong"),
        _flow("complaints", "complaints", "failures about which the customer complained"),
        _flow("complaints_public", "complaints", "complaints that others could see"),
        _stock("lost", "customers", "customers who have left the brand and not come back"),
        _stock("dormant", "customers", "customers without a purchase for long who have not left"),
        _flow("repeat_purchases", "purchases", "purchases of the brand by those who bought it the time before"),
        _flow("purchases_after", "purchases", "purchases of any brand by those who bought this one the time before"),
        Variable("occasions", STEP, "occasions", "flow", "needs of the category", counted=True),
        Variable("no_purchase", STEP, "occasions", "flow", "needs that ended without a purchase", counted=True),
        Variable(
            "switches", ("replication", "step", "brand", "brand_to"), "purchases", "flow",
            "purchases of brand_to by those who bought brand the time before, itself included", counted=True,
        ),
        Variable(
            "defections", ("replication", "step", "brand", "reason"), "customers", "flow",
            "customers who left for another brand, or for good, by main reason",
        ),
        Variable(
            "defection_shares", ("replication", "step", "brand", "reason"), "customers", "flow",
            "the same, each divided among its reasons",
        ),
        Variable("price", ("replication", "step", "brand"), "currency", "stock", "price on the shelf"),
        Variable("list_price", ("replication", "step", "brand"), "currency", "stock", "price without promotions"),
        Variable("on_promotion", ("replication", "step", "brand"), "1", "stock", "1 in a promotion", counted=True),
        Variable(
            "points_earned", ("replication", "step", "program", "segment"), "points", "flow", "points credited"
        ),
        Variable(
            "points_redeemed", ("replication", "step", "program", "segment"), "points", "flow", "points turned in"
        ),
        Variable(
            "points_expired", ("replication", "step", "program", "segment"), "points", "flow", "points or stamps lost"
        ),
        Variable(
            "cost_of_lever", ("replication", "step", "lever", "segment"), "currency", "flow", "what the lever costs"
        ),
        Variable(
            "contacts_of_lever", ("replication", "step", "lever", "segment"), "contacts", "flow",
            "customers whom the lever reached, once for each", counted=True,
        ),
        Variable(
            "customers_start", PERIOD_BRAND, "customers", "stock", "customers of the brand in the period before",
            counted=True,
        ),
        Variable("customers_end", PERIOD_BRAND, "customers", "stock", "customers in the period", counted=True),
        Variable(
            "customers_new", PERIOD_BRAND, "customers", "flow", "customers in the period who were none before",
            counted=True,
        ),
        Variable(
            "customers_kept", PERIOD_BRAND, "customers", "flow", "customers in the period who were so before too",
            counted=True,
        ),
        Variable(
            "category_purchases", PERIOD_BRAND, "purchases", "flow", "purchases of any brand by the brand's customers",
            counted=True,
        ),
        Variable("population", ("replication", "segment"), "customers", "stock", "all customers", counted=True),
        _rate("retention_rate", "(E - N) / S: kept of those at the start", "customers_kept", "customers_start"),
        _rate(
            "repeat_rate", "repeat purchases of purchases by those who bought the brand the time before",
            "repeat_purchases", "purchases_after",
        ),
        _rate("share", "share of units", "units", "units*"),
        _rate("penetration", "customers of the brand among all", "customers_end", "population"),
        _rate(
            "purchase_frequency", "purchases per customer of the brand and period", "purchases", "customers_end",
            "purchases",
        ),
        _rate(
            "share_of_requirements", "the brand's share in the purchases of its own customers", "purchases",
            "category_purchases",
        ),
    )
}  # fmt: skip
"""Every variable of the Dataset, in the order in which docs list them."""
