"""Answers: the questions of the trade, each in words, with a number and its range."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loyaltysim.plots.interval import ratio
from loyaltysim.report.findings import Findings
from loyaltysim.report.labels import label
from loyaltysim.report.language import NO_BREAK, Language
from loyaltysim.report.teller import Teller
from loyaltysim.study.launches import break_even
from loyaltysim.study.program_doubt import worst_tenth, worst_tenth_interval
from loyaltysim.study.wording import Number, mean_of, number_of
from loyaltysim.summaries import summary

ROBUST = 0.9
"""A verdict holds in so many draws, or it is said to rest on assumptions (assumed)."""


class Answer(NamedTuple):
    """One question: the short answer, what it means, and where on the page it is shown."""

    key: str
    question: str
    short: str
    text: str
    see: str
    items: tuple[str, ...] = ()
    """What stands below each other under the text."""
    tone: str = "open"
    """"good" or "bad" where the answer is, else "open"."""

    @property
    def whole(self) -> str:
        """The text and its items in one."""
        return " ".join(filter(None, (self.text, *self.items)))


def answers(found: Findings, language: Language) -> list[Answer]:
    """All questions that arise in the scenario, in the order in which one asks them."""
    one = _Writer(found, language)
    compared = [] if found.read.baseline is None else [one.better(found.read.baseline)]
    if found.value is None or found.launch is None:
        return compared
    return [
        *compared,
        one.keep_or_stop(),
        one.point_of_retention(),
        one.break_even(),
        one.paid_anyway(),
        one.copied(),
        one.redemption_doubles(),
        one.worst_tenth(),
        one.three_assumptions(),
    ]


class _Writer(Teller):
    def verdict(self, number: Number) -> str:
        """Keep it, stop it, or neither: by the interval, and by the draws of assumptions."""
        if not np.isfinite(number.half):
            return self.say("One replication has no interval: run more before you decide.")
        if not number.certain:
            return self.say("Too close to call.")
        robust = self.agreeing(number) >= ROBUST
        if number.mean > 0:
            return self.say("Keep it.") if robust else self.say("Keep it, if the assumptions hold.")
        return self.say("Stop it, or change it.") if robust else self.say("Stop it, if the assumptions hold.")

    def agreeing(self, number: Number) -> float:
        """The share of draws of all assumptions that have the number's sign; 1 without draws."""
        draws = self.found.draws
        return float(np.mean((draws > 0) == (number.mean > 0))) if draws is not None and len(draws) else 1.0

    def better(self, base: str) -> Answer:
        """Which of the compared scenarios earns the focal brand most, and what each does to margin and retention."""
        sizes: dict[str, dict[str, Number]] = {}
        for row in self.found.read.effects:
            if row["question"] == "scenario" and None not in (row["effect"], row["ci_low"], row["ci_high"]):
                own = sizes.setdefault(str(row["scenario"]), {})
                own[row["metric"]] = Number(row["effect"], row["ci_low"], row["ci_high"])
        margins = {name: own["margin"] for name, own in sizes.items() if "margin" in own}
        best = max(margins, key=lambda name: margins[name].mean, default=None)
        tone, short = "open", self.say("Too close to call.")
        if best is not None and all(margin.certain for margin in (*margins.values(), *self.ahead(best, margins))):
            won = margins[best].mean > 0
            tone = "good" if won else "bad"
            short = self.say("{name} earns more than {base}.", name=best if won else base, base=base if won else best)
            if len(margins) > 1:
                short = self.say("{name} earns most.", name=best if won else base)
        items = tuple(
            self.say(
                "{name} instead of {base}: {margin} of margin, {retention} points of retention.",
                name=name, base=base, margin=self.money(own["margin"]),
                retention=self.language.both(own["retention_rate"].times(100)),
            )
            for name, own in sizes.items()
            if {"margin", "retention_rate"} <= set(own)
        )  # fmt: skip
        return Answer("better", self.say("Which of them is better?"), short, "", "compared", items, tone)

    def ahead(self, best: str, margins: dict[str, Number]) -> list[Number]:
        """How far the best is ahead of the other scenarios, as lucky; none where the baseline beats them all."""
        if margins[best].mean < 0:
            return []
        runs, focal = self.found.read.runs, self.found.scenario.focal
        earned = {
            name: np.asarray(summary(runs[name], "margin").sel(brand=focal, segment="all").values, float)
            for name in margins
        }
        return [mean_of(earned[best] - earned[name]) for name in margins if name != best]

    def keep_or_stop(self) -> Answer:
        new, on = mean_of(self.launch.value), self.found.going_on
        deciding = new if on is None else mean_of(on.value)
        lines = []
        if on is not None:
            lines.append(self.say(
                "The program runs already: going on for {span} instead of stopping now brings {value}, what is owed to "
                "members counted on both sides.", span=self.span, value=self.money(deciding),
            ))  # fmt: skip
        lines.append(self.say(
            "From its launch, over {span}, it brings {value} against the same market without it, what is still owed "
            "taken off.", span=self.span, value=self.money(new),
        ))  # fmt: skip
        draws = self.found.draws
        if draws is not None and len(draws):
            lines.append(self.say(
                "With all assumptions off by up to {spread} % at once, a launch pays in {k} of {n} draws.",
                spread=self.language.number(100 * self.found.spread), k=int((draws > 0).sum()), n=len(draws),
            ))  # fmt: skip
        sure = deciding.certain and self.agreeing(deciding) >= ROBUST
        tone = "open" if not sure else "good" if deciding.mean > 0 else "bad"
        question = self.say("Keep or stop the program?")
        return Answer("keep", question, self.verdict(deciding), "", "money", tuple(lines), tone)

    def point_of_retention(self) -> Answer:
        question = self.say("What does one point of retention cost?")
        moved = self.launch.retention
        won = mean_of(moved)
        if not np.isfinite(won.mean) or self.parts is None:
            text = self.say("No period fits into the run, so retention is not measured.")
            return Answer("point", question, self.say("Not measured."), text, "customers")
        gained = self.language.both(won.times(100), self.say("points"))
        paid = (self.parts["program_cost"] + self.parts["liability"]).to_numpy()
        if np.isfinite(won.half) and not won.certain:
            text = self.say("The program moves retention by {points}: that cannot be told from zero.", points=gained)
            if won.high > 0:
                least = f"{self.language.significant(paid.mean() / (100 * won.high))}{NO_BREAK}{self.unit}"
                text += " " + self.say("At the upper end of that, a point takes {least} of rewards.", least=least)
            return Answer("point", question, self.say("It cannot be told."), text, "customers")
        gross, net = (_ratio(amount, 100 * moved) for amount in (paid, -self.launch.value))
        short = self.say("{amount} {unit} of rewards", amount=self.language.mean(gross), unit=self.unit)
        if won.mean < 0:
            text = self.say("Retention falls with the program, by {points}: none is bought.", points=gained)
            return Answer("point", question, self.say("It buys none."), text, "customers")
        lines = [
            self.say("It lifts retention by {points}.", points=gained),
            self.say(
                "Each takes {gross} of rewards, given or still owed, in {span}.",
                gross=self.money(gross),
                span=self.span,
            ),
        ]
        if np.isfinite(net.half) and not net.certain:
            lines.append(self.say(
                "With what members buy more, {net} remain: that cannot be told from zero.", net=self.money(net),
            ))  # fmt: skip
        elif net.mean > 0:
            lines.append(self.say("What members buy more pays part of it back: {net} remain.", net=self.money(net)))
        else:
            back = self.money(net.times(-1))
            lines.append(self.say("What members buy more pays all of it back, and {net} beyond.", net=back))
        return Answer("point", question, short, " ".join(lines), "customers")

    def break_even(self) -> Answer:
        question = self.say("When does it break even?")
        found, end = break_even(self.launch), mean_of(self.launch.value)
        if found.step is None:
            text = self.say(
                "At the end of {span} it stands at {value}, what is owed taken off.",
                span=self.span,
                value=self.money(end),
            )
            if found.earliest is not None:
                text += " " + self.say(
                    "At best, by its interval, after {weeks}.", weeks=self.weeks_text(found.earliest)
                )
                return Answer("even", question, self.say("Perhaps not within {span}.", span=self.span), text, "money")
            return Answer("even", question, self.say("Not within {span}.", span=self.span), text, "money")
        first, short = (
            self.weeks_text(found.earliest or found.step),
            self.say("After {weeks}.", weeks=self.weeks_text(found.step)),
        )
        lines = []
        if found.latest is not None:
            last = self.weeks_text(found.latest)
            lines.append(
                self.say("By its interval between {first} and {last} after the launch.", first=first, last=last)
            )
        elif np.isfinite(end.half):
            short = self.say("After {weeks}, or not at all.", weeks=self.weeks_text(found.step))
            lines.append(self.say(
                "By its interval between {first} after the launch and not at all in {span}.",
                first=first, span=self.span,
            ))  # fmt: skip
        lines.append(self.say("At the end of {span} it stands at {value}.", span=self.span, value=self.money(end)))
        return Answer("even", question, short, " ".join(lines), "money")

    def paid_anyway(self) -> Answer:
        question = self.say("Who is paid for what they would have done anyway?")
        value = self.found.value
        assert value is not None  # `answers` sees to it
        parts = value.parts.set_index("part")
        share = number_of(parts.loc["subsidy_share"]).times(100)
        if not np.isfinite(share.mean):
            return Answer("anyway", question, self.say("Nobody."), self.say("No rewards were given."), "who")
        groups = value.groups.set_index(["group", "metric"])["effect"]
        names = [name for name in dict.fromkeys(value.groups["group"]) if groups[name, "program_cost"] > 0]
        most = max(names, key=lambda name: groups[name, "subsidy"])
        of_all = 100 * groups[most, "program_cost"] / sum(groups[name, "program_cost"] for name in names)
        own = 100 * groups[most, "subsidy"] / groups[most, "program_cost"]
        text = self.say(
            "{share} of all rewards given went to purchases that would have been made without the program.",
            share=self.language.both(share, "%"),
        )
        text += " " + self.say(
            "On average the largest part of that went to {group}: they got {of_all} % of the rewards, {own} % of "
            "theirs for what they would have bought.", group=self.group(most), of_all=self.language.number(of_all),
            own=self.language.number(own),
        )  # fmt: skip
        return Answer(
            "anyway", question, self.say("{share} % of rewards", share=self.language.mean(share)), text, "who"
        )

    def in_world(self, key: str, name: str, question: str, missing: str) -> Answer:
        """What the program is worth in an adverse world, and what that world does to the brand."""
        there = self.found.worlds.get(name)
        if there is None:
            return Answer(key, question, self.say("It does not arise."), missing, "worlds")
        value, lost = mean_of(there.value), mean_of(there.own_margin - self.launch.own_margin)
        told = {"value": self.language.mean(value), "unit": self.unit,
                "usual": self.language.mean(mean_of(self.launch.value))}  # fmt: skip
        apart = mean_of(there.value - self.launch.value)
        if apart.certain or not np.isfinite(apart.half):
            short = self.say("{value} {unit} instead of {usual}", **told)
        else:
            short = self.say("{value} {unit}, not clearly other than {usual}", **told)
        lines = [
            self.say("Then a launch brings {value}.", value=self.money(value)),
            self.pays(value),
            self.say(
                "The brand's margin with the program changes by {lost} in {span}.",
                lost=self.money(lost),
                span=self.span,
            ),
            "" if lost.certain or not np.isfinite(lost.half) else self.say("That cannot be told from zero."),
        ]
        return Answer(key, question, short, " ".join(filter(None, lines)), "worlds")

    def copied(self) -> Answer:
        missing = self.say("There is no rival in this scenario who could copy it.")
        return self.in_world("copy", "rival_copies_program", self.say("What if the rival copies it?"), missing)

    def redemption_doubles(self) -> Answer:
        missing = self.say("Members of this program do not collect towards a reward.")
        return self.in_world("double", "redemption_doubles", self.say("What if redemption doubles?"), missing)

    def worst_tenth(self) -> Answer:
        question = self.say("How bad is the worst tenth?")
        draws = self.found.draws
        if draws is None or not len(draws):
            return Answer("worst", question, self.say("Not measured."), self.say("No draw was possible."), "doubt")
        worst = Number(worst_tenth(draws), *worst_tenth_interval(draws))
        text = self.say(
            "The mean of the worst tenth of {n} draws, in which all assumptions are off by up to {spread} % and luck "
            "is another, is {worst}; half of the draws lie between {low} and {high} {unit}.",
            n=len(draws), spread=self.language.number(100 * self.found.spread), worst=self.money(worst),
            low=self.language.number(np.quantile(draws, 0.25)), high=self.language.number(np.quantile(draws, 0.75)),
            unit=self.unit,
        )  # fmt: skip
        short = f"{self.language.mean(worst)} {self.unit}"
        return Answer("worst", question, short, text, "doubt")

    def three_assumptions(self) -> Answer:
        question = self.say("Which three assumptions matter most?")
        frame = self.found.tornado
        if frame is None or not len(frame):
            text = self.say("The scenario assumes nothing that could be varied.")
            return Answer("three", question, self.say("None."), text, "doubt")
        n, tried = int(frame["n"].iloc[0]), len(self.found.tried)
        if n < 2:
            text = self.say("One replication has no interval: run more before you decide.")
            return Answer("three", question, self.say("It cannot be told."), text, "doubt")
        ends = {
            path: {end: number_of(row) for end, row in rows.set_index("measure").iterrows()}
            for path, rows in frame.groupby("path", sort=False)
        }
        sure = [path for path in ends if any(end.certain for end in ends[path].values())][:3]
        if not sure:
            text = self.say(
                "Of {n} assumptions tried, none adds anything to what a launch brings that can be told from zero.",
                n=tried,
            )
            return Answer("three", question, self.say("None can be told from luck."), text, "doubt")
        text = self.say("What the lower and the higher end of each adds to what a launch brings:")
        if len(sure) < 3:
            text = self.say("No other of {n} can be told from zero.", n=tried) + " " + text
        names = [label(self.found.scenario, path, self.language) for path in sure]
        lines = tuple(self.both_ends(name, path, ends[path]) for name, path in zip(names, sure))
        return Answer("three", question, " · ".join(names), text, "doubt", lines)

    def both_ends(self, name: str, path: str, ends: dict[str, Number]) -> str:
        """What both ends of an assumption add, and where they are."""
        one = next(one for one in self.found.tried if one.path == path)
        return self.say(
            "{name}, {path}: {low} at {at_low}, {high} at {at_high}.",
            name=name, path=path, low=self.money(ends["low"]), high=self.money(ends["high"]),
            at_low=self.language.significant(one.low), at_high=self.language.significant(one.high),
        )  # fmt: skip


def _ratio(above: np.ndarray, below: np.ndarray) -> Number:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = ratio(above, below)
    return Number(float(found.mean), float(found.low), float(found.high))
