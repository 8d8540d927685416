"""The question at the desk, against real syncs of a source."""

from typing import Any

import pytest
from django.test import Client

from cast import a_clerk, a_registration, an_enabled_school, parent, student, sync
from fakes import FakeSource
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.missing.answers import Cause
from schoolgate.registrations.models import DataChoice, Registration
from schoolgate.roster.models import Student

pytestmark = pytest.mark.django_db


@pytest.fixture
def main_sis(oak: School) -> Registration:
    registration = a_registration(oak.district)
    an_enabled_school(registration, "oak", oak)
    return registration


@pytest.fixture
def dana(oak: School) -> User:
    return a_clerk(oak.district, oak)


@pytest.fixture
def source() -> FakeSource:
    """Give Marisol, whose row names Robert and an adult who is not sent; Eva is of Ben."""
    source = FakeSource()
    source.put(
        student("marisol", "Marisol", "Rivera", agents=("robert", "ghost")),
        student("ben", "Ben", "Ash", agents=("eva",)),
        parent("robert", "Robert", "Rivera", children=("marisol",)),
        parent("eva", "Eva", "Ash", children=("ben",)),
    )
    return source


def why(client: Client, dana: User, name: str) -> list[Any]:
    client.force_login(dana)
    marisol = Student.objects.get(sourced_id="marisol")
    page = client.post(f"/d/maple-valley/desk/oak/missing/{marisol.pk}/", {"name": name})
    assert page.status_code == 200
    return [one.cause for one in page.context["answers"]]


def test_who_is_listed_is_listed(
    client: Client, main_sis: Registration, source: FakeSource, dana: User
) -> None:
    sync(main_sis, source)

    assert why(client, dana, "Bob Rivera") == [Cause.LISTED]


def test_an_id_of_whom_no_row_came_is_told_and_so_is_a_row_that_cannot_be_read(
    client: Client, main_sis: Registration, source: FakeSource, dana: User
) -> None:
    sync(main_sis, source)
    assert why(client, dana, "Carmen Rivera") == [Cause.NOT_SENT]

    broken = parent("ghost", "Carmen", "Rivera", children=("marisol",))
    source.put({**broken, "givenName": 7, "familyName": None})
    sync(main_sis, source)

    assert why(client, dana, "Carmen Rivera") == [Cause.UNREADABLE]


def test_a_parent_of_another_child_is_told_without_a_name_of_that_child(
    client: Client, main_sis: Registration, source: FakeSource, dana: User
) -> None:
    source.put(student("marisol", "Marisol", "Rivera", agents=("robert",)))
    sync(main_sis, source)

    assert why(client, dana, "Eva Ash") == [Cause.OTHER_CHILD]
    assert why(client, dana, "Nobody Known") == [Cause.NOT_IN_FEED]


def test_a_parent_whom_the_source_took_back_was_on_the_list_until_then(
    client: Client, main_sis: Registration, source: FakeSource, dana: User
) -> None:
    sync(main_sis, source)
    source.put(student("marisol", "Marisol", "Rivera"))
    source.put(parent("robert", "Robert", "Rivera"))
    sync(main_sis, source)

    assert why(client, dana, "Robert Rivera") == [Cause.ENDED]


def test_a_school_that_takes_students_only_takes_no_parents(
    client: Client, main_sis: Registration, source: FakeSource, dana: User
) -> None:
    main_sis.source_schools.update(data_choice=DataChoice.STUDENTS)
    sync(main_sis, source)

    assert why(client, dana, "Robert Rivera") == [Cause.CONTACTS_OFF]


def test_a_child_of_another_school_is_not_there(
    client: Client, main_sis: Registration, source: FakeSource, fir: School, oak: School
) -> None:
    sync(main_sis, source)
    finn = a_clerk(fir.district, fir, username="finn")
    client.force_login(finn)
    marisol = Student.objects.get(sourced_id="marisol")

    assert client.get(f"/d/maple-valley/desk/fir/missing/{marisol.pk}/").status_code == 404
    assert client.get(f"/d/maple-valley/desk/oak/missing/{marisol.pk}/").status_code == 404
