"""The class page in a real browser: one moves a slider and sees two worlds part, plays, saves, opens, and is told."""

import re
import tomllib

import pytest

from loyaltysim import load
from loyaltysim.app.chart import HEIGHT, WIDTH
from loyaltysim.app.lessons import BY_NAME
from loyaltysim.app.limits import class_size

pytestmark = pytest.mark.slow
SHORT = {"population.n_customers": 400, "burn_in": 4, "steps": 30}
PRICE = "brands.Ours.price"
UNDER_WAY = re.compile(r"Step ([2-9]|[12]\d) of 30")
HOSTILE = "<img src=x onerror=alert(1)>{{constructor}}"


@pytest.fixture(scope="module")
def server(serve):
    return serve("grocery", **SHORT)


@pytest.fixture
def seen(visit, server):
    return look(visit(server.address))


def look(visitor):
    """Wait until the page has come to the end, which is within the first year."""
    visitor.page.locator(".charts img").first.wait_for()
    at_step(visitor, 30)
    return visitor


def cells(visitor, measure="Share"):
    """What the table tells: as it is, changed, difference."""
    row = visitor.page.locator(".numbers tbody tr").filter(has_text=measure)
    return [cell.split("\n")[0] for cell in row.locator("td").all_inner_texts()]


def at_step(visitor, step):
    visitor.page.get_by_text(f"Step {step} of 30").wait_for()
    visitor.page.locator("caption", has_text=f"after {step} of 30").wait_for()


def move(visitor, name, key):
    slider = visitor.page.get_by_role("slider", name=name, exact=True)
    slider.focus()
    slider.press(key)


def parted(visitor):
    """Wait until the changed world is another one, as far as the first."""
    visitor.page.wait_for_function("document.querySelector('.numbers')?.innerText.includes('none') === false")


def test_page__shows_the_same_twice_and_a_slider_parts_the_worlds(seen):
    assert seen.page.locator(".charts img").count() == 9
    assert seen.page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    base, changed, difference = cells(seen)
    assert base == changed and difference == "none"
    move(seen, "Ours: price", "End")
    parted(seen)
    at_step(seen, 30)
    same, dear, difference = cells(seen)
    assert same == base and float(dear) < float(base)
    assert float(difference.replace("−", "-")) == pytest.approx(float(dear) - float(base), abs=0.11)  # as rounded
    seen.press("All as given")
    seen.page.get_by_text("none").first.wait_for()
    at_step(seen, 30)  # worlds that begin anew are shown on their way too
    assert cells(seen)[1] == base
    seen.was_well()


def test_slider__stays_where_the_mouse_drags_it(seen):
    slider = seen.page.get_by_role("slider", name="Ours: price", exact=True)
    field = seen.page.get_by_role("textbox", name=re.compile("^price")).first
    slider.scroll_into_view_if_needed()
    box, mouse = slider.bounding_box(), seen.page.mouse
    height = box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, height)
    mouse.down()
    mouse.move(box["x"] + 0.8 * box["width"], height, steps=8)
    parted(seen)  # the page has answered while the button is still down
    dragged = float(slider.input_value())
    assert dragged == pytest.approx(0.8 * 4, abs=0.2)  # the thumb's own width is no way to go
    mouse.up()
    at_step(seen, 30)
    assert float(slider.input_value()) == float(field.input_value()) == dragged
    field.fill("2.7")
    seen.page.wait_for_function("document.querySelector('input[type=range]').value === '2.7'")
    seen.was_well()


def test_slider__takes_every_key_also_when_they_come_fast(seen):
    slider = seen.page.get_by_role("slider", name="Ours: price", exact=True)
    slider.focus()
    for _ in range(8):
        slider.press("ArrowRight")
    seen.page.wait_for_function("document.querySelector('.setting input[type=text]').value === '2.4'")
    assert slider.input_value() == "2.4"  # 8 steps of 0.05 from 2
    seen.was_well()


def test_page__plays_pauses_steps_and_goes_back(seen):
    seen.press("Reset")
    at_step(seen, 0)
    assert cells(seen) == ["–", "–", "–"]
    seen.press("Step")
    at_step(seen, 1)
    seen.press("Play")
    seen.page.get_by_text(UNDER_WAY).wait_for()
    seen.press("Pause")
    seen.page.get_by_role("button", name="Play", exact=True).wait_for()
    seen.page.wait_for_timeout(300)  # the button may come a moment before the step's number
    stopped = seen.page.locator(".where").inner_text()
    seen.page.wait_for_timeout(1000)
    assert seen.page.locator(".where").inner_text() == stopped
    seen.press("End")
    at_step(seen, 30)
    seen.was_well()


