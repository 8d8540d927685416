"""The only writer of students, guardians and relationships.

What shall change stands in a temporary table, `roster_incoming`: the caller fills it by a query of
her own (`take`) and has it written (`write`), set against set, inside her transaction and with its
history. Only the apply stage of a sync may import this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef

from schoolgate.roster import bulk
from schoolgate.roster.batches import batched
from schoolgate.roster.folding import folded_student
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Listing,
    State,
    Student,
)

BATCH = 5_000

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS roster_incoming (
    change_id BIGINT, kind VARCHAR(20), action VARCHAR(20), student VARCHAR(255),
    adult VARCHAR(255), before JSONB, after JSONB, student_id BIGINT, guardian_id BIGINT)
"""
COLUMNS = "change_id, kind, action, student, adult, before, after"

OF_GUARDIANS = ", ".join(GUARDIAN_FIELDS)
WRITE_GUARDIANS = f"""
INSERT INTO roster_guardian
       (district_id, registration_id, sourced_id, first_seen_at, state, changed_at, run_id,
        {OF_GUARDIANS})
SELECT %(district)s, %(registration)s, adult, %(at)s, 'active', %(at)s, %(run)s,
       {", ".join(f"after ->> '{field}'" for field in GUARDIAN_FIELDS)}
  FROM roster_incoming
 WHERE kind = 'guardian' AND action IN ('added', 'returned', 'updated')
    ON CONFLICT (district_id, registration_id, sourced_id) DO UPDATE SET
       state = excluded.state, changed_at = excluded.changed_at, run_id = excluded.run_id,
       {", ".join(f"{field} = excluded.{field}" for field in GUARDIAN_FIELDS)}
"""  # noqa: S608  # our own words

STUDENTS_TO_WRITE = """
SELECT student, after FROM roster_incoming
 WHERE kind = 'student' AND action IN ('added', 'returned', 'transferred', 'updated')
"""

RESOLVE = """
UPDATE roster_incoming SET
  student_id = (SELECT s.id FROM roster_student s
                 WHERE s.district_id = %(district)s AND s.registration_id = %(registration)s
                   AND s.sourced_id = student),
  guardian_id = (SELECT g.id FROM roster_guardian g
                  WHERE g.district_id = %(district)s AND g.registration_id = %(registration)s
                    AND g.sourced_id = adult)
"""

# Whoever comes to this school's part of the plan comes to its list, too.
WRITE_LISTINGS = """
INSERT INTO roster_listing (district_id, school_id, student_id)
SELECT %(district)s, %(school)s, student_id FROM roster_incoming
 WHERE kind = 'student'
   AND action IN ('added', 'returned', 'transferred', 'updated', 'listed')
    ON CONFLICT DO NOTHING
"""

# A pair that stood before stands again.
WRITE_RELATIONSHIPS = """
INSERT INTO roster_relationship
       (district_id, student_id, guardian_id, state, began_at, run_id)
SELECT %(district)s, student_id, guardian_id, 'current', %(at)s, %(run)s
  FROM roster_incoming WHERE kind = 'relationship' AND action = 'added'
 ORDER BY student_id, guardian_id
    ON CONFLICT (district_id, student_id, guardian_id) DO UPDATE SET
       state = excluded.state, began_at = excluded.began_at, ended_at = NULL,
       run_id = excluded.run_id
"""
# They stay on record with their end.
END_RELATIONSHIPS = """
UPDATE roster_relationship SET state = 'ended', ended_at = %(at)s, run_id = %(run)s
 WHERE state = 'current' AND district_id = %(district)s
   AND (student_id, guardian_id) IN (
       SELECT student_id, guardian_id FROM roster_incoming
        WHERE kind = 'relationship' AND action = 'removed')
"""

# A guardian of whom a relationship still stands does not go.
SPARE_GUARDIANS = """
DELETE FROM roster_incoming
 WHERE kind = 'guardian' AND action = 'departed'
   AND EXISTS (SELECT 1 FROM roster_relationship p
                WHERE p.guardian_id = roster_incoming.guardian_id AND p.state = 'current')
"""
DEPART_GUARDIANS = """
UPDATE roster_guardian SET state = 'departed', changed_at = %(at)s, run_id = %(run)s
 WHERE id IN (SELECT guardian_id FROM roster_incoming
               WHERE kind = 'guardian' AND action = 'departed')
"""

