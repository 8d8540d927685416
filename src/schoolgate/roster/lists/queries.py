"""Reads of schools' own lists for screens."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from schoolgate.districts.models import District, School
from schoolgate.roster.folding import fold
from schoolgate.roster.models import Guardian, Relationship, RelationshipState, Student
from schoolgate.roster.preloaded import local_students, local_students_at


@dataclass(frozen=True)
class OwnList:
    school: School
    students: int


def own_lists(district: District) -> list[OwnList]:
    """Every school of the district with how many of its own list it has. By name."""
    own = Q(listings__student__in=local_students(district).values("id"))
    rows = School.objects.filter(district=district).order_by("name", "id")
    counted = rows.annotate(own=Count("listings", filter=own))
    return [OwnList(school, school.own) for school in counted]


def own_list(school: School, typed: str) -> QuerySet[Student]:
    """Students of a school's own list, those whose names begin as typed; with their contacts."""
    found = local_students_at(school).order_by("family_name", "given_name", "id")
    for word in fold(typed).split():
        found = found.filter(folded__contains=f" {word}")
    current = Relationship.objects.filter(state=RelationshipState.CURRENT).order_by("id")
    return found.prefetch_related(
        Prefetch("relationships", queryset=current.select_related("guardian"))
    )


def find_own(school: School, student_id: int) -> Student | None:
    return local_students_at(school).filter(id=student_id).first()


def own_contacts(student: Student) -> list[Guardian]:
    """Adults of our own who are contacts of this student now."""
    return list(
        Guardian.objects.filter(
            relationships__student=student,
            relationships__state=RelationshipState.CURRENT,
            registration_id=None,
        ).order_by("relationships__id")
    )
