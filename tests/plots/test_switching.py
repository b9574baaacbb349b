import numpy as np
import pytest

from loyaltysim.plots import switching
from loyaltysim.plots.interval import interval


def numbers_of(ax):
    """The numbers in the cells, rows × columns, intervals and notes left out."""
    cells = [t for t in ax.texts if t.get_text().isdigit() or t.get_text() == "–"]
    columns = len(ax.get_xticks())
    return np.array([t.get_text() for t in cells]).reshape(-1, columns)


def shares_of(data):
    moves = data["switches"].sum("step").values
    moves = np.concatenate([moves, moves.sum(1, keepdims=True)], 1)
    return 100 * moves / moves.sum(2, keepdims=True)


def test_switching__cells_are_shares_of_rows(run):
    ax = switching(run)
    expected = shares_of(run).mean(0)
    drawn = np.concatenate([mesh.get_array().reshape(-1, 3) for mesh in ax.collections])
    np.testing.assert_allclose(drawn, expected)
    np.testing.assert_allclose(drawn.sum(1), 100)
    assert numbers_of(ax).astype(int).tolist() == np.rint(expected).astype(int).tolist()


def test_switching__last_row_is_what_all_bought(run):
    labels = [label.get_text() for label in switching(run).get_yticklabels()]
    assert labels == ["Ours", "Rival", "Other", "all brands"]


def test_switching__tells_half_the_interval(run):
    own = interval(shares_of(run))
    halves = [t.get_text() for t in switching(run).texts if t.get_text().startswith("±")]
    assert halves == [f"±{half:.1f}" for half in ((own.high - own.low) / 2).ravel()]


@pytest.mark.parametrize("kind", ["one replication", "eight brands"])
def test_switching__tells_no_interval_where_there_is_none_or_no_room(runs, kind):
    assert not [t for t in switching(runs[kind]).texts if t.get_text().startswith("±")]


def test_switching__a_brand_that_nobody_had_has_dashes(run):
    data = run.copy()
    data["switches"] = run["switches"].where(run["brand"] != "Other", 0)
    assert numbers_of(switching(data))[2].tolist() == ["–"] * 3


def test_switching__numbers_stand_out_from_their_cells(run):
    ax = switching(run)
    meshes = np.concatenate([mesh.cmap(mesh.norm(mesh.get_array().ravel()))[:, :3] for mesh in ax.collections])
    inks = [t.get_color() for t in ax.texts if t.get_text().isdigit()]

    def luminance(color):
        linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for color, ink in zip(meshes, inks, strict=True):
        bright, dark = luminance(color), 1.0 if ink == "white" else luminance(np.full(3, 0x22 / 255))
        assert (max(bright, dark) + 0.05) / (min(bright, dark) + 0.05) >= 3  # WCAG 2.2, 1.4.11
