"""Plan the next sync of a source, and change its schedule.

Whoever changes what the next sync follows from (schools, schedule, pause) calls `plan_if_unplanned`
or `plan_anew`: no other place sets it, but for the tick that takes up what is due.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from schoolgate.audit import log
from schoolgate.districts.models import Edition
from schoolgate.licensing.editions import require_enterprise
from schoolgate.registrations import proving
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.registrations.schedule import (
    HOUR,
    LEAST_HOURS,
    MOST_HOURS,
    Schedule,
    Window,
    may_begin,
    plan,
)
from schoolgate.roster.models import Listing

WHY_AT_LEAST = 10
WHY_AT_MOST = 200


class CannotSchedule(Exception):
    """The schedule cannot be what was asked for; the sentence says why. Nothing was changed."""


@dataclass(frozen=True)
class Pace:
    """How often a source is synced, and when a sync may begin."""

    every_hours: int
    window: Window | None
    # Between whole syncs, only what changed. None: never.
    changes_every_hours: int | None = None


@dataclass(frozen=True)
class Times:
    """When a sync may begin and, before the first one, when that is."""

    window: Window | None
    starts_at: datetime | None


# --- reading ---------------------------------------------------------------------------------


def window_of(registration: Registration) -> Window | None:
    if registration.window_from is None or registration.window_until is None:
        return None
    return Window(registration.window_from, registration.window_until)


def schedule_of(registration: Registration) -> Schedule:
    return Schedule(
        every=registration.sync_every_hours * HOUR,
        zone=ZoneInfo(registration.district.timezone),
        window=window_of(registration),
        starts_at=registration.starts_at,
        key=registration.reference,
    )


def last_whole_at(registration: Registration) -> datetime | None:
    """When the lists of its schools were last whole; None before the first time."""
    taken = SourceSchool.objects.filter(registration=registration, enabled=True)
    last: datetime | None = taken.aggregate(last=Max("list_as_of"))["last"]
    return last


def has_something_to_sync(registration: Registration) -> bool:
    """Whether a school is taken, or somebody is still on a list of one that no longer is."""
    return (
        SourceSchool.objects.filter(registration=registration, enabled=True).exists()
        or Listing.objects.filter(student__registration_id=registration.id).exists()
    )


# --- planning --------------------------------------------------------------------------------


def plan_if_unplanned(registration: Registration, *, at: datetime) -> None:
    """After schools were chosen: plan the next sync where none is planned, and keep one that is."""
    registration.refresh_from_db(fields=["next_sync_at"])
    if registration.next_sync_at is None or not _may_be_planned(registration):
        plan_anew(registration, at=at)


def plan_anew(registration: Registration, *, at: datetime) -> None:
    """Set when the next sync is, from the schedule as it stands now; or that there is none."""
    planned = None
    if _may_be_planned(registration):
        planned = plan(schedule_of(registration), last=last_whole_at(registration), now=at)
    registration.next_sync_at = planned
    registration.save(update_fields=["next_sync_at"])


def _may_be_planned(registration: Registration) -> bool:
    return (
        registration.district.edition == Edition.ENTERPRISE
        and registration.paused_at is None
        and has_something_to_sync(registration)
    )


# --- changing --------------------------------------------------------------------------------


@transaction.atomic
def set_pace(
    registration: Registration, pace: Pace, *, why: str, by: int | None, at: datetime
) -> None:
    """Change how often a source is synced, and when. Support's: a SIS has other readers too.

    Raises:
        EnterpriseOnly: for a Standard district.
        CannotSchedule: for an interval that cannot be, or too short a reason.
    """
    require_enterprise(registration.district)
    reason = _reason(why)
    if not LEAST_HOURS <= pace.every_hours <= MOST_HOURS:
        raise CannotSchedule(f"Sync every {LEAST_HOURS} to {MOST_HOURS} hours (14 days).")
    _check_changes(registration, pace, at=at)
    before = _as_detail(registration)
    registration.sync_every_hours = pace.every_hours
    registration.changes_every_hours = pace.changes_every_hours
    _save(registration, pace.window, at=at)
    _record(registration, "schedule.changed", by=by, at=at, before=before, why=reason)


@transaction.atomic
def choose_times(
    registration: Registration, times: Times, *, by: int | None, at: datetime, why: str = ""
) -> None:
    """Change when syncs may begin and, before the first one, when that is. The district's own.

    Raises:
        EnterpriseOnly: for a Standard district.
        CannotSchedule: for a first time that is over, outside the window, or too late to choose.
    """
    require_enterprise(registration.district)
    if times.starts_at != registration.starts_at:
        _check_start(registration, times.starts_at, at=at)
    if times.starts_at is not None and times.starts_at > at and not _fits(registration, times):
        raise CannotSchedule("The first sync is outside the window. Change one of them.")
    before = _as_detail(registration)
    registration.starts_at = times.starts_at
    _save(registration, times.window, at=at)
    _record(registration, "schedule.changed", by=by, at=at, before=before, why=why.strip())


@transaction.atomic
def pause(registration: Registration, *, why: str, by: int | None, at: datetime) -> None:
    """Let nothing run by itself until somebody resumes it. `Sync now` goes on working.

    Raises:
        CannotSchedule: for too short a reason.
    """
    reason = _reason(why)
    registration.paused_at = registration.paused_at or at
    registration.paused_why = reason
    registration.next_sync_at = None
    registration.save(update_fields=["paused_at", "paused_why", "next_sync_at"])
    _record(registration, "schedule.paused", by=by, at=at, why=reason)


@transaction.atomic
def resume(registration: Registration, *, why: str, by: int | None, at: datetime) -> None:
    """Sync by itself again, by the schedule as it stands.

    Raises:
        EnterpriseOnly: for a Standard district.
        CannotSchedule: for too short a reason.
    """
    require_enterprise(registration.district)
    reason = _reason(why)
    registration.paused_at = None
    registration.paused_why = ""
    registration.save(update_fields=["paused_at", "paused_why"])
    plan_anew(registration, at=at)
    _record(registration, "schedule.resumed", by=by, at=at, why=reason)


def _reason(why: str) -> str:
    reason = why.strip()
    if len(reason) < WHY_AT_LEAST:
        raise CannotSchedule(f"Say why, in at least {WHY_AT_LEAST} characters.")
    return reason[:WHY_AT_MOST]


def _check_changes(registration: Registration, pace: Pace, *, at: datetime) -> None:
    hours = pace.changes_every_hours
    if hours is None:
        return
    if not LEAST_HOURS <= hours < pace.every_hours:
        raise CannotSchedule(
            "What changed is read between whole syncs: more often than they are, and every hour at "
            "most."
        )
    # What stands may go on standing: without a proof it is not followed.
    if hours != registration.changes_every_hours and not proving.is_proved(registration, now=at):
        raise CannotSchedule(
            "This source is not proved to say what changed. "
            f"{proving.in_words(registration, now=at)} To try it: "
            f"schoolgate registration probe {registration.reference}"
        )


def _check_start(registration: Registration, starts_at: datetime | None, *, at: datetime) -> None:
    if last_whole_at(registration) is not None:
        raise CannotSchedule(
            "The first sync has been. To let nothing run for a while, ask Schoolgate support for a "
            "pause."
        )
    if starts_at is not None and starts_at <= at:
        raise CannotSchedule("This time is over. Choose one that is still to come.")


def _fits(registration: Registration, times: Times) -> bool:
    wanted = replace(schedule_of(registration), window=times.window)
    start = times.starts_at
    return start is None or may_begin(wanted, due=start, now=start)


def _save(registration: Registration, window: Window | None, *, at: datetime) -> None:
    registration.window_from = None if window is None else window.opens
    registration.window_until = None if window is None else window.closes
    registration.save(
        update_fields=[
            "sync_every_hours",
            "changes_every_hours",
            "window_from",
            "window_until",
            "starts_at",
        ]
    )
    plan_anew(registration, at=at)


def _as_detail(registration: Registration) -> dict[str, object]:
    return {
        "every_hours": registration.sync_every_hours,
        "changes_every_hours": registration.changes_every_hours,
        "window": [_clock(registration.window_from), _clock(registration.window_until)],
        "starts_at": registration.starts_at.isoformat() if registration.starts_at else None,
    }


def _clock(wall: time | None) -> str | None:
    return None if wall is None else f"{wall:%H:%M}"


def _record(
    registration: Registration, action: str, *, by: int | None, at: datetime, **detail: object
) -> None:
    log.record(
        action,
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        after=_as_detail(registration),
        **detail,
    )
