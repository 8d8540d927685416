"""A provider that costs next to nothing: pages made once and kept as bytes, sent as they are.

    python benchmarks/page_server.py STUDENTS LATENCY_SECONDS

So that a figure is the client's own, and not the sandbox's, which makes and checks what it sends.
It believes every signature and every token. Prints its address; ends with its standard input.
"""

import asyncio
import json
import re
import sys
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from schoolgate.sandbox import District
from schoolgate.sandbox.wire import ORG, USER, Wire

TOKEN = b'{"access_token":"any","token_type":"bearer","expires_in":3600}'


class Pages:
    """The answers of one district, by their target."""

    def __init__(self, students: int, origin: str) -> None:
        district = District(students, seed=1)
        wire = Wire(district, f"{origin}/ims/oneroster/v1p1")
        self._origin = origin
        self._rows = {
            "users": [json.dumps(USER.shape(wire, one)).encode() for one in district.people],
            "orgs": [
                json.dumps(ORG.shape(wire, one)).encode() for one in (district, *district.schools)
            ],
        }

    @cache  # noqa: B019  # lives as long as the process
    def answer(self, target: str) -> bytes:
        """A whole HTTP answer. OneRoster 1.1, and under a path of 1.2 for the peer that asks it."""
        url = urlsplit(target)
        name = url.path.rpartition("/")[2]
        if name not in self._rows:
            return http(b"{}", status=HTTPStatus.NOT_FOUND)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        limit, offset = int(asked.get("limit", 100)), int(asked.get("offset", 0))
        rows = self._rows[name]
        more = [f"X-Total-Count: {len(rows)}"]
        if offset + limit < len(rows):
            following = f"{self._origin}{url.path}?limit={limit}&offset={offset + limit}"
            more.append(f'Link: <{following}>; rel="next"')
        body = b",".join(rows[offset : offset + limit])
        if "v1p2" in url.path:
            # The peer that reads 1.2 refuses the standard's own words for the youngest.
            body = re.sub(rb'"grades": \["[A-Z]+"\]', b'"grades": ["00"]', body)
        return http(b'{"%s":[%s]}' % (name.encode(), body), *more)


def http(body: bytes, *more: str, status: HTTPStatus = HTTPStatus.OK) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Exchange(asyncio.Protocol):
    def __init__(self, pages: Pages, latency: float) -> None:
        self._pages = pages
        self._latency = latency
        self._heard = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """One request at a time, as all of these clients send them."""
        self._heard += data
        head, end, body = self._heard.partition(b"\r\n\r\n")
        if not end or len(body) < length_of(head):
            return
        self._heard = b""
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        if method == "POST":
            self._send(http(TOKEN))
            return
        answer = self._pages.answer(target)
        asyncio.get_running_loop().call_later(self._latency, self._send, answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def main(students: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    ready: list[Pages] = []
    server = await loop.create_server(lambda: Exchange(ready[0], latency), "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ready.append(Pages(students, origin))
    print(origin, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
