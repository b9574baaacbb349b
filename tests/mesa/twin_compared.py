"""What of the twin and of the arrays must be equal, and how both are run."""

import numpy as np
import pandas as pd

from loyaltysim import Simulation
from loyaltysim.mesa import TwinModel
from loyaltysim.mesa.series import OF_BRAND, OF_MARKET
from loyaltysim.mesa.series import STATES as MEANS
from loyaltysim.scenario import Scenario
from loyaltysim.totals import BY_LEVER

STATES = "satisfaction expectation trust bond heard reference_price habit stock strain second_life taste hold".split()
ACCOUNT = "balance earned redeemed expired tier spent joined before streak bought purchases".split()
WHOLE = {
    "last_brand": lambda customer: _number(customer.last_brand),
    "contract": lambda customer: _number(customer.contract),
    "tried": lambda customer: _bits(customer.tried),
    "status": lambda customer: _bits(customer.left),
    "member": lambda customer: _bits(customer.member_of),
    "seen": lambda customer: customer.seen,
    "entered": lambda customer: customer.entered,
    "channel": lambda customer: customer.channel,
    "referrer": lambda customer: -1 if customer.referrer is None else customer.referrer.number,
    "referred": lambda customer: _number(customer.referred),
    "advertised": lambda customer: _number(customer.advertised),
}
REMEMBERED = {
    "recovery.failures": lambda customer: customer.failures,
    "recovery.failed_at": lambda customer: customer.failed_at,
    "lapse.signed": lambda customer: customer.signed,
    "referral.pledge": lambda customer: _number(customer.pledge),
    "lapse.latest_step": lambda customer: customer.left_at,
    "lapse.after_failure": lambda customer: _bits(customer.left_after_failure),
}
"""What single parts keep for themselves."""
CLOSE = 1e-4  # of states: the promise of docs/design.md
RELATIVE = 1e-5  # of trust, which is in the hundreds
ROUNDED = 1e-9  # of sums of thousandths of a point, which are floats in the Dataset
TOLERANCES = {"satisfaction": CLOSE, "bond": CLOSE, "trust": 2.0**-10}  # the unit in which the mean trust is added up
TOLERANCES |= dict.fromkeys(
    ("points_outstanding", "points_earned", "points_redeemed", "points_expired", "margin"), ROUNDED
)
OF_CHANNELS = ("switches", "entered", "won")
"""What the Dataset has by more than brands."""
MONEY_UNIT = 10_000


def _number(brand: int | None) -> int:
    return -1 if brand is None else brand


def _bits(each) -> int:
    return sum(1 << b for b, so in enumerate(each) if so)


def finished(scenario: Scenario, **settings) -> TwinModel:
    """A twin that has run to its end."""
    twin = TwinModel(scenario=scenario, model_reporters=everything(scenario), **settings)
    while twin.running:
        twin.step()
    return twin


def everything(scenario: Scenario) -> dict[str, str]:
    """Reporters of all that a twin counts."""
    of_brands = [f"{name}[{brand}]" for name in OF_BRAND for brand in scenario.brands]
    return {name: name for name in (*OF_MARKET, *OF_CHANNELS, *of_brands)}


def counted(twin: TwinModel, name: str) -> np.ndarray:
    """What was counted under a name in the measured steps: steps × what it is counted by."""
    kept = twin.datacollector.model_vars
    if name in kept:
        return np.array(kept[name])[twin.calendar.burn_in :]
    return np.array([kept[f"{name}[{brand}]"] for brand in twin.brands]).T[twin.calendar.burn_in :]


def frame(twin: TwinModel) -> pd.DataFrame:
    """Mesa's frame of the model."""
    return twin.datacollector.get_model_vars_dataframe()


def sums(twin: TwinModel) -> pd.DataFrame:
    """What was counted of each brand in the measured steps, added up: brands × names."""
    return pd.DataFrame({name: counted(twin, name).sum(0) for name in OF_BRAND if name not in MEANS}, twin.brands)


def both(scenario: Scenario, seed: int, replication: int = 0, touches=None) -> tuple[Simulation, TwinModel]:
    """The arrays and the twin at their end, with all that can be compared kept.

    `touches` is called before each step with both, to write what levers will once do.
    """
    scenario = scenario.vary({"accounts.by_customer": True, "metrics.states_every": 1})
    stack = range(replication, replication + 1)
    arrays = Simulation(scenario, seed=seed, threads=1, replications=stack, log=True)
    twin = TwinModel(scenario=scenario, rng=seed, replication=replication, model_reporters=everything(scenario))
    while twin.running:
        if touches is not None:
            touches(arrays, twin)
        arrays.step()
        twin.step()
    return arrays, twin


