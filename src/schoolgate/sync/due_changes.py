"""Between whole syncs: what changed is asked for, where the source was proved to say it.

Nothing is planned ahead: a pull of changes is due when the last sync of any kind was long enough
ago. Where anything stands in the way, the next whole sync is soon enough.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from schoolgate.districts.models import Edition
from schoolgate.registrations import scheduling
from schoolgate.registrations.models import ProviderProfile, Registration, SourceSchool
from schoolgate.registrations.proving import GOOD_FOR
from schoolgate.registrations.schedule import HOUR, LEAST_HOURS, may_begin
from schoolgate.sync import runs
from schoolgate.sync.fetch_changes import last_read
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import Decision, Origin, RunKind, RunState, SyncRun
from schoolgate.sync.queries import last_whole_run, not_in_of
from schoolgate.sync.single_flight import AlreadyRunning


def plan_due_changes(now: datetime, *, most: int) -> list[SyncRun]:
    """Queue a pull of changes for each source for which one is due."""
    due = (row for row in _candidates(now).iterator(chunk_size=500) if _is_due(row, now))
    return [run for row in islice(due, most) for run in _queue(row, now)]


def _candidates(now: datetime) -> QuerySet[Registration]:
    """Sources that were proved and have been whole once, with when the last sync was asked for."""
    proved = ProviderProfile.objects.filter(
        registration=OuterRef("pk"), filters_by_change=True, probed_at__gte=now - GOOD_FOR
    )
    taken = SourceSchool.objects.filter(registration=OuterRef("pk"), enabled=True)
    last = SyncRun.objects.filter(registration=OuterRef("pk")).order_by("-id")
    return (
        Registration.objects.filter(
            Exists(proved),
            Exists(taken),
            # A school that waits for its first whole list gets it whole.
            ~Exists(taken.filter(list_as_of=None)),
            changes_every_hours__isnull=False,
            paused_at=None,
            next_sync_at__gt=now,
            district__edition=Edition.ENTERPRISE,
        )
        .annotate(last_asked_at=Subquery(last.values("asked_at")[:1]))
        .filter(last_asked_at__lte=now - LEAST_HOURS * HOUR)
        .select_related("district")
        .order_by("last_asked_at", "id")
    )


def _is_due(registration: Registration, now: datetime) -> bool:
    hours = registration.changes_every_hours or 0
    last_asked_at: datetime = vars(registration)["last_asked_at"]
    if now - last_asked_at < hours * HOUR:
        return False
    schedule = scheduling.schedule_of(registration)
    return may_begin(schedule, due=now, now=now) and not _must_wait(registration)


def _must_wait(registration: Registration) -> bool:
    """Whether only a whole sync may follow.

    A person is to decide on what the last whole one holds, as she read it; or what came last was
    our own work, an undo or new ids, and the source has not been read whole since.
    """
    ended_well = SyncRun.objects.filter(registration=registration, ended_at__isnull=False).exclude(
        state__in=(RunState.FAILED, RunState.CANCELLED)
    )
    last = ended_well.order_by("-id").first()
    if last is None or last.kind not in SYNCS or last_read(registration.id) is None:
        return True
    whole = last_whole_run(registration)
    return whole is None or not_in_of(whole).exclude(decision=Decision.DISCARDED).exists()


def _queue(registration: Registration, now: datetime) -> Iterator[SyncRun]:
    try:
        yield runs.ask_for_run(
            registration, by=None, at=now, origin=Origin.SCHEDULE, kind=RunKind.CHANGES
        )
    except (AlreadyRunning, runs.NothingToSync):
        # Theirs is as good.
        return
