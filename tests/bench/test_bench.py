"""The bench: the NumPy models simulate the market that the arrays simulate, and the report says what was measured.

No test asks how long anything takes.
"""

import io
import json

import numpy as np
import pytest
from rich.console import Console

import loyaltysim as ls
from loyaltysim.bench import bench, c_model
from loyaltysim.bench.c_model import CModel, compiler
from loyaltysim.bench.numpy_model import NumpyModel
from loyaltysim.bench.numpy_tuned import TunedNumpyModel

REPLICATIONS = 24
MARKET = {"population.n_customers": 4000, "steps": 40}


NEEDS_C = pytest.mark.skipif(compiler() is None, reason="there is no C compiler: neither $CC nor cc")
KINDS = [NumpyModel, TunedNumpyModel, pytest.param(CModel, marks=NEEDS_C)]


def test_turn__is_in_nanoseconds_a_customer_and_step(monkeypatch):
    """By a clock that goes on 3 ms a step: of 1,000 customers that is 3,000 ns each."""
    now = [0.0]

    class Model:
        def step(self):
            now[0] += 3e-3

    monkeypatch.setattr(bench.time, "perf_counter", lambda: now[0])
    contender = bench._Contender("anyone", lambda seed: Model(), rows=1000, steps=52)
    contender.turn(1)
    (row,) = bench._rows(1000, [replace_name(contender)])
    assert row.ns == pytest.approx(3000) and row.first_ms == pytest.approx(3)
    few = bench._Contender("anyone", lambda seed: Model(), rows=11, steps=52)
    assert few.runs == bench.MOST_RUNS  # of eleven customers nearly nine thousand would make a full turn


def replace_name(contender):
    contender.name = bench.OURS
    return contender


@pytest.fixture(scope="module")
def reference():
    return ls.load("reference").vary(MARKET)


