"""Three tiers of tests, and what all of them share.

`pytest --quick` leaves out what is marked `slow` or `long`, plain `pytest` what is marked `long`,
`pytest --long` nothing. What a tier leaves out is deselected, not skipped: a skip is news.
"""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")  # no figure opens a window
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")  # tests run at once already: long work begins no more processes

LEFT_OUT = {"quick": {"slow", "long"}, "default": {"long"}, "long": set()}

# The first example compiles kernels, so no deadline. Where CI runs, the same examples every time;
# before a release, new ones.
_compiles = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=20, derandomize=True, **_compiles)
settings.register_profile("default", max_examples=100, derandomize=True, **_compiles)
settings.register_profile("long", max_examples=1000, print_blob=True, **_compiles)


def pytest_addoption(parser):
    for tier, sentence in (("quick", "nothing slow"), ("long", "everything, before a release")):
        parser.getgroup("loyaltysim").addoption(
            f"--{tier}", dest="tier", action="store_const", const=tier, default="default", help=sentence
        )


def pytest_configure(config):
    settings.load_profile(config.getoption("tier"))


def pytest_report_header(config):
    compiled = "off" if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" else "on"
    return (
        f"loyaltysim: tier {config.getoption('tier')}, Python {platform.python_version()}, "
        f"numba {version('numba')} (compilation {compiled}), numpy {version('numpy')}"
    )


def pytest_collection_modifyitems(config, items):
    marks = LEFT_OUT[config.getoption("tier")]
    left_out = [item for item in items if any(mark.name in marks for mark in item.iter_markers())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def code_of(repository):
    """The blocks of code of a page in a language, in their order: `code_of("docs/class.md", "toml")`."""

    def blocks(page: str, language: str) -> list[str]:
        text = (repository / page).read_text("utf-8")
        return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)

    return blocks


def _seat(simulation, rows=None, brand=None, step: int = 0):
    """Make rows (ascending; everybody if not given) this round's shoppers, with states and offers; they buy `brand`."""
    world, n_customers = simulation.world, simulation.world.customers.n_customers
    shoppers = world.workers[0].shoppers
    rows = np.arange(world.customers.rows) if rows is None else np.asarray(rows)
    n = shoppers.n = len(rows)
    shoppers.rows[:n], shoppers.key[:n] = rows, world.customers.key[rows]
    shoppers.stand_for(0, shoppers.replications)
    shoppers.begins[:] = np.searchsorted(rows, np.arange(world.n_replications + 1) * n_customers)
    world.market.turn(step)
    simulation.schedule.present(shoppers, step, 0)
    shoppers.brand[:n] = -1 if brand is None else brand
    shoppers.find_buyers()
    return shoppers


@pytest.fixture(scope="session")
def seat():
    """Rounds by hand: `seat(simulation, rows, brand, step)` returns the shoppers board, for a sub-model to work on."""
    return _seat
