"""Give people the ids under which a source knows them: rows, and all that hangs on them, stay.

So restrictions, pickup states, other names, history and what the desk recorded follow the person.
Each batch is a transaction of its own: what died in the middle is begun again with the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction

from schoolgate.roster.batches import batched
from schoolgate.roster.history_rows import keep_history
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Alias,
    Guardian,
    HistoryEntry,
    Listing,
    Pickup,
    PickupState,
    Relationship,
    RelationshipState,
    RestrictedStudent,
    Restriction,
    State,
    Student,
)

BATCH = 500
# The ORM's bulk_update writes a CASE for each of them.
SET_ID: dict[type[Student] | type[Guardian], str] = {
    Student: "UPDATE roster_student SET sourced_id = %s WHERE id = %s",
    Guardian: "UPDATE roster_guardian SET sourced_id = %s WHERE id = %s",
}
One = TypeVar("One", Student, Guardian)


@dataclass(frozen=True)
class NewIds:
    """Who gives ids, from which source's run, and as what: `adopted` or `rekeyed`."""

    district_id: int
    registration_id: int
    run_id: int
    school_id: int
    at: datetime
    word: str


def give_students_ids(ids: Mapping[int, str], cause: NewIds) -> None:
    """Let students, by their rows, be those whom the source knows by these ids."""
    for batch in batched(sorted(ids.items()), BATCH):
        with transaction.atomic():
            _give(Student, dict(batch), cause)


def give_guardians_ids(ids: Mapping[int, str], cause: NewIds) -> None:
    """Let guardians, by their rows, be those whom the source knows by these ids."""
    for batch in batched(sorted(ids.items()), BATCH):
        with transaction.atomic():
            _give(Guardian, dict(batch), cause)


@transaction.atomic
def join_guardians(doubles: Mapping[int, int], cause: NewIds) -> None:
    """Let rows of one adult be one: each double's children and words go to the row that stays."""
    rows = Guardian.objects.select_for_update().filter(district_id=cause.district_id)
    by_id = rows.in_bulk([*doubles.keys(), *doubles.values()])
    for double, kept in sorted(doubles.items()):
        _set_aside(by_id[double], into=by_id[kept], cause=cause)
        by_id[kept].save(update_fields=["state"])


def _give(model: type[One], ids: Mapping[int, str], cause: NewIds) -> None:
    rows = model._default_manager.filter(district_id=cause.district_id)  # noqa: SLF001  # either
    mine = {"registration_id": cause.registration_id}
    there = rows.filter(**mine, sourced_id__in=set(ids.values())).exclude(id__in=ids)
    newcomers = {row.sourced_id: row for row in there.select_for_update()}
    people = list(rows.select_for_update().filter(id__in=ids).order_by("id"))
    before = {person.pk: person.sourced_id for person in people}
    for person in people:
        person.sourced_id = ids[person.pk]
        if person.sourced_id in newcomers:
            _become(person, newcomers[person.sourced_id], cause)
    rows.filter(id__in=ids).update(**mine, changed_at=cause.at, run_id=cause.run_id)
    with connection.cursor() as cursor:
        cursor.executemany(SET_ID[model], [(person.sourced_id, person.pk) for person in people])
    keep_history(
        _entry(
            person,
            cause.word,
            cause,
            before={"sourced_id": before[person.pk]},
            after={"sourced_id": person.sourced_id},
        )
        for person in people
    )


def _entry(
    person: Student | Guardian,
    word: str,
    cause: NewIds,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
) -> HistoryEntry:
    entry = HistoryEntry(
        district_id=cause.district_id,
        school_id=cause.school_id,
        registration_id=cause.registration_id,
        run_id=cause.run_id,
        at=cause.at,
        before=before,
        after=after,
    )
    if isinstance(person, Student):
        entry.action, entry.student = f"student.{word}", person
    else:
        entry.action, entry.guardian = f"guardian.{word}", person
    return entry


# --- two rows of one person ---------------------------------------------------------------------


