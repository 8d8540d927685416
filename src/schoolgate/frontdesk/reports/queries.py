"""Reads for reports. Every one is bounded to a school and its district."""

from collections.abc import Iterable, Iterator
from datetime import date

from schoolgate.frontdesk.day_log.queries import events_between
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.frontdesk.reports.tally import BACK, LATE, LEFT, REFUSED, Row
from schoolgate.roster.models import Student


def rows_between(desk: Desk, first: date, last: date) -> Iterator[Row]:
    """Give what stands of the days: one query, whatever their number."""
    events = events_between(desk, first, last).filter(
        kind__in=[LATE, LEFT, BACK, REFUSED], correction=None
    )
    columns = (
        "kind",
        "decided_at",
        "student_id",
        "period",
        "reason",
        "minutes",
        "excused",
        "verdict",
        "approver_id",
    )
    for one in events.select_related(None).values_list(*columns).iterator():
        kind, at, student_id, period, reason, minutes, excused, verdict, approver_id = one
        yield Row(
            kind=kind,
            on=desk.here(at).date(),
            student_id=student_id,
            period=period,
            reason=reason,
            minutes=minutes,
            excused=excused,
            verdict=verdict,
            by_two=approver_id is not None,
        )


def students_of(desk: Desk, ids: Iterable[int]) -> dict[int, Student]:
    """Find the students whom the sums are about, also those who are no longer listed here."""
    found: dict[int, Student] = Student.objects.filter(district_id=desk.school.district_id).in_bulk(
        list(ids)
    )
    return found


def decided_otherwise(desk: Desk, first: date, last: date) -> list[DeskEvent]:
    """List what was refused, and what two people decided against a no, the latest first."""
    events = events_between(desk, first, last).filter(correction=None)
    refused, overridden = events.filter(kind=REFUSED), events.filter(approver__isnull=False)
    both = (refused | overridden).select_related("student", "guardian", "actor", "approver")
    return list(both.order_by("-decided_at", "-id")[:50])