def moments(buyers, revenue, switches, praise, blame, customers):
    """What must agree: replications × numbers, from counts of replications × steps × brands (× brands: switches)."""
    replications, weeks, brands = buyers.shape
    bought, met = buyers.sum((1, 2)), customers * weeks
    back = switches.diagonal(axis1=-2, axis2=-1).sum((1, 2)) / switches.sum((1, 2, 3))
    # promotions come back every eight weeks
    in_week = buyers.reshape(replications, weeks // 8, 8 * brands).sum(1) / bought[:, None]
    return np.column_stack(
        [in_week, bought / met, revenue.sum((1, 2)) / bought, back, praise.sum(1) / met, blame.sum(1) / met]
    )


def of_arrays(scenario):
    data = ls.replicate(scenario, replications=REPLICATIONS, seed=7, threads=1)
    if "segment" in data.dims:
        data = data.sel(segment="all")
    names = ("buyers", "revenue", "switches", "messages_positive", "messages_negative")
    flows = (data[name].transpose("replication", "step", "brand", ...).to_numpy() for name in names)
    return moments(*flows, scenario.population.n_customers)


def of_numpy(kind, scenario):
    kept = []
    for seed in range(REPLICATIONS):
        model = kind(scenario, seed)
        for _ in range(scenario.steps):
            model.step()
        kept.append(model.datacollector.model_vars)
    flows = (np.array([one[name] for one in kept]) for name in ("buyers", "revenue", "switches", "praise", "blame"))
    return moments(*flows, scenario.population.n_customers)


def standard_errors_apart(a, b):
    return (a.mean(0) - b.mean(0)) / np.sqrt((a.var(0, ddof=1) + b.var(0, ddof=1)) / REPLICATIONS)


@pytest.fixture(scope="module")
def arrays(reference):
    return of_arrays(reference)


@pytest.mark.parametrize("kind", KINDS)
def test_numpy__shares_purchases_and_messages_are_those_of_the_arrays(kind, reference, arrays):
    # 43 numbers, correlated: one of them is beyond 4 standard errors by chance in less than 1 of 100 choices of seeds
    assert np.abs(standard_errors_apart(of_numpy(kind, reference), arrays)).max() < 4


@pytest.mark.parametrize(
    "change",
    [
        {"behavior.bond.fading": 0.2},
        {"behavior.satisfaction.memory": 0.5},
        {"word_of_mouth.influence.shift": 0.1},
        {"brands.A.programs.0.customer_response.progress_weight": 1.5},
        {"brands.C.pricing.0.first_week": 7},
    ],
)
def test_numpy__a_market_with_one_other_setting_is_told_apart(change, reference, arrays):
    other = of_numpy(TunedNumpyModel, reference.vary(change))
    assert np.abs(standard_errors_apart(other, arrays)).max() > 4


@pytest.mark.parametrize("kind", KINDS)
def test_numpy__the_same_seed_gives_the_same_counts(kind, reference):
    first, second = (kind(reference, 3) for _ in range(2))
    for model in (first, second):
        for _ in range(5):
            model.step()
    assert np.array_equal(first.datacollector.model_vars["switches"], second.datacollector.model_vars["switches"])
    assert np.array_equal(first.satisfaction, second.satisfaction)


def test_numpy__points_wait_for_the_threshold_and_what_is_over_stays(reference):
    model = NumpyModel(reference)
    rows = np.array([0, 1])
    model.points[rows] = 9_300, 9_999
    model.collect_points(rows, np.array([0.8], np.float32))
    assert model.points[rows].tolist() == [100, 799]


@NEEDS_C
def test_c__points_and_ties_are_kept_as_in_numpy(reference):
    model = CModel(reference)
    for _ in range(12):
        model.step()
    bought_first = np.array(model.datacollector.model_vars["buyers"])[:, 0]
    assert 0 < model.points.sum() <= 1000 * bought_first.sum() and model.points.max() < 10_000
    assert (model.last >= 0).sum() <= np.array(model.datacollector.model_vars["buyers"]).sum()


@NEEDS_C
def test_c__what_everybody_is_told_reaches_every_tie_once(reference):
    silent = reference.vary({"behavior.satisfaction.memory": 0.0, "behavior.experience.spread": 0.0,
                             "word_of_mouth.talk.good_above": 0.55, "word_of_mouth.talk.good_chance": 1.0,
                             "word_of_mouth.talk.bad_chance": 0.0})  # fmt: skip
    model = CModel(silent)
    before = model.satisfaction.copy()
    model.step()  # each buyer of A, and nobody else, praises it to all friends
    buyers = np.flatnonzero(model.last == 0)
    heard = np.zeros(len(model.last))
    for one in buyers:
        np.add.at(heard, model.neighbor[model.first[one] : model.first[one + 1]], 1)
    assert np.allclose((model.satisfaction - before)[0], 0.02 * heard, atol=1e-5)
    assert np.allclose((model.satisfaction - before)[1:], 0, atol=1e-7)


@NEEDS_C
def test_c__numbers_elsewhere_in_the_process_are_as_before(reference):
    CModel(reference)
    assert np.float32(1e-40) * np.float32(0.5) > 0  # subnormal: 0 where a library has changed the processor's rounding


def test_c__without_a_compiler_it_says_so(reference, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    c_model._load.cache_clear()
    with pytest.raises(OSError, match="no C compiler was found: set CC"):
        CModel(reference)
    assert "C, by hand" not in [one.name for one in bench._contenders(reference, threads=1, twin=False)]


def test_numpy__ties_are_numbered_through():
    from loyaltysim.bench.numpy_model import ties_of

    assert ties_of(np.array([10, 3, 7]), np.array([2, 0, 3])).tolist() == [10, 11, 7, 8, 9]


def test_numpy__other_parts_are_refused():
    scenario = ls.load("reference")
    for change in (
        {"behavior.needs": {"kind": "poisson"}},
        {"brands.B.programs": scenario.document()["brands"]["A"]["programs"]},
    ):
        with pytest.raises(ValueError, match="NumPy model"):
            NumpyModel(scenario.vary(change))


@pytest.fixture
def report(monkeypatch):
    monkeypatch.setattr(bench, "ROWS_A_TURN", 1)
    monkeypatch.setattr(bench, "STACK_ROWS", 300)
    monkeypatch.setattr(bench, "TWIN_SIZE", 60)
    return bench.run((60,), steps=3, rounds=3, threads=2)


def test_bench__everybody_takes_part(report):
    names = [(row.contender, row.threads) for row in report.rows]
    assert names == [
        (bench.OURS, 1),
        (bench.STACK, 1),
        (bench.OURS, 2),
        (bench.PLAIN, 1),
        (bench.TUNED, 1),
        *([(bench.IN_C, 1)] if compiler() else []),
        (bench.TWIN, 1),
    ]


def test_bench__ratios_are_to_loyaltysim_of_the_same_round(report):
    ours, stack, *others = report.rows
    assert ours.ratio == 1 and stack.ratio_stack == 1
    for row in (ours, stack, *others):
        assert 0 < row.ns_low <= row.ns <= row.ns_high
        assert row.ns_low / ours.ns_high <= row.ratio <= row.ns_high / ours.ns_low


def test_bench__the_report_is_plain_values_with_versions_and_source(report):
    told = json.loads(json.dumps(report.plain()))
    assert told["machine"]["source_hash"] and told["machine"]["numba"] and len(told["rows"]) == len(report.rows)


def test_bench__the_table_names_every_contender(report):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(bench.table(report))
    text = console.export_text()
    assert all(name in text for name in (bench.OURS, bench.PLAIN, bench.TUNED, bench.TWIN, "first", "source"))


@pytest.mark.parametrize("wrong", [{"sizes": (10,)}, {"sizes": ()}, {"rounds": 0}, {"steps": 1}])
def test_bench__what_cannot_be_measured_is_refused(wrong):
    with pytest.raises(ValueError, match="sizes must be above 10"):
        bench.run(**{"sizes": (100,), **wrong})
