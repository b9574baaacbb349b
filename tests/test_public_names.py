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


@pytest.mark.parametrize(
    "first",
    [
        "import loyaltysim.simulate",
        "from loyaltysim.study.compare import compare",
        "from loyaltysim import compare",
        "from loyaltysim.simulate import Simulation",
        "loyaltysim.simulate",
        "import importlib; importlib.import_module('loyaltysim.simulate')",
    ],
)
def test_simulate__is_the_function_though_a_file_has_its_name(first):
    code = f"import loyaltysim\n{first}\nprint(type(loyaltysim.simulate).__name__, loyaltysim.simulate.__name__)"
    assert run(code) == "function simulate"


def test_names__that_there_are_not_are_attribute_errors():
    with pytest.raises(AttributeError, match="has no attribute 'simulatte'"):
        _ = loyaltysim.simulatte
