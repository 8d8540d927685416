"""A small SIS on the loopback address, told page by page what to answer."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = "/ims/oneroster/v1p1"


@dataclass(frozen=True)
class Asked:
    """A request as it came: `target` is the request line's own text."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def number(self, name: str, default: int) -> int:
        return int(parse_qs(urlsplit(self.target).query).get(name, [str(default)])[0])

    @property
    def offset(self) -> int:
        return self.number("offset", 0)

    @property
    def limit(self) -> int:
        return self.number("limit", 100)


@dataclass(frozen=True)
class Said:
    """An answer. `promised` is a Content-Length other than the true one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None


Answer = Callable[[Asked], Said]


class Sis:
    """Answers by path below the root; unknown paths with 404. Keeps every request."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.busiest = 0
        self._busy = 0
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, **routes: Answer) -> None:
        self.routes.update({f"{ROOT}/{name}": answer for name, answer in routes.items()})

    def targets(self, name: str) -> list[str]:
        """List the queries asked of one collection, in the order they came."""
        path = f"{ROOT}/{name}"
        return [asked.target[len(path) :] for asked in self.asked if asked.path == path]

    def answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            return self.routes.get(asked.path, lambda _: Said(404))(asked)
        finally:
            with self._lock:
                self._busy -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sis: Sis) -> None:
        self.sis = sis
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.server.sis.answer(Asked(self.command, self.path, headers, body))
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        if said.status != 204:
            length = len(said.body) if said.promised is None else said.promised
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(said.body)
        self.close_connection = said.promised is not None

    do_POST = do_GET  # noqa: N815 (the name the server looks for)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's name)
        """Stay quiet."""


def page(key: str, records: list[Any], **headers: str) -> Said:
    """One page. A header is given in snake case: `x_total_count="3"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(body=json.dumps({key: records}).encode(), headers=named)


def paged(key: str, records: list[Any], *, total: int | None = None, cap: int = 10_000) -> Answer:
    """Page well: honour offset and limit up to a cap, and count where told to."""
    headers = {} if total is None else {"x_total_count": str(total)}
    return lambda asked: page(
        key, records[asked.offset : asked.offset + min(asked.limit, cap)], **headers
    )


def in_turn(*answers: Said) -> Answer:
    """One answer after another; the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def an_org(sourced_id: str = "sch-1", **more: Any) -> dict[str, Any]:
    org = {"sourcedId": sourced_id, "status": "active", "name": "Oak", "type": "school"}
    return org | more


def a_user(sourced_id: str, role: str = "student", **more: Any) -> dict[str, Any]:
    user = {
        "sourcedId": sourced_id,
        "status": "active",
        "dateLastModified": "2026-09-20T08:15:00.000Z",
        "username": sourced_id,
        "enabledUser": True,
        "givenName": "Ana",
        "familyName": "Reyes",
        "role": role,
        "orgs": [{"sourcedId": "sch-1", "type": "org"}],
    }
    return user | more


def orgs_numbered(count: int) -> list[dict[str, Any]]:
    return [an_org(f"o-{number:04d}") for number in range(count)]


def refs(*sourced_ids: str) -> list[dict[str, str]]:
    return [{"sourcedId": sourced_id, "type": "user"} for sourced_id in sourced_ids]
