"""`loyaltysim claims` and the table of reasons: what the model says, beside what is said of it."""

import math

import pytest

from loyaltysim import replicate
from loyaltysim.measures import reasons
from loyaltysim.validation.busy_market import busy_market

SMALL = ["--set", "population.n_customers=400", "--set", "steps=110", "--set", "burn_in=4", "--replications", "2"]


def test_claims__are_printed_beside_the_models_values_and_never_change_them(command):
    told = command("claims", "grocery", *SMALL)
    assert told.code == 0 and "31 % name a lower price as main reason" in told.out
    assert "Not told: 80 % of firms use e-mail" in told.out
    found = command("claims", "grocery", *SMALL, "--json").json
    rows = {row["claim"]: row for row in found["claims"]}
    assert found["command"] == "claims" and len(rows) >= 15
    price = rows["price_as_reason"]
    assert 0 < price["value"] < 1 and price["stated_low"] == 0.31 and price["reason"] == ""


def test_claims__of_a_scenario_that_is_not_there_are_refused(command):
    told = command("claims", "grocry")
    assert told.code == 2 and 'Did you mean "grocery"' in told.err


@pytest.mark.slow
def test_run__tells_why_customers_left_where_the_scenario_asks_for_it(command):
    told = command("run", "grocery", *SMALL, "--set", "metrics.reasons=true")
    assert "Why customers left Ours" in told.out and "chance" in told.out
    assert "Why customers left" not in command("run", "grocery", *SMALL).out


def test_reasons__as_shares_add_up_and_leave_out_chance_where_a_reason_is_named():
    data = replicate(busy_market(300, 20).vary({"metrics.reasons": True}), replications=2)
    table = reasons(data, "Rival")
    sums = table.groupby("replication")[["main", "named", "share"]].sum()
    assert all(math.isclose(value, 1, rel_tol=1e-9) for value in sums.to_numpy().ravel())
    assert table.loc[table["reason"] == "chance", "named"].isna().all()


@pytest.mark.slow
def test_run__gives_reasons_as_json_where_the_scenario_asks_for_them(command):
    found = command("run", "grocery", *SMALL, "--set", "metrics.reasons=true", "--json").json
    rows = {(row["brand"], row["reason"]): row for row in found["reasons"]}
    assert 0 < rows["Ours", "price"]["main"] < 1 and rows["Ours", "chance"]["named"] is None
    assert "reasons" not in command("run", "grocery", *SMALL, "--json").json


def test_claims__of_a_choice_without_reasons_tell_the_rest(command, tmp_path):
    file = tmp_path / "chain.toml"
    file.write_text(
        'focal = "A"\nsteps = 110\nburn_in = 0\n[brands.A]\n[brands.B]\n[population]\nn_customers = 100\n'
        '[behavior.choice]\nkind = "switching"\nmatrix = [[0.7, 0.3], [0.4, 0.6]]\n'
    )
    told = command("claims", str(file), "--replications", "2", "--json")
    rows = {row["claim"]: row for row in told.json["claims"]}
    assert told.code == 0 and "metrics.reasons is off" in rows["price_as_reason"]["reason"]
    assert 0 < rows["sale_to_existing"]["value"] < 1
