"""Every target is met; a target can fail; and the experiments see what they claim to see."""

import numpy as np
import pytest

from loyaltysim.customers.network import Neighbors
from loyaltysim.simulation import Simulation
from loyaltysim.validation import TARGETS, Check, Target, report, same_bits, select, strength_zero
from loyaltysim.validation.busy_market import busy_market
from loyaltysim.validation.target import MissingExtra, as_published, require, target

SLOW = set(
    "D4 D6 D6b D8 D9 D10 D13 D14 D15 D17 D18a D18b D18c D18e D18f R1 R2 R3 R4 R7 R7b R8".split()
)  # above a second
MUST_EXIST = (
    "D1 D2 D3 D4 D5 D6 D6b D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18a D18b D18c D18d D18e D18f "
    "R1 R2 R3 R4 R5 R6 R7 R7b R7c R8"
)


def every_target():
    def marks(one):
        return [pytest.mark.long] if one.long else [pytest.mark.slow] if one.id in SLOW else []

    return [pytest.param(one, id=one.id, marks=marks(one)) for one in select()]


@pytest.mark.parametrize("one", every_target())
def test_target__is_met(one):
    rows = report(one)
    if {row["status"] for row in rows} == {"skipped"}:
        pytest.skip(rows[0]["reason"])
    assert rows, "a target without checks"
    failed = [row for row in rows if row["status"] != "passed"]
    assert not failed, "\n".join(
        f"{row['part']}: {row['simulated']:.6g} (SE {row['se']}), target {row['target']:.6g} ± {row['tolerance']:.6g} "
        f"{row['reason']}"
        for row in failed
    )


def test_targets__are_all_there():
    assert set(MUST_EXIST.split()) <= set(TARGETS)


@pytest.mark.parametrize("one", [pytest.param(one, id=one.id) for one in select()])
def test_target__names_its_source_and_experiment(one):
    assert len(one.source) > 10
    assert one.says.endswith(".")


def of(*checks):
    """A target that yields these checks."""
    return Target("X1", "made up for a test", "Nothing.", lambda: iter(checks))


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (Check("equal", 0.25, 0.25, None, 0), "passed"),
        (Check("near", 0.25, 0.26, 0.01, 0.02), "passed"),
        (Check("wrong", 0.30, 0.26, 0.01, 0.02), "failed"),
        (Check("one too many", 3, 4, None, 0), "failed"),
        (Check("far below, where only above counts", 0, -5, 0.1, 0.3, side="above"), "passed"),
        (Check("above, where only above counts", 0, 0.4, 0.1, 0.3, side="above"), "failed"),
        (Check("far above, where only below counts", 0, 5, 0.1, 0.3, side="below"), "passed"),
        (Check("below, where only below counts", 0, -0.4, 0.1, 0.3, side="below"), "failed"),
        (Check("nobody", 0.25, float("nan"), None, 1), "failed"),
        (Check("nobody, where only above counts", 0.25, float("nan"), None, 1, side="above"), "failed"),
        (Check("nobody, where only below counts", 0.25, float("nan"), None, 1, side="below"), "failed"),
    ],
    ids=lambda value: value.part if isinstance(value, Check) else value,
)
def test_check__passes_and_fails(check, status):
    (row,) = report(of(check))
    assert row["status"] == status


def test_report__fails_one_number_and_passes_the_other():
    rows = report(of(Check("right", 1, 1, None, 0), Check("wrong", 1, 2, None, 0.5, note="why")))
    told = [(row["part"], row["status"], row["reason"]) for row in rows]
    assert told == [("right", "passed", ""), ("wrong", "failed", "why")]


def test_report__skips_a_target_whose_extra_is_missing_and_says_how_to_get_it():
    def needs_a_package():
        yield Check("made before the package was missed", 1, 1, None, 0)
        require("a_package_that_nobody_has")

    (row,) = report(Target("X1", "made up for a test", "Nothing.", needs_a_package))
    assert row["status"] == "skipped"
    assert "a_package_that_nobody_has" in row["reason"] and 'pip install "loyaltysim[validation]"' in row["reason"]


