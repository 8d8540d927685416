"""The only writer of students, guardians and relationships.

Every function works on many rows at once inside the caller's transaction and writes their history
with them. Only the apply stage of a sync, and the adoption of preloaded lists, may import this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Exists, OuterRef

from schoolgate.roster import bulk
from schoolgate.roster.batches import batched
from schoolgate.roster.folding import folded_student
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Guardian,
    HistoryEntry,
    Listing,
    Relationship,
    RelationshipState,
    State,
    Student,
)

BATCH = 5_000


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
    _write(
        Student,
        (*STUDENT_FIELDS, "folded"),
        (
            (change.sourced_id, *_texts(change, STUDENT_FIELDS), _folded(change.after or {}))
            for change in changes
        ),
        cause,
    )
    _keep_history("student", changes, cause)


def list_students(places: Iterable[tuple[str, int]], cause: Cause) -> None:
    """Put students, by sourced id, on the lists of schools. One already there stays there."""
    wanted = list(places)
    ids = _ids(Student, (sourced_id for sourced_id, _ in wanted), cause)
    bulk.insert(
        Listing,
        ("district_id", "school_id", "student_id"),
        ((cause.district_id, school_id, ids[sourced_id]) for sourced_id, school_id in wanted),
        conflict=bulk.LEAVE,
    )


def unlist_students(sourced_ids: Iterable[str], school_ids: Iterable[int], cause: Cause) -> None:
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
    _keep_history("student", changes, cause)


def write_guardians(changes: Sequence[PersonChange], cause: Cause) -> None:
    """Add, return and update guardians."""
    _write(
        Guardian,
        GUARDIAN_FIELDS,
        ((change.sourced_id, *_texts(change, GUARDIAN_FIELDS)) for change in changes),
        cause,
    )
    _keep_history("guardian", changes, cause)


def depart_guardians(changes: Sequence[PersonChange], cause: Cause) -> list[str]:
    """Let guardians go of whom no current relationship is left. Gives the ids of those who went."""
    linked = Relationship.objects.filter(guardian=OuterRef("pk"), state=RelationshipState.CURRENT)
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
    _keep_history("guardian", [change for change in changes if change.sourced_id in gone], cause)
    return list(gone)


def add_relationships(pairs: Sequence[Pair], cause: Cause) -> None:
    """Let pairs stand, by sourced ids. A pair that stood before stands again."""
    students = _ids(Student, (student for student, _ in pairs), cause)
    guardians = _ids(Guardian, (adult for _, adult in pairs), cause)
    at = bulk.as_moment(cause.at)
    bulk.insert(
        Relationship,
        ("district_id", "student_id", "guardian_id", "state", "began_at", "run_id"),
        (
            (
                cause.district_id,
                students[student],
                guardians[adult],
                RelationshipState.CURRENT.value,
                at,
                cause.run_id,
            )
            for student, adult in pairs
        ),
        conflict="(district_id, student_id, guardian_id) DO UPDATE SET state = excluded.state,"
        " began_at = excluded.began_at, ended_at = NULL, run_id = excluded.run_id",
    )
    _keep_pair_history("relationship.added", pairs, cause)


def end_relationships(pairs: Sequence[Pair], cause: Cause) -> None:
    """Let pairs end. They stay on record with their end."""
    students = _ids(Student, (student for student, _ in pairs), cause)
    guardians = _ids(Guardian, (adult for _, adult in pairs), cause)
    ending = {(students[student], guardians[adult]) for student, adult in pairs}
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
    _keep_pair_history("relationship.removed", pairs, cause)


def _ids(
    model: type[Student] | type[Guardian], sourced_ids: Iterable[str], cause: Cause
) -> dict[str | None, int]:
    ids: dict[str | None, int] = {}
    for batch in batched(dict.fromkeys(sourced_ids), BATCH):
        found = model.objects.filter(
            district_id=cause.district_id,
            registration_id=cause.registration_id,
            sourced_id__in=batch,
        )
        ids.update(found.values_list("sourced_id", "id"))
    return ids


def _listed() -> Exists:
    return Exists(Listing.objects.filter(student=OuterRef("pk")))


def _texts(change: PersonChange, fields: Sequence[str]) -> list[str]:
    return [(change.after or {})[field] for field in fields]


def _folded(wanted: Mapping[str, Any]) -> str:
    return folded_student(
        given=wanted["given_name"],
        middle=wanted["middle_name"],
        family=wanted["family_name"],
        identifier=wanted["identifier"],
    )


def _write(
    model: type[Student] | type[Guardian],
    fields: Sequence[str],
    rows: Iterable[Sequence[str]],
    cause: Cause,
) -> None:
    """Insert or update people: each row a sourced id and the values of `fields`."""
    at = bulk.as_moment(cause.at)
    common = (
        cause.district_id,
        cause.registration_id,
        at,
        State.ACTIVE.value,
        at,
        cause.run_id,
    )
    altered = ("state", "changed_at", "run_id", *fields)
    bulk.insert(
        model,
        ("district_id", "registration_id", "first_seen_at", *altered[:3], "sourced_id", *fields),
        ((*common, *row) for row in rows),
        conflict="(district_id, registration_id, sourced_id) DO UPDATE SET "
        + ", ".join(f"{field} = excluded.{field}" for field in altered),
    )


def _keep_history(
    kind: Literal["student", "guardian"], changes: Sequence[PersonChange], cause: Cause
) -> None:
    model = Student if kind == "student" else Guardian
    ids = _ids(model, (change.sourced_id for change in changes), cause)
    _write_history(
        (
            (
                f"{kind}.{change.action}",
                ids[change.sourced_id] if kind == "student" else None,
                ids[change.sourced_id] if kind == "guardian" else None,
                bulk.as_json(change.before),
                bulk.as_json(change.after),
            )
            for change in changes
        ),
        cause,
    )


def _keep_pair_history(action: str, pairs: Sequence[Pair], cause: Cause) -> None:
    students = _ids(Student, (student for student, _ in pairs), cause)
    guardians = _ids(Guardian, (adult for _, adult in pairs), cause)
    _write_history(
        ((action, students[student], guardians[adult], None, None) for student, adult in pairs),
        cause,
    )


def _write_history(rows: Iterable[Sequence[Any]], cause: Cause) -> None:
    common = (
        cause.district_id,
        cause.school_id,
        cause.registration_id,
        cause.run_id,
        bulk.as_moment(cause.at),
    )
    bulk.insert(
        HistoryEntry,
        (
            "district_id",
            "school_id",
            "registration_id",
            "run_id",
            "at",
            "action",
            "student_id",
            "guardian_id",
            "before",
            "after",
        ),
        ((*common, *row) for row in rows),
    )
