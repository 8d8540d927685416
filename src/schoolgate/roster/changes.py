"""The only writer of students, guardians and relationships.

Every function works on many rows at once inside the caller's transaction and writes their history
with them. Only the apply stage of a sync, and the adoption of preloaded lists, may import this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from schoolgate.roster.folding import folded_student
from schoolgate.roster.models import (
    Guardian,
    HistoryEntry,
    Listing,
    Relationship,
    RelationshipState,
    State,
    Student,
)

BATCH = 500

STUDENT_FIELDS = ("given_name", "middle_name", "family_name", "identifier", "grade")
GUARDIAN_FIELDS = ("given_name", "middle_name", "family_name", "role", "email", "phone", "sms")


@dataclass(frozen=True)
class Cause:
    """Who changes the roster, for which school, and when."""

    district_id: int
    registration_id: int
    run_id: int
    school_id: int | None
    at: datetime


@dataclass(frozen=True)
class PersonChange:
    """One person's change: `action` as in the history, what was before, what shall be."""

    sourced_id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


Pair = tuple[str, str]


def write_students(changes: Sequence[PersonChange], cause: Cause) -> None:
    """Add, return, move and update students. Which schools list them is `list_students`' work."""
    known = students_by_id((change.sourced_id for change in changes), cause)
    fresh, altered = [], []
    for change in changes:
        student = known.get(change.sourced_id)
        if student is None:
            student = Student(
                district_id=cause.district_id,
                registration_id=cause.registration_id,
                sourced_id=change.sourced_id,
                first_seen_at=cause.at,
            )
            fresh.append(student)
        else:
            altered.append(student)
        _fill(student, STUDENT_FIELDS, change.after or {}, cause)
        student.folded = folded_student(
            given=student.given_name,
            middle=student.middle_name,
            family=student.family_name,
            identifier=student.identifier,
        )
    Student.objects.bulk_create(fresh, batch_size=BATCH)
    Student.objects.bulk_update(
        altered,
        [*STUDENT_FIELDS, "folded", "state", "changed_at", "run_id"],
        batch_size=BATCH,
    )
    known = {**known, **{student.sourced_id: student for student in fresh}}
    _keep_history("student", changes, known, cause)


