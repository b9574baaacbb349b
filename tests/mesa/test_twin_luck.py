"""The twin with luck of Mesa's own is another sample of the same model; keyed luck is asked once at an address."""

import inspect

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from twin_compared import counted, finished, frame, sums
from twin_markets import SCENARIOS

from loyaltysim import Simulation, draws
from loyaltysim.mesa import TwinModel
from loyaltysim.mesa.series import PRICES
from loyaltysim.mesa.twin_luck import KeyedLuck
from loyaltysim.scenario import Scenario

SAMPLED = (
    "reference", "grocery", "coffee", "everything, with dropout", "everything, with contracts",
    "invitations to two brands", "everything, with friends who come",
)  # fmt: skip
"""Markets of which samples are compared."""
SAMPLES = 100
"""Replications of each."""
BY_LUCK = 1e-3
"""The chance that luck alone fails any of these comparisons, at whatever seed: no seed need be chosen."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLED)
def test_twin__with_luck_of_mesa_is_another_sample_of_the_same_model(name):
    scenario, seed = SCENARIOS[name], 5
    twins = [finished(scenario, rng=seed, replication=replication, luck="mesa") for replication in range(SAMPLES)]
    theirs = pd.DataFrame([sums_of_twin(twin) for twin in twins])
    ours = sums_of_arrays(scenario, seed)[theirs.columns]
    assert (theirs.std() > 0).sum() > 20
    assert not far_apart(ours, theirs, BY_LUCK / len(SAMPLED))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "value", "measure"),
    [
        ("brands.A.complaints.failure_chance", 0.36, "failures of A"),
        ("brands.A.appeal", 2.75, "units of A"),
        ("behavior.lapse.return_rate", 0.3, "returned of A"),
        ("behavior.lapse.by_bond", 5.0, "lost of A"),
    ],
)
def test_far_apart__sees_a_model_that_is_a_little_different(path, value, measure):
    # failures by a fifth, utility by .25, returns by half, the weight of a bond by two thirds
    scenario = SCENARIOS["everything, with dropout"]
    usual, changed = sums_of_arrays(scenario, 5), sums_of_arrays(scenario.vary({path: value}), 5, other_luck=1)
    assert measure in far_apart(usual, changed, BY_LUCK / len(SAMPLED))


def test_far_apart__finds_two_samples_of_one_law_different_as_often_as_it_says():
    random, replications, measures, chance, trials = np.random.default_rng(1), 30, 56, 0.2, 400
    pairs = random.normal(size=(trials, 2, replications, measures))
    fails = np.mean([bool(far_apart(pd.DataFrame(one), pd.DataFrame(other), chance)) for one, other in pairs])
    expected = 1 - (1 - chance / measures) ** measures
    assert abs(fails - expected) < 4 * np.sqrt(expected * (1 - expected) / trials)  # a normal number's bound: .32


def test_far_apart__sees_what_differs_by_the_same_in_every_replication():
    one = pd.DataFrame({"same": [1.0, 2.0, 4.0], "more": [1.0, 2.0, 4.0]})
    assert far_apart(one, one.assign(more=one["more"] + 1), 0.001) == {"more": np.inf}


def far_apart(ours: pd.DataFrame, theirs: pd.DataFrame, chance: float) -> dict[str, float]:
    """Measures whose means differ, and by how many standard errors: more than luck makes any differ with this chance.

    Rows are replications, the same customers in both. Their luck is not the same, so that under one law a difference
    and its opposite are as likely. Their spread is estimated too: hence Student's t (beyond 4 errors by 30 replications
    lies 1 in 2,500; of normal numbers 1 in 16,000). All measures that vary share the chance alike (Bonferroni).
    """
    differences = theirs - ours
    n = len(differences)
    errors = (differences.mean() / (differences.std(ddof=1) / np.sqrt(n))).dropna()
    most = stats.t.isf(chance / 2 / len(errors), n - 1)
    return errors[abs(errors) > most].to_dict()


def sums_of_twin(twin: TwinModel) -> dict[str, float]:
    """Every count of a run, added up over steps, by brand."""
    table = sums(twin).drop(columns=["enrolled", "margin", *PRICES])
    by_brand = {f"{name} of {brand}": value for name, row in table.items() for brand, value in row.items()}
    return {**by_brand, "no purchase": float(counted(twin, "no_purchase").sum())}


def sums_of_arrays(scenario: Scenario, seed: int, other_luck: int = 0) -> pd.DataFrame:
    """The same of the arrays, and more, a row a replication. `other_luck`: as the same customers might have fared."""
    arrays = Simulation(scenario, seed=seed, threads=1, replications=range(SAMPLES))
    keys = arrays.world.customers.key
    for _ in range(other_luck):
        keys[:] = [draws.mix(key) for key in keys]  # traits and ties are made by now; steps draw by the new keys
    data = arrays.run().results().sel(segment="all")
    owner = [brand for brand, one in scenario.brands.items() for _ in one.programs]
    columns = {"no purchase": data["no_purchase"].sum("step").values}
    for name, series in data.items():
        by = set(series.dims) - {"replication", "step"}
        if series.ndim != 3 or by not in ({"brand"}, {"program"}):
            continue
        sums = series.sum("step").transpose("replication", ...).values
        for b, brand in enumerate(data["brand"].values):
            own = [b] if by == {"brand"} else [p for p, whose in enumerate(owner) if whose == brand]
            columns[f"{name} of {brand}"] = sums[:, own].sum(1)
    return pd.DataFrame(columns)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name.startswith("everything")])
def test_twin__asks_luck_but_once_at_an_address(name, monkeypatch):
    # Asked twice, the keyed luck says the same again, and what should be independent is not: another law than Mesa's.
    asked: set[tuple[int, ...]] = set()

    def once(ask):
        signature = inspect.signature(ask)

        def answer(luck, *given, **named):
            address = signature.bind(luck, *given, **named).arguments
            parts = (int(address.get(part, 0)) for part in ("key", "other", "purpose", "occasion", "index"))
            address = (luck._step, *parts)
            assert address not in asked
            asked.add(address)
            return ask(luck, *given, **named)

        return answer

    for kind in "uniform normal exponential poisson friend fine_uniform of_two any_of first_of".split():
        monkeypatch.setattr(KeyedLuck, kind, once(getattr(KeyedLuck, kind)))
    finished(SCENARIOS[name])
    assert len(asked) > 5000


def test_twin__with_luck_of_mesa_comes_again_with_its_seed():
    one, again, other = (finished(SCENARIOS["reference"], rng=seed, luck="mesa") for seed in (4, 4, 5))
    assert frame(one).equals(frame(again))
    assert not frame(one).equals(frame(other))
