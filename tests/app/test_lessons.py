"""Every lesson shows what it claims, and gives nothing away before one has predicted."""

import json

import pytest

from loyaltysim import load
from loyaltysim.app.closer import PICTURES, drawn
from loyaltysim.app.lessons import BY_NAME, LESSONS
from loyaltysim.app.limits import class_size
from loyaltysim.app.measured import tell
from loyaltysim.app.sliders import sliders
from loyaltysim.app.worlds import Worlds

pytest.importorskip("solara", exc_type=ImportError)
from loyaltysim.app.lesson_panel import walk


@pytest.fixture(params=LESSONS, ids=[lesson.name for lesson in LESSONS])
def lesson(request):
    return request.param


def test_lessons__have_names_of_their_own():
    assert len(BY_NAME) == len(LESSONS)


def test_lesson__can_be_done_with_the_sliders_that_it_shows(lesson):
    known = sliders(load(lesson.market))
    assert set(lesson.sliders) <= set(known) and set(lesson.change) <= set(lesson.sliders)
    assert all(known[path].reaches(value) for path, value in lesson.change.items())
    assert 0 <= lesson.right < len(lesson.choices) and lesson.picture in ("", *PICTURES)


@pytest.mark.slow
def test_lesson__shows_what_it_claims(lesson):
    base = class_size(load(lesson.market))
    worlds, changed = Worlds(base), base.vary(dict(lesson.change))
    while not worlds.go(changed, base.steps):
        pass
    focal = list(base.brands).index(base.focal)
    for told in tell(worlds.pair()):
        if told.measure.name in lesson.shows:
            _, low, high = (part[focal] for part in told.whole[2])
            assert int(low > 0) - int(high < 0) == lesson.shows[told.measure.name], told.measure.name


def test_lesson__tells_the_answer_only_when_it_was_asked_for(lesson):
    before = json.dumps(walk(lesson, -1, False)) + json.dumps(walk(lesson, lesson.right, False))
    assert json.dumps(lesson.surprise)[1:-1] not in before and "verdict" not in before
    assert walk(lesson, lesson.right, True)["verdict"].startswith("As you said")
    wrong = walk(lesson, (lesson.right + 1) % len(lesson.choices), True)
    assert lesson.choices[lesson.right] in wrong["verdict"] and not wrong["verdict"].startswith("As you said")


def test_rivals_lesson__loses_about_half_a_point_of_retention():
    """The one lesson whose answer is a number."""
    lesson = BY_NAME["rival"]
    base = class_size(load(lesson.market))
    worlds = Worlds(base)
    while not worlds.go(base.vary(dict(lesson.change)), base.steps):
        pass
    lost = tell(worlds.pair())[0].whole[2].mean[list(base.brands).index(base.focal)]
    assert lost == pytest.approx(-0.5, abs=0.25)


def test_plane__tells_the_means_of_those_who_bought_the_brand_last():
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 2, "steps": 13})
    worlds = Worlds(base)
    while not worlds.go(base, 5):
        pass
    customers = worlds.pair().base.simulation.customers()
    own = customers[customers["last_brand"] == "Ours"]
    means = f"satisfaction {own['satisfaction[Ours]'].mean():.2f}, bond {own['bond[Ours]'].mean():.2f}"
    assert means in drawn(PICTURES["Satisfaction and bond"], worlds.pair())[0]["says"]


def test_plane__says_where_there_is_no_bond():
    base = load("reference").vary({"population.n_customers": 100, "steps": 13, "behavior.bond": {"kind": "none"}})
    worlds = Worlds(base)
    while not worlds.go(base, 1):
        pass
    assert "no bond" in drawn(PICTURES["Satisfaction and bond"], worlds.pair())[0]["says"]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("steps", [0, 5])
def test_picture__is_drawn_of_both_worlds_from_the_first_step_on(name, steps):
    base = load("grocery").vary({"population.n_customers": 100, "burn_in": 2, "steps": 13})
    worlds = Worlds(base)
    while not worlds.go(base, steps):
        pass
    one, other = drawn(PICTURES[name], worlds.pair())
    assert (one["title"], other["title"]) == ("as it is", "changed")
    assert one["says"] == other["says"] and one["png"] == other["png"]  # nothing was changed
