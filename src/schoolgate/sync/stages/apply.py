"""Stage 6: write the planned changes to the roster, one transaction a school.

A clerk sees her school's list before or after, never between. Who moves from one school to another
leaves the old list with whichever of the two schools is applied later, so for a moment she is on
two lists and never on none. Guardians that schools share come before all schools, and those of whom
nobody is left go after all.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet

from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster import bulk
from schoolgate.roster import changes as roster
from schoolgate.roster.batches import batched
from schoolgate.roster.changes import Cause
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Relationship,
    RelationshipClaim,
    Student,
)
from schoolgate.sync.models import (
    OWN_ID,
    SIDE,
    AppliedSchool,
    ChangeState,
    Hold,
    PlannedChange,
    RunKind,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.open_lists import let_own_list_go

# Shared guardians, and source rows that asked for no change: so many in one transaction.
SLICE = 10_000
Row = TypeVar("Row", PlannedChange, AppliedSchool)

PLANNED = """
SELECT id, kind, action, student_sourced_id, adult_sourced_id, before, after
  FROM sync_plannedchange
 WHERE run_id = %(run)s AND state = 'planned'
"""
OF_SCHOOL = f"{PLANNED} AND school_id = %(school)s"
# Guardians whose children are in several schools come before all schools, and go after all.
SHARED = f"""{PLANNED} AND school_id IS NULL AND kind = 'guardian' AND action <> 'departed'
   AND id > %(after)s AND id <= %(upto)s"""
SHARED_LEAVING = f"""{PLANNED} AND school_id IS NULL AND kind = 'guardian' AND action = 'departed'
   AND id > %(after)s AND id <= %(upto)s"""

DONE = """
UPDATE sync_plannedchange SET state = 'applied'
 WHERE id IN (SELECT change_id FROM roster_incoming)
"""

# Source rows of which everything that follows is in the roster. One of which something waits keeps
# the claims of its last accepted form, and is looked at again.
ACCEPTED = """
INSERT INTO sync_accepted (sourced_id)
SELECT r.sourced_id FROM {which}
   AND r.kind = %(kind)s AND NOT r.accepted
   AND NOT EXISTS (SELECT 1 FROM sync_plannedchange w
                    WHERE w.run_id = r.run_id AND w.{own} = r.sourced_id
                      AND w.kind IN (%(kind)s, 'relationship') AND w.state <> 'applied')
"""
# (SQLite reads the tables of a CROSS JOIN in the order in which they are written: few rows first.)
WRITTEN_NOW = """(SELECT DISTINCT {column} AS own FROM roster_incoming WHERE {column} <> '') i
  CROSS JOIN sync_stagedrow r WHERE r.run_id = %(run)s AND r.sourced_id = i.own"""
# (The plus: along the primary key, see plan_sql.py.)
IN_SLICE = "sync_stagedrow r WHERE +r.run_id = %(run)s AND r.id > %(after)s AND r.id <= %(upto)s"
# Claims about nobody of ours (yet) are kept too: they wait until somebody is linked.
TAKE_OVER_CLAIMS = (
    """
DELETE FROM roster_relationshipclaim WHERE id IN (
    SELECT o.id
      FROM sync_accepted a CROSS JOIN roster_relationshipclaim o
     WHERE o.registration_id = %(registration)s AND o.{own} = a.sourced_id AND o.side = %(side)s
       AND NOT EXISTS (SELECT 1 FROM sync_stagedclaim c
                        WHERE c.run_id = %(run)s AND c.side = %(side)s
                          AND c.student_sourced_id = o.student_sourced_id
                          AND c.adult_sourced_id = o.adult_sourced_id))
""",
    """
INSERT INTO roster_relationshipclaim
       (district_id, registration_id, side, student_sourced_id, adult_sourced_id)
SELECT DISTINCT %(district)s, %(registration)s, c.side, c.student_sourced_id, c.adult_sourced_id
  FROM sync_accepted a CROSS JOIN sync_stagedclaim c
 WHERE c.run_id = %(run)s AND c.{own} = a.sourced_id AND c.side = %(side)s
    ON CONFLICT DO NOTHING
""",
    """
UPDATE sync_stagedrow SET accepted = TRUE
 WHERE run_id = %(run)s AND kind = %(kind)s
   AND sourced_id IN (SELECT sourced_id FROM sync_accepted)
