"""The page in a real browser: it loads without a network, steps, and a slider moves what it should."""

import re
import shutil
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from loyaltysim import load
from loyaltysim.mesa import LoyaltyModel

pytestmark = pytest.mark.slow
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SMALL = {"population.n_customers": 1000, "burn_in": 3, "steps": 8}
PATIENCE = 120_000
"""Milliseconds: the first page compiles what the scenario needs."""
STEPS = 2


@pytest.fixture(scope="module")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is found on this machine: the page is not looked at")
    for library in ("solara", "solara_assets", "playwright"):
        pytest.importorskip(library, exc_type=ImportError)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        yield player.chromium.launch(executable_path=program, args=FLAGS)


@pytest.fixture(scope="module")
def address(browser):
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    changes = [word for path, value in SMALL.items() for word in ("--set", f"{path}={value}")]
    command = [sys.executable, "-m", "loyaltysim", "app", "grocery", "--no-open", "--port", str(port), *changes]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = ""
    while "http://" not in said and (line := server.stderr.readline()):
        said += line
    assert "http://" in said, said
    yield f"http://localhost:{port}/"
    server.terminate()
    server.wait(20)


class Seen:
    """A page, what its console said, and which hosts it asked."""

    def __init__(self, browser, address, width, height):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.errors, self.hosts = [], set()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.set_default_timeout(PATIENCE)
        for _ in range(20):  # until the server listens
            try:
                self.page.goto(address)
                break
            except Exception:
                self.page.wait_for_timeout(1000)
        self.page.locator(".vue-grid-item img").first.wait_for()

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def purchases(self, step):
        """What the page says was bought in a step, by brand."""
        told = self.page.get_by_text(f"Purchases in step {step}:")
        told.wait_for(state="attached")
        return {brand: int(n.replace(",", "")) for brand, n in re.findall(r"(\w+) ([\d,]+)(?:,|$)", told.inner_text())}


def bought(**settings) -> dict[str, int]:
    model = LoyaltyModel(scenario=load("grocery").vary(SMALL | settings), rng=1)
    for _ in range(SMALL["burn_in"] + STEPS):
        model.step()
    return {brand: int(model.series(f"purchases[{brand}]")[-1]) for brand in model.brands}


def test_page__steps_and_a_slider_moves_the_series(browser, address):
    seen = Seen(browser, address, 1280, 900)
    assert seen.page.locator(".vue-grid-item img").count() == 6  # the neighborhood and five series
    for _ in range(STEPS):
        seen.press("Step")
    assert seen.purchases(STEPS) == bought()
    slider = seen.page.get_by_role("slider", name=re.compile("Ours: price"))
    slider.focus()
    slider.press("End")
    assert float(slider.get_attribute("aria-valuenow")) == 4.0
    seen.press("Reset")
    seen.page.get_by_text("Step: 3", exact=True).wait_for()
    for _ in range(STEPS):
        seen.press("Step")
    dear = bought(**{"brands.Ours.price": 4.0})
    assert seen.purchases(STEPS) == dear
    assert dear["Ours"] < bought()["Ours"]
    assert not seen.errors
    assert seen.hosts - {None} == {"localhost"}  # a picture in the page itself has no host


def test_page__fits_a_phone_with_pictures_and_buttons_in_view(browser, address):
    seen = Seen(browser, address, 390, 844)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    height = 844
    for place in (seen.page.locator(".vue-grid-item img").first, seen.page.get_by_role("button", name="Step")):
        box = place.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390
        assert box["y"] < height
    assert seen.page.locator(".vue-grid-item img").first.bounding_box()["width"] > 300
    assert not seen.errors


def test_page__tells_settings_that_do_not_go_together(browser, address):
    seen = Seen(browser, address, 1280, 900)
    seen.page.set_default_timeout(8000)
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
    ):
        done = subprocess.run([sys.executable, "-m", "loyaltysim", "app", *words], capture_output=True, text=True)
        assert done.returncode == 2
        assert said in done.stderr and "Traceback" not in done.stderr