def _set_aside(double: One, *, into: One, cause: NewIds) -> None:
    """Let a second row of somebody go. What it has and knows goes to the row that stays."""
    if isinstance(double, Student) and isinstance(into, Student):
        _move_of_student(double, into)
    elif isinstance(double, Guardian) and isinstance(into, Guardian):
        _move_of_guardian(double, into)
    if double.state == State.ACTIVE:
        into.state = State.ACTIVE
    double.registration_id = double.sourced_id = None
    double.state = State.DEPARTED
    double.changed_at, double.run_id = cause.at, cause.run_id
    double.save()
    _entry(double, "departed", cause, after={"gone": "same_person"}).save()


def _become(person: One, newcomer: One, cause: NewIds) -> None:
    """Let somebody who came under the new id before be the one we knew.

    The source has said already what she is, and will not say it again: that is taken over too.
    """
    is_student = isinstance(person, Student)
    fields: tuple[str, ...] = (*STUDENT_FIELDS, "folded") if is_student else GUARDIAN_FIELDS
    for name in fields:
        setattr(person, name, getattr(newcomer, name))
    if isinstance(person, Student) and isinstance(newcomer, Student):
        _leave_other_lists(person, newcomer, cause)
    _set_aside(newcomer, into=person, cause=cause)
    person.save(update_fields=[*fields, "state"])


def _leave_other_lists(person: Student, newcomer: Student, cause: NewIds) -> None:
    """She is at the schools where the source lists her, and at no other."""
    at_source = set(newcomer.listings.values_list("school_id", flat=True))
    elsewhere = (
        person.listings.exclude(school__in=at_source) if at_source else Listing.objects.none()
    )
    for listing in list(elsewhere):
        before = {"schools": sorted({listing.school_id, *at_source})}
        note = _entry(
            person, "moved_away", cause, before=before, after={"schools": sorted(at_source)}
        )
        note.school_id = listing.school_id
        note.save()
        listing.delete()


def _move_of_student(double: Student, into: Student) -> None:
    listed = into.listings.values_list("school_id", flat=True)
    Listing.objects.filter(student=double, school__in=list(listed)).delete()
    Listing.objects.filter(student=double).update(student=into)
    for pair in double.relationships.all():
        _move_pair(pair, student=into, guardian=pair.guardian)
    for state in double.pickup_states.all():
        _move_state(state, student=into, guardian=state.guardian)
    known = RestrictedStudent.objects.filter(student=into).values("restriction")
    RestrictedStudent.objects.filter(student=double, restriction__in=list(known)).delete()
    RestrictedStudent.objects.filter(student=double).update(student=into)


def _move_of_guardian(double: Guardian, into: Guardian) -> None:
    for pair in double.relationships.all():
        _move_pair(pair, student=pair.student, guardian=into)
    for state in double.pickup_states.all():
        _move_state(state, student=state.student, guardian=into)
    names = into.aliases.values_list("name", flat=True)
    Alias.objects.filter(guardian=double).exclude(name__in=list(names)).update(guardian=into)
    Restriction.objects.filter(guardian=double).update(guardian=into)


def _move_pair(pair: Relationship, *, student: Student, guardian: Guardian) -> None:
    there = Relationship.objects.filter(student=student, guardian=guardian).first()
    if there is None:
        pair.student, pair.guardian = student, guardian
        pair.save()
        return
    if pair.state == RelationshipState.CURRENT and there.state != RelationshipState.CURRENT:
        there.state, there.began_at, there.ended_at = pair.state, pair.began_at, None
        there.save()
    pair.delete()


def _move_state(state: PickupState, *, student: Student, guardian: Guardian) -> None:
    """The stricter word of two stays."""
    there = PickupState.objects.filter(student=student, guardian=guardian).first()
    if there is not None and state.state != Pickup.DENIED:
        state.delete()
        return
    if there is not None:
        there.delete()
    state.student, state.guardian = student, guardian
    state.save()
