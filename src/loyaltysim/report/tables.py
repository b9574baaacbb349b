"""Tables: the numbers behind the page, for the page itself and for the spreadsheet; every column with its unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loyaltysim.plots.interval import Interval, interval
from loyaltysim.plots.who_benefits import WORDS
from loyaltysim.plots.word_of_mouth_value import PARTS
from loyaltysim.report.findings import Findings
from loyaltysim.report.labels import described, label, unit
from loyaltysim.report.language import Language
from loyaltysim.report.sources import register
from loyaltysim.report.table import Cell, Rounded, Table, cells
from loyaltysim.report.teller import Teller, apart
from loyaltysim.report.worth import worth
from loyaltysim.study.accrued import METRIC
from loyaltysim.study.pulled import cost_of_lever, cost_of_levers, pulled
from loyaltysim.study.stress import AS_IT_IS, WORLDS
from loyaltysim.study.wording import UNKNOWN, is_share, mean_of, number, number_of

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario
    from loyaltysim.study.launches import Launch

METRICS = ("retention_rate", "repeat_rate", "share", "penetration", "purchase_frequency", "revenue", "margin")
TOLD_OF_EFFECTS = ("retention_rate", "repeat_rate", "share", "units", "revenue", "margin", "margin_accrued")
OF_GROUPS = {"program_cost": "rewards", "subsidy": "of them for purchases made anyway"}
"""What is told of groups, as far as it is not called by the metric's own name."""


def tables(found: Findings, language: Language) -> list[Table]:
    """All tables of a report, in the order of the page."""
    one = _Maker(found, language)
    makers = (one.compared, one.effects, one.retention, one.switching, one.worth, one.parts, one.steps, one.groups)
    more = (one.levers, one.lever_costs, one.word_of_mouth, one.tornado, one.draws, one.worlds, one.register)
    return [table for make in (*makers, *more) for table in make() if table.rows]


