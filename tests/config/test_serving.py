"""Behind a proxy that ends TLS: its word is believed, and nobody else's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from schoolgate.config.serving import Server

# Answering opens and closes the connection of its thread.
pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.HTTPS, settings.SECURE_SSL_REDIRECT = True, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.PROXY = "10.0.0.9"
    server = Server(host="127.0.0.1", port=0)
    yield server
    server._server.close()


def status_of(server: Server, *, asked_by: str) -> str:
    """What the server answers to somebody who says that the browser came by https."""
    request = RequestFactory().get("/static/none.css", headers={"X-Forwarded-Proto": "https"})
    answered: list[str] = []
    application = server._server.application

    application(
        {**request.environ, "REMOTE_ADDR": asked_by},
        lambda status, _headers, _trouble=None: answered.append(status),
    ).close()

    return answered[0]


def test_the_proxy_says_that_the_browser_came_by_https(server: Server) -> None:
    assert status_of(server, asked_by="10.0.0.9") == "404 Not Found"


def test_somebody_else_who_says_so_is_sent_to_https(server: Server) -> None:
    assert status_of(server, asked_by="192.0.2.7") == "301 Moved Permanently"
