"""The page docs/guide.md: its commands, in their order, on a smaller market."""

import re
import shlex

import pytest

from loyaltysim.report.language import Language

SMALL = {"population.n_customers": 150, "steps": 13, "burn_in": 6, "metrics.period_steps": 6}
SMALL["metrics.states_every"] = 6
SMALLER = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]


@pytest.fixture
def page(repository) -> str:
    return (repository / "docs" / "guide.md").read_text("utf-8")


@pytest.mark.slow
def test_guide__its_commands_lead_to_a_report(command, here, code_of):
    (toml,) = code_of("docs/guide.md", "toml")
    (here / "half.toml").write_text(toml, "utf-8")
    lines = [line for block in code_of("docs/guide.md", "sh") for line in block.splitlines()]
    assert len(lines) == 6
    for line in lines:
        name, *words = shlex.split(line.replace("--replications 10", "--replications 2"))
        assert name == "loyaltysim"
        words, sign, file = (words[:-2], *words[-2:]) if ">" in words else (words, "", "")
        done = command(*words, *(SMALLER if words[0] == "compare" else ()))
        assert done.code == 0, f"{line}\n{done.err}"
        if sign:
            (here / file).write_text(done.out, "utf-8")
        if words[0] == "diff":
            assert re.search(r"earn_rate +10\S* +5", done.out)
    report = here / "answer" / "report"
    assert {path.name for path in report.iterdir()} >= {"report.html", "tables.xlsx", "figures"}
    assert "Half the points" in (report / "report.html").read_text("utf-8")
    assert command("reproduce", "answer").code == 0
    assert command("check", "mine.toml").code == 0


def test_guide__names_the_questions_of_the_report(page):
    for question in (
        "Keep or stop the program?",
        "What does one point of retention cost?",
        "How bad is the worst tenth?",
    ):
        assert question in page


def test_guide__quotes_headlines_that_a_report_may_have(page):
    pytest.importorskip("babel")
    quoted = re.findall(r'"([^"]+\.)"', page.partition("## When is it a decision?")[2])
    assert quoted == ["Keep it.", "Stop it, or change it."] and set(quoted) <= set(Language("da").catalog)


def test_guide__extends_with_tables_and_lists_as_it_says(here, command, code_of):
    (toml,) = code_of("docs/guide.md", "toml")
    (here / "half.toml").write_text(toml, "utf-8")
    done = command("diff", "grocery", "half.toml", "--json")
    assert {row["path"]: row["second"] for row in done.json["differences"]} == {"brands.Ours.programs.0.earn_rate": 5.0}
