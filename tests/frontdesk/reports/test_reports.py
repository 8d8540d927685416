"""Reports of Oak's desk through its own pages."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cast import a_clerk, a_district_admin, a_listed_student
from desk_cast import NOW
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.record import add_event
from schoolgate.roster.models import Student

pytestmark = pytest.mark.django_db

PAGE = "/d/maple-valley/desk/oak/reports/"


def record(school: School, student: Student, by: User, kind: str, **said: object) -> DeskEvent:
    at = said.pop("at", NOW)
    with transaction.atomic():
        return add_event(
            school,
            now=at,  # type: ignore[arg-type]
            kind=kind,
            opened_at=at,
            actor=by,
            student=student,
            snapshot={},
            **said,
        )


def a_tardy(school: School, student: Student, by: User, **said: object) -> DeskEvent:
    facts = {"reason": "bus", "excused": False, "period": "2", "minutes": 7}
    return record(school, student, by, EventKind.LATE_ARRIVAL, **{**facts, **said})


def test_the_page_adds_up_what_stands_and_nothing_undone(
    desk: Client, dana: User, oak: School, marisol: Student
) -> None:
    a_tardy(oak, marisol, dana)
    undone = a_tardy(oak, marisol, dana, minutes=90)
    record(oak, marisol, dana, EventKind.UNDONE, corrects=undone)

    page = desk.get(PAGE).content.decode()

    assert "<strong>1</strong> tardy" in page
    assert "<strong>7</strong> minutes" in page
    assert "Period 2" in page
    assert "Late bus" in page
    assert "RIVERA, Marisol J." in page


def test_a_report_knows_its_days_and_its_school(
    desk: Client, dana: User, oak: School, fir: School, marisol: Student
) -> None:
    a_tardy(oak, marisol, dana, at=NOW - timedelta(days=31))
    a_tardy(fir, a_listed_student(fir, "Dee", "Okafor"), a_clerk(fir.district, fir, username="f"))

    lately = desk.get(PAGE).content.decode()
    since_october = desk.get(PAGE, {"first": "2026-10-01"}).content.decode()

    assert "Nothing on these days" in lately
    assert "OKAFOR" not in since_october
    assert "<strong>1</strong> tardy" in since_october


def test_the_sheet_has_a_line_for_each_student_and_who_took_it_is_noted(
    desk: Client, dana: User, oak: School, marisol: Student
) -> None:
    a_tardy(oak, marisol, dana)

    sheet = desk.post(f"{PAGE}sheet/").content.decode()

    assert sheet.splitlines()[1] == "oak,marisol-rivera,20094471,Rivera,Marisol,1,1,7,0,0,0"
    assert AuditEntry.objects.get(action="desk.exported").detail["students"] == 1


def test_refusals_by_name_are_for_administrators(
    desk: Client, dana: User, oak: School, marisol: Student
) -> None:
    record(oak, marisol, dana, EventKind.REFUSAL, presented_name="Carl Dunn", note="Left angry.")

    as_clerk = desk.get(PAGE).content.decode()
    desk.force_login(a_district_admin(oak.district))
    as_admin = desk.get(PAGE).content.decode()

    assert "Not released: 1" in as_clerk
    assert "Carl Dunn" not in as_clerk
    assert "Carl Dunn" in as_admin
    assert "Left angry." in as_admin


def test_days_that_make_no_sense_are_said(desk: Client, oak: School) -> None:
    answer = desk.get(PAGE, {"first": "2026-11-23", "last": "2026-11-01"})

    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()
    assert desk.post(f"{PAGE}sheet/", {"first": "soon"}).status_code == 422


def test_a_report_costs_the_same_queries_whatever_it_adds_up(
    desk: Client,
    dana: User,
    oak: School,
    marisol: Student,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    others = [a_listed_student(oak, "Ben", f"Ash{n}", sourced_id=f"ash-{n}") for n in range(12)]
    for student in (marisol, *others):
        a_tardy(oak, student, dana)

    with django_assert_max_num_queries(12):
        desk.get(PAGE)
