"""Late arrivals and returns in a real browser: by keys, without JavaScript, at every width."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, sign_in
from cast import a_listed_student
from desk_cast import NOW, a_fresh_list, dana_at, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import BellSchedule, DeskEvent, EventKind
from schoolgate.frontdesk.record import add_event
from schoolgate.roster.models import Student

OAK = "/d/maple-valley/desk/oak"
LATE = f"{OAK}/late-arrival/"


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    """Give Oak a list, bells, and three students, two of whom bear one name."""
    a_fresh_list(oak)
    BellSchedule.objects.create(
        district=oak.district, school=oak, lines="5 12:30-13:30\n6 13:35-14:20"
    )
    a_listed_student(oak, middle_name="Luz", identifier="20099025", sourced_id="marisol-luz")
    a_listed_student(oak, "Ben", "Ash", grade="04", identifier="20091180")
    return marisol_at(oak)


def has_left(student: Student, school: School, dana: User) -> DeskEvent:
    with transaction.atomic():
        return add_event(
            school,
            now=NOW.astimezone(),
            kind=EventKind.EARLY_DEPARTURE,
            opened_at=NOW,
            actor=dana,
            student=student,
            presented_name="Robert Rivera",
            snapshot={},
        )


def test_a_late_child_takes_three_letters_and_two_keys(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(LATE)
    assert_good(page, "late-empty")

    page.keyboard.type("ash")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Record")).to_be_focused()
    expect(page.get_by_text("Period 6, 72 min late")).to_be_visible()
    assert_good(page, "late-chosen")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="ASH, Ben late at 1:42 PM")).to_be_visible()
    expect(page.locator("#search")).to_be_focused()
    assert_good(page, "late-recorded")
    assert DeskEvent.objects.get().minutes == 72


def test_a_bus_is_chosen_one_after_the_other_and_recorded_at_once(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(LATE)
    for typed, hits, down in (("ash", 1, 1), ("maris jad", 1, 1)):
        page.keyboard.type(typed)
        expect(page.locator("#found [role=option]")).to_have_count(hits)
        for _ in range(down):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Record")).to_be_focused()
        page.keyboard.press("Alt+l")

    assert_good(page, "late-bus")
    page.locator("#late-reason").select_option("bus")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="2 students late at 1:42 PM")).to_be_visible()
    assert_good(page, "late-bus-recorded")
    assert DeskEvent.objects.filter(excused=True).count() == 2


def test_a_key_that_is_pressed_before_the_page_is_ready_is_heard_all_the_same(
    page: Page, dana: User, marisol: Student
) -> None:
    held: list[Route] = []
    # Playwright marks the function that it is given, and a built-in takes no mark.
    page.route("**/schoolgate.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(f"{LATE}?s={marisol.pk}", wait_until="commit")
    expect(page.get_by_role("button", name="Record")).to_be_focused()

    page.keyboard.press("Alt+l")
    page.keyboard.type("ben ")
    held[0].continue_()
    page.wait_for_load_state("load")
    page.keyboard.type("a")

    expect(page.locator("#search")).to_have_value("ben a")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    assert not DeskEvent.objects.exists()


def test_a_second_time_asks_on_the_page(page: Page, dana: User, marisol: Student) -> None:
    page.goto(f"{LATE}?s={marisol.pk}")
    page.get_by_role("button", name="Record").click()
    page.goto(f"{LATE}?s={marisol.pk}")

    expect(page.get_by_text("is down as late today, 1:42 PM")).to_be_visible()
    assert_good(page, "late-twice")
    page.get_by_label("record it all the same").check()
    page.get_by_role("button", name="Record").click()

    expect(page.get_by_role("heading", name="Late today: 2")).to_be_visible()


def test_every_slip_is_one_label(page: Page, dana: User, marisol: Student, oak: School) -> None:
    ben = Student.objects.get(family_name="Ash")
    page.goto(f"{LATE}?s={marisol.pk}&s={ben.pk}")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("heading", name="2 students late")).to_be_visible()

    pdf = page.pdf(prefer_css_page_size=True)

    assert pdf.count(b"/Type /Page\n") == 2


def test_who_comes_back_takes_two_keys(
    page: Page, dana: User, marisol: Student, oak: School
) -> None:
    has_left(marisol, oak, dana)
    page.goto(LATE)

    page.keyboard.press("Alt+r")
    expect(page.get_by_role("button", name="Back : RIVERA")).to_be_focused()
    assert_good(page, "return-away")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="RIVERA, Marisol J. back at 1:42 PM")).to_be_visible()
    assert_good(page, "return-back")
    page.get_by_role("link", name="Open or undo").click()
    expect(page.get_by_role("heading", name="Marisol J. RIVERA back at")).to_be_visible()
    assert_good(page, "return-event")


def test_everything_works_without_javascript(
    plain_page: Page, live_server: LiveServer, marisol: Student, oak: School
) -> None:
    sign_in(plain_page.context, live_server, dana_at(oak))
    plain_page.goto(f"{live_server.url}{LATE}")

    plain_page.get_by_role("combobox").fill("ash")
    plain_page.get_by_role("button", name="Search").click()
    plain_page.get_by_role("button", name="Record").click()

    expect(plain_page.get_by_role("heading", name="ASH, Ben late at 1:42 PM")).to_be_visible()


def test_the_log_is_one_key_away_and_its_sheet_is_taken_by_keys(
    page: Page, dana: User, marisol: Student, oak: School
) -> None:
    has_left(marisol, oak, dana)
    page.goto(LATE)

    page.keyboard.press("Alt+t")
    expect(page.get_by_role("heading", name="1 record")).to_be_visible()
    assert_good(page, "log")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Sheet for the SIS").press("Enter")

    assert taken.value.suggested_filename == "oak-2026-11-23-2026-11-23.csv"


@pytest.mark.parametrize("place", ["late-arrival/", "return/", "log/"])
def test_a_narrow_screen_scrolls_one_way_only(
    page: Page, dana: User, marisol: Student, oak: School, place: str
) -> None:
    has_left(marisol, oak, dana)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ben = Student.objects.get(family_name="Ash")

    page.goto(f"{OAK}/{place}?s={ben.pk}&s={marisol.pk}")

    assert_good(page, f"narrow-{place.strip('/')}")


def test_an_administrator_sets_the_bells(
    page: Page, complaints: list[str], lee: User, marisol: Student
) -> None:
    page.goto(f"{OAK}/bell-schedule/")

    page.get_by_label("Periods of the day").fill("1 08:00-08:50\n2 08:40-09:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 begins before 1 ends").first).to_be_visible()
    assert_good(page, "bells-wrong")
    complaints.clear()
    page.get_by_label("Periods of the day").fill("1 08:00-08:50\n2 08:55-09:30")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_label("Periods of the day")).to_have_value("1 08:00-08:50\n2 08:55-09:30")
    assert BellSchedule.objects.get().lines.startswith("1 08:00")
