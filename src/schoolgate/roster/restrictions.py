"""Court orders and do-not-release notes: ours, dated. No sync erases them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from schoolgate.accounts.models import User
from schoolgate.audit import log
from schoolgate.districts.models import District, School
from schoolgate.roster.folding import fold
from schoolgate.roster.models import (
    Effect,
    Guardian,
    RestrictedStudent,
    Restriction,
    Student,
)

# An order that ended asks for an administrator this long: it may only not be renewed yet.
REVIEW_GRACE = timedelta(days=30)
# What fits on the desk's screen in one look.
INSTRUCTION_LENGTH = 140
REFERENCE_LENGTH = 200
REASON_AT_LEAST_CHARACTERS = 10


class CannotRestrict(Exception):
    """The restriction cannot stand as asked for; the sentence says why."""


@transaction.atomic
def add_restriction(  # noqa: PLR0913 - one order, every part of it named at the call
    district: District,
    *,
    given_name: str,
    family_name: str,
    effects: Iterable[Effect],
    from_on: date,
    by: User | None,
    at: datetime,
    until_on: date | None = None,
    students: Sequence[Student] = (),
    school: School | None = None,
    other_names: Iterable[str] = (),
    guardian: Guardian | None = None,
    instruction: str = "",
    order_reference: str = "",
    days: Iterable[int] = (),
) -> Restriction:
    """Add a restriction. It takes one authorised person and binds at the next decision.

    It covers the students named, or else the school, or else the district. Raises CannotRestrict.
    """
    chosen = sorted({Effect(effect).value for effect in effects})
    _refuse_what_cannot_bind(f"{given_name} {family_name}", chosen, from_on, until_on)
    named = sorted(set(days))
    if (Effect.PARENTING_TIMES in chosen) != bool(named) or not set(named) <= set(range(7)):
        raise CannotRestrict("Parenting times name the days of the order, and nothing else does.")
    if len(instruction.strip()) > INSTRUCTION_LENGTH:
        raise CannotRestrict(f"An instruction has at most {INSTRUCTION_LENGTH} characters.")
    if len(order_reference.strip()) > REFERENCE_LENGTH:
        raise CannotRestrict(f"A reference has at most {REFERENCE_LENGTH} characters.")
    _refuse_strangers(district, [*students, *[one for one in (school, guardian) if one]])
    restriction = Restriction.objects.create(
        district=district,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        other_names=[name.strip() for name in other_names if name.strip()],
        guardian=guardian,
        effects=chosen,
        days=named,
        school=school,
        instruction=instruction.strip(),
        order_reference=order_reference.strip(),
        from_on=from_on,
        until_on=until_on,
        added_at=at,
        added_by=by,
    )
    RestrictedStudent.objects.bulk_create(
        RestrictedStudent(district=district, restriction=restriction, student=student)
        for student in students
    )
    log.record(
        "restriction.added",
        at=at,
        district_id=district.pk,
        actor_id=None if by is None else by.pk,
        subject=f"restriction:{restriction.pk}",
        effects=chosen,
        students=[student.pk for student in students],
        school=None if school is None else school.pk,
    )
    return restriction


@transaction.atomic
def ask_to_lift(restriction: Restriction, *, by: User, reason: str, at: datetime) -> Restriction:
    """Ask that a restriction be lifted. It binds until another person agrees.

    Raises CannotRestrict.
    """
    standing = _standing(restriction)
    if standing.lift_asked_at is not None:
        raise CannotRestrict("Somebody has asked for this already. Another person can agree.")
    if len(reason.strip()) < REASON_AT_LEAST_CHARACTERS:
        raise CannotRestrict(f"Say why, in at least {REASON_AT_LEAST_CHARACTERS} characters.")
    standing.lift_asked_at, standing.lift_asked_by = at, by
    standing.lift_reason = reason.strip()
    standing.save(update_fields=["lift_asked_at", "lift_asked_by", "lift_reason"])
    _log("restriction.lift_asked", standing, by=by, at=at)
    return standing


@transaction.atomic
def agree_to_lift(restriction: Restriction, *, by: User, at: datetime) -> Restriction:
    """Lift a restriction that somebody else asked to lift. It stays in the register.

    Raises CannotRestrict.
    """
    standing = _standing(restriction)
    if standing.lift_asked_at is None:
        raise CannotRestrict("Nobody asks to lift this restriction any more.")
    if standing.lift_asked_by_id == by.pk:
        raise CannotRestrict("Lifting takes two people: somebody else must agree.")
    standing.lifted_at, standing.lifted_by = at, by
    standing.save(update_fields=["lifted_at", "lifted_by"])
    _log("restriction.lifted", standing, by=by, at=at)
    return standing


@transaction.atomic
def keep_restriction(restriction: Restriction, *, by: User, at: datetime) -> Restriction:
    """Refuse, or take back, the wish to lift a restriction. Raises CannotRestrict."""
    standing = _standing(restriction)
    if standing.lift_asked_at is None:
        raise CannotRestrict("Nobody asks to lift this restriction any more.")
    standing.lift_asked_at, standing.lift_asked_by, standing.lift_reason = None, None, ""
    standing.save(update_fields=["lift_asked_at", "lift_asked_by", "lift_reason"])
    _log("restriction.kept", standing, by=by, at=at)
    return standing


def _standing(restriction: Restriction) -> Restriction:
    """The restriction as it is now, and nobody else's until this is done."""
    found = Restriction.objects.select_for_update().get(pk=restriction.pk)
    if found.lifted_at is not None:
        raise CannotRestrict("This restriction is lifted already.")
    return found


