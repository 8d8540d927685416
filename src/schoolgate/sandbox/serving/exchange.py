"""A request as it came in and the reply as it goes out, without a network around them."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

JSON = "application/json; charset=utf-8"
_WORTH_COMPRESSING = 500


@dataclass(frozen=True)
class Request:
    """`headers` has lower-case names. `target` is path and query, as the client sent them."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def url(self) -> str:
        """The address that was signed, by the name under which the client knows this server."""
        return f"http://{self.headers.get('host', '')}{self.target}"


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    # Send only half of the body and hang up.
    cut: bool = False
    # Hang up without an answer.
    dropped: bool = False


@dataclass(frozen=True)
class Asked:
    """A line of the sandbox's log of everything that was asked of it."""

    method: str
    path: str
    query: str
    status: int


def json_reply(status: int, payload: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, msgspec.json.encode(payload), {"Content-Type": JSON, **(headers or {})})


def compressed(reply: Reply, request: Request) -> Reply:
    """Compress the body for a client that asks for it."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return reply
    if len(reply.body) < _WORTH_COMPRESSING:
        return reply
    body = gzip.compress(reply.body, compresslevel=1, mtime=0)
    return replace(reply, body=body, headers={**reply.headers, "Content-Encoding": "gzip"})
