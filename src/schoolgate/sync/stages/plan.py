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
from schoolgate.roster.batches import in_slices
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    Listing,
    State,
    Student,
)
from schoolgate.sync.models import AppliedSchool, ChangeState, PlannedChange, StagedRow, SyncRun

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

# What a changed row may bear on, in temporary tables that build on each other. A staged row speaks
# for its person; where none is staged, the roster and the claims of her last accepted row do.
TABLES = {
    "touched_pair (student, adult)": """
    SELECT c.student_sourced_id AS student, c.adult_sourced_id AS adult
      FROM sync_stagedclaim c WHERE c.run_id = %(run)s
    UNION
    SELECT c.student_sourced_id, c.adult_sourced_id
      FROM sync_stagedrow r
      JOIN roster_relationshipclaim c
           ON c.registration_id = %(registration)s AND c.student_sourced_id = r.sourced_id
     WHERE r.run_id = %(run)s AND r.kind = 'student'
    UNION
    SELECT c.student_sourced_id, c.adult_sourced_id
      FROM sync_stagedrow r
      JOIN roster_relationshipclaim c
           ON c.registration_id = %(registration)s AND c.adult_sourced_id = r.sourced_id
     WHERE r.run_id = %(run)s AND r.kind = 'guardian'
    UNION
    SELECT s.sourced_id, g.sourced_id
      FROM sync_stagedrow r
      JOIN roster_student s
           ON s.district_id = %(district)s AND s.registration_id = %(registration)s
          AND s.sourced_id = r.sourced_id
      JOIN roster_relationship p ON p.student_id = s.id AND p.state = 'current'
      JOIN roster_guardian g
           ON g.id = p.guardian_id AND g.registration_id = %(registration)s
     WHERE r.run_id = %(run)s AND r.kind = 'student'
    UNION
    SELECT s.sourced_id, g.sourced_id
      FROM sync_stagedrow r
      JOIN roster_guardian g
           ON g.district_id = %(district)s AND g.registration_id = %(registration)s
          AND g.sourced_id = r.sourced_id
      JOIN roster_relationship p ON p.guardian_id = g.id AND p.state = 'current'
      JOIN roster_student s
           ON s.id = p.student_id AND s.registration_id = %(registration)s
     WHERE r.run_id = %(run)s AND r.kind = 'guardian'""",
    # A pair stands while any claim says so and both of its people are there. Its school is the
    # first one of the student.
    "pair (adult, student)": """
    SELECT ROW_NUMBER() OVER (ORDER BY t.student, t.adult) AS number, t.student, t.adult,
           COALESCE(rs.home_school_id,
                    (SELECT MIN(l.school_id) FROM roster_listing l WHERE l.student_id = s.id))
           AS school,
           COALESCE(CASE WHEN rs.id IS NOT NULL THEN rs.contacts
                ELSE s.state = 'active' AND EXISTS (
                     SELECT 1 FROM roster_listing l
                       JOIN registrations_sourceschool o
                            ON o.registration_id = %(registration)s AND o.school_id = l.school_id
                           AND o.enabled AND o.data_choice = 'students+contacts'
                      WHERE l.student_id = s.id)
           END AND CASE WHEN rg.id IS NOT NULL THEN rg.wanted IS NOT NULL
                ELSE g.state = 'active'
           END AND (EXISTS (
                SELECT 1 FROM sync_stagedclaim c
                 WHERE c.run_id = %(run)s AND c.student_sourced_id = t.student
                   AND c.adult_sourced_id = t.adult)
             OR EXISTS (
                SELECT 1 FROM roster_relationshipclaim c
                 WHERE c.registration_id = %(registration)s AND c.student_sourced_id = t.student
                   AND c.adult_sourced_id = t.adult
                   AND CASE c.side WHEN 'student' THEN rs.id ELSE rg.id END IS NULL)), FALSE)
           AS wanted,
           p.id IS NOT NULL AS current
      FROM touched_pair t
      LEFT JOIN sync_stagedrow rs
             ON rs.run_id = %(run)s AND rs.kind = 'student' AND rs.sourced_id = t.student
      LEFT JOIN sync_stagedrow rg
             ON rg.run_id = %(run)s AND rg.kind = 'guardian' AND rg.sourced_id = t.adult
      LEFT JOIN roster_student s
             ON s.district_id = %(district)s AND s.registration_id = %(registration)s
            AND s.sourced_id = t.student
      LEFT JOIN roster_guardian g
             ON g.district_id = %(district)s AND g.registration_id = %(registration)s
            AND g.sourced_id = t.adult
      LEFT JOIN roster_relationship p
             ON p.district_id = %(district)s AND p.student_id = s.id AND p.guardian_id = g.id
            AND p.state = 'current'""",
    # The school of a guardian is that of her children; NULL when they are in several.
    "wanted_adult (adult)": """
    SELECT adult, CASE WHEN MIN(school) = MAX(school) THEN MIN(school) END AS school
      FROM pair WHERE wanted GROUP BY adult""",
    # Adults without a pair go where their last relationships end: in that school, or after all when
    # in several.
    "adult_without_pair (number)": """
    SELECT ROW_NUMBER() OVER (ORDER BY g.id) AS number, g.id AS guardian,
           (SELECT CASE WHEN MIN(c.school) = MAX(c.school) THEN MIN(c.school) END
              FROM pair c WHERE c.adult = g.sourced_id AND c.current) AS school
      FROM (SELECT adult FROM pair
            UNION
            SELECT sourced_id FROM sync_stagedrow
             WHERE run_id = %(run)s AND kind = 'guardian' AND wanted IS NULL) t
      JOIN roster_guardian g
           ON g.district_id = %(district)s AND g.registration_id = %(registration)s
          AND g.sourced_id = t.adult AND g.state = 'active'
     WHERE NOT EXISTS (SELECT 1 FROM wanted_adult a WHERE a.adult = g.sourced_id)
       AND NOT EXISTS (
           SELECT 1 FROM roster_relationship p JOIN roster_student s ON s.id = p.student_id
            WHERE p.guardian_id = g.id AND p.state = 'current'
              AND NOT EXISTS (SELECT 1 FROM pair c
                               WHERE c.adult = g.sourced_id AND c.student = s.sourced_id))""",
}

