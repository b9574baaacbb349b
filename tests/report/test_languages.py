"""The report in other languages: nothing is left in English that a catalog could say, and numbers go by the place."""

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.text import Text

import loyaltysim as ls
from loyaltysim import plots, report
from loyaltysim.faults import split_path
from loyaltysim.plots.words import spoken
from loyaltysim.report.labels import first_clause, label, said_of
from loyaltysim.report.language import ENGLISH, Language, languages
from loyaltysim.report.page import _rivals
from loyaltysim.report.sources import register
from loyaltysim.report.tables import tables
from loyaltysim.scenario_file import shipped
from loyaltysim.study.assumptions import assumptions
from loyaltysim.study.wording import Number

pytest.importorskip("babel")
OTHERS = [code for code in languages() if code != ENGLISH]
NAMES = r"\{(\w+)\}"


def test_languages__are_those_of_the_promise():
    assert languages() == ("en", "da", "nb", "sv")


@pytest.mark.parametrize("code", OTHERS)
def test_catalog__keeps_the_names_of_values(code):
    for english, said in Language(code).catalog.items():
        assert sorted(re.findall(NAMES, english)) == sorted(re.findall(NAMES, said)), english


def test_catalogs__say_the_same_sentences():
    first, *rest = (set(Language(code).catalog) for code in OTHERS)
    assert all(one == first for one in rest)


@pytest.mark.parametrize("code", OTHERS)
def test_catalogs__have_every_sentence_that_the_code_says(code):
    """Those of the page too: `say("…")`."""
    room = Path(report.__file__).parent
    said = set(re.findall(r'say\("([^"]+)"', (room / "page.html").read_text("utf-8")))
    for file in room.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == "say":
                said |= {one.value for one in call.args if isinstance(one, ast.Constant)}
    assert len(said) > 100
    assert said <= set(Language(code).catalog)


def test_numbers__are_grouped_and_pointed_by_the_place():
    number = Number(-1234.5, -1300.25, -1168.75, 1)
    plain = {code: Language(code).both(number, "kr").replace("\N{NO-BREAK SPACE}", " ") for code in languages()}
    assert plain["en"] == "−1,234.5 kr (95 %: −1,300.2 to −1,168.8)"
    assert plain["da"] == "−1.234,5 kr (95 %: −1.300,2 til −1.168,8)"
    assert re.fullmatch(r"−1.234,5 kr \(95 %: −1.300,2 till −1.168,8\)", plain["sv"])


def test_numbers__around_zero_do_not_seem_to_end_there():
    told = [Language().both(number).replace("\N{NO-BREAK SPACE}", " ") for number in (
        Number(-1.1, -2.6, 0.4), Number(0.3, -0.9, 1.5), Number(-30, -60, 0.3),
    )]  # fmt: skip
    assert told[0] == "−1.1 (95 %: −2.6 to 0.4)"
    assert told[1] == "0.3 (95 %: −0.9 to 1.5)"
    assert told[2] == "−30.0 (95 %: −60.0 to 0.3)"


@pytest.mark.parametrize("code", languages())
def test_sentence__that_ends_in_a_unit_with_a_dot_has_one(code):
    said = Language(code).say("Then a launch brings {value}.", value="3 kr.")
    assert said.endswith("3 kr.") and not said.endswith("..")
    assert Language(code).say("Then a launch brings {value}.", value="…").endswith("….")


def test_moment__is_told_as_the_place_tells_it():
    when = datetime(2026, 11, 6, 20, 45, tzinfo=UTC)
    told = {code: Language(code).moment(when) for code in languages()}
    assert told["en"] == "6 November 2026, 20:45 UTC"
    assert told["da"] == "6. november 2026, 20.45 UTC"
    assert told["nb"] == "6. november 2026, 20:45 UTC"
    assert told["sv"] == "6 november 2026, 20:45 UTC"


