"""Answers: the questions of the trade, each in words, with a number and its range."""

from __future__ import annotations

import numpy as np

from loyaltysim.plots.interval import ratio
from loyaltysim.plots.who_benefits import WORDS
from loyaltysim.report.better import better
from loyaltysim.report.findings import Findings
from loyaltysim.report.keep import keep_or_stop
from loyaltysim.report.labels import labels
from loyaltysim.report.language import NO_BREAK, Language
from loyaltysim.report.teller import Answer, Teller, apart
from loyaltysim.report.worth import PLACE
from loyaltysim.study.launches import break_even
from loyaltysim.study.program_doubt import worst_tenth
from loyaltysim.study.wording import Number, digits_of, mean_of, number_of


def answers(found: Findings, language: Language) -> list[Answer]:
    """All questions that arise in the scenario, in the order in which one asks them."""
    one = _Writer(found, language)
    compared = [] if found.read.baseline is None else [better(one, found.read.baseline)]
    if found.value is None or found.launch is None:
        return compared
    return [
        *compared,
        keep_or_stop(one),
        one.point_of_retention(),
        one.break_even(),
        one.paid_anyway(),
        one.copied(),
        one.redemption_doubles(),
        one.worst_tenth(),
        one.three_assumptions(),
    ]


class _Writer(Teller):
    def point_of_retention(self) -> Answer:
        question = self.say("What does one point of retention cost?")
        known = np.isfinite(self.launch.retention)
        moved = self.launch.retention[known]
        won = mean_of(self.launch.retention)
        if not np.isfinite(won.mean) or self.by_replication is None:
            text = self.say("No period fits into the run, so retention is not measured.")
            return Answer("point", question, self.say("Not measured."), text, PLACE)
        gained = self.language.both(won.times(100), self.say("percentage points"))
        paid = (self.by_replication["program_cost"] + self.by_replication["liability"]).to_numpy()[known]
        if won.mean == 0 or (np.isfinite(won.half) and not won.certain):
            text = self.say("The program moves retention by {points}: that cannot be told from zero.", points=gained)
            if won.high > 0:
                least = f"{self.language.significant(paid.mean() / (100 * won.high))}{NO_BREAK}{self.unit}"
                text += " " + self.say("At the upper end of that, a point takes {least} of rewards.", least=least)
            return Answer("point", question, self.say("It cannot be told."), text, PLACE)
        gross, net = (_ratio(amount, 100 * moved) for amount in (paid, -self.launch.value[known]))
        short = self.say("{amount} {unit} of rewards", amount=self.language.mean(gross), unit=self.unit)
        if won.mean < 0:
            lost = self.language.both(won.times(-100), self.say("percentage points"))
            text = self.say("Retention falls with the program, by {points}: none is bought.", points=lost)
            return Answer("point", question, self.say("It buys none."), text, PLACE)
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
                "What members buy more pays part of it back; {net} remain to be paid, which cannot be told from zero.",
                net=self.money(net),
            ) if net.mean > 0 else self.say(
                "What members buy more pays it back, and {net} beyond, which cannot be told from zero.",
                net=self.money(net.times(-1)),
            ))  # fmt: skip
        elif net.mean > 0:
            lines.append(self.say("What members buy more pays part of it back: {net} remain.", net=self.money(net)))
        else:
            back = self.money(net.times(-1))
            lines.append(self.say("What members buy more pays all of it back, and {net} beyond.", net=back))
        if not np.isfinite(won.half):
            lines.append(self.say("One replication has no interval: run more before you decide."))
        return Answer("point", question, short, " ".join(lines), PLACE)

    def break_even(self) -> Answer:
        question = self.say("When does it break even?")
        found, end = break_even(self.launch), mean_of(self.launch.value)
        if not self.launch.accrued.any():
            text = self.say("The market is the same with the program and without it.")
            return Answer("even", question, self.say("It neither costs nor earns."), text, "money")
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
                "By its interval {first} after the launch at the earliest, and perhaps not at all in {span}.",
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
            "On average the largest part of that went to one group, “{group}”: it got {of_all} % of the rewards, "
            "{own} % of its for what it would have bought.", group=self.known(WORDS[most]),
            of_all=self.language.number(of_all), own=self.language.number(own),
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
        differs = apart(there, self.launch)
        if differs == "the same":
            short = self.say("{value} {unit}, the same", **told)
        elif differs != "open":
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
            )
            if lost.mean or lost.half
            else self.say("The brand's margin with the program is the same."),
            ""
            if lost.certain or not lost.mean or not np.isfinite(lost.half)
            else self.say("That cannot be told from zero."),
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
        worst, digits = worst_tenth(draws), digits_of(draws)
        mean, low, high, *each = (
            self.language.number(value, digits) for value in (worst.mean(), *np.quantile(draws, (0.25, 0.75)), *worst)
        )
        text = self.say(
            "Of {n} draws, in which all assumptions are off by up to {spread} % and luck is another, the worst bring "
            "{each} {unit}; half of the draws lie between {low} and {high} {unit}. So few do not tell how bad it may "
            "get: worse is possible.",
            n=len(draws), spread=self.language.number(100 * self.found.spread), each="; ".join(each), low=low,
            high=high, unit=self.unit,
        )  # fmt: skip
        short = self.say(
            "{mean} {unit}, the mean of the worst {k} of {n} draws",
            mean=mean, unit=self.unit, k=len(worst), n=len(draws),
        )  # fmt: skip
        return Answer("worst", question, short, f"{text} {self.held()}", "doubt")

    def three_assumptions(self) -> Answer:
        question = self.say("Which three assumptions matter most?")
        frame = self.found.tornado
        if frame is None or not len(frame):
            text = self.say("The scenario assumes nothing that could be varied.")
            return Answer("three", question, self.say("None."), text, "doubt")
        tried, told = len(self.found.tried), frame["path"].nunique()
        if int(frame["n"].iloc[0]) < 2:
            text = self.say("One replication has no interval: run more before you decide.")
            return Answer("three", question, self.say("It cannot be told."), text, "doubt")
        ends = {
            path: {end: number_of(row) for end, row in rows.set_index("measure").iterrows()}
            for path, rows in frame.groupby("path", sort=False)
        }
        sure = [path for path in ends if any(end.certain for end in ends[path].values())][:3]
        if not sure:
            text = self.say(
                "Of {n} assumptions, none adds anything to what a launch brings that can be told from zero.", n=told
            )
            text = " ".join(filter(None, (text, self.screened(told, tried), self.held())))
            return Answer("three", question, self.say("None can be told from luck."), text, "doubt")
        text = self.say("What the lower and the higher end of each adds to what a launch brings:")
        others = ""
        if len(sure) < 3:
            others = self.say("No other of {n} can be told from zero.", n=told) + " " + self.screened(told, tried)
        text = " ".join(filter(None, (others.strip(), self.held(), text)))
        words = labels(self.found.scenario, ends, self.language)
        names = [words[path] for path in sure]
        lines = tuple(self.both_ends(name, path, ends[path]) for name, path in zip(names, sure))
        return Answer("three", question, " · ".join(names), text, "doubt", lines)

    def screened(self, told: int, tried: int) -> str:
        """That the others have no interval, where there are any."""
        if told == tried:
            return ""
        return self.say(
            "They are those of {n} that moved it most in one replication, at their higher ends alone: the others have "
            "no interval.", n=tried,
        )  # fmt: skip

    def both_ends(self, name: str, path: str, ends: dict[str, Number]) -> str:
        """What both ends of an assumption add, and where they are."""
        one = next(one for one in self.found.tried if one.path == path)
        return self.say(
            "{name}: {low} at {at_low}, {high} at {at_high}.",
            name=name, low=self.money(ends["low"]), high=self.money(ends["high"]),
            at_low=self.language.as_set(one.low), at_high=self.language.as_set(one.high),
        )  # fmt: skip


def _ratio(above: np.ndarray, below: np.ndarray) -> Number:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = ratio(above, below)
    return Number(float(found.mean), float(found.low), float(found.high))
