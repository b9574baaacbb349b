"""The page: a scenario as a Mesa model in Mesa's SolaraViz, with sliders from the records.

loyaltysim app grocery --page mesa
solara run loyaltysim.app.mesa_page          # the same, by Solara's own command
"""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import Slider, SolaraViz

from loyaltysim.app.offered import offered
from loyaltysim.app.pictures import pictures
from loyaltysim.app.sliders import sliders
from loyaltysim.app.times import days
from loyaltysim.app.visitors import Served
from loyaltysim.faults import ScenarioError
from loyaltysim.mesa import LoyaltyModel
from loyaltysim.scenario import Scenario

PLAY_INTERVAL = 100
"""Milliseconds between steps when it plays; assumed."""
MOST_CUSTOMERS = 10_000
"""With so many a step takes some milliseconds; assumed."""
SEEDS = 100
LOOK = """
.v-tabs { display: none; }
.v-input__slider .v-input__slot { flex-wrap: wrap; }
.v-input__slider .v-label { flex: 0 0 100%; height: auto; white-space: normal; overflow: visible; font-size: 14px; }
.vue-grid-item img { max-width: 100%; height: auto; }
@media (max-width: 1263px) {
  .v-navigation-drawer { top: auto !important; bottom: 0; height: 45vh !important; width: 100% !important;
                         transform: none !important; visibility: visible !important; border-top: 1px solid gray; }
  .v-app-bar__nav-icon, .v-overlay { display: none !important; }
  .v-main { padding-bottom: 46vh !important; }
}
@media (max-width: 800px) {
  .vue-grid-layout { height: auto !important; }
  .vue-grid-item { position: static !important; transform: none !important; width: 100% !important;
                   height: auto !important; margin-bottom: 12px; }
}
"""
"""No tabs, since there is but one page; sliders below their labels. On a narrow screen one picture below the other,
with the controls in the lower half, where Vuetify would lay them over the pictures."""


class OpenedModel(LoyaltyModel):
    """A model whose burn-in has been made, and is not counted: Mesa's first step is the first that is measured.

    Settings that do not go together, or not with the scenario, are told in `refused`, and the scenario stays as it was.
    """

    refused = ""

    def __init__(self, **kwargs: Any) -> None:
        try:
            super().__init__(**kwargs)
        except ScenarioError as error:
            self.__dict__.pop("step", None)  # else Mesa would wrap the step that it has wrapped already
            super().__init__(scenario=kwargs["scenario"])
            self.refused = str(error)
        self.simulation.run(until=0)
        self._open(kwargs)

    def _step_if_any(self) -> None:
        """A step, and nothing after the last: a page may ask for several at once (Mesa's render interval)."""
        if self.made < self.last:
            super()._step_if_any()


@solara.component
def Page() -> None:
    """The whole page; a visitor too many is asked to come back."""
    Served(Markets)


@solara.component
def Markets() -> None:
    """Choose a scenario, move sliders, step."""
    names = list(offered())
    name, choose = solara.use_state(names[0])
    with solara.Sidebar():
        solara.Select("Scenario", values=names, value=name, on_value=choose)
    Market(offered()[name]).key(name)


@solara.component
def Market(scenario: Scenario) -> None:
    """One scenario."""
    moved = solara.use_memo(lambda: of_model(scenario), [])
    start = {name: slider.value for name, slider in moved.items()}
    model: solara.Reactive[OpenedModel] = solara.use_reactive(
        solara.use_memo(lambda: OpenedModel(scenario=scenario, **start), [])
    )
    shown = solara.use_memo(lambda: pictures(model.value), [])
    solara.Style(LOOK)
    solara.Text(scenario.title or "A market", classes=["title"])
    said = f"A step is {days(scenario.step_days)}. Sliders hold from the next Reset."
    if scenario.burn_in:
        said += f" The first {scenario.burn_in} steps, which let the market settle and are not shown, have been made."
    solara.Text(said)  # no Markdown: Solara would fetch fonts of formulas for it
    if model.value.refused:
        solara.Error(f"These settings do not go together, so none of them holds. {model.value.refused}")
    given = {"scenario": scenario, **moved}
    SolaraViz(model, components=shown, model_params=given, name="loyaltysim", play_interval=PLAY_INTERVAL)


def of_model(scenario: Scenario) -> dict[str, Slider]:
    """Mesa's own sliders, by the name of the argument of `LoyaltyModel` that each sets."""
    found: dict[str, Slider] = {"rng": Slider("Seed: other luck", value=1, min=1, max=SEEDS, step=1)}
    if scenario.network.kind != "edge_list":  # whose file says how many there are
        n = min(scenario.population.n_customers, MOST_CUSTOMERS)
        fewest = max(n // 10, 1)
        found["n_customers"] = Slider("Customers", value=n, min=fewest, max=2 * n, step=fewest)
    for path, one in sliders(scenario).items():
        found[path] = Slider(one.label, one.value, one.min, one.max, one.step, dtype=int if one.whole else float)
    return found
