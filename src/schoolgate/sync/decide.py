"""Count a plan by school and kind, and mark what waits: for a person, or for a whole pull."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.roster.models import Listing, Relationship, RelationshipState
from schoolgate.sync.models import ChangeState, Hold, PlannedChange, SyncRun
from schoolgate.sync.records import HoldReason, Kind, Reason, SchoolCount, Thresholds

REMOVALS = {Kind.STUDENT: "departed", Kind.RELATIONSHIP: "removed"}

NOTES = ("listed", "moved_away")


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
    before = {Kind.STUDENT: _students(run), Kind.RELATIONSHIP: _relationships(run)}
    for kind in REMOVALS:
        added = _by_school(run, PlannedChange.objects.filter(kind=kind.value, action="added"))
        removed = _by_school(run, _removals(run, kind))
        for school_id in sorted({*added, *removed} & taken[kind]):
            yield SchoolCount(
                school_id,
                kind,
                before=before[kind].get(school_id, 0),
                added=added.get(school_id, 0),
                removed=removed.get(school_id, 0),
            )


def hold(run: SyncRun, reasons: Iterator[HoldReason]) -> None:
    """Mark the changes that wait for a person, and those that hang on them."""
    Hold.objects.filter(run=run).delete()
    for reason in reasons:
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
        waiting = (
            PlannedChange.objects.filter(run=run)
            if reason.reason is Reason.IDS_TURNED_OVER
            else _removals(run, reason.kind)
        )
        waiting.filter(school_id=reason.school_id).update(state=ChangeState.HELD)
    _go_on_holding(run)
    _hold_what_hangs_on(run, ChangeState.HELD)


def _go_on_holding(run: SyncRun) -> None:
    """What waited for a person before waits still: no later sync lets it through by itself.

    (Ten of twenty may go is dangerous; after thirty arrived, ten of fifty would not look so.)
    """
    same = PlannedChange.objects.filter(
        run__registration_id=run.registration_id,
        run_id__lt=run.id,
        state=ChangeState.HELD,
        kind=OuterRef("kind"),
        action=OuterRef("action"),
        student_sourced_id=OuterRef("student_sourced_id"),
        adult_sourced_id=OuterRef("adult_sourced_id"),
    )
    planned = PlannedChange.objects.filter(run=run, state=ChangeState.PLANNED)
    # A note waits with the change that it belongs to, and only with that.
    planned.exclude(action__in=NOTES).filter(Exists(same)).update(state=ChangeState.HELD)
    for kind in REMOVALS:
        held = _by_school(run, _removals(run, kind).filter(state=ChangeState.HELD))
        told = Hold.objects.filter(run=run, kind=kind.value).values_list("school_id", flat=True)
        for school_id in held.keys() - set(told):
            _tell_again(run, kind, school_id, count=held[school_id])


def _tell_again(run: SyncRun, kind: Kind, school_id: int, *, count: int) -> None:
    """Carry a hold over to this run, with the reason it had.

    Its people may be of another school by now: then with the reason of the school they waited in.
    """
    earlier = Hold.objects.filter(
        run__registration_id=run.registration_id, run_id__lt=run.id
    ).order_by("-run_id")
    hold = (
        earlier.filter(school_id=school_id, kind=kind.value).first()
        or earlier.filter(kind=kind.value).first()
        or earlier.first()
    )
    if hold is not None:
        hold.pk, hold.run, hold.kind, hold.count = None, run, kind.value, count
        hold.school_id = school_id
        hold.save()


def withhold_removals(run: SyncRun) -> None:
    """In a pull that is not whole nothing is removed: the next whole one decides."""
    for kind, action in REMOVALS.items():
        PlannedChange.objects.filter(run=run, kind=kind.value, action=action).update(
            state=ChangeState.WITHHELD
        )
    _hold_what_hangs_on(run, ChangeState.WITHHELD)


def _removals(run: SyncRun, kind: Kind) -> QuerySet[PlannedChange]:
    """The removals that are judged.

    A relationship that ends because its student departs is part of that departure, and judged
    with it.
    """
    removals = PlannedChange.objects.filter(run=run, kind=kind.value, action=REMOVALS[kind])
    departing = PlannedChange.objects.filter(
        run=run,
        kind="student",
        action="departed",
        student_sourced_id=OuterRef("student_sourced_id"),
    )
    return removals if kind is Kind.STUDENT else removals.filter(~Exists(departing))


def _hold_what_hangs_on(run: SyncRun, state: ChangeState) -> None:
    """Let what depends on a waiting change wait with it.

    A student who stays keeps her contacts; a guardian stays while a relationship of hers does;
    nobody is linked to somebody who is not let in; and nobody leaves a list for one she may not
    come to.
    """
    planned = PlannedChange.objects.filter(run=run)
    waiting = planned.filter(state=state)
    student = waiting.filter(
        kind="student", student_sourced_id=OuterRef("student_sourced_id")
    ).exclude(action__in=NOTES)
    relationship = waiting.filter(
        kind="relationship", action="removed", adult_sourced_id=OuterRef("adult_sourced_id")
    )
    planned.filter(Exists(student), kind="student", action__in=NOTES).update(state=state)
    planned.filter(Exists(student), kind="relationship").update(state=state)
    planned.filter(Exists(relationship), kind="guardian", action="departed").update(state=state)


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
