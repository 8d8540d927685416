"""What of the last syncs would have waited for a person with other limits."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from schoolgate.districts.models import School
from schoolgate.registrations.limits import Limits
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import HistoryEntry, Listing, Relationship, RelationshipState
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import Hold, RunState, SyncRun
from schoolgate.sync.records import HoldReason, Kind, SchoolCount, Thresholds
from schoolgate.sync.run_words import KINDS, counted
from schoolgate.sync.stages import safety

RUNS = 10

# By school and kind.
Counts = Counter[tuple[int, Kind]]


@dataclass(frozen=True)
class Waits:
    """What would have waited in one school of one sync."""

    run: SyncRun
    school: str
    what: str


@dataclass(frozen=True)
class Preview:
    runs: int
    # With the limits asked about, and with those of now.
    would_wait: list[Waits]
    waits_now: int


def preview(registration: Registration, limits: Limits) -> Preview:
    """Weigh the removals of the last whole syncs anew, against the lists as long as they are now.

    An older plan is not kept, so that what was gone is told from the history, and what waited from
    its hold.
    """
    runs = list(
        SyncRun.objects.filter(registration=registration, complete=True, kind__in=SYNCS)
        .exclude(state__in=(RunState.FAILED, RunState.CANCELLED))
        .order_by("-id")[:RUNS]
    )
    lengths = _lengths(registration)
    names = dict(School.objects.filter(district=registration.district_id).values_list("id", "name"))
    would_wait: list[Waits] = []
    waits_now = 0
    for run, removed in zip(runs, _removed(registration, runs), strict=True):
        counts = list(_counts(removed, lengths))
        waits_now += len(_reasons(counts, Limits.of(registration)))
        would_wait += [
            Waits(
                run,
                names.get(reason.school_id, ""),
                f"{reason.count:,} of {counted(reason.of, *KINDS[reason.kind])}",
            )
            for reason in _reasons(counts, limits)
        ]
    return Preview(len(runs), would_wait, waits_now)


def _reasons(counts: list[SchoolCount], limits: Limits) -> list[HoldReason]:
    thresholds = Thresholds(
        percent=limits.percent,
        relationship_percent=limits.relationship_percent,
        records=limits.records,
    )
    return list(safety.reasons_to_hold(counts, thresholds))


def _counts(removed: Counts, lengths: Counts) -> Iterator[SchoolCount]:
    for (school_id, kind), gone in sorted(removed.items()):
        before = max(lengths[school_id, kind], gone)
        yield SchoolCount(school_id, kind, before=before, removed=gone)


def _removed(registration: Registration, runs: list[SyncRun]) -> Iterator[Counts]:
    """What each run removed, and what it kept back."""
    ids = [run.id for run in runs]
    by_run: dict[int, Counts] = {run_id: Counter() for run_id in ids}
    history = HistoryEntry.objects.filter(
        district_id=registration.district_id, run_id__in=ids, school__isnull=False
    )
    departed = history.filter(action="student.departed")
    with_her = departed.filter(run_id=OuterRef("run_id"), student=OuterRef("student"))
    ended = history.filter(~Exists(with_her), action="relationship.removed")
    for kind, rows in ((Kind.STUDENT, departed), (Kind.RELATIONSHIP, ended)):
        for run_id, school_id, n in _by_run_and_school(rows):
            by_run[run_id][school_id, kind] += n
    kept = Hold.objects.filter(run__in=runs, applied_at=None)
    for run_id, school_id, word, n in kept.values_list("run_id", "school_id", "kind", "count"):
        by_run[run_id][school_id, Kind(word)] += n
    return iter(by_run.values())


def _by_run_and_school(rows: QuerySet[HistoryEntry]) -> Iterator[tuple[int, int, int]]:
    grouped = rows.values_list("run_id", "school_id").annotate(n=Count("id"))
    for run_id, school_id, n in grouped:
        yield run_id or 0, school_id or 0, n


def _lengths(registration: Registration) -> Counts:
    listed = Listing.objects.filter(
        district_id=registration.district_id, student__registration_id=registration.id
    )
    related = Relationship.objects.filter(
        district_id=registration.district_id,
        student__registration_id=registration.id,
        state=RelationshipState.CURRENT,
    )
    lengths: Counts = Counter()
    for school_id, n in listed.values_list("school_id").annotate(n=Count("id")):
        lengths[school_id, Kind.STUDENT] = n
    for school_id, n in related.values_list("student__listings__school").annotate(n=Count("id")):
        lengths[school_id or 0, Kind.RELATIONSHIP] = n
    return lengths
