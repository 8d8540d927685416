"""Count a plan by school and kind, and mark what waits: for a person, or for a whole pull."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.roster.batches import batched
from schoolgate.roster.models import Listing, Relationship, RelationshipState
from schoolgate.sync.models import ChangeState, Hold, PlannedChange, SyncRun
from schoolgate.sync.records import (
    NEVER_LET_THROUGH,
    HoldReason,
    Kind,
    Reason,
    SchoolCount,
    Thresholds,
)

REMOVALS = {Kind.STUDENT: "departed", Kind.RELATIONSHIP: "removed"}

NOTES = ("listed", "moved_away")

BATCH = 2_000


def thresholds_of(registration: Registration) -> Thresholds:
    return Thresholds(
        percent=registration.hold_percent,
        relationship_percent=registration.hold_relationship_percent,
        records=registration.hold_records,
    )


def count_by_school(run: SyncRun) -> Iterator[SchoolCount]:
    """How much of each kind every school has, and would gain and lose.

    Only what the district takes is counted: a school that it disabled, or contacts that it chose to
    take no longer, go because somebody here said so.
    """
    enabled = SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True)
    with_contacts = enabled.filter(data_choice=DataChoice.STUDENTS_AND_CONTACTS)
    taken = {
        Kind.STUDENT: set(enabled.values_list("school_id", flat=True)),
        Kind.RELATIONSHIP: set(with_contacts.values_list("school_id", flat=True)),
    }
    count_before = {Kind.STUDENT: _students, Kind.RELATIONSHIP: _relationships}
    for kind in REMOVALS:
        removed = _by_school(run, removals(run, kind))
        if not removed.keys() & taken[kind]:
            # Where nothing would go nothing is dangerous, and a district is long to count.
            continue
        before = count_before[kind](run)
        added = _by_school(run, PlannedChange.objects.filter(kind=kind.value, action="added"))
        for school_id in sorted(removed.keys() & taken[kind]):
            yield SchoolCount(
                school_id,
                kind,
                before=before.get(school_id, 0),
                added=added.get(school_id, 0),
                removed=removed.get(school_id, 0),
                listed=school_id not in run.schools_missing,
            )


def hold(run: SyncRun, reasons: Iterable[HoldReason]) -> None:
    """Mark the changes that wait for a person, and those that hang on them."""
    Hold.objects.filter(run=run).delete()
    for reason in reasons:
        _hold(run, reason)
    _go_on_holding(run)
    let_hang(run, (ChangeState.HELD, ChangeState.HANGING), ChangeState.HANGING)


def hold_new_ids(run: SyncRun, reasons: Iterable[HoldReason]) -> None:
    """On a day on which nobody goes, mark what would list children a second time.

    To be called when removals are withheld.
    """
    Hold.objects.filter(run=run).delete()
    for reason in reasons:
        if reason.reason is Reason.IDS_TURNED_OVER:
            _hold(run, reason)
    let_hang(run, (ChangeState.HELD, ChangeState.HANGING), ChangeState.HANGING)


def _hold(run: SyncRun, reason: HoldReason) -> None:
    Hold.objects.create(
        district_id=run.district_id,
        run=run,
        school_id=reason.school_id,
        kind=reason.kind.value,
        reason=reason.reason.value,
        count=reason.count,
        of=reason.of,
        limit=reason.limit,
    )
    removals(run, reason.kind).filter(school_id=reason.school_id).update(state=ChangeState.HELD)
    if reason.reason is Reason.IDS_TURNED_OVER:
        # Not only who would go: who comes is the same children once more.
        PlannedChange.objects.filter(
            run=run,
            school_id=reason.school_id,
            state__in=(ChangeState.PLANNED, ChangeState.WITHHELD),
        ).update(state=ChangeState.HANGING)


def withhold_removals(run: SyncRun) -> None:
    """In a pull that is not whole nothing is removed: the next whole one decides."""
    for kind, action in REMOVALS.items():
        PlannedChange.objects.filter(run=run, kind=kind.value, action=action).update(
            state=ChangeState.WITHHELD
        )
    let_hang(run, (ChangeState.WITHHELD,), ChangeState.WITHHELD)


def _go_on_holding(run: SyncRun) -> None:
    """Hold again what was held before: no later sync lets it through by itself.

    (Ten of twenty may go is dangerous; after thirty arrived, ten of fifty would not look so.)
    What only hung on another change is not carried: it is judged anew.
    """
    for kind in REMOVALS:
        for again in held_before(run, kind):
            PlannedChange.objects.filter(id__in=again).update(state=ChangeState.HELD)
        held = _by_school(run, removals(run, kind).filter(state=ChangeState.HELD))
        told = Hold.objects.filter(run=run, kind=kind.value).values_list("school_id", flat=True)
        for school_id in held.keys() - set(told):
            _tell_again(run, kind, school_id, count=held[school_id])


def held_before(run: SyncRun, kind: Kind) -> Iterator[list[int]]:
    """The removals of this plan that an earlier one holds, by their keys, many at a time."""
    before = PlannedChange.objects.filter(
        run__registration_id=run.registration_id,
        kind=kind.value,
        action=REMOVALS[kind],
        state=ChangeState.HELD,
    ).exclude(run=run)
    keys = before.values_list("student_sourced_id", "adult_sourced_id")
    for batch in batched(keys.iterator(), BATCH):
        same = removals(run, kind).filter(
            state=ChangeState.PLANNED, student_sourced_id__in=[student for student, _ in batch]
        )
        yield [
            key
            for key, *pair in same.values_list("id", "student_sourced_id", "adult_sourced_id")
            if tuple(pair) in set(batch)
        ]


def _tell_again(run: SyncRun, kind: Kind, school_id: int, *, count: int) -> None:
    """Carry a hold over to this run, with the reason it had.

    Its people may be of another school by now: then with the reason of the school they waited in.
    Ids that have come back are no turnover any more: what still waits, a person may let through.
    """
    earlier = Hold.objects.filter(
        run__registration_id=run.registration_id, kind=kind.value
    ).exclude(run=run)
    hold = (
        earlier.filter(school_id=school_id).order_by("-run_id").first()
        or earlier.order_by("-run_id").first()
    )
    Hold.objects.create(
        district_id=run.district_id,
        run=run,
        school_id=school_id,
        kind=kind.value,
        reason=_reason_carried(hold),
        count=count,
        of=max(hold.of if hold else 0, count),
        limit=hold.limit if hold else 0,
    )


def _reason_carried(hold: Hold | None) -> str:
    if hold is None or hold.reason in NEVER_LET_THROUGH:
        return Reason.TOO_MANY_REMOVED.value
    return hold.reason


def removals(run: SyncRun, kind: Kind) -> QuerySet[PlannedChange]:
    """The removals that are judged.

    A relationship that ends because its student departs is part of that departure, and judged
    with it.
    """
    of_kind = PlannedChange.objects.filter(run=run, kind=kind.value, action=REMOVALS[kind])
    departing = PlannedChange.objects.filter(
        run=run,
        kind="student",
        action="departed",
        student_sourced_id=OuterRef("student_sourced_id"),
    )
    return of_kind if kind is Kind.STUDENT else of_kind.filter(~Exists(departing))


def let_hang(run: SyncRun, because: tuple[ChangeState, ...], state: ChangeState) -> None:
    """Let what depends on a waiting change wait with it.

    A student who stays keeps her contacts; a guardian stays while a relationship of hers does;
    nobody is linked to somebody who is not let in; and nobody leaves a list for one she may not
    come to.
    """
    planned = PlannedChange.objects.filter(run=run)
    open_changes = planned.filter(state=ChangeState.PLANNED)
    waiting = planned.filter(state__in=because)
    if not waiting.exists():
        # Else a first load is asked of each of its rows what it might hang on.
        return
    student = waiting.filter(
        kind="student", student_sourced_id=OuterRef("student_sourced_id")
    ).exclude(action__in=NOTES)
    relationship = waiting.filter(
        kind="relationship", action="removed", adult_sourced_id=OuterRef("adult_sourced_id")
    )
    open_changes.filter(Exists(student), kind="student", action__in=NOTES).update(state=state)
    open_changes.filter(Exists(student), kind="relationship").update(state=state)
    open_changes.filter(Exists(relationship), kind="guardian", action="departed").update(
        state=state
    )


def _by_school(run: SyncRun, changes: QuerySet[PlannedChange]) -> dict[int, int]:
    rows = changes.filter(run=run, school__isnull=False).values_list("school_id")
    return dict(rows.annotate(count=Count("id")))


def _students(run: SyncRun) -> dict[int, int]:
    rows = Listing.objects.filter(
        district_id=run.district_id, student__registration_id=run.registration_id
    ).values_list("school_id")
    return dict(rows.annotate(count=Count("id")))


def _relationships(run: SyncRun) -> dict[int, int]:
    """Current relationships by the student's home school."""
    rows = (
        Relationship.objects.filter(
            district_id=run.district_id,
            state=RelationshipState.CURRENT,
            student__registration_id=run.registration_id,
        )
        .annotate(home=Min("student__listings__school_id"))
        .values_list("home", flat=True)
    )
    return dict(Counter(home for home in rows.iterator(chunk_size=10_000) if home))