def _log(action: str, restriction: Restriction, *, by: User, at: datetime) -> None:
    log.record(
        action,
        at=at,
        district_id=restriction.district_id,
        actor_id=by.pk,
        subject=f"restriction:{restriction.pk}",
    )


def restrictions_covering(
    student: Student, school: School, on: date, *, records: Sequence[int]
) -> QuerySet[Restriction]:
    """List restrictions on this student at this school, still to be looked at on this day.

    `records` are the ids under which the child is known (queries.records_of_child): an order that
    names any of them binds. Not those that were lifted. Those that ended lately come too: an end
    that nobody reviewed is no permission. A restriction on a school covers its students at every
    desk.
    """
    students = RestrictedStudent.objects.filter(restriction=OuterRef("pk"))
    everybody_at = Q(school=school) | Q(school__listings__student=student)
    return (
        Restriction.objects.alias(
            names_this_child=Exists(students.filter(student__in=records)),
            names_students=Exists(students),
        )
        .filter(
            Q(names_this_child=True) | Q(Q(school=None) | everybody_at, names_students=False),
            Q(until_on=None) | Q(until_on__gt=on - REVIEW_GRACE),
            district_id=student.district_id,
            lifted_at=None,
        )
        .distinct()
        .order_by("from_on", "id")
        .prefetch_related("restrictedstudent_set")
    )


def restrictions_at(school: School, on: date) -> QuerySet[Restriction]:
    """List restrictions that concern anybody at this school, still to be looked at on this day.

    On the district, on the school, or on any student whom it lists; not those that were lifted.
    """
    students = RestrictedStudent.objects.filter(restriction=OuterRef("pk"))
    return (
        Restriction.objects.alias(
            names_students=Exists(students),
            names_one_here=Exists(students.filter(student__listings__school=school)),
        )
        .filter(
            Q(names_one_here=True) | Q(Q(school=None) | Q(school=school), names_students=False),
            Q(until_on=None) | Q(until_on__gt=on - REVIEW_GRACE),
            district_id=school.district_id,
            lifted_at=None,
        )
        .order_by("from_on", "id")
    )


def restrictions_by_child(
    school: School,
    listed_at: Mapping[int, Collection[int]],
    records: Mapping[int, Sequence[int]],
    on: date,
) -> dict[int, list[Restriction]]:
    """List for many students of a school what `restrictions_covering` lists for one.

    `listed_at` holds the schools that list each student, `records` the ids under which each child
    is known (queries.records_of_children).
    """
    standing = list(
        Restriction.objects.filter(
            Q(until_on=None) | Q(until_on__gt=on - REVIEW_GRACE),
            district_id=school.district_id,
            lifted_at=None,
        )
        .order_by("from_on", "id")
        .prefetch_related("restrictedstudent_set")
    )
    named = {
        one.pk: {row.student_id for row in one.restrictedstudent_set.all()} for one in standing
    }

    def covers(order: Restriction, child: int) -> bool:
        if named[order.pk]:
            return not named[order.pk].isdisjoint(records[child])
        return order.school_id in {None, school.pk, *listed_at[child]}

    return {child: [one for one in standing if covers(one, child)] for child in records}


def _refuse_what_cannot_bind(
    name: str, effects: list[str], from_on: date, until_on: date | None
) -> None:
    if not fold(name):
        raise CannotRestrict("A restriction needs a name: it is matched by name.")
    if not effects:
        raise CannotRestrict("Say what the restriction forbids: at least one effect.")
    if until_on is not None and until_on < from_on:
        raise CannotRestrict("A restriction cannot end before it begins.")


def _refuse_strangers(district: District, subjects: Iterable[Student | School | Guardian]) -> None:
    if any(subject.district_id != district.pk for subject in subjects):
        raise CannotRestrict("A restriction is about people and schools of one district.")
