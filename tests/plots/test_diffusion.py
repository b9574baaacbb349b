"""The moving picture of a neighborhood: whom it shows, and files that are whole and safe."""

import json
import re

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from loyaltysim.plots import diffusion
from loyaltysim.plots.neighborhood import NO_BRAND, PROSPECT, around, scenes, spread_out, ties_among
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation


def market(**changes) -> Scenario:
    """120 customers in two brands' market, most of them prospects."""
    document = {
        "focal": "A",
        "title": "Friends",
        "steps": 12,
        "burn_in": 2,
        "population": {"n_customers": 120, "needs_per_week": 0.3, "price_sensitivity": 1.0},
        "network": {"kind": "small_world", "mean_degree": 6, "rewire": 0.1},
        "brands": {"A": {"price": 2.0, "appeal": 2.5}, "B": {"price": 1.8, "appeal": 2.2}},
        "word_of_mouth": {"acquisition": {"kind": "linear", "p": 0.5, "q": 12.0, "start_share": 0.1}},
    }
    return Scenario.from_document(document).vary({path.replace("__", "."): to for path, to in changes.items()})


def script(path):
    """What the script of a page is given."""
    return json.loads(re.search(r"^const data = (.*);$", path.read_text("utf-8"), re.M)[1])


def test_neighborhood__is_breadth_first_and_joined():
    world = Simulation(market()).world
    rows = around(world, 30, seed=1, customer=7)
    friends = set(world.neighbors.neighbor[world.neighbors.first[7] : world.neighbors.first[8]].tolist())
    assert len(rows) == 30 and {7} | friends <= set(rows.tolist())
    ties = ties_among(world, rows)
    edges = {tuple(edge) for edge in world.neighbors.edges().tolist()}
    assert {(int(rows[a]), int(rows[b])) for a, b in ties} == {
        edge for edge in edges if set(edge) <= set(rows.tolist())
    }
    assert (np.bincount(ties.ravel(), minlength=30) > 0).all()
    one, again, other = (around(world, 30, seed).tolist() for seed in (1, 1, 2))
    assert one == again != other
    assert len(around(world, 1000, seed=1)) == 120


def test_neighborhood__without_ties_is_drawn_by_lot_and_stands_on_a_disk():
    for changes in ({"network": "complete"}, {"network": "none", "word_of_mouth.acquisition.q": 0.0}):
        world = Simulation(market(**changes)).world
        rows = around(world, 40, seed=3)
        assert len(set(rows.tolist())) == 40 and not len(ties_among(world, rows))
    places = spread_out(40, np.empty((0, 2), np.int64), seed=3)
    assert ((places - 0.5) ** 2).sum(1).max() <= 0.25
    assert min(np.hypot(*(a - b)) for a in places for b in places if a is not b and (a != b).any()) > 0.05


def test_neighborhood__is_drawn_in_the_frame_in_parts_and_when_large():
    in_parts = np.array([[0, 1], [1, 2], [3, 4]])
    ring = np.column_stack((np.arange(300), (np.arange(300) + 1) % 300))
    for n, ties in ((6, in_parts), (300, ring)):
        places = spread_out(n, ties, seed=1)
        assert places.shape == (n, 2) and places.min() >= 0 and places.max() <= 1
        assert (places == spread_out(n, ties, seed=1)).all()


def test_scenes__show_what_the_run_knows():
    simulation = Simulation(market())
    rows = around(simulation.world, 60, seed=1)
    told = scenes(simulation, rows, 100)
    assert [one.step for one in told] == list(range(-2, 13))
    came = simulation.newcomers().set_index("customer")
    assert (told[0].state == NO_BRAND).sum() == came.loc[came.index.isin(rows), "channel"].eq("start").sum()
    for one in told[1:]:
        fresh = rows[one.new]
        assert sorted(fresh) == sorted(c for c in rows if c in came.index and came.loc[c, "step"] == one.step - 1)
        assert sum(one.state != PROSPECT) == sum(c in came.index and came.loc[c, "step"] < one.step for c in rows)
    assert all(came.loc[rows[child], "referrer"] == rows[parent] for parent, child in told[-1].brought)
    assert len(told[-1].brought) > 10


