"""People on our lists whom no source has named: loaded before there was one, or keyed at the desk.

Their registration and their id at the source are empty, and no sync touches them. Everything that
is done here stands in the history, as what a sync does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.audit import log
from schoolgate.districts.models import District, School
from schoolgate.roster import bulk
from schoolgate.roster.batches import batched
from schoolgate.roster.folding import folded_student
from schoolgate.roster.history_rows import keep_history
from schoolgate.roster.local_adults import NewContact, adults_for, facts_of
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

BATCH = 1_000


class NotOurs(Exception):
    """A source keeps this student: what it says cannot be changed here."""


@dataclass(frozen=True, kw_only=True)
class NewStudent:
    """A student as a person wrote her down, with her contacts."""

    given_name: str
    family_name: str
    middle_name: str = ""
    identifier: str = ""
    grade: str = ""
    contacts: tuple[NewContact, ...] = ()


@dataclass(frozen=True)
class Cause:
    """Who changes our own list, and when. With a run: the sync that brought the source's list."""

    district: District
    at: datetime
    by: int | None = None
    run_id: int | None = None


def local_students(district: District) -> QuerySet[Student]:
    """Everybody on the district's lists whom no source has named."""
    return Student.objects.filter(district=district, registration_id=None, state=State.ACTIVE)


def local_students_at(school: School) -> QuerySet[Student]:
    return local_students(school.district).filter(listings__school=school)


@transaction.atomic
def add_students(people: Sequence[tuple[School, NewStudent]], *, cause: Cause) -> list[Student]:
    """Put people on their schools' lists: all of them, or none."""
    students = Student.objects.bulk_create(
        (_new_row(person, cause) for _, person in people), batch_size=BATCH
    )
    bulk.insert(
        Listing,
        ("district_id", "school_id", "student_id"),
        (
            (cause.district.pk, school.pk, student.pk)
            for (school, _), student in zip(people, students, strict=True)
        ),
    )
    keep_history(
        (
            _entry("student.added", cause, school, student=student, after=_facts(student, [school]))
            for (school, _), student in zip(people, students, strict=True)
        ),
    )
    wanted = [
        (student, school, person.contacts)
        for (school, person), student in zip(people, students, strict=True)
    ]
    _link(wanted, cause)
    log.record(
        "own_list.added",
        at=cause.at,
        district_id=cause.district.pk,
        actor_id=cause.by,
        students=len(students),
        schools=sorted({school.pk for school, _ in people}),
    )
    return students


@transaction.atomic
def change_student(student: Student, wanted: NewStudent, *, school: School, cause: Cause) -> None:
    """Let a student of our own be as wanted, with exactly these contacts.

    Raises:
        NotOurs: when a source keeps her.
    """
    row = _own(student)
    before = _facts(row, [school])
    for name in STUDENT_FIELDS:
        setattr(row, name, getattr(wanted, name))
    after = _facts(row, [school])
    if before != after:
        row.folded = _folded(row)
        row.changed_at = cause.at
        row.save()
        keep_history(
            [_entry("student.updated", cause, school, student=row, before=before, after=after)]
        )
    _change_adults(wanted.contacts, school, cause)
    new = [one for one in wanted.contacts if one.guardian_id is None]
    linked = {adult for _, adult in _link([(row, school, new)], cause)}
    kept = {one.guardian_id for one in wanted.contacts if one.guardian_id is not None}
    end_relationships(
        _current_pairs([row.pk]).exclude(guardian__in=kept | linked),
        school,
        cause=cause,
    )
    _record("own_list.changed", row, school, cause)


@transaction.atomic
def remove_student(student: Student, *, school: School, cause: Cause) -> None:
    """Take a student of our own off the list. Her history, and what restricts her, stay.

    Raises:
        NotOurs: when a source keeps her.
    """
    row = _own(student)
    let_go([row.pk], school, gone="removed", cause=cause)
    _record("own_list.removed", row, school, cause)


def let_go(student_ids: Iterable[int], school: School, *, gone: str, cause: Cause) -> int:
    """Take students of our own off a school's list. Who is on no list any more has departed.

    To be called in a transaction. Gives how many left the list.
    """
    left = 0
    for batch in batched(student_ids, BATCH):
        there = list(local_students_at(school).filter(id__in=batch).order_by("id"))
        ids = [student.pk for student in there]
        Listing.objects.filter(school=school, student__in=ids).delete()
        listed = Listing.objects.filter(student=OuterRef("pk"))
        departing = list(
            Student.objects.filter(~Exists(listed), id__in=ids).values_list("id", flat=True)
        )
        Student.objects.filter(id__in=departing).update(
            state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
        )
        keep_history(
            _entry(
                "student.departed" if student.pk in set(departing) else "student.moved_away",
                cause,
                school,
                student=student,
                before=_facts(student, [school]),
                after={"gone": gone},
            )
            for student in there
        )
        end_relationships(_current_pairs(departing), school, cause=cause)
        left += len(there)
    return left


