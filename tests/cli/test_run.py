"""`run` answers three questions for reading and for machines, and writes a whole folder or nothing."""

import json
import re
import tomllib

import numpy as np
import pytest

import loyaltysim as ls
from loyaltysim import load, replicate, results
from loyaltysim.cli.saving import save_scenario
from loyaltysim.study.questions import SAYS, answer
from loyaltysim.summaries import summary

pytestmark = pytest.mark.slow  # each starts processes of its own

FILES = {"scenario.toml", "manifest.json", "results.nc", "summary.json", "figures"}


def ours(small):
    return answer(load(small), replications=3, seed=4)


def test_run__says_what_each_question_comes_to(command, small):
    done = command("run", small, "--replications", 3, "--seed", 4)
    assert (done.code, done.err) == (0, "")
    for question in ("rival_promotions", "program", "word_of_mouth"):
        assert f"What {SAYS[question]} did to Ours" in done.out
    assert f"What {SAYS['referral']}" not in done.out  # nobody invites here
    assert re.search(r"^Rivals' promotions (cost|brought|: the effect)", done.out, re.M)
    for head in (
        "Brands",
        "retention",
        "repeat rate",
        "share",
        "penetration",
        "purchases",
        "Programs",
        "liability, EUR",
    ):
        assert head in done.out
    assert "\x1b" not in done.out  # no colors in a pipe
    assert max(map(len, done.out.splitlines())) <= 120


def test_run__points_to_the_program_s_value_where_its_costs_came_before(command, small):
    told = "ran before the measured time too"
    assert told in command("run", small, "--replications", 2).out
    week = ("--set", "brands.Ours.programs.0.from_week=0")
    assert told not in command("run", small, "--replications", 2, *week).out


def test_run__adds_programs_up_aloud_and_leaves_out_rows_of_nothing(command, small):
    out = command("run", small, "--replications", 2).out
    assert "memberships" in out and "fees of members" not in out and "points expired" not in out
    club = '[{kind = "points"}, {kind = "club", enrollment = {kind = "opt_in", chance = 0.9}}]'
    out = command("run", small, "--replications", 2, "--set", f"brands.Ours.programs={club}").out
    assert "fees of members, EUR" in out and "Ours has 2" in out


def test_run__and_check_say_that_a_program_never_begins(command, small):
    week = ("--set", "brands.Ours.programs.0.from_week=26")
    said = "brands.Ours.programs.0 does nothing: it begins in week 26, and the run ends after 26."
    for done in (command("run", small, "--replications", 2, *week), command("check", small, *week)):
        assert done.code == 0 and said in done.err


def test_check__says_that_a_brand_sells_at_a_loss(command, small):
    loss = command("check", small, "--set", "brands.Ours.unit_cost=2.5")
    assert loss.code == 0
    assert "brands.Ours.unit_cost of 2.5 is more than its price of 2: every unit is sold at a loss." in loss.err
    assert "at a loss" not in command("check", small, "--set", "brands.Ours.unit_cost=2").err


@pytest.mark.parametrize(
    ("lever", "told"),
    [
        ('kind = "communication", from_week = 26', "does nothing in the measured time: it begins after the end."),
        ('kind = "communication", until_week = 0', "does nothing in the measured time: it is pulled in weeks that are"),
        ('kind = "communication", target = {kind = "rfm", share = 0.0}', "reaches nobody"),
        ('kind = "communication", cost_each = 0.0', "costs nothing: set what it costs"),
        ('kind = "exclusive", percent = 80.0, strength = 3.0', "gives units away, and each costs 1.2: a loss"),
        ('kind = "exclusive", strength = 0', "does nothing: its strength is 0."),
        ('kind = "exclusive", percent = 50.0', "lets units go for 1, and each costs 1.2: a loss on every one."),
    ],
)
def test_check__says_what_a_lever_comes_to_that_may_not_be_meant(command, small, lever, told):
    done = command("check", small, "--set", f"brands.Ours.levers=[{{{lever}}}]", "--set", "brands.Ours.unit_cost=1.2")
    assert done.code == 0 and f"brands.Ours.levers.0 {told}" in done.err


