"""Reads for visits. Every one is bounded to a school and its district."""

from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind


def here_now(desk: Desk) -> QuerySet[DeskEvent]:
    """List who signed in today and did not sign out, the longest here first.

    A visit ends with its day: nobody stands here tomorrow because a sign-out was forgotten.
    """
    out = DeskEvent.objects.filter(ends=OuterRef("pk"), correction=None)
    return visits_today(desk).exclude(Exists(out)).order_by("decided_at", "id")


def visits_today(desk: Desk) -> QuerySet[DeskEvent]:
    """List today's visits that stand."""
    return DeskEvent.objects.filter(
        district_id=desk.school.district_id,
        school=desk.school,
        kind=EventKind.VISIT,
        decided_at__gte=desk.midnight,
        correction=None,
    ).select_related("student", "guardian", "actor")
