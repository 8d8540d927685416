"""A desk asks for help; somebody says that she comes; it is over. Each once, and noted."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from schoolgate.audit import log
from schoolgate.districts.models import School
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.help.turns import Helper, turn_at
from schoolgate.frontdesk.models import HelpCall, HelpCause, Responder
from schoolgate.frontdesk.queries import administrators_of, enrolled_at

# The rule at which responders come without being called: an order keeps this adult away.
RESTRICTED = "X1"
# The same adult checked again is the same alarm.
QUIET_AFTER_AN_ALARM = timedelta(minutes=10)


class NotYours(Exception):
    """There is no such call here, or it is not this person's turn."""


def helpers_of(school: School) -> tuple[Helper, ...]:
    """Who is told, in this order: the school's responders, or else all administrators."""
    named = Responder.objects.filter(
        district_id=school.district_id, school=school, user__is_active=True
    ).select_related("user")
    people = [(one.user, one.phone) for one in named.order_by("position", "id")]
    people = people or [(one, "") for one in administrators_of(school.district)]
    return tuple(
        Helper(
            user_id=user.pk,
            name=user.get_full_name() or user.username,
            phone=phone,
            email=user.email,
        )
        for user, phone in people
    )


def helpers_for(call: HelpCall) -> tuple[Helper, ...]:
    """Who is told of this call: not the one who asks."""
    return tuple(one for one in helpers_of(call.school) if one.user_id != call.asked_by_id)


def calls_today(desk: Desk) -> Any:
    """List the calls of this desk's day, the latest first."""
    return (
        HelpCall.objects.filter(
            district_id=desk.school.district_id, school=desk.school, asked_at__gte=desk.midnight
        )
        .select_related("school", "student", "asked_by", "answered_by", "ended_by")
        .order_by("-asked_at", "-id")
    )


def open_calls(desk: Desk) -> Any:
    """List the calls of today that nobody has ended."""
    return calls_today(desk).filter(ended_at=None)


@transaction.atomic
def ask(desk: Desk, *, student_id: int | None = None) -> HelpCall:
    """Ask for help, about a student or nobody. A second press while it is open asks nothing new."""
    _one_at_a_time(desk)
    if already := open_calls(desk).filter(asked_by=desk.by, cause=HelpCause.ASKED).first():
        return already  # type: ignore[no-any-return]  # the query's own type
    return _add(desk, HelpCause.ASKED, student_id)


@transaction.atomic
def alert_silently(desk: Desk, *, student_id: int | None = None) -> HelpCall | None:
    """Tell the responders that an order keeps away the adult at the counter. None: they know."""
    _one_at_a_time(desk)
    since = desk.now - QUIET_AFTER_AN_ALARM
    known = calls_today(desk).filter(student=student_id, cause=HelpCause.RESTRICTION)
    if known.filter(asked_at__gte=since).exists() or known.filter(ended_at=None).exists():
        return None
    return _add(desk, HelpCause.RESTRICTION, student_id)


def answer(desk: Desk, call_id: int) -> HelpCall:
    """Note that this person comes. The first who says so is named. Raises NotYours."""
    call = _open_call(desk, call_id)
    if not is_told(call, desk.by.pk, now=desk.now):
        raise NotYours
    first = HelpCall.objects.filter(pk=call.pk, answered_at=None)
    if first.update(answered_at=desk.now, answered_by=desk.by):
        _log("help.answered", call, desk)
    call.refresh_from_db()
    return call


def end(desk: Desk, call_id: int) -> None:
    """Note that it is over: by anybody at this desk. Raises NotYours."""
    call = _open_call(desk, call_id)
    if HelpCall.objects.filter(pk=call.pk, ended_at=None).update(
        ended_at=desk.now, ended_by=desk.by
    ):
        _log("help.ended", call, desk)


def is_told(call: HelpCall, user_id: int, *, now: datetime) -> bool:
    """Whether this person has been told of the call by now."""
    turn = turn_at(call.asked_at, helpers_for(call), now=now)
    return user_id in {one.user_id for one in turn.told}


def _open_call(desk: Desk, call_id: int) -> HelpCall:
    call: HelpCall | None = open_calls(desk).filter(pk=call_id).first()
    if call is None:
        raise NotYours
    return call


def _one_at_a_time(desk: Desk) -> None:
    School.objects.select_for_update(no_key=True).get(pk=desk.school.pk)


def _add(desk: Desk, cause: HelpCause, student_id: int | None) -> HelpCall:
    student = enrolled_at(desk.school).filter(pk=student_id).first() if student_id else None
    call = HelpCall.objects.create(
        district_id=desk.school.district_id,
        school=desk.school,
        cause=cause,
        student=student,
        asked_at=desk.now,
        asked_by=desk.by,
    )
    _log("help.asked", call, desk, cause=cause.value)
    return call


def _log(action: str, call: HelpCall, desk: Desk, **detail: object) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=call.district_id,
        actor_id=desk.by.pk,
        subject=f"help:{call.pk}",
        school=call.school_id,
        student=call.student_id,
        **detail,
    )
