"""Stage 4: what must change for the roster to match the source. Changes nothing.

Only changed rows are looked at, and whom they bear on; set against set, in the database:

1. pairs      of student and adult that a changed row may bear on: which stand, which would
2. students   added, returned, transferred, updated, departed
3. guardians  the same, for adults of whom a pair stands; departed when none does any more
4. relations  pairs that are new, relationships that are no pair any more
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from schoolgate.roster import bulk
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    Listing,
    Relationship,
    RelationshipClaim,
    State,
    Student,
)
from schoolgate.sync.models import (
    AppliedSchool,
    ChangeState,
    PlannedChange,
    StagedClaim,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.plan_sql import (
    ADDED_GUARDIANS,
    ADDED_STUDENTS,
    GUARDIANS_TO_COMPARE,
    GUARDIANS_WITHOUT_PAIR,
    PAIRS,
    STUDENTS_TO_COMPARE,
    TABLES,
)

# Rows written in one transaction by the database itself.
SLICE = 10_000
COLUMNS = (
    "run_id",
    "school_id",
    "kind",
    "action",
    "student_sourced_id",
    "adult_sourced_id",
    "before",
    "after",
    "state",
)


def make_plan(run: SyncRun) -> None:
    """Write the run's planned changes, in many short transactions. May be repeated.

    Nobody reads them before the run says that it has planned (SyncRun.planned_at).
    """
    clear(run)
    rows = StagedRow.objects.filter(run=run).aggregate(first=Min("id"), last=Max("id"))
    if rows["first"] is None:
        return
    first, last = rows["first"] - 1, rows["last"]
    bulk.recount(StagedRow, StagedClaim, RelationshipClaim, rows=last - first)
    bulk.recount(Guardian, Listing, Relationship, Student, rows=1)
    _make_tables(run)
    for sql in (ADDED_STUDENTS, ADDED_GUARDIANS):
        _insert_from(sql, run, first, last)
    for read in (_students, _guardians):
        for after in range(first, last, SLICE):
            _insert(read(run, after, after + SLICE))
    for after in range(0, _count("adult_without_pair"), SLICE):
        _insert(_departing_guardians(run, after, after + SLICE))
    _insert_from(PAIRS, run, 0, _count("pair"))
    bulk.recount(PlannedChange, rows=last - first)


def clear(run: SyncRun) -> None:
    """Forget what was planned for this run."""
    AppliedSchool.objects.filter(run=run).delete()
    bulk.delete(PlannedChange, "run_id", run.id)


def _make_tables(run: SyncRun) -> None:
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DROP TABLE IF EXISTS {table.partition(' ')[0]}")
        for table, query in TABLES.items():
            name = table.partition(" ")[0]
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {query}", _names(run))
            # Without an index, comparing two of them is the square of a district.
            cursor.execute(f"CREATE INDEX {name}_index ON {table}")
            if name == "pair":
                cursor.execute("CREATE INDEX pair_number ON pair (number)")
            if connection.vendor == "postgresql":
                # SQLite plans by the index alone; PostgreSQL wants to know how full a table is.
                cursor.execute(f"ANALYZE {name}")


def _insert_from(sql: str, run: SyncRun, first: int, last: int) -> None:
    """Plan what a query finds, one slice of its rows a transaction: the desk writes too."""
    names = ", ".join(COLUMNS)
    statement = f"INSERT INTO sync_plannedchange ({names}) {sql}"  # our own words
    with connection.cursor() as cursor:
        for after in range(first, last, SLICE):
            with transaction.atomic():
                cursor.execute(statement, {**_names(run), "after": after, "upto": after + SLICE})


def _insert(changes: Iterator[PlannedChange]) -> None:
    with transaction.atomic():
        bulk.insert(PlannedChange, COLUMNS, map(_values, changes))


def _values(change: PlannedChange) -> tuple[object, ...]:
    return (
        change.run_id,
        change.school_id,
        change.kind,
        change.action,
        change.student_sourced_id,
        change.adult_sourced_id,
        bulk.as_json(change.before),
        bulk.as_json(change.after),
        ChangeState.PLANNED.value,
    )


def _names(run: SyncRun) -> dict[str, int]:
    return {
        "run": run.id,
        "registration": run.registration_id,
        "district": run.district_id,
    }


def _rows(sql: str, run: SyncRun, after: int, upto: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_names(run), "after": after, "upto": upto})
        return list(cursor.fetchall())


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # our own table
        return int(cursor.fetchone()[0])


# --- students ---------------------------------------------------------------------------------


def _students(run: SyncRun, after: int, upto: int) -> Iterator[PlannedChange]:
    found = dict(_rows(STUDENTS_TO_COMPARE, run, after, upto))
    students = Student.objects.in_bulk([key for key in found.values() if key is not None])
    listed = _schools_of(students)
    for key, row in StagedRow.objects.in_bulk(list(found)).items():
        student = students.get(found[key])
        yield from _student(row, student, listed.get(student.id, []) if student else [])


def _schools_of(student_ids: Iterable[int]) -> dict[int, list[int]]:
    schools: dict[int, list[int]] = {}
    listings = Listing.objects.filter(student_id__in=list(student_ids)).order_by("school_id")
    for student_id, school_id in listings.values_list("student_id", "school_id"):
        schools.setdefault(student_id, []).append(school_id)
    return schools


def _student(
    row: StagedRow, student: Student | None, schools: list[int]
) -> Iterator[PlannedChange]:
    """What one staged student comes to.

    At most one change, and a note for each other school that she comes to or leaves.
    """
    before = _student_as_is(student, schools) if student else None
    after = _student_as_wanted(row) if row.wanted is not None else None
    action = _what_happened(student, before, after)
    if not action:
        return
    to = after["schools"] if after else []
    arrives = [school for school in to if school not in schools]
    leaves = [school for school in schools if school not in to]
    home = (arrives or to or leaves)[0]
    end = after or {"gone": row.gone}
    yield _planned(row, action, home, before, end)
    for school in arrives:
        if school != home:
            yield _planned(row, "listed", school, before, end)
    for school in leaves:
        if school != home:
            yield _planned(row, "moved_away", school, before, end)


def _what_happened(
    student: Student | None, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> str:
    there = student is not None and student.state == State.ACTIVE
    if after is None:
        return "departed" if there else ""
    if before is None:
        return "added"
    if not there:
        return "returned"
    if before["schools"] != after["schools"]:
        return "transferred"
    return "updated" if before != after else ""


def _student_as_is(student: Student, schools: list[int]) -> dict[str, Any]:
    return {**{name: getattr(student, name) for name in STUDENT_FIELDS}, "schools": schools}


def _student_as_wanted(row: StagedRow) -> dict[str, Any]:
    wanted = row.wanted or {}
    return {**{name: wanted[name] for name in STUDENT_FIELDS}, "schools": wanted["schools"]}


# --- guardians ----------------------------------------------------------------------------------


def _guardians(run: SyncRun, after: int, upto: int) -> Iterator[PlannedChange]:
    found = {key: place for key, *place in _rows(GUARDIANS_TO_COMPARE, run, after, upto)}
    guardians = Guardian.objects.in_bulk([guardian for guardian, _ in found.values()])
    for key, row in StagedRow.objects.in_bulk(list(found)).items():
        guardian, school = found[key]
        change = _guardian(row, guardians[guardian], school)
        if change is not None:
            yield change


def _guardian(row: StagedRow, guardian: Guardian, school: int | None) -> PlannedChange | None:
    wanted = row.wanted or {}
    after = {name: wanted[name] for name in GUARDIAN_FIELDS}
    before = _guardian_as_is(guardian)
    if guardian.state != State.ACTIVE:
        return _planned(row, "returned", school, before, after)
    if before != after:
        return _planned(row, "updated", school, before, after)
    return None


def _departing_guardians(run: SyncRun, after: int, upto: int) -> Iterator[PlannedChange]:
    school_of = dict(_rows(GUARDIANS_WITHOUT_PAIR, run, after, upto))
    for key, guardian in Guardian.objects.in_bulk(list(school_of)).items():
        yield PlannedChange(
            run=run,
            school_id=school_of[key],
            kind="guardian",
            action="departed",
            adult_sourced_id=guardian.sourced_id or "",
            before=_guardian_as_is(guardian),
        )


def _guardian_as_is(guardian: Guardian) -> dict[str, Any]:
    return {name: getattr(guardian, name) for name in GUARDIAN_FIELDS}


def _planned(
    row: StagedRow,
    action: str,
    school: int | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> PlannedChange:
    return PlannedChange(
        run_id=row.run_id,
        school_id=school,
        kind=row.kind,
        action=action,
        student_sourced_id=row.sourced_id if row.kind == "student" else "",
        adult_sourced_id=row.sourced_id if row.kind == "guardian" else "",
        before=before,
        after=after,
    )