# New students of one school, and new adults: nothing to compare, so nothing to fetch.
ADDED_STUDENTS = """
SELECT r.run_id, r.home_school_id, 'student', 'added', r.sourced_id, '', NULL, r.wanted, 'planned'
  FROM sync_stagedrow r
  LEFT JOIN roster_student s
         ON s.district_id = %(district)s AND s.registration_id = %(registration)s
        AND s.sourced_id = r.sourced_id
 WHERE r.run_id = %(run)s AND r.kind = 'student' AND r.schools = 1 AND s.id IS NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
ADDED_GUARDIANS = """
SELECT r.run_id, a.school, 'guardian', 'added', '', r.sourced_id, NULL, r.wanted, 'planned'
  FROM sync_stagedrow r
  JOIN wanted_adult a ON a.adult = r.sourced_id
  LEFT JOIN roster_guardian g
         ON g.district_id = %(district)s AND g.registration_id = %(registration)s
        AND g.sourced_id = r.sourced_id
 WHERE r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL AND g.id IS NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
PAIRS = """
SELECT %(run)s, school, 'relationship', CASE WHEN wanted THEN 'added' ELSE 'removed' END,
       student, adult, NULL, NULL, 'planned'
  FROM pair
 WHERE wanted <> current AND number > %(after)s AND number <= %(upto)s
"""

# Students who are known, or come to several schools.
STUDENTS_TO_COMPARE = """
SELECT r.id, s.id
  FROM sync_stagedrow r
  LEFT JOIN roster_student s
         ON s.district_id = %(district)s AND s.registration_id = %(registration)s
        AND s.sourced_id = r.sourced_id
 WHERE r.run_id = %(run)s AND r.kind = 'student' AND (s.id IS NOT NULL OR r.schools > 1)
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
GUARDIANS_TO_COMPARE = """
SELECT r.id, g.id, a.school
  FROM sync_stagedrow r
  JOIN wanted_adult a ON a.adult = r.sourced_id
  JOIN roster_guardian g
         ON g.district_id = %(district)s AND g.registration_id = %(registration)s
        AND g.sourced_id = r.sourced_id
 WHERE r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL
   AND r.id > %(after)s AND r.id <= %(upto)s
"""
GUARDIANS_WITHOUT_PAIR = """
SELECT guardian, school FROM adult_without_pair
 WHERE number > %(after)s AND number <= %(upto)s
"""


def make_plan(run: SyncRun) -> None:
    """Write the run's planned changes, in many short transactions. May be repeated.

    Nobody reads them before the run says that it has planned (SyncRun.planned_at).
    """
    clear(run)
    rows = StagedRow.objects.filter(run=run).aggregate(first=Min("id"), last=Max("id"))
    if rows["first"] is None:
        return
    _make_tables(run)
    first, last = rows["first"] - 1, rows["last"]
    for sql in (ADDED_STUDENTS, ADDED_GUARDIANS):
        _insert_from(sql, run, first, last)
    for read in (_students, _guardians):
        for after in range(first, last, SLICE):
            _insert(read(run, after, after + SLICE))
    for after in range(0, _count("adult_without_pair"), SLICE):
        _insert(_departing_guardians(run, after, after + SLICE))
    _insert_from(PAIRS, run, 0, _count("pair"))


def clear(run: SyncRun) -> None:
    """Forget what was planned for this run."""
    AppliedSchool.objects.filter(run=run).delete()
    for planned in in_slices(PlannedChange.objects.filter(run=run)):
        planned.delete()


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
