"""`sweep`: a table or JSON of all points, a store that goes on, and every mistake in one line."""

import json
import shlex

import pytest

import loyaltysim as ls
from loyaltysim.study import fill as filling
from loyaltysim.summaries import summary

pytestmark = pytest.mark.slow  # each starts a process of its own

AXES = ("--axis", "brands.Ours.price=[1.9,2.1]", "--replications", "3")


def test_sweep__tells_each_point_and_keeps_all_runs(command, here, small):
    done = command("sweep", small, *AXES, "--store", "kept", "--json")
    assert done.code == 0
    points = done.json["points"]
    assert [point["settings"] for point in points] == [{"brands.Ours.price": 1.9}, {"brands.Ours.price": 2.1}]
    run = ls.replicate(ls.load(here / small).vary({"brands.Ours.price": 2.1}), replications=3)
    expected = float(summary(run, "share").sel(brand="Ours", segment="all").mean())
    assert points[1]["metrics"]["share"]["mean"] == pytest.approx(expected, rel=1e-12)
    assert {path.name for path in (here / "kept").iterdir()} >= {"store.json", "sweep.nc", "sweep.csv"}
    again = command("sweep", small, *AXES, "--store", "kept")
    assert again.code == 0 and again.err == ""
    lines = [line for line in again.out.splitlines() if line.startswith(("1.9 ", "2.1 "))]
    assert len(lines) == 2 and " ± " in lines[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--axis", "brands.Ours.prise=[1,2]"), 'Did you mean "price"?'),
        (
            ("--axis", "brands.Ours.price=[1,2]", "--axis", 'brands."Ours".price=[3]'),
            '--axis: brands."Ours".price is given twice: give all its values in one axis',
        ),
        (("--axis", "brands.Ours.price=2"), "--axis: brands.Ours.price: must be a list of values, was 2"),
        (("--axis", "brands.Ours.price"), '--axis: must be PATH=VALUE, was "brands.Ours.price"'),
        ((*AXES, "--shard", "3/2"), '--shard: must be K/N with K from 1 to N, as 2/8, was "3/2"'),
        (("--axis", 'brands."Ours".price=[-1]'), "--axis: brands.Ours.price: must be at least 0, was -1"),
        (
            (*AXES, "--design", "sobol", "--points", "3"),
            "--points: a Sobol sequence is even for powers of 2: take 2 or 4",
        ),
        ((*AXES, "--points", "3"), "--points: a grid has as many points as its values make; give none"),
        ((*AXES, "--design", "cube"), '--design: no design "cube"; there are: grid, latin_hypercube, sobol'),
        ((*AXES, "--workers", "none"), '--workers: must be a whole number from 1 to 4096, was "none"'),
        ((*AXES, "--store", "letter"), '--store: "letter" is neither a store of runs nor an empty folder'),
    ],
)
def test_sweep__tells_a_mistake_in_one_line_and_writes_nothing(command, here, small, options, message):
    (here / "letter").mkdir(exist_ok=True)
    (here / "letter" / "dear.txt").write_text("dear")
    before = sorted(here.rglob("*"))
    done = command("sweep", small, *options)
    assert (done.code, done.out) == (2, "")
    assert message in done.err and len(done.err.splitlines()) == 1
    assert sorted(here.rglob("*")) == before


def test_sweep__of_json_tells_faults_as_json(command, small):
    done = command("sweep", small, "--axis", "brands.Ours.price=[]", "--json")
    assert done.code == 2
    (fault,) = json.loads(done.out)["faults"]
    assert fault["key"] == "brands.Ours.price" and fault["message"] == "has no values to visit"


def test_failed_runs__are_told_with_the_error_and_a_command_that_runs(command, small, monkeypatch):
    real = filling.Simulation

    def fails(scenario, **settings):
        if scenario.brands["Ours"].price == 2.1:
            raise ArithmeticError("as the test wants")
        return real(scenario, **settings)

    monkeypatch.setattr(filling, "Simulation", fails)
    done = command("sweep", small, *AXES, "--set", "steps=14")
    assert done.code == 1
    first, again, last = done.err.splitlines()
    assert first == "3 runs failed; the first: ArithmeticError: as the test wants"
    assert last == "--store DIR keeps why each of them failed"
    words = shlex.split(again.removeprefix("to make it again: "))
    assert words[2:] == shlex.split(f"{small} --set steps=14 --set brands.Ours.price=2.1 --seed 1 --replications 1")
    assert command(*words[1:]).code == 0


def test_merge__of_shards_leaves_nothing_to_compute(command, here, small, monkeypatch):
    for part in (1, 2):
        command("sweep", small, *AXES, "--shard", f"{part}/2", "--store", f"part{part}")
    done = command("merge", "all", "part1", "part2")
    assert (done.code, done.out, done.err) == (0, '6 runs added to "all"\n', "")
    assert command("merge", "all", "part2", "--json").json["added"] == 0
    monkeypatch.setattr(filling, "do", None)  # nothing may be run
    points = command("sweep", small, *AXES, "--store", "all", "--json").json["points"]
    assert [point["failed"] for point in points] == [0, 0] and points[0]["metrics"]["share"]["mean"] > 0


@pytest.mark.parametrize("other", ["letter", "nothing"])
def test_merge__takes_stores_only_and_makes_none(command, here, other):
    (here / "letter").mkdir()
    done = command("merge", "all", other)
    assert (done.code, done.err) == (2, f'"{other}" is no store of runs\n')
    assert [path.name for path in here.iterdir()] == ["letter"]