@pytest.mark.parametrize("lever", ["percent = 10.0", "percent = 10.0, cost_each = 0.0"], ids=["usual", "takes off"])
def test_check__says_nothing_of_a_lever_that_is_as_usual(command, small, lever):
    lever = f'kind = "exclusive", {lever}'
    done = command("check", small, "--set", f"brands.Ours.levers=[{{{lever}}}]", "--set", "brands.Ours.unit_cost=1.2")
    assert done.code == 0 and "levers" not in done.err


def test_check__says_that_a_coupon_sells_at_a_loss(command, small):
    poach = 'brands.Ours.pricing=[{kind = "poach", depth = 0.5}]'
    done = command("check", small, "--set", poach, "--set", "brands.Ours.unit_cost=1.2")
    assert "brands.Ours.pricing.0 sells to rivals' customers for 1 what costs 1.2" in done.err


def test_run__prints_means_and_intervals_of_the_library(command, small):
    data = ours(small).data
    share = 100 * summary(data, "share").sel(brand="Rival", segment="all").values
    half = 4.303 * share.std(ddof=1) / np.sqrt(3)  # t of 2 degrees of freedom, 97.5 %
    line = next(
        line for line in command("run", small, "--replications", 3, "--seed", 4).out.splitlines() if "Rival" in line
    )
    shown = re.findall(r"([\d.]+) ± ([\d.]+)", line)[2]
    assert [float(number) for number in shown] == pytest.approx([share.mean(), half], abs=0.5)


def test_run__as_json_has_metrics_and_effects_of_the_library(command, small):
    found = command("run", small, "--replications", 3, "--seed", 4, "--json").json
    expected = ours(small)
    assert {name: found[name] for name in ("schema", "command", "scenario", "seed", "replications", "out")} == {
        "schema": 1,
        "command": "run",
        "scenario": small,
        "seed": 4,
        "replications": 3,
        "out": None,
    }
    assert {row["question"] for row in found["effects"]} == {"rival_promotions", "program", "word_of_mouth"}
    effects = expected.effects.set_index(["question", "metric"])
    for row in found["effects"]:
        own = effects.loc[(row["question"], row["metric"])]
        assert list(row) == [
            *("question", "metric", "scenario", "effect", "ci_low", "ci_high"),
            *("p_positive", "variance_ratio", "baseline", "n", "unit"),
        ]
        for name in ("effect", "ci_low", "ci_high", "baseline"):
            assert row[name] == own[name] or (row[name] is None and np.isnan(own[name]))
    (row,) = [
        row for row in found["metrics"] if (row["metric"], row["brand"], row["segment"]) == ("purchases", "Ours", "all")
    ]
    values = expected.data["purchases"].sel(brand="Ours", segment="all").sum("step").values
    assert row["mean"] == pytest.approx(values.mean()) and row["unit"] == "purchases"
    assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 4.302653 * values.std(ddof=1) / np.sqrt(3), rel=1e-6)


def test_run__takes_off_what_members_are_owed_where_it_tells_of_our_program(command, small):
    """So it does not say that a program earns where it owes more than that."""
    told = command("run", small, "--replications", 2).out
    assert told.count("margin, what is owed taken off") == 1  # of nothing else
    program = told[told.index("What our program did") :]
    assert "margin, what is owed taken off" in program[: program.index("What word of mouth did")]


def test_run__as_json_is_the_same_whatever_the_threads(command, small):
    one, two = (command("run", small, "--replications", 2, "--threads", n, "--json").out for n in (1, 2))
    assert one == two


def test_run__with_one_replication_says_that_there_is_no_interval(command, small):
    done = command("run", small, "--replications", 1)
    assert "±" not in done.out.replace("Mean ± 95 %", "")
    assert "One replication has no interval" in done.err
    assert command("run", small, "--replications", 1, "--quiet").err == ""
    found = command("run", small, "--replications", 1, "--json").json
    assert all(row["ci_low"] is None for row in found["metrics"])


def test_run__a_question_that_does_not_arise_is_said_not_to(command, here, base):
    (here / "mine.toml").write_text(base)
    done = command("run", "mine.toml", "--replications", 2)
    assert done.code == 0
    for says in SAYS.values():
        assert f"{says[:1].upper()}{says[1:]}: there is none in this scenario." in done.out
    assert command("run", "mine.toml", "--replications", 2, "--json").json["effects"] == []


