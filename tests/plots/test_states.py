import numpy as np
import pytest

from loyaltysim.plots import states


@pytest.mark.parametrize("place, name", [(0, "satisfaction"), (1, "bond")])
def test_states__lines_are_the_means_of_the_dataset(run, place, name):
    panel = states(run).child_axes[place]
    assert panel.get_ylabel() == f"{name} (score)"
    for line in panel.get_lines():
        expected = run[name].sel(brand=line.get_label(), segment="all").mean("replication")
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-12)
        np.testing.assert_allclose(line.get_xdata(), np.arange(52) + 1)


def test_states__steps_without_a_measurement_are_bridged(runs):
    line = states(runs["every other step"]).child_axes[0].get_lines()[0]
    assert line.get_xdata().tolist() == list(range(2, 53, 2))
    assert np.isfinite(line.get_ydata()).all()


def test_states__says_which_state_is_not_kept(runs):
    above, below = states(runs["no states"]).child_axes
    assert len(above.get_lines()) == 3
    assert below.texts[-1].get_text() == "This scenario keeps no bond."


def test_states__says_when_none_was_measured(runs):
    ax = states(runs["nothing measured"])
    assert "states_every is 0" in ax.texts[-1].get_text()
    assert not ax.child_axes
