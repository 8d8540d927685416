"""The page of a source's schedule in a real browser."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import DESK, PHONE, axe, screenshot, scrolls_sideways
from cast import (
    a_district,
    a_district_admin,
    a_registration,
    a_run,
    a_school,
    a_support_person,
    an_enabled_school,
)
from schoolgate.accounts.models import User
from schoolgate.registrations.models import Registration, SourceSchool

PAGE = "/d/maple-valley/registrations/main-sis/schedule/"
TWICE_THE_SIZE = {"width": 683, "height": 384}


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # pages tell ages against the real clock


@pytest.fixture
def source(transactional_db: None) -> Registration:
    """Main SIS, an Infinite Campus, synced every six hours for ten days."""
    district = a_district()
    source = a_registration(
        district,
        preset="infinite_campus",
        sync_every_hours=6,
        next_sync_at=_now() + timedelta(hours=5),
    )
    an_enabled_school(source, "oak", a_school(district, "oak", "Oak Elementary"))
    SourceSchool.objects.update(list_as_of=_now() - timedelta(hours=1))
    for days in range(10, 0, -1):
        at = _now() - timedelta(days=days)
        a_run(
            source,
            asked_at=at,
            started_at=at,
            ended_at=at + timedelta(minutes=14),
            rows_read=28_114,
            rows_unchanged=28_020,
        )
    return source


def _sign_in(user: User, context: BrowserContext, live_server: LiveServer) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])


def _look_at(page: Page, address: str, name: str) -> list[str]:
    page.set_viewport_size(DESK)
    page.goto(address)
    screenshot(page, name)
    wrong = axe(page)
    for size, suffix in ((TWICE_THE_SIZE, "twice"), (PHONE, "narrow")):
        page.set_viewport_size(size)
        screenshot(page, f"{name}-{suffix}")
        wrong += ["it scrolls sideways"] if scrolls_sideways(page) else []
    return wrong


def test_the_schedule_as_support_sees_it(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    _sign_in(a_support_person(), context, live_server)

    assert _look_at(page, PAGE, "schedule-support") == []


def test_the_schedule_as_the_district_sees_it_before_the_first_sync(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    SourceSchool.objects.update(list_as_of=None)
    _sign_in(a_district_admin(source.district), context, live_server)

    assert _look_at(page, PAGE, "schedule-district") == []


def test_the_page_of_a_source_with_what_is_known_of_its_sis(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    _sign_in(a_district_admin(source.district), context, live_server)

    assert _look_at(page, "/d/maple-valley/registrations/main-sis/", "source-known") == []


def test_the_schedule_of_a_source_that_is_paused(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    Registration.objects.update(
        next_sync_at=None,
        paused_at=_now() - timedelta(hours=3),
        paused_why="The SIS moves to a new server",
    )
    _sign_in(a_support_person(), context, live_server)

    assert _look_at(page, PAGE, "schedule-paused") == []


def test_support_takes_the_advice_with_the_keyboard_alone(
    page: Page, source: Registration, context: BrowserContext, live_server: LiveServer
) -> None:
    _sign_in(a_support_person(), context, live_server)
    page.goto(PAGE)

    page.get_by_role("link", name="Fill the form with this").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Filled with the advice")).to_be_visible()
    screenshot(page, "schedule-advised")
    page.get_by_label("Sync every … hours").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("The schedule is saved.")).to_be_visible()
    source.refresh_from_db()
    assert (source.sync_every_hours, source.window_from) == (24, time(1))


def test_times_that_cannot_be_take_the_focus(
    page: Page,
    source: Registration,
    context: BrowserContext,
    live_server: LiveServer,
    complaints: list[str],
) -> None:
    _sign_in(a_district_admin(source.district), context, live_server)
    page.goto(PAGE)
    page.get_by_label("Syncs may begin from").fill("01:00")

    page.get_by_role("button", name="Save times").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Until")).to_have_attribute("aria-invalid", "true")
    screenshot(page, "schedule-refused")
    assert axe(page) == []
    # The browser reports every answer that is not 2xx.
    complaints.clear()


def test_the_schedule_is_changed_without_javascript(
    plain_page: Page, source: Registration, live_server: LiveServer
) -> None:
    _sign_in(a_support_person(), plain_page.context, live_server)
    plain_page.goto(f"{PAGE}?advised")

    plain_page.get_by_role("button", name="Save schedule").click()

    expect(plain_page.get_by_text("The schedule is saved.")).to_be_visible()
