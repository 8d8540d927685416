"""What the lists said, and an undo, in a real browser: by keyboard, on a phone, without scripts."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import DESK, PHONE, axe, screenshot, scrolls_sideways
from cast import (
    MONDAY,
    a_clerk,
    a_district,
    a_district_admin,
    a_registration,
    a_school,
    an_enabled_school,
    maple_valley_source,
    parent,
    student,
    sync,
)
from fakes import FakeClock
from schoolgate.accounts.models import User
from schoolgate.districts.models import District
from schoolgate.roster.models import Student
from schoolgate.sync.models import SyncRun


@pytest.fixture
def district(transactional_db: None) -> District:
    return a_district()


@pytest.fixture
def wrong(district: District) -> SyncRun:
    """Three days of Maple Valley a fortnight ago; on the third the SIS loses and moves children."""
    registration = a_registration(district)
    for code, name in (("oak", "Oak Elementary"), ("fir", "Fir Middle School")):
        an_enabled_school(registration, code, a_school(district, code, name))
    clock, source = FakeClock(now=MONDAY - timedelta(days=14)), maple_valley_source()
    sync(registration, source, clock)
    clock.move(days=1)
    source.change("eva", phone="555-0188")
    source.put(parent("nia", "Nia", "Lopez", role="relative", children=("ana",), phone="555-0123"))
    sync(registration, source, clock)
    clock.move(days=1)
    source.drop("ben", "kim")
    source.change("eva", phone="555-0199", email="eva.lopez@example.org")
    source.put(
        student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)),
        student("zoe", "Zoe", "Kern", agents=("pia",)),
        parent("pia", "Pia", "Kern", children=("zoe",)),
    )
    return sync(registration, source, clock)


def sign_in(person: User, context: BrowserContext, live_server: LiveServer) -> None:
    client = Client()
    client.force_login(person)
    context.add_cookies(
        [
            {"name": cookie.key, "value": cookie.value, "url": live_server.url}
            for cookie in client.cookies.values()
        ]
    )


@pytest.fixture
def lee(district: District, context: BrowserContext, live_server: LiveServer) -> User:
    person = a_district_admin(district)
    sign_in(person, context, live_server)
    return person


def looked_at(page: Page, name: str) -> None:
    """Check the page as it stands, wide and narrow, and keep a picture of each."""
    for size, viewport in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        assert axe(page) == []
        assert not scrolls_sideways(page)
        screenshot(page, f"{name}-{size}")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_an_administrator_finds_a_student_and_the_list_of_then(
    page: Page, lee: User, wrong: SyncRun
) -> None:
    page.goto("/d/maple-valley/")
    page.get_by_role("link", name="History of a student").click()
    page.get_by_label("Name, student number").fill("lopez")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Lopez, Ana")).to_be_visible()
    looked_at(page, "history-found")
    page.get_by_role("link", name="Lopez, Ana").click()

    expect(page.get_by_role("heading", name="History of Ana Lopez")).to_be_visible()
    expect(page.get_by_text("Phone: 555-0188 → 555-0199")).to_be_visible()
    looked_at(page, "history-of-a-student")

    page.get_by_role("textbox", name="Date and time").fill("2026-11-10T12:00")
    page.keyboard.press("Enter")

    heading = page.get_by_role("heading", name="What our list said on Tue, Nov 10, 2026, 12:00 PM")
    expect(heading).to_be_visible()
    expect(page.get_by_role("cell", name="555-0188")).to_be_visible()
    looked_at(page, "list-of-then")

    page.get_by_role("link", name="Nia Lopez").click()
    expect(page.get_by_text("Contact of Ana Lopez")).to_be_visible()
    looked_at(page, "history-of-a-contact")


def test_a_clerk_comes_from_the_student_at_her_desk_and_back(
    page: Page, context: BrowserContext, live_server: LiveServer, wrong: SyncRun, district: District
) -> None:
    oak = district.schools.get(code="oak")
    sign_in(a_clerk(district, oak), context, live_server)
    ana = Student.objects.get(sourced_id="ana")

    page.goto(f"/d/maple-valley/desk/oak/early-departure/{ana.pk}/")
    page.get_by_role("link", name="History").click()

    expect(page.get_by_text("Phone: …0188 → …0199")).to_be_visible()
    looked_at(page, "history-for-a-clerk")
    page.get_by_role("link", name="Desk of Oak Elementary").click()
    expect(page.get_by_role("heading", name="Early departure")).to_be_visible()


def test_an_undo_is_looked_at_and_done(
    page: Page, lee: User, wrong: SyncRun, complaints: list[str]
) -> None:
    page.goto(f"/d/maple-valley/runs/{wrong.pk}/")
    looked_at(page, "run-with-undo")
    page.get_by_text("Undo this sync at one school").click()
    page.get_by_role("link", name="Undo this sync at Oak Elementary").click()

    expect(page.get_by_role("heading", name="1 student is back on the list")).to_be_visible()
    looked_at(page, "undo-looked-at")
    undo = page.get_by_role("button", name=f"Undo sync {wrong.pk} at Oak Elementary")
    undo.click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    looked_at(page, "undo-without-a-reason")
    # A form that is refused answers 422, which the browser notes.
    complaints.clear()
    page.get_by_label("Why").fill("The SIS lost a class overnight.")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("is undone at Oak Elementary")
    expect(page.get_by_text("because: “The SIS lost a class overnight.”")).to_be_visible()
    looked_at(page, "undone")
    page.goto(f"/d/maple-valley/runs/{wrong.pk}/undo/oak/")
    expect(page.get_by_text("There is nothing to undo at Oak Elementary")).to_be_visible()
    looked_at(page, "undo-refused")


def test_without_scripts_an_undo_works_too(
    plain_page: Page, live_server: LiveServer, district: District, wrong: SyncRun
) -> None:
    sign_in(a_district_admin(district), plain_page.context, live_server)

    plain_page.goto(f"/d/maple-valley/runs/{wrong.pk}/undo/oak/")
    plain_page.get_by_label("Why").fill("The SIS lost a class overnight.")
    plain_page.get_by_role("button", name="Undo sync").click()

    expect(plain_page.get_by_text("because: “The SIS lost a class overnight.”")).to_be_visible()
