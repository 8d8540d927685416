"""A district reads what waits, by name, and decides, in a real browser; the desk sees it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import DESK, PHONE, axe, screenshot, scrolls_sideways
from cast import (
    a_district_admin,
    a_run,
    lists_of,
    parent,
    student,
    sync,
)
from desk_cast import DESK as DESK_OF_OAK
from desk_cast import dana_at
from fakes import FakeClock, FakeSource
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Student
from schoolgate.sync.models import Hold

GIVEN = "Marisol Ana Ben Cy Dee Eli Flo Gil Hana Ivo Jon Kim Lea Mia Noa Omar Pia Quinn Ravi Sam"
FAMILY = "Rivera Okafor Lopez Dunn"
WHY = "The registrar of Oak has confirmed it."


@pytest.fixture
def held(transactional_db: None, registration: Registration, source: FakeSource) -> Hold:
    """Eighty of Oak, all of grade 5, would go; Fir goes on; one comes."""
    clock = FakeClock(datetime.now(UTC) - timedelta(minutes=20))  # noqa: TID251  # ages on pages
    for number, (given, family) in enumerate(
        (given, family) for given in GIVEN.split() for family in FAMILY.split()
    ):
        source.put(
            student(
                f"s{number}", given, family, agents=(f"p{number}",), grades=["05"],
                identifier=f"20{number:04}",
            ),
            student(f"t{number}", f"Tess{number}", family, grades=["04"]),
            parent(f"p{number}", "Robert", family),
        )  # fmt: skip
    sync(registration, source, clock)
    source.drop(*(f"s{number}" for number in range(80)))
    source.put(student("new", "Zoe", "Ames"))
    clock.move(minutes=10)
    sync(registration, source, clock)
    return Hold.objects.select_related("run").get()


@pytest.fixture
def links(transactional_db: None, registration: Registration, source: FakeSource) -> Hold:
    """Forty children of Oak lose their only contact."""
    clock = FakeClock(datetime.now(UTC) - timedelta(minutes=20))  # noqa: TID251  # ages on pages
    for number in range(40):
        source.put(student(f"s{number}", f"Kid{number:02}", "Rivera", agents=(f"p{number}",)))
        source.put(parent(f"p{number}", f"Dana{number:02}", "Rivera"))
    sync(registration, source, clock)
    for number in range(40):
        source.change(f"s{number}", agents=[])
    sync(registration, source, clock)
    return Hold.objects.select_related("run").get()


@pytest.fixture
def lee(maple_valley: District, context: BrowserContext, live_server: LiveServer) -> User:
    return sign_in(a_district_admin(maple_valley), context, live_server)


@pytest.fixture
def dana(oak: School, context: BrowserContext, live_server: LiveServer) -> User:
    return sign_in(dana_at(oak), context, live_server)


def sign_in(user: User, context: BrowserContext, live_server: LiveServer) -> User:
    client = Client()
    client.force_login(user)
    client.get(DESK_OF_OAK)
    cookie = client.cookies["schoolgate"].value
    context.add_cookies([{"name": "schoolgate", "value": cookie, "url": live_server.url}])
    return user


def look_at(page: Page, name: str) -> list[str]:
    """What is wrong with a page at the desk's size and on 320 pixels."""
    wrong = []
    for size, suffix in ((DESK, ""), (PHONE, "-narrow")):
        page.set_viewport_size(size)
        screenshot(page, f"{name}{suffix}")
        wrong += axe(page) + (["it scrolls sideways"] if scrolls_sideways(page) else [])
    page.set_viewport_size(DESK)
    return wrong


def test_what_waits_is_explained(page: Page, lee: User, held: Hold) -> None:
    page.goto(f"/d/maple-valley/runs/{held.run_id}/")
    page.get_by_role("link", name="See why and who, and decide").click()

    expect(page.get_by_text("80 of 163 students of Oak Elementary")).to_be_visible()
    expect(page.get_by_text("A new school year", exact=True)).to_be_visible()
    assert look_at(page, "review") == []


def test_names_are_found_without_standing_in_the_address(page: Page, lee: User, held: Hold) -> None:
    page.goto(f"/d/maple-valley/holds/{held.id}/")
    assert look_at(page, "hold") == []

    page.get_by_label("Find a name or a student number").fill("marisol r")
    page.keyboard.press("Enter")

    expect(page.locator("#names-count")).to_have_text("1 of 80 fit.")
    expect(page.get_by_role("rowheader", name="Marisol Rivera")).to_be_visible()
    assert page.url.endswith(f"/holds/{held.id}/")


def test_pages_of_names_and_of_what_was_found(page: Page, lee: User, held: Hold) -> None:
    page.goto(f"/d/maple-valley/holds/{held.id}/")
    page.get_by_role("link", name="More").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()

    page.get_by_label("Find a name or a student number").fill("20")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="More").click()

    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(31)


def test_lost_contacts_are_shown_by_name(page: Page, lee: User, links: Hold) -> None:
    page.goto(f"/d/maple-valley/holds/{links.id}/")

    expect(
        page.get_by_text("Dana07 Rivera (parent) is no longer a contact of Kid07 Rivera")
    ).to_be_visible()
    assert look_at(page, "hold-links") == []


def test_an_approval_takes_the_keyboard_alone(
    page: Page, lee: User, held: Hold, maple_valley: District
) -> None:
    page.goto(f"/d/maple-valley/runs/{held.run_id}/review/")
    page.get_by_role("checkbox", name="Decide on this").press("Space")
    page.get_by_label("How do you know?").focus()
    page.keyboard.type(WHY)
    page.get_by_role("button", name="Approve: the SIS is right").press("Enter")

    expect(page.get_by_text("1 decision is noted: approved.")).to_be_visible()
    assert look_at(page, "review-approved") == []
    assert len(lists_of(maple_valley)["oak"]) == 84


