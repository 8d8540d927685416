"""Stage 4: what must change for the roster to match the source. Changes nothing.

The comparison is made in the database, set against set:

1. tables     who and which relationships would stand after this run, in temporary tables
2. students   added, returned, transferred, updated, departed
3. guardians  the same, for adults of whom a pair stands; departed when none does any more
4. relations  pairs that are new, relationships that are no pair any more
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from schoolgate.roster import bulk
from schoolgate.roster.batches import batched
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    Listing,
    State,
    Student,
)
from schoolgate.sync.models import AppliedSchool, ChangeState, PlannedChange, StagedRow, SyncRun

BATCH = 1_000
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

# Temporary tables of what would be after this run, in the order in which they build on each other.
# A staged row speaks for its person; where none is staged, the roster and the claims of the last
# accepted row do. A pair stands while any claim says so and both of its people are there.
# Each has an index: without one, comparing two of them is the square of a district.
TABLES = {
    "wanted_student (sourced_id, school)": """
    SELECT r.sourced_id, r.home_school_id AS school
      FROM sync_stagedrow r
     WHERE r.run_id = %(run)s AND r.kind = 'student' AND r.wanted IS NOT NULL AND r.contacts
    UNION ALL
    SELECT s.sourced_id, MIN(l.school_id)
      FROM roster_student s
      JOIN roster_listing l ON l.student_id = s.id
      LEFT JOIN registrations_sourceschool o
             ON o.registration_id = %(registration)s AND o.school_id = l.school_id
            AND o.enabled AND o.data_choice = 'students+contacts'
     WHERE s.district_id = %(district)s AND s.registration_id = %(registration)s
       AND s.state = 'active'
       AND NOT EXISTS (SELECT 1 FROM sync_stagedrow r
                        WHERE r.run_id = %(run)s AND r.kind = 'student'
                          AND r.sourced_id = s.sourced_id)
     GROUP BY s.id, s.sourced_id
    HAVING COUNT(o.id) > 0""",
    "wanted_guardian (sourced_id)": """
    SELECT r.sourced_id FROM sync_stagedrow r
     WHERE r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL
    UNION ALL
    SELECT g.sourced_id FROM roster_guardian g
     WHERE g.district_id = %(district)s AND g.registration_id = %(registration)s
       AND g.state = 'active'
       AND NOT EXISTS (SELECT 1 FROM sync_stagedrow r
                        WHERE r.run_id = %(run)s AND r.kind = 'guardian'
                          AND r.sourced_id = g.sourced_id)""",
    "claimed_pair (student, adult)": """
    SELECT student_sourced_id AS student, adult_sourced_id AS adult
      FROM sync_stagedclaim WHERE run_id = %(run)s
    UNION
    SELECT c.student_sourced_id, c.adult_sourced_id
      FROM roster_relationshipclaim c
     WHERE c.registration_id = %(registration)s
       AND NOT EXISTS (
            SELECT 1 FROM sync_stagedrow r
             WHERE r.run_id = %(run)s
               AND r.kind = CASE c.side WHEN 'student' THEN 'student' ELSE 'guardian' END
               AND r.sourced_id =
                   CASE c.side WHEN 'student' THEN c.student_sourced_id ELSE c.adult_sourced_id END
           )""",
    "wanted_pair (student, adult, school)": """
    SELECT c.student, c.adult, s.school
      FROM claimed_pair c
      JOIN wanted_student s ON s.sourced_id = c.student
      JOIN wanted_guardian g ON g.sourced_id = c.adult""",
    # The school of a guardian is that of her children; NULL when they are in several.
    "wanted_adult (adult, school)": """
    SELECT adult, CASE WHEN MIN(school) = MAX(school) THEN MIN(school) END AS school
      FROM wanted_pair GROUP BY adult""",
    "current_pair (adult, student, school)": """
    SELECT s.sourced_id AS student, g.sourced_id AS adult,
           COALESCE((SELECT r.home_school_id FROM sync_stagedrow r
                      WHERE r.run_id = %(run)s AND r.kind = 'student'
                        AND r.sourced_id = s.sourced_id),
                    (SELECT MIN(l.school_id) FROM roster_listing l
                      WHERE l.student_id = s.id)) AS school
      FROM roster_relationship p
      JOIN roster_student s ON s.id = p.student_id
      JOIN roster_guardian g ON g.id = p.guardian_id
     WHERE p.district_id = %(district)s AND p.state = 'current'
       AND s.registration_id = %(registration)s AND g.registration_id = %(registration)s""",
}

ADDED_PAIRS = """
SELECT w.student, w.adult, w.school FROM wanted_pair w
 WHERE NOT EXISTS (SELECT 1 FROM current_pair c
                    WHERE c.student = w.student AND c.adult = w.adult)
