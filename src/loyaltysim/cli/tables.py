"""Tables: what `run` and `compare` print for reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from loyaltysim.cli.numbers import UNKNOWN, Number, is_share, mean_of, number
from loyaltysim.cli.told import plain
from loyaltysim.study.wording import span
from loyaltysim.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

    from loyaltysim.scenario import Scenario

TOLD_OF_BRANDS = ("retention_rate", "repeat_rate", "share", "penetration", "purchase_frequency")
TOLD_OF_EFFECTS = ("retention_rate", "repeat_rate", "share", "units", "margin", "margin_accrued")
WORDS_OF_EFFECTS = {"margin_accrued": "margin, what is owed taken off"}
TOLD_OF_PROGRAMS = (
    "program_cost", "program_fees", "members", "rewards_redeemed", "points_outstanding", "liability", "breakage",
)  # fmt: skip

WORDS_OF_PROGRAMS = {
    "program_cost": "cost", "program_fees": "fees of members", "members": "memberships", "breakage": "points expired",
}  # fmt: skip
ALWAYS_TOLD = ("program_cost", "members")
"""Rows of programs that are told where they are 0, too."""


def headline(
    name: str, scenario: Scenario, replications: int, seed: int, changes: Mapping[str, Any] | None = None
) -> Iterator[RenderableType]:
    """What was run."""
    if scenario.title:
        yield Text(plain(scenario.title), style="bold")
    facts = [
        plain(name),
        f"{scenario.population.n_customers:,} customers",
        measured(scenario),
        *([f"after {span(scenario.burn_in * scenario.step_days)} not measured"] if scenario.burn_in else []),
        f"{replications} replication{'' if replications == 1 else 's'}",
        f"seed {seed}",
    ]
    yield Text(" · ".join(facts), style="dim")
    if changes:
        yield Text("changed: " + ", ".join(f"{plain(path)} = {plain(str(value))}" for path, value in changes.items()))


def measured(scenario: Scenario) -> str:
    """How long is measured: "156 weeks"."""
    return span(scenario.steps * scenario.step_days)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    texts: int = 1,
    note: str = "",
    remarks: bool = False,
) -> Table:
    """A table whose first columns are `texts`, which wrap, and whose others are numbers, which do not.

    With `remarks` the last column is text too.
    """
    made = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        caption=Text(note, style="dim") if note else None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,  # so that the widest fits into 80 columns
    )
    for place, column in enumerate(columns):
        is_text = place < texts or (remarks and place == len(columns) - 1)
        made.add_column(
            Text(column), justify="left" if is_text else "right", overflow="fold", no_wrap=not is_text,
            ratio=1 if remarks and is_text else None,
        )  # fmt: skip
    made.expand = remarks
    for row in rows:
        made.add_row(*row)
    return made


def brands_table(data: xr.Dataset, scenario: Scenario) -> Table:
    """One row a brand: how it keeps its customers and what it sells."""
    rows: list[list[str | Text]] = []
    for brand in scenario.brands:
        name = Text(plain(brand), style="bold" if brand == scenario.focal else "")
        rows.append([name, *_rates(data, brand)])
    return table("Brands", _columns("brand"), rows, note=f"Mean ± 95 % of it. {_per(_period(scenario))}")


def scenarios_table(runs: Mapping[str, xr.Dataset], scenarios: Mapping[str, Scenario], brand: str) -> Table:
    """One row a scenario: how one brand fares in it."""
    rows = [[plain(label), *_rates(run, brand)] for label, run in runs.items()]
    periods = {label: _period(scenario) for label, scenario in scenarios.items()}
    note = _per(periods[next(iter(periods))])
    if len(set(periods.values())) > 1:
        note = "Periods differ, so do not compare what is told per period: "
        note += ", ".join(f"{period} in {plain(label)}" for label, period in periods.items()) + "."
    return table(plain(brand), _columns("scenario"), rows, note=f"Mean ± 95 % of it. {note}")


def _columns(first: str) -> list[str]:
    heads = ["retention", "repeat rate", "share", "penetration", "purchases"]
    units = ["%", "%", "% of units", "%", "a buyer"]
    return [f"\n{first}", *(f"{head}\n{unit}" for head, unit in zip(heads, units))]


def _rates(data: xr.Dataset, brand: str) -> list[str]:
    return [number(data, metric, brand).times(100 if is_share(metric) else 1).with_half() for metric in TOLD_OF_BRANDS]


def _period(scenario: Scenario) -> str:
    return span(scenario.metrics.period_steps * scenario.step_days) if scenario.metrics.period_steps else ""


def _per(period: str) -> str:
    return f"Retention, penetration and purchases are per {period}." if period else "There are no periods, so no rates."


def effects_table(title: str, rows: list[dict[str, Any]], names: tuple[str, str], time: str) -> Table:
    """What a thing does to the focal brand: a row a metric; `time` is what units and margin are summed over."""
    made = []
    for row in told_of(rows, TOLD_OF_EFFECTS):
        effect, what = effect_of(row), WORDS_OF_EFFECTS.get(row["metric"], row["metric"].replace("_", " "))
        base = row["baseline"] * (100 if is_share(row["metric"]) else 1)
        ends = [Number(end, effect.low, effect.high, effect.digits) for end in (base, base + effect.mean)]
        unit = "%" if is_share(row["metric"]) else plain(row["unit"])
        what += f", {unit}" if unit != what else ""
        what += "" if is_share(row["metric"]) else f" in {time}"
        made.append([what, *(end.text() for end in ends), effect.text(), effect.interval()])
    return table(title, ["", *names, "effect", "95 % interval"], made)


def common_luck(rows: list[dict[str, Any]]) -> str:
    """How many times as many runs metrics would need if each scenario had luck of its own (eq. E42)."""
    own = [metric for metric in TOLD_OF_EFFECTS if metric in VARIABLES]
    ratios = [(row["metric"], row["variance_ratio"]) for row in told_of(rows, own)]
    told = [
        f"{metric.replace('_', ' ')} {ratio:,.{1 if ratio < 10 else 0}f}"
        for metric, ratio in ratios
        if math.isfinite(ratio)
    ]
    return f"Times as many runs without common luck (variance ratio): {', '.join(told)}." if told else ""


def told_of(rows: list[dict[str, Any]], metrics: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of some metrics, in their order; what could not be measured is left out."""
    by_metric = {row["metric"]: row for row in rows if math.isfinite(row["effect"])}
    return [by_metric[metric] for metric in metrics if metric in by_metric]


