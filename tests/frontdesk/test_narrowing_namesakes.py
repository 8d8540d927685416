"""The database narrows the school before names are compared; it must not lose anybody."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import MONDAY, a_listed_student
from desk_cast import NOW, marisol_at
from schoolgate.districts.models import School
from schoolgate.frontdesk.namesakes import StudentName, near_names
from schoolgate.frontdesk.on_file import look_up
from schoolgate.frontdesk.queries import perhaps_namesakes
from schoolgate.roster.folding import folded_student
from schoolgate.roster.models import Listing, Student

pytestmark = pytest.mark.django_db

# Few letters and every kind of sign, so that names often are one edit apart.
NAMES = st.text(alphabet="abcÉß %_-'", max_size=5)
PEOPLE = st.tuples(NAMES, NAMES, st.sampled_from(["", "ab"]), st.sampled_from(["", "1", "2"]))


def as_names(students: list[Student]) -> list[StudentName]:
    return [
        StudentName(id=str(one.pk), given=one.given_name, family=one.family_name, grade=one.grade)
        for one in students
    ]


def enrol(school: School, people: list[tuple[str, str, str, str]]) -> list[Student]:
    students = Student.objects.bulk_create(
        Student(
            district=school.district,
            given_name=first,
            middle_name=middle,
            family_name=family,
            grade=grade,
            folded=folded_student(given=first, middle=middle, family=family, identifier=""),
            first_seen_at=MONDAY,
            changed_at=MONDAY,
        )
        for first, family, middle, grade in people
    )
    Listing.objects.bulk_create(
        Listing(district=school.district, school=school, student=one) for one in students
    )
    return students


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people=st.lists(PEOPLE, min_size=2, max_size=25))
def test_the_narrowed_school_has_every_namesake(
    oak: School, people: list[tuple[str, str, str, str]]
) -> None:
    with transaction.atomic():
        students = enrol(oak, people)
        narrowed = list(perhaps_namesakes(students[0], oak, sharing=()))
        transaction.set_rollback(True)

    of_all = near_names(as_names(students)[0], as_names(students))
    of_the_narrowed = near_names(as_names(students)[0], as_names(narrowed))
    assert of_the_narrowed == of_all


@pytest.mark.parametrize(
    ("given_name", "family_name"),
    [
        ("Ana", "De La Cruz"),
        ("Ann", "DelaCruz"),
        ("Anad", "Ela-Cruz"),
        ("An", "Adela Cruz"),
        ("Áná", "dela cruz"),
        ("Ana", "Delacruzz"),
        ("Anna", "Delacruz"),
    ],
)
def test_a_namesake_is_kept_however_the_name_is_spaced(
    oak: School, given_name: str, family_name: str
) -> None:
    ana = a_listed_student(oak, "Ana", "Delacruz", sourced_id="first")

    other = a_listed_student(oak, given_name, family_name, sourced_id="second")

    assert [one.student_id for one in look_up(ana, oak, now=NOW).namesakes] == [str(other.pk)]


def test_a_student_of_quite_another_name_is_not_read(oak: School) -> None:
    marisol = marisol_at(oak)

    a_listed_student(oak, "Ben", "Dunn")

    assert list(perhaps_namesakes(marisol, oak, sharing=())) == []
