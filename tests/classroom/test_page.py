"""Leaderboard and debrief open anywhere, ask nobody for anything, and can be read by everybody."""

from pathlib import Path

import pytest

from loyaltysim.classroom import debrief, open_game, standings
from loyaltysim.classroom.page import debrief_page, leaderboard_page

from .conftest import MARKET, POINTS, RULES, written

pytestmark = pytest.mark.slow  # a browser starts

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
PAGES = ("leaderboard", "debrief")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright to open the page with")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium to open the page with")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """The pages of a class after its first round, as files."""
    from loyaltysim.classroom import play, save_round

    hand_ins = {f"round_1/{team}.toml": text for team, text in (("Amber", POINTS), ("Blue", ""), ("Cyan", "price = 9"))}
    files = {"class.toml": RULES.replace("rounds = 2", "rounds = 2\nbudget = 5.0"), "market.toml": MARKET, **hand_ins}
    folder = written(tmp_path_factory.mktemp("pages"), files)
    game, place = open_game(folder), folder / "played" / "round_1"
    (place / "state").mkdir(parents=True)
    save_round(play(game, states=place / "state"), place)
    game = open_game(folder)
    (folder / "leaderboard.html").write_text(leaderboard_page(standings(game.played, game.rules), game), "utf-8")
    (folder / "debrief.html").write_text(debrief_page(debrief(game), game), "utf-8")
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_page__opens_quietly_at_every_width_and_asks_nobody(browser, pages, name, width, scheme):
    told: list[str] = []
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: told.append(request.url))
    page.goto(f"file://{pages / name}.html")
    assert [line for line in told if not line.startswith("data:")] == [f"file://{pages / name}.html"]
    assert page.evaluate("document.documentElement.scrollWidth") == width  # nothing sticks out
    assert page.locator("svg[aria-labelledby]").count() == 1
    assert page.locator("tbody tr").count() == 3 * (1 if name == "leaderboard" else 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page__has_no_serious_finding_of_axe(browser, pages, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-playwright-python")
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(f"file://{pages / name}.html")
    found = axe.Axe().run(page).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")]


def test_page__names_who_is_over_the_budget_and_whose_file_was_faulty(pages):
    text = (pages / "leaderboard.html").read_text("utf-8")
    assert "Over the budget, and so behind all who keep to it: Amber." in text
    assert "as the market has it (1 fault in the newest)" in text
