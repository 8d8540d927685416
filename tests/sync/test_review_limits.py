"""The page of the limits: what would have waited, and the day until which nobody is removed."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from cast import MONDAY, a_district_admin, student, sync
from fakes import FakeSource
from schoolgate.districts.models import District
from schoolgate.registrations.limits import Limits
from schoolgate.registrations.models import Registration
from schoolgate.sync.limits_preview import preview

pytestmark = pytest.mark.django_db

LIMITS = "/d/maple-valley/registrations/main-sis/limits/"
FILLED = {"percent": "10", "relationship_percent": "5", "records": "25", "additions_only_until": ""}


@pytest.fixture(autouse=True)
def _on_monday() -> object:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def three_days(registration: Registration, source: FakeSource) -> Registration:
    """A first load, a day on which twelve of 103 left, and one on which thirty more are held."""
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(100)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(12)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(12, 42)))
    sync(registration, source)
    return registration


def _limits(records: int) -> Limits:
    return Limits(percent=1, relationship_percent=1, records=records)


def test_lower_limits_would_have_made_more_wait(three_days: Registration) -> None:
    found = preview(three_days, _limits(records=10))

    assert [(row.school, row.what) for row in found.would_wait] == [
        ("Oak Elementary", "30 of 91 students"),
        ("Oak Elementary", "12 of 91 students"),
    ]
    assert (found.runs, found.waits_now) == (3, 1)


def test_higher_limits_would_have_let_all_of_it_go(three_days: Registration) -> None:
    found = preview(three_days, _limits(records=40))

    assert found.would_wait == []


def test_before_any_sync_there_is_nothing_to_look_at(registration: Registration) -> None:
    assert preview(registration, _limits(records=1)).runs == 0


def test_looking_saves_nothing_and_asks_for_no_reason(
    lee: Client, three_days: Registration
) -> None:
    answer = lee.post(LIMITS, {**FILLED, "records": "11", "look": "1"})

    assert answer.status_code == 200
    assert "30 of 91 students" in answer.content.decode()
    assert Registration.objects.get().hold_records == 25


def test_limits_are_saved_with_a_reason(lee: Client, registration: Registration) -> None:
    lee.post(
        LIMITS,
        {
            **FILLED,
            "records": "40",
            "additions_only_until": "2026-12-18",
            "why": "The SIS is moved over in December.",
        },
    )

    saved = Registration.objects.get()
    assert (saved.hold_records, saved.additions_only_until) == (40, date(2026, 12, 18))


def test_the_page_of_the_source_says_that_nobody_is_removed(
    lee: Client, registration: Registration
) -> None:
    Registration.objects.update(additions_only_until=date(2026, 12, 18))

    answer = lee.get("/d/maple-valley/registrations/main-sis/").content.decode()

    assert "Until December 18, 2026 nobody is removed" in answer


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"percent": "80"}, "Choose a number from 1 to 50."),
        ({"records": "many"}, "Enter a whole number."),
        ({"additions_only_until": "2027-08-01"}, "Choose a day from today to March 23, 2027"),
        ({"why": "so"}, "Say why, in at least 10 characters."),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    lee: Client, registration: Registration, wrong: dict[str, str], words: str
) -> None:
    answer = lee.post(LIMITS, {**FILLED, "why": "The SIS is moved over.", **wrong})

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_day_that_is_over_does_not_stand_in_the_form(
    lee: Client, registration: Registration
) -> None:
    Registration.objects.update(additions_only_until=date(2026, 11, 1))

    answer = lee.get(LIMITS)

    assert answer.context["form"]["additions_only_until"].value() is None
