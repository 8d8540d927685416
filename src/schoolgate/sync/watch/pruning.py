"""Delete what old runs noted down on their way. What they changed, and that they ran, is kept.

The runs themselves (SyncRun) and the history of every record (HistoryEntry) stay for good; what
waits for a person stays as long as it waits.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet

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
from schoolgate.sync.watch.queries import last_whole_runs

# Small enough that a clerk's write never waits long behind one.
ROWS_A_BATCH = 1_000
# What one tick does at most: the rest follows with the next.
BATCHES_AT_ONCE = 50

RUNS_AT_ONCE = 100

# Which of some old runs have nothing left to tell.
Rule = Callable[[list[SyncRun]], list[int]]

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


def _batches(now: datetime) -> Iterator[tuple[str, int]]:
    """Delete batch by batch, and tell of each what it was and how many rows."""
    before = now - timedelta(days=settings.KEEP_DETAILS_DAYS)
    tables: dict[str, tuple[QuerySet[Any], Rule]] = {
        "row_problems": (RowProblem.objects.all(), _ended),
        "planned_changes": (PlannedChange.objects.exclude(state__in=WAITING), _overtaken),
        "staged_rows": (StagedRow.objects.all(), _overtaken),
        "staged_claims": (StagedClaim.objects.all(), _overtaken),
        "applied_schools": (AppliedSchool.objects.all(), _overtaken),
    }
    for name, (rows, rule) in tables.items():
        for runs in _old_runs_with(rows, before):
            of_runs = rows.filter(run_id__in=rule(runs))
            while ids := list(of_runs.values_list("pk", flat=True)[:ROWS_A_BATCH]):
                of_runs.filter(pk__in=ids).delete()
                yield name, len(ids)


def _old_runs_with(rows: QuerySet[Any], before: datetime) -> Iterator[list[SyncRun]]:
    """The runs that ended before and still have such rows, some at a time.

    Asked of the rows, which are few, and not of the runs, which are kept for good.
    """
    old = SyncRun.objects.filter(state__in=ENDED, ended_at__lt=before)
    newest = old.aggregate(id=Max("id"))["id"] or 0
    after = 0
    while True:
        found = rows.filter(run_id__gt=after, run_id__lte=newest).order_by("run_id")
        ids = list(found.values_list("run_id", flat=True).distinct()[:RUNS_AT_ONCE])
        if not ids:
            return
        after = ids[-1]
        yield list(old.filter(id__in=ids).only("registration_id"))


def _ended(runs: list[SyncRun]) -> list[int]:
    return [run.id for run in runs]


def _overtaken(runs: list[SyncRun]) -> list[int]:
    """Those after which a sync has looked at everything: of them nothing waits any more.

    What a person has approved and nobody has written yet is not overtaken.
    """
    newest = last_whole_runs({run.registration_id for run in runs})
    unwritten = set(
        Hold.objects.filter(run__in=runs, decision=Decision.APPROVED, applied_at=None).values_list(
            "run_id", flat=True
        )
    )
    return [
        run.id
        for run in runs
        if run.id < newest.get(run.registration_id, 0) and run.id not in unwritten
    ]
