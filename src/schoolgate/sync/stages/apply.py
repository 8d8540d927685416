"""Stage 6: write the planned changes to the roster, one transaction a school.

A clerk sees her school's list before or after, never between. Who moves from one school to another
leaves the old list with whichever of the two schools is applied later, so for a moment she is on
two lists and never on none. Guardians that schools share come before all schools, and those of whom
nobody is left go after all.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster import bulk
from schoolgate.roster import changes as roster
from schoolgate.roster.batches import batched
from schoolgate.roster.changes import Cause, PersonChange
from schoolgate.roster.models import Guardian, Listing, RelationshipClaim, State
from schoolgate.sync.models import (
    OWN_ID,
    SIDE,
    AppliedSchool,
    ChangeState,
    Hold,
    PlannedChange,
    SeenRow,
    StagedClaim,
    StagedRow,
    SyncRun,
)

BATCH = 2_000
Row = TypeVar("Row", PlannedChange, AppliedSchool)

CLAIM = ("side", "student_sourced_id", "adult_sourced_id")
SEEN = ("registration_id", "kind", "sourced_id", "digest")
# The digest of no row.
NEVER = b""


class Superseded(Exception):
    """Another run of this registration has taken over: this one must not write any more."""

    def __init__(self) -> None:
        super().__init__("A newer sync of this registration has taken over; this one stopped.")


def apply_shared(run: SyncRun, *, now: datetime) -> None:
    """Add and update guardians whose children are in several schools."""
    with transaction.atomic():
        if not _claim(run, None, now=now):
            return
        planned = _planned(run, None, "guardian", "added", "returned", "updated")
        _write_guardians(planned, _cause(run, None, now))
        for batch in batched((change.adult_sourced_id for change in planned), BATCH):
            _accept(run, batch, "guardian")


def apply_school(run: SyncRun, school_id: int, *, now: datetime) -> None:
    """Write one school's part of the plan. Does nothing when it is in already.

    Raises:
        Superseded: when the run is no longer the registration's current one.
    """
    with transaction.atomic():
        if not _claim(run, school_id, now=now):
            return
        cause = _cause(run, school_id, now)
        _write_guardians(
            _planned(run, school_id, "guardian", "added", "returned", "updated"), cause
        )
        _write_students(run, school_id, cause)
        _write_relationships(run, school_id, cause)
        _depart_guardians(_planned(run, school_id, "guardian", "departed"), cause)
        _accept_of_school(run, school_id)


def apply_leavers(run: SyncRun, *, now: datetime) -> None:
    """Finish what no single school could.

    Let go shared guardians of whom no relationship is left, remember the rows that asked for no
    change, and date the lists.
    """
    with transaction.atomic():
        _check_current(run)
        departing = _planned(run, None, "guardian", "departed")
        _depart_guardians(departing, _cause(run, None, now))
        # Somebody still counts on them: a relationship of theirs is held in another school.
        PlannedChange.objects.filter(run=run, state=ChangeState.PLANNED).update(
            state=ChangeState.WITHHELD
        )
        _accept_the_rest(run)
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


def _planned(run: SyncRun, school_id: int | None, kind: str, *actions: str) -> list[PlannedChange]:
    planned = PlannedChange.objects.filter(
        run=run, kind=kind, action__in=actions, state=ChangeState.PLANNED
    )
    return list(_of_school(planned, school_id).order_by("id"))


def _of_school(rows: QuerySet[Row], school_id: int | None) -> QuerySet[Row]:
    """The rows of one school; for None those that belong to no single one."""
    return (
        rows.filter(school__isnull=True) if school_id is None else rows.filter(school_id=school_id)
    )


def _done(planned: Iterable[PlannedChange]) -> None:
    for batch in batched((change.id for change in planned), BATCH):
        PlannedChange.objects.filter(id__in=batch).update(state=ChangeState.APPLIED)


# --- what is written ------------------------------------------------------------------------------


def _write_guardians(planned: list[PlannedChange], cause: Cause) -> None:
    roster.write_guardians(
        [
            PersonChange(change.adult_sourced_id, change.action, change.before, change.after)
            for change in planned
        ],
        cause,
    )
    _done(planned)


def _depart_guardians(planned: list[PlannedChange], cause: Cause) -> None:
    gone = set(
        roster.depart_guardians(
            [
                PersonChange(change.adult_sourced_id, change.action, change.before, None)
                for change in planned
            ],
            cause,
        )
    )
    _done(change for change in planned if change.adult_sourced_id in gone)
    # Nobody of ours any more: her row is looked at again with every sync, so that she is back the
    # moment a child of ours is linked to her.
    for run in {change.run_id: change.run for change in planned}.values():
        _forget(run, sorted(gone), "guardian")


def _write_students(run: SyncRun, school_id: int, cause: Cause) -> None:
    arriving = _planned(run, school_id, "student", "added", "returned", "transferred", "updated")
    also_listed = _planned(run, school_id, "student", "listed")
    leaving = _planned(run, school_id, "student", "departed", "moved_away")
    roster.write_students([_person(change) for change in arriving], cause)
    roster.list_students(
        [
            (change.student_sourced_id, school_id)
            for change in (*arriving, *also_listed)
            if school_id in _schools(change.after)
        ],
        cause,
    )
    _leave_the_old_list([*arriving, *also_listed], _applied_schools(run), cause)
    _leave_this_list(leaving, school_id, cause)
    roster.note_students([_person(change) for change in (*also_listed, *leaving)], cause)
    _done([*arriving, *also_listed, *leaving])


def _leave_the_old_list(arriving: Iterable[PlannedChange], applied: set[int], cause: Cause) -> None:
    """Now that they are on the new list: off the old one, where that school is in already."""
    for change in arriving:
        if left := (_schools(change.before) - _schools(change.after)) & applied:
            roster.unlist_students([change.student_sourced_id], left, cause)


def _leave_this_list(leaving: list[PlannedChange], school_id: int, cause: Cause) -> None:
    """Off this school's list, except who moves to a list that is not in yet."""
    listings = Listing.objects.filter(
        student__district_id=cause.district_id,
        student__registration_id=cause.registration_id,
        student__sourced_id__in=[change.student_sourced_id for change in leaving],
    )
    listed = set(listings.values_list("student__sourced_id", "school_id"))
    roster.unlist_students(
        [
            change.student_sourced_id
            for change in leaving
            if not (moves_to := _schools(change.after))
            or any((change.student_sourced_id, school) in listed for school in moves_to)
        ],
        [school_id],
        cause,
    )


