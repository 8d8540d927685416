"""Own lists and changes of ids in a real browser."""

from datetime import date

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
    parent,
    student,
)
from fakes import FakeSource
from own_lists import a_contact_of_our_own, a_student_of_our_own, sync
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Effect, Student
from schoolgate.roster.restrictions import add_restriction

TWICE_THE_SIZE = {"width": 683, "height": 384}
LIST = (
    "School;First name;Last name;Student number;Grade;Contact first name;Contact last name;Role\n"
    "Oak Elementary;Ana;Lopez;4471;02;Eva;Lopez;mother\n"
    "Oak Elementary;Ana;Lopez;4471;02;Luis;Lopez;father\n"
    "Oak Elementary;Ben;Dunn;4472;03;;;\n"
    "Fir Middle School;Dee;Okafor;4480;07;Ada;Okafor;\n"
    "Elm High School;Flo;Quist;4490;09;;;\n"
    "Oak Elementary;Gus;;4491;04;;;\n"
)


@pytest.fixture
def district(transactional_db: None) -> District:
    return a_district()


@pytest.fixture
def oak(district: District) -> School:
    return a_school(district, "oak", "Oak Elementary")


@pytest.fixture
def fir(district: District) -> School:
    return a_school(district, "fir", "Fir Middle School")


@pytest.fixture
def lee(district: District, context: BrowserContext, live_server: LiveServer) -> User:
    return _signed_in(a_district_admin(district), context, live_server)


@pytest.fixture
def source(district: District, oak: School, fir: School) -> Registration:
    registration = a_registration(district)
    an_enabled_school(registration, "oak", oak)
    an_enabled_school(registration, "fir", fir)
    return registration


def _signed_in(user: User, context: BrowserContext, live_server: LiveServer) -> User:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])
    return user


def _look_at(page: Page, address: str, name: str) -> list[str]:
    """What is wrong with a page at the desk's size, at 200 percent, and on 320 pixels."""
    page.set_viewport_size(DESK)
    page.goto(address)
    screenshot(page, name)
    wrong = axe(page)
    for size, suffix in ((TWICE_THE_SIZE, "twice"), (PHONE, "narrow")):
        page.set_viewport_size(size)
        screenshot(page, f"{name}-{suffix}")
        wrong += ["it scrolls sideways"] if scrolls_sideways(page) else []
    page.set_viewport_size(DESK)
    return wrong


def _school_of(count: int, *, prefix: str = "") -> list[dict[str, object]]:
    given = ["Ana", "Ben", "Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ivy", "Jon", "Kay", "Lou"]
    return [
        person
        for number in range(count)
        for person in (
            student(
                f"{prefix}s{number}",
                given[number % len(given)],
                f"Okafor-{number}",
                agents=(f"{prefix}p{number}",),
                identifier=str(4400 + number),
            ),
            parent(f"{prefix}p{number}", "Ada", f"Okafor-{number}"),
        )
    ]


def _preloaded(source: Registration, oak: School) -> None:
    """Oak's own list: most of them come from the source, one may be one of two, one does not."""
    for number, given in enumerate(["Ana", "Ben", "Cy", "Dee"]):
        ours = a_student_of_our_own(oak, given, f"Okafor-{number}")
        a_contact_of_our_own(ours, "Ada", f"Okafor-{number}")
    a_student_of_our_own(oak, "Eli", "Okafor-4", identifier="77")
    a_student_of_our_own(oak, "Eli", "Okafor-4", identifier="78")
    a_student_of_our_own(oak, "Zoe", "Quist")
    new = FakeSource()
    new.put(*_school_of(8))
    sync(source, new)


def test_a_list_is_loaded_with_the_keyboard_alone(
    page: Page, lee: User, oak: School, fir: School
) -> None:
    page.goto("/d/maple-valley/own-lists/")
    page.get_by_role("link", name="Load a list").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Load a list")).to_be_visible()
    assert _look_at(page, page.url, "list-load") == []
    page.get_by_label("CSV file").set_input_files(
        {"name": "autumn.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    page.get_by_role("button", name="Look at it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    assert _look_at(page, page.url, "list-preview") == []

    page.get_by_role("button", name="Add 3 students, leave out 2 lines").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("3 students are on the lists now.")).to_be_visible()
    assert _look_at(page, page.url, "own-lists") == []
    assert Student.objects.count() == 3


def test_a_file_that_is_no_list_takes_the_focus(
    page: Page, lee: User, oak: School, complaints: list[str]
) -> None:
    page.goto("/d/maple-valley/own-lists/load/")
    page.get_by_label("CSV file").set_input_files(
        {"name": "list.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04\x00"}
    )

    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_role("alert")).to_be_focused()
    screenshot(page, "list-refused")
    assert axe(page) == []
    # The browser reports every answer that is not 2xx.
    complaints.clear()


