"""Lessons: what each one says happens does, in the page's own two worlds, beyond the interval of the difference."""

import json

import pytest

from loyaltysim.app.lessons import BY_NAME, LESSONS
from loyaltysim.app.limits import class_size
from loyaltysim.app.measured import tell
from loyaltysim.app.offered import as_shipped, offer_first, offered
from loyaltysim.app.sliders import sliders
from loyaltysim.app.worlds import Worlds

ALL = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)


@pytest.mark.slow
@ALL
def test_lesson__happens_as_it_says(lesson):
    base = class_size(offered()[lesson.market])
    worlds, changed = Worlds(base), base.vary(dict(lesson.changes))
    while not worlds.go(changed, base.steps, seconds=10):
        pass
    told = {each.measure.name: each for each in tell(worlds.pair())}
    brands = list(base.brands)
    for (measure, brand), sign in lesson.claims.items():
        difference = told[measure].whole[2].of(brands.index(brand))  # 95 % over ten replications
        if sign == 0:
            assert difference.low <= 0 <= difference.high, f"{measure} of {brand}: {difference}"
            continue
        nearest = difference.low if sign > 0 else difference.high
        assert float(nearest) * sign > 0, f"{measure} of {brand}: {difference}"
    if lesson.hidden:
        measure, brand = lesson.hidden
        one, other, difference = (each.of(brands.index(brand)) for each in told[measure].whole)
        assert one.low < other.mean < one.high and other.low < one.mean < other.high
        assert difference.high - difference.low < (one.high - one.low) / 3


@ALL
def test_lesson__moves_sliders_of_its_market_and_asks_before_it_tells(lesson):
    scenario = offered()[lesson.market]
    known = sliders(class_size(scenario))
    for path, value in lesson.changes.items():
        assert known[path].reaches(value) and known[path].value != value
    assert set(lesson.also) <= set(known)
    assert len(lesson.choices) >= 3 and 0 <= lesson.right < len(lesson.choices)
    assert lesson.question.endswith("?") and all((lesson.look, lesson.happens, lesson.why, lesson.source))
    assert {brand for _, brand in lesson.claims} <= set(scenario.brands)


def test_lessons__are_known_to_be_tested_in_the_markets_that_come_with_the_package_alone(monkeypatch):
    assert all(as_shipped(lesson.market) for lesson in LESSONS)
    monkeypatch.setattr("loyaltysim.app.offered._OWN", {})
    offer_first("grocery", offered()["grocery"])
    assert as_shipped("grocery")
    offer_first("grocery", offered()["grocery"].vary({"brands.Ours.price": 3.0}))
    assert not as_shipped("grocery") and as_shipped("coffee")


def test_lessons__have_titles_of_their_own():
    assert len(LESSONS) >= 18 and len(BY_NAME) == len(LESSONS)


@ALL
def test_lesson__tells_the_answer_only_when_it_was_asked_for(lesson):
    pytest.importorskip("solara", exc_type=ImportError)
    from loyaltysim.app.closer import PICTURES
    from loyaltysim.app.lesson_panel import walk

    assert lesson.picture in ("", *PICTURES)
    before = json.dumps(walk(lesson, -1, False)) + json.dumps(walk(lesson, lesson.right, False))
    assert json.dumps(lesson.happens)[1:-1] not in before and "verdict" not in before
    assert walk(lesson, lesson.right, True)["verdict"].startswith("As you said")
    wrong = walk(lesson, (lesson.right + 1) % len(lesson.choices), True)
    assert lesson.choices[lesson.right] in wrong["verdict"] and not wrong["verdict"].startswith("As you said")
