"""Visitors who come again: named by an administrator until a day, checked anew at every visit."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from schoolgate.audit import log
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import ExpectedVisitor

# A school year: whoever still comes then is named again.
LONGEST = timedelta(days=366)


def expected_at(desk: Desk) -> QuerySet[ExpectedVisitor]:
    """List whom this school expects, by name."""
    return (
        ExpectedVisitor.objects.filter(
            district_id=desk.school.district_id,
            school=desk.school,
            until_on__gte=desk.today,
            ended_at=None,
        )
        .select_related("added_by")
        .order_by("name", "id")
    )


@transaction.atomic
def expect(desk: Desk, *, name: str, reason: str, host: str, until_on: date) -> ExpectedVisitor:
    """Name a visitor who comes again."""
    one = ExpectedVisitor.objects.create(
        district_id=desk.school.district_id,
        school=desk.school,
        name=" ".join(name.split()),
        reason=reason,
        host=host,
        until_on=until_on,
        added_at=desk.now,
        added_by=desk.by,
    )
    _log("visitor.expected", one, desk)
    return one


@transaction.atomic
def expect_no_more(desk: Desk, expected_id: int) -> None:
    """Take one off the list; nothing happens where she is not on it."""
    for one in expected_at(desk).filter(pk=expected_id):
        one.ended_at, one.ended_by = desk.now, desk.by
        one.save(update_fields=["ended_at", "ended_by"])
        _log("visitor.expected_no_more", one, desk)


def _log(action: str, one: ExpectedVisitor, desk: Desk) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=one.district_id,
        actor_id=desk.by.pk,
        subject=f"expected:{one.pk}",
        school=one.school_id,
    )