def test_page__is_moved_while_it_plays_and_ends_by_itself(seen):
    seen.press("Reset")
    at_step(seen, 0)
    seen.press("Play")
    seen.page.get_by_text(UNDER_WAY).wait_for()
    move(seen, "Ours: price", "End")
    at_step(seen, 30)
    seen.page.get_by_role("button", name="Play", exact=True).wait_for()
    assert cells(seen)[2].startswith("−")
    seen.was_well()


def test_page__explains_bad_input_in_place_and_keeps_what_was_there(seen):
    before = cells(seen)
    field = seen.page.get_by_role("textbox", name=re.compile("^price"))
    for written, said in (
        ("cheap", "price must be a number, such as 2"),
        ("9", "price must be from 0 to 4 EUR"),
    ):
        field.first.fill(written)
        alert = seen.page.get_by_role("alert").filter(has_text=said)
        alert.wait_for()
        assert field.first.input_value() == written
    assert cells(seen) == before
    field.first.fill("2.5")
    alert.wait_for(state="detached")
    parted(seen)
    assert field.first.input_value() == "2.5"
    seen.was_well()


def test_page__tells_settings_that_do_not_go_together(seen):
    seen.page.locator("summary", has_text="Rival, promotion calendar").click()
    move(seen, "Rival, promotion calendar: weeks", "End")
    move(seen, "Rival, promotion calendar: every weeks", "Home")
    seen.page.get_by_role("alert").wait_for()
    seen.was_well()


def test_page__saves_what_is_changed_and_opens_it_again(seen, visit, server):
    move(seen, "Ours: price", "End")
    parted(seen)
    at_step(seen, 30)
    shown = cells(seen)
    with seen.page.expect_download() as waiting:
        seen.page.get_by_text("Save as TOML").click()
    saved = waiting.value.path()
    document = tomllib.loads(saved.read_text())
    assert document["brands"]["Ours"]["price"] == 4.0
    assert document["population"]["n_customers"] == SHORT["population.n_customers"]
    other = look(visit(server.address))
    other.page.set_input_files("input[type=file]", saved)
    parted(other)
    at_step(other, 30)
    assert cells(other) == shown
    assert other.page.locator("summary", has_text="1 changed").count() == 1
    seen.was_well()
    other.was_well()


def test_page__opens_a_strangers_file_without_running_or_showing_anything_of_it(seen, tmp_path):
    scenario = load("reference").vary({"title": HOSTILE, "steps": 30, "population.n_customers": 2_000_000})
    text = scenario.to_toml()
    opened = tmp_path / "theirs.toml"
    opened.write_text(text)
    seen.page.set_input_files("input[type=file]", opened)
    seen.page.get_by_text(HOSTILE).wait_for()
    seen.page.get_by_text("Outside of this page it has 2,000,000 customers").wait_for()
    at_step(seen, 30)
    assert seen.page.locator("img[src=x]").count() == 0
    seen.page.get_by_text("send the saved file").wait_for()
    bad = tmp_path / "bad.toml"
    for content, said in (
        (f'uses = ["my_program"]\n{text}', "runs no Python"),
        ('extends = "/etc/passwd"', "only a shipped scenario"),
        ("steps = [", "is not valid TOML"),
        ("x" * 300_000, "larger than the 200 kB"),
    ):
        bad.write_text(content)
        seen.page.set_input_files("input[type=file]", bad)
        told = seen.page.get_by_text(said)
        told.wait_for()
        assert "bad.toml" in told.inner_text()
    assert seen.page.get_by_text(HOSTILE).count() == 1  # what was open is still open
    seen.was_well()


def test_link__carries_the_settings(seen, visit, server):
    move(seen, "Ours: price", "End")
    parted(seen)
    at_step(seen, 30)
    link = seen.page.get_by_text("Link to these settings").get_attribute("href")
    other = look(visit(server.address.rstrip("/") + "/" + link))
    parted(other)
    at_step(other, 30)
    assert cells(other) == cells(seen)
    other.was_well()


def test_link__that_asks_for_too_much_is_told(visit, server):
    other = look(visit(f"{server.address}?market=grocery&{PRICE}=99&seed=-1&nothing=<b>1</b>"))
    told = other.page.locator(".told").inner_text()
    assert "price must be from 0 to 4 EUR; it stays as given" in told
    assert "luck must be a whole number from 0 to 1000" in told
    assert 'sets "nothing"' in told
    assert cells(other)[2] == "none"
    other.was_well()