def test_a_decision_without_a_tick_takes_the_focus_to_what_is_wrong(
    page: Page, lee: User, held: Hold, complaints: list[str]
) -> None:
    page.goto(f"/d/maple-valley/runs/{held.run_id}/review/")
    page.get_by_label("How do you know?").fill(WHY)
    page.get_by_role("button", name="Keep what we have").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Tick what you decide on.")
    assert look_at(page, "review-refused") == []
    # The browser reports every answer that is not 2xx.
    complaints.clear()


def test_what_is_kept_is_told_on_the_page(page: Page, lee: User, held: Hold) -> None:
    page.goto(f"/d/maple-valley/holds/{held.id}/")
    page.get_by_label("How do you know?").fill("The export of last night was cut.")
    page.get_by_role("button", name="Keep what we have").click()

    expect(page.get_by_text("what is still so then waits again").first).to_be_visible()
    assert look_at(page, "review-kept") == []


def test_an_approval_that_is_being_written_tells_of_its_end_by_itself(
    page: Page, lee: User, held: Hold
) -> None:
    Hold.objects.update(decision="approved", decided_at=held.run.ended_at, decided_by=lee, why=WHY)
    page.goto(f"/d/maple-valley/runs/{held.run_id}/review/")
    expect(page.get_by_text("0 of 1 school is done")).to_be_visible()
    assert look_at(page, "review-writing") == []

    Hold.objects.update(applied_at=held.run.ended_at)

    expect(page.get_by_text("Being written")).to_have_count(0, timeout=6_000)
    expect(page.get_by_text("Lee P. approved it")).to_be_visible()


def test_a_page_of_many_schools(page: Page, lee: User, held: Hold, maple_valley: District) -> None:
    for number, (reason, kind) in enumerate(
        (
            ("ids_turned_over", "student"),
            ("school_not_listed", "student"),
            ("school_emptied", "relationship"),
            ("too_many_removed", "relationship"),
        )
    ):
        Hold.objects.create(
            district=maple_valley,
            run=held.run,
            school=School.objects.create(
                district=maple_valley, code=f"s-{number}", name=f"Maple Ridge School {number}"
            ),
            kind=kind,
            reason=reason,
            count=300,
            of=312,
            limit=31,
        )
    page.goto(f"/d/maple-valley/runs/{held.run_id}/review/")

    expect(page.get_by_role("checkbox")).to_have_count(5)
    assert look_at(page, "review-many") == []


def test_the_limits_and_what_would_have_waited(page: Page, lee: User, held: Hold) -> None:
    page.goto("/d/maple-valley/registrations/main-sis/limits/")
    page.get_by_label("Or up to this many records, in a small school").fill("60")
    page.get_by_role("button", name="Look what would have waited").click()

    expect(page.get_by_role("cell", name="80 of 164 students")).to_be_visible()
    assert look_at(page, "limits") == []


def test_the_pages_work_without_javascript(
    plain_page: Page, lee: User, held: Hold, live_server: LiveServer, maple_valley: District
) -> None:
    sign_in(lee, plain_page.context, live_server)
    plain_page.goto(f"/d/maple-valley/holds/{held.id}/")
    plain_page.get_by_label("Find a name or a student number").fill("marisol")
    plain_page.get_by_role("button", name="Find").click()
    expect(plain_page.get_by_text("4 of 80 fit.")).to_be_visible()

    plain_page.get_by_label("How do you know?").fill(WHY)
    plain_page.get_by_role("button", name="Approve: the SIS is right").click()

    expect(plain_page.get_by_text("1 decision is noted: approved.")).to_be_visible()
    assert len(lists_of(maple_valley)["oak"]) == 84


# --- at the desk ---------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["", "discarded"])
def test_the_desk_sees_that_a_change_about_this_child_is_not_in(
    page: Page, held: Hold, dana: User, decision: str
) -> None:
    Hold.objects.update(decision=decision)
    marisol = Student.objects.get(sourced_id="s0")
    other = Student.objects.get(sourced_id="t0")

    asked(page, marisol, "Robert Rivera")
    expect(
        page.get_by_text("A change to this child's contacts waits for approval.")
    ).to_be_visible()
    screenshot(page, f"desk-change-waits{decision and '-kept'}")
    asked(page, other, "Robert Rivera")

    expect(page.get_by_text("A change to this child's contacts waits")).to_have_count(0)


def asked(page: Page, student: Student, adult: str) -> None:
    page.goto(f"{DESK_OF_OAK}{student.pk}/")
    page.locator("#adult").fill(adult)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#verdict-word")).to_be_focused()


def test_the_desk_says_that_nobody_is_removed(
    page: Page, held: Hold, dana: User, oak: School
) -> None:
    today = datetime.now(UTC).date()  # noqa: TID251  # the chip tells against the real clock
    Registration.objects.update(additions_only_until=today + timedelta(days=30))
    oak.sourceschool_set.update(list_as_of=held.run.ended_at)

    page.goto(DESK_OF_OAK)

    expect(page.get_by_text("Nobody is removed until")).to_be_visible()
    assert look_at(page, "desk-additions-only") == []


def test_a_run_that_holds_nothing(page: Page, lee: User, registration: Registration) -> None:
    run = a_run(registration)
    page.goto(f"/d/maple-valley/runs/{run.id}/review/")

    expect(page.get_by_text("Nothing waits from this sync")).to_be_visible()
    assert look_at(page, "review-empty") == []
