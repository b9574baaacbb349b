"""Serving: a page on this machine alone unless told otherwise, without a request to any other."""

from __future__ import annotations

import errno
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable

from loyaltysim.faults import Fault, ScenarioError

HOST, EVERYBODY = "localhost", "0.0.0.0"
PAGES = {"class": "loyaltysim.app.class_page", "mesa": "loyaltysim.app.mesa_page"}
"""The pages that there are, the one that opens by itself first."""
GONE = "3m"
"""After so long without a connection what a visitor had is thrown away; at once, where a page was closed. Assumed."""
TURN = 0.0005
"""Seconds until a thread hands Python on to another: the simulating one lets go at every kernel and waits to come back
(measured beside a busy thread: it takes 2.7 times as long as alone, and 3.9 times with Python's own 5 ms)."""
MOST_MESSAGE = 1_000_000
"""Bytes of one message from a browser; assumed: five times an opened file."""


def serve(
    port: int, *, page: str = "class", host: str = HOST, opens: bool = True, ready: Callable[[str], None] = print
) -> None:
    """Serve a page until Ctrl-C; `ready` is told its address. Raises ScenarioError where the port is taken."""
    check_free(port, host)
    import solara
    import uvicorn
    from solara.server import settings

    settings.telemetry.mixpanel_enable = False  # Solara would report its use …
    solara.settings.assets.cdn = ""  # … and fetch what the package solara-assets has not
    settings.theme.show_banner = False  # it would hide a picture
    settings.main.mode = "production"
    settings.kernel.cull_timeout = GONE
    sys.setswitchinterval(TURN)
    from solara.server import app as pages
    from solara.server.starlette import app

    pages.apps["__default__"] = pages.AppScript(PAGES[page])
    ready(f"http://{socket.gethostname() if host == EVERYBODY else host}:{port}")
    if opens:
        threading.Timer(1.0, webbrowser.open, [f"http://{HOST if host == EVERYBODY else host}:{port}"]).start()
    uvicorn.run(app, host=host, port=port, log_level="error", ws_max_size=MOST_MESSAGE)


def check_free(port: int, host: str = HOST) -> None:
    """Raise ScenarioError where the port cannot be listened at: it is taken, or not for this user."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _no_address(host, error.strerror) from None
    found = False
    for family, kind, number, _, address in places:
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:  # this machine has no such address
                    continue
                message = f"cannot listen at port {port} ({error.strerror}): take another"
                raise ScenarioError([Fault(None, None, "--port", message)]) from None
        found = True
    if not found:
        raise _no_address(host, "none of its networks has it")


def _no_address(host: str, why: str | None) -> ScenarioError:
    message = f'"{host}" is no address of this machine ({why}); {EVERYBODY} stands for all that it has'
    return ScenarioError([Fault(None, None, "--host", message)])
