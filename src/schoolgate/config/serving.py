"""Serve the web application from this process, or work in it, until it is told to end."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn

import waitress.server
from django.conf import settings
from django.core.wsgi import get_wsgi_application

THREADS = 16


class PortTaken(Exception):
    """Something else listens there, or this user may not."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Cannot listen on {host}:{port}. Choose another port with --port.")


class Server:
    """Listens from its making on; `serve` answers until SIGTERM or Ctrl-C."""

    def __init__(self, *, host: str, port: int) -> None:
        try:
            self._server = waitress.server.create_server(
                get_wsgi_application(),
                host=host,
                port=port,
                threads=THREADS,
                ident=None,
                **_proxy(),
            )
        except OSError:
            raise PortTaken(host, port) from None
        self.port: int = self._server.effective_port

    def serve(self) -> None:
        signal.signal(signal.SIGTERM, _end)
        try:
            self._server.run()
        finally:
            self._server.close()


def _proxy() -> dict[str, Any]:
    """Whose word is believed on who asks, and whether by https. Without a proxy nobody's."""
    if not settings.HTTPS:
        return {}
    return {
        "trusted_proxy": settings.PROXY,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # waitress lets its threads finish on SystemExit.
    raise SystemExit(0)


def wait_for_the_end() -> None:
    """Wait until SIGTERM or Ctrl-C."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told.set())
    told.wait()


def end_at_once(text: str) -> NoReturn:
    """End this process without waiting for what still runs in it: that is made to be killed.

    Leaving in the ordinary way would wait for its threads, for as long as a source takes.
    """
    print(text, flush=True)  # noqa: T201
    sys.stderr.flush()
    os._exit(0)