"""

REMOVED_PAIRS = """
SELECT c.student, c.adult, c.school FROM current_pair c
 WHERE NOT EXISTS (SELECT 1 FROM wanted_pair w
                    WHERE w.student = c.student AND w.adult = c.adult)
"""

# Staged adults of whom a pair stands: they may be new, changed or back.
GUARDIANS_TO_LOOK_AT = """
SELECT r.id, a.school FROM sync_stagedrow r JOIN wanted_adult a ON a.adult = r.sourced_id
 WHERE r.run_id = %(run)s AND r.kind = 'guardian' AND r.wanted IS NOT NULL
"""

# They go where their last relationships end: in that school, or after all when in several.
GUARDIANS_WITHOUT_PAIR = """
SELECT g.id, (SELECT CASE WHEN MIN(c.school) = MAX(c.school) THEN MIN(c.school) END
                FROM current_pair c WHERE c.adult = g.sourced_id) AS school
  FROM roster_guardian g
 WHERE g.district_id = %(district)s AND g.registration_id = %(registration)s
   AND g.state = 'active'
   AND NOT EXISTS (SELECT 1 FROM wanted_adult a WHERE a.adult = g.sourced_id)
"""


def make_plan(run: SyncRun) -> None:
    """Write the run's planned changes. To be called in a transaction; may be repeated."""
    PlannedChange.objects.filter(run=run).delete()
    AppliedSchool.objects.filter(run=run).delete()
    with connection.cursor() as cursor:
        for table, query in TABLES.items():
            name = table.partition(" ")[0]
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {query}", _names(run))
            cursor.execute(f"CREATE INDEX {name}_index ON {table}")
            if connection.vendor == "postgresql":
                # SQLite plans by the index alone; PostgreSQL wants to know how full a table is.
                cursor.execute(f"ANALYZE {name}")
    for changes in (_students(run), _guardians(run), _departing_guardians(run), _relations(run)):
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


def _rows(sql: str, run: SyncRun) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _names(run))
        return list(cursor.fetchall())


# --- students ---------------------------------------------------------------------------------


def _students(run: SyncRun) -> Iterator[PlannedChange]:
    staged = StagedRow.objects.filter(run=run, kind="student").order_by("id")
    for batch in batched(staged.iterator(chunk_size=BATCH), BATCH):
        ids = [row.sourced_id for row in batch]
        students = {
            student.sourced_id: student
            for student in Student.objects.filter(
                district_id=run.district_id, registration_id=run.registration_id, sourced_id__in=ids
            )
        }
        listed = _schools_of(student.id for student in students.values())
        for row in batch:
            student = students.get(row.sourced_id)
            schools = listed.get(student.id, []) if student else []
            yield from _student(row, student, schools)


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


def _guardians(run: SyncRun) -> Iterator[PlannedChange]:
    for batch in batched(_rows(GUARDIANS_TO_LOOK_AT, run), BATCH):
        school_of = dict(batch)
        rows = StagedRow.objects.in_bulk(list(school_of))
        known = {
            guardian.sourced_id: guardian
            for guardian in Guardian.objects.filter(
                district_id=run.district_id,
                registration_id=run.registration_id,
                sourced_id__in=[row.sourced_id for row in rows.values()],
            )
        }
        for key, row in rows.items():
            change = _guardian(row, known.get(row.sourced_id), school_of[key])
            if change is not None:
                yield change


def _guardian(
    row: StagedRow, guardian: Guardian | None, school: int | None
) -> PlannedChange | None:
    wanted = row.wanted or {}
    after = {name: wanted[name] for name in GUARDIAN_FIELDS}
    if guardian is None:
        return _planned(row, "added", school, None, after)
    before = _guardian_as_is(guardian)
    if guardian.state != State.ACTIVE:
        return _planned(row, "returned", school, before, after)
    if before != after:
        return _planned(row, "updated", school, before, after)
    return None


def _departing_guardians(run: SyncRun) -> Iterator[PlannedChange]:
    for batch in batched(_rows(GUARDIANS_WITHOUT_PAIR, run), BATCH):
        school_of = dict(batch)
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


# --- relationships --------------------------------------------------------------------------------


def _relations(run: SyncRun) -> Iterator[PlannedChange]:
    for action, sql in (("added", ADDED_PAIRS), ("removed", REMOVED_PAIRS)):
        for student, adult, school in _rows(sql, run):
            yield PlannedChange(
                run=run,
                school_id=school,
                kind="relationship",
                action=action,
                student_sourced_id=student,
                adult_sourced_id=adult,
            )


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