def change_luck(visitor):
    """Ask for other luck, and wait until the market as it is shows it."""
    before = cells(visitor)
    luck = visitor.page.get_by_label("Luck (0 to 1000)")
    luck.fill("7")
    luck.press("Enter")
    visitor.page.wait_for_function(
        """before => { const cell = document.querySelector('.numbers tbody tr:nth-child(2) td');
                       return cell && cell.firstChild.data.trim() !== before; }""",
        arg=before[0],
    )


def test_market__of_another_name_opens_with_its_own_luck(seen):
    seen.page.get_by_role("combobox").or_(seen.page.get_by_role("button", name="Market")).first.click()
    seen.page.get_by_role("option", name="reference", exact=True).click()
    seen.page.locator("caption", has_text="after 52 of 52").wait_for()
    luck = seen.page.get_by_label("Luck (0 to 1000)")
    luck.fill("many")
    luck.press("Enter")
    seen.page.get_by_text("luck must be a whole number").wait_for()
    change_luck(seen)
    seen.was_well()


def test_luck__that_is_another_leaves_what_is_changed(seen):
    move(seen, "Ours: price", "End")
    parted(seen)
    seen.press("Reset")
    at_step(seen, 0)
    for step in (1, 2):
        seen.press("Step")
        at_step(seen, step)
    change_luck(seen)
    at_step(seen, 2)
    assert seen.page.get_by_role("textbox", name=re.compile("^price")).first.input_value() == "4"
    seen.press("End")
    at_step(seen, 30)
    assert cells(seen)[2].startswith("−")
    seen.was_well()


def test_lesson__asks_first_plays_and_then_explains(seen):
    lesson = BY_NAME["satisfied-customers-leave-too"]
    seen.page.get_by_text(lesson.title).click()
    at_step(seen, 0)
    assert seen.page.locator(".setting").count() == len(lesson.sliders)  # its sliders alone
    assert seen.page.get_by_role("button", name="Try it").count() == 0
    seen.page.get_by_label(lesson.choices[0]).check()
    seen.press("Try it")
    at_step(seen, 30)
    assert cells(seen, "Retention")[2] not in ("none", "–")
    assert seen.page.locator(".explained").count() == 0
    link = seen.page.locator("a[href*='seed=7']")
    for _ in range(3):  # twice in a whole suite what was written never came to the server; why was not found
        luck = seen.page.get_by_label("Luck (0 to 1000)")  # what was predicted and how far it has come stay
        luck.fill("7")
        luck.press("Enter")
        seen.page.wait_for_timeout(5000)
        if link.count():
            break
        print("luck was lost:", luck.input_value(), seen.errors, seen.page.locator(".choices").inner_text())
    link.wait_for()
    at_step(seen, 30)
    assert seen.page.get_by_label(lesson.choices[0]).is_checked()
    seen.press("What happened?")
    seen.page.locator(".explained").get_by_text(lesson.happens).wait_for()
    assert seen.page.get_by_label(lesson.choices[0]).is_disabled()
    assert seen.page.locator(".closer img").count() == 2
    assert seen.page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert "lesson=satisfied-customers-leave-too" in seen.page.get_by_text("Link to these settings").get_attribute(
        "href"
    )
    seen.page.get_by_text("All lessons and all sliders").click()
    seen.page.locator("summary", has_text="Rival, promotion calendar").wait_for()
    seen.was_well()


@pytest.mark.parametrize("width, height", [(390, 844), (1280, 900)])
def test_page__fits(visit, server, width, height):
    seen = look(visit(server.address, width=width, height=height))
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    for place in (
        seen.page.locator(".numbers"),
        seen.page.locator(".charts img").first,
        seen.page.locator(".setting").first,
    ):
        box = place.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= width
    picture = seen.page.locator(".charts img").first.bounding_box()
    assert picture["height"] == pytest.approx(picture["width"] * HEIGHT / WIDTH, rel=0.02)
    names = seen.page.locator(".charts img").evaluate_all("all => all.map(one => one.alt)")
    assert len(names) == 9 and all("Ours from" in name for name in names if "difference" not in name)
    seen.was_well()


def test_class_size__is_that_of_the_page():
    assert class_size(load("grocery")).population.n_customers == 2000
