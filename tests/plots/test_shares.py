import numpy as np

from loyaltysim.plots import shares


def lines_of(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def bars_of(ax):
    """Begin and end of every bar of promotions by the brand that they are of."""
    labeled = [c for c in ax.collections if str(c.get_label()).endswith(": promotions")]
    spans = {
        c.get_label().removesuffix(": promotions"): [path.vertices[:, 0] for path in c.get_paths()] for c in labeled
    }
    return {name: [(float(x.min()), float(x.max())) for x in xs] for name, xs in spans.items()}


def test_shares__lines_are_the_means_of_the_dataset(run):
    units = run["units"].sel(segment="all")
    share = 100 * (units / units.sum("brand")).mean("replication")
    for name, line in lines_of(shares(run)).items():
        np.testing.assert_allclose(line.get_ydata(), share.sel(brand=name), rtol=1e-12)
        np.testing.assert_allclose(line.get_xdata(), np.arange(52) + 0.5)


def test_shares__add_up_to_a_hundred(run):
    total = sum(line.get_ydata() for line in shares(run).get_lines())
    np.testing.assert_allclose(total, 100)


def test_shares__bars_are_at_the_steps_of_promotions(run):
    bars = bars_of(shares(run))
    assert bars == {"Ours": [(10, 11), (36, 37)], "Rival": [(5, 7), (18, 20), (31, 33), (44, 46)]}


def test_shares__rivals_bars_are_hatched_and_ours_are_not(run):
    hatches = {c.get_label(): c.get_hatch() for c in shares(run).collections if c.get_label().endswith("promotions")}
    assert not hatches["Ours: promotions"]
    assert hatches["Rival: promotions"]


def test_shares__rare_promotions_are_shaded_down_through_the_lines(run, runs):
    spans = sorted((p.get_x(), p.get_x() + p.get_width()) for p in shares(run).patches)
    assert spans == [(5, 7), (10, 11), (18, 20), (31, 33), (36, 37), (44, 46)]
    assert not shares(runs["always on promotion"]).patches


def test_shares__bars_stand_above_all_lines(run):
    ax = shares(run)
    highest = max(band.get_paths()[0].vertices[:, 1].max() for band in ax.collections[:3])
    lowest_bar = min(
        c.get_paths()[0].vertices[:, 1].min() for c in ax.collections if c.get_label().endswith("promotions")
    )
    assert highest / ax.get_ylim()[1] < lowest_bar


def test_shares__long_runs_are_pooled_by_the_week(runs):
    data = runs["daily"]
    ax = shares(data)
    units = data["units"].sel(segment="all").values.reshape(2, 40, 7, 3).sum(2)
    expected = 100 * (units / units.sum(2, keepdims=True)).mean(0)
    np.testing.assert_allclose(lines_of(ax)["Ours"].get_ydata(), expected[:, 0])
    np.testing.assert_allclose(lines_of(ax)["Ours"].get_xdata(), np.arange(40) + 0.5)
    assert any("A point is 7 steps." in text.get_text() for text in ax.texts)


def test_shares__says_when_nothing_was_sold(runs):
    assert shares(runs["no needs"]).texts[-1].get_text() == "Nothing was sold."
