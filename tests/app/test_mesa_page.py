"""The page in a real browser: it loads without a network, steps, and a slider moves what it should."""

import re
import subprocess
import sys

import pytest

from loyaltysim import load
from loyaltysim.mesa import LoyaltyModel

pytestmark = pytest.mark.slow
SMALL = {"population.n_customers": 1000, "burn_in": 3, "steps": 8}
STEPS = 2


@pytest.fixture(scope="module")
def address(serve):
    return serve("grocery", "--page", "mesa", **SMALL).address


def look(visit, address, width, height):
    seen = visit(address, width=width, height=height)
    seen.page.locator(".vue-grid-item img").first.wait_for()
    return seen


def says(seen, step, bought):
    """The page comes to say what was bought in a step, by brand; the step is said once."""
    told = ", ".join(f"{brand} {count:,}" for brand, count in bought.items())
    seen.page.get_by_text(f"Purchases in this step: {told}", exact=True).wait_for(state="attached")
    says_step(seen, step)


def says_step(seen, step):
    """Mesa says the step; from 3.5 on as a time. Nothing else on the page does."""
    seen.page.get_by_text(re.compile(rf"^(Step: {step}|Time: {step}\.0)$")).wait_for()
    numbers = re.findall(r"(?i)\b(?:step|time):? *[\d.]+", seen.page.locator("body").inner_text())
    assert len(numbers) == 1, numbers


def bought(**settings) -> dict[str, int]:
    model = LoyaltyModel(scenario=load("grocery").vary(SMALL | settings), rng=1)
    for _ in range(SMALL["burn_in"] + STEPS):
        model.step()
    return {brand: int(model.series(f"purchases[{brand}]")[-1]) for brand in model.brands}


def test_page__steps_and_a_slider_moves_the_series(visit, address):
    seen = look(visit, address, 1280, 900)
    assert seen.page.locator(".vue-grid-item img").count() == 6  # the neighborhood and five series
    says_step(seen, 0)
    for _ in range(STEPS):
        seen.press("Step")
    says(seen, STEPS, bought())
    slider = seen.page.get_by_role("slider", name=re.compile("Ours: price"))
    slider.focus()
    slider.press("End")
    assert float(slider.get_attribute("aria-valuenow")) == 4.0
    seen.press("Reset")
    says_step(seen, 0)
    for _ in range(STEPS):
        seen.press("Step")
    dear = bought(**{"brands.Ours.price": 4.0})
    says(seen, STEPS, dear)
    assert dear["Ours"] < bought()["Ours"]
    seen.was_well()


def test_page__fits_a_phone_with_pictures_and_buttons_in_view(visit, address):
    seen = look(visit, address, 390, 844)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    height = 844
    for place in (seen.page.locator(".vue-grid-item img").first, seen.page.get_by_role("button", name="Step")):
        box = place.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390
        assert box["y"] < height
    assert seen.page.locator(".vue-grid-item img").first.bounding_box()["width"] > 300
    assert not seen.errors


def test_page__tells_settings_that_do_not_go_together(visit, address):
    seen = look(visit, address, 1280, 900)
    for name, key in (("promotion calendar: weeks", "End"), ("promotion calendar: every weeks", "Home")):
        slider = seen.page.get_by_role("slider", name=re.compile(name))
        slider.focus()
        slider.press(key)
    seen.press("Reset")
    seen.page.get_by_text("These settings do not go together").wait_for()
    assert not seen.errors


def test_command__refuses_what_it_cannot_show():
    for words, said in (
        (["nothing"], "nothing"),
        (["--port", "0"], "--port: must be a whole number from 1 to 65535"),
        (["--page", "classes"], 'there is no page "classes"; there are: class, mesa'),
        (["--host", "no.such.address.invalid"], "--host: "),
        (["--host", "192.0.2.1"], "is no address of this machine"),
    ):
        done = subprocess.run([sys.executable, "-m", "loyaltysim", "app", *words], capture_output=True, text=True)
        assert done.returncode == 2
        assert said in done.stderr and "Traceback" not in done.stderr
