"""Reads about who may collect a student. Every one is bounded to the student's district."""

from django.db.models import QuerySet

from schoolgate.roster.models import (
    Alias,
    Guardian,
    PickupState,
    Relationship,
    RelationshipState,
    Student,
)


def contacts_of(student: Student) -> QuerySet[Guardian]:
    """List the student's current contacts."""
    current = Relationship.objects.filter(
        district_id=student.district_id, student=student, state=RelationshipState.CURRENT
    )
    return Guardian.objects.filter(
        district_id=student.district_id, id__in=current.values("guardian")
    ).order_by("family_name", "given_name", "id")


def words_on(student: Student) -> dict[int, PickupState]:
    """Give the school's own words on the student's adults, by adult."""
    states = PickupState.objects.filter(district_id=student.district_id, student=student)
    return {one.guardian_id: one for one in states.select_related("set_by", "guardian")}


def names_of(student: Student) -> QuerySet[Alias]:
    """List the other names that were learnt of the student's contacts."""
    aliases = Alias.objects.filter(
        district_id=student.district_id, guardian__in=contacts_of(student)
    )
    return aliases.select_related("guardian", "confirmed_by").order_by("guardian_id", "id")
