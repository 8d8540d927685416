"""The quirks of a server that is busy, broken or behind a strange gateway."""

import secrets
from collections.abc import Callable

from schoolgate.sandbox.payload import Fault
from schoolgate.sandbox.quirks import Quirks
from schoolgate.sandbox.serving.exchange import Reply, Request

ELSEWHERE = "https://roster.example.net"
_COOKIE = "sandbox_session"
_WEB_PAGE = b"<!doctype html><title>Sign in</title><h1>Please sign in</h1>"


class Weather:
    """What goes wrong from request to request. `sleep` takes seconds."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        self._reads = 0
        self._cookie: str | None = None
        self._first_pages = 0

    def shifts(self, request: Request, quirks: Quirks) -> bool:
        """Say whether records move under this reader: from the second page of the first read on."""
        if "shifting_pages" not in quirks or not request.path.endswith("/users"):
            return False
        on_first_page = request.parameters.get("offset", "0") == "0"
        self._first_pages += on_first_page
        return self._first_pages == 1 and not on_first_page

    def strike(self, quirks: Quirks) -> Reply | None:
        """Count a read, and say with what it is answered instead, if so.

        Raises:
            Fault: 429 or 503.
        """
        self._reads += 1
        if self._is_turn(quirks, "drop_connection"):
            return Reply(0, dropped=True)
        wait = quirks.get("retry_after")
        headers = () if wait is None else (("Retry-After", str(int(wait))),)
        if self._is_turn(quirks, "flaky_429"):
            raise Fault(429, "server_busy", "Too many requests.", headers)
        if self._is_turn(quirks, "flaky_503"):
            raise Fault(503, "server_busy", "The server is busy.", headers)
        return None

    def wait(self, quirks: Quirks) -> None:
        if quirks.get("latency"):
            self._sleep(quirks["latency"])

    def cookie(self, request: Request, quirks: Quirks) -> dict[str, str]:
        """Give the first answer its cookie, and insist on it from then on.

        Raises:
            Fault: 401, the cookie did not come back.
        """
        if "cookie_required" not in quirks:
            return {}
        if self._cookie is None:
            return self.new_cookie(quirks)
        if f"{_COOKIE}={self._cookie}" not in request.headers.get("cookie", ""):
            raise Fault(401, "unauthorized", "The session is not known here.")
        return {}

    def new_cookie(self, quirks: Quirks) -> dict[str, str]:
        if "cookie_required" not in quirks:
            return {}
        self._cookie = self._cookie or secrets.token_hex(8)
        return {"Set-Cookie": f"{_COOKIE}={self._cookie}; Path=/; HttpOnly"}

    def _is_turn(self, quirks: Quirks, name: str) -> bool:
        return name in quirks and self._reads % max(1, int(quirks[name])) == 0


def damaged(reply: Reply, *, page: int, quirks: Quirks) -> Reply:
    """Break a page that is otherwise good.

    Raises:
        Fault: 500, this page always fails.
    """
    if quirks.get("page_fails") == page:
        raise Fault(500, "", "Something went wrong.")
    if quirks.get("html_200") in (0, page):
        return Reply(200, _WEB_PAGE, {"Content-Type": "text/html; charset=utf-8"})
    if quirks.get("broken_json") in (0, page):
        return Reply(reply.status, reply.body[:-2] + b"!", reply.headers)
    if quirks.get("truncated_page") in (0, page):
        return Reply(reply.status, reply.body, reply.headers, cut=True)
    return reply
