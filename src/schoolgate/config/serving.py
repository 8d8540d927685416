"""Serve the web application from this process, until it is told to end."""

import signal
from types import FrameType
from typing import NoReturn

import waitress.server
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
                get_wsgi_application(), host=host, port=port, threads=THREADS, ident=None
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


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # waitress lets its threads finish on SystemExit.
    raise SystemExit(0)
