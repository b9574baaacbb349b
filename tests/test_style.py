"""Ruff and mypy find nothing; their settings are in pyproject.toml."""

import subprocess
import sys

import pytest


def run(repository, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff__finds_nothing(repository):
    run(repository, "ruff", "check", "--quiet", "--output-format=concise")


@pytest.mark.slow
def test_mypy__finds_nothing(repository):
    run(repository, "mypy", "--no-error-summary")
