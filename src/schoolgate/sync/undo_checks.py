"""What may be undone, and what of it a person would have to decide first. Changes nothing."""

from collections.abc import Iterable, Iterator

from django.db.models import Max, QuerySet

from schoolgate.registrations.models import DataChoice, SourceSchool
from schoolgate.roster.models import HistoryEntry, Listing, Relationship, RelationshipState
from schoolgate.roster.timeline import NOTES
from schoolgate.sync import decide, reversal, runs
from schoolgate.sync.list_dates import SYNCS
from schoolgate.sync.models import PlannedChange, RunKind, RunState, SyncRun
from schoolgate.sync.records import HoldReason, Kind, SchoolCount
from schoolgate.sync.stages import safety


class CannotUndo(Exception):
    """It is not to be undone, or not now: the sentence says why and what to do.

    `first` is the later run that would have to be undone first.
    """

    retry_helps = False

    def __init__(self, sentence: str, *, first: SyncRun | None = None) -> None:
        super().__init__(sentence)
        self.first = first


class NothingToUndo(CannotUndo):
    """The run changed nobody at this school, or all of it was undone already."""


def check_run(run: SyncRun) -> None:
    if run.kind not in SYNCS:
        raise CannotUndo(
            f"Run {run.id} read no source: it was an undo, or our own work. To have the lists as "
            "the source says, sync again."
        )
    if not runs.has_ended(run):
        raise CannotUndo(f"Sync {run.id} has not ended yet. Wait for it, then look again.")
    kept = reversal.entries_of(run).exclude(action__in=NOTES).count()
    if run.state != RunState.FAILED and kept < sum(run.changes.values()):
        raise CannotUndo(
            f"Sync {run.id} is too old to be undone: the history of what it changed is not kept "
            "any more. Mend the source, then sync again."
        )


def check_not_changed_again(work: reversal.Work) -> None:
    """Refuse where a later run changed the same people: what it did would be lost unseen."""
    last = reversal.entries_of(work.run).aggregate(last=Max("id"))["last"]
    later: dict[tuple[str, int], set[int]] = {}
    for person, run_id in _later_work(work, last or 0):
        later.setdefault(person, set()).add(run_id)
    undoing = dict(
        SyncRun.objects.filter(
            kind=RunKind.UNDO, registration_id=work.run.registration_id
        ).values_list("id", "undoes_id")
    )
    changed: dict[int, int] = {}
    for runs_of_person in later.values():
        undone = {undoing[run] for run in runs_of_person if run in undoing}
        if left := {run for run in runs_of_person if run not in undoing} - undone:
            changed[max(left)] = changed.get(max(left), 0) + 1
    if changed:
        _refuse(work, changed)


def _refuse(work: reversal.Work, changed: dict[int, int]) -> None:
    count, newest = sum(changed.values()), max(changed)
    first = SyncRun.objects.filter(pk=newest, district_id=work.run.district_id).first()
    people = "person" if count == 1 else "people"
    was = "was" if count == 1 else "were"
    raise CannotUndo(
        f"{count:,} {people} whom sync {work.run.id} changed at {work.school.name} {was} changed "
        f"again since, the last of them by run {newest}. Undo that one first, or let the next sync "
        "settle it. Nothing was changed.",
        first=first,
    )


def _later_work(work: reversal.Work, last: int) -> Iterable[tuple[tuple[str, int], int]]:
    """Give each later change of these people, as (whose, run)."""
    later = HistoryEntry.objects.filter(
        district_id=work.run.district_id, id__gt=last, run_id__isnull=False
    )
    pairs = set(work.pairs)
    of_students = later.filter(student_id__in=_students_of(work))
    for student_id, guardian_id, run_id in of_students.values_list(
        "student_id", "guardian_id", "run_id"
    ):
        if student_id in work.back or (student_id, guardian_id) in pairs:
            yield ("student", student_id or 0), run_id or 0
    adults = [key for key in work.guardians if key in work.guardians_before]
    of_adults = later.filter(student=None, guardian_id__in=adults)
    for guardian_id, run_id in of_adults.values_list("guardian_id", "run_id"):
        yield ("guardian", guardian_id or 0), run_id or 0


def _students_of(work: reversal.Work) -> QuerySet[HistoryEntry, int | None]:
    """Everybody with a change of the run at this school, as a subquery."""
    of_run = reversal.entries_of(work.run).filter(student__isnull=False)
    return of_run.filter(school=work.school).values_list("student_id", flat=True)


# --- what a person would have to decide -----------------------------------------------------------


def waits(run: SyncRun, changes: Iterable[PlannedChange]) -> list[HoldReason]:
    """Say which removals of a way back are too many to be done without a further decision."""
    counts = _counts(run, list(changes))
    return list(safety.reasons_to_hold(counts, decide.thresholds_of(run.registration)))


def _counts(run: SyncRun, changes: list[PlannedChange]) -> Iterator[SchoolCount]:
    departing = {
        change.student_sourced_id
        for change in changes
        if (change.kind, change.action) == ("student", "departed")
    }
    enabled = SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True)
    contacts = enabled.filter(data_choice=DataChoice.STUDENTS_AND_CONTACTS)
    for kind, taken in ((Kind.STUDENT, enabled), (Kind.RELATIONSHIP, contacts)):
        removed: dict[int, int] = {}
        for change in changes:
            of_a_departure = kind is Kind.RELATIONSHIP and change.student_sourced_id in departing
            if (change.kind, change.action) == (kind, decide.REMOVALS[kind]) and not of_a_departure:
                removed[change.school_id or 0] = removed.get(change.school_id or 0, 0) + 1
        for school_id in taken.filter(school__in=list(removed)).values_list("school_id", flat=True):
            if school_id is not None:
                yield SchoolCount(
                    school_id,
                    kind,
                    before=_size(run, school_id, kind),
                    removed=removed[school_id],
                )


def _size(run: SyncRun, school_id: int, kind: Kind) -> int:
    if kind is Kind.STUDENT:
        return Listing.objects.filter(
            district_id=run.district_id,
            school_id=school_id,
            student__registration_id=run.registration_id,
        ).count()
    return Relationship.objects.filter(
        district_id=run.district_id,
        state=RelationshipState.CURRENT,
        student__registration_id=run.registration_id,
        student__listings__school_id=school_id,
    ).count()
