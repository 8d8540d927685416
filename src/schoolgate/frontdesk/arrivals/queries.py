"""Reads for arrivals. Every one is bounded to a school and its district."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.districts.models import School
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import BellSchedule, DeskEvent, EventKind, KioskArrival


def schedule_of(school: School) -> BellSchedule | None:
    """Find the school's bell schedule, once somebody has set one."""
    return BellSchedule.objects.filter(district_id=school.district_id, school=school).first()


def late_today(desk: Desk, student_ids: Iterable[int] | None = None) -> QuerySet[DeskEvent]:
    """List today's late arrivals that stand, the latest first."""
    return _today(desk, EventKind.LATE_ARRIVAL, student_ids)


def departed_today(desk: Desk, student_ids: Iterable[int] | None = None) -> QuerySet[DeskEvent]:
    """List today's departures from which nobody has come back, the latest first."""
    back = DeskEvent.objects.filter(ends=OuterRef("pk"), correction=None)
    return _today(desk, EventKind.EARLY_DEPARTURE, student_ids).exclude(Exists(back))


def returned_today(desk: Desk) -> QuerySet[DeskEvent]:
    """List today's returns that stand, the latest first."""
    return _today(desk, EventKind.RETURN, None).select_related("ends")


def waiting_at(desk: Desk) -> QuerySet[KioskArrival]:
    """List what students said at this school's kiosks and nobody settled, the oldest first."""
    return (
        KioskArrival.objects.filter(
            district_id=desk.school.district_id, school=desk.school, settled_at=None
        )
        .select_related("student", "kiosk")
        .order_by("arrived_at", "id")
    )


def _today(desk: Desk, kind: EventKind, student_ids: Iterable[int] | None) -> QuerySet[DeskEvent]:
    events = DeskEvent.objects.filter(
        district_id=desk.school.district_id,
        school=desk.school,
        kind=kind,
        decided_at__gte=desk.midnight,
        correction=None,
    )
    if student_ids is not None:
        events = events.filter(student__in=list(student_ids))
    return events.select_related("student", "actor", "guardian").order_by("-decided_at", "-id")
