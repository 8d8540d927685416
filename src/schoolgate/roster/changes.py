"""The only writer of students, guardians and relationships.

Every function works on many rows at once inside the caller's transaction and writes their history
with them. Only the apply stage of a sync, and the adoption of preloaded lists, may import this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
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
    """One person's change: `action` as in the history, what was before, what shall be, as JSON."""

    sourced_id: str
    action: str
    before: str | None
    after: str | None


Pair = tuple[str, str]


def write_students(changes: Sequence[PersonChange], cause: Cause) -> None:
    """Add, return, move and update students. Which schools list them is `list_students`' work."""
    _write(
        Student,
        (*STUDENT_FIELDS, "folded"),
        (
            (change.sourced_id, *(after[field] for field in STUDENT_FIELDS), _folded(after))
            for change in changes
            if (after := _decoded(change.after))
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


def unlist_students(sourced_ids: Iterable[str], school_id: int, cause: Cause) -> None:
    """Take students off a school's list. One who is on no list any more has departed."""
    for ids in batched(_ids(Student, sourced_ids, cause).values(), BATCH):
        Listing.objects.filter(student_id__in=ids, school_id=school_id).delete()
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
        (
            (change.sourced_id, *(after[field] for field in GUARDIAN_FIELDS))
            for change in changes
            if (after := _decoded(change.after))
        ),
        cause,
    )
    _keep_history("guardian", changes, cause)


def depart_guardians(changes: Sequence[PersonChange], cause: Cause) -> list[str]:
    """Let guardians go of whom no current relationship is left. Gives the ids of those who went."""
    linked = Relationship.objects.filter(guardian=OuterRef("pk"), state=RelationshipState.CURRENT)
    gone: set[str | None] = set()
    for batch in batched((change.sourced_id for change in changes), BATCH):
        going = Guardian.objects.filter(
            ~Exists(linked),
            district_id=cause.district_id,
            registration_id=cause.registration_id,
            sourced_id__in=batch,
        )
        ids = dict(going.values_list("id", "sourced_id"))
        Guardian.objects.filter(id__in=list(ids)).update(
            state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
        )
        gone.update(ids.values())
    went = [change for change in changes if change.sourced_id in gone]
    _keep_history("guardian", went, cause)
    return [change.sourced_id for change in went]


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
    _write_history(
        (
            ("relationship.added", students[student], guardians[adult], None, None)
            for student, adult in pairs
        ),
        cause,
    )


def end_relationships(pairs: Sequence[Pair], cause: Cause) -> None:
    """Let pairs end. They stay on record with their end."""
    students = _ids(Student, (student for student, _ in pairs), cause)
    guardians = _ids(Guardian, (adult for _, adult in pairs), cause)
    ending = {(students[student], guardians[adult]) for student, adult in pairs}
    for batch in batched({student for student, _ in ending}, BATCH):
        current = Relationship.objects.filter(
            district_id=cause.district_id, student_id__in=batch, state=RelationshipState.CURRENT
        )
        keys = [
            key
            for key, *pair in current.values_list("id", "student_id", "guardian_id")
            if tuple(pair) in ending
        ]
        Relationship.objects.filter(id__in=keys).update(
            state=RelationshipState.ENDED, ended_at=cause.at, run_id=cause.run_id
        )
    _write_history(
        (
            ("relationship.removed", students[student], guardians[adult], None, None)
            for student, adult in pairs
        ),
        cause,
    )


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


def _decoded(json: str | None) -> dict[str, Any]:
    return msgspec.json.decode(json or "{}", type=dict[str, Any])


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
                change.before,
                change.after,
            )
            for change in changes
        ),
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
