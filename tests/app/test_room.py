"""Room on the pages: as many visitors as it serves are let in, and whoever is not takes no place."""

from types import SimpleNamespace

import pytest

pytest.importorskip("solara", reason="the pages need solara")

import solara
from ipyvuetify import Html
from solara.server import kernel_context

from loyaltysim.app import class_page, mesa_page, visitors
from loyaltysim.app.limits import MOST_VISITORS


@pytest.fixture
def come(monkeypatch):
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


@solara.component
def AMarket():
    """Stands for what a page shows to those who are let in."""
    solara.Text("a market")


@pytest.mark.parametrize("page", [class_page, mesa_page])
def test_page__asks_a_visitor_too_many_to_come_back(page, come, monkeypatch):
    monkeypatch.setattr(page, "Markets", AMarket)

    def sees(name):
        come(name)
        _, context = solara.render(page.Page(), handle_error=False)
        return context.find(Html, tag="span").widget.children[0]

    assert {sees(f"served {k}") for k in range(MOST_VISITORS)} == {"a market"}
    assert sees("late").startswith(f"{MOST_VISITORS} visitors are here already")