@pytest.mark.parametrize("code", OTHERS)
def test_catalogs__say_what_a_rival_asks_that_does_not_promote(code):
    prices = {"kind": "best_response", "price_response": 1.0}
    scenario = ls.load("coffee").vary(
        {"brands.Rival.pricing": [prices], "burn_in": 0, "population.n_customers": 50, "steps": 28}
    )
    told = SimpleNamespace(scenario=scenario, data=ls.simulate(scenario), read=SimpleNamespace(baseline=None))
    assert "No rival promotes; but Rival sets its price anew" in _rivals(told, Language())
    said = _rivals(told, Language(code))
    assert "Rival" in said and "No rival" not in said


@pytest.mark.parametrize("name", shipped())
def test_catalogs__have_every_assumption_of(name):
    scenario, english, others = ls.load(name), Language(), [Language(code) for code in OTHERS]
    for one in assumptions(scenario):
        told = label(scenario, one.path, english)
        assert told == one.path or all(label(scenario, one.path, code) != told for code in others), told


@pytest.mark.parametrize("name", shipped())
def test_catalogs__have_every_number_and_unit_of_the_register_of(name):
    scenario, others = ls.load(name), [Language(code) for code in OTHERS]
    for one in register(scenario, name):
        for clause in map(first_clause, said_of(scenario, split_path(one.path))):
            assert all(clause in code.catalog for code in others), clause
        for word in one.unit.split("/"):
            number = word in ("", "1", "%", "logit", scenario.currency)
            assert number or {word, one.unit} & {*others[0].catalog}, one.unit


def test_register__is_told_in_the_language_and_quotes_its_file(found):
    (table,) = (one for one in tables(found, Language("da")) if one.key == "register")
    rows = {row[0]: row[1:4] for row in table.rows}
    told = ["Hvor ofte varen behøves: middelværdi", "om ugen", "“two a month; a panel of 1998”"]
    assert rows["population.needs_per_week.mean"] == told
    assert rows["population.needs_per_week.shape"][1] == "" and rows["behavior.experience.spread"][2] == "antaget"
    assert rows[f'brands."{found.scenario.focal}".programs.0.reward.threshold'][1] == "point"


def test_tables__tell_units_in_the_language(found):
    made = {table.key: table for table in tables(found, Language("da"))}
    assert {"enheder", "kunder", "kr"} == {row[2] for row in made["groups"].rows}
    assert "enheder" in {row[1] for row in made["program"].rows}


def test_pictures__speak_the_language_that_is_lent_to_them():
    frame = pd.DataFrame(
        [{"path": "a", "measure": end, "value": 1.5, "effect": size, "ci_low": size - 1, "ci_high": size + 1,
          "n": 5, "unit": "kr"} for end, size in (("low", -2000.0), ("high", 1500.0))]
    )  # fmt: skip

    def words():
        figure = plots.tornado(frame).figure
        figure.draw_without_rendering()  # ticks are written then
        return {text.get_text() for text in figure.findobj(Text)}

    with spoken(Language("da")):
        danish = words()
    english = words()
    assert {"Hvilke antagelser hviler svaret på?", "1,5", "−1.600"} <= danish
    assert {"Which assumptions does the answer rest on?", "1.5", "−1,600"} <= english


@pytest.mark.slow
@pytest.mark.parametrize("code", OTHERS)
def test_report__says_nothing_that_its_catalog_lacks(found, place, monkeypatch, code):
    missing = set()
    usual = Language.say

    def say(self, sentence, **values):
        if sentence not in self.catalog:
            missing.add(sentence)
        return usual(self, sentence, **values)

    monkeypatch.setattr(Language, "say", say)
    report.write(found, place / code, language=code)
    report.write(replace(found, going_on=None, worlds={}, draws=None), place / f"{code} less", language=code)
    assert missing == set()
    text = (place / code / "report.html").read_text("utf-8")
    assert f'<html lang="{code}">' in text and "Keep or stop" not in text
