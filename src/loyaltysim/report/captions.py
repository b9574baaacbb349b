"""Captions: what a figure shows, in words and numbers. They stand under the figure, and are its text alternative."""

from __future__ import annotations

import numpy as np

from loyaltysim.plots.interval import interval
from loyaltysim.plots.program_value import STEPS, WHERE_ANY
from loyaltysim.plots.who_benefits import WORDS
from loyaltysim.plots.word_of_mouth_value import PARTS
from loyaltysim.report.labels import labels
from loyaltysim.report.teller import Teller, apart
from loyaltysim.study.launches import Launch, break_even
from loyaltysim.study.stress import AS_IT_IS
from loyaltysim.study.wording import digits_of, mean_of, number, number_of


class Captions(Teller):
    """One method a figure, of the same name."""

    @property
    def brands(self) -> list[str]:
        """All of them."""
        return [str(name) for name in self.found.data["brand"].values]

    def each(self, parts: list[str]) -> str:
        """Parts of an enumeration."""
        return "; ".join(parts).removesuffix(".") + "."  # a unit may end in a dot

    def effects(self) -> str:
        """Of the comparison, or of the questions."""
        told = []
        for row in self.found.read.effects:
            if row["metric"] in ("retention_rate", "share", "margin") and row["effect"] is not None:
                scale = 1 if row["metric"] == "margin" else 100
                unit = self.unit if row["metric"] == "margin" else self.say("percentage points")
                size = number_of(row).times(scale)
                who = (
                    row["scenario"]
                    if row["question"] == "scenario"
                    else self.language.known(str(row["question"]).replace("_", " "))
                )
                metric = self.language.known(row["metric"].replace("_", " "))
                told.append(f"{who}, {metric}: {self.language.both(size, unit)}")
        head = self.say("Effects on {brand}:", brand=self.found.scenario.focal)
        return f"{head} {self.each(told)}"

    def retention(self) -> str:
        """First and last of each brand."""
        data, told = self.found.data, []
        for brand in self.brands:
            rate = 100 * data["retention_rate"].sel(brand=brand, segment="all").mean("replication").values
            if len(rate):
                ends = (self.language.number(rate[0], 1), self.language.number(rate[-1], 1))
                told.append(
                    self.say(
                        "{brand} {first} % in the first period, {last} % in the last",
                        brand=brand,
                        first=ends[0],
                        last=ends[1],
                    )
                )
        return self.say("Share of each period's customers who buy again in the next:") + " " + self.each(told)

    def shares(self) -> str:
        """The mean of each brand."""
        means = [number(self.found.data, "share", brand).times(100).within(0, 100) for brand in self.brands]
        told = [f"{brand} {self.language.both(mean, '%')}" for brand, mean in zip(self.brands, means)]
        return self.say("Share of units over time, with promotions on top. On the whole:") + " " + self.each(told)

    def alluvial(self) -> str:
        """Who stays, and where the others go."""
        moves = self.found.data["switches"].sum("step").mean("replication").values
        told = []
        for place, brand in enumerate(self.brands):
            whole = moves[place].sum()
            if not whole:
                continue
            stay = self.language.number(100 * moves[place, place] / whole)
            line = self.say("of purchases after {brand} {stay} % stay", brand=brand, stay=stay)
            others = [other for other in range(len(self.brands)) if other != place]
            if others:
                most = max(others, key=lambda other: moves[place, other])
                share = self.language.number(100 * moves[place, most] / whole)
                line += self.say(", {share} % go to {brand}", share=share, brand=self.brands[most])
            told.append(line)
        return self.say("Streams from the brand bought before to the brand bought next:") + " " + self.each(told)

    def program_value(self) -> str:
        """The waterfall."""
        assert self.found.value is not None
        found = self.found.value.parts.set_index("part")
        told = [
            f"{self.say(words)} {self.money(number_of(found.loc[part]))}"
            for part, (words, _) in STEPS.items()
            if part not in WHERE_ANY or found.loc[part, "effect"] != 0
        ]
        return self.say("From more revenue down to what remains of it:") + " " + self.each(told)

    def cumulative_profit(self) -> str:
        """Where it ends, where it is lowest, and break-even."""
        assert self.found.launch is not None
        launch = self.found.launch
        if not launch.accrued.any():
            return self.say(
                "Profit since the launch, what is owed taken off: 0 all the time. It neither costs nor earns."
            )
        mean, even = interval(launch.accrued).mean, break_even(launch)
        lowest = int(np.argmin(mean))
        end = self.money(mean_of(launch.value))
        line = self.say(
            "Profit since the launch, what is owed taken off: lowest after {weeks} at {low}, at the end {end}.",
            weeks=self.weeks_text(lowest + 1), low=f"{self.language.number(mean[lowest])} {self.unit}", end=end,
        ) if lowest + 1 < len(mean) else self.say(
            "Profit since the launch, what is owed taken off: lowest at the end, {end}.", end=end
        )  # fmt: skip
        if even.step is None:
            return f"{line} {self.say('It does not break even in this time.')}"
        when = self.weeks_text(even.step)
        if even.latest is None and np.isfinite(mean_of(launch.value).half):
            open_ = self.say("On average it breaks even after {weeks}, by its interval perhaps not at all.", weeks=when)
            return f"{line} {open_}"
        return f"{line} {self.say('It breaks even after {weeks}.', weeks=when)}"

    def liability(self) -> str:
        """What is owed, held and lost at the end."""
        own = self.found.data.sel(brand=self.found.scenario.focal, segment="all")
        owed = mean_of(own["liability"].isel(step=-1).values)
        held = mean_of(own["points_outstanding"].isel(step=-1).values)
        lost = mean_of(own["breakage"].sum("step").values)
        told = self.say(
            "At the end {owed} are owed to members, who hold {held} points or stamps; {lost} were lost unused.",
            owed=self.money(owed), held=self.language.both(held), lost=self.language.both(lost),
        )  # fmt: skip
        return f"{told} {self.say('That is of the runs of the folder, not of the launch above.')}"

    def who_benefits(self) -> str:
        """Rewards and margin of each group."""
        assert self.found.value is not None
        groups, told = self.found.value.groups.set_index(["group", "metric"]), []
        for name in dict.fromkeys(self.found.value.groups["group"]):
            cost, gift, margin = (groups.loc[(name, what), "effect"] for what in ("program_cost", "subsidy", "margin"))
            told.append(self.say(
                "{group}: {cost} {unit} of rewards, {gift} of them for purchases made anyway, margin {margin} {unit}",
                group=self.known(WORDS[name]), cost=self.language.number(cost), gift=self.language.number(gift),
                margin=self.language.number(margin), unit=self.unit,
            ))  # fmt: skip
        return self.say("By what customers bought before the launch:") + " " + self.each(told)

    def word_of_mouth_value(self) -> str:
        """The parts of its margin."""
        frame = self.found.word_of_mouth
        assert frame is not None
        rows = frame[frame["metric"] == "margin"].set_index("part")
        parts = ("total", "retention", "acquisition", "direct", "indirect")
        told = [f"{self.known(PARTS[part])} {self.money(number_of(rows.loc[part]))}" for part in parts]
        return self.say("Margin that what customers say brings:") + " " + self.each(told)

    def tornado(self) -> str:
        """The most important ones."""
        frame = self.found.tornado
        assert frame is not None
        told, open_ = [], []
        names = labels(self.found.scenario, frame["path"], self.language)
        for path, rows in frame.groupby("path", sort=False):
            low, high = (number_of(rows.set_index("measure").loc[end]) for end in ("low", "high"))
            name = f"“{names[str(path)]}”"
            if np.isfinite(low.half) and not (low.certain or high.certain):
                open_.append(name)
                continue
            ends = (self.language.mean(low), self.language.mean(high))
            told.append(self.say(
                "{name}: {low} at its lower end, {high} at its higher", name=name, low=ends[0], high=ends[1],
            ))  # fmt: skip
        head = self.say(
            "What each assumption adds to the program's value, in {unit}, the most important first:", unit=self.unit
        )
        lines = [f"{head} {self.each(told)}"] if told else []
        if open_:
            lines.append(f"{self.say('What these add cannot be told from zero:')} {self.each(open_)}")
        usual, n = self.found.launch, int(frame["n"].iloc[0])
        if usual is not None and n < len(usual.value):
            lines.append(self.say(
                "It rests on {n} replications, in which the program is worth {value}, not on all {all}; so does the "
                "dotted line, where that would be zero.",
                n=n, value=f"{self.language.number(float(np.mean(usual.value[:n])))} {self.unit}", all=len(usual.value),
            ))  # fmt: skip
        return " ".join(lines)

    def outcomes(self) -> str:
        """Quartiles."""
        draws = self.found.draws
        assert draws is not None
        digits = digits_of(draws)
        low, middle, high = (self.language.number(np.quantile(draws, q), digits) for q in (0.25, 0.5, 0.75))
        return self.say(
            "The program's value in {n} draws of all assumptions: half of them lie between {low} and {high} {unit}, "
            "the middle one is {middle}; {k} are above zero.",
            n=len(draws), low=low, high=high, middle=middle, unit=self.unit, k=int((draws > 0).sum()),
        )  # fmt: skip

    def ranges(self) -> str:
        """The value in each world."""
        assert self.found.launch is not None
        every: dict[str, Launch] = {AS_IT_IS: self.found.launch, **self.found.worlds}
        told = [
            f"{self.say(name.replace('_', ' '))} {self.money(mean_of(launch.value))}" for name, launch in every.items()
        ]
        return self.say("What a launch brings in each world:") + " " + self.each(told) + self.apart()

    def apart(self) -> str:
        """Which worlds can be told from the market as it is."""
        assert self.found.launch is not None
        told = {name: apart(launch, self.found.launch) for name, launch in self.found.worlds.items()}
        open_ = [self.say(name.replace("_", " ")) for name, how in told.items() if how == "open"]
        if not open_:
            return ""
        return (
            " "
            + self.say("Not to be told from as it is, since luck may make that difference:")
            + " "
            + self.each(open_)
        )
