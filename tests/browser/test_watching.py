"""Support's page of all sources, and an administrator's choice of e-mail, in a real browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, SCREENSHOTS, axe, screenshot, scrolls_sideways
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
from schoolgate.districts.models import District, Membership
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync.models import Hold
from schoolgate.sync.watch.mailing import tell_districts

HOUR = timedelta(hours=1)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # pages tell ages against the real clock


def _signed_in(user: User, context: BrowserContext, live_server: LiveServer) -> User:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["schoolgate"]
    context.add_cookies([{"name": "schoolgate", "value": cookie.value, "url": live_server.url}])
    return user


def _source(of: str, *, age: timedelta, **fields: Any) -> Registration:
    district = a_district(of)
    registration = a_registration(
        district, next_sync_at=_now() + 9 * HOUR, **{"name": "Main SIS", **fields}
    )
    for code, school in (("oak", "Oak Elementary"), ("fir", "Fir Middle School")):
        taken = an_enabled_school(registration, code, a_school(district, code, school))
        SourceSchool.objects.filter(pk=taken.pk).update(list_as_of=_now() - age)
    ended = _now() - age
    a_run(
        registration,
        started_at=ended - timedelta(seconds=95),
        ended_at=ended,
        rows_read=28_114,
    )
    return registration


@pytest.fixture
def sources(transactional_db: None) -> list[Registration]:
    """Sources of six districts: failed, held, old, without a list, running, and fine."""
    failed = _source("Maple Valley", age=31 * HOUR)
    held = _source("Pine Ridge", age=5 * HOUR, name="PowerSchool")
    old = _source("Cedar County", age=75 * HOUR, name="Nightly zip")
    running = _source("Oak Harbor", age=6 * HOUR)
    fine = _source("Birch Bay", age=7 * HOUR)
    never = a_registration(a_district("Elm Town"), name="Infinite Campus")
    for hours in (7, 1):
        at = _now() - hours * HOUR
        a_run(
            failed,
            started_at=at,
            ended_at=at + timedelta(seconds=4),
            state="failed",
            failure="not_signed_in",
            failure_detail="The source does not accept our key and secret.",
        )
    Hold.objects.create(
        district=held.district,
        run=a_run(
            held,
            state="held",
            started_at=_now() - 5 * HOUR - timedelta(seconds=212),
            ended_at=_now() - 5 * HOUR,
            rows_read=41_902,
        ),
        school=held.district.schools.get(code="oak"),
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    a_run(running, state="running", started_at=_now(), ended_at=None, complete=None)
    return [failed, held, old, running, fine, never]


@pytest.fixture
def sam(sources: list[Registration], context: BrowserContext, live_server: LiveServer) -> User:
    return _signed_in(a_support_person(), context, live_server)


@pytest.fixture
def lee(sources: list[Registration], context: BrowserContext, live_server: LiveServer) -> User:
    district = District.objects.get(slug="maple-valley")
    return _signed_in(a_district_admin(district), context, live_server)


def _conditions(page: Page) -> list[str]:
    return page.locator("tbody td[data-label=Condition] .sg-chip").all_inner_texts()


def test_support_sees_every_source_worst_first(page: Page, sam: User) -> None:
    page.goto("/sources/")

    screenshot(page, "all-sources")
    assert axe(page) == []
    assert [text.strip() for text in _conditions(page)] == [
        "Failed",
        "Part waits",
        "Old lists",
        "No list yet",
        "Running",
        "Fine",
    ]


def test_a_source_leads_to_why_it_failed(page: Page, sam: User) -> None:
    page.goto("/sources/")

    page.get_by_role("link", name="Why, and whose turn it is").click()

    expect(page.get_by_text("The source does not accept our key and secret.")).to_be_visible()


def test_a_count_filters_by_its_condition_and_show_all_takes_it_back(page: Page, sam: User) -> None:
    page.goto("/sources/")

    page.get_by_role("link", name="Old lists: 1").click()
    filtered = _conditions(page)
    screenshot(page, "all-sources-filtered")
    faults = axe(page)
    page.get_by_role("link", name="Show all").click()

    assert [text.strip() for text in filtered] == ["Old lists"]
    assert faults == []
    assert len(_conditions(page)) == 6


def test_a_source_is_found_by_keyboard_alone(page: Page, sam: User) -> None:
    page.goto("/sources/")

    page.get_by_label("District or source").focus()
    page.keyboard.type("pine")
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="PowerSchool")).to_be_visible()


def test_the_page_fits_a_screen_of_320_pixels(page: Page, sam: User) -> None:
    page.set_viewport_size(PHONE)

    page.goto("/sources/")

    screenshot(page, "all-sources-narrow")
    assert not scrolls_sideways(page)


def test_filters_that_find_nothing_say_so(page: Page, sam: User) -> None:
    page.goto("/sources/?text=zzz")

    screenshot(page, "all-sources-nothing")
    expect(page.get_by_text("No source is like that")).to_be_visible()
    assert axe(page) == []


def test_an_administrator_chooses_her_e_mail(page: Page, lee: User, complaints: list[str]) -> None:
    page.goto("/d/maple-valley/")
    page.get_by_role("link", name="E-mail").click()
    screenshot(page, "e-mail")
    faults = axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say where the e-mail goes").first).to_be_visible()
    screenshot(page, "e-mail-error")
    faults += axe(page)
    page.get_by_label("Your e-mail address").fill("lee@maple-valley.example.org")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Noted.")).to_be_visible()
    assert faults == []
    # The browser notes an answer of 422; that is how a form with errors is answered.
    complaints.clear()
    lee.refresh_from_db()
    assert lee.email == "lee@maple-valley.example.org"
    assert Membership.objects.get(user=lee).wants_mail


def test_the_e_mail_itself_can_be_read(page: Page, lee: User, settings: Any) -> None:
    settings.SENDS_MAIL = True
    lee.email = "lee@maple-valley.example.org"
    lee.save()
    tell_districts(now=_now())
    (message,) = mail.outbox
    ((html, _),) = message.alternatives  # type: ignore[attr-defined]

    page.set_content(html)

    screenshot(page, "e-mail-itself")
    SCREENSHOTS.joinpath("e-mail-itself.txt").write_text(message.body, encoding="utf-8")
    assert axe(page) == []
