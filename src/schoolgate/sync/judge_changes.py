"""What a pull of changes must not do by itself: the same bars as in a whole one, over a whole day.

Nobody is asked in between: what is too dangerous waits for the next whole sync, which looks at it
again and asks a person.
"""

from collections import Counter
from dataclasses import replace

from django.db.models import Count

from schoolgate.roster.models import HistoryEntry
from schoolgate.sync import decide as judge
from schoolgate.sync.list_dates import IN
from schoolgate.sync.models import ChangeState, PlannedChange, RunKind, SyncRun
from schoolgate.sync.records import Kind, Reason
from schoolgate.sync.stages import safety


def withhold_what_is_dangerous(run: SyncRun) -> None:
    """Withhold removals above the limits, and what an earlier sync holds for a person.

    A removal here is what the source says of a person: marked as to be deleted, or moved away.
    """
    gone = _gone_since_the_last_whole_sync(run)
    counts = [
        replace(count, before=count.before + before, removed=count.removed + before)
        for count in judge.count_by_school(run)
        for before in [gone[count.kind, count.school_id]]
    ]
    for reason in safety.reasons_to_hold(counts, judge.thresholds_of(run.registration)):
        waiting = judge.removals(run, reason.kind).filter(school_id=reason.school_id)
        waiting.update(state=ChangeState.WITHHELD)
        if reason.reason is Reason.IDS_TURNED_OVER:
            PlannedChange.objects.filter(run=run, school_id=reason.school_id).update(
                state=ChangeState.WITHHELD
            )
    for kind in judge.REMOVALS:
        for held in judge.held_before(run, kind):
            PlannedChange.objects.filter(id__in=held).update(state=ChangeState.WITHHELD)
    judge.let_hang(run, (ChangeState.WITHHELD,), ChangeState.WITHHELD)


def _gone_since_the_last_whole_sync(run: SyncRun) -> Counter[tuple[Kind, int]]:
    """What the pulls of changes before this one have removed already, by kind and school.

    Else a school could lose as many as the limit with every one of them.
    """
    runs = SyncRun.objects.filter(registration_id=run.registration_id, id__lt=run.id)
    whole = runs.filter(kind=RunKind.FULL, complete=True, state__in=IN).order_by("-id")
    since = runs.filter(
        kind=RunKind.CHANGES, id__gt=whole.values_list("id", flat=True).first() or 0
    )
    gone: Counter[tuple[Kind, int]] = Counter()
    for kind, action in judge.REMOVALS.items():
        entries = HistoryEntry.objects.filter(
            district_id=run.district_id,
            run_id__in=list(since.values_list("id", flat=True)),
            action=f"{kind.value}.{action}",
        )
        for school_id, count in entries.values_list("school_id").annotate(count=Count("id")):
            gone[kind, school_id] += count
    return gone
