import numpy as np
import pandas as pd
import pytest

from loyaltysim.accounts.lifetime_value import beta_survival, with_beta_chances, with_constant_retention
from loyaltysim.measures import forward_value, realized_value, survival
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation

YEAR = 365.25 / 7


def test_realized_value__is_worked_by_hand(logs):
    log = logs(
        [(0, 3, 0, "Ours", 2, False), (0, 3, YEAR, "Ours", 4.3, False), (0, 4, 1, "Rival", 9, False)]
        + [(1, 3, 2 * YEAR, "Ours", 2.21, True)]
    ).assign(units=[1, 2, 1, 1])
    table = realized_value(log, "Ours", unit_cost=1.0, discount_rate=0.1)
    assert table[["replication", "customer", "purchases"]].values.tolist() == [[0, 3, 2], [1, 3, 1]]
    np.testing.assert_allclose(table["margin"], [3.3, 1.21])
    np.testing.assert_allclose(table["value"], [1 + 2.3 / 1.1, 1])


def test_forward_value__is_worked_by_hand():
    lives = pd.DataFrame({"replication": 0, "brand": "Ours", "weeks": [0.5, 1.0, 2.0, 2.0], "left": [1, 1, 1, 0]})
    lives["weeks"] *= YEAR
    table = forward_value(lives, 10.0, tail="horizon", discount_rate=0.25, weeks=YEAR, first="now")
    assert table[["periods", "survival"]].values.tolist() == [[2, 0.25]]
    assert table["value"].item() == pytest.approx(10 + 5 / 1.25 + 2.5 / 1.25**2)
    by_period = forward_value(lives, [10, 20], tail="horizon", discount_rate=0.25, weeks=YEAR, first="now")
    assert by_period["periods"].item() == 1 and by_period["value"].item() == pytest.approx(10 + 10 / 1.25)


def test_forward_value__is_unknown_where_no_period_was_seen_through():
    lives = pd.DataFrame({"replication": [0, 0], "brand": ["Ours", "Rival"], "weeks": [3.0, 30.0], "left": False})
    table = forward_value(lives, 1.0, tail="horizon").set_index("brand")
    assert np.isnan(table.loc["Ours", "value"]) and table.loc["Rival", "periods"] == 2


def test_forward_value__of_a_mixed_censored_cohort_is_the_simulated_sum_and_constant_retention_is_not():
    rng = np.random.default_rng(8)
    n, margin, rate = 200_000, 5.0, 0.1
    periods = rng.geometric(np.maximum(rng.beta(0.704, 1.182, n), 1e-9))  # yearly contracts, Fader and Hardie's cohort
    paid = np.minimum(periods - 1, 400)  # in years 1 … of those who are still there
    simulated = (margin * (1 - 1.1**-paid) / 0.1).mean()
    observed = rng.integers(30, 61, n)  # they joined at different times: lives that go on are censored
    lives = pd.DataFrame({"weeks": np.minimum(periods, observed) * YEAR, "left": periods <= observed})
    value = forward_value(lives, margin, tail="last_retention", discount_rate=rate, weeks=YEAR, by=())["value"].item()
    assert value == pytest.approx(simulated, rel=0.01)
    first_year = (periods > 1).mean()
    assert with_constant_retention(margin, first_year, rate) < 0.55 * simulated


def test_forward_value__is_the_discounted_sum_that_a_run_of_contracts_simulates():
    chances = {"a": 0.704, "b": 1.182}  # Fader and Hardie's Regular cohort
    club = {
        "focal": "Club",
        "step_days": 365.25,
        "steps": 41,
        "burn_in": 0,
        "population": {
            "n_customers": 30_000,
            "needs_per_week": 2.0,
            "cancel_chance": {"distribution": "beta", **chances},
        },
        "behavior": {
            "needs": {"kind": "contract"},
            "choice": {"kind": "logit", "outside_option": False},
            "lapse": {"kind": "contract", "term_steps": 1},
        },
        "brands": {"Club": {"price": 10.0}},
    }
    run = Simulation(Scenario.from_document(club), log=True).run()
    log, lifetimes = run.transactions.frame(), run.lifetimes()
    log["time"] = log["time"] // 365.25 * 365.25  # paid at the beginning of the year
    each = realized_value(log, "Club")["value"]
    forward = forward_value(lifetimes, np.full(41, 10.0), tail="horizon", weeks=YEAR, first="now")
    assert forward["periods"].item() == 40
    assert forward["value"].item() == pytest.approx(each.mean(), rel=0.01)
    whole = forward_value(lifetimes, 10.0, tail="last_retention", weeks=YEAR, first="now")["value"].item()
    true = with_beta_chances(10.0, *chances.values(), 0.1, first="now")
    assert whole == pytest.approx(true, abs=4 * each.std() / np.sqrt(len(each)))
    seen = survival(lifetimes)["survival"].to_numpy()
    assert np.abs(seen - beta_survival(*chances.values(), len(seen) - 1)).max() < 0.02
    first_year = seen[1]
    assert with_constant_retention(10.0, first_year, 0.1, first="now") < 0.7 * each.mean()


def test_value__says_what_is_wrong(log):
    with pytest.raises(ValueError, match="the log lacks units"):
        realized_value(log.drop(columns="units"), "Ours")
    with pytest.raises(ValueError, match="knows no brand 'Mine'"):
        realized_value(log, "Mine")
    with pytest.raises(ValueError, match="the lifetimes lacks left"):
        forward_value(pd.DataFrame({"weeks": [1.0]}), 1.0, tail="horizon", by=())
    with pytest.raises(ValueError, match="weeks above 0"):
        forward_value(pd.DataFrame({"weeks": [1.0], "left": True}), 1.0, tail="horizon", weeks=0, by=())