def effect_of(row: dict[str, Any]) -> Number:
    """The effect in a row of effects, in points where the metric is told in %."""
    return Number(row["effect"], row["ci_low"], row["ci_high"]).times(100 if is_share(row["metric"]) else 1)


def programs_table(data: xr.Dataset, scenario: Scenario) -> Table | None:
    """What the brands' programs cost and owe, a column a brand that has any."""
    brands = [name for name, brand in scenario.brands.items() if brand.programs]
    if not brands:
        return None
    rows = []
    for metric in TOLD_OF_PROGRAMS:
        found = [number(data, metric, brand) for brand in brands]
        if metric not in ALWAYS_TOLD and not any(each.mean for each in found):
            continue
        unit = data[metric].attrs["units"]
        what = WORDS_OF_PROGRAMS.get(metric, metric.replace("_", " "))
        when = "over the run" if VARIABLES[metric].kind == "flow" else "last period"
        head = f"{what}, {plain(unit)}" if unit == scenario.currency else what
        rows.append([f"{head} ({when})", *(each.with_half() for each in found)])
    several = [f"{plain(name)} has {len(scenario.brands[name].programs)}" for name in brands]
    several = [told for told, name in zip(several, brands) if len(scenario.brands[name].programs) > 1]
    note = f"A brand's programs are added up: {', '.join(several)}; who is in two has two memberships."
    return table("Programs", ["", *map(plain, brands)], rows, note=note if several else "")


def reasons_table(data: xr.Dataset, scenario: Scenario) -> Table | None:
    """Why customers left the focal brand, a row a reason that anybody had; None if the run kept no reasons."""
    from loyaltysim.measures import reasons

    if not scenario.metrics.reasons:
        return None
    found = reasons(data, scenario.focal)
    rows = []
    for reason, own in found.groupby("reason", sort=False):
        if own["share"].max() > 0:
            numbers = [mean_of(own[name].to_numpy()).times(100) for name in ("main", "named", "share")]
            rows.append([str(reason).replace("_", " "), *(each.with_half() for each in numbers)])
    note = (
        "Chance: the switch was as likely before anything changed. The second column leaves out defections whose main "
        "reason is chance; it is the one to hold beside a survey."
    )
    heads = ["\nreason", "main reason\n% of all", "main reason\n% of those with one", "divided\n% of all"]
    return table(f"Why customers left {plain(scenario.focal)}", heads, rows, note=note)


def claims_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """The practitioners' claims beside the model's values; claims without a value are left out."""
    made = []
    for row in rows:
        if math.isfinite(row["value"]):
            low, high = row["stated_low"], row["stated_high"]
            end = "" if low == high else "+" if math.isnan(high) else f"–{100 * high:g}"
            value = Number(row["value"], row["ci_low"], row["ci_high"]).times(100)
            made.append([row["says"], row["definition"], f"{100 * low:g}{end}", value.with_half()])
    note = "The claims are folklore or surveys, and never an input. What is measured decides what a number says."
    heads = ["claim", "measured as", "said, %", "model, %"]
    return table("What practitioners say, and what the model does", heads, made, texts=2, note=note)


def is_unknown(data: xr.Dataset, brand: str) -> bool:
    """Whether the rates of a brand could not be told, since no period fits into the run."""
    return number(data, "retention_rate", brand).with_half() == UNKNOWN
