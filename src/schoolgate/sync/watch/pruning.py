"""Delete what old runs noted down on their way. What they changed, and that they ran, is kept.

The runs themselves (SyncRun) and the history of every record (HistoryEntry) stay for good; what
waits for a person stays as long as it waits.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.sync import events
from schoolgate.sync.models import (
    ENDED,
    AppliedSchool,
    ChangeState,
    Decision,
    Hold,
    PlannedChange,
    RowProblem,
    StagedClaim,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.watch.queries import PLANNED

# Small enough that a clerk's write never waits long behind one.
ROWS_A_BATCH = 1_000
# What one tick does at most: the rest follows with the next.
BATCHES_AT_ONCE = 50

WAITING = (ChangeState.HELD, ChangeState.HANGING, ChangeState.WITHHELD)


def prune_a_piece(*, now: datetime, batches: int = BATCHES_AT_ONCE) -> bool:
    """Delete a bounded piece. True: nothing old is left."""
    counts: Counter[str] = Counter()
    is_done = True
    for number, (name, deleted) in enumerate(_batches(now), start=1):
        counts[name] += deleted
        if number == batches:
            is_done = False
            break
    if counts:
        events.pruned(dict(counts))
    return is_done


def prune(*, now: datetime) -> dict[str, int]:
    """Delete all of it, batch by batch. Gives how many rows of each kind."""
    counts: Counter[str] = Counter()
    for name, deleted in _batches(now):
        counts[name] += deleted
    if counts:
        events.pruned(dict(counts))
    return dict(counts)


def what_is_old(*, now: datetime) -> dict[str, QuerySet[Any]]:
    """The rows that may go, by what they are."""
    before = now - timedelta(days=settings.KEEP_DETAILS_DAYS)
    old = SyncRun.objects.filter(state__in=ENDED, ended_at__lt=before)
    # What the last whole run of a source planned is looked at whatever its age: it may wait.
    whole = SyncRun.objects.filter(state__in=PLANNED, complete=True)
    newer = whole.filter(registration=OuterRef("registration"), id__gt=OuterRef("pk"))
    unwritten = Hold.objects.filter(run=OuterRef("pk"), decision=Decision.APPROVED, applied_at=None)
    done = old.filter(Exists(newer)).exclude(Exists(unwritten))
    return {
        "row_problems": RowProblem.objects.filter(run__in=old),
        "planned_changes": PlannedChange.objects.filter(run__in=done).exclude(state__in=WAITING),
        "staged_rows": StagedRow.objects.filter(run__in=done),
        "staged_claims": StagedClaim.objects.filter(run__in=done),
        "applied_schools": AppliedSchool.objects.filter(run__in=done),
    }


def _batches(now: datetime) -> Iterator[tuple[str, int]]:
    """Delete batch by batch, and tell of each what it was and how many rows."""
    for name, rows in what_is_old(now=now).items():
        while ids := list(rows.values_list("pk", flat=True)[:ROWS_A_BATCH]):
            rows.filter(pk__in=ids).delete()
            yield name, len(ids)