def end_relationships(pairs: QuerySet[Relationship], school: School, *, cause: Cause) -> int:
    """Let relationships end; adults of our own of whom none is left go with them.

    To be called in a transaction.
    """
    ending = list(pairs.order_by("id"))
    Relationship.objects.filter(id__in=[pair.pk for pair in ending]).update(
        state=RelationshipState.ENDED, ended_at=cause.at, run_id=cause.run_id
    )
    keep_history(
        _pair_entry("relationship.removed", (pair.student_id, pair.guardian_id), school, cause)
        for pair in ending
    )
    linked = Relationship.objects.filter(guardian=OuterRef("pk"), state=RelationshipState.CURRENT)
    leaving = list(
        Guardian.objects.filter(
            ~Exists(linked),
            id__in={pair.guardian_id for pair in ending},
            registration_id=None,
            state=State.ACTIVE,
        ).order_by("id")
    )
    Guardian.objects.filter(id__in=[adult.pk for adult in leaving]).update(
        state=State.DEPARTED, changed_at=cause.at, run_id=cause.run_id
    )
    keep_history(
        _entry("guardian.departed", cause, school, guardian=adult, before=facts_of(adult))
        for adult in leaving
    )
    return len(ending)


# --- rows -----------------------------------------------------------------------------------------


def _own(student: Student) -> Student:
    row = Student.objects.select_for_update().get(pk=student.pk)
    if row.registration_id is not None:
        raise NotOurs(
            "This student has come from your SIS meanwhile: change her there. Nothing was changed."
        )
    return row


def _new_row(person: NewStudent, cause: Cause) -> Student:
    row = Student(
        district=cause.district,
        first_seen_at=cause.at,
        changed_at=cause.at,
        **{name: getattr(person, name) for name in STUDENT_FIELDS},
    )
    row.folded = _folded(row)
    return row


def _folded(row: Student) -> str:
    return folded_student(
        given=row.given_name,
        middle=row.middle_name,
        family=row.family_name,
        identifier=row.identifier,
    )


def _facts(row: Student, schools: Iterable[School]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(row, name) for name in STUDENT_FIELDS}
    return {**facts, "schools": sorted(school.pk for school in schools)}


def _current_pairs(student_ids: Iterable[int]) -> QuerySet[Relationship]:
    return Relationship.objects.filter(
        student__in=list(student_ids), state=RelationshipState.CURRENT
    )


def _link(
    wanted: Sequence[tuple[Student, School, Sequence[NewContact]]], cause: Cause
) -> list[tuple[int, int]]:
    """Link students with new contacts. Siblings' lines of one adult become one adult."""
    lines = [
        (student, school, contact) for student, school, contacts in wanted for contact in contacts
    ]
    adults = adults_for([contact for _, _, contact in lines], district=cause.district, at=cause.at)
    pairs = {
        (student.pk, adult.pk): school
        for (student, school, _), adult in zip(lines, adults.found, strict=True)
    }
    school_of = {adult: school for (_, adult), school in pairs.items()}
    for action, some in (("added", adults.added), ("returned", adults.returned)):
        keep_history(
            _entry(
                f"guardian.{action}",
                cause,
                school_of[adult.pk],
                guardian=adult,
                after=facts_of(adult),
            )
            for adult in some
        )
    for batch in batched(pairs.items(), BATCH):
        _let_stand(dict(batch), cause)
    return list(pairs)


def _let_stand(pairs: Mapping[tuple[int, int], School], cause: Cause) -> None:
    there = Relationship.objects.filter(student__in={student for student, _ in pairs})
    before = {(pair.student_id, pair.guardian_id): pair for pair in there}
    again = [
        before[pair]
        for pair in pairs
        if pair in before and before[pair].state != RelationshipState.CURRENT
    ]
    for relationship in again:
        relationship.state = RelationshipState.CURRENT
        relationship.began_at, relationship.ended_at = cause.at, None
    Relationship.objects.bulk_update(again, ["state", "began_at", "ended_at"])
    fresh = [pair for pair in pairs if pair not in before]
    bulk.insert(
        Relationship,
        ("district_id", "student_id", "guardian_id", "state", "began_at"),
        (
            (cause.district.pk, *pair, RelationshipState.CURRENT.value, bulk.as_moment(cause.at))
            for pair in fresh
        ),
    )
    returned = [(pair.student_id, pair.guardian_id) for pair in again]
    keep_history(
        _pair_entry("relationship.added", pair, pairs[pair], cause) for pair in (*returned, *fresh)
    )


def _change_adults(contacts: Iterable[NewContact], school: School, cause: Cause) -> None:
    wanted = {one.guardian_id: one for one in contacts if one.guardian_id is not None}
    adults = Guardian.objects.filter(
        id__in=wanted, district=cause.district, registration_id=None
    ).order_by("id")
    for adult in adults:
        before = facts_of(adult)
        for name in GUARDIAN_FIELDS:
            setattr(adult, name, getattr(wanted[adult.pk], name))
        if before != (after := facts_of(adult)):
            adult.changed_at = cause.at
            adult.save()
            keep_history(
                [
                    _entry(
                        "guardian.updated",
                        cause,
                        school,
                        guardian=adult,
                        before=before,
                        after=after,
                    )
                ]
            )


# --- history ----------------------------------------------------------------------------------


def _entry(action: str, cause: Cause, school: School, **of: Any) -> HistoryEntry:
    return HistoryEntry(
        district=cause.district,
        school=school,
        run_id=cause.run_id,
        at=cause.at,
        action=action,
        **of,
    )


def _pair_entry(action: str, pair: tuple[int, int], school: School, cause: Cause) -> HistoryEntry:
    return _entry(action, cause, school, student_id=pair[0], guardian_id=pair[1])


def _record(action: str, student: Student, school: School, cause: Cause) -> None:
    log.record(
        action,
        at=cause.at,
        district_id=cause.district.pk,
        actor_id=cause.by,
        subject=f"student:{student.pk}",
        school=school.pk,
    )
