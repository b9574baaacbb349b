import numpy as np
import pytest

from loyaltysim.plots import after_promotion
from loyaltysim.plots.after_promotion import promoter


def panels_of(ax):
    return dict(zip(("sold", "gained", "again"), ax.child_axes, strict=True))


def with_moves(data, came, left):
    """The Dataset with so many switches to and from the rival, arrays over steps, and no others."""
    data = data.copy(deep=True)
    moves = np.zeros(data["switches"].shape, np.int64)
    moves[:, :, 0, 1], moves[:, :, 1, 0], moves[:, :, 1, 1] = came, left, 10
    data["switches"] = data["switches"].dims, moves
    return data


def test_after_promotion__share_is_the_mean_around_the_starts(run):
    line = panels_of(after_promotion(run, brand="Rival"))["sold"].get_lines()[0]
    offsets = np.asarray(line.get_xdata() - 0.5).astype(int)
    starts = np.array([s for s in (5, 18, 31, 44) if s + offsets[0] >= 0 and s + offsets[-1] < 52])
    units = run["units"].sel(segment="all").values
    rate = [units[:, starts + o, 1].sum(1) / units[:, starts + o].sum((1, 2)) for o in offsets]
    np.testing.assert_allclose(line.get_ydata(), 100 * np.mean(rate, 1), rtol=1e-12)


def test_after_promotion__the_promotion_is_shaded(run):
    for panel in after_promotion(run, brand="Rival").child_axes:
        (span,) = panel.patches
        assert (span.get_x(), span.get_width()) == (0, 2)


def test_after_promotion__others_promotions_are_hatched(run):
    panel = after_promotion(run, brand="Ours").child_axes[0]
    (strip,) = [c for c in panel.collections if c.get_hatch()]
    assert [(p.vertices[:, 0].min(), p.vertices[:, 0].max()) for p in strip.get_paths()] == [(-4, -3), (8, 9)]


def test_after_promotion__gain_is_what_came_less_what_left(run):
    came, left = np.zeros(52, int), np.zeros(52, int)
    on = run["on_promotion"].sel(brand="Rival").values[0] == 1
    came[on] = 6  # 12 in a promotion of two weeks
    left[np.roll(on, 2)] = 3  # half of them gone in the two weeks after
    panel = panels_of(after_promotion(with_moves(run, came, left), brand="Rival"))["gained"]
    line = panel.get_lines()[0]
    gain = dict(zip(line.get_xdata(), line.get_ydata() * 300 / 100))
    assert [gain[week] for week in (-1, 0, 1, 2, 3, 4, 8)] == pytest.approx([0, 0, 6, 12, 9, 6, 6])
    assert "50 % (95 %: 50 to 50) of the gain is left" in panel.get_title("right")


def test_after_promotion__tells_no_share_left_where_a_trend_would_fool(run):
    on = run["on_promotion"].sel(brand="Rival").values[0] == 1
    panel = panels_of(after_promotion(with_moves(run, np.where(on, 6, 3), np.zeros(52, int)), brand="Rival"))["gained"]
    assert panel.get_title("right") == "what is left cannot be told: the trend before is too strong"


def test_after_promotion__tells_no_share_left_of_nothing_won(run):
    panel = panels_of(after_promotion(with_moves(run, np.zeros(52, int), np.zeros(52, int)), brand="Rival"))["gained"]
    assert panel.get_title("right") == ""


def test_after_promotion__repeat_rate_is_purchases_by_its_customers(run):
    line = panels_of(after_promotion(with_moves(run, np.zeros(52, int), np.full(52, 30)), brand="Rival"))[
        "again"
    ].get_lines()[0]
    np.testing.assert_allclose(line.get_ydata(), 25)


def test_after_promotion__asks_about_the_rival_that_promotes_most(run, runs):
    assert promoter(run) == "Rival"
    assert "Does Rival keep" in after_promotion(run).get_title("left")
    only_ours = run.copy()
    only_ours["on_promotion"] = run["on_promotion"].where(run["brand"] == "Ours", 0)
    assert promoter(only_ours) == "Ours"
    assert promoter(runs["one brand"]) == "Ours"


@pytest.mark.parametrize(
    ("kind", "brand", "message"),
    [
        ("no promotions", None, "Nobody runs a promotion."),
        ("three", "Other", "Other runs no promotion."),
        ("always on promotion", "Rival", "No promotion of Rival begins inside the run."),
    ],
)
def test_after_promotion__says_why_there_is_nothing(runs, kind, brand, message):
    ax = after_promotion(runs[kind], brand=brand)
    assert ax.texts[-1].get_text() == message
    assert not ax.child_axes


def test_after_promotion__knows_its_brands(run):
    with pytest.raises(ValueError, match="Ours, Rival, Other"):
        after_promotion(run, brand="Nobody")
