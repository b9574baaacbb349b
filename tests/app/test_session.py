"""What a visitor asked for last is what is shown, also when the worlds are on their way to something else."""

from types import SimpleNamespace

import pytest

from loyaltysim.app.session import Asked, Session, _follow


class Cell:
    """A reactive value, without a page to draw."""

    def __init__(self, value):
        self.value = value


class Stepping:
    """Worlds in which something happens to the visitor while a step is under way."""

    def __init__(self, meanwhile):
        self.at, self.meanwhile = 0, meanwhile

    def go(self, changed, step, still):
        self.at = step
        self.meanwhile(step)
        return True

    def pair(self):
        return SimpleNamespace(step=self.at)


def playing(scenario):
    shown = Cell(SimpleNamespace(step=0))
    return Session(scenario, 1, Cell(Asked(step=0, playing=True)), shown, Cell(""))


def test_pausing__shows_no_step_that_was_still_under_way(monkeypatch):
    monkeypatch.setattr("loyaltysim.app.session.PAUSE", 0.0)
    session = playing(SimpleNamespace(steps=30, vary=lambda changes: None))

    def pause_during_the_third(step):
        if step == 3:
            session.go(session.step)

    _follow(session, Stepping(pause_during_the_third), lambda: True)
    assert (session.step, session.asked.value) == (2, Asked(step=2, playing=False))


def test_playing__ends_with_the_run(monkeypatch):
    monkeypatch.setattr("loyaltysim.app.session.PAUSE", 0.0)
    session = playing(SimpleNamespace(steps=30, vary=lambda changes: None))
    seen = []
    _follow(session, Stepping(seen.append), lambda: True)
    assert seen == list(range(31)) and session.step == 30 and not session.asked.value.playing


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        (lambda session: session.go(0), Asked(step=0)),
        (lambda session: session.play_changed({"a": 1.0}), Asked({"a": 1.0}, 0, playing=True)),
    ],
)
def test_what_is_pressed_while_the_last_picture_is_drawn__holds(pressed, asked):
    class Drawing(Cell):
        """Something is pressed while the end is drawn."""

        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if value is not None and value.step == 30:
                pressed(session)

    shown = Drawing(None)
    session = Session(
        SimpleNamespace(steps=30, vary=lambda changes: None), 1, Cell(Asked(step=30, playing=True)), shown, Cell("")
    )
    _follow(session, Stepping(lambda step: None), lambda: True)
    assert session.asked.value == asked
