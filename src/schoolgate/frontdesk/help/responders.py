"""Who comes to a school's desk: named by an administrator, in an order."""

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.districts.models import Role, School
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import Responder


def responders_at(school: School) -> QuerySet[Responder]:
    """List those who are named, in their order."""
    return (
        Responder.objects.filter(district_id=school.district_id, school=school)
        .select_related("user")
        .order_by("position", "id")
    )


def may_be_named(school: School) -> QuerySet[User]:
    """List who works at this school, and is not named yet."""
    works_here = Q(memberships__workplaces__school=school) | Q(
        memberships__district=school.district_id, memberships__role=Role.DISTRICT_ADMIN
    )
    named = responders_at(school).values("user")
    return (
        User.objects.filter(works_here, is_active=True)
        .exclude(pk__in=named)
        .distinct()
        .order_by("first_name", "last_name", "username")
    )


@transaction.atomic
def add_responder(desk: Desk, user: User, phone: str) -> None:
    """Put a person last in the list."""
    last = responders_at(desk.school).aggregate(last=Max("position"))["last"]
    Responder.objects.create(
        district_id=desk.school.district_id,
        school=desk.school,
        user=user,
        phone=phone,
        position=0 if last is None else last + 1,
    )
    _log("responder.added", desk, user.pk)


@transaction.atomic
def move_first(desk: Desk, responder_id: int) -> None:
    """Let one be told first; nothing happens where she is not in the list."""
    rows = list(responders_at(desk.school).select_for_update(of=("self",)))
    first = [row for row in rows if row.pk == responder_id]
    for position, row in enumerate([*first, *(row for row in rows if row.pk != responder_id)]):
        row.position = position
    Responder.objects.bulk_update(rows, ["position"])
    _log("responder.first", desk, *(row.user_id for row in first))


@transaction.atomic
def remove_responder(desk: Desk, responder_id: int) -> None:
    """Take one off the list; nothing happens where she is not in it."""
    for row in responders_at(desk.school).filter(pk=responder_id):
        row.delete()
        _log("responder.removed", desk, row.user_id)


def _log(action: str, desk: Desk, *user_ids: int) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"school:{desk.school.pk}",
        users=list(user_ids),
    )
