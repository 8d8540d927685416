"""Reads of the roster."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from schoolgate.districts.models import District, School
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Relationship,
    RelationshipState,
    Student,
)

CHUNK = 2_000


def roster_of(district: District) -> Iterator[dict[str, Any]]:
    """Everybody of a district, one record after the other: students, guardians, relationships.

    Memory does not grow with the district.
    """
    codes = dict(School.objects.filter(district=district).values_list("id", "code"))
    students = Student.objects.filter(district=district).prefetch_related("listings")
    for student in students.order_by("id").iterator(chunk_size=CHUNK):
        yield {
            "type": "student",
            "sourced_id": student.sourced_id,
            "given_name": student.given_name,
            "family_name": student.family_name,
            "grade": student.grade,
            "schools": sorted(codes[listing.school_id] for listing in student.listings.all()),
            "state": student.state,
        }
    for guardian in Guardian.objects.filter(district=district).order_by("id").iterator():
        yield {
            "type": "guardian",
            "sourced_id": guardian.sourced_id,
            "given_name": guardian.given_name,
            "family_name": guardian.family_name,
            "role": guardian.role,
            "email": guardian.email,
            "phone": guardian.phone,
            "state": guardian.state,
        }
    pairs = Relationship.objects.filter(district=district).order_by("id")
    for student_id, adult_id, role, state in pairs.values_list(
        "student__sourced_id", "guardian__sourced_id", "guardian__role", "state"
    ).iterator():
        yield {
            "type": "relationship",
            "student": student_id,
            "guardian": adult_id,
            "role": role,
            "state": state,
        }


def students_listed_at(school: School) -> QuerySet[Student]:
    listed = Listing.objects.filter(school=school, district_id=school.district_id)
    return Student.objects.filter(id__in=listed.values("student"), district_id=school.district_id)


def contacts_of(student: Student) -> QuerySet[Relationship]:
    """Current relationships, parents and guardians before relatives and others."""
    return (
        Relationship.objects.filter(
            student=student, district_id=student.district_id, state=RelationshipState.CURRENT
        )
        .select_related("guardian")
        .order_by("guardian__role", "guardian__family_name", "guardian__given_name", "id")
    )


def former_contacts_of(student: Student) -> QuerySet[Relationship]:
    """Relationships that ended, the latest first."""
    return (
        Relationship.objects.filter(
            student=student, district_id=student.district_id, state=RelationshipState.ENDED
        )
        .select_related("guardian")
        .order_by("-ended_at", "id")
    )
