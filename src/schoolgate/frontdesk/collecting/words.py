"""The school's own word on who may collect one student: said, changed, taken back, each by name."""

from datetime import datetime

from django.db import transaction

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import HoldKind, StudentHold
from schoolgate.frontdesk.queries import holds_of
from schoolgate.roster.models import Alias, Guardian, PickupState, Student

NOT_STATED = "not_stated"


class CannotSay(Exception):
    """It cannot be said so; the sentence says why."""


@transaction.atomic
def say_pickup(desk: Desk, student: Student, guardian: Guardian, state: str, why: str) -> None:
    """Say whether an adult may collect a student; not stated takes the word back."""
    if state == NOT_STATED:
        words = PickupState.objects.filter(district_id=student.district_id, student=student)
        words.filter(guardian=guardian).delete()
    else:
        PickupState.objects.update_or_create(
            district_id=student.district_id,
            student=student,
            guardian=guardian,
            defaults={
                "state": state,
                "why": why.strip(),
                "set_at": desk.now,
                "set_by": desk.by,
            },
        )
    _log("pickup.said", desk, student, guardian=guardian.pk, state=state)


@transaction.atomic
def hold(desk: Desk, student: Student, kind: HoldKind, why: str) -> None:
    """Say something of the student herself, once. Raises CannotSay."""
    if holds_of(student).filter(kind=kind).exists():
        raise CannotSay("This is said of the student already. End it first to say it anew.")
    StudentHold.objects.create(
        district_id=student.district_id,
        student=student,
        kind=kind,
        why=why.strip(),
        set_at=desk.now,
        set_by=desk.by,
    )
    _log("hold.set", desk, student, kind=kind.value)


@transaction.atomic
def end_hold(desk: Desk, student: Student, hold_id: int) -> None:
    """End a hold; one that is over stays as it is."""
    if row := holds_of(student).filter(id=hold_id).first():
        row.ended_at, row.ended_by = desk.now, desk.by
        row.save(update_fields=["ended_at", "ended_by"])
        _log("hold.ended", desk, student, kind=row.kind)


def remember_name(guardian: Guardian, name: str, *, by: User, at: datetime) -> Alias:
    """Remember another name of a contact, confirmed by a person: from now on it counts as hers."""
    alias, is_new = Alias.objects.get_or_create(
        district_id=guardian.district_id,
        guardian=guardian,
        name=" ".join(name.split()),
        defaults={"confirmed_at": at, "confirmed_by": by},
    )
    if is_new:
        log.record(
            "alias.learnt",
            at=at,
            district_id=guardian.district_id,
            actor_id=by.pk,
            subject=f"guardian:{guardian.pk}",
        )
    return alias


def forget_name(desk: Desk, student: Student, alias: Alias) -> None:
    """Forget another name of a contact of this student."""
    guardian_id = alias.guardian_id
    alias.delete()
    _log("alias.forgotten", desk, student, guardian=guardian_id)


def _log(action: str, desk: Desk, student: Student, **detail: object) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=student.district_id,
        actor_id=desk.by.pk,
        subject=f"student:{student.pk}",
        **detail,
    )
