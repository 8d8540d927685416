"""A no stays a no, unless an administrator decides otherwise and another one agrees on the spot."""

import pytest
from django.core.cache import cache
from django.test import Client

from cast import a_clerk, a_district, a_district_admin
from desk_cast import DESK, an_order_against
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.roster.models import Student

pytestmark = pytest.mark.django_db

PASSWORD = "maple-valley-oak"
WHY = "Order ended on 3 Nov, copy of the court seen."


@pytest.fixture(autouse=True)
def _nobody_has_guessed_yet() -> None:
    """Failed sign-ins are counted in the cache."""
    cache.clear()


@pytest.fixture
def lee(oak: School) -> User:
    return a_district_admin(oak.district)


@pytest.fixture
def kim(oak: School) -> User:
    return a_district_admin(oak.district, username="kim")


@pytest.fixture
def carl(marisol: Student) -> str:
    an_order_against(marisol)
    return "Carl Dunn"


def decide_otherwise(desk: Client, student: Student, name: str, **form: object):  # type: ignore[no-untyped-def]
    address = f"{DESK}{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": name})
    said = {
        "shown": named.context["sealed"],
        "name": name,
        "reason": "order_not_in_force",
        "note": WHY,
        "second_username": "kim",
        "second_password": PASSWORD,
    }
    return desk.post(f"{address}release/", {**said, **form})


def test_two_administrators_decide_and_both_stand_in_the_record(
    desk: Client, lee: User, kim: User, marisol: Student, carl: str
) -> None:
    desk.force_login(lee)

    answer = decide_otherwise(desk, marisol, carl)

    event = DeskEvent.objects.get(kind=EventKind.EARLY_DEPARTURE)
    assert (event.verdict, event.actor, event.approver) == ("deny", lee, kim)
    assert "Two people decided" in desk.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"second_username": "lee"},
        {"second_username": "dana"},
        {"second_username": "sam"},
        {"second_username": "pat"},
        {"second_password": "wrong"},
        {"second_username": "", "second_password": ""},
        {"reason": ""},
        {"reason": "appointment"},
        {"note": "short"},
    ],
    ids=str,
)
def test_without_another_administrator_and_a_reason_it_stays_no(
    desk: Client, lee: User, marisol: Student, carl: str, form: object
) -> None:
    User.objects.create_user("sam", password=PASSWORD, is_support=True)
    a_district_admin(a_district("Pine Ridge"), username="pat")
    a_district_admin(marisol.district, username="kim")
    desk.force_login(lee)

    answer = decide_otherwise(desk, marisol, carl, **form)  # type: ignore[arg-type]

    assert answer.status_code == 409
    assert not DeskEvent.objects.exists()
    assert PASSWORD not in answer.content.decode()


def test_a_clerk_does_not_decide_otherwise_with_an_administrator_beside_her(
    desk: Client, kim: User, marisol: Student, carl: str
) -> None:
    answer = decide_otherwise(desk, marisol, carl)

    assert answer.status_code == 409
    assert "Decide otherwise" not in answer.content.decode()
    assert not DeskEvent.objects.exists()


def test_an_administrator_who_works_no_more_agrees_to_nothing(
    desk: Client, lee: User, kim: User, marisol: Student, carl: str
) -> None:
    kim.is_active = False
    kim.save()
    desk.force_login(lee)

    answer = decide_otherwise(desk, marisol, carl)

    assert answer.status_code == 409
    assert not DeskEvent.objects.exists()


def test_a_desk_is_no_place_to_guess_passwords(
    desk: Client, lee: User, kim: User, marisol: Student, carl: str
) -> None:
    desk.force_login(lee)
    for guess in range(6):
        decide_otherwise(desk, marisol, carl, second_password=f"guess {guess}")

    answer = decide_otherwise(desk, marisol, carl)

    assert answer.status_code == 422
    assert not DeskEvent.objects.exists()


def test_nobody_decides_that_a_child_who_left_leaves_again(
    desk: Client, lee: User, kim: User, marisol: Student, carl: str
) -> None:
    desk.force_login(lee)
    decide_otherwise(desk, marisol, carl)

    answer = decide_otherwise(desk, marisol, carl)

    assert answer.status_code == 409
    assert DeskEvent.objects.count() == 1


def test_the_people_of_a_clerk_are_not_administrators(
    desk: Client, lee: User, oak: School, marisol: Student, carl: str
) -> None:
    a_clerk(oak.district, oak, username="kim")
    desk.force_login(lee)

    assert decide_otherwise(desk, marisol, carl).status_code == 409
