"""Reads of the roster."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from schoolgate.districts.models import District, School
from schoolgate.roster.folding import fold
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Pickup,
    PickupState,
    Relationship,
    RestrictedStudent,
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


def records_of_child(student: Student) -> list[int]:
    """List the ids of this student, and of those under orders or denials who may be this child.

    Another id is no other child: a source creates a record anew, a second source lists the child
    too. Of the same district, with the same name or the same identifier, whatever their state.
    """
    # Every spelling of one name begins with the same letter of the family name.
    alike = Q(folded__startswith=student.folded[:2])
    if student.identifier:
        alike |= Q(identifier=student.identifier)
    others = _spoken_of(student.district_id).filter(alike)
    return [student.pk, *(one.pk for one in others if _may_be_one_child(student, one))]


def records_of_children(district_id: int, students: Iterable[Student]) -> dict[int, list[int]]:
    """The same for many students of a district at once, by the id of each."""
    by_number: dict[str, set[int]] = defaultdict(set)
    by_name: dict[str, set[int]] = defaultdict(set)
    for one in _spoken_of(district_id):
        by_number[one.identifier].add(one.pk)
        for name in _names_of(one):
            by_name[one.folded[:2] + name].add(one.pk)
    found = {}
    for student in students:
        others = by_number[student.identifier] if student.identifier else set()
        for name in _names_of(student):
            others = others | by_name.get(student.folded[:2] + name, set())
        found[student.pk] = [student.pk, *sorted(others - {student.pk})]
    return found


def _spoken_of(district_id: int) -> QuerySet[Student]:
    """Students under orders or denials, whatever their state."""
    ordered = RestrictedStudent.objects.filter(student=OuterRef("pk"))
    denied = PickupState.objects.filter(student=OuterRef("pk"), state=Pickup.DENIED)
    return Student.objects.filter(Exists(ordered) | Exists(denied), district_id=district_id)


def _may_be_one_child(one: Student, other: Student) -> bool:
    if one.identifier == other.identifier != "":
        return True
    same_letter = one.folded[:2] == other.folded[:2]
    return same_letter and not _names_of(one).isdisjoint(_names_of(other))


def _names_of(student: Student) -> set[str]:
    """Write the name without and with what one source keeps as a middle name, another does not."""
    given, middle, family = student.given_name, student.middle_name, student.family_name
    names = (f"{given} {family}", f"{given} {middle} {family}")
    return {fold(name).replace(" ", "") for name in names}
