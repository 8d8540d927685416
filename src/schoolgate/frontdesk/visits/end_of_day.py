"""Who was never signed out: the day ends the visit, and the record says that nobody did."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.record import add_event, log_event

END_OF_DAY = "end_of_day"
# The rest follows with the next tick of the hour.
AT_ONCE = 100
# A day ends last on the other side of the world, and a worker may have been away over a holiday.
LOOKED_BACK = timedelta(days=30)
LAST_MOMENT = time(23, 59, 59)
MINUTE = timedelta(minutes=1)


def end_visits_of_past_days(*, now: datetime) -> int:
    """End every visit whose day is over at its school. Gives how many were ended."""
    return sum(_end(visit.pk, now=now) for visit in _never_signed_out(now)[:AT_ONCE])


def _never_signed_out(now: datetime) -> QuerySet[DeskEvent]:
    out = DeskEvent.objects.filter(ends=OuterRef("pk"), correction=None)
    visits = DeskEvent.objects.filter(
        kind=EventKind.VISIT, correction=None, decided_at__gt=now - LOOKED_BACK
    )
    # Of the last hours the day may still go on somewhere; `_end` asks the school's own clock.
    return (
        visits.filter(decided_at__lt=now - timedelta(hours=1)).exclude(Exists(out)).order_by("id")
    )


@transaction.atomic
def _end(visit_id: int, *, now: datetime) -> bool:
    visit = DeskEvent.objects.select_related("school__district").get(pk=visit_id)
    here = ZoneInfo(visit.school.district.timezone)
    came = visit.decided_at.astimezone(here)
    if now.astimezone(here).date() <= came.date():
        return False
    # One after the other: a clerk may press at this moment, or another worker.
    School.objects.select_for_update(no_key=True).get(pk=visit.school_id)
    if visit.endings.filter(correction=None).exists():
        return False
    ended = datetime.combine(came.date(), LAST_MOMENT, tzinfo=here)
    event = add_event(
        visit.school,
        now=ended,
        kind=EventKind.VISIT_END,
        opened_at=now,
        actor=None,
        student_id=visit.student_id,
        guardian_id=visit.guardian_id,
        presented_name=visit.presented_name,
        reason=END_OF_DAY,
        minutes=(ended - came) // MINUTE,
        snapshot={"visit": visit.pk},
        ends=visit,
    )
    log_event("visitor.ended_with_the_day", event, visit=visit.pk)
    return True