class _Maker(Teller):
    def ends(self, unit: str) -> list[tuple[str, str]]:
        return [(self.say("mean"), unit), (self.say("95 % from"), unit), (self.say("95 % to"), unit)]

    def over(self, metric: str, unit: str, scenario: Scenario) -> str:
        """A unit, and over which time it is summed: "EUR in 156 weeks"."""
        weeks = scenario.calendar.weeks
        if metric == "purchase_frequency":
            return self.say("purchases of a buyer in {span}", span=self.language.weeks(
                scenario.metrics.period_steps * weeks
            ))  # fmt: skip
        return self.say("{unit} in {span}", unit=self.known(unit), span=self.language.weeks(scenario.steps * weeks))

    def compared(self) -> Iterator[Table]:
        """How the brand fares in each scenario; or each brand, where there is one scenario."""
        runs, focal = self.found.read.runs, self.found.scenario.focal
        several = len(runs) > 1
        rows: list[list[Cell]] = []
        whose = [(name, data, focal) for name, data in runs.items()] if several else [
            (str(brand), self.found.data, str(brand)) for brand in self.found.data["brand"].values
        ]  # fmt: skip
        for metric in METRICS:
            for name, data, brand in whose:
                found = number(data, metric, brand)
                found = found.times(100).within(0, 100) if is_share(metric) else found
                scenario = self.found.read.scenarios.get(name, self.found.scenario)
                unit = "%" if is_share(metric) else self.over(metric, data[metric].attrs["units"], scenario)
                rows.append([self.known(metric.replace("_", " ")), name, unit, *cells(found)])
        heads = [(self.say("what"), ""), (self.say("scenario") if several else self.say("brand"), "")]
        columns = [*heads, (self.say("unit"), ""), *self.ends("")]
        yield Table("compared", "compared", self.say("What was measured"), columns, rows, texts=3)

    def effects(self) -> Iterator[Table]:
        """What is told of the comparison, or of the questions of a run."""
        rows: list[list[Cell]] = []
        for row in self.found.read.effects:
            if row["metric"] in TOLD_OF_EFFECTS and row["effect"] is not None:
                share = is_share(row["metric"])
                scenario = self.found.read.scenarios.get(row["scenario"], self.found.scenario)
                unit = self.say("percentage points") if share else self.over(row["metric"], row["unit"], scenario)
                size = number_of(row).times(100 if share else 1)
                which = (
                    row["scenario"]
                    if row["question"] == "scenario"
                    else self.known(str(row["question"]).replace("_", " "))
                )
                what = self.say("margin, what is owed taken off") if row["metric"] == METRIC else (
                    self.known(row["metric"].replace("_", " "))
                )  # fmt: skip
                rows.append([which, what, unit, *cells(size)])
        columns = [(self.say("of"), ""), (self.say("on"), ""), (self.say("unit"), ""), *self.ends("")]
        yield Table("effects", "compared", self.say("Effects"), columns, rows, texts=3)

    def retention(self) -> Iterator[Table]:
        """By period and brand."""
        data = self.found.data
        rows: list[list[Cell]] = []
        for brand in data["brand"].values:
            own = data["retention_rate"].sel(brand=brand, segment="all").transpose("replication", "period").values
            rate = interval(100 * own)
            rows += [[str(brand), period + 1, *_share(rate.of(period))] for period in range(own.shape[1])]
        columns = [(self.say("brand"), ""), (self.say("period"), self.say("number")), *self.ends("%")]
        yield Table("retention", "customers", self.say("Retention by period"), columns, rows)

    def switching(self) -> Iterator[Table]:
        """Where the next purchase goes."""
        moves = self.found.data["switches"].transpose("replication", "step", "brand", "brand_to").values.sum(1)
        names = [str(name) for name in self.found.data["brand"].values]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = interval(100 * moves / moves.sum(2, keepdims=True))
        rows: list[list[Cell]] = [
            [names[a], names[b], *_share(share.of(a).of(b))]
            for a in range(len(names)) for b in range(len(names))
        ]  # fmt: skip
        columns = [(self.say("bought before"), ""), (self.say("bought next"), ""), *self.ends("%")]
        yield Table("switching", "customers", self.say("Where the next purchase goes"), columns, rows, texts=2)

    def worth(self) -> Iterator[Table]:
        """The numbers behind the verdict and the price of retention."""
        if self.found.launch is not None:
            yield worth(self.found, self.language)

    def parts(self) -> Iterator[Table]:
        """Profit and loss of the program."""
        if self.found.value is None:
            return
        says = {
            "units": self.say("more units sold"), "revenue": self.say("more revenue"),
            "program_fees": self.say("fees of members"), "cost_of_goods": self.say("cost of the goods"),
            "other_costs": self.say("other costs"),
            "subsidy": self.say("rewards for purchases that would have been made anyway"),
            "rewards_won": self.say("rewards for purchases won"), "program_cost": self.say("all rewards"),
            "margin": self.say("margin"), "liability": self.say("rewards still owed"),
            "margin_accrued": self.say("margin, what is owed taken off"),
        }  # fmt: skip
        found = self.found.value.parts.set_index("part")
        rows: list[list[Cell]] = [
            [words, self.known(str(found.loc[part, "unit"])), *cells(number_of(found.loc[part]))]
            for part, words in says.items()
        ]
        columns = [(self.say("with the program less without"), ""), (self.say("unit"), ""), *self.ends("")]
        yield Table("program", "money", self.say("Profit and loss of the program"), columns, rows, texts=2)

    def steps(self) -> Iterator[Table]:
        """Cumulative profit and what is owed, step by step."""
        if self.found.launch is None:
            return
        profit, owed = interval(self.found.launch.accrued), interval(self.found.launch.owed)
        weeks = self.found.scenario.calendar.weeks
        rows: list[list[Cell]] = [
            [weeks * (step + 1), *(float(end[step]) for end in profit), *(float(end[step]) for end in owed)]
            for step in range(len(profit.mean))
        ]
        unit = self.unit
        owes = [(f"{self.say('owed to members')}: {name}", unit) for name, _ in self.ends("")]
        gains = [(f"{self.say('profit so far')}: {name}", unit) for name, _ in self.ends("")]
        columns = [(self.say("since the launch"), self.say("weeks")), *gains, *owes]
        yield Table("weeks", "money", self.say("Profit and liability over time"), columns, rows, on_page=False, texts=0)

    def groups(self) -> Iterator[Table]:
        """Who benefits."""
        if self.found.value is None:
            return
        rows: list[list[Cell]] = [
            [
                self.known(WORDS.get(str(row["group"]), str(row["group"]))),
                self.known(OF_GROUPS.get(str(row["metric"]), str(row["metric"]))),
                self.known(str(row["unit"])),
                *cells(number_of(row)),
            ]
            for row in self.found.value.groups.to_dict("records")
        ]
        columns = [(self.say("bought before"), ""), (self.say("what"), ""), (self.say("unit"), ""), *self.ends("")]
        yield Table("groups", "who", self.say("Who benefits"), columns, rows, texts=3)

    def levers(self) -> Iterator[Table]:
        """Every lever, on whom and when it is pulled, what its weeks and contacts cost, and what all came to."""
        kept = "cost_of_lever" in self.found.data  # not in folders of earlier versions
        rows: list[list[Cell]] = [
            [one.path, one.kind, one.brand, one.target or UNKNOWN, Rounded(one.weeks, 0), one.strength,
             Rounded(one.cost_of_weeks, 0), one.cost_each if one.target else UNKNOWN,
             *([cells(cost)[0], cells(contacts)[0] if one.target else UNKNOWN] * kept)]
            for one in pulled(self.found.scenario)
            for cost, contacts in [cost_of_lever(self.found.data, one.name)]
        ]  # fmt: skip
        heads = (
            "setting",
            "lever",
            "brand",
            "who is chosen",
            "pulled",
            "strength",
            "its weeks cost",
            "a contact costs",
            *(("cost", "contacts") if kept else ()),
        )
        units = ("", "", "", "", self.say("weeks"), "", self.unit, self.unit, self.unit, "")
        columns = [(self.say(head), unit) for head, unit in zip(heads, units)]
        yield Table("levers", "levers", self.say("Levers"), columns, rows, texts=4)

    def lever_costs(self) -> Iterator[Table]:
        """What the levers of each brand that has any cost together, and whom they reached."""
        data, rows = self.found.data, list[list[Cell]]()
        for brand in dict.fromkeys(one.brand for one in pulled(self.found.scenario)):
            cost, share = cost_of_levers(data, brand)
            told = (
                (self.say("cost"), self.unit, cost),
                (self.say("cost, of the margin before it"), "%", share.times(100)),
                (self.say("contacts"), "", number(data, "contacts", brand)),
                (self.say("customers who opted out"), "", number(data, "opted_out", brand)),
            )
            rows += [[brand, what, unit, *cells(one)] for what, unit, one in told]
        columns = [(self.say("brand"), ""), (self.say("what"), ""), (self.say("unit"), ""), *self.ends("")]
        yield Table("lever_costs", "levers", self.say("What levers cost"), columns, rows, texts=3)

    def word_of_mouth(self) -> Iterator[Table]:
        """What is said is worth."""
        frame = self.found.word_of_mouth
        records: list[dict[str, Any]] = [] if frame is None else frame.to_dict("records")
        rows: list[list[Cell]] = [
            [
                self.known(PARTS.get(str(row["part"]), str(row["part"]))),
                self.known(str(row["metric"])),
                self.known(str(row["unit"])),
                *cells(number_of(row)),
            ]
            for row in records
        ]
        columns = [(self.say("part"), ""), (self.say("what"), ""), (self.say("unit"), ""), *self.ends("")]
        yield Table("word_of_mouth", "talk", self.say("What word of mouth is worth"), columns, rows, texts=3)

    def tornado(self) -> Iterator[Table]:
        """What each end of an assumption adds."""
        frame = self.found.tornado
        records: list[dict[str, Any]] = [] if frame is None else frame.to_dict("records")
        rows: list[list[Cell]] = [
            [str(row["path"]), label(self.found.scenario, str(row["path"]), self.language), float(row["value"]),
             *cells(number_of(row))]
            for row in records
        ]  # fmt: skip
        columns = [
            (self.say("assumption"), ""),
            (self.say("what it is"), ""),
            (self.say("tried at"), ""),
            *self.ends(self.unit),
        ]
        yield Table("assumptions", "doubt", self.say("What each assumption adds to the program's value"), columns, rows,
                    texts=2)  # fmt: skip

    def draws(self) -> Iterator[Table]:
        """The value in every draw."""
        draws = self.found.draws
        if draws is None or not len(draws):
            return
        rows: list[list[Cell]] = [[place + 1, float(value)] for place, value in enumerate(np.sort(draws))]
        columns = [(self.say("draw, the worst first"), self.say("number")), (self.say("value"), self.unit)]
        title = self.say("The program's value in every draw")
        yield Table("draws", "doubt", title, columns, rows, on_page=False, texts=0)

    def worlds(self) -> Iterator[Table]:
        """The program's value in adverse worlds."""
        if self.found.launch is None:
            return
        every: dict[str, Launch] = {AS_IT_IS: self.found.launch, **self.found.worlds}
        rows: list[list[Cell]] = []
        for name, launch in every.items():
            value, lost = mean_of(launch.value), mean_of(launch.own_margin - self.found.launch.own_margin)
            says = self.say(WORLDS[name].says) if name in WORLDS else ""
            world = [self.say(name.replace("_", " ")), says]
            differs = apart(launch, self.found.launch) if says else ""
            differs = (
                self.say("not to be told: luck may make the difference") if differs == "open" else self.known(differs)
            )
            rows.append([*world, differs, *cells(value), *cells(lost)])
        worth = [(f"{self.say('worth')}: {name}", self.unit) for name, _ in self.ends("")]
        change = [(f"{self.say('change of our margin')}: {name}", self.unit) for name, _ in self.ends("")]
        heads = ("world", "in which", "a launch brings, against as it is")
        columns = [*((self.say(head), "") for head in heads), *worth, *change]
        yield Table("worlds", "worlds", self.say("The program's value in adverse worlds"), columns, rows, texts=3)

    def sourced(self, source: str) -> str:
        """A source: "assumed" in the language, what its file says in quotes where that is another."""
        head, assumed, what = source.partition("assumed: ")
        if assumed and not head and what in self.language.catalog:
            return self.say("assumed: {what}", what=self.known(what))
        return (
            self.known(source) if source in ("", *self.language.catalog) or not self.language.catalog else f"“{source}”"
        )

    def register(self) -> Iterator[Table]:
        """Every number of the scenario, and where it comes from."""
        tried = {} if self.found.tornado is None else {one.path: one for one in self.found.tried}
        rows: list[list[Cell]] = []
        for known in register(self.found.scenario, self.found.read.named[self.found.subject]):
            one = tried.get(known.path)
            ends: Sequence[Cell] = ("", "") if one is None else (one.low, one.high)
            source = self.sourced(known.source) or self.say("set in the scenario; no source is given")
            says, in_unit = described(self.found.scenario, known.path, self.language), unit(known.unit, self.language)
            rows.append([known.path, says, in_unit, source, known.value, *(ends if tried else ())])
        heads = ("setting", "what it is", "unit", "where it comes from", "value", "tried from", "to")
        columns = [(self.say(head), "") for head in (heads if tried else heads[:-2])]
        yield Table("register", "register", self.say("Register of assumptions"), columns, rows, texts=4)


def _share(of_all: Interval) -> list[Cell]:
    """A share in percent, with one decimal as all in its table (assumed)."""
    return [Rounded(float(end), 1) for end in of_all.within(0, 100)]
