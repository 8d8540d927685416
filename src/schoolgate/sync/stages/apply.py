"""Stage 6: write the planned changes to the roster, one transaction a school.

A clerk sees her school's list before or after, never between. Who moves from one school to another
leaves the old list with whichever of the two schools is applied later, so for a moment she is on
two lists and never on none. Guardians that schools share come before all schools, and those of whom
nobody is left go after all.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster import bulk
from schoolgate.roster import changes as roster
from schoolgate.roster.batches import batched, in_slices
from schoolgate.roster.changes import Cause, PersonChange
from schoolgate.roster.models import Listing, RelationshipClaim
from schoolgate.sync.models import (
    OWN_ID,
    SIDE,
    AppliedSchool,
    ChangeState,
    Hold,
    PlannedChange,
    StagedClaim,
    StagedRow,
    SyncRun,
)

BATCH = 2_000
# Source rows that asked for no change: what is remembered of them in one transaction.
SLICE = 10_000
Row = TypeVar("Row", PlannedChange, AppliedSchool)

ARRIVING = ("added", "returned", "transferred", "updated")
PRESENT = ("added", "returned", "updated")


CLAIM = ("side", "student_sourced_id", "adult_sourced_id")


class Superseded(Exception):
    """Another run of this registration has taken over: this one must not write any more."""

    def __init__(self) -> None:
        super().__init__("A newer sync of this registration has taken over; this one stopped.")


class Planned(NamedTuple):
    """A planned change as it is written: `before` and `after` stay the JSON that they are."""

    id: int
    student: str
    adult: str
    action: str
    before: str | None
    after: str | None


def apply_shared(run: SyncRun, *, now: datetime) -> None:
    """Add and update guardians whose children are in several schools, some of them at a time."""
    planned = _open(run, None, "guardian", PRESENT)
    while True:
        with transaction.atomic():
            _check_current(run)
            batch = _read(planned.order_by("id")[:BATCH])
            if not batch:
                return
            roster.write_guardians([_adult(change) for change in batch], _cause(run, None, now))
            _done(batch)
            adults = [change.adult for change in batch]
            _accept(run, "guardian", StagedRow.objects.filter(sourced_id__in=adults))


def apply_school(run: SyncRun, school_id: int, *, now: datetime) -> None:
    """Write one school's part of the plan. Does nothing when it is in already.

    Raises:
        Superseded: when the run is no longer the registration's current one.
    """
    with transaction.atomic():
        if not _claim(run, school_id, now=now):
            return
        cause = _cause(run, school_id, now)
        _write_guardians(run, school_id, cause)
        _write_students(run, school_id, cause)
        _write_relationships(run, school_id, cause)
        _depart_guardians(_read(_open(run, school_id, "guardian", ("departed",))), cause)
        _accept_of_school(run, school_id)


def apply_leavers(run: SyncRun, *, now: datetime) -> None:
    """Finish what no single school could.

    Let go shared guardians of whom no relationship is left, remember the rows that asked for no
    change, and date the lists.
    """
    leaving = _open(run, None, "guardian", ("departed",))
    last = 0
    while batch := _read(leaving.filter(id__gt=last).order_by("id")[:BATCH]):
        last = batch[-1].id
        with transaction.atomic():
            _check_current(run)
            _depart_guardians(batch, _cause(run, None, now))
    _accept_the_rest(run)
    with transaction.atomic():
        _check_current(run)
        # Somebody still counts on them: a relationship of theirs is held in another school.
        PlannedChange.objects.filter(run=run, state=ChangeState.PLANNED).update(
            state=ChangeState.WITHHELD
        )
        _date_the_lists(run)


# --- who may write ------------------------------------------------------------------------------


def _check_current(run: SyncRun) -> None:
    registration = Registration.objects.select_for_update().get(pk=run.registration_id)
    if registration.current_run_id != run.id:
        raise Superseded


def _claim(run: SyncRun, school_id: int | None, *, now: datetime) -> bool:
    """Whether this part is still to be written. The mark is made in the same transaction."""
    _check_current(run)
    if _of_school(AppliedSchool.objects.filter(run=run), school_id).exists():
        return False
    AppliedSchool.objects.create(run=run, school_id=school_id, applied_at=now)
    return True


def _cause(run: SyncRun, school_id: int | None, now: datetime) -> Cause:
    return Cause(run.district_id, run.registration_id, run.id, school_id, now)


def _open(
    run: SyncRun, school_id: int | None, kind: str, actions: tuple[str, ...]
) -> QuerySet[PlannedChange]:
    planned = PlannedChange.objects.filter(
        run=run, kind=kind, action__in=actions, state=ChangeState.PLANNED
    )
    return _of_school(planned, school_id)


def _read(planned: QuerySet[PlannedChange]) -> list[Planned]:
    rows = planned.values_list(
        "id",
        "student_sourced_id",
        "adult_sourced_id",
        "action",
        Cast("before", TextField()),
        Cast("after", TextField()),
    )
    return [Planned._make(row) for row in rows]


def _of_school(rows: QuerySet[Row], school_id: int | None) -> QuerySet[Row]:
    """The rows of one school; for None those that belong to no single one."""
    return (
        rows.filter(school__isnull=True) if school_id is None else rows.filter(school_id=school_id)
    )


def _done(planned: Iterable[Planned]) -> None:
    for batch in batched((change.id for change in planned), BATCH):
        PlannedChange.objects.filter(id__in=batch).update(state=ChangeState.APPLIED)


# --- what is written ------------------------------------------------------------------------------


def _write_guardians(run: SyncRun, school_id: int, cause: Cause) -> None:
    planned = _open(run, school_id, "guardian", PRESENT)
    roster.write_guardians([_adult(change) for change in _read(planned.order_by("id"))], cause)
    planned.update(state=ChangeState.APPLIED)


def _depart_guardians(planned: list[Planned], cause: Cause) -> None:
    gone = set(roster.depart_guardians([_adult(change) for change in planned], cause))
    _done(change for change in planned if change.adult in gone)


def _write_students(run: SyncRun, school_id: int, cause: Cause) -> None:
    arriving = _read(_open(run, school_id, "student", ARRIVING).order_by("id"))
    also_listed = _read(_open(run, school_id, "student", ("listed",)).order_by("id"))
    leaving = _read(_open(run, school_id, "student", ("departed", "moved_away")).order_by("id"))
    roster.write_students([_child(change) for change in arriving], cause)
    # Whoever comes to this school's part of the plan comes to its list, too.
    roster.list_students(
        [(change.student, school_id) for change in (*arriving, *also_listed)], cause
    )
    _leave_the_old_list([*arriving, *also_listed], _applied_schools(run), cause)
    _leave_this_list(leaving, school_id, cause)
    roster.note_students([_child(change) for change in (*also_listed, *leaving)], cause)
    _open(run, school_id, "student", (*ARRIVING, "listed", "departed", "moved_away")).update(
        state=ChangeState.APPLIED
    )


def _leave_the_old_list(arriving: Iterable[Planned], applied: set[int], cause: Cause) -> None:
    """Now that they are on the new list: off the old one, where that school is in already."""
    leaving: dict[int, list[str]] = {}
    for change in arriving:
        if change.before is not None:
            for school in (_schools(change.before) - _schools(change.after)) & applied:
                leaving.setdefault(school, []).append(change.student)
    for school, students in leaving.items():
        roster.unlist_students(students, school, cause)


def _leave_this_list(leaving: list[Planned], school_id: int, cause: Cause) -> None:
    """Off this school's list, except who moves to a list that is not in yet."""
    listings = Listing.objects.filter(
        student__district_id=cause.district_id,
        student__registration_id=cause.registration_id,
    )
    listed: set[tuple[str | None, int]] = set()
    for batch in batched((change.student for change in leaving), BATCH):
        some = listings.filter(student__sourced_id__in=batch)
        listed.update(some.values_list("student__sourced_id", "school_id"))
    roster.unlist_students(
        [
            change.student
            for change in leaving
            if not (moves_to := _schools(change.after))
            or any((change.student, school) in listed for school in moves_to)
        ],
        school_id,
        cause,
    )


