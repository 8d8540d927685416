"""Reads for the log. Every one is bounded to a school and its district."""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent


def events_between(desk: Desk, first: date, last: date) -> QuerySet[DeskEvent]:
    """List what this desk wrote down from one day to another, both included, in their order."""
    zone = desk.now.tzinfo
    return (
        DeskEvent.objects.filter(
            district_id=desk.school.district_id,
            school=desk.school,
            decided_at__gte=datetime.combine(first, time.min, tzinfo=zone),
            decided_at__lt=datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone),
        )
        .select_related("student", "guardian", "actor", "correction")
        .order_by("decided_at", "id")
    )
