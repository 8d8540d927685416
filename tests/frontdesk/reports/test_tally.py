"""What days add up to, from rows alone."""

from datetime import date

from schoolgate.frontdesk.reports.sheet import write_sums
from schoolgate.frontdesk.reports.tally import BACK, LATE, LEFT, REFUSED, OfStudent, Row, tally

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def late(student: int = 1, on: date = MONDAY, **said: object) -> Row:
    return Row(kind=LATE, on=on, student_id=student, **said)  # type: ignore[arg-type]


def test_tardies_add_up_by_student_period_reason_weekday_and_week() -> None:
    report = tally(
        [
            late(minutes=10, period="1", reason="bus", excused=True),
            late(on=FRIDAY, minutes=5, period="2", reason="overslept", excused=False),
            late(student=2, period="1", reason="overslept", excused=False),
        ]
    )

    assert report.students[1] == OfStudent(tardies=2, unexcused=1, minutes_late=15)
    assert report.by_period == {"1": 2, "2": 1}
    assert report.by_reason == {"bus": 1, "overslept": 2}
    assert report.by_weekday == {"Monday": 2, "Friday": 1}
    assert report.by_week == {MONDAY: 3}
    assert (report.tardies, report.minutes_lost) == (3, 15)


def test_a_departure_loses_the_minutes_until_the_return() -> None:
    left = Row(kind=LEFT, on=MONDAY, student_id=1, reason="ill")
    back = Row(kind=BACK, on=MONDAY, student_id=1, minutes=50)

    report = tally([left, back])

    assert report.students[1] == OfStudent(departures=1, minutes_away=50)
    assert report.departures_by_reason == {"ill": 1}


def test_decisions_are_counted_by_who_made_them() -> None:
    left = [
        Row(kind=LEFT, on=MONDAY, student_id=1, verdict="allow"),
        Row(kind=LEFT, on=MONDAY, student_id=2, verdict="verify_admin"),
        Row(kind=LEFT, on=MONDAY, student_id=3, verdict="deny", by_two=True),
        Row(kind=LEFT, on=MONDAY, student_id=4, verdict="deny"),
    ]
    refused = Row(kind=REFUSED, on=MONDAY, student_id=None)

    decisions = tally([*left, refused]).decisions

    assert (decisions.by_administrator, decisions.by_two, decisions.refusals) == (1, 1, 1)
    assert decisions.share_overridden == 0.25


def test_nothing_adds_up_to_nothing() -> None:
    report = tally([])

    assert (report.tardies, report.decisions.share_overridden) == (0, 0.0)


def test_a_name_that_a_spreadsheet_would_run_is_text() -> None:
    who = {
        "school_code": "oak",
        "student_sourced_id": "=1+1",
        "student_identifier": "+4471",
        "family_name": "@Rivera",
        "given_name": "-Marisol",
    }

    line = write_sums([(who, OfStudent(tardies=3))]).splitlines()[1]

    assert line == "oak,'=1+1,'+4471,'@Rivera,'-Marisol,3,0,0,0,0,0"
