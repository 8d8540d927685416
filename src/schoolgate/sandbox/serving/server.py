"""HTTP around a function from requests to replies: threads, keep-alive, nothing else."""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from schoolgate.sandbox.serving.exchange import Reply, Request

Answer = Callable[[Request], Reply]
_LONGEST_BODY = 64 * 1024


class Server(ThreadingHTTPServer):
    """Listens on the loopback address from the moment it is made. Answers once it is started."""

    daemon_threads = False
    # Closing waits for the threads, and the threads end when their connections are closed.
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.answer: Answer = lambda _: Reply(503)
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self, answer: Answer) -> None:
        self.answer = answer
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and wait until all is quiet."""
        self.shutdown()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet when a client hangs up; say anything else on standard error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    # One packet for an answer, not one for each header.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _exchange(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _LONGEST_BODY))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.answer(Request(self.command, self.path, headers, body)))

    def __getattr__(self, name: str) -> Any:
        # The base class looks for do_GET, do_PUT, ...: every method there is gets an answer.
        if name.startswith("do_"):
            return self._exchange
        raise AttributeError(name)

    def _send(self, reply: Reply) -> None:
        self.close_connection = self.close_connection or reply.dropped or reply.cut
        if reply.dropped:
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
        self.wfile.flush()