def test_run__tells_levers_their_cost_and_what_they_do_and_what_a_rival_asks(command, small):
    levers = 'brands.Ours.levers=[{kind = "communication", cost_a_week = 2.0, cost_each = 0.0, until_week = 13}]'
    answers = 'brands.Rival.pricing=[{kind = "best_response", price_response = 1.0}]'
    out = command("run", small, "--replications", 2, "--set", levers, "--set", answers).out
    assert "What our levers did to Ours" in out
    assert re.search(r"^Ours: communication +everybody +13 +26.00 +0.00 +26.00 ± 0.00 +[\d,]+ ± [\d,]+$", out, re.M)
    assert re.search(r"^cost, EUR +26.00 ± 0.00$", out, re.M) and "cost, % of the margin before it" in out
    assert re.search(
        r"^Rival sets its price anew \(best_response\): \d.\d\d EUR on average, \d.\d\d on the list", out, re.M
    )


def test_run__tells_two_levers_of_a_kind_apart_and_what_they_pay_besides(command, small):
    event = '{kind = "event", cost_a_week = 2.0, every_weeks = 8}'
    asked = [
        "--replications",
        2,
        "--set",
        'behavior.bond={kind = "drift"}',
        "--set",
        f"brands.Ours.levers=[{event}, {event}]",
    ]
    done = command("run", small, *asked)
    out = " ".join(done.out.split())
    assert done.err == ""
    assert "Ours: event 2 everybody 26 52" in out and "Ours: event everybody 26 52" in out
    assert "Ours: event 2 pays besides, within all that it cost: 15.00 EUR for each (cost_a_guest)." in out
    assert "it reaches no single customers" not in out
    found = command("run", small, *asked, "--json").json["levers"]
    assert [(row["lever"], row["metric"]) for row in found] == [
        (lever, metric) for lever in ("Ours: event", "Ours: event 2") for metric in ("cost", "contacts")
    ]
    cost, contacts, *_ = found
    assert cost["mean"] > 52 + 0.5 * contacts["mean"] > 52  # guests besides
    assert cost["unit"] == "EUR" and cost["ci_low"] <= cost["mean"] <= cost["ci_high"]


def test_run__without_periods_says_why_there_are_no_rates(command, small):
    done = command("run", small, "--replications", 2, "--set", "metrics.period_steps=0")
    assert "No period fits into the run" in done.err and "There are no periods" in done.out
    assert "retention rate" not in done.out and "units in 26 weeks" in done.out


def test_run__a_change_is_made_and_a_name_needs_no_quotes(command, small):
    done = command(
        "run", small, "--replications", 2, "--set", "title=My market", "--set", "steps=13", "--set", 'currency="CHF"'
    )
    assert done.out.startswith("My market\n") and "13 weeks" in done.out and "CHF" in done.out


def test_run__titles_and_names_are_no_markup(command, here, small):
    text = (
        (here / small)
        .read_text()
        .replace("Ours", "[bold]A[/bold]")
        .replace("[brands.[bold]A[/bold]]", "[brands.'[bold]A[/bold]']")
    )
    text = text.replace("[[brands.[bold]A[/bold].programs]]", "[[brands.'[bold]A[/bold]'.programs]]")
    (here / "mine.toml").write_text(f"title = '[red]:smile:'\n{text}")
    done = command("run", "mine.toml", "--replications", 2)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("[red]:smile:\n") and "What word of mouth did to [bold]A[/bold]" in done.out


def test_run__tells_which_files_it_imports(command, here, small):
    (here / "mine.py").write_text("")
    (here / "mine.toml").write_text(f'uses = ["mine"]\n{(here / small).read_text()}')
    done = command("run", "mine.toml", "--replications", 1, "--json")
    assert done.err == "imported mine.py, which mine.toml uses\n"


def test_run__without_out_writes_nothing(command, here, small):
    command("run", small, "--replications", 1)
    assert [path.name for path in here.iterdir()] == [small]