WRITE_HISTORY = """
INSERT INTO roster_historyentry
       (district_id, school_id, registration_id, run_id, at, action, student_id, guardian_id,
        before, after)
SELECT %(district)s, %(school)s, %(registration)s, %(run)s, %(at)s, kind || '.' || action,
       student_id, guardian_id, before, after
  FROM roster_incoming ORDER BY change_id
"""


@dataclass(frozen=True)
class Cause:
    """Who changes the roster, for which school, and when."""

    district_id: int
    registration_id: int
    run_id: int
    school_id: int | None
    at: datetime


def take(query: str, params: Mapping[str, Any]) -> int:
    """Fill the table of what shall change, and say how much that is.

    The query gives, for each change: a number for it, its kind and action as in the history, the
    sourced ids of student and adult (empty where there is none), and JSON of before and after.
    """
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.execute("DELETE FROM roster_incoming")
        cursor.execute(f"INSERT INTO roster_incoming ({COLUMNS}) {query}", params)
        return int(cursor.rowcount)


def write_people(cause: Cause) -> None:
    """Add, return, move and update the guardians and students taken, and list the students."""
    _execute(WRITE_GUARDIANS, cause)
    with connection.cursor() as cursor:
        cursor.execute(STUDENTS_TO_WRITE)
        _write_students(cursor.fetchall(), cause)
    _execute(RESOLVE, cause)
    if cause.school_id is not None:
        _execute(WRITE_LISTINGS, cause)


def write_relationships(cause: Cause) -> None:
    """Let the pairs taken stand, or end; and let guardians go of whom none stands any more.

    A guardian who still has one stays, and is no longer among what was taken.
    """
    for statement in (
        WRITE_RELATIONSHIPS,
        END_RELATIONSHIPS,
        SPARE_GUARDIANS,
        DEPART_GUARDIANS,
    ):
        _execute(statement, cause)


def write_history(cause: Cause) -> None:
    """Keep everything that was taken as history."""
    _execute(WRITE_HISTORY, cause)


def unlist_students(sourced_ids: Iterable[str], school_id: int, cause: Cause) -> None:
    """Take students off a school's list. One who is on no list any more has departed."""
    listed = Exists(Listing.objects.filter(student=OuterRef("pk")))
    for batch in batched(sourced_ids, BATCH):
        students = Student.objects.filter(
            district_id=cause.district_id,
            registration_id=cause.registration_id,
            sourced_id__in=batch,
        )
        ids = list(students.values_list("id", flat=True))
        Listing.objects.filter(student_id__in=ids, school_id=school_id).delete()
        Student.objects.filter(~listed, id__in=ids).update(
            state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
        )


def _execute(statement: str, cause: Cause) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "district": cause.district_id,
                "registration": cause.registration_id,
                "school": cause.school_id,
                "run": cause.run_id,
                "at": bulk.as_moment(cause.at),
            },
        )


def _write_students(rows: Sequence[tuple[str, Any]], cause: Cause) -> None:
    """In Python, since the database does not fold names as the desk searches them."""
    at = bulk.as_moment(cause.at)
    common = (cause.district_id, cause.registration_id, at, State.ACTIVE.value, at, cause.run_id)
    fields = (*STUDENT_FIELDS, "folded")
    altered = ("state", "changed_at", "run_id", *fields)
    bulk.insert(
        Student,
        ("district_id", "registration_id", "first_seen_at", *altered[:3], "sourced_id", *fields),
        (
            (
                *common,
                sourced_id,
                *(wanted[field] for field in STUDENT_FIELDS),
                folded_student(
                    given=wanted["given_name"],
                    middle=wanted["middle_name"],
                    family=wanted["family_name"],
                    identifier=wanted["identifier"],
                ),
            )
            for sourced_id, after in rows
            if (wanted := _decoded(after))
        ),
        conflict="(district_id, registration_id, sourced_id) DO UPDATE SET "
        + ", ".join(f"{field} = excluded.{field}" for field in altered),
    )


def _decoded(json: Any) -> dict[str, Any]:
    """A raw query gives JSON as text on SQLite, and decoded on PostgreSQL."""
    if isinstance(json, dict):
        return json
    return msgspec.json.decode(json, type=dict[str, Any])