""",
)


class Superseded(Exception):
    """Another run of this registration has taken over: this one must not write any more."""

    def __init__(self) -> None:
        super().__init__("A newer sync of this registration has taken over; this one stopped.")


def apply_shared(run: SyncRun, *, now: datetime) -> None:
    """Add and update guardians whose children are in several schools, some of them at a time."""
    for slice_ in _slices(PlannedChange.objects.filter(run=run, school=None)):
        with transaction.atomic():
            _check_current(run)
            if roster.take(SHARED, _names(run, slice_)):
                cause = _cause(run, None, now)
                roster.write_people(cause)
                _conclude(run, cause)


def apply_school(run: SyncRun, school_id: int, *, now: datetime) -> None:
    """Write one school's part of the plan. Does nothing when it is in already.

    Raises:
        Superseded: when the run is no longer the registration's current one.
    """
    with transaction.atomic():
        if not _claim(run, school_id, now=now):
            return
        cause = _cause(run, school_id, now)
        roster.take(OF_SCHOOL, {"run": run.id, "school": school_id})
        roster.write_people(cause)
        _leave_the_old_lists(run, cause)
        _leave_this_list(school_id, cause)
        # A first load fills tables that may count as empty.
        bulk.recount(Guardian, Listing, Relationship, RelationshipClaim, Student, rows=1)
        roster.write_relationships(cause)
        _conclude(run, cause)
        let_own_list_go(run, school_id, now=now)


def apply_leavers(run: SyncRun, *, now: datetime) -> None:
    """Finish what no single school could.

    Let go shared guardians of whom no relationship is left, remember the rows that asked for no
    change, and date the lists.
    """
    for slice_ in _slices(PlannedChange.objects.filter(run=run, school=None)):
        with transaction.atomic():
            _check_current(run)
            if roster.take(SHARED_LEAVING, _names(run, slice_)):
                cause = _cause(run, None, now)
                roster.write_people(cause)
                roster.write_relationships(cause)
                _conclude(run, cause)
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


def _names(run: SyncRun, slice_: range | None = None) -> dict[str, int]:
    names = {
        "run": run.id,
        "registration": run.registration_id,
        "district": run.district_id,
    }
    return names if slice_ is None else {**names, "after": slice_.start, "upto": slice_.stop}


def _slices(rows: QuerySet[Any]) -> Iterator[range]:
    """The rows in slices of their keys: behind the start, up to and with the stop."""
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        for start in range(ends["first"] - 1, ends["last"], SLICE):
            yield range(start, start + SLICE)


def _of_school(rows: QuerySet[Row], school_id: int | None) -> QuerySet[Row]:
    """The rows of one school; for None those that belong to no single one."""
    return (
        rows.filter(school__isnull=True) if school_id is None else rows.filter(school_id=school_id)
    )


def _conclude(run: SyncRun, cause: Cause) -> None:
    """What was taken is written: keep it as history, and its source rows as accepted."""
    roster.write_history(cause)
    with connection.cursor() as cursor:
        cursor.execute(DONE)
    for kind, column in (("student", "student"), ("guardian", "adult")):
        _accept(kind, WRITTEN_NOW.format(column=column), _names(run))


# --- who moves ------------------------------------------------------------------------------------


def _leave_the_old_lists(run: SyncRun, cause: Cause) -> None:
    """Now that they are on the new list: off the old one, where that school is in already."""
    applied = _applied_schools(run)
    leaving: dict[int, list[str]] = {}
    for student, before, after in _taken("transferred", "returned", "updated", "listed"):
        for school in (before - after) & applied:
            leaving.setdefault(school, []).append(student)
    for school, students in leaving.items():
        roster.unlist_students(students, school, cause)


def _leave_this_list(school_id: int, cause: Cause) -> None:
    """Off this school's list, except who moves to a list that is not in yet."""
    leaving = {student: after for student, _, after in _taken("departed", "moved_away")}
    listings = Listing.objects.filter(
        student__district_id=cause.district_id, student__registration_id=cause.registration_id
    )
    listed: dict[str | None, set[int]] = {}
    for batch in batched((student for student, after in leaving.items() if after), SLICE):
        some = listings.filter(student__sourced_id__in=batch)
        for student, school in some.values_list("student__sourced_id", "school_id"):
            listed.setdefault(student, set()).add(school)
    roster.unlist_students(
        [
            student
            for student, after in leaving.items()
            if not after or after & listed.get(student, set())
        ],
        school_id,
        cause,
    )


def _taken(*actions: str) -> list[tuple[str, set[int], set[int]]]:
    """Students among what is being written: who, her schools before, and after."""
    places = ", ".join(["%s"] * len(actions))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT student, before, after FROM roster_incoming"  # noqa: S608  # our own words
            f" WHERE kind = 'student' AND action IN ({places}) ORDER BY change_id",
            actions,
        )
        return [(student, _schools(was), _schools(is_)) for student, was, is_ in cursor.fetchall()]


def _schools(of: Any) -> set[int]:
    """A raw query gives JSON as text on SQLite, and decoded on PostgreSQL."""
    person = msgspec.json.decode(of) if isinstance(of, str) else of
    return set((person or {}).get("schools", ()))


def _applied_schools(run: SyncRun) -> set[int]:
    marks = AppliedSchool.objects.filter(run=run, school__isnull=False)
    return {school_id for school_id in marks.values_list("school_id", flat=True) if school_id}


# --- which source rows count as accepted ------------------------------------------------------


def _accept_the_rest(run: SyncRun) -> None:
    """Rows that asked for no change: they only looked new, or are nobody of ours."""
    for slice_ in _slices(StagedRow.objects.filter(run=run)):
        with transaction.atomic():
            _check_current(run)
            for kind in OWN_ID:
                _accept(kind, IN_SLICE, _names(run, slice_))


def _accept(kind: str, which: str, names: dict[str, int]) -> None:
    params: dict[str, int | str] = {**names, "kind": kind, "side": SIDE[kind]}
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS sync_accepted (sourced_id VARCHAR(255))"
        )
        cursor.execute("DELETE FROM sync_accepted")
        cursor.execute(ACCEPTED.format(which=which, own=OWN_ID[kind]), params)
        if cursor.rowcount:
            for statement in TAKE_OVER_CLAIMS:
                cursor.execute(statement.format(own=OWN_ID[kind]), params)


def _date_the_lists(run: SyncRun) -> None:
    """A list is as of its run when a whole pull is in and nothing of its school waits for a person.

    As of the moment the run began to read: what was let through days later is no newer for it.
    """
    if run.complete and run.kind != RunKind.UNDO:
        waiting = Hold.objects.filter(run=run, applied_at=None)
        SourceSchool.objects.filter(registration_id=run.registration_id, enabled=True).exclude(
            school__in=waiting.values("school")
        ).update(list_as_of=run.started_at)
