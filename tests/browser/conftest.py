"""One Chromium for the session, a fresh page for each test, and no quiet trouble in any of them."""

import threading
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from browsers import DESK, sign_in, start_chromium
from cast import a_district_admin
from desk_cast import NOW, dana_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; without this the ORM refuses to work here.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = start_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Collect what the browser complains about: console errors, breaches of the content policy.

    A test that asks for trouble (a page that is not there) clears what it expected.
    """
    return []


# A search that a further key replaced (hx-sync): htmx reports what it itself ended.
REPLACED = ("htmx:afterRequest,", "htmx:sendAbort,")


# What a page asks by itself may still be on its way when the browser has gone.
LAST_WORD_SECONDS = 0.05
AT_REST_SECONDS = 15


@pytest.fixture
def server_at_rest(live_server: LiveServer) -> Iterator[None]:
    """Let the server answer everything before its tables are emptied.

    A desk's page asks for help calls every few seconds, and for the list of the day: a question
    that is still being answered holds SQLite's tables.
    """
    under_way = 0
    changed = threading.Condition()

    def count(by: int) -> None:
        nonlocal under_way
        with changed:
            under_way += by
            changed.notify_all()

    def began(**_: object) -> None:
        count(1)

    def ended(**_: object) -> None:
        count(-1)

    request_started.connect(began)
    request_finished.connect(ended)
    yield
    time.sleep(LAST_WORD_SECONDS)
    with changed:
        assert changed.wait_for(lambda: under_way <= 0, AT_REST_SECONDS)
    request_started.disconnect(began)
    request_finished.disconnect(ended)


@pytest.fixture
def context(
    chromium: Browser, live_server: LiveServer, server_at_rest: None, complaints: list[str]
) -> Iterator[BrowserContext]:
    """Give a browser as a clerk has it: empty, and as wide as her screen."""
    context = chromium.new_context(base_url=live_server.url, viewport=DESK)
    context.set_default_timeout(5_000)
    context.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and not message.text.startswith(REPLACED)
            else None
        ),
    )
    context.on("weberror", lambda trouble: complaints.append(str(trouble.error)))
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    yield context.new_page()
    assert complaints == []


@pytest.fixture
def plain_page(chromium: Browser, live_server: LiveServer, server_at_rest: None) -> Iterator[Page]:
    """Give a page in a browser that runs no JavaScript."""
    context = chromium.new_context(
        base_url=live_server.url, viewport=DESK, java_script_enabled=False
    )
    context.set_default_timeout(5_000)
    yield context.new_page()
    context.close()


# --- the desk of Oak Elementary, on a Monday ------------------------------------------------------


@pytest.fixture
def at_142_pm() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def dana(context: BrowserContext, live_server: LiveServer, oak: School) -> User:
    """Give the clerk of Oak, signed in in this browser."""
    dana = dana_at(oak)
    sign_in(context, live_server, dana)
    return dana


@pytest.fixture
def lee(context: BrowserContext, live_server: LiveServer, oak: School) -> User:
    """Give the administrator of the district, signed in in this browser."""
    lee = a_district_admin(oak.district)
    sign_in(context, live_server, lee)
    return lee
