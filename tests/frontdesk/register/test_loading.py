"""The register from a file: shown first, added as shown, each line once, by one person."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cast import a_district, a_district_admin, a_listed_student, a_school
from desk_cast import DESK, a_listed_parent
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.roster.models import Restriction, Student

pytestmark = pytest.mark.django_db

LOAD = "/d/maple-valley/desk/oak/restrictions/load/"
HEAD = "first name,last name,also known as,student numbers,for,effects,from,until,instruction"
CARL = "Carl,Dunn,,20094471,,no release,2026-09-01,,Call Mr. Lee."


@pytest.fixture
def lee(desk: Client, oak: School) -> User:
    lee = a_district_admin(oak.district)
    desk.force_login(lee)
    return lee


def show(desk: Client, *lines: str) -> HttpResponse:
    content = "\n".join((HEAD, *lines)).encode()
    return desk.post(LOAD, {"file": SimpleUploadedFile("orders.csv", content)})  # type: ignore[return-value]


def confirm(desk: Client, shown: HttpResponse) -> HttpResponse:
    sealed = shown.context["sealed"]  # type: ignore[attr-defined]
    return desk.post(f"{LOAD}confirm/", {"sealed": sealed})  # type: ignore[return-value]


def test_nothing_is_added_before_it_was_shown_and_then_it_binds(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_listed_parent(marisol, "Carl", "Dunn")

    shown = show(desk, CARL)
    assert "RIVERA, Marisol J." in shown.content.decode()
    assert not Restriction.objects.exists()

    confirm(desk, shown)
    order = Restriction.objects.get()
    assert (order.name, order.added_by, list(order.students.all())) == ("Carl Dunn", lee, [marisol])
    verdict = desk.post(f"{DESK}{marisol.pk}/verdict/", {"name": "Carl Dunn"})
    assert verdict.context["box"].word.word == "DENY"


def test_which_order_it_is_comes_with_the_line(desk: Client, lee: User, marisol: Student) -> None:
    content = f"{HEAD},order reference\n{CARL},County court 26-1187\n".encode()

    shown = desk.post(LOAD, {"file": SimpleUploadedFile("orders.csv", content)})
    confirm(desk, shown)  # type: ignore[arg-type]

    assert "County court 26-1187" in shown.content.decode()
    assert Restriction.objects.get().order_reference == "County court 26-1187"


def test_the_same_file_twice_adds_nothing_twice(desk: Client, lee: User, marisol: Student) -> None:
    confirm(desk, show(desk, CARL, CARL))
    again = show(desk, CARL)

    assert Restriction.objects.count() == 1
    assert len(again.context["shown"].known) == 1  # type: ignore[attr-defined]


def test_a_file_that_was_confirmed_twice_is_added_once(
    desk: Client, lee: User, marisol: Student
) -> None:
    shown = show(desk, CARL)

    confirm(desk, shown)
    confirm(desk, shown)

    assert Restriction.objects.count() == 1


def test_a_number_that_nobody_bears_is_told_and_the_other_lines_can_be_added(
    desk: Client, lee: User, marisol: Student
) -> None:
    shown = show(desk, "Gil,Gray,,999,,no visit,,,", CARL)

    assert "No student of the district has the number 999" in shown.content.decode()
    confirm(desk, shown)
    assert Restriction.objects.get().family_name == "Dunn"


def test_a_student_of_another_district_is_not_found(desk: Client, lee: User, oak: School) -> None:
    elsewhere = a_school(a_district("Pine Ridge"), "pine", "Pine")
    a_listed_student(elsewhere, identifier="20094471")

    assert "number 20094471" in show(desk, CARL).content.decode()


def test_a_child_whom_two_sources_list_is_protected_under_both_records(
    desk: Client, lee: User, oak: School, marisol: Student
) -> None:
    other = a_listed_student(
        oak, "Marisol", "Rivera", identifier="20094471", sourced_id="other", registration_id=None
    )

    confirm(desk, show(desk, CARL))

    assert set(Restriction.objects.get().students.all()) == {marisol, other}


def test_a_preview_of_another_person_or_none_adds_nothing(
    desk: Client, lee: User, oak: School, marisol: Student
) -> None:
    shown = show(desk, CARL)
    desk.force_login(a_district_admin(oak.district, username="ida"))

    assert confirm(desk, shown).status_code == 409
    assert desk.post(f"{LOAD}confirm/", {"sealed": "x"}).status_code == 409
    assert not Restriction.objects.exists()


@pytest.mark.parametrize("content", [b"", b"name\nx\n", b"\xff\xfeA\x00", b"\x00"])
def test_a_file_that_is_none_is_refused_with_what_to_do(
    desk: Client, lee: User, content: bytes
) -> None:
    answer = desk.post(LOAD, {"file": SimpleUploadedFile("orders.csv", content)})

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
