"""Playing: the buttons with which a visitor moves through time."""

from __future__ import annotations

import solara

from loyaltysim.app.session import Session


@solara.component
def Playing(session: Session, step_name: str) -> None:
    """Play, pause, step, back to the start, on to the end."""
    playing = session.asked.value.playing
    with solara.Row(classes=["playing"], gap="6px"):
        if playing:
            solara.Button("Pause", icon_name="mdi-pause", on_click=lambda: session.go(session.step), color="primary")
        else:
            solara.Button("Play", icon_name="mdi-play", on_click=session.play, color="primary")
        solara.Button("Step", icon_name="mdi-skip-next", on_click=lambda: session.go(session.step + 1))
        solara.Button("Reset", icon_name="mdi-restart", on_click=lambda: session.go(0))
        solara.Button("End", icon_name="mdi-fast-forward", on_click=lambda: session.go(session.last))
        solara.Text(f"Step {session.step} of {session.last}, each {step_name}", classes=["where"])
