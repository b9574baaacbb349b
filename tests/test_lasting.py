"""Python's search for garbage rests while what stays is made, and goes on as it was."""

import gc
import subprocess
import sys

import pytest

from loyaltysim.lasting import lasting


@pytest.fixture
def _search():
    yield
    gc.enable()


@pytest.mark.parametrize("before", [True, False])
def test_lasting__leaves_the_search_as_it_was(_search, before):
    (gc.enable if before else gc.disable)()
    with pytest.raises(ZeroDivisionError), lasting():
        with lasting():
            assert not gc.isenabled()
        assert not gc.isenabled()  # the outer one still rests
        raise ZeroDivisionError
    assert gc.isenabled() == before


def test_search__goes_on_after_loading_and_simulating():
    short = "ls.load('reference').vary({'population.n_customers': 100, 'steps': 2})"
    code = f"import gc, loyaltysim as ls; ls.simulate({short}); print(gc.isenabled())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]
