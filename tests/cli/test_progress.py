"""Progress: how much is done and the time left on a terminal, and nothing anywhere else."""

import re
import sys
import time

import pytest

from loyaltysim.cli.progress import bar, of_runs


@pytest.mark.slow
def test_bar__tells_what_is_done_and_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with bar(1.0) as tell:
        for done in range(1, 6):
            time.sleep(0.2)
            of_runs(tell)(done, 40)
        time.sleep(0.3)
    told = re.findall(
        r"5 of 40 runs.*?(\d):(\d\d):(\d\d) *left", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    )
    assert told, "35 runs of .2 s are left: 7 s, and more where others work on the same cores"
    hours, minutes, seconds = map(int, told[-1])
    assert hours == minutes == 0 and 5 <= seconds <= 30


def test_bar__is_silent_in_a_pipe_and_where_quiet_is_asked_for(capsys, monkeypatch):
    for quiet in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda quiet=quiet: quiet)
        with bar(1.0, quiet) as tell:
            assert tell is None
    assert capsys.readouterr().err == ""
