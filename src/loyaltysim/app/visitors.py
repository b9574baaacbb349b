"""Visitors: how many may use the page at once."""

from __future__ import annotations

from loyaltysim.app.limits import MOST_VISITORS


def too_many() -> str:
    """What to tell a visitor for whom there is no room; empty if there is."""
    from solara.server import kernel_context

    if len(kernel_context.contexts) <= MOST_VISITORS:
        return ""
    return f"{MOST_VISITORS} visitors are here already, which is as many as this page serves. Come back in a while."