def assert_same(arrays: Simulation, twin: TwinModel) -> None:
    """Every choice, count and ledger is equal, every state close. Raises AssertionError that says what is not."""
    assert_same_purchases(arrays, twin)
    data = arrays.results().isel(replication=0).sel(segment="all")
    for name in sorted(set(OF_BRAND) - {"enrolled"}):  # of which the Dataset tells the sum, as members
        own, atol = counted(twin, name), TOLERANCES.get(name, 0)
        np.testing.assert_allclose(own, _by_brand(data, name, twin), rtol=0, atol=atol, err_msg=name)
    for name in ("occasions", "no_purchase", *OF_CHANNELS):
        np.testing.assert_array_equal(counted(twin, name), data[name].values, err_msg=name)
    flows = {name: flow.sum((0, 1, 2)) for name, flow in arrays.raw().flows.items() if name in BY_LEVER}
    for lever, (_, own) in zip(twin.levers, arrays.schedule.levers, strict=True):
        assert (lever.cost, lever.contacts) == tuple(flows[name][own.place] for name in BY_LEVER), own.label
    people = twin.customers
    board = arrays.world.customers
    for name in STATES:
        if board.has(name):
            own = np.array([getattr(customer, name) for customer in people]).T
            np.testing.assert_allclose(own, board.arrays[name], rtol=RELATIVE, atol=CLOSE, err_msg=name)
    for name, get in WHOLE.items():
        if board.has(name):
            np.testing.assert_array_equal([get(customer) for customer in people], board.arrays[name], err_msg=name)
    for name, get in REMEMBERED.items():
        if name in arrays.world.arrays:
            own, kept = np.array([get(customer) for customer in people]).T, arrays.world.arrays[name]
            np.testing.assert_allclose(own.reshape(kept.shape), kept, rtol=0, atol=CLOSE, err_msg=name)
    for place, (_, account) in enumerate(arrays.schedule.programs):
        cards = [customer.cards[place] for customer in people]
        np.testing.assert_array_equal([card.member + card.gave_up for card in cards], account.member)
        for name in ACCOUNT:
            kept = getattr(account, name, ())
            if len(kept):  # not of every kind, nor where nothing looks at it
                own = [int(getattr(card, name)) for card in cards]
                np.testing.assert_array_equal(own, kept, err_msg=f"program {place}: {name}")


def assert_same_purchases(arrays: Simulation, twin: TwinModel) -> None:
    """The log has the twin's purchases: customer, occasion, brand, units, money and what went wrong, in order."""
    log = arrays.transactions.frame()
    paid = np.rint(log["price_paid"].to_numpy() * MONEY_UNIT).astype(int)
    logged = list(zip(log["customer"], log["occasion"], log["brand"].cat.codes, log["units"], paid, log["complaint"]))
    purchases = [
        (customer.number, bought)
        for customer in twin.customers
        for bought in customer.purchases
        if bought.step >= twin.calendar.burn_in
    ]
    made = [
        (number, bought.occasion, bought.brand, bought.units, bought.paid, bought.incident.complained)
        for number, bought in purchases
    ]
    assert len(made) > 50, "too few purchases to compare"
    assert made == logged
    incidents = np.array([(bought.incident.severity, bought.incident.recovery) for _, bought in purchases])
    np.testing.assert_allclose(incidents, log[["failure", "recovery"]], rtol=0, atol=CLOSE)


def _by_brand(data, name: str, twin: TwinModel) -> np.ndarray:
    """A count of the Dataset, steps × brands; what it has by program is added up."""
    value = data[name]
    if "program" not in value.dims:
        return value.values
    total = np.zeros((len(data["step"]), len(data["brand"])))
    for place, rules in enumerate(twin.rules):
        total[:, rules.brand] += value.values[:, place]
    return total


def touch(arrays: Simulation, twin: TwinModel) -> None:
    """What levers will once do: some contacts, and offers of three kinds to win everybody back."""
    board, step = arrays.world.touches, twin.now
    contacts, offers = board.ask("contact"), board.ask("win_back")
    for customer in twin.customers:
        for b in range(twin.n_brands):
            contacts[b, customer.number] = (customer.number + step + b) % 4 == 0
            offers[b, customer.number] = (customer.number + step + b) % 5 % 4
        customer.contacts = int(contacts[:, customer.number].sum())
        customer.offers = offers[:, customer.number].tolist()