def _schools(of: dict[str, Any] | None) -> set[int]:
    return set((of or {}).get("schools", ()))


def _applied_schools(run: SyncRun) -> set[int]:
    marks = AppliedSchool.objects.filter(run=run, school__isnull=False)
    return {school_id for school_id in marks.values_list("school_id", flat=True) if school_id}


def _person(change: PlannedChange) -> PersonChange:
    return PersonChange(change.student_sourced_id, change.action, change.before, change.after)


def _write_relationships(run: SyncRun, school_id: int, cause: Cause) -> None:
    for action, write in (
        ("added", roster.add_relationships),
        ("removed", roster.end_relationships),
    ):
        planned = _planned(run, school_id, "relationship", action)
        write([(c.student_sourced_id, c.adult_sourced_id) for c in planned], cause)
        _done(planned)


# --- which source rows count as accepted ------------------------------------------------------


def _accept_of_school(run: SyncRun, school_id: int) -> None:
    applied = PlannedChange.objects.filter(run=run, school_id=school_id, state=ChangeState.APPLIED)
    for kind, own in OWN_ID.items():
        ids = applied.exclude(**{own: ""}).values_list(own, flat=True).distinct()
        for batch in batched(ids.order_by(own), BATCH):
            _accept(run, batch, kind)


def _accept_the_rest(run: SyncRun) -> None:
    """Rows that asked for no change: they only looked new, or are nobody of ours."""
    for kind in OWN_ID:
        left = StagedRow.objects.filter(run=run, kind=kind, accepted=False).order_by("id")
        for batch in batched(left.values_list("sourced_id", flat=True), BATCH):
            _accept(run, batch, kind)


