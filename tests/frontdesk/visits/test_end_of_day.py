"""A visit that nobody ended: the day does, once, in the record of its own day."""

from datetime import timedelta

import pytest
from django.test import Client

from desk_cast import NOW
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.record import broken_links
from schoolgate.frontdesk.visits.end_of_day import end_visits_of_past_days

pytestmark = pytest.mark.django_db

VISITS = "/d/maple-valley/desk/oak/visits/"
PAUL = {"name": "Paul Green", "reason": "repair", "host": "Boiler room", "photo_id": "on"}
# Ten past midnight in Chicago.
AFTER_MIDNIGHT = NOW + timedelta(hours=10, minutes=28)


@pytest.fixture
def visit(desk: Client) -> DeskEvent:
    desk.post(f"{VISITS}sign-in/", PAUL)
    return DeskEvent.objects.get(kind=EventKind.VISIT)


def test_the_day_ends_the_visit_in_its_own_record(visit: DeskEvent, oak: School) -> None:
    assert end_visits_of_past_days(now=AFTER_MIDNIGHT) == 1

    end = DeskEvent.objects.get(kind=EventKind.VISIT_END)
    assert end.ends == visit
    assert end.actor is None
    assert end.by_whom == "the end of the day"
    assert end.chained_on == visit.chained_on
    assert end.minutes == 10 * 60 + 17
    assert not list(broken_links(oak, NOW.date()))


def test_before_the_schools_midnight_nothing_ends(visit: DeskEvent) -> None:
    assert end_visits_of_past_days(now=NOW + timedelta(hours=10)) == 0


def test_a_visit_ends_once(visit: DeskEvent) -> None:
    end_visits_of_past_days(now=AFTER_MIDNIGHT)

    assert end_visits_of_past_days(now=AFTER_MIDNIGHT) == 0


def test_who_signed_out_is_left_alone(desk: Client, visit: DeskEvent) -> None:
    desk.post(f"{VISITS}{visit.pk}/sign-out/")

    assert end_visits_of_past_days(now=AFTER_MIDNIGHT) == 0


def test_the_log_and_the_page_of_it_say_that_nobody_did(desk: Client, visit: DeskEvent) -> None:
    end_visits_of_past_days(now=AFTER_MIDNIGHT)
    end = DeskEvent.objects.get(kind=EventKind.VISIT_END)

    assert "the end of the day" in desk.get("/d/maple-valley/desk/oak/log/").content.decode()
    page = desk.get(f"/d/maple-valley/desk/oak/early-departure/record/{end.pk}/")
    assert "by the end of the day" in page.content.decode()
