"""`import loyaltysim` is quick, and each public name is what it says, in whatever order rooms are imported."""

import subprocess
import sys

import pytest

import loyaltysim


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import__brings_no_room():
    code = (
        "import sys, loyaltysim; print(*(n for n in sys.modules if n.startswith(('loyaltysim.', 'numpy', 'pydantic'))))"
    )
    assert run(code) == ""


@pytest.mark.parametrize("name", loyaltysim.__all__)
def test_names__are_there_by_themselves(name):
    assert getattr(loyaltysim, name) is getattr(loyaltysim, name)
    assert name in dir(loyaltysim)


@pytest.mark.slow
@pytest.mark.parametrize("first", ["import loyaltysim.study.questions", "loyaltysim.compare", "loyaltysim.simulate"])
def test_names__stay_functions_whatever_is_imported_first(first):
    rooms = ("data", "measures", "mesa", "plots", "report")
    names = [name for name in loyaltysim.__all__ if name.islower() and name not in rooms]
    assert "simulate" in names
    code = f"import loyaltysim\n{first}\nprint(*(type(getattr(loyaltysim, name)).__name__ for name in {names}))"
    assert set(run(code).split()) == {"function"}


def test_names__that_there_are_not_are_attribute_errors():
    with pytest.raises(AttributeError, match="has no attribute 'simulatte'"):
        _ = loyaltysim.simulatte
