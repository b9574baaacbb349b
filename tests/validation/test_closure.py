"""Closure counts simulated and observed purchases alike."""

from itertools import pairwise

import numpy as np
import pytest

from loyaltysim.data.panels import find_panel, panel_scenario
from loyaltysim.faults import ScenarioError
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.closure import close, closure_table, count_panel

# a: 1 2 3 rows; of five later purchases two repeat
TOY = """\
id,price.a,price.b,choice
1,1,1,a
2,1,1,b
2,1,1,b
3,1,1,a
3,1,2,b
3,2,1,b
3,1,1,a
"""


@pytest.fixture
def scenario(tmp_path):
    (tmp_path / "toy.csv").write_text(TOY, "utf-8")
    document = {
        "focal": "a",
        "population": {"inertia": 0.5, "price_sensitivity": 1.0},
        "behavior": {"choice": {"kind": "logit", "outside_option": False}},
        "brands": {"a": {"appeal": 0.3}, "b": {}},
        "panel": {"source": "toy.csv"},
    }
    return Scenario.from_document(document, folder=tmp_path)


def test_observed__counts_by_hand(scenario):
    counts = count_panel(find_panel("toy.csv", scenario._folder))
    assert counts.purchases.tolist() == [3, 4]
    assert counts.buyers.tolist() == [2, 2]
    assert counts.switches.tolist() == [[0, 1], [1, 2]]
    measures = counts.measures()
    assert measures["share"] == pytest.approx([3 / 7, 4 / 7])
    assert measures["repeat_rate"] == pytest.approx([0, 2 / 3])
    assert measures["repeat_rate_of_all"] == pytest.approx(2 / 4)
    assert measures["penetration"] == pytest.approx([2 / 3, 2 / 3])
    assert measures["purchase_frequency"] == pytest.approx([3 / 2, 4 / 2])


def test_simulated__counts_are_those_of_the_purchase_log(scenario):
    """Counted again from the log of every purchase, the observed first ones put before it."""
    run = close(scenario, replications=6, seed=3)
    closed = panel_scenario(scenario)
    log = Simulation(closed, seed=3, replications=range(6), log=True).run().transactions.frame()
    code = log["brand"].cat.codes.to_numpy()
    for replication in range(6):
        ours = (log["replication"] == replication).to_numpy()
        own_rows = [ours & (log["customer"] == household).to_numpy() for household in range(3)]
        histories = [[start, *code[rows]] for start, rows in zip((0, 1, 0), own_rows)]
        bought = [np.bincount(own, minlength=2) for own in histories]
        assert run.simulated.purchases[replication].tolist() == np.sum(bought, 0).tolist()
        assert run.simulated.buyers[replication].tolist() == (np.array(bought) > 0).sum(0).tolist()
        again = sum(a == b for own in histories for a, b in pairwise(own))
        assert np.trace(run.simulated.switches[replication]) == again


def test_table__has_a_row_for_each_measure_and_brand(scenario):
    table = closure_table(scenario, replications=20)
    assert table["measure"].value_counts().to_dict() == {
        "share": 2,
        "repeat_rate": 3,
        "penetration": 2,
        "purchase_frequency": 2,
    }
    shares = table[table["measure"] == "share"]
    assert shares["observed"].sum() == pytest.approx(1) and shares["simulated"].sum() == pytest.approx(1)
    assert (table["low"] <= table["simulated"]).all() and (table["simulated"] <= table["high"]).all()
    assert table.iloc[2]["brand"] == "all"


def test_close__one_replication_has_no_spread(scenario):
    with pytest.raises(ScenarioError, match="replications: must be at least 2"):
        close(scenario, replications=1)


def test_close__wants_a_panel():
    bare = Scenario.from_document({"focal": "A", "brands": {"A": {}}})
    with pytest.raises(ScenarioError, match="names no panel"):
        close(bare)
