"""Page: the report as one HTML file that needs nothing but itself. All that comes from a scenario is escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from loyaltysim.report.figures import Figure
from loyaltysim.report.findings import Findings
from loyaltysim.report.language import ENGLISH, Language
from loyaltysim.report.table import Cell, Rounded, Table
from loyaltysim.report.teller import Answer, Teller
from loyaltysim.results import lever_names
from loyaltysim.study.pulled import pulled
from loyaltysim.study.questions import rivals_ask, without_rival_promotions
from loyaltysim.study.wording import UNKNOWN, mean_of, number_of

LONG = 14
"""Tables of more rows are folded away; assumed."""
WIDE = 24
"""Letters of a text from which on its column gets room; assumed."""
_PATH = re.compile(r"\w+\.\S")


def page(
    found: Findings,
    language: Language,
    said: Sequence[Answer],
    drawn: Sequence[Figure],
    made: Sequence[Table],
    *,
    sheets: bool,
) -> str:
    """The page's text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    room = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scenario, read = found.scenario, found.read
    return room.get_template("page.html").render(
        say=language.say,
        cell=lambda value: _cell(value, language),
        lang=language.code,
        found=found,
        scenario=scenario,
        title=scenario.title or found.subject,
        answers=said,
        sections=_sections(found, language),
        figures={figure.name: Markup(figure.inline) for figure in drawn},
        drawn=drawn,
        tables=[table for table in made if table.on_page],
        long=LONG,
        columns=_columns,
        heads=_heads,
        facts=_facts(found, language),
        toml=scenario.to_toml(),
        commands=_commands(found, language.code),
        manifest=read.manifest,
        written=language.moment(found.when),
        results_from=language.moment(datetime.fromisoformat(str(read.manifest["written"])).astimezone()),
        source_hash=found.data.attrs["source_hash"],
        sheets=sheets,
    )


def _cell(value: Cell, language: Language) -> str:
    from markupsafe import Markup, escape

    if isinstance(value, str):  # a path may go on in the next line behind a dot or an underscore
        return Markup(re.sub("[._]", r"\g<0><wbr>", str(escape(value)))) if _PATH.match(value) else value
    if not math.isfinite(value):
        return UNKNOWN
    return language.number(value, value.decimals) if isinstance(value, Rounded) else language.as_set(value)


def _columns(table: Table) -> list[str]:
    """Classes of columns: "n" of numbers, "wide" of long texts."""
    longest = [max((len(str(row[place])) for row in table.rows), default=0) for place in range(table.texts)]
    return [*("wide" if letters >= WIDE else "" for letters in longest), *["n"] * (len(table.columns) - table.texts)]


def _heads(table: Table) -> list[tuple[str, int]]:
    """What stands above columns that are called "what: mean": the words, and over how many; one entry if nothing."""
    words = [name.rpartition(": ")[0] for name, _ in table.columns]
    return [(said, len(list(alike))) for said, alike in groupby(words)]


def _facts(found: Findings, language: Language) -> list[str]:
    """What was simulated, in a line."""
    scenario, say, number = found.scenario, language.say, language.number
    weeks, n = scenario.steps * scenario.calendar.weeks, found.replications
    return [
        say("{n} simulated customers", n=number(scenario.population.n_customers)),
        say("{weeks} measured", weeks=language.weeks(weeks)),
        say("{n} replications", n=n) if n > 1 else say("{n} replication", n=n),
        say("seed {n}", n=found.seed),
    ]


def _commands(found: Findings, lang: str) -> list[str]:
    """The lines that make the folder and this page again."""
    import shlex

    arguments = [str(one) for one in found.read.manifest.get("arguments", [])]
    folder = found.read.folder.name
    axes = [f"{path}=[{','.join(map(repr, ends))}]" for path, ends in found.axes.items()]
    again = f"loyaltysim report {shlex.quote(folder)} --of {shlex.quote(found.subject)}"
    return [
        shlex.join(["loyaltysim", *arguments]),
        f"{again} --replications {found.replications} --seed {found.seed}"
        + (f" --lang {lang}" if lang != ENGLISH else "")
        + "".join(f" --axis {shlex.quote(axis)}" for axis in axes),
        f"loyaltysim reproduce {shlex.quote(folder)}",
    ]


