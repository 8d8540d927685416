"""A real Chromium for tests: what starts it, what looks at a page in it."""

import shutil
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from pytest_django.live_server_helper import LiveServer

from schoolgate.accounts.models import User

ROOT = Path(__file__).parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / ".screenshots"

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 320, "height": 640}

FLAGS = [
    "--no-sandbox",  # a container's root has no sandbox to enter
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


class NoChromium(Exception):
    """The browser tests cannot run here, and the message says what to install."""


def start_chromium(playwright: Playwright) -> Browser:
    executable = shutil.which("chromium")
    if executable is None:
        raise NoChromium(
            "The browser tests need Chromium. On Debian: sudo apt-get install chromium"
        )
    return playwright.chromium.launch(executable_path=executable, args=FLAGS)


def sign_in(context: BrowserContext, live_server: LiveServer, user: User) -> None:
    """Sign a person in without her typing anything."""
    client = Client()
    client.force_login(user)
    # The first request of a process loads the code of every page: not while the browser waits.
    client.get("/")
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])


def axe(page: Page) -> list[str]:
    """List what axe-core finds against WCAG 2.1 A and AA and good practice: rule and place.

    Looked for on SQLite: labels and colours are the same whatever the rows came from, and each
    look takes longer than the rest of its test.
    """
    if connection.vendor != "sqlite":
        return []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def assert_good(page: Page, name: str) -> None:
    """Keep a picture; nothing against WCAG, and nothing to scroll for sideways."""
    screenshot(page, name)
    assert axe(page) == []
    assert not scrolls_sideways(page)


def scrolls_sideways(page: Page) -> bool:
    return bool(
        page.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    )


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the whole page in `.screenshots/`, for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True, caret="initial")
    return path
