"""`optimize`: a table or JSON of the front, a store that goes on, and mistakes in one line each."""

import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pandas as pd
import pytest

import loyaltysim as ls
from loyaltysim.cli.asked import Asked
from loyaltysim.cli.optimize import show

pytest.importorskip("optuna", reason="needs the extra [calibrate]")
pytestmark = pytest.mark.slow  # each runs many designs

PRICE = ("--axis", "brands.Ours.price=[1.8,2.2]", "--replications", "3")
WAR = (*PRICE, "--world", "price_war")
GOALS = ("--maximize", "margin", "--maximize", "share")


def test_optimize__tells_the_front_and_keeps_all_runs(command, here, small):
    words = ("optimize", small, *PRICE, *GOALS, "--trials", "9", "--world", "price_war", "--store", "kept")
    done = command(*words)
    assert (done.code, done.err) == (0, "")
    assert "Scored by the mean of 2 worlds: as it is, price war." in " ".join(done.out.split())
    assert "the best designs of the search" in done.out and "9 designs tried" in done.out and " ± " in done.out
    wanted = {"trials.csv", "front.csv", "refused.csv", "front.svg", "history.svg", "store.json"}
    assert {path.name for path in (here / "kept").iterdir()} >= wanted
    pictures = [(here / "kept" / name).read_bytes() for name in ("front.svg", "history.svg")]
    again = command(*words, "--json").json
    assert again["objectives"] == {"margin": "max", "share": "max"} and again["worlds"] == ["price_war"]
    assert (again["scored_in"], again["robust"]) == (["as it is", "price_war"], "mean")
    assert len(again["trials"]) == 2 * 10
    assert {row["trial"] for row in again["front"]} == {row["trial"] for row in again["trials"] if row["on_front"]}
    assert [(here / "kept" / name).read_bytes() for name in ("front.svg", "history.svg")] == pictures


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--axis", "brands.Ours.prise=[1.8,2.2]"), 'Did you mean "price"?'),
        (("--axis", "brands.Ours.price=[]"), "brands.Ours.price: has no values to visit"),
        (("--axis", "brands.Ours.price=[-1.0,2.0]"), "brands.Ours.price: must be"),
        ((*PRICE, "--maximize", "profit"), 'Did you mean "margin"?'),
        ((*PRICE, "--maximize", "margin", "--minimize", "margin"), '--minimize: "margin" is to be maximized too'),
        ((*PRICE, "--world", "peace"), '--world: there is no "peace"'),
        ((*PRICE, "--robust", "worst"), "--robust: needs --world"),
        ((*PRICE, "--robust", "quantile", "--quantile", "0.5"), "--robust: needs --world"),
        ((*WAR, "--quantile", "0.5"), "--quantile: needs --robust quantile"),
        (
            (*PRICE, "--world", "price_war", "--robust", "best"),
            '--robust: there is no "best"; there are: mean, worst, quantile',
        ),
        (
            (*PRICE, "--world", "price_war", "--robust", "quantile", "--quantile", "2"),
            '--quantile: must be a number from 0 to 1, was "2"',
        ),
        ((*PRICE, "--trials", "no"), '--trials: must be a whole number from 1 to 100000, was "no"'),
        ((*PRICE, "--store", "letter"), "is neither a store of runs nor an empty folder"),
    ],
)
def test_optimize__tells_a_mistake_in_one_line(command, here, small, options, message):
    (here / "letter").mkdir(exist_ok=True)
    (here / "letter" / "dear.txt").write_text("dear")
    done = command("optimize", small, *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and len(done.err.splitlines()) == 1


@pytest.mark.parametrize("words", [("optimize", "--axis", "brands.Ours.price=[1.8,2.2]", "--trials", "5000"),
                                   ("sweep", "--axis", f"brands.Ours.price={[2 + k / 1e5 for k in range(5000)]}"),
                                   ("sensitivity", "--method", "sobol", "--samples", "2048", "--metric", "share",
                                    "--axis", "brands.Ours.price=[1.8,2.2]")],
                         ids=lambda words: words[0])  # fmt: skip
def test_ctrl_c__says_how_to_go_on(here, small, words):
    command, *options = words
    process = subprocess.Popen(
        [sys.executable, "-m", "loyaltysim", command, small, *options, "--store", "kept"], cwd=here,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not list(here.glob("kept/*.parquet")):
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == 'stopped; "kept" keeps what is done: the same command goes on from there\n'


@pytest.mark.parametrize("on_front", [True, False])
def test_optimize__says_of_a_beaten_design_what_beaten_means(capsys, small, here, on_front):
    scenario = ls.load(here / small)
    row = {"objective": "margin", "effect": 1.0, "effect_low": 0.5, "effect_high": 1.5, "unit": "EUR"}
    front = pd.DataFrame([
        {**row, "trial": 0, "on_front": True, PRICE[1].partition("=")[0]: 2.0},
        {**row, "trial": 3, "on_front": on_front, PRICE[1].partition("=")[0]: 2.1},
    ])  # fmt: skip
    found = SimpleNamespace(front=front, trials=front, refused=[], objectives={"margin": "max"}, scored="in one world")
    show(small, Asked(1, 2, None, {}), found, scenario, None)
    told = " ".join(capsys.readouterr().out.split())
    assert "no other beats" not in told, "which a beaten one would belie"
    assert ("beaten in new runs" in told, "no other beat it in the search" in told) == (not on_front,) * 2
