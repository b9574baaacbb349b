import io
import warnings
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from loyaltysim.plots.labels import End, drawable, label_ends, short, spread


def test_spread__leaves_alone_what_stands_apart():
    wanted = np.array([0.2, 0.5, 0.9])
    np.testing.assert_allclose(spread(wanted, np.full(3, 0.1)), wanted)


def test_spread__moves_two_that_collide_by_the_same():
    np.testing.assert_allclose(spread(np.array([0.5, 0.52]), np.full(2, 0.1)), [0.46, 0.56])


def test_spread__keeps_inside_the_axes():
    np.testing.assert_allclose(spread(np.array([-1.0, 2.0]), np.full(2, 0.1), top=0.8), [0.05, 0.75])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10), st.lists(st.floats(0.01, 0.1), min_size=10, max_size=10))
def test_spread__never_overlaps_and_keeps_the_order(wanted, heights):
    heights = np.array(heights[: len(wanted)])
    places = spread(np.sort(wanted), heights)
    assert (np.diff(places) >= (heights[1:] + heights[:-1]) / 2 - 1e-9).all()
    if heights.sum() <= 1:
        assert (places >= heights / 2 - 1e-9).all()
        assert (places <= 1 - heights / 2 + 1e-9).all()


def test_drawable__tells_what_the_font_lacks_and_keeps_the_rest():
    assert drawable("Ærø − 5 €") == "Ærø − 5 €"
    assert drawable("🍎 Ours") == "(red apple) Ours"
    assert drawable("🍎") != drawable("🍏")  # two brands stay two
    assert drawable("👍🏽") == "(thumbs up sign)"
    assert drawable("中国") == "4E2D56FD"


def test_short__of_a_name_with_signs_that_the_font_lacks_is_drawn_without_a_warning():
    figure = Figure()
    figure.text(0, 0, short("🍏 Søn & 中国"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="svg")


def test_short__wraps_and_ends_in_an_ellipsis():
    assert short("Blue") == "Blue"
    assert short("Value Corner Supermarket", 20) == "Value Corner\nSupermarket"
    assert short("One two three four five six seven eight nine ten eleven", 12).endswith("…")


def test_short__takes_a_dollar_for_a_dollar():
    assert short("Save$ $mart") == r"Save\$ \$mart"


def test_label_ends__drawn_names_do_not_cover_each_other():
    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.add_subplot()
    ax.set_ylim(0, 1)
    names = ["Alpha", "Beta", "A name of two lines, at the least", "Gamma", "nowhere"]
    label_ends(ax, [End(1, y, name, "black") for y, name in zip((0.5, 0.51, 0.5, 0.9, np.nan), names)], size=9)
    figure.draw_without_rendering()
    # an annotation's box takes in its leader, so the texts' own boxes are compared
    boxes = sorted((Text.get_window_extent(text) for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 4
    assert all(lower.y1 <= upper.y0 + 1 for lower, upper in pairwise(boxes))