def test_run__fills_a_folder(command, here, small):
    done = command("run", small, "--replications", 2, "--out", "a/b", "--log", "--json", "--set", "steps=20")
    assert (done.code, done.err) == (0, "written to a/b\n")
    out = here / "a" / "b"
    assert {path.name for path in out.iterdir()} == FILES | {"log.parquet"}
    assert json.loads((out / "summary.json").read_text()) == done.json
    scenario = load(small).vary({"steps": 20})
    assert load(out / "scenario.toml").to_toml() == scenario.to_toml()
    assert results.load(out / "results.nc").equals(replicate(scenario, replications=2))
    assert {path.name for path in (out / "figures").iterdir()} >= {"shares.svg", "switching.svg", "effects.svg"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert set(manifest["files"]) == {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {
        "manifest.json"
    }
    assert (out / "results.nc").stat().st_mode == (here / small).stat().st_mode
    assert [path.name for path in here.iterdir() if path.name.startswith(".")] == []


def test_run__the_log_is_of_the_first_replication(command, here, small):
    import pandas as pd

    command("run", small, "--replications", 2, "--out", "out", "--log")
    log = pd.read_parquet(here / "out" / "log.parquet")
    first = results.load(here / "out" / "results.nc").isel(replication=0)
    assert len(log) == int(first["purchases"].sel(segment="all").sum()) > 0


def test_run__the_folder_needs_nothing_else(command, here, small):
    (here / "mine.py").write_text("")
    (here / "ties").mkdir()
    (here / "ties" / "friends.csv").write_text("from,to\n0,1\n")
    text = (here / small).read_text().replace('kind = "random"', 'kind = "edge_list"\nfile = "ties/friends.csv"')
    (here / "mine.toml").write_text(f'uses = ["mine"]\n{text}')
    assert command("run", "mine.toml", "--replications", 1, "--out", "out").code == 0
    for path in ("mine.toml", "mine.py", "ties/friends.csv"):
        (here / path).unlink()
    assert tomllib.loads((here / "out" / "scenario.toml").read_text())["network"]["file"] == "friends.csv"
    again = command("run", "out/scenario.toml", "--replications", 1, "--json")
    before = json.loads((here / "out" / "summary.json").read_text())
    assert again.json["effects"] == before["effects"]


def test_saved__scenario_has_the_ties_of_all_its_layers_beside_it(tmp_path, here):
    for place in ("home", "work"):
        (here / place).mkdir()
        (here / place / "ties.csv").write_text(f"from,to\n{int(place == 'work')},2\n")
    lists = ", ".join(f'{{ kind = "edge_list", file = "{place}/ties.csv" }}' for place in ("home", "work", "home"))
    (here / "mine.toml").write_text(
        f'extends = "grocery"\n[population]\nn_customers = 5\n[network]\nkind = "layers"\nlayers = [{lists}]\n'
    )
    scenario, folder = ls.Scenario.from_toml(here / "mine.toml"), tmp_path / "saved"
    folder.mkdir()
    save_scenario(scenario, folder)
    assert sorted(path.name for path in folder.glob("*.csv")) == [f"layers.{k}.file.ties.csv" for k in range(3)]
    again = ls.Scenario.from_toml(folder / "scenario.toml")
    assert ls.network(again).edges().tolist() == [[0, 2], [1, 2]]


def test_run__overwrite_replaces_results_and_keeps_other_files(command, here, small):
    command("run", small, "--replications", 2, "--out", "out", "--log")
    (here / "out" / "mine.txt").write_text("mine")
    done = command("run", small, "--replications", 1, "--out", "out", "--overwrite")
    assert done.code == 0
    assert {path.name for path in (here / "out").iterdir()} == FILES | {"mine.txt"}
    assert results.load(here / "out" / "results.nc").sizes["replication"] == 1


def test_run__overwrite_never_takes_what_others_wrote(command, here, small):
    command("run", small, "--replications", 2, "--out", "out", "--log")
    out, few = here / "out", ("--replications", 1, "--out", "out", "--overwrite")
    changed = (out / "scenario.toml").read_text() + "# our cash register, 2025\n"
    (out / "scenario.toml").write_text(changed)
    (out / "report").mkdir()
    others = [out / "figures" / "mine.svg", out / "report" / "for the board.docx"]
    for path in others:
        path.write_text("mine")
    assert command("run", out / "scenario.toml", *few).code == 0
    assert [path.read_text() for path in others] == ["mine", "mine"]
    assert (out / "scenario.toml.old").read_text() == changed
    assert not (out / "log.parquet").exists()  # it was of the run that went
    assert command("run", out / "scenario.toml", *few).code == 0
    assert {path.name for path in out.iterdir()} == FILES | {"report", "scenario.toml.old"}


def test_run__overwrite_is_for_results_alone(command, here, small):
    (here / "out").mkdir()
    (here / "out" / "figures").mkdir()
    told = command("run", small, "--replications", 1, "--out", "out", "--overwrite")
    assert told.code == 2 and "has no manifest.json of results to replace" in told.err
    assert [path.name for path in (here / "out").iterdir()] == ["figures"]


@pytest.mark.parametrize("link", [False, True])
def test_run__an_empty_folder_or_a_link_to_one_will_do(command, here, small, link):
    (here / "there" if link else here / "out").mkdir()
    if link:
        (here / "out").symlink_to("there")
    assert command("run", small, "--replications", 1, "--out", "out").code == 0
    assert {path.name for path in (here / "out").iterdir()} == FILES
    assert (here / "out").is_symlink() == link


def test_compare__tells_effects_against_the_baseline(command, here, small):
    (here / "deep.toml").write_text(
        f'extends = "{small}"\n[[brands.Rival.pricing]]\nkind = "promotion_calendar"\ndepth = 0.9\n'
    )
    done = command("compare", small, "deep.toml", "--replications", 3, "--json")
    assert done.code == 0 and done.json["scenario"] == ["small", "deep"] and done.json["baseline"] == "small"
    (effect,) = [row for row in done.json["effects"] if row["metric"] == "share"]
    assert (effect["question"], effect["scenario"], effect["n"]) == ("scenario", "deep", 3)
    turned = command("compare", small, "deep.toml", "--replications", 3, "--json", "--baseline", "deep.toml").json
    (back,) = [row for row in turned["effects"] if row["metric"] == "share"]
    assert back["effect"] == pytest.approx(-effect["effect"]) and back["scenario"] == "small"
    told = command("compare", small, "deep.toml", "--replications", 3).out
    assert "Ours: deep against small" in told and "Against small, deep " in told
    assert "(variance ratio): " in told and f", share {effect['variance_ratio']:,.1f}, units " in told


def test_compare__tells_what_until_missed(command, here, small):
    (here / "deep.toml").write_text((here / small).read_text("utf-8").replace("price = 2.0", "price = 1.9"), "utf-8")
    rule = ("--until", "share half_width<=1e-9")
    done = command("compare", small, "deep.toml", "--replications", 3, *rule)
    assert (
        done.code == 0 and "share half_width<=1e-9 was not reached: " in done.err and "after 3 replications" in done.err
    )
    said = command("compare", small, "deep.toml", "--replications", 3, *rule, "--json").json["until"]
    assert said["rule"] == rule[1] and "not reached" in said["missed"]
    wide = command("compare", small, "deep.toml", "--replications", 3, "--until", "share half_width<=0.9", "--json")
    assert wide.json["until"]["missed"] is None


def test_compare__names_scenarios_of_one_name_by_number(command, here, small):
    found = command("compare", small, small, "--replications", 1, "--json").json
    assert found["scenario"] == ["small 1", "small 2"]
    assert all(row["effect"] in (0, None) for row in found["effects"])


def test_compare__fills_a_folder(command, here, small):
    (here / "other.toml").write_text(f'extends = "{small}"\nsteps = 20\n')
    done = command("compare", small, "other.toml", "--replications", 2, "--out", "out", "--log", "--quiet")
    assert (done.code, done.err) == (0, "")
    own = {f"{name}.{kind}" for name in ("small", "other") for kind in ("toml", "nc", "parquet")}
    together = {"effects.csv", "summary.json", "manifest.json", "figures"}
    assert {path.name for path in (here / "out").iterdir()} == own | together
    assert {path.name for path in (here / "out" / "figures").iterdir()} == {"effects.svg", "small", "other"}
