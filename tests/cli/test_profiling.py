"""`run --profile` tells where the time goes, and `warmup` that all is compiled."""

import json
import re

import pytest

from loyaltysim.jit import cache_folder

SMALL = {"population.n_customers": 500, "burn_in": 0, "steps": 14}


def test_profile__command_prints_the_table(command):
    small = [f"--set={path}={value}" for path, value in SMALL.items()]
    done = command("run", "grocery", "--profile", "--json", *small)
    assert done.code == 0
    assert {row["part"] for row in json.loads(done.out)["profile"]} >= {"behavior/logit", "schedule"}
    shown = command("run", "grocery", "--profile", *small)
    assert "behavior/logit" in shown.out and "is Python and NumPy" in shown.out


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--out", "results"), "--out"),
        (("--replications", "10"), "--replications"),
        (("--threads", "2", "--log"), "--threads and --log"),
    ],
)
def test_profile__refuses_options_that_it_would_not_heed(command, here, options, named):
    done = command("run", "grocery", "--profile", *options)
    assert (done.code, done.out, list(here.iterdir())) == (2, "", [])
    assert done.err.startswith(f"--profile: goes without {named}: ") and len(done.err.splitlines()) == 1


def test_warmup__says_where_kernels_are_kept(command):
    done = command("warmup", "--json")
    found = json.loads(done.out)
    assert done.code == 0 and "grocery" in found["scenarios"] and found["folder"]


def test_warmup__names_the_variable_by_which_kernels_are_kept_elsewhere(command, tmp_path, monkeypatch):
    monkeypatch.setattr("loyaltysim.jit.can_be_written", lambda folder: False)
    done = command("warmup")
    assert done.code == 1 and done.err.startswith(f"cannot write: {cache_folder()}: ")
    monkeypatch.setenv(re.search(r"(\w+) may name another folder", done.err)[1], str(tmp_path))
    assert cache_folder.__wrapped__() == tmp_path
