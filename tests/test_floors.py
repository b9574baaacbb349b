"""An import only goes down, and heavy libraries stay in their rooms."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
LAYERS = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
MODEL, STATE, GROUND = (set(re.findall(r"\w+", layer)) for layer in LAYERS[-3:])

# library → the only rooms that import it
ONLY_IN = {
    "matplotlib": {"plots", "app"},
    "mesa": {"mesa", "app", "bench"},  # the bench holds a NumPy model written as a mesa.Model
    "solara": {"app"},
    "scipy.stats": {"study"},  # slow to import: only where a design asks for its samplers
}
# library → the rooms that never do
NOT_IN = {
    "pandas": MODEL | STATE | GROUND,
    "xarray": MODEL | STATE | GROUND,
}


def imported(source: str) -> set[str]:
    """Every dotted name that a file imports from other packages, those inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_floors__are_those_of_the_contract():
    assert {"behavior", "programs"} <= MODEL
    assert {"customers", "world"} <= STATE
    assert {"jit", "recording"} <= GROUND


def test_imports__only_go_down(repository):
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", lint, "--no-cache"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("library", [*ONLY_IN, *NOT_IN])
def test_imports__heavy_libraries_stay_in_their_rooms(repository, library):
    package = repository / "src" / "loyaltysim"
    strays = []
    for file in sorted(package.rglob("*.py")):
        room = file.relative_to(package).parts[0].removesuffix(".py")
        allowed = room in ONLY_IN[library] if library in ONLY_IN else room not in NOT_IN[library]
        uses = any(f"{name}.".startswith(f"{library}.") for name in imported(file.read_text("utf-8")))
        if uses and not allowed:
            strays.append(str(file.relative_to(package)))
    assert not strays, f"{library} is imported in {', '.join(strays)}"


def test_import_loyaltysim__loads_nothing_heavy():
    code = "import sys, loyaltysim; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"matplotlib", "mesa", "solara", "scipy.stats", "distributed", "sklearn", "statsmodels"}
    assert not heavy & set(done.stdout.split())
