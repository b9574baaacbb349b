"""Serving: the page on this machine alone, without a request to any other."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable

from loyaltysim.faults import Fault, ScenarioError

HOST, APP = "localhost", "loyaltysim.app.mesa_page"


def serve(port: int, *, opens: bool = True, ready: Callable[[str], None] = print) -> None:
    """Serve the page until Ctrl-C; `ready` is told its address. Raises ScenarioError where the port is taken."""
    check_free(port)
    import solara
    import uvicorn
    from solara.server import settings

    settings.telemetry.mixpanel_enable = False  # Solara would report its use …
    solara.settings.assets.cdn = ""  # … and fetch what the package solara-assets has not
    settings.theme.show_banner = False  # it would hide a picture
    settings.main.mode = "production"
    from solara.server import app as pages
    from solara.server.starlette import app

    pages.apps["__default__"] = pages.AppScript(APP)
    address = f"http://{HOST}:{port}"
    ready(address)
    if opens:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    uvicorn.run(app, host=HOST, port=port, log_level="error")


def check_free(port: int) -> None:
    """Raise ScenarioError where something else listens at the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise ScenarioError(
                [Fault(None, None, "--port", f"something listens at port {port} already: take another")]
            )
