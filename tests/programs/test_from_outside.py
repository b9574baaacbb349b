"""A program from outside: the page docs/your_own_program.md, run as it stands there."""

import importlib.util
import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import loyaltysim as ls
from loyaltysim.programs import Program
from loyaltysim.scenario import Scenario

YEAR = 52  # 365.25 / 7 in whole weeks
LINES = 60


@pytest.fixture(scope="module")
def blocks(code_of) -> dict[str, str]:
    """The code of the page, by language."""
    found = {language: code_of("docs/your_own_program.md", language) for language in ("python", "toml")}
    assert sum(text.count("\n") for (text,) in found.values()) <= LINES
    return {language: text for language, (text,) in found.items()}


@pytest.fixture(scope="module")
def page(blocks, tmp_path_factory):
    """The page's two files in a folder, its program imported, and what was said of that."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "birthday.py").write_text(blocks["python"])
    (folder / "mine.toml").write_text(blocks["toml"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("loyaltysim.jit.cache_folder", lambda: folder / "kernels")
        yield SimpleNamespace(folder=folder, scenario=ls.load(folder / "mine.toml"))
    del sys.modules[f"loyaltysim_uses.{(folder / 'birthday.py').resolve()}"]
    del Program.kinds["birthday"]


@pytest.fixture(scope="module")
def contract(repository):
    """The contract of all kinds, tests/test_kinds.py."""
    return module(repository / "tests" / "test_kinds.py")


@pytest.fixture(scope="module")
def ledger(repository):
    """What holds of all ledgers, tests/programs/test_ledger.py."""
    return module(repository / "tests" / "programs" / "test_ledger.py")


def module(file):
    """A file of tests as a module."""
    spec = importlib.util.spec_from_file_location(f"{file.stem}_beside", file)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def market(n: int = 40, steps: int = 2 * YEAR, burn_in: int = 0, **program) -> Scenario:
    """Everybody buys one unit of 2.00 in every step, for 2 points; 200 points are 5.00."""
    cash = {"kind": "cash", "value": 5.0, "threshold": 200}
    return Scenario.from_document(
        {
            "focal": "A",
            "steps": steps,
            "burn_in": burn_in,
            "population": {"n_customers": n},
            "behavior": {"needs": {"kind": "regular"}, "choice": {"kind": "logit"}},
            "brands": {
                "A": {"price": 2.0, "appeal": 80.0, "programs": [{"kind": "birthday", "reward": cash, **program}]},
                "B": {},
            },
            "metrics": {"period_steps": 0},
            "accounts": {"by_customer": True},
        }
    )


def of(data, name: str) -> list[float]:
    return data[name].sel(brand="A", segment="all").values[0].tolist()


def birthdays(simulation: ls.Simulation) -> np.ndarray:
    """Run on, steps × customers: who got points without having bought them."""
    _, own = simulation.schedule.programs[0]
    told = []
    while simulation.now < simulation.calendar.last:
        before = own.earned.copy()
        simulation.step()
        told.append(own.earned - before - 2000)
    return np.array(told)


@pytest.mark.slow
def test_page__runs_from_the_command_line_and_says_what_it_imports(page, tmp_path):
    small = ("--set", "population.n_customers=200", "--set", "steps=52", "--set", "burn_in=13")
    command = [sys.executable, "-m", "loyaltysim", "run", "mine.toml", "--replications", "2", "--json", *small]
    done = subprocess.run(command, cwd=page.folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "imported birthday.py, which mine.toml uses\n")
    told = json.loads(done.stdout)
    same = page.scenario.vary({"population.n_customers": 200, "steps": 52, "burn_in": 13})
    (cost,) = [
        row["mean"]
        for row in told["metrics"]
        if (row["metric"], row["brand"], row["segment"]) == ("program_cost", "Ours", "all")
    ]
    data = ls.replicate(same, replications=2)["program_cost"].sel(brand="Ours", segment="all")
    assert cost == pytest.approx(data.sum("step").mean().item(), rel=1e-12) and cost > 0
    assert any(row["question"] == "program" for row in told["effects"])


def test_page__its_file_is_imported_only_where_that_is_wanted(page, tmp_path, caplog):
    (tmp_path / "mine.toml").write_text((page.folder / "mine.toml").read_text())
    with pytest.raises(
        ls.ScenarioError, match=r"mine.toml:2: uses.0: there is no file birthday.py beside the scenario"
    ):
        ls.load(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_text('extends = "grocery"\nuses = ["../birthday"]\n')
    with pytest.raises(ls.ScenarioError, match="must be the name of a Python file beside the scenario"):
        ls.load(tmp_path / "mine.toml")
    mine = Program.kinds.pop("birthday")
    try:
        with pytest.raises(ls.ScenarioError, match='no program of kind "birthday" .*uses=False'):
            ls.load(page.folder / "mine.toml", uses=False)
    finally:
        Program.kinds["birthday"] = mine
    assert not caplog.messages


def test_birthday__comes_once_a_year_for_everybody_at_the_same_time_in_every_year(page):
    told = birthdays(ls.Simulation(market(n=5200, gift=50.0)))
    assert set(np.unique(told)) == {0, 50_000}
    np.testing.assert_array_equal(told[:YEAR], told[YEAR:])
    assert (told[:YEAR].sum(0) == 50_000).all()
    born = (told[:YEAR] > 0).sum(1)
    spread = ((born - 100) ** 2 / 100).sum()  # 5200 birthdays over 52 weeks
    assert chi2.ppf(0.0005, YEAR - 1) < spread < chi2.ppf(0.9995, YEAR - 1)


def test_birthday__is_the_same_in_a_market_with_another_burn_in_and_other_luck_in_choices(page):
    one, other = (birthdays(ls.Simulation(market(steps=YEAR, burn_in=b, endowment=e))) for b, e in ((0, 0), (26, 7)))
    np.testing.assert_array_equal(one[1:], other[1:YEAR])  # in the first step endowments are earned besides


def test_birthday__brings_the_reward_nearer_by_the_points_given(page):
    simulation = ls.Simulation(market())
    born = (birthdays(simulation)[:YEAR] > 0).argmax(0)
    paid = np.zeros(2 * YEAR)
    # 2 points at each purchase, 50 after each birthday, and 5.00 at the purchase that makes it 200
    for day in born.tolist():
        paid[next(t for t in range(2 * YEAR) if 2 * (t + 1) + 50 * ((day < t) + (day + YEAR < t)) >= 200)] += 5.0
    data = simulation.results()
    assert of(data, "program_cost") == paid.tolist() and paid.sum() == 40 * 5.0
    # 104 purchases and two birthdays are 308 points, 200 of which are turned in
    assert of(data, "points_outstanding")[-1] == 40 * 108
    assert of(data, "liability")[-1] == pytest.approx(40 * 108 / 200 * 5.0, abs=1e-9)
    assert sum(of(data, "revenue")) == 40 * 208.0


def test_birthday__is_not_of_those_who_are_no_members_or_have_given_up_their_card(page):
    simulation = ls.Simulation(market(n=4, enrollment={"kind": "opt_in", "chance": 0.0}))
    program, own = simulation.schedule.programs[0]
    world, totals = simulation.world, simulation.world.workers[0].totals
    own.member[:] = [0, 1, 2, 1]
    for step in range(YEAR):
        program.close(own, world, world.blocks[0], totals, step)
    assert own.balance.tolist() == [0, 50_000, 0, 50_000] and totals.points_earned.sum() == 100_000


def test_birthday__of_no_points_is_a_program_of_points_bit_for_bit(page, contract):
    base = contract.market().vary({"steps": 60, "metrics.period_steps": 10})
    program = {**base.brands["A"].programs[0].plain(), "name": "Ours", "customer_response": {"kind": "progress"}}
    plain = ls.simulate(base.vary({"brands.A.programs": [program]}))
    none = ls.simulate(base.vary({"brands.A.programs": [{**program, "kind": "birthday", "gift": 0.0}]}))
    some = ls.simulate(base.vary({"brands.A.programs": [{**program, "kind": "birthday", "gift": 1.0}]}))
    assert plain.drop_attrs().equals(none.drop_attrs()) and not plain.drop_attrs().equals(some.drop_attrs())


def test_birthday__that_nobody_joins_changes_nothing(page, contract):
    base = contract.market().vary({"brands.A.programs": []})
    idle = {"kind": "birthday", "enrollment": {"kind": "opt_in", "chance": 0.0}}
    one, other = (ls.simulate(base.vary({"brands.A.programs": programs})) for programs in ([], [idle]))
    for name in set(one.data_vars) - {"points_earned", "points_redeemed", "points_expired"}:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_birthday__keeps_the_contract_of_all_kinds(page, contract):
    assert "birthday" in Program.kinds

    def simulation():
        program = {"kind": "birthday", "gift": 1.0, "reward": {"kind": "experience", "threshold": 2, "cost_each": 1}}
        return ls.Simulation(contract.market().vary({"brands.A.programs": [program], "steps": YEAR}))

    contract.test_kind__runs_and_leaves_every_state_in_its_range(simulation())
    contract.test_kind__changes_only_the_states_that_it_declares(simulation())
    with pytest.MonkeyPatch.context() as patch:
        contract.test_kind__asks_only_for_states_that_it_declares(simulation(), patch)
    contract.test_room__every_setting_has_a_sentence(Program)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_birthday__keeps_the_ledger_of_everybody_at_every_step(page, ledger, data):
    program = {**data.draw(ledger.points), "kind": "birthday", "gift": data.draw(st.sampled_from([0, 0.3, 1, 9]))}
    holds = ledger.test_ledger__earned_is_redeemed_expired_and_outstanding_for_everybody_at_every_step
    holds.hypothesis.inner_test([program, "stamps"])


def test_birthday__goes_on_after_a_checkpoint_as_if_there_had_been_none(page, tmp_path):
    scenario = page.scenario.vary({"population.n_customers": 100, "burn_in": 13, "steps": 52})
    straight = ls.Simulation(scenario).run()
    ls.Simulation(scenario).run(until=20).checkpoint(tmp_path / "half.npz")
    restored = ls.Simulation(scenario).restore(tmp_path / "half.npz").run()
    assert restored.results().identical(straight.results())


def test_birthday__settings_have_bounds_and_contradictions_a_reason(page):
    for gift, said in ((-1, "must be at least 0, was -1"), (1e7, "must be at most 1000000")):
        with pytest.raises(ls.ScenarioError, match=said):
            market(gift=gift)
    with pytest.raises(ls.ScenarioError, match=r"programs\.0: gift 200 is a reward by itself: .* generous = true"):
        market(gift=200)
    assert market(gift=200, generous=True) and market(gift=199.5)
