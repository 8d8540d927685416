"""What Oak's desk wrote down, on the page and on the sheet."""

import csv
import io

import pytest
from django.http import HttpResponse
from django.test import Client

from cast import a_listed_student
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import BellSchedule, DeskEvent
from schoolgate.roster.models import Student

OAK = "/d/maple-valley/desk/oak"
LOG = f"{OAK}/log/"


@pytest.fixture
def late_marisol(desk: Client, marisol: Student, oak: School) -> Student:
    BellSchedule.objects.create(district=oak.district, school=oak, lines="6 13:30-14:20")
    record = {"s": [marisol.pk], "reason": "bus"}
    desk.post(f"{OAK}/late-arrival/record/", record)
    return marisol


def page(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def lines_of(answer: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_today_is_shown_where_no_day_is_named(desk: Client, late_marisol: Student) -> None:
    shown = page(desk.get(LOG))

    assert "1 record<" in shown
    assert "RIVERA, Marisol J." in shown
    assert "period 6, 12 min" in shown
    assert "Late bus, excused" in shown


def test_another_day_or_kind_has_its_own_records(desk: Client, late_marisol: Student) -> None:
    yesterday = page(desk.get(LOG, {"first": "2026-11-22", "last": "2026-11-22"}))
    returns = page(desk.get(LOG, {"kind": "return"}))
    november = page(desk.get(LOG, {"first": "2026-11-01", "last": "2026-11-30"}))

    assert "Nothing on these days" in yesterday
    assert "Nothing on these days" in returns
    assert "RIVERA, Marisol J." in november


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"first": "2026-11-23", "last": "2026-11-22"}, "The last day is before the first."),
        ({"first": "2025-11-01", "last": "2026-11-22"}, "A year at most."),
        ({"first": "yesterday"}, "Enter a valid date."),
    ],
)
def test_days_that_make_no_sense_are_said_so(desk: Client, days: dict[str, str], why: str) -> None:
    for answer in (desk.get(LOG, days), desk.post(f"{LOG}sheet/", days)):
        assert (answer.status_code, why in page(answer)) == (422, True)


def test_the_sheet_has_the_ids_of_the_sis_and_local_times(
    desk: Client, late_marisol: Student
) -> None:
    answer = desk.post(f"{LOG}sheet/", {})

    (line,) = lines_of(answer)
    assert answer["Content-Disposition"] == ('attachment; filename="oak-2026-11-23-2026-11-23.csv"')
    assert (line["school_code"], line["date"], line["time"]) == ("oak", "2026-11-23", "13:42")
    assert line["student_sourced_id"] == late_marisol.sourced_id
    assert line["student_identifier"] == "20094471"
    assert (line["event"], line["minutes"], line["excused"]) == ("late_arrival", "12", "yes")
    assert line["undone"] == "no"


def test_what_was_undone_is_marked_on_page_and_sheet(desk: Client, late_marisol: Student) -> None:
    event = DeskEvent.objects.get()
    reason = {"reason": "the wrong child was chosen"}
    desk.post(f"{OAK}/early-departure/record/{event.pk}/undo/", reason)

    assert "Undone" in page(desk.get(LOG))
    assert [line["undone"] for line in lines_of(desk.post(f"{LOG}sheet/", {}))] == ["yes"]


def test_who_took_a_sheet_away_is_noted_without_a_name(desk: Client, late_marisol: Student) -> None:
    desk.post(f"{LOG}sheet/", {})

    noted = AuditEntry.objects.get(action="desk.exported")
    assert noted.detail == {"first": "2026-11-23", "last": "2026-11-23", "events": 1}


def test_records_of_another_school_are_not_on_it(
    desk: Client, late_marisol: Student, fir: School
) -> None:
    of_fir = a_listed_student(fir, "Fay", "Ward")
    event = DeskEvent.objects.get()
    DeskEvent.objects.filter(pk=event.pk).update(school=fir, student=of_fir)

    assert "Ward" not in page(desk.get(LOG))
    assert lines_of(desk.post(f"{LOG}sheet/", {})) == []