def _sections(found: Findings, language: Language) -> list[dict[str, Any]]:
    """Key, short title, title and words of each section that has something to tell."""
    say, scenario = language.say, found.scenario
    spread = language.number(100 * found.spread)
    compare = found.read.baseline is not None
    runs, own = (
        say("It rests on {n} replications.", n=n) if n > 1 else say("It rests on one replication.")
        for n in (found.data.sizes["replication"], found.replications)
    )
    ends = ""
    if found.tornado is not None and len(found.tornado):
        n, k = int(found.tornado["n"].iloc[0]), 0 if found.draws is None else len(found.draws)
        ends = say("Each end rests on {n} replications, the draws are {k}.", n=n, k=k) if n > 1 else say(
            "Each end rests on one replication, the draws are {k}.", k=k
        )  # fmt: skip
    if ends and found.tornado is not None and (told := found.tornado["path"].nunique()) < len(found.tried):
        ends = say(
            "All {tried} were tried in one replication, at their higher ends; the {told} that moved the value most "
            "there were then put at both: one of the others may still matter.",
            told=told, tried=len(found.tried),
        ) + " " + ends  # fmt: skip
    if ends:
        ends += " " + say(
            "Each interval holds by itself: of many that add nothing, about one in twenty leaves out zero by luck."
        )
    every = [
        ("compared", say("Compared"), say("What was compared"), say(
            "Scenarios with the same customers and the same luck, so that their difference is their own."
        ) if compare else say(
            "The market as it is, and the same market, as lucky, without one thing each."
        ) + _rivals(found, language), True),
        ("customers", say("Customers"), say("Who stays, and who switches"), "", True),
        ("money", say("Money"), say("What the program brings and costs"), say(
            "The program is launched when the measured time begins, and held against the same market without it: same "
            "customers, same luck. What members are owed counts as a cost."
        ) + _other_effects(found, language) + _several(found, language), found.value is not None),
        ("who", say("Who benefits"), say("Who benefits"), say(
            "Customers by what they bought of the brand before the launch: nothing, and thirds of those who bought."
        ) + _owed(found, language), found.value is not None),
        ("levers", say("Levers"), say("What else the brands do"), _levers(found, language),
         bool(pulled(scenario))),
        ("talk", say("Word of mouth"), say("What word of mouth contributes"), say(
            "The market as it is, against the same market in which nothing is heard in all the measured time."
        ) + _other_talk(found, language), found.word_of_mouth is not None),
        ("doubt", say("Assumptions"), say("What the answer rests on"), say(
            "Assumptions were put {spread} % lower and higher (or to the ends asked for), first one at a time, "
            "then all at once by chance. Nothing is set anew to keep sales what they are, so demand itself may move. "
            "Intervals elsewhere on this page cover luck alone.", spread=spread,
        ) + " " + say(
            "Numbers of other kinds were held as the file has them, unless --axis named them: what firms decide, and "
            "what it costs them. These are list prices, costs of goods, qualities and appeals of brands, how often "
            "things go wrong at them, rules and costs of programs, levers, and sizes of segments. Some may be assumed "
            "all the same: they have no ends in the register, and --axis 'PATH=[low,high]' tries one."
        ), found.tornado is not None),
        ("worlds", say("Adverse worlds"), say("Where things go wrong"), say(
            "Sizes are assumed: they say what was tried, not what is likely. Each world lasts for the whole run."
        ), bool(found.worlds)),
        ("register", say("Register"), say("Register of assumptions"), say(
            "Every number of the scenario that is in play, where it comes from, and between which ends it was tried. "
            "What its file says of them is quoted as it stands there."
        ) if found.tornado is not None else say(
            "Every number of the scenario that is in play, and where it comes from. None was tried at other values. "
            "What its file says of them is quoted as it stands there."
        ), True),
    ]  # fmt: skip
    rests = {
        "compared": runs,
        "customers": runs,
        "levers": runs,
        "money": own,
        "who": own,
        "talk": own,
        "worlds": own,
        "doubt": ends,
    }
    return [
        {"key": key, "short": short, "title": title, "words": " ".join(filter(None, (words, rests.get(key))))}
        for key, short, title, words, there in every
        if there
    ]


