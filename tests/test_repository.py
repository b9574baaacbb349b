"""What the tree must not carry, and what must be said once."""

import io
import re
import subprocess
import sys
import tokenize
import tomllib
import zipfile
from collections import Counter

import pytest

LONGEST_FILE = 350  # lines; a file of 300 is already two ideas
DRAWERS = {"utils", "helpers", "common", "misc", "core"}

REGISTRY = re.compile(r"//([\w-]+\.)*(py[p]i|python[h]osted|registry|conda|anaconda)\.[a-z]")
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(home|root|Users|work|tmp|mnt)/[\w.]")

NUMBER = r"E\d+[a-z]?"
DEFINED = re.compile(rf"\*\*\(({NUMBER})\)\*\*")
CITED = re.compile(rf"(?:\(|\beqs?\.\s+)({NUMBER}(?:(?:[,;]\s*|\s+and\s+|–|-){NUMBER})*)")


@pytest.fixture(scope="module")
def tracked(repository):
    """Every file that is, or would be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
    return [repository / name for name in names.split("\0") if name and (repository / name).is_file()]


@pytest.fixture(scope="module")
def sources(repository):
    """Text of every file of the package by its path."""
    package = repository / "src" / "loyaltysim"
    files = sorted(package.rglob("*.py"))
    return {file.relative_to(package).as_posix(): file.read_text("utf-8") for file in files}


def prose(source: str) -> str:
    """The strings and comments of a file, where equations are cited; (E1 * x) in code is no citation."""
    words = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(word.string for word in words if word.type in {tokenize.STRING, tokenize.COMMENT})


def lines_that_match(files, pattern):
    for file in files:
        data = file.read_bytes()
        if b"\0" in data:  # a picture or a table, not text
            continue
        for number, line in enumerate(data.decode("utf-8").splitlines(), start=1):
            if pattern.search(line):
                yield f"{file.name}:{number}: {line.strip()[:100]}"


def test_tree__names_no_package_registry(tracked):
    assert not list(lines_that_match(tracked, REGISTRY))
    assert not {file.name for file in tracked} & {"uv.lock", "pylock.toml"}


def test_tree__names_no_path_of_a_machine(tracked):
    assert not list(lines_that_match(tracked, MACHINE_PATH))


def test_constraints__are_names_and_versions_only(repository):
    line = re.compile(r"[A-Za-z0-9._-]+==[\w.+!]+( ; .+)?")
    text = (repository / "constraints.txt").read_text("utf-8")
    assert not [row for row in text.splitlines() if not line.fullmatch(row)]


def test_sources__files_are_short(sources):
    lengths = {name: text.count("\n") for name, text in sources.items()}
    assert not {name: length for name, length in lengths.items() if length >= LONGEST_FILE}


def test_sources__have_names_of_their_own(sources):
    assert not [name for name in sources if set(name.removesuffix(".py").split("/")) & DRAWERS]


def test_version__is_said_once(repository, sources):
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/loyaltysim/__init__.py"
    said = [name for name, text in sources.items() if re.search(r"^__version__\s*=", text, re.M)]
    assert said == ["__init__.py"]
    assert not re.search(r"^version:", (repository / "CITATION.cff").read_text("utf-8"), re.M)


def test_version__heads_the_changelog(repository, sources):
    version = re.search(r'^__version__ = "(.+)"$', sources["__init__.py"], re.M).group(1)
    newest = re.search(r"^## (\S+)", (repository / "CHANGELOG.md").read_text("utf-8"), re.M).group(1)
    assert newest == version


def test_equations__cited_in_code_are_in_the_model_document(repository, sources):
    defined = Counter(DEFINED.findall((repository / "docs" / "model.md").read_text("utf-8")))
    assert not [number for number, times in defined.items() if times > 1], "defined twice"
    missing = {
        f"{name}: {number}"
        for name, text in sources.items()
        for cited in CITED.findall(prose(text))
        for number in re.findall(NUMBER, cited)
        if number not in defined
    }
    assert not missing


@pytest.mark.slow
def test_wheel__carries_scenarios_and_types(repository, tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    scenarios = (repository / "src" / "loyaltysim" / "scenarios").glob("*.toml")
    shipped = {f"loyaltysim/scenarios/{file.name}" for file in scenarios}
    assert shipped
    assert shipped | {"loyaltysim/py.typed", "loyaltysim/report/odd/model.md"} <= carried
