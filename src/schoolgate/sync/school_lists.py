"""The lists of a district's schools, side by side: how old, how long, how many with a contact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef

from schoolgate.districts.models import District, School
from schoolgate.roster.models import Listing, Relationship, RelationshipState
from schoolgate.sync.freshness import Freshness, freshness_of_schools

# As the desk warns: a list is expected anew every day.
STALE_AFTER = timedelta(hours=24)


class Age(StrEnum):
    """Worst first."""

    NEVER = "never"
    STALE = "stale"
    FRESH = "fresh"
    NO_SOURCE = "no_source"


@dataclass(frozen=True)
class SchoolList:
    school: School
    freshness: Freshness
    age: Age
    students: int
    with_contact: int

    @property
    def share(self) -> int:
        """Percent of the students with a contact, rounded down: 100 means every one."""
        return self.with_contact * 100 // self.students if self.students else 0


def school_lists(district: District, *, now: datetime) -> list[SchoolList]:
    """Every school of the district: those without a list first, then the oldest list first."""
    freshness = freshness_of_schools(district)
    counts = _counts(district)
    nothing = Freshness(as_of=None, has_source=False, last_failed=False)
    lists = [
        SchoolList(
            school,
            found := freshness.get(school.id, nothing),
            _age(found, now),
            *counts.get(school.id, (0, 0)),
        )
        for school in School.objects.filter(district=district).order_by("name", "id")
    ]
    worst_first = list(Age)
    return sorted(lists, key=lambda row: (worst_first.index(row.age), row.freshness.as_of or now))


def _age(freshness: Freshness, now: datetime) -> Age:
    if not freshness.has_source:
        return Age.NO_SOURCE
    age = freshness.age(now=now)
    if age is None:
        return Age.NEVER
    return Age.STALE if age > STALE_AFTER else Age.FRESH


def _counts(district: District) -> dict[int, tuple[int, int]]:
    """Students, and students with a current contact, by school."""
    has_contact = Exists(
        Relationship.objects.filter(
            district=district, student=OuterRef("student"), state=RelationshipState.CURRENT
        )
    )
    rows = Listing.objects.filter(district=district).values_list("school_id")
    counted = rows.annotate(students=Count("id"), with_contact=Count("id", filter=has_contact))
    return {school_id: (students, contacts) for school_id, students, contacts in counted}
