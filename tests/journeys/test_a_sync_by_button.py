"""`schoolgate up` as a district meets it: sign in, press "Sync now", see the run end well.

A real process: web server, workflow engine and sync in one.
"""

import re
import signal
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from installations import Installation
from schoolgate.sandbox import District, Sandbox

PASSWORD = "maple-valley-oak"
PATIENCE_SECONDS = 60


@pytest.fixture
def connected(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Maple Valley with a sandbox SIS behind it, its schools enabled, nothing synced yet."""
    secret = tmp_path / "secret"
    with Sandbox(District(60, seed=4, schools=2)) as sis:
        secret.write_text(sis.secret)
        installation.answer("district", "add", "--name", "Maple Valley", "--edition", "enterprise")
        installation.answer(
            "registration", "add", "--district", "maple-valley", "--name", "SIS",
            "--url", sis.base_url, "--auth", "oauth1", "--key", sis.key,
            "--secret-file", str(secret), "--insecure",
        )  # fmt: skip
        installation.answer("schools", "map", "--registration", "maple-valley.sis", "--all")
        installation.answer(
            "staff", "add", "--username", "lee", "--role", "district-admin",
            "--district", "maple-valley", "--password-stdin", said=PASSWORD,
        )  # fmt: skip
        yield installation


@pytest.fixture
def address(connected: Installation) -> Iterator[str]:
    process = connected.start("-m", "schoolgate", "up", "--port", "0")
    assert process.stdout is not None
    assert process.stdin is not None
    first = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", first)
    assert found, first
    yield found[0]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    process.stdin.close()


class Browser:
    """Enough of one: cookies, forms with their token, redirects."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = ""
        self.url = ""

    def open(self, path: str, form: dict[str, str] | None = None) -> str:
        body = None
        if form is not None:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
            assert token
            body = urlencode({**form, "csrfmiddlewaretoken": token[1]}).encode()
        with self.opener.open(self.address + path, data=body, timeout=30) as answer:
            self.page, self.url = answer.read().decode(), answer.url
        return self.page


def last_run(connected: Installation) -> dict[str, Any]:
    said = connected.answer("runs", "--registration", "maple-valley.sis", "--last", "1")
    run: dict[str, Any] = said["runs"][0]
    return run


def test_the_button_starts_a_sync_that_the_engine_carries_out(
    connected: Installation, address: str
) -> None:
    browser = Browser(address)
    browser.open("/sign-in/")
    browser.open("/sign-in/", {"login": "lee", "password": PASSWORD})
    browser.open("/d/maple-valley/registrations/sis/")

    browser.open("/d/maple-valley/registrations/sis/sync/", {})

    run = browser.url.removeprefix(address)
    assert re.fullmatch(r"/d/maple-valley/runs/\d+/", run)
    until = time.monotonic() + PATIENCE_SECONDS
    while not (ended := last_run(connected)["ended_at"]) and time.monotonic() < until:
        time.sleep(0.5)
    assert ended
    assert last_run(connected)["changes"]["student.added"] == 60
    assert re.search(r"\b60\b", browser.open(run))
