"""However a run ends, there is a whole folder or none. Each test ends a process of its own."""

import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from loyaltysim import results

pytestmark = pytest.mark.slow  # each starts processes of its own

COMMAND = [sys.executable, "-m", "loyaltysim", "run", "small.toml", "--replications", "2", "--out", "out"]
LONG = [*COMMAND, "--set", "steps=1_000_000"]  # hours
SECONDS = 60


def start(here, words, **more) -> subprocess.Popen:
    return subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def left(here) -> set[str]:
    return {path.name for path in here.iterdir()} - {"small.toml"}


def wait_for_the_folder(here, process) -> None:
    """Until the run has its temporary folder, so that it is at work."""
    end = time.monotonic() + SECONDS
    while not any(path.name.startswith(".out.") for path in here.rglob(".out.*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.5)


@pytest.mark.parametrize(
    ("which", "code", "told"),
    [(signal.SIGINT, 130, "interrupted\n"), pytest.param(signal.SIGTERM, 143, "", marks=pytest.mark.slow)],
)
def test_ending__a_signal_leaves_nothing(here, small, which, code, told):
    process = start(here, LONG)
    wait_for_the_folder(here, process)
    process.send_signal(which)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (code, "", told)
    assert left(here) == set()


@pytest.mark.slow
def test_ending__a_signal_leaves_the_old_results_alone(here, small):
    subprocess.run([*COMMAND, "--quiet"], cwd=here, check=True, capture_output=True)
    before = {path: path.read_bytes() for path in (here / "out").rglob("*") if path.is_file()}
    process = start(here, [*LONG, "--overwrite"])
    wait_for_the_folder(here, process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert {path: path.read_bytes() for path in (here / "out").rglob("*") if path.is_file()} == before
    assert left(here) == {"out"} and not list(here.rglob("*.part"))


@pytest.mark.parametrize("most", [50_000, *(pytest.param(most, marks=pytest.mark.slow) for most in (100, 100_000))])
def test_ending__a_full_disk_leaves_nothing_and_says_so_in_one_line(here, small, most):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    cache = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    process = start(here, COMMAND, preexec_fn=limit, env=cache)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (1, "")
    assert err == "cannot write: out: File too large\n"
    assert left(here) == set()


@pytest.mark.slow
def test_ending__a_reader_who_stops_reading_is_no_trouble(here, small):
    process = start(here, [*COMMAND, "--json"])
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait(SECONDS) == 141
    assert results.load(here / "out" / "results.nc").sizes["replication"] == 2


def test_ending__a_full_stdout_is_a_failure(here, small):
    with open("/dev/full", "w") as full:
        done = subprocess.run(COMMAND[:-2], cwd=here, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "cannot write: No space left on device\n")
