"""Cards with and without stamps given (D12)."""

import pytest

from loyaltysim.validation.endowed_progress import NEEDED, car_wash, redeemed

RESPONSE = "brands.Ours.programs.0.customer_response"


@pytest.mark.parametrize("given", [0, 2])
def test_cards__that_nobody_gives_up_are_all_redeemed(given):
    assert redeemed(car_wash(given, cards=500).vary({RESPONSE: "none"})) == 1


@pytest.mark.parametrize("given", [0, 2])
def test_both__need_the_same_number_of_paid_washes(given):
    """With one wash a week, the same for all, the reward comes with the ninth wash."""
    program = car_wash(given, cards=50).vary({RESPONSE: "none", "behavior.needs": "regular", "steps": NEEDED})
    assert redeemed(program) == 0
    assert redeemed(program.vary({"steps": NEEDED + 1})) == 1


def test_nine_months__do_not_bind_from_half_a_wash_a_week_on():
    often, seldom = (redeemed(car_wash(2, washes_per_week=rate)) for rate in (1.0, 0.5))
    assert seldom == pytest.approx(often, abs=0.01)
