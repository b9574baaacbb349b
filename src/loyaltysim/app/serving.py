"""Serving: the page on this machine alone, without a request to any other."""

from __future__ import annotations

import errno
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
    """Raise ScenarioError where the port cannot be listened at: it is taken, or not for this user."""
    for family, kind, number, _, address in socket.getaddrinfo(HOST, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:  # this machine has no such address
                    continue
                message = f"cannot listen at port {port} ({error.strerror}): take another"
                raise ScenarioError([Fault(None, None, "--port", message)]) from None
