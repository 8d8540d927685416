"""The list on paper says what the desk says: every order and every no, of every record."""

from typing import Any

import pytest
from django.test import Client

from cast import a_contact, a_listed_student
from desk_cast import LONG_AGO, NOW, a_listed_parent, an_order_against, marisol_at
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.daily_list.rows import CLEARED, DENIED, NOT_STATED, StudentLine
from schoolgate.frontdesk.models import HoldKind, StudentHold
from schoolgate.frontdesk.on_file import look_up
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.roster.models import Effect, Guardian, Pickup, PickupState, Student
from schoolgate.roster.restrictions import add_restriction

pytestmark = pytest.mark.django_db

LIST = "/d/maple-valley/desk/oak/list/"


def rows(desk: Client) -> dict[str, StudentLine]:
    return {one.name: one for one in desk.get(LIST).context["rows"]}


def say(student: Student, guardian: Guardian, state: Pickup) -> None:
    PickupState.objects.create(
        district=student.district,
        student=student,
        guardian=guardian,
        state=state,
        why="Card",
        set_at=LONG_AGO,
    )


def test_a_child_stands_there_with_her_contacts_and_what_the_school_said_of_each(
    desk: Client, marisol: Student
) -> None:
    a_listed_parent(marisol)
    ada = a_contact(marisol, "Ada", "Stone", role="relative")
    carl = a_contact(marisol, "Carl", "Dunn")
    eva = a_contact(marisol, "Eva", "Dunn", role="relative")
    say(marisol, carl, Pickup.DENIED)
    say(marisol, eva, Pickup.ALLOWED)

    words = {one.name: one.word for one in rows(desk)["RIVERA, Marisol J."].contacts}

    assert words == {
        "Robert Rivera": "",
        ada.name: NOT_STATED,
        carl.name: DENIED,
        eva.name: CLEARED,
    }
    assert "…0142" in desk.get(LIST).content.decode()
    assert "555-0142" not in desk.get(LIST).content.decode()


def test_orders_and_holds_stand_above_the_contacts(
    desk: Client, marisol: Student, dana: User
) -> None:
    an_order_against(marisol)
    StudentHold.objects.create(
        district=marisol.district,
        student=marisol,
        kind=HoldKind.ADMINISTRATOR_ONLY,
        why="Nurse clears first",
        set_at=LONG_AGO,
        set_by=dana,
    )

    row = rows(desk)["RIVERA, Marisol J."]

    assert [one.name for one in row.orders] == ["Carl Dunn"]
    assert row.hold == "Nurse clears first"


@pytest.mark.parametrize(
    "other",
    [
        {"middle_name": "Jade"},
        {"middle_name": ""},
        {"given_name": "Ana", "family_name": "Lopez", "identifier": "20094471"},
        {"given_name": "Ana", "family_name": "Lopez"},
        {"given_name": "Marisol", "family_name": "Ribera"},
    ],
)
def test_an_order_on_another_record_binds_on_paper_as_it_does_at_the_desk(
    desk: Client, oak: School, marisol: Student, other: dict[str, Any]
) -> None:
    names = {
        "given": other.pop("given_name", "Marisol"),
        "family": other.pop("family_name", "Rivera"),
    }
    before = a_listed_student(
        oak, names["given"], names["family"], **{"identifier": "1", "sourced_id": "old", **other}
    )
    an_order_against(before)

    for student in enrolled_at(oak):
        at_the_desk = look_up(student, oak, now=NOW).restrictions
        on_paper = next(
            line for line in desk.get(LIST).context["rows"] if _is(line, student)
        ).orders
        assert len(on_paper) == len(at_the_desk)


def _is(line: StudentLine, student: Student) -> bool:
    return line.name.startswith(f"{student.family_name.upper()}, {student.given_name}") and (
        line.last_four == student.identifier[-4:]
    )


def test_an_order_on_a_school_or_a_district_stands_with_every_child_it_covers(
    desk: Client, oak: School, fir: School, marisol: Student
) -> None:
    for school, name in ((oak, "Ona"), (fir, "Fay"), (None, "Dov")):
        add_restriction(
            oak.district,
            given_name=name,
            family_name="Gray",
            effects=[Effect.NO_RELEASE],
            from_on=LONG_AGO.date(),
            by=None,
            at=LONG_AGO,
            school=school,
        )
    marisol.listings.create(district=oak.district, school=fir)
    a_listed_student(oak, "Ben", "Ash", sourced_id="ben", identifier="5")

    found = {name: {one.name for one in row.orders} for name, row in rows(desk).items()}

    assert found == {
        "RIVERA, Marisol J.": {"Ona Gray", "Fay Gray", "Dov Gray"},
        "ASH, Ben": {"Ona Gray", "Dov Gray"},
    }


def test_a_school_is_read_with_the_same_few_questions_whatever_its_size(
    desk: Client, oak: School, marisol: Student, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        one = a_listed_student(oak, "Ben", f"Ash{number}", sourced_id=f"s{number}")
        a_contact(one, "Kim", f"Ash{number}", sourced_id=f"p{number}")

    with django_assert_max_num_queries(40):
        assert len(desk.get(LIST).context["rows"]) == 61


def test_who_took_the_list_is_noted(desk: Client, marisol: Student, dana: User) -> None:
    desk.get(LIST)

    entry = AuditEntry.objects.get(action="list.taken")
    assert (entry.actor_id, entry.detail["kept_by_browser"]) == (dana.pk, False)


def test_another_schools_children_are_not_on_it(desk: Client, fir: School, oak: School) -> None:
    marisol_at(fir)

    assert rows(desk) == {}
    assert desk.get("/d/maple-valley/desk/fir/list/").status_code == 404