def _accept(run: SyncRun, sourced_ids: list[str], kind: str) -> None:
    """Remember source rows whose every consequence is in the roster; look at the others again.

    A row about nobody of ours is not remembered, so that it is looked at again when she becomes
    ours (a parent whose first child enrols).
    """
    own = OWN_ID[kind]
    changes = PlannedChange.objects.filter(
        run=run, kind__in=(kind, "relationship"), **{f"{own}__in": sourced_ids}
    )
    waiting = changes.exclude(state=ChangeState.APPLIED)
    _look_again(run, changes, waiting, kind)
    rows = list(
        StagedRow.objects.filter(
            run=run, kind=kind, sourced_id__in=sourced_ids, accepted=False
        ).exclude(sourced_id__in=waiting.values(own))
    )
    ids = [row.sourced_id for row in rows]
    _forget(run, ids, kind)
    kept = _kept(run, rows, kind)
    bulk.insert(
        SeenRow,
        SEEN,
        ((run.registration_id, kind, row.sourced_id, row.digest) for row in kept),
    )
    claims = StagedClaim.objects.filter(
        run=run, side=SIDE[kind], **{f"{own}__in": [row.sourced_id for row in kept]}
    )
    bulk.insert(
        RelationshipClaim,
        ("district_id", "registration_id", *CLAIM),
        ((run.district_id, run.registration_id, *claim) for claim in claims.values_list(*CLAIM)),
        conflict=bulk.LEAVE,
    )
    StagedRow.objects.filter(id__in=[row.id for row in rows]).update(accepted=True)


def _look_again(
    run: SyncRun,
    changes: QuerySet[PlannedChange],
    waiting: QuerySet[PlannedChange],
    kind: str,
) -> None:
    """Remember people of whom a part is in and a part waits, without what their row says.

    The row is looked at in every sync until all of it is in, and its absence is noticed. Its claims
    stay those of the last accepted row.
    """
    own = OWN_ID[kind]
    partly = (
        changes.filter(state=ChangeState.APPLIED, **{f"{own}__in": waiting.values(own)})
        .values_list(own, flat=True)
        .distinct()
    )
    bulk.insert(
        SeenRow,
        SEEN,
        ((run.registration_id, kind, sourced_id, NEVER) for sourced_id in partly),
        conflict="(registration_id, kind, sourced_id) DO UPDATE SET digest = excluded.digest",
    )


def _kept(run: SyncRun, rows: list[StagedRow], kind: str) -> list[StagedRow]:
    wanted = [row for row in rows if row.wanted is not None]
    if kind == "student":
        return wanted
    ours = set(
        Guardian.objects.filter(
            district_id=run.district_id,
            registration_id=run.registration_id,
            sourced_id__in=[row.sourced_id for row in wanted],
            state=State.ACTIVE,
        ).values_list("sourced_id", flat=True)
    )
    return [row for row in wanted if row.sourced_id in ours]


def _forget(run: SyncRun, sourced_ids: list[str], kind: str) -> None:
    SeenRow.objects.filter(
        registration_id=run.registration_id, kind=kind, sourced_id__in=sourced_ids
    ).delete()
    RelationshipClaim.objects.filter(
        registration_id=run.registration_id,
        side=SIDE[kind],
        **{f"{OWN_ID[kind]}__in": sourced_ids},
    ).delete()


def _date_the_lists(run: SyncRun) -> None:
    """A list is as of its run when a whole pull is in and nothing of its school waits for a person.

    As of the moment the run began to read: what was let through days later is no newer for it.
    """
    if run.complete:
        SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True).exclude(
            school__in=Hold.objects.filter(run=run).values("school")
        ).update(list_as_of=run.started_at)