def list_students(places: Iterable[tuple[str, int]], cause: Cause) -> None:
    """Put students, by sourced id, on the lists of schools. One already there stays there."""
    wanted = list(places)
    known = students_by_id((sourced_id for sourced_id, _ in wanted), cause)
    Listing.objects.bulk_create(
        (
            Listing(
                district_id=cause.district_id,
                school_id=school_id,
                student=known[sourced_id],
            )
            for sourced_id, school_id in wanted
        ),
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def unlist_students(
    sourced_ids: Iterable[str], school_ids: Iterable[int], cause: Cause
) -> None:
    """Take students off the lists of schools. One who is on no list any more has departed."""
    students = Student.objects.filter(
        district_id=cause.district_id,
        registration_id=cause.registration_id,
        sourced_id__in=list(sourced_ids),
    )
    ids = list(students.values_list("id", flat=True))
    Listing.objects.filter(student_id__in=ids, school_id__in=list(school_ids)).delete()
    Student.objects.filter(~_listed(), id__in=ids).update(
        state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
    )


def note_students(changes: Sequence[PersonChange], cause: Cause) -> None:
    """Write the history of students who come to a list, or leave one, with no other change."""
    known = students_by_id((change.sourced_id for change in changes), cause)
    _keep_history("student", changes, known, cause)


def write_guardians(changes: Sequence[PersonChange], cause: Cause) -> None:
    """Add, return and update guardians."""
    known = guardians_by_id((change.sourced_id for change in changes), cause)
    fresh, altered = [], []
    for change in changes:
        guardian = known.get(change.sourced_id)
        if guardian is None:
            guardian = Guardian(
                district_id=cause.district_id,
                registration_id=cause.registration_id,
                sourced_id=change.sourced_id,
                first_seen_at=cause.at,
            )
            fresh.append(guardian)
        else:
            altered.append(guardian)
        _fill(guardian, GUARDIAN_FIELDS, change.after or {}, cause)
    Guardian.objects.bulk_create(fresh, batch_size=BATCH)
    Guardian.objects.bulk_update(
        altered, [*GUARDIAN_FIELDS, "state", "changed_at", "run_id"], batch_size=BATCH
    )
    known = {**known, **{guardian.sourced_id: guardian for guardian in fresh}}
    _keep_history("guardian", changes, known, cause)


def depart_guardians(changes: Sequence[PersonChange], cause: Cause) -> list[str]:
    """Let guardians go of whom no current relationship is left. Gives the ids of those who went."""
    linked = Relationship.objects.filter(
        guardian=OuterRef("pk"), state=RelationshipState.CURRENT
    )
    going = Guardian.objects.filter(
        ~Exists(linked),
        district_id=cause.district_id,
        registration_id=cause.registration_id,
        sourced_id__in=[change.sourced_id for change in changes],
    )
    gone = {str(guardian.sourced_id): guardian for guardian in going}
    Guardian.objects.filter(id__in=[guardian.id for guardian in gone.values()]).update(
        state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
    )
    _keep_history(
        "guardian", [change for change in changes if change.sourced_id in gone], gone, cause
    )
    return list(gone)


def add_relationships(pairs: Sequence[Pair], cause: Cause) -> None:
    """Let pairs stand, by sourced ids. A pair that stood before stands again."""
    students = students_by_id((student for student, _ in pairs), cause)
    guardians = guardians_by_id((adult for _, adult in pairs), cause)
    Relationship.objects.bulk_create(
        (
            Relationship(
                district_id=cause.district_id,
                student=students[student],
                guardian=guardians[adult],
                state=RelationshipState.CURRENT,
                began_at=cause.at,
                run_id=cause.run_id,
            )
            for student, adult in pairs
        ),
        update_conflicts=True,
        unique_fields=["district", "student", "guardian"],
        update_fields=["state", "began_at", "ended_at", "run_id"],
        batch_size=BATCH,
    )
    _keep_pair_history("relationship.added", pairs, students, guardians, cause)


def end_relationships(pairs: Sequence[Pair], cause: Cause) -> None:
    """Let pairs end. They stay on record with their end."""
    students = students_by_id((student for student, _ in pairs), cause)
    guardians = guardians_by_id((adult for _, adult in pairs), cause)
    ending = {(students[student].id, guardians[adult].id) for student, adult in pairs}
    candidates = Relationship.objects.filter(
        district_id=cause.district_id,
        student_id__in={student for student, _ in ending},
        state=RelationshipState.CURRENT,
    )
    ended = [row for row in candidates if (row.student_id, row.guardian_id) in ending]
    for row in ended:
        row.state = RelationshipState.ENDED
        row.ended_at = cause.at
        row.run_id = cause.run_id
    Relationship.objects.bulk_update(ended, ["state", "ended_at", "run_id"], batch_size=BATCH)
    _keep_pair_history("relationship.removed", pairs, students, guardians, cause)


def students_by_id(sourced_ids: Iterable[str], cause: Cause) -> dict[str | None, Student]:
    found = Student.objects.filter(
        district_id=cause.district_id,
        registration_id=cause.registration_id,
        sourced_id__in=set(sourced_ids),
    )
    return {student.sourced_id: student for student in found}


def guardians_by_id(sourced_ids: Iterable[str], cause: Cause) -> dict[str | None, Guardian]:
    found = Guardian.objects.filter(
        district_id=cause.district_id,
        registration_id=cause.registration_id,
        sourced_id__in=set(sourced_ids),
    )
    return {guardian.sourced_id: guardian for guardian in found}


def _listed() -> Exists:
    return Exists(Listing.objects.filter(student=OuterRef("pk")))


def _fill(
    person: Student | Guardian, fields: Sequence[str], wanted: Mapping[str, Any], cause: Cause
) -> None:
    for field in fields:
        setattr(person, field, wanted[field])
    person.state = State.ACTIVE
    person.changed_at = cause.at
    person.run_id = cause.run_id


def _keep_history(
    kind: str,
    changes: Sequence[PersonChange],
    people: Mapping[str | None, Student] | Mapping[str | None, Guardian] | Mapping[str, Guardian],
    cause: Cause,
) -> None:
    HistoryEntry.objects.bulk_create(
        (
            HistoryEntry(
                district_id=cause.district_id,
                school_id=cause.school_id,
                registration_id=cause.registration_id,
                run_id=cause.run_id,
                at=cause.at,
                action=f"{kind}.{change.action}",
                before=change.before,
                after=change.after,
                **{kind: people[change.sourced_id]},
            )
            for change in changes
        ),
        batch_size=BATCH,
    )


def _keep_pair_history(
    action: str,
    pairs: Sequence[Pair],
    students: Mapping[str | None, Student],
    guardians: Mapping[str | None, Guardian],
    cause: Cause,
) -> None:
    HistoryEntry.objects.bulk_create(
        (
            HistoryEntry(
                district_id=cause.district_id,
                school_id=cause.school_id,
                registration_id=cause.registration_id,
                run_id=cause.run_id,
                at=cause.at,
                action=action,
                student=students[student],
                guardian=guardians[adult],
            )
            for student, adult in pairs
        ),
        batch_size=BATCH,
    )
