"""The page of levers: made from the registry, complete, and every row with a test that exists.

To write the page anew: ``python tests/study/test_advice.py``.
"""

from pathlib import Path

from loyaltysim import load, simulate
from loyaltysim.study.advice import CLAIMS_OF_TEXTS, LEVERS_OF_TEXTS
from loyaltysim.study.levers_page import kinds, page

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "levers.md"
ROWS = (*LEVERS_OF_TEXTS, *CLAIMS_OF_TEXTS)
BESIDES = {"pricing.panel"}
"""Kinds for which no source text asks: recorded prices."""


def test_page__is_that_of_the_registry():
    assert PAGE.read_text("utf-8") == page(), "write it anew: python tests/study/test_advice.py"


def test_rows__name_kinds_that_exist_and_leave_none_out():
    named = {kind for row in ROWS for kind in row.by}
    assert named | BESIDES == {f"{kind.room}.{kind.kind}" for kind in kinds()}


def test_rows__each_have_a_test_that_speaks_of_their_kinds():
    for row in ROWS:
        assert (PROJECT / "tests" / row.test).is_file(), row


def test_kinds__each_have_a_sentence():
    for kind in kinds():
        assert kind.says.endswith(".") and "eq. E" not in kind.says, kind


def test_page__lists_the_settings_of_each_kind_with_unit_and_default():
    rows = PAGE.read_text("utf-8").splitlines()
    every = {(kind.room, kind.kind) for kind in kinds()}
    assert {("levers", "gift"), ("targets", "rfm"), ("pricing", "poach"), ("programs", "tiers")} <= every
    assert any(row.startswith("| `gift` | `jump` | 1 a gift | 0.05 | Share of what the bond lacks") for row in rows)
    assert any(row.startswith("| all | `cost_a_week` | currency/week | 0 | What a week of it costs.") for row in rows)
    assert not [row for row in rows if "Undefined" in row or " object at " in row]


def test_page__its_example_runs_and_all_three_levers_act(code_of, tmp_path):
    (toml,) = code_of("docs/levers.md", "toml")
    (tmp_path / "mine.toml").write_text(toml, "utf-8")
    small = {"population.n_customers": 100, "burn_in": 2, "steps": 26, "metrics.states_every": 13}
    scenario = load(tmp_path / "mine.toml").vary(small)
    own = simulate(scenario).sel(brand="Ours", segment="all").sum(["step", "replication"])
    assert [one.kind for one in scenario.brands["Ours"].levers] == ["gift", "communication", "service"]
    assert float(own["lever_cost"]) > 26 * 20.0 and int(own["contacts"]) > 0


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