def test_scenes__are_no_more_than_wanted_and_nobody_comes_unseen():
    simulation = Simulation(market())
    rows = np.arange(120)
    told = scenes(simulation, rows, 5)
    assert len(told) <= 6 and told[-1].step == 12
    assert sum(one.new.sum() for one in told) == (simulation.newcomers()["channel"] != "start").sum()


def test_diffusion__writes_a_page_that_needs_nothing(tmp_path):
    path = diffusion(market(), tmp_path / "new.html", size=30)
    text = path.read_text("utf-8")
    assert "default-src 'none'" in text and not re.search(r"https?:|<link|<img|src=|@\w+@|\bimport\b", text)
    data = script(path)
    assert len(data["places"]) == 30 and len(data["scenes"]) == 15
    assert [brand["name"] for brand in data["brands"]] == ["A", "B"]
    assert data["scenes"][-1]["caption"].startswith("step 12, week 12: ")
    assert [file.name for file in tmp_path.iterdir()] == ["new.html"]
    again = diffusion(market(), tmp_path / "again.html", size=30)
    assert again.read_text("utf-8") == text


def test_diffusion__page_is_safe_from_names(tmp_path):
    evil = "</script><script>alert(1)</script>&@data@"
    scenario = market(title=f"<b>{evil}")
    named = Scenario.from_document(
        {**_document(scenario), "brands": {"A": {"price": 1.0}, evil: {"price": 1.0}}}
    )  # fmt: skip
    path = diffusion(named, tmp_path / "evil.html", size=10)
    text = path.read_text("utf-8")
    assert text.count("<script>") == text.count("</script>") == 1 and "<b>" not in text
    assert script(path)["brands"][1]["name"] == evil


def _document(scenario):
    import tomllib

    return tomllib.loads(scenario.to_toml())


def test_diffusion__ties_that_change_are_drawn_as_they_are(tmp_path):
    data = script(diffusion(market(network__turnover=20.0), tmp_path / "new.html", size=60))
    assert len(data["ties"]) > 5 and data["scenes"][-1]["ties"] == len(data["ties"]) - 1
    assert len(script(diffusion(market(), tmp_path / "same.html", size=60))["ties"]) == 1


def test_diffusion__writes_a_gif_and_leaves_no_setting_behind(tmp_path):
    before = dict(mpl.rcParams)
    path = diffusion(market(), tmp_path / "new.gif", size=30, pictures=3, seconds=0.1)
    assert dict(mpl.rcParams) == before and [file.name for file in tmp_path.iterdir()] == ["new.gif"]
    with Image.open(path) as image:
        assert 3 <= image.n_frames <= 4
        corner, colors = image.convert("RGB").getpixel((0, 0)), set()
        for place in range(image.n_frames):
            image.seek(place)
            colors |= {color for _, color in image.convert("RGB").getcolors(1 << 20)}
    assert corner == (255, 255, 255)
    assert {(0, 114, 178), (213, 94, 0), (240, 228, 66)} <= colors  # both brands, and newcomers


def test_diffusion__goes_on_from_a_simulation_and_without_prospects(tmp_path):
    simulation = Simulation(market(), replications=range(2)).run(until=4)
    data = script(diffusion(simulation, tmp_path / "half.html", size=20))
    assert len(data["scenes"]) == 9 and simulation.now == 14
    everybody = market(word_of_mouth__acquisition="none")
    assert all(not one["fresh"] for one in script(diffusion(everybody, tmp_path / "all.html"))["scenes"])
    with pytest.raises(ValueError, match="at its end"):
        diffusion(simulation, tmp_path / "end.html")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"path": "new.mp4"}, "ends in .gif or .html, was 'new.mp4'"),
        ({"path": "new.gif", "size": 1}, "2 to 1000"),
        ({"path": "new.gif", "seconds": 0.0}, "0.02 to 60"),
        ({"path": "new.gif", "customer": 120}, "from 0 to 119, was 120"),
    ],
)
def test_diffusion__says_what_it_cannot_do(settings, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        diffusion(market(), **{**settings, "path": tmp_path / settings["path"]})
    assert not list(tmp_path.iterdir())
