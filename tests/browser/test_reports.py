"""Reports in a real browser."""

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browsers import PHONE, assert_good, sign_in
from cast import a_district_admin, a_listed_student
from desk_cast import NOW, a_fresh_list, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import EventKind
from schoolgate.frontdesk.record import add_event

PAGE = "/d/maple-valley/desk/oak/reports/"


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def lee(
    transactional_db: None, context: BrowserContext, live_server: LiveServer, oak: School
) -> User:
    a_fresh_list(oak)
    lee = a_district_admin(oak.district)
    sign_in(context, live_server, lee)
    return lee


@pytest.fixture
def three_weeks(lee: User, oak: School) -> None:
    """Let Marisol and Ben come late now and then, and one adult be refused."""
    marisol, ben = marisol_at(oak), a_listed_student(oak, "Ben", "Ash", grade="04")
    reasons = ("bus", "overslept", "traffic")
    with transaction.atomic():
        for day in range(1, 20, 2):
            add_event(
                oak,
                now=NOW - timedelta(days=day),
                kind=EventKind.LATE_ARRIVAL,
                opened_at=NOW,
                actor=lee,
                student=(marisol, ben)[day % 3 == 0],
                reason=reasons[day % 3],
                excused=day % 3 == 0,
                period=str(1 + day % 2),
                minutes=day,
                snapshot={},
            )
        add_event(
            oak,
            now=NOW,
            kind=EventKind.REFUSAL,
            opened_at=NOW,
            actor=lee,
            student=marisol,
            presented_name="Carl Dunn",
            note="Left without the child.",
            snapshot={},
        )


def test_a_report_shows_pictures_beside_its_numbers(
    page: Page, lee: User, three_weeks: None
) -> None:
    page.goto("/d/maple-valley/desk/oak/log/")
    page.get_by_role("link", name="Reports").click()

    expect(page.get_by_text("Tardies by weekday")).to_be_visible()
    expect(page.get_by_text("Carl Dunn")).to_be_visible()
    assert_good(page, "reports")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_good(page, "narrow-reports")


def test_an_empty_report_says_what_will_stand_there(page: Page, lee: User) -> None:
    page.goto(PAGE)

    expect(page.get_by_text("Nothing on these days")).to_be_visible()
    assert_good(page, "reports-empty")
