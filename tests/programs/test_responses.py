"""Cards that are given up (eq. E110), and what a reward does afterwards (eq. E111)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim import Simulation, simulate
from loyaltysim.scenario import Scenario

N = 20_000
GIVEN_UP = 2


def market(program, n: int = N, steps: int = 20, **changes) -> Scenario:
    """Everybody buys a unit of the brand with the program in every step."""
    document = {
        "focal": "A",
        "steps": steps,
        "burn_in": 0,
        "population": {"n_customers": n},
        "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit"}},
        "brands": {"A": {"price": 2.0, "appeal": 80.0, "programs": [program]}, "B": {"price": 1.0}},
        "metrics": {"period_steps": 0},
        "accounts": {"by_customer": True},
    }
    return Scenario.from_document(document).vary(changes)


def card(n: int = 5, endowment: float = 0.0, reward="cash", **response) -> dict:
    reward = {"kind": "cash", "value": 1.0} if reward == "cash" else reward
    return {
        "kind": "stamps", "n": n, "reading": "n_then_one_extra", "endowment": endowment, "reward": reward,
        "customer_response": response,
    }  # fmt: skip


def own_of(simulation: Simulation):
    ((_, own),) = simulation.schedule.programs
    return own


def of(data, name: str) -> np.ndarray:
    return data[name].sel(brand="A", segment="all").values[0]


# -------------------------------------------------------------------------------------------------- given-up cards


@pytest.mark.parametrize(
    ("needed", "endowment", "goes_on"), [(8, 0, 0.8125), (8, 2, 0.8738), (3, 0, 0.5), (4, 1, 0.95), (2, 0, 1.0)]
)
def test_card__is_filled_with_the_chance_of_going_on_before_each_stamp(needed, endowment, goes_on):
    other = {"continue_plain" if endowment else "continue_endowed": 0.0}  # is not read
    response = {"kind": "endowed", "continue_endowed" if endowment else "continue_plain": goes_on, **other}
    data = simulate(market(card(needed + endowment, endowment, **response), steps=needed + 1))
    filled = of(data, "rewards_redeemed")
    share = goes_on**needed
    assert not filled[: needed - 1].any() and filled[needed] == 0
    assert abs(filled[needed - 1] / N - share) <= 4 * np.sqrt(share * (1 - share) / N)


def test_card__that_is_rewarded_at_the_till_is_filled_with_the_same_chance():
    response = {"kind": "endowed", "continue_plain": 0.7}
    data = simulate(market(card(3, reward={"kind": "free_unit"}, **response), steps=8))
    filled = of(data, "rewards_redeemed")
    # three stamps and the free one, which needs no going on; then three and a free one again
    for step, share in ((3, 0.7**3), (7, 0.7**6)):
        assert abs(filled[step] / N - share) <= 4 * np.sqrt(share * (1 - share) / N)
    assert filled[[0, 1, 2, 4, 5, 6]].sum() == 0


def test_card__given_up_earns_no_more_and_is_never_taken_up_again():
    simulation = Simulation(market(card(4, kind="endowed", continue_plain=0.8), n=2000, steps=30))
    own = own_of(simulation)
    dead = np.zeros(2000, bool)
    kept = np.zeros(2000, np.int64)
    while simulation.now < 30:
        simulation.step()
        assert (own.member[dead] == GIVEN_UP).all()
        np.testing.assert_array_equal(own.earned[dead], kept[dead])
        newly = (own.member == GIVEN_UP) & ~dead
        dead |= newly
        kept[newly] = own.earned[newly]
    data = simulation.results()
    assert 0.99 < dead.mean()
    assert of(data, "units").tolist() == [2000] * 30  # they buy on
    assert of(data, "members").tolist() == [2000] * 30  # and joined once


@settings(max_examples=20)
@given(goes_on=st.sampled_from([0.0, 0.5, 1.0]), given_stamps=st.sampled_from([0, 1, 2.5]), n=st.integers(3, 6))
def test_card__at_the_limits_of_going_on(goes_on, given_stamps, n):
    response = {"kind": "endowed", "continue_plain": goes_on, "continue_endowed": goes_on}
    with_it, without = (
        Simulation(market(card(n, given_stamps, **some), n=50, steps=10)).run() for some in (response, {"kind": "none"})
    )
    if goes_on == 1:
        np.testing.assert_array_equal(own_of(with_it).earned, own_of(without).earned)
    if goes_on == 0:
        assert (own_of(with_it).earned == round(given_stamps * 1000)).all()
        assert (own_of(with_it).member == GIVEN_UP).all()


# -------------------------------------------------------------------------------------------------------- rewarded


def paces(steps: int, **response) -> list[float]:
    """The pace at which a customer who buys every week wins a reward with every fourth purchase."""
    simulation = Simulation(market(card(4, kind="rewarded", **response), n=2, steps=steps))
    found = []
    while simulation.now < steps:
        simulation.step()
        found.append(float(simulation.world.customers.arrays["pace"][0]))
    return found


def test_rewarded__lifts_needs_for_its_time_and_lets_them_fall_back_before():
    lift, reset = 0.3, 0.2
    expected = [0.0] * 4  # the first is won in step 3
    for step in range(4, 8):
        since = step - 3
        expected.append(lift * (since <= 2) - reset * np.exp(-since / 1.5))
    found = paces(8, rewarded_lift=lift, rewarded_weeks=2, reset=reset, reset_weeks=1.5)
    assert found == pytest.approx(np.exp(expected).tolist(), rel=3e-6)


def test_rewarded__comes_on_top_of_the_goal_gradient():
    gradient = {"goal_gradient": 0.5, "gradient_shape": 1.0}
    found = paces(6, rewarded_lift=0.3, rewarded_weeks=8, **gradient)
    progress = [0, 0.25, 0.5, 0.75, 0, 0.25]
    lifted = [0, 0, 0, 0, 0.3, 0.3]
    assert found == pytest.approx(np.exp(0.5 * np.array(progress) + lifted).tolist(), rel=3e-6)


def test_rewarded__of_a_reward_at_the_till_counts_from_that_purchase():
    program = card(2, reward={"kind": "free_unit"}, kind="rewarded", rewarded_lift=0.4, rewarded_weeks=1)
    simulation = Simulation(market(program, n=1, steps=5))
    found = []
    while simulation.now < 5:
        simulation.step()
        found.append(float(simulation.world.customers.arrays["pace"][0]))
    assert found == pytest.approx([1, 1, 1, np.exp(0.4), 1], rel=1e-6)  # free in step 2


def test_rewarded__who_never_had_one_keeps_the_pace_however_long_ago():
    program = card(1000, kind="rewarded", rewarded_lift=1.0, reset=1.0, reset_weeks=0.001)
    simulation = Simulation(market(program, n=5, steps=10)).run()
    assert (simulation.world.customers.arrays["pace"] == 1).all()


def test_rewarded__sells_more_where_needs_are_poisson():
    weekly = {"behavior.needs": {"kind": "poisson"}, "steps": 40}
    lone, lifted = (
        of(simulate(market(card(4, **response), n=3000, **weekly)), "units").sum()
        for response in ({"kind": "none"}, {"kind": "rewarded", "rewarded_lift": 0.3, "rewarded_weeks": 4})
    )
    assert lifted > 1.05 * lone