@pytest.fixture
def dana(oak: School, context: BrowserContext, live_server: LiveServer) -> User:
    return _signed_in(a_clerk(oak.district, oak), context, live_server)


def test_a_clerk_adds_a_student_at_the_desk(page: Page, dana: User, complaints: list[str]) -> None:
    assert _look_at(page, "/d/maple-valley/desk/oak/own-list/", "own-list-empty") == []
    page.get_by_role("link", name="Add a student").click()
    assert _look_at(page, page.url, "own-student-add") == []
    page.get_by_label("First name").first.fill("Ana")
    page.get_by_label("Last name").first.fill("Lopez")
    page.get_by_label("First name").nth(1).fill("Eva")

    page.get_by_role("button", name="Add this student").click()
    expect(page.get_by_role("alert")).to_contain_text("A contact needs both names.")
    screenshot(page, "own-student-refused")
    assert axe(page) == []
    # The browser reports every answer that is not 2xx.
    complaints.clear()
    page.get_by_label("Last name").nth(1).fill("Lopez")
    page.get_by_role("button", name="Add this student").click()

    expect(page.get_by_text("Ana Lopez is on the list of Oak Elementary.")).to_be_visible()
    page.get_by_label("Look for a name or number").fill("lop")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 student found")).to_be_visible()
    assert _look_at(page, page.url, "own-list") == []
    page.get_by_role("link", name="Change Ana Lopez").click()
    assert _look_at(page, page.url, "own-student-change") == []


def test_who_is_on_both_lists_is_said_and_decided(
    page: Page, lee: User, source: Registration, oak: School
) -> None:
    _preloaded(source, oak)
    assert _look_at(page, "/d/maple-valley/registrations/main-sis/own-lists/", "adopt") == []
    page.get_by_role("link", name="Say who is who").click()
    assert _look_at(page, page.url, "adopt-doubts") == []
    page.get_by_role("radio", name="number 77").press("Space")
    page.get_by_role("button", name="That is so").press("Enter")
    expect(page.get_by_role("link", name="The same: 5")).to_be_visible()
    assert _look_at(page, f"{page.url}?show=pairs", "adopt-pairs") == []
    page.get_by_label("Look for a name or number").fill("cy")
    page.keyboard.press("Enter")
    expect(page.locator("#recognition-names tbody tr")).to_have_count(1)

    page.get_by_role("radio", name="Recognise who is on both lists. Who is left over stays").press(
        "Space"
    )
    page.get_by_role("button", name="Decide").press("Enter")

    expect(page.get_by_text("5 students of Oak Elementary recognised.")).to_be_visible()
    assert _look_at(page, page.url, "adopt-decided") == []


def test_new_ids_are_looked_at_and_confirmed(
    page: Page, lee: User, source: Registration, oak: School
) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*_school_of(14))
    new.put(*_school_of(12, prefix="new-"), student("new-zoe", "Zoe", "Quist"))
    sync(source, old)
    add_restriction(
        oak.district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_RELEASE],
        from_on=date(2026, 9, 1),
        students=[Student.objects.get(sourced_id="s0")],
        by=None,
        at=MONDAY,
    )
    sync(source, new)
    assert _look_at(page, "/d/maple-valley/registrations/main-sis/rekey/", "rekey") == []
    page.get_by_role("link", name="See who is who at Oak Elementary").click()
    assert _look_at(page, page.url, "rekey-school") == []

    page.get_by_label("Have the ids really changed?").fill("We moved to another SIS in November.")
    page.keyboard.press("Enter")

    expect(page.get_by_text("12 students of Oak Elementary go on.")).to_be_visible()
    assert _look_at(page, page.url, "rekey-done") == []


def test_the_pages_work_without_javascript(
    plain_page: Page, lee: User, source: Registration, oak: School, live_server: LiveServer
) -> None:
    _preloaded(source, oak)
    _signed_in(lee, plain_page.context, live_server)
    plain_page.goto("/d/maple-valley/registrations/main-sis/own-lists/oak/?show=new")

    plain_page.get_by_label("Look for a name or number").fill("flo")
    plain_page.get_by_role("button", name="Look").click()

    expect(plain_page.locator("#recognition-names tbody tr")).to_have_count(1)
    expect(plain_page.get_by_role("link", name="New: 3")).to_have_attribute("aria-current", "page")
