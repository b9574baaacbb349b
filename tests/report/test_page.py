"""The page opens anywhere, asks nobody for anything, and can be read by everybody."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from loyaltysim import report
from loyaltysim.cli import main
from loyaltysim.faults import path_text
from loyaltysim.report.figures import inline
from loyaltysim.report.findings import ranges
from loyaltysim.report.language import Language
from loyaltysim.report.page import _commands, _facts
from loyaltysim.study.wording import mean_of

pytestmark = pytest.mark.slow  # the report of a small market takes some seconds to work out

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
MOST_BYTES = 5_000_000
WIDTHS = {"phone": 390, "desktop": 1280}


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
def text(written) -> str:
    return (written / "report.html").read_text("utf-8")


def visit(browser, written, told=None, **how):
    page = browser.new_context(**how).new_page()
    if told is not None:
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: told.append(request.url))
    page.goto(f"file://{written / 'report.html'}")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_page__opens_quietly_at_every_width_and_asks_nobody(browser, written, width, scheme):
    told: list[str] = []
    page = visit(browser, written, told, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert [line for line in told if not line.startswith("data:")] == [f"file://{written / 'report.html'}"]
    assert page.evaluate("document.documentElement.scrollWidth") == width  # nothing sticks out
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]


def test_page__has_a_text_for_every_figure(browser, written):
    page = visit(browser, written)
    figures = page.locator("figure")
    assert figures.count() >= 10
    for place in range(figures.count()):
        picture = figures.nth(place).locator("svg")
        assert picture.get_attribute("role") == "img"
        words = page.locator(f"#{picture.get_attribute('aria-labelledby')}").inner_text()
        assert len(words.split()) > 10 and re.search(r"\d", words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page__has_no_serious_finding_of_axe(browser, written, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-playwright-python")
    page = visit(browser, written, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = axe.Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in serious]


def test_page__goes_by_keyboard_from_the_first_link_to_the_answer(browser, written):
    page = visit(browser, written)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the answer"
    page.keyboard.press("Enter")
    page.wait_for_url("**#answer", timeout=10_000)


def test_page__is_small_and_has_no_script_and_no_address(written, text):
    assert (written / "report.html").stat().st_size < MOST_BYTES
    assert "<script" not in text and "default-src 'none'" in text
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)", text)


def test_page__escapes_what_comes_from_the_scenario(text):
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Ærø" in text
    assert "<b>" not in text
    assert "=Ours &amp; &lt;b&gt;Søn&lt;/b&gt;" in text


def test_page__begins_with_the_answers_to_all_questions(text):
    asked = ["Keep or stop the program?", "What does one point of retention cost?", "When does it break even?",
             "Who is paid for what they would have done anyway?", "What if the rival copies it?",
             "What if redemption doubles?", "How bad is the worst tenth?",
             "Which three assumptions matter most?"]  # fmt: skip
    places = [text.index(f">{question}</h3>") for question in asked]
    assert places == sorted(places) and places[-1] < text.index("<figure>")


def test_page__leads_from_the_verdict_to_the_number_behind_it(text, found):
    answer = re.search(r"Keep or stop the program\?</h3>(.*?)</article>", text, re.DOTALL)[1]
    table = re.search(r'<details id="table-worth" open>(.*?)</details>', text, re.DOTALL)[1]
    assert 'href="#table-worth"' in answer
    for launch in (found.launch, found.going_on):
        for number in (mean_of(launch.value), mean_of(launch.retention).times(100)):
            assert f">{Language().mean(number)}<" in table
    assert "other than those of the program under What was compared" in text


def test_page__has_ids_once(text):
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_page__tells_how_to_make_it_again(text, found):
    assert "loyaltysim report mine --of mine --replications 3 --seed 1" in text
    assert "n_customers = 150" in text
    asked = replace(found, axes={'brands."@Rival".price': [1.5, 2.5]}, replications=1)
    assert _commands(asked, "da")[1].endswith(
        """--replications 1 --seed 1 --lang da --axis 'brands."@Rival".price=[1.5,2.5]'"""
    )
    assert _facts(asked, Language())[1:3] == ["39 weeks measured", "1 replication"]


def test_ranges__replace_the_usual_one_however_a_path_is_spelt(found):
    path = found.tried[0].path
    room, _, rest = path.partition(".")
    spelt = f'"{room}".{rest}'
    told = ranges(found.scenario, {spelt: [found.tried[0].low / 2, found.tried[0].high]}, 0.2)
    assert [one.path for one in told] == [one.path for one in found.tried]
    assert told[0].low == found.tried[0].low / 2


def test_report__does_not_go_where_the_results_are(place, capsys, monkeypatch):
    before = sorted((place / "mine").iterdir())
    words = ("report", place / "mine", "--out", place / "mine", "--overwrite", "--quiet")
    monkeypatch.setattr("sys.argv", ["loyaltysim", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "a report needs a folder of its own" in capsys.readouterr().err
    assert sorted((place / "mine").iterdir()) == before and place / "mine" / "manifest.json" in before


def test_page__tells_when_it_was_written_and_of_what(text, found):
    assert f"<dd>{Language().moment(found.when)}</dd>" in text
    assert found.read.manifest["written"] not in text  # told as one says it, not as a machine does


def test_report__is_the_same_again(place, found, written):
    report.write(found, place / "again")
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert {"report.html", "tables.xlsx"} <= {str(path) for path in files}
    assert files == sorted(path.relative_to(place / "again") for path in (place / "again").rglob("*") if path.is_file())
    for path in files:
        assert (written / path).read_bytes() == (place / "again" / path).read_bytes(), path


def test_report__of_a_comparison_is_about_the_one_with_the_program(place):
    read = report.read(place / "both")
    assert (read.baseline, read.subject(), read.subject("none")) == ("none", "mine", "none")


def test_report__without_a_program_tells_of_the_market(place):
    found = report.work_out(report.read(place / "none"))
    report.write(found, place / "no program")
    text = (place / "no program" / "report.html").read_text("utf-8")
    assert "has no loyalty program in this scenario" in text
    assert 'id="customers"' in text and 'id="money"' not in text


def test_page__says_what_is_held_what_is_owed_and_which_levers_are_free(found, text, place):
    owed = found.value.by_replication["liability"].mean()
    assert owed > 0 and "before what members are still owed at the end: " in text
    assert "tries one" in text and "said to cost nothing" not in text
    lever = path_text(("brands", found.scenario.focal, "levers"))
    free = found.scenario.vary({lever: [{"kind": "communication", "cost_each": 0.0}]})
    none_owed = found.value.by_replication.assign(liability=0.0)
    other = replace(
        found,
        read=replace(found.read, scenarios={found.subject: free}),
        value=replace(found.value, by_replication=none_owed),
    )
    report.write(other, place / "free")
    told = (place / "free" / "report.html").read_text("utf-8")
    assert (
        "cost nothing, so their gain is told without its cost: =Ours &amp; &lt;b&gt;Søn&lt;/b&gt;: communication."
        in told
    )
    assert "before what members are still owed" not in told


def test_inline__has_ids_of_its_own_and_colors_by_name():
    head = '<?xml version="1.0"?>\n<svg width="72pt" viewBox="0 0 72 36" xmlns="http://n"><title>T</title>\n'
    body = '<metadata>x</metadata><g id="a"><!-- c --><path style="fill: #222222; clip-path: url(#a)"/></g></svg>'
    found = inline((head + body).encode(), "one")
    assert found.startswith('<svg viewBox="0 0 72 36" role="img" aria-labelledby="about-one" style="--width:96px">')
    assert 'id="one-a"' in found and "url(#one-a)" in found and "fill: var(--ink)" in found
    assert not re.search("metadata|<!--|<title|http", found)


def test_page__tables_break_paths_at_dots_and_group_what_is_told_of_one_thing(text):
    table = re.search(r'<details id="table-register".*?</details>', text, re.DOTALL)[0]
    assert "population.<wbr>price_<wbr>sensitivity</th>" in table
    assert "&lt;b&gt;Søn&lt;/b&gt;&#34;.<wbr>price" in table  # a name that means harm stays escaped
    table = re.search(r'<details id="table-worlds".*?</details>', text, re.DOTALL)[0]
    above, heads = re.findall(r"<tr>(.*?)</tr>", table)[:2]
    assert re.findall(r'colspan="(\d)"', above) == ["3", "3", "3"] and heads.count("<th") == 9
    assert "worth" in above and "worth" not in heads