def _schools(of: str | None) -> set[int]:
    return set(msgspec.json.decode(of).get("schools", ())) if of else set()


def _applied_schools(run: SyncRun) -> set[int]:
    marks = AppliedSchool.objects.filter(run=run, school__isnull=False)
    return {school_id for school_id in marks.values_list("school_id", flat=True) if school_id}


def _child(change: Planned) -> PersonChange:
    return PersonChange(change.student, change.action, change.before, change.after)


def _adult(change: Planned) -> PersonChange:
    after = None if change.action == "departed" else change.after
    return PersonChange(change.adult, change.action, change.before, after)


def _write_relationships(run: SyncRun, school_id: int, cause: Cause) -> None:
    for action, write in (
        ("added", roster.add_relationships),
        ("removed", roster.end_relationships),
    ):
        planned = _open(run, school_id, "relationship", (action,))
        pairs = planned.order_by("id").values_list("student_sourced_id", "adult_sourced_id")
        write(list(pairs), cause)
        planned.update(state=ChangeState.APPLIED)


# --- which source rows count as accepted ------------------------------------------------------


def _accept_of_school(run: SyncRun, school_id: int) -> None:
    applied = PlannedChange.objects.filter(run=run, school_id=school_id, state=ChangeState.APPLIED)
    for kind, own in OWN_ID.items():
        ids = applied.exclude(**{own: ""}).values_list(own, flat=True).order_by(own).distinct()
        for batch in batched(ids.iterator(chunk_size=BATCH), BATCH):
            _accept(run, kind, StagedRow.objects.filter(sourced_id__in=batch))


