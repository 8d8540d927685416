"""The three questions for every address of the desk: staff of this school, of another, nobody."""

import pytest
from django.test import Client

from cast import a_clerk, a_district_admin
from desk_cast import DESK
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.roster.models import Guardian, Student

pytestmark = pytest.mark.django_db

READ = ["", "{student}/", "record/{event}/"]
SENT = [
    "search/",
    "elsewhere/",
    "{student}/verdict/",
    "{student}/release/",
    "{student}/not-released/",
    "record/{event}/undo/",
]


@pytest.fixture
def event(desk: Client, marisol: Student, robert: Guardian, dana: User, oak: School) -> DeskEvent:
    return DeskEvent.objects.create(
        district=oak.district,
        school=oak,
        kind=EventKind.EARLY_DEPARTURE,
        opened_at="2026-11-23T19:40:00Z",
        decided_at="2026-11-23T19:41:00Z",
        actor=dana,
        student=marisol,
        guardian=robert,
        presented_name="Robert Rivera",
        verdict="allow",
        rules=["R1"],
        rules_version="1",
        snapshot={},
    )


@pytest.mark.parametrize("page", READ)
def test_a_clerk_of_the_school_reads(
    desk: Client, event: DeskEvent, marisol: Student, page: str
) -> None:
    response = desk.get(DESK + page.format(student=marisol.pk, event=event.pk))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("search/", 200),
        ("elsewhere/", 200),
        ("{student}/verdict/", 422),
        ("{student}/release/", 422),
        ("{student}/not-released/", 422),
        ("record/{event}/undo/", 422),
    ],
)
def test_a_clerk_of_the_school_sends(
    desk: Client, event: DeskEvent, marisol: Student, page: str, status: int
) -> None:
    response = desk.post(DESK + page.format(student=marisol.pk, event=event.pk))

    assert response.status_code == status


@pytest.mark.parametrize("page", [*READ, *SENT])
def test_a_clerk_of_another_school_finds_nothing(
    desk: Client, event: DeskEvent, marisol: Student, fir: School, page: str
) -> None:
    desk.force_login(a_clerk(fir.district, fir, username="finn"))
    address = DESK + page.format(student=marisol.pk, event=event.pk)

    response = desk.get(address) if page in READ else desk.post(address)

    assert response.status_code == 404


@pytest.mark.parametrize("page", [*READ, *SENT])
def test_staff_of_another_district_finds_nothing(
    desk: Client, event: DeskEvent, marisol: Student, pine: School, page: str
) -> None:
    desk.force_login(a_district_admin(pine.district, username="pat"))
    address = DESK + page.format(student=marisol.pk, event=event.pk)

    response = desk.get(address) if page in READ else desk.post(address)

    assert response.status_code == 404


@pytest.mark.parametrize("page", [*READ, *SENT])
def test_support_never_stands_at_a_desk(
    desk: Client, event: DeskEvent, marisol: Student, page: str
) -> None:
    desk.force_login(User.objects.create_user("sam", is_support=True))
    address = DESK + page.format(student=marisol.pk, event=event.pk)

    response = desk.get(address) if page in READ else desk.post(address)

    assert response.status_code == 404


@pytest.mark.parametrize("page", [*READ, *SENT])
def test_nobody_is_asked_to_sign_in(
    desk: Client, event: DeskEvent, marisol: Student, page: str
) -> None:
    desk.logout()
    address = DESK + page.format(student=marisol.pk, event=event.pk)

    response = desk.get(address) if page in READ else desk.post(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", READ)
def test_a_district_administrator_works_at_every_desk(
    desk: Client, event: DeskEvent, marisol: Student, maple_valley: District, page: str
) -> None:
    desk.force_login(a_district_admin(maple_valley))

    response = desk.get(DESK + page.format(student=marisol.pk, event=event.pk))

    assert response.status_code == 200


@pytest.mark.parametrize("page", ["{student}/", "{student}/verdict/", "{student}/release/"])
def test_a_student_of_another_school_is_not_there(
    desk: Client, marisol: Student, oak: School, fir: School, page: str
) -> None:
    marisol.listings.update(school=fir)
    address = DESK + page.format(student=marisol.pk)

    response = desk.get(address) if page in READ else desk.post(address, {"name": "R Rivera"})

    assert response.status_code == 404


def test_an_event_of_another_school_is_not_there(
    desk: Client, event: DeskEvent, fir: School
) -> None:
    DeskEvent.objects.update(school=fir)

    response = desk.get(f"{DESK}record/{event.pk}/")

    assert response.status_code == 404


@pytest.mark.parametrize("page", SENT)
def test_what_is_sent_cannot_be_asked_for_by_address(
    desk: Client, event: DeskEvent, marisol: Student, page: str
) -> None:
    response = desk.get(DESK + page.format(student=marisol.pk, event=event.pk))

    assert response.status_code == 405
