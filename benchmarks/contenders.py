"""One pull of all users by one client, in a process of its own and with its own packages.

    python contenders.py ours|requests|oneroster|timeback|wire ORIGIN PAGE_SIZE CONNECTIONS

Prints how many records came, in how many seconds, and at how much processor time. The packages of
the others are imported where they are used: each stands in an environment of its own.
"""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b

ROOT = "/ims/oneroster/v1p1"
KEY = {"client_id": "key", "client_secret": "secret"}


Read = Callable[[str, int, int], int]


def ours() -> Read:
    """Every record decoded and checked, as `schoolgate pull` has it."""
    from schoolgate.oneroster import Client, OAuth1

    def read(origin: str, page_size: int, connections: int) -> int:
        auth = OAuth1(*KEY.values())
        with Client(
            origin, auth, page_size=page_size, concurrency=connections, insecure=True
        ) as client:
            users = client.users()
            count = sum(1 for _ in users)
            if not users.verdict.complete:
                raise SystemExit(f"The pull was not whole: {users.verdict}")
        return count

    return read


def ours_raw() -> Read:
    """Every record as its bytes: what a sync reads of a source in which nothing has changed."""
    from schoolgate.oneroster import Client, OAuth1

    def read(origin: str, page_size: int, connections: int) -> int:
        auth = OAuth1(*KEY.values())
        with Client(
            origin, auth, page_size=page_size, concurrency=connections, insecure=True
        ) as client:
            return sum(1 for row in client.users().raw() if digest(row.data))

    return read


def floor() -> Read:
    """Split the same pages into records and hash each: less no reader of changes can do."""
    import msgspec

    split = msgspec.json.Decoder(dict[str, list[msgspec.Raw]])

    def read(origin: str, page_size: int, _connections: int) -> int:
        pages = list(bodies(origin, page_size))
        spent = time.process_time()
        count = sum(1 for page in pages for row in split.decode(page)["users"] if digest(row))
        floor.cpu = time.process_time() - spent  # type: ignore[attr-defined]
        return count

    return read


def digest(row: bytes) -> bytes:
    return blake2b(row, digest_size=16, key=b"any").digest()


def plain() -> Read:
    """The loop that everybody writes first."""
    import requests

    def read(origin: str, page_size: int, _connections: int) -> int:
        count = 0
        with requests.Session() as session:
            while True:
                asked = {"limit": page_size, "offset": count}
                answer = session.get(f"{origin}{ROOT}/users", params=asked, timeout=60)
                rows = answer.json()["users"]
                count += len(rows)
                if len(rows) < page_size:
                    return count

    return read


def oneroster() -> Read:
    from oneroster.classlink import ClasslinkConnector

    def read(origin: str, page_size: int, _connections: int) -> int:
        source = ClasslinkConnector(host=f"{origin}{ROOT}/", page_size=page_size, **KEY)
        return len(source.get_users(user_filter="users"))

    return read


def timeback() -> Read:
    from timeback_oneroster import OneRosterClient

    async def stream(origin: str, page_size: int) -> int:
        client = OneRosterClient(base_url=origin, auth_url=f"{origin}/token", **KEY)
        count = 0
        async for _ in client.users.stream(limit=page_size):
            count += 1
        await client.close()
        return count

    return lambda origin, page_size, _connections: asyncio.run(stream(origin, page_size))


def wire() -> Read:
    """Nothing but the bytes: faster than this the server does not send."""
    return lambda origin, page_size, _: sum(1 for _ in bodies(origin, page_size)) * page_size


def bodies(origin: str, page_size: int) -> Iterator[bytes]:
    connection = http.client.HTTPConnection(origin.removeprefix("http://"))
    offset, more = 0, True
    while more:
        connection.request("GET", f"{ROOT}/users?limit={page_size}&offset={offset}")
        answer = connection.getresponse()
        offset, more = offset + page_size, "Link" in answer.headers
        yield answer.read()
    connection.close()


CONTENDERS: dict[str, Callable[[], Read]] = {
    "ours": ours,
    "ours-raw": ours_raw,
    "floor": floor,
    "requests": plain,
    "oneroster": oneroster,
    "timeback": timeback,
    "wire": wire,
}


def main(name: str, origin: str, page_size: int, connections: int) -> None:
    # Importing is not pulling: a sync is done by a process that has long been there.
    read = CONTENDERS[name]()
    started, spent = time.perf_counter(), time.process_time()
    count = read(origin, page_size, connections)
    seconds, cpu = time.perf_counter() - started, time.process_time() - spent
    cpu = getattr(floor, "cpu", cpu)
    sys.stdout.write(json.dumps({"count": count, "seconds": seconds, "cpu": cpu}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