def test_require__lets_an_error_inside_a_package_through(tmp_path, monkeypatch):
    (tmp_path / "half_installed_package.py").write_text("import a_package_that_nobody_has\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError) as error:
        require("half_installed_package")
    assert not isinstance(error.value, MissingExtra)


def test_target__needs_an_id_of_its_own_and_a_source():
    with pytest.raises(ValueError, match="two targets are called D1"):
        target("D1", source="again", says="Again.")(lambda: iter(()))
    with pytest.raises(ValueError, match="needs a source"):
        target("D99", source=" ", says="From nowhere.")(lambda: iter(()))
    with pytest.raises(ValueError, match="a letter, a number"):
        target("ninety-nine", source="a source", says="Named anyhow.")(lambda: iter(()))


def test_select__sorts_by_number_and_takes_all_parts_of_an_id():
    assert [one.id for one in select("D16", "D2")] == ["D2", "D16"]
    assert {"D18a", "D18c", "D18d", "D18e", "D18f"} <= {one.id for one in select("D18")}
    with pytest.raises(ValueError, match="no target is called D1x; there are: D1, D2"):
        select("D1x")


def test_as_published__refuses_a_formula_that_misses_the_printed_digits():
    assert as_published(".333 -2", [1 / 3, -2.0]) == [1 / 3, -2.0]
    with pytest.raises(ValueError, match="the closed form gives 0.33333, published is .343"):
        as_published(".343", [1 / 3])
    with pytest.raises(ValueError):
        as_published(".333 .667", [1 / 3])


STRONG = {
    "promotion of depth 0": {"brands.Rival.pricing.0.depth": 0.01},
    "leaflet and display of weight 0": {"behavior.choice.feature_weight": 0.1},
    "loss and gain where no price changes": {"brands.Rival.pricing": [{"kind": "promotion_calendar"}]},
    "program that nobody joins": {"brands.Rival.programs.0.enrollment.chance": 0.1},
    "customer response of weight 0": {"brands.Rival.programs.0.customer_response.goal_gradient": 0.4},
    "balances that expire after 10,000 weeks": {"brands.Rival.programs.0.expiry.weeks": 5},
    "cards that nobody gives up": {"brands.Rival.programs.0.customer_response.continue_plain": 0.5},
    "rewards that nobody feels afterwards": {"brands.Rival.programs.0.customer_response.rewarded_lift": 0.5},
    "looking ahead of weight 0": {"brands.Rival.programs.0.customer_response.foresight_weight": 1.0},
    "weeks in which points are as many as ever": {"brands.Rival.programs.0.accrual.factor_in_weeks": 2.0},
    "a gift card that is as good as money": {"brands.Rival.programs.0.reward.cost_share": 0.9},
    "an experience that moves nobody": {"brands.Rival.programs.0.reward.jump": 0.3},
    "access that attracts nobody": {"brands.Rival.programs.0.reward.utility": 0.5},
    "a member discount of 0 %": {"brands.Rival.programs.0.percent": 5.0},
    "tiers without benefits": {"brands.Rival.programs.0.jump": 0.2},
    "a club that costs and gives nothing": {"brands.Rival.programs.0.percent": 5.0},
    "surprises that never come": {"brands.Rival.programs.0.chance": 0.1},
    "surprises of nothing": {"brands.Rival.programs.0.jump": 0.2},
    "games that are off": {"brands.Rival.programs.0.streak_utility": 0.3},
    "games for nothing": {"brands.Rival.programs.0.prize": 1.0},
    "messages without expression": {"word_of_mouth.talk.expression": 0.1},
    "messages that shift nobody's choice": {"word_of_mouth.influence.shift": 0.1},
    "messages that shift nobody's satisfaction": {"word_of_mouth.influence.shift": 0.02},
    "bond of weight 0": {"behavior.choice.bond_weight": 1.0},
    "satisfaction of weight 0": {"behavior.choice.satisfaction_weight": 0.1},
    "inertia 0": {"population.inertia": 0.1},
    "tastes without spread": {"population.taste": {"distribution": "normal", "sd": 0.1}},
    "resistance where nobody has a bond": {"behavior.bond.start": 0.5},
    "learning that learns nothing": {"behavior.learning.share": 0.2},
    "an index of brands that are alike in all": {"brands.Ours.service": 0.9},
    "channels that are alike": {"brands.Ours.online_appeal": 0.3},
    "beliefs too sure to learn": {"behavior.learning.noise": 0.2, "behavior.learning.prior_trust": 4.0},
    "stock at home that is used up at once": {"behavior.needs.consumption": 0.3},
    "habit of next to no weight": {"behavior.choice.habit_weight": 0.1},
    "contracts that nobody cancels": {"population.cancel_chance": 0.05},
    "offers to come back that nobody takes": {"behavior.win_back.accept": -2.0},
    "values where no brand has any": {"brands.Ours.ethics": 0.2},
    "failures that never happen": {"brands.Rival.complaints.failure_chance": 0.1},
    "failures that nobody minds": {"behavior.satisfaction": "level"},
    "lapse of chance 0": {"population.dropout_chance": 0.05},
    "a category that nobody leaves": {"population.category_exit": 0.01},
    "baskets of one unit": {"behavior.basket.extra": 0.1},
    "prospects where all have come": {"word_of_mouth.acquisition.start_share": 0.9},
    "invitations that nobody sends": {"word_of_mouth.referral.rate": 0.2},
    "invitations that nobody accepts": {"word_of_mouth.referral.accept": 0.2},
    "costs of customers whom advertising did not win": {"word_of_mouth.acquisition.start_share": 0.9},
    "messages that go unheard": {"word_of_mouth.unheard.sign": "praise"},
    "silence of nobody": {"word_of_mouth.unheard.share": 0.3},
    "levers of strength 0": {"brands.Ours.levers.0.strength": 1.0},
    "seasons that are alike": {"behavior.needs.season": [1.0, 1.1, 1.0, 1.0]},
}


@pytest.mark.parametrize("part", STRONG)
def test_strength_zero__would_be_seen_were_it_not_zero(part):
    case = next(case for case in strength_zero.cases() if case.part == part)
    without = busy_market(300).vary(case.without)
    strong = without.vary(case.zero).vary(STRONG[part])
    one, other = (strength_zero.finished(scenario) for scenario in (without, strong))
    assert strength_zero.differences(one, other, case.owns)


def test_shuffle__moves_customers_and_would_show_a_friend_left_behind():
    market = busy_market(500, 13)
    straight, mixed, torn = (Simulation(market) for _ in range(3))
    order = np.random.default_rng(1).permutation(500)
    same_bits.shuffle(mixed, order)
    same_bits.shuffle(torn, order)
    torn.world.neighbors = straight.world.neighbors
    friends, moved = straight.world.neighbors, mixed.world.neighbors
    assert isinstance(friends, Neighbors) and isinstance(moved, Neighbors)
    for row in (0, 1, 499):
        was = order[row]
        theirs = friends.neighbor[friends.first[was] : friends.first[was + 1]]
        np.testing.assert_array_equal(order[moved.neighbor[moved.first[row] : moved.first[row + 1]]], theirs)
    heard = [one.run().world.customers.arrays["heard"] for one in (straight, mixed, torn)]
    np.testing.assert_array_equal(heard[0][:, order], heard[1])
    assert not np.array_equal(heard[0][:, order], heard[2])


def test_fingerprint__tells_seeds_and_settings_apart():
    market = busy_market(200, 4)
    dearer = market.vary({"brands.Third.price": 1.61})
    prints = [
        same_bits.fingerprint(Simulation(scenario, seed=seed).run())
        for scenario, seed in ((market, 1), (market, 1), (market, 2), (dearer, 1))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
