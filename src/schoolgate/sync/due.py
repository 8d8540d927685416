"""What the clock asks for: syncs that are due, each taken up once, by whoever ticks first."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from schoolgate.audit import log
from schoolgate.districts.models import Edition
from schoolgate.registrations import scheduling
from schoolgate.registrations.intake.upload import is_read_already
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.registrations.schedule import may_begin, next_sync
from schoolgate.sync import runs
from schoolgate.sync.models import Origin, SyncRun
from schoolgate.sync.single_flight import AlreadyRunning

# A tick comes every few seconds: what it leaves waits for the next one.
MOST_AT_ONCE = 200

logger = logging.getLogger(__name__)


def plan_due_runs(now: datetime) -> list[SyncRun]:
    """Queue a sync for each source that is due. Gives the runs that this call created.

    However long nothing ticked, a source gets one sync. One that is due outside of its window,
    while a sync of it waits or runs, or with an upload that is in already, is planned for its next
    moment instead.
    """
    _plan_the_unplanned(now)
    return [run for registration in _due(now) if (run := _guarded(registration, now)) is not None]


def _due(now: datetime) -> list[Registration]:
    due = Registration.objects.filter(next_sync_at__lte=now).select_related("district")
    return list(due.order_by("next_sync_at", "id")[:MOST_AT_ONCE])


def _plan_the_unplanned(now: datetime) -> None:
    """Plan sources that ought to sync and have no moment: the edition is new, or the schedule."""
    taken = SourceSchool.objects.filter(registration=OuterRef("pk"), enabled=True)
    unplanned = Registration.objects.filter(
        Exists(taken),
        next_sync_at=None,
        paused_at=None,
        district__edition=Edition.ENTERPRISE,
    ).select_related("district")
    for registration in unplanned.order_by("id")[:MOST_AT_ONCE]:
        scheduling.plan_if_unplanned(registration, at=now)


def _guarded(registration: Registration, now: datetime) -> SyncRun | None:
    """One source that cannot be planned keeps no other district waiting."""
    try:
        return _take_up(registration, now)
    except Exception:
        logger.exception("Registration %s could not be taken up when it was due.", registration.id)
        return None


@transaction.atomic
def _take_up(registration: Registration, now: datetime) -> SyncRun | None:
    due = registration.next_sync_at
    if due is None:
        return None
    if registration.district.edition != Edition.ENTERPRISE:
        _leave_alone(registration, due, now=now)
        return None
    schedule = scheduling.schedule_of(registration)
    if not _claim(registration, due, next_sync(schedule, due=due, now=now)):
        return None
    if not may_begin(schedule, due=due, now=now) or _says_nothing_new(registration):
        return None
    return _queue(registration, now)


def _claim(registration: Registration, due: datetime, following: datetime | None) -> bool:
    """Move the moment on, unless somebody was faster."""
    mine = Registration.objects.filter(pk=registration.pk, next_sync_at=due)
    return mine.update(next_sync_at=following) == 1


def _leave_alone(registration: Registration, due: datetime, *, now: datetime) -> None:
    if _claim(registration, due, None):
        log.record(
            "schedule.cleared",
            at=now,
            district_id=registration.district_id,
            actor_id=None,
            subject=registration.reference,
            why="standard_edition",
        )


def _says_nothing_new(registration: Registration) -> bool:
    return is_read_already(registration, last=scheduling.last_whole_at(registration))


def _queue(registration: Registration, now: datetime) -> SyncRun | None:
    try:
        return runs.ask_for_run(registration, by=None, at=now, origin=Origin.SCHEDULE)
    except AlreadyRunning:
        # Theirs is as good.
        return None
    except runs.NothingToSync:
        Registration.objects.filter(pk=registration.pk).update(next_sync_at=None)
        return None
