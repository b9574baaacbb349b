"""What the benchmarks take for a number, and what they say of anything else."""

import importlib.util
from argparse import ArgumentTypeError
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def asked():
    file = Path(__file__).parents[2] / "benchmarks" / "asked.py"
    spec = importlib.util.spec_from_file_location("asked", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_whole__reads_numbers_as_people_write_them(asked):
    assert [asked.whole()(text) for text in ("100", "1e6", "1_000_000")] == [100, 10**6, 10**6]


@pytest.mark.parametrize("text", ["99", "1e9", "-5", "150.5", "many", "nan", "inf", ""])
def test_whole__says_what_can_be(asked, text):
    with pytest.raises(ArgumentTypeError, match=f"must be a whole number from 100 to 100,000,000, was {text}"):
        asked.whole()(text)


def test_where__tells_machine_and_versions(asked):
    told = asked.where()
    assert "cores" in told and "numba" in told
