"""Students who left today and come back."""

from datetime import timedelta

from django.db import transaction

from schoolgate.frontdesk.arrivals.late_arrival import lateness_now
from schoolgate.frontdesk.arrivals.queries import departed_today
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.queries import claim
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.sync.freshness import freshness_of

MINUTE = timedelta(minutes=1)


class NotAway(Exception):
    """The student did not leave this school today, is back already, or is not on its list."""


@transaction.atomic
def record_return(desk: Desk, student_id: int) -> DeskEvent:
    """Write down that a student is back from her departure of today. Raises NotAway."""
    student = claim(desk.school, [student_id]).first()
    departure = departed_today(desk, [student_id]).first()
    if student is None or departure is None:
        raise NotAway
    late = lateness_now(desk)
    event = add_event(
        desk.school,
        now=desk.now,
        kind=EventKind.RETURN,
        opened_at=desk.now,
        actor=desk.by,
        student=student,
        period=late.period if late else "",
        minutes=minutes_away(departure, desk),
        list_as_of=freshness_of(desk.school).as_of,
        snapshot={"left": departure.pk},
        ends=departure,
    )
    log_event("student.returned", event, left=departure.pk)
    return event


def minutes_away(departure: DeskEvent, desk: Desk) -> int:
    """Say for how many whole minutes the student has been gone."""
    return max(0, (desk.now - departure.decided_at) // MINUTE)
