"""Room on the page: as many visitors as it serves are let in, and whoever is not takes no place."""

from types import SimpleNamespace

import pytest

from loyaltysim.app import visitors
from loyaltysim.app.limits import MOST_VISITORS


@pytest.fixture
def come(monkeypatch):
    kernel_context = pytest.importorskip("solara.server.kernel_context", exc_type=ImportError)
    here = {}
    monkeypatch.setattr(kernel_context, "contexts", here)
    monkeypatch.setattr(visitors, "_inside", set())

    def coming(name):
        here[name] = SimpleNamespace(id=name)
        monkeypatch.setattr(kernel_context, "get_current_context", lambda: here[name])
        return visitors.too_many()

    coming.leave = here.pop
    return coming


def test_visitors__who_were_refused_take_no_room(come):
    assert not any(come(f"served {k}") for k in range(MOST_VISITORS))
    assert all(come(f"late {k}") for k in range(5))
    for k in range(4):
        come.leave(f"served {k}")
    assert [bool(come(f"new {k}")) for k in range(5)] == [False] * 4 + [True]


def test_visitors__who_are_inside_stay(come):
    assert not any(come(f"served {k}") for k in range(MOST_VISITORS))
    assert not come("served 3")
