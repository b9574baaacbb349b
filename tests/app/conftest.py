"""What tests of both pages share: a browser, a server of their own, and a visitor who notes what goes wrong."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PATIENCE = 120_000
"""Milliseconds: the first page compiles what the scenario needs."""


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


class Server:
    """`loyaltysim app`, with some settings changed."""

    def __init__(self, *words, **changes):
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = probe.getsockname()[1]
        changed = [word for path, value in changes.items() for word in ("--set", f"{path}={value}")]
        command = [sys.executable, "-m", "loyaltysim", "app", *words, "--no-open", "--port", str(port), *changed]
        self.place = tempfile.TemporaryDirectory()
        with self.log.open("w") as log:  # no pipe: one that nobody reads fills, and then the server waits
            self.process = subprocess.Popen(command, stderr=log)
        while "http://" not in self.said() and self.process.poll() is None:
            time.sleep(0.1)
        assert "http://" in self.said(), self.said()
        self.address = f"http://localhost:{port}/"
        for _ in range(100):  # until it listens
            try:
                socket.create_connection(("localhost", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)

    @property
    def log(self):
        return Path(self.place.name) / "said"

    def said(self):
        """What it has told on the terminal."""
        return self.log.read_text(encoding="utf-8")

    def end(self):
        self.process.terminate()
        self.process.wait(20)
        said = self.said()
        self.place.cleanup()
        return said


@pytest.fixture(scope="module")
def serve(browser):
    servers = []

    def serving(*words, **changes):
        servers.append(Server(*words, **changes))
        return servers[-1]

    yield serving
    said = [server.end() for server in servers]
    print(*said)
    assert not any("Traceback" in each for each in said)


class Visitor:
    """A page, what its console said, and which hosts it asked."""

    def __init__(self, browser, address, width=1280, height=900):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.errors, self.hosts = [], set()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(address)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def was_well(self):
        """No error, and nobody else was asked for anything: a picture in the page itself has no host."""
        assert not self.errors
        assert self.hosts - {None, ""} == {"localhost"}


@pytest.fixture
def visit(browser):
    visitors = []

    def visiting(address, **size):
        visitors.append(Visitor(browser, address, **size))
        return visitors[-1]

    yield visiting
    for visitor in visitors:
        visitor.page.close()
