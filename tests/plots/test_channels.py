import numpy as np
import pytest

from loyaltysim.plots import channels
from loyaltysim.plots.channels import missing
from loyaltysim.plots.interval import interval


def lines_of(panel):
    return {line.get_label(): line for line in panel.get_lines()}


def test_channels__tell_the_counts_of_the_run(coming):
    above, below = channels(coming).child_axes
    assert set(lines_of(above)) == {"advertising", "friends"}
    assert set(lines_of(below)) == {"there at the start", "advertising", "friends"}
    came = coming["entered"].transpose("replication", "step", "channel").values  # a step is a week
    known = interval(came[:, :, 2])
    np.testing.assert_allclose(lines_of(above)["friends"].get_ydata(), known.mean)
    won = coming["won"].sel(brand="Rival").transpose("replication", "step", "channel").values
    (_, rivals) = channels(coming, brand="Rival").child_axes
    np.testing.assert_allclose(lines_of(rivals)["advertising"].get_ydata(), won[:, :, 1].mean(0))


def test_channels__are_a_rate_however_many_steps_a_point_has(runs, coming):
    long = coming.isel(step=np.tile(np.arange(52), 3)).assign_coords(step=np.arange(156))
    (above, _) = channels(long).child_axes
    assert len(lines_of(above)["friends"].get_xdata()) == 52
    weekly = lines_of(channels(coming).child_axes[0])["friends"].get_ydata()
    assert lines_of(above)["friends"].get_ydata().mean() == pytest.approx(np.tile(weekly, 3).mean())


def test_channels__say_why_there_is_nothing(run, coming):
    assert "there from the start" in missing(run)
    assert missing(coming) == ""
    assert missing(coming.drop_vars("entered"))
    with pytest.raises(ValueError, match="no brand 'Mine'; there are: Ours, Rival, Other"):
        channels(coming, brand="Mine")
