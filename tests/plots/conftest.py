"""Small runs to draw: three brands with promotions, one brand, eight brands with long names, nothing measured."""

import tomllib

import pandas as pd
import pytest

from loyaltysim.loading import load
from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario

LONG_NAMES = (
    "Grandmother's Original Homestyle", "Ours", "Value Corner Supermarket Own Label", "Save$ and $mart", "Blue",
    "Nordic Fresh Dairy Cooperative", "Sun Valley Organic Farms Unlimited", "Incomprehensibilities",
)  # fmt: skip


def brand(appeal=0.5, **promotions):
    pricing = [{"kind": "promotion_calendar", **promotions}] if promotions else []
    return {"price": 1.0, "appeal": appeal, "quality": 0.5, "pricing": pricing}


def market(brands, **changes) -> Scenario:
    """The reference step with other brands, a year of 13-week periods and few customers."""
    document = tomllib.loads(load("reference").to_toml())
    document |= {"brands": brands, "focal": "Ours", "steps": 52, "burn_in": 26}
    document["population"]["n_customers"] = 300
    document["metrics"] = {"period_steps": 13, "states_every": 1}
    scenario = Scenario.from_document(document)
    return scenario.vary(changes) if changes else scenario


@pytest.fixture(scope="session")
def three():
    """Three brands; the rival promotes two weeks of every 13 from week 5 on, and we one from week 10 on."""
    return market(
        {
            "Ours": brand(depth=0.2, weeks=1, every_weeks=26, first_week=10),
            "Rival": brand(depth=0.3, weeks=2, every_weeks=13, first_week=5),
            "Other": brand(appeal=0.2),
        }
    )


@pytest.fixture(scope="session")
def run(three):
    """Four replications of `three`."""
    return replicate(three, replications=4)


@pytest.fixture(scope="session")
def coming(three):
    """Four replications of `three` in a market that friends and advertising bring customers into."""
    acquisition = {"kind": "linear", "p": 0.5, "q": 5.0, "start_share": 0.1}
    return replicate(three.vary({"word_of_mouth.acquisition": acquisition}), replications=4)


@pytest.fixture(scope="session")
def runs(three, run, coming):
    """Runs of every kind that a picture must stand, by name."""
    many = {
        name: brand(0.6 - 0.05 * place, depth=0.2, weeks=1, every_weeks=9, first_week=place)
        for place, name in enumerate(LONG_NAMES)
    }
    segments = {"Light": {"share": 0.5}, "Heavy": {"share": 0.5}}
    daily = {"step_days": 1.0, "steps": 280, "burn_in": 91, "metrics.period_steps": 91}
    yearly = {"step_days": 365.25, "steps": 9, "metrics.period_steps": 2}
    yearly |= {"brands.Ours.pricing": [], "brands.Rival.pricing": []}
    nothing = {"steps": 10, "metrics.period_steps": 0, "metrics.states_every": 0, "burn_in": 0}
    return {
        "three": run,
        "newcomers": coming,
        "one replication": run.isel(replication=[0]),
        "no dim replication": run.isel(replication=0),
        "one brand": replicate(market({"Ours": brand()}, **{"behavior.choice.outside_option": True}), replications=2),
        "eight brands": replicate(market(many), replications=2),
        "no promotions": replicate(market({"Ours": brand(), "Rival": brand()}), replications=2),
        "always on promotion": replicate(
            market({"Ours": brand(), "Rival": brand(depth=0.1, weeks=1, every_weeks=1)}), replications=2
        ),
        "nothing measured": replicate(three.vary(nothing), replications=2),
        "no burn-in": replicate(three.vary({"burn_in": 0}), replications=2),
        "one step": replicate(three.vary({**nothing, "steps": 1}), replications=2),
        "no needs": replicate(three.vary({"population.needs_per_week": 0.0}), replications=2),
        "no states": replicate(three.vary({"behavior.bond": {"kind": "none"}}), replications=2),
        "every other step": replicate(three.vary({"metrics.states_every": 2}), replications=2),
        "daily": replicate(three.vary(daily), replications=2),
        "yearly": replicate(three.vary(yearly), replications=2),
        "segments": replicate(three.vary({"population.segments": segments}), replications=2),
    }


@pytest.fixture
def effects_frame():
    """Effects of two questions on four metrics, as a study tells them."""
    rows = [
        ("rival_promotions", "retention_rate", "with", -0.02, -0.03, -0.01, 0.7, "1"),
        ("rival_promotions", "revenue", "with", -500.0, -700.0, -300.0, 10_000.0, "EUR"),
        ("rival_promotions", "margin", "with", 100.0, -50.0, 250.0, 8_000.0, "EUR"),
        ("rival_promotions", "bond", "with", -0.01, -0.02, 0.0, 0.4, "1"),
        ("program", "retention_rate", "with", 0.04, 0.03, 0.05, 0.7, "1"),
        ("program", "revenue", "with", 900.0, 700.0, 1100.0, 10_000.0, "EUR"),
        ("program", "margin", "with", 10.0, -40.0, 60.0, 8_000.0, "EUR"),
        ("program", "bond", "with", float("nan"), float("nan"), float("nan"), 0.4, "1"),
    ]
    names = ["question", "metric", "scenario", "effect", "ci_low", "ci_high", "baseline", "unit"]
    return pd.DataFrame(rows, columns=names).assign(p_positive=0.5, variance_ratio=1.0, n=8)
