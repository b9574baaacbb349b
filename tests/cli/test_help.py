"""Help is quick, has an example for every command, and imports nothing that a command needs."""

import re
import resource
import subprocess
import sys

import pytest

from loyaltysim import __version__
from loyaltysim.cli.app import EXAMPLES
from loyaltysim.cli.complete import scenarios, targets

NAMES = [example.split()[1] for example in EXAMPLES.values()]
SECONDS = 0.4  # the promise; CPU seconds, since others work on the same cores


def test_help__names_every_command(command):
    done = command("--help")
    assert done.code == 0
    for name in ("run", "compare", "sweep", "check", "new", "schema", "scenarios", "validate", "bench"):
        assert name in NAMES and re.search(rf"^│ {name} ", done.out, re.M)


@pytest.mark.parametrize("name", NAMES)
def test_help__of_every_command_has_an_example_and_words_on_every_option(command, name):
    done = command(name, "--help")
    assert done.code == 0
    assert f"Example: loyaltysim {name}" in done.out
    options = re.findall(r"^│ [* ]*(--[a-z]+)", done.out, re.M)
    assert options
    for option in options:
        (line,) = re.findall(rf"^│ [* ]*{option}\b.*", done.out, re.M)
        assert re.search(r" [A-Z][a-z]+", line), line


@pytest.mark.parametrize("name", [None, *NAMES])
def test_help__examples_name_options_that_there_are(command, name):
    example = dict(zip(NAMES, EXAMPLES.values())).get(name, "")
    known = command(*([name] if name else []), "--help").out
    assert all(option in known for option in re.findall(r"--[a-z]+", example))


def test_version__is_that_of_the_package(command):
    done = command("--version")
    assert (done.code, done.out) == (0, f"loyaltysim {__version__}\n")


def test_help__imports_nothing_heavy():
    code = "import sys\nfrom loyaltysim.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, "run", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    heavy = {"numpy", "numba", "scipy", "pandas", "xarray", "matplotlib", "mesa", "loyaltysim.scenario"}
    assert not heavy & set(done.stderr.split())


def test_help__is_quick():
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "loyaltysim", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < SECONDS


def test_completion__offers_scenarios_files_and_targets(here):
    (here / "rest.toml").write_text("")
    (here / "sub").mkdir()
    (here / "sub" / "mine.toml").write_text("")
    assert scenarios("re") == ["reference", "referral", "rest.toml"]
    assert scenarios("sub/") == ["sub/mine.toml"]
    assert {"D1", "D16"} <= set(targets("d1"))
    assert all(id_.startswith("D1") for id_ in targets("d1"))


def test_completion__is_asked_for_by_the_shell():
    words = {"COMP_WORDS": "loyaltysim run refere", "COMP_CWORD": "2", "_LOYALTYSIM_COMPLETE": "complete_bash"}
    code = "import sys; sys.argv[0] = 'loyaltysim'; from loyaltysim.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=words)
    assert done.stdout.split() == ["reference"]


def test_command__lets_python_not_look_for_garbage_before_it_ends():
    # A process of its own: the end belongs to it. Nothing is left to look through.
    code = (
        "import atexit, gc, sys; sys.argv[:] = ['loyaltysim', '--version']; from loyaltysim.cli import main\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0))\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"
