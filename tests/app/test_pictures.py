"""Pictures of the page draw what was measured, also where that was not in every step."""

import numpy as np
import pytest

pytest.importorskip("solara", reason="the page needs solara")

import solara

from loyaltysim import load
from loyaltysim.app.mesa_page import OpenedModel
from loyaltysim.app.pictures import pictures

FEW = {"population.n_customers": 200, "burn_in": 2, "steps": 8, "metrics.period_steps": 8}


def drawn(every, monkeypatch):
    """The model after seven measured steps, and its plots as Mesa draws them, by title."""
    model, figures = OpenedModel(scenario=load("grocery").vary({**FEW, "metrics.states_every": every}), rng=1), []
    for _ in range(7):
        model.step()
    monkeypatch.setattr(solara, "FigureMatplotlib", lambda figure, **_: figures.append(figure) or solara.Text(""))
    for picture, _ in pictures(model)[1:-1]:  # between the neighborhood and the words
        _, context = solara.render(picture(model), handle_error=False)
        context.close()
    return model, {figure.axes[0].get_title(loc="left"): figure.axes[0] for figure in figures}


@pytest.mark.parametrize(("every", "steps", "said"), [(3, [3, 6], ", every 3 steps"), (1, [*range(1, 8)], "")])
def test_states__are_drawn_as_lines_between_the_steps_that_measured_them(every, steps, said, monkeypatch):
    model, plots = drawn(every, monkeypatch)
    for what, title in (("satisfaction", "Satisfaction with the brand"), ("bond", "Bond with the brand")):
        ax = plots[title + said]
        for brand, line in zip(model.brands, ax.lines, strict=True):
            x, y = line.get_data()
            assert list(x) == steps and np.isfinite(y).all()
            assert list(y) == [model.series(f"{what}[{brand}]")[model.setup.burn_in + step - 1] for step in steps]
            low, high = ax.get_ylim()
            assert low <= y.min() and y.max() <= high
            assert bool(line.get_marker()) == (every > 1)
    assert all(len(line.get_xdata()) == 7 for line in plots["Purchases a step"].lines)
