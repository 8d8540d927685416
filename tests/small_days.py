"""Small days at a source for properties: a few people, in any school, linked and called anyhow."""

from itertools import count
from typing import Any

from hypothesis import strategies as st

from cast import a_district, a_registration, a_school, an_enabled_school
from cast import parent as an_adult
from cast import student as a_student
from fakes import FakeClock
from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import (
    GUARDIAN_FIELDS,
    STUDENT_FIELDS,
    Relationship,
    RelationshipState,
    State,
    Student,
)

STUDENTS = [f"s{n}" for n in range(4)]
ADULTS = [f"a{n}" for n in range(3)]
SCHOOLS = ["oak", "fir", "elm", "elsewhere"]
_numbers = count(1)

People = dict[str, dict[str, Any]]
# One student as the list has her: fields, schools, contacts with their fields.
Record = tuple[dict[str, str], set[str], dict[str, dict[str, str]]]

_links = st.lists(st.sampled_from(STUDENTS + ADULTS), unique=True, max_size=3).map(tuple)
_statuses = st.sampled_from(["active", "active", "active", "tobedeleted"])


@st.composite
def people(draw: st.DrawFn) -> People:
    """A source's users at one moment."""
    found: People = {}
    for sourced_id in draw(st.lists(st.sampled_from(STUDENTS), unique=True)):
        schools = draw(st.lists(st.sampled_from(SCHOOLS), unique=True, min_size=1, max_size=2))
        found[sourced_id] = a_student(
            sourced_id,
            draw(st.sampled_from(["Ana", "Ben"])),
            "Lopez",
            schools=tuple(schools),
            agents=draw(_links),
            status=draw(_statuses),
        )
    for sourced_id in draw(st.lists(st.sampled_from(ADULTS), unique=True)):
        found[sourced_id] = an_adult(
            sourced_id,
            "Eva",
            "Lopez",
            children=draw(_links),
            status=draw(_statuses),
            phone=draw(st.sampled_from(["555-0101", "555-0102"])),
        )
    return found


class TickingClock(FakeClock):
    """A second passes with every look at it: no two schools are written at the same moment."""

    def __call__(self) -> Any:
        self.move(seconds=1)
        return self.now


def a_new_registration() -> Registration:
    """Oak, Fir and Elm of a district of its own, where no small day is too dangerous."""
    district = a_district(f"Valley {next(_numbers)}")
    registration = a_registration(district, hold_records=1_000)
    for code in ("oak", "fir", "elm"):
        an_enabled_school(registration, code, a_school(district, code, code.title()))
    return registration


def records_of(district: District) -> dict[str, Record]:
    """Who is on a list just now, and what it says."""
    return {
        str(student.sourced_id): (
            {name: getattr(student, name) for name in STUDENT_FIELDS},
            {listing.school.code for listing in student.listings.select_related("school")},
            _contacts_of(student),
        )
        for student in Student.objects.filter(district=district, state=State.ACTIVE)
    }


def _contacts_of(student: Student) -> dict[str, dict[str, str]]:
    pairs = Relationship.objects.filter(student=student, state=RelationshipState.CURRENT)
    return {
        str(pair.guardian.sourced_id): {
            name: getattr(pair.guardian, name) for name in GUARDIAN_FIELDS
        }
        for pair in pairs.select_related("guardian")
    }
