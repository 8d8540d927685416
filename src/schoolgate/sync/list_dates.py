"""By which run a school's list was dated, now and at any moment before."""

from datetime import datetime

from django.db.models import Q, QuerySet

from schoolgate.districts.models import School
from schoolgate.sync.models import Hold, RunKind, RunState, SyncRun

# Runs that read a source. The others are our own work: no list is newer for them.
SYNCS = (RunKind.FULL, RunKind.CHANGES)
IN = (RunState.APPLIED, RunState.UNCHANGED, RunState.HELD)


def whole_runs(
    registration_id: int, school: School, *, at: datetime | None = None
) -> QuerySet[SyncRun]:
    """Find the runs that were whole and in, of which nothing waited at this school, nor is undone.

    With `at`, as it stood then.
    """
    waiting, undone = Q(applied_at=None), Q(ended_at__isnull=False)
    found = SyncRun.objects.filter(
        registration_id=registration_id, kind__in=SYNCS, complete=True, state__in=IN
    )
    if at is not None:
        waiting |= Q(applied_at__gt=at)
        undone &= Q(ended_at__lte=at)
        found = found.filter(ended_at__lte=at)
    holds = Hold.objects.filter(waiting, school=school, run__registration_id=registration_id)
    undoes = SyncRun.objects.filter(
        undone, registration_id=registration_id, kind=RunKind.UNDO, undone_school=school
    )
    return found.exclude(id__in=holds.values("run_id")).exclude(id__in=undoes.values("undoes_id"))


def list_date_at(registration_id: int | None, school: School, *, at: datetime) -> SyncRun | None:
    """Say which run had dated this school's list at `at`: the list was as of its `started_at`.

    None: no whole run was in by then, or nobody knows.
    """
    if registration_id is None:
        return None
    lists_then = whole_runs(registration_id, school, at=at)
    undone = (
        SyncRun.objects.filter(
            registration_id=registration_id,
            kind=RunKind.UNDO,
            undone_school=school,
            ended_at__lte=at,
        )
        .order_by("-id")
        .first()
    )
    newest = lists_then.order_by("-id").first()
    if undone is None or (newest is not None and newest.id > undone.id):
        return newest
    # Since the undo nothing whole came: the list was as of the sync before the one undone.
    return lists_then.filter(id__lt=undone.undoes_id).order_by("-id").first()