def _accept_the_rest(run: SyncRun) -> None:
    """Rows that asked for no change: they only looked new, or are nobody of ours."""
    for kind in OWN_ID:
        left = StagedRow.objects.filter(run=run, kind=kind, accepted=False)
        for rows in in_slices(left, SLICE):
            with transaction.atomic():
                _check_current(run)
                _accept(run, kind, rows)


def _accept(run: SyncRun, kind: str, rows: QuerySet[StagedRow]) -> None:
    """Take over the claims of source rows of which everything that follows is in the roster.

    A row of which something waits keeps the claims of its last accepted form, and is looked at
    again. Claims about nobody of ours (yet) are kept too: they wait until somebody is linked.
    """
    own = OWN_ID[kind]
    waiting = PlannedChange.objects.filter(
        ~Q(state=ChangeState.APPLIED),
        run=run,
        kind__in=(kind, "relationship"),
        **{own: OuterRef("sourced_id")},
    )
    accepted = rows.filter(~Exists(waiting), run=run, kind=kind, accepted=False)
    ids = list(accepted.values_list("sourced_id", flat=True))
    for batch in batched(ids, BATCH):
        _take_over_claims(run, kind, batch)
        StagedRow.objects.filter(run=run, kind=kind, sourced_id__in=batch).update(accepted=True)


def _take_over_claims(run: SyncRun, kind: str, sourced_ids: list[str]) -> None:
    own, side = OWN_ID[kind], SIDE[kind]
    staged = StagedClaim.objects.filter(run=run, side=side)
    same = staged.filter(
        student_sourced_id=OuterRef("student_sourced_id"),
        adult_sourced_id=OuterRef("adult_sourced_id"),
    )
    RelationshipClaim.objects.filter(
        ~Exists(same),
        registration_id=run.registration_id,
        side=side,
        **{f"{own}__in": sourced_ids},
    ).delete()
    claims = staged.filter(**{f"{own}__in": sourced_ids}).values_list(*CLAIM).distinct()
    bulk.insert(
        RelationshipClaim,
        ("district_id", "registration_id", *CLAIM),
        ((run.district_id, run.registration_id, *claim) for claim in list(claims)),
        conflict=bulk.LEAVE,
    )


def _date_the_lists(run: SyncRun) -> None:
    """A list is as of its run when a whole pull is in and nothing of its school waits for a person.

    As of the moment the run began to read: what was let through days later is no newer for it.
    """
    if run.complete:
        SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True).exclude(
            school__in=Hold.objects.filter(run=run).values("school")
        ).update(list_as_of=run.started_at)
