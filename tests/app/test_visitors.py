"""Ten visitors at once on one server: each is answered, none sees another's world, and their memory comes back."""

import json
import re
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from loyaltysim import load
from loyaltysim.app.limits import class_size
from loyaltysim.app.measured import tell
from loyaltysim.app.worlds import Worlds

pytestmark = pytest.mark.slow
SHORT = {"population.n_customers": 2000, "burn_in": 4, "steps": 26}
PRICES = [1.6, 1.7, 1.8, 1.9, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6]
PATIENCE = 120_000
LEFT = 90
"""Seconds within which everything of those who left is gone; solara and the page take some."""


def resident(process):
    """Memory that a process holds, in MB."""
    told = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", told)[1]) / 1024


def settled(process, enough):
    """The same when it is down to `enough`, or some time has passed."""
    end = time.monotonic() + LEFT / 3
    while (now := resident(process)) >= enough and time.monotonic() < end:
        time.sleep(0.5)
    return now


def kernels(server):
    """Visitors that the server still holds something of."""
    with urlopen(server.address + "resourcez") as answer:
        counts = json.load(answer)["kernels"]
    return counts["total"] - counts["has_closed"]


def share(page):
    """What the table tells of the share: as it is, and changed."""
    row = page.locator(".numbers tbody tr").filter(has_text="Share")
    return [cell.split("\n")[0] for cell in row.locator("td").all_inner_texts()[:2]]


def expected(quality):
    """The same, worked out here, by price."""
    base = class_size(load("grocery").vary(SHORT))
    for price in PRICES:
        worlds = Worlds(base)
        changed = base.vary({"brands.Ours.price": price, "brands.Ours.quality": quality})
        while not worlds.go(changed, base.steps):
            pass
        yield [f"{tell(worlds.pair())[1].whole[which].mean[0]:.1f}" for which in (0, 1)]


def come(browser, server):
    """Ten visitors, each with another price."""
    visitors = []
    for price in PRICES:
        page = browser.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server.address}?brands.Ours.price={price}")
        visitors.append(page)
    for page in visitors:
        page.locator("caption", has_text="after 26 of 26").wait_for()
    return visitors


def leave(visitors, server):
    """What the server still holds of them when they have gone, and some time has passed."""
    for page in visitors:
        page.goto("about:blank")  # as when a tab is closed: the page says so to the server …
    end = time.monotonic() + LEFT
    while kernels(server) and time.monotonic() < end:
        time.sleep(0.5)
    for page in visitors:
        page.context.close()  # … which closing at once could cut off
    return kernels(server)


@pytest.fixture(scope="module")
def server(serve):
    return serve("grocery", **SHORT)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux alone")
def test_visitors__ten_at_once_see_their_own_worlds_and_leave_nothing(browser, server):
    waves = []
    for quality in (0.7, 0.8):  # twice: what the first ten leave behind may be kept for the next ten, but no more
        visitors = come(browser, server)
        for page in visitors:
            page.get_by_role("textbox", name=re.compile("^quality")).first.fill(str(quality))
        for page in visitors:
            page.locator("summary", has_text="2 changed").wait_for()
            page.wait_for_timeout(300)
            page.locator("caption", has_text="after 26 of 26").wait_for()
        assert [share(page) for page in visitors] == list(expected(quality))
        most = resident(server.process)
        assert leave(visitors, server) == 0
        low = waves[0][1] + 60 if waves else most - 100
        waves.append((most, settled(server.process, low)))
    (most, after_one), (_, after_two) = waves
    assert after_one < most - 100, waves  # MB; each of the ten takes some 30
    assert after_two < after_one + 60, waves
