"""Tables and their spreadsheet: numbers with units, no formula, and where every number comes from."""

import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from loyaltysim.loading import load
from loyaltysim.report.language import Language
from loyaltysim.report.sources import register
from loyaltysim.report.spreadsheet import fitting
from loyaltysim.report.table import cells
from loyaltysim.report.tables import tables
from loyaltysim.report.worth import worth
from loyaltysim.scenario_file import find, shipped
from loyaltysim.scenario_template import commented
from loyaltysim.study.launches import Launch
from loyaltysim.study.wording import Number

pytestmark = pytest.mark.slow  # the report of a small market takes some seconds to work out


@pytest.fixture(scope="module")
def sheets(written) -> dict[str, str]:
    """The files of tables.xlsx."""
    pytest.importorskip("xlsxwriter")
    with zipfile.ZipFile(written / "tables.xlsx") as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xml", ".rels"))}


def test_spreadsheet__has_no_formula_and_no_link(sheets):
    for name, text in sheets.items():
        assert "<f>" not in text and "<f " not in text, name
        assert "<hyperlink" not in text and "relationships/hyperlink" not in text, name


def test_spreadsheet__keeps_names_as_they_are(sheets):
    assert "=Ours &amp; &lt;b&gt;Søn&lt;/b&gt;" in sheets["xl/sharedStrings.xml"]


def test_spreadsheet__has_every_table(found, sheets):
    keys = ["answers", *(table.key for table in tables(found, Language()))]
    assert re.findall(r'<sheet name="([^"]+)"', sheets["xl/workbook.xml"]) == keys


def test_spreadsheet__cuts_a_text_that_no_cell_holds_with_a_word():
    """Excel counts in UTF-16, where an emoji is two."""
    for text in ("a" * 32_767, "\N{RED APPLE}" * 16_383):
        assert fitting(text, Language()) == text
    for sign, most in (("a", 32_767), ("\N{RED APPLE}", 16_384)):
        told = fitting(sign * (most + 1), Language())
        assert 32_766 <= len(told.encode("utf-16-le")) / 2 <= 32_767
        assert told.strip(sign) == " … (cut here)"


def test_cells__have_the_decimals_that_their_interval_is_worth():
    mean, low, high = cells(Number(89.3301, 89.0402, 89.6198))
    assert (mean, low, high) == (89.3301, 89.0402, 89.6198)  # whole, for the spreadsheet
    assert [one.decimals for one in (mean, low, high)] == [1, 1, 1]
    assert [cells(Number(*ends))[0].decimals for ends in ((5, 0.04, 9.96), (5, 5, 5), (0.25, 0.25, 0.25))] == [2, 0, 2]
    assert Language().both(Number(5.0, 5.0, 5.0), "kr") == "5\N{NO-BREAK SPACE}kr (the same in every replication)"


def test_tables__tell_what_the_program_brought(found):
    by_key = {table.key: table for table in tables(found, Language())}
    parts = found.value.parts.set_index("part")["effect"]
    rows = {row[0]: row[2] for row in by_key["program"].rows}
    assert rows["more revenue"] == parts["revenue"]
    assert rows["margin, what is owed taken off"] == pytest.approx(found.launch.value.mean())
    assert by_key["weeks"].rows[-1][1] == pytest.approx(found.launch.value.mean())
    assert all(len(row) == len(table.columns) for table in by_key.values() for row in table.rows)


def test_tables__tell_what_levers_cost_and_whom_they_choose(found, place):
    by_key = {table.key: table for table in tables(found, Language())}
    ((path, kind, brand, target, weeks, strength, cost, each, paid, contacts),) = by_key["levers"].rows
    assert path.endswith(".levers.0") and (kind, target, weeks, strength) == ("communication", "rfm", 39, 1)
    assert (cost, each) == (39, 0.02)  # a week of it costs 1
    means = {row[1]: row[3] for row in by_key["lever_costs"].rows}
    own = found.data.sel(brand=brand, segment="all").sum("step").mean("replication")
    assert means["cost"] == pytest.approx(39 + 0.02 * means["contacts"]) and means["contacts"] == own["contacts"] > 0
    assert (paid, contacts) == (pytest.approx(means["cost"]), means["contacts"])  # there is one lever
    row = next(row for row in found.read.effects if (row["question"], row["metric"]) == ("levers", "lever_cost"))
    assert row["effect"] == pytest.approx(means["cost"])  # the market without them pays for none


def test_tables__of_a_folder_without_costs_by_lever_leave_them_out(found):
    old = replace(found, read=replace(found.read, runs={
        name: data.drop_dims("lever") for name, data in found.read.runs.items()
    }))  # fmt: skip
    levers = next(table for table in tables(old, Language()) if table.key == "levers")
    assert len(levers.rows[0]) == len(levers.columns) == 8


def test_register__has_the_comment_beside_a_number_and_above_it(place):
    file = place / "mine.toml"
    known = {one.path: one for one in register(load(file), str(file))}
    assert known["population.needs_per_week.mean"].source == "two a month; a panel of 1998"
    assert known["population.price_sensitivity"].source == "assumed here"
    assert known["population.needs_per_week.mean"].unit == "a week"  # that of the trait
    assert known["population.needs_per_week.shape"].unit == ""
    assert known["behavior.experience.spread"].source == "assumed"
    assert known["network.mean_degree"].source == ""  # it is not the default, and nothing is said
    assert "brands.@Rival.ethics" not in known  # 0 by default: off


