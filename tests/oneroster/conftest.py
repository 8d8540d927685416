from collections.abc import Callable, Iterator
from typing import Any

import pytest

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.rest.auth import Bearer
from schoolgate.oneroster.rest.retry import Time
from sis_server import Sis

Open = Callable[..., Client]


@pytest.fixture
def sis() -> Iterator[Sis]:
    server = Sis()
    yield server
    server.stop()


@pytest.fixture
def naps() -> list[float]:
    """How long a client would have slept, each time."""
    return []


@pytest.fixture
def open_client(sis: Sis, naps: list[float]) -> Iterator[Open]:
    """Open clients of the server. They sleep in no time at all, and are closed in the end."""
    clients: list[Client] = []

    def open_one(**settings: Any) -> Client:
        settings = {"auth": Bearer("t0ken"), "insecure": True, "page_size": 3} | settings
        base_url = settings.pop("base_url", sis.url)
        auth = settings.pop("auth")
        clocks = Time(sleep=naps.append, chance=lambda: 0.0, elapsed=lambda: sum(naps))
        client = Client(base_url, auth, clocks=clocks, **settings)
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        client.close()