def _other_effects(found: Findings, language: Language) -> str:
    """Why the effects of a program in its run are others than those of its launch."""
    if not any(row["question"] == "program" for row in found.read.effects):
        return ""
    return " " + language.say(
        "So its effects are other than those of the program under {section}, where the whole run is lived with it or "
        "without it.", section=language.say("What was compared"),
    )  # fmt: skip


def _other_talk(found: Findings, language: Language) -> str:
    """Why word of mouth brings other numbers from the measured time on than in the whole run."""
    if not found.scenario.burn_in or not any(row["question"] == "word_of_mouth" for row in found.read.effects):
        return ""
    return " " + language.say(
        "So its effects are other than those of word of mouth under {section}, where the whole run is lived with it "
        "or without it.", section=language.say("What was compared"),
    )  # fmt: skip


def _several(found: Findings, language: Language) -> str:
    """Which programs are meant, where there are several."""
    said = Teller(found, language).programs()
    return f" {said}" if said else ""


def _owed(found: Findings, language: Language) -> str:
    """What is owed at the end, which is told of no group."""
    owed = None if found.value is None else mean_of(found.value.by_replication["liability"].to_numpy())
    if owed is None or not owed.mean:
        return ""
    return " " + language.say(
        "The margins of groups are those before what members are still owed at the end: {owed} in all, to be taken off "
        "their sum. How much of it each group holds is not told.", owed=language.both(owed, found.scenario.currency),
    )  # fmt: skip


def _rivals(found: Findings, language: Language) -> str:
    """What rivals ask that set their price anew, where no rival promotes."""
    if found.read.baseline is not None or without_rival_promotions(found.scenario) is not None:
        return ""
    return "".join(
        " " + language.say(
            "No rival promotes; but {rival} sets its price anew: {price} {unit} on average, {usual} on the list.",
            rival=name, price=language.number(price, 2), usual=language.number(usual, 2), unit=found.scenario.currency,
        )
        for name, price, usual in rivals_ask(found.scenario, found.data)
    )  # fmt: skip


def _levers(found: Findings, language: Language) -> str:
    """What our levers do together, if the folder has a market without them, and which of them cost nothing."""
    say, scenario = language.say, found.scenario
    rows = {
        row["metric"]: row for row in found.read.effects if row["question"] == "levers" and row["effect"] is not None
    }
    told = [say("Contacts cost what a contact costs, besides the weeks.")]
    if {"margin", "retention_rate"} <= set(rows):
        margin, retention = (number_of(rows[name]) for name in ("margin", "retention_rate"))
        told = [say(
            "All levers of {brand} together change its margin by {margin} and its retention by {retention}, against "
            "the same market, as lucky, without them.", brand=scenario.focal,
            margin=language.both(margin, scenario.currency),
            retention=language.both(retention.times(100), say("percentage points")),
        )]  # fmt: skip
        if not math.isfinite(margin.half):
            told.append(say("One replication has no interval: run more before you decide."))
    every = [lever for brand in scenario.brands.values() for lever in brand.levers]
    own = scenario.brands[scenario.focal].levers
    free = [
        name
        for name, lever in zip(lever_names(scenario), every)
        if any(lever is one for one in own) and lever.is_free and lever.strength
    ]
    if free:
        told.append(say("These are said to cost nothing, so their gain is told without its cost: {levers}.",
                        levers="; ".join(free)))  # fmt: skip
    return " ".join(told)
