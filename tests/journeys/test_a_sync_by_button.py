"""`schoolgate up` as a district meets it: sign in, press "Sync now", see the run end well.

A real process: web server, workflow engine and sync in one.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from schoolgate.sandbox import District, Sandbox

PASSWORD = "maple-valley-oak"
PATIENCE_SECONDS = 60


def schoolgate(home: Path, *words: str, said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "schoolgate", *words],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Maple Valley with a sandbox SIS behind it, its schools enabled, nothing synced yet."""
    home, secret = tmp_path / "home", tmp_path / "secret"
    with Sandbox(District(60, seed=4, schools=2)) as sis:
        secret.write_text(sis.secret)
        schoolgate(home, "district", "add", "--name", "Maple Valley", "--edition", "enterprise")
        schoolgate(
            home, "registration", "add", "--district", "maple-valley", "--name", "SIS",
            "--url", sis.base_url, "--auth", "oauth1", "--key", sis.key,
            "--secret-file", str(secret), "--insecure",
        )  # fmt: skip
        schoolgate(home, "schools", "map", "--registration", "maple-valley.sis", "--all")
        schoolgate(
            home, "staff", "add", "--username", "lee", "--role", "district-admin",
            "--district", "maple-valley", "--password-stdin", said=PASSWORD,
        )  # fmt: skip
        yield home


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "schoolgate", "up", "--port", "0"],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", first)
    assert found, first
    yield found[0]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    process.stdout.close()


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


def last_run(home: Path) -> dict[str, Any]:
    said = schoolgate(home, "runs", "--registration", "maple-valley.sis", "--last", "1", "--json")
    run: dict[str, Any] = json.loads(said)["runs"][0]
    return run


def test_the_button_starts_a_sync_that_the_engine_carries_out(home: Path, address: str) -> None:
    browser = Browser(address)
    browser.open("/sign-in/")
    browser.open("/sign-in/", {"login": "lee", "password": PASSWORD})
    browser.open("/d/maple-valley/registrations/sis/")

    browser.open("/d/maple-valley/registrations/sis/sync/", {})

    run = browser.url.removeprefix(address)
    assert re.fullmatch(r"/d/maple-valley/runs/\d+/", run)
    until = time.monotonic() + PATIENCE_SECONDS
    while not (ended := last_run(home)["ended_at"]) and time.monotonic() < until:
        time.sleep(0.5)
    assert ended
    assert last_run(home)["changes"]["student.added"] == 60
    assert re.search(r"\b60\b", browser.open(run))
