"""Reads for the desk. Every one is bounded to a school or its district."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Replace

from schoolgate.accounts.models import User
from schoolgate.districts.models import District, Role, School
from schoolgate.frontdesk.models import DeskEvent, EventKind, StudentHold, TemporaryAuthorisation
from schoolgate.frontdesk.namesakes import first_and_family
from schoolgate.roster.models import (
    Alias,
    Pickup,
    PickupState,
    Relationship,
    RelationshipState,
    State,
    Student,
)
from schoolgate.roster.queries import students_listed_at


def enrolled_at(school: School) -> QuerySet[Student]:
    """List the students whom this desk may release."""
    return students_listed_at(school).filter(state=State.ACTIVE)


def claim(school: School, student_ids: Iterable[int]) -> QuerySet[Student]:
    """Fetch students of this school, and let no second desk decide about them until this is done.

    PostgreSQL locks the rows, in one order; SQLite's transaction has held the only pen since it
    began.
    """
    listed = enrolled_at(school).filter(id__in=list(student_ids)).values("id")
    return Student.objects.select_for_update().filter(id__in=listed).order_by("id")


def enrolled_elsewhere(school: School) -> QuerySet[Student]:
    """List active students of the district whom other schools list and this one does not."""
    return (
        Student.objects.filter(
            district_id=school.district_id, state=State.ACTIVE, listings__isnull=False
        )
        .exclude(listings__school=school)
        .distinct()
    )


def with_words(students: QuerySet[Student], folded_words: list[str]) -> QuerySet[Student]:
    """Keep those of whom every word is the start of a name or of the student number."""
    for word in folded_words:
        students = students.filter(folded__contains=f" {word}")
    return students.order_by("folded", "id")


def perhaps_namesakes(
    student: Student, school: School, *, sharing: Iterable[int]
) -> QuerySet[Student]:
    """Narrow a school to those who could be taken for the student; near_names says who could.

    By name, or because they are among those `sharing` a contact with her. One look at the list: a
    query within a query is a square where a database does not know how long the list is.

    One letter apart leaves either the first or the family name as it is, or moves the letter
    between them. A family name is looked for without its spaces: it stands first in `folded`.
    """
    first, family = first_and_family(student.given_name, student.family_name)
    return (
        enrolled_at(school)
        .alias(compact=Replace("folded", Value(" "), Value("")))
        .filter(
            Q(folded__contains=f" {first}")
            | Q(compact__startswith=family)
            | Q(compact__startswith=f"{first[-1:]}{family}")
            | Q(compact__startswith=family[1:])
            | Q(id__in=list(sharing))
        )
        .exclude(id=student.pk)
    )


def relationships_of(student: Student) -> QuerySet[Relationship]:
    """List current and ended relationships; parents and guardians first, then the latest ended."""
    return (
        Relationship.objects.filter(district_id=student.district_id, student=student)
        .select_related("guardian")
        .order_by(
            "-ended_at", "guardian__role", "guardian__family_name", "guardian__given_name", "id"
        )
    )


def sharing_a_contact(student: Student, school: School) -> QuerySet[Relationship]:
    """Find which other students of the school have a current contact in common with this one."""
    own = Relationship.objects.filter(student=student, state=RelationshipState.CURRENT)
    return Relationship.objects.filter(
        district_id=school.district_id,
        state=RelationshipState.CURRENT,
        guardian__in=own.values("guardian"),
        student__listings__school=school,
    ).exclude(student=student)


def pickup_states_of(student: Student, *, records: Iterable[int]) -> QuerySet[PickupState]:
    """List the school's words on who may collect the student.

    A denial binds under every record of the child (`records`), a clearance under its own only.
    """
    states = PickupState.objects.filter(
        Q(student=student) | Q(student__in=records, state=Pickup.DENIED),
        district_id=student.district_id,
    )
    return states.select_related("guardian").order_by("id")


def aliases_of(guardian_ids: Iterable[int]) -> QuerySet[Alias]:
    """List the other names of these adults."""
    return Alias.objects.filter(guardian__in=guardian_ids)


def authorisations_of(student: Student, now: datetime) -> Any:
    """List what is in force for a student, each with how often it was used (`times_used`)."""
    return in_force_of(student.district_id, now).filter(student=student, valid_from__lte=now)


def in_force_of(district_id: int, now: datetime) -> Any:
    """List authorisations of a district that are in force or to come, each with `times_used`.

    What was undone is no use.
    """
    stands = Count("uses", filter=Q(uses__correction=None))
    return (
        TemporaryAuthorisation.objects.filter(
            district_id=district_id, valid_until__gte=now, withdrawn_at=None
        )
        .annotate(times_used=stands)
        .select_related("given_by")
        .order_by("valid_from", "id")
    )


def holds_of(student: Student) -> QuerySet[StudentHold]:
    """List what the school says of the student herself, in force now."""
    return StudentHold.objects.filter(
        district_id=student.district_id, student=student, ended_at=None
    ).order_by("id")


def departures_of(student: Student, *, since: datetime) -> QuerySet[DeskEvent]:
    """List departures from any school of the district, the latest first."""
    return (
        DeskEvent.objects.filter(
            district_id=student.district_id,
            student=student,
            kind=EventKind.EARLY_DEPARTURE,
            decided_at__gte=since,
        )
        .select_related("correction", "guardian", "school")
        .prefetch_related(Prefetch("endings", DeskEvent.objects.select_related("correction")))
        .order_by("-decided_at", "-id")
    )


def event_of(school: School, event_id: int) -> DeskEvent | None:
    events = DeskEvent.objects.filter(district_id=school.district_id, school=school)
    related = (
        "student",
        "guardian",
        "actor",
        "correction__actor",
        "corrects",
        "ends",
        "approver",
        "authorisation__given_by",
    )
    return events.select_related(*related).filter(id=event_id).first()


def administrators_of(district: District) -> QuerySet[User]:
    """Name those whom a clerk calls for help."""
    return User.objects.filter(
        Q(is_active=True),
        memberships__district=district,
        memberships__role=Role.DISTRICT_ADMIN,
    ).order_by("first_name", "last_name", "id")