def test_register__takes_an_authors_line_for_what_it_is(place):
    """An equation is no setting that is switched off, and a comment that begins like the sentence is not it."""
    says = next(one.says for one in register(load(place / "mine.toml"), "") if one.path == "network.mean_degree")
    file = place / "equation.toml"
    lines = f"# tau = 4 weeks, a panel\n# {says[: len(says) // 2]} as a survey of 2001 found\nmean_degree = 6"
    text = (place / "mine.toml").read_text("utf-8")
    file.write_text(text.replace("mean_degree = 6", lines), "utf-8")
    known = {one.path: one.source for one in register(load(file), str(file))}
    found = known["network.mean_degree"]
    assert found.startswith("tau = 4 weeks, a panel") and found.endswith("as a survey of 2001 found")


def test_register__takes_what_a_table_is_said_to_be_for_no_source_of_what_is_not_in_it(tmp_path):
    file = tmp_path / "levers.toml"
    lever = 'kind = "gift"\nevery_weeks = 26  # a plan\ntarget = { kind = "rfm" }  # the best'
    file.write_text(f'extends = "grocery"\n[[brands.Ours.levers]]  # presents\n{lever}\n', "utf-8")
    known = {one.path: one.source for one in register(load(file), str(file))}
    assert known["brands.Ours.levers.0.every_weeks"] == "a plan"
    assert known["brands.Ours.levers.0.jump"] == known["brands.Ours.levers.0.target.share"] == "assumed"
    assert "presents" not in known.values()


def test_register__of_a_file_that_new_wrote_has_the_authors_comments_alone(place):
    file = place / "new.toml"
    file.write_text(commented(load("grocery"), find("grocery").read_text("utf-8")), "utf-8")
    known = {one.path: one.source for one in register(load(file), str(file))}
    assert known["population.needs_per_week.mean"].startswith("The category is bought 1.456 times a quarter")
    assert known["population.segments.Regular.inertia"] == "assumed"
    assert known["burn_in"] == "two years that are not measured, in which bonds grow to nearly what they will be"
    assert known["behavior.bond.jump"] == "assumed"  # at its default, in a table with a sentence of its own
    assert not [path for path, source in known.items() if "default" in source or "Not given" in source]


@pytest.mark.parametrize("name", shipped())
def test_register__of_a_shipped_scenario_has_whole_sentences(name):
    for one in register(load(name), name):
        assert not re.search(r"^(…|and |of those |this,)|the next\b|[,…:]$", one.source), f"{one.path}: {one.source}"


def test_register__does_not_believe_a_file_that_was_changed(place):
    file = place / "mine.toml"
    changed = load(file).vary({"population.price_sensitivity": 3.0})
    known = {one.path: one for one in register(changed, str(file))}
    assert known["population.price_sensitivity"].source == ""
    assert not any("panel" in one.source for one in register(load(file), "nowhere.toml"))


def test_register__follows_what_a_file_extends(place):
    child = place / "child.toml"
    child.write_text('extends = "mine.toml"\n[population]\nn_customers = 100\n', "utf-8")
    known = {one.path: one for one in register(load(child), str(child))}
    assert known["population.price_sensitivity"].source == "assumed here"


def test_worth__has_the_numbers_behind_the_verdict_and_the_price_of_retention(found):
    """Of three replications 30, 31 and 32 kr, and 2.0, 2.1 and 2.2 points: means of 31 and 2.1."""
    ones = np.ones((3, 1))
    on = Launch(ones * [[30.0], [31.0], [32.0]], 0 * ones, ones[:, 0], np.array([0.02, 0.021, 0.022]), ones[:, 0])
    table = worth(replace(found, going_on=on), Language())
    rows = {(row[0], row[1]): row[2:] for row in table.rows}
    going = "going on, against stopping now"
    assert rows[going, "margin, what is owed taken off"][1:] == pytest.approx([31, 28.516, 33.484], abs=1e-3)
    assert rows[going, "retention rate"][:2] == ["percentage points", pytest.approx(2.1)]
    launched = {row[1]: row[3] for row in worth(replace(found, going_on=None), Language()).rows}
    assert launched["margin, what is owed taken off"] == pytest.approx(found.launch.value.mean())
    given = found.value.by_replication
    assert launched["rewards, given or still owed"] == pytest.approx(
        (given["program_cost"] + given["liability"]).mean()
    )


def test_register__has_no_ends_where_nothing_was_tried(found):
    """Without a program no assumption is varied, so no row may say between which ends it was."""
    ends = {"tried from", "to"}
    for one, there in ((found, ends), (replace(found, tornado=None), set())):
        (table,) = (table for table in tables(one, Language()) if table.key == "register")
        assert {head for head, _ in table.columns} & ends == there
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_measured__money_is_told_with_the_time_that_it_is_of(found):
    units = {
        (table.key, str(row[1] if table.key == "effects" else row[0])): row[2]
        for table in tables(found, Language()) if table.key in ("compared", "effects") for row in table.rows
    }  # fmt: skip
    plain = {place: str(unit).replace("\N{NO-BREAK SPACE}", " ") for place, unit in units.items()}
    assert plain["compared", "margin"] == plain["effects", "margin"] == "kr in 39 weeks"
    assert plain["compared", "purchase frequency"] == "purchases of a buyer in 13 weeks"
