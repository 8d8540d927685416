"""People of our own list: keyed, changed and removed, with their history."""

from datetime import timedelta

import pytest

from cast import MONDAY, a_listed_student
from schoolgate.districts.models import District, School
from schoolgate.roster.local_adults import NewContact
from schoolgate.roster.models import Guardian, HistoryEntry, Listing, Relationship, Student
from schoolgate.roster.preloaded import (
    Cause,
    NewStudent,
    NotOurs,
    add_students,
    change_student,
    local_students_at,
    remove_student,
)

pytestmark = pytest.mark.django_db

EVA = NewContact(given_name="Eva", family_name="Lopez", role="parent", phone="555-0101 22")
LUIS = NewContact(given_name="Luis", family_name="Lopez", role="parent")
ANA = NewStudent(given_name="Ana", family_name="Lopez", grade="02", contacts=(EVA, LUIS))


@pytest.fixture
def cause(maple_valley: District) -> Cause:
    return Cause(maple_valley, MONDAY, by=1)


@pytest.fixture
def later(maple_valley: District) -> Cause:
    return Cause(maple_valley, MONDAY + timedelta(hours=1), by=1)


@pytest.fixture
def ana(oak: School, cause: Cause) -> Student:
    return add_students([(oak, ANA)], cause=cause)[0]


def test_a_student_keyed_at_the_desk_is_on_the_list_with_her_contacts(
    ana: Student, oak: School
) -> None:
    assert list(local_students_at(oak)) == [ana]
    assert sorted(pair.guardian.given_name for pair in ana.relationships.all()) == ["Eva", "Luis"]
    entry = HistoryEntry.objects.get(action="student.added")
    assert entry.after == {
        "given_name": "Ana",
        "middle_name": "",
        "family_name": "Lopez",
        "identifier": "",
        "grade": "02",
        "schools": [oak.pk],
    }


def test_a_change_keeps_who_she_is_and_stands_in_the_history(
    ana: Student, oak: School, later: Cause
) -> None:
    eva = Guardian.objects.get(given_name="Eva")
    wanted = NewStudent(
        given_name="Ana",
        family_name="Reyes",
        grade="02",
        contacts=(
            NewContact(
                given_name="Eva",
                family_name="Reyes",
                role="parent",
                phone="555-0101 22",
                guardian_id=eva.pk,
            ),
        ),
    )

    change_student(ana, wanted, school=oak, cause=later)

    ana.refresh_from_db()
    assert (ana.family_name, ana.folded) == ("Reyes", " reyes ana")
    assert Guardian.objects.get(pk=eva.pk).family_name == "Reyes"
    assert Relationship.objects.get(guardian__given_name="Luis").state == "ended"
    assert Guardian.objects.get(given_name="Luis").state == "departed"
    assert list(
        HistoryEntry.objects.filter(at=later.at).order_by("id").values_list("action", flat=True)
    ) == ["student.updated", "guardian.updated", "relationship.removed", "guardian.departed"]


def test_a_contact_that_was_let_go_may_come_back(ana: Student, oak: School, later: Cause) -> None:
    change_student(
        ana,
        NewStudent(given_name="Ana", family_name="Lopez", grade="02", contacts=()),
        school=oak,
        cause=later,
    )

    change_student(ana, ANA, school=oak, cause=later)

    current = ana.relationships.filter(state="current")
    assert sorted(pair.guardian.given_name for pair in current) == ["Eva", "Luis"]
    # Known by her number she is who she was; of Luis only a name is known.
    assert Guardian.objects.filter(given_name="Eva").count() == 1


def test_nothing_changed_leaves_no_trace(ana: Student, oak: School, later: Cause) -> None:
    contacts = tuple(
        NewContact(
            given_name=adult.given_name,
            family_name=adult.family_name,
            role=adult.role,
            phone=adult.phone,
            guardian_id=adult.pk,
        )
        for adult in Guardian.objects.all()
    )

    change_student(
        ana,
        NewStudent(given_name="Ana", family_name="Lopez", grade="02", contacts=contacts),
        school=oak,
        cause=later,
    )

    assert HistoryEntry.objects.filter(at=later.at).count() == 0


def test_a_student_is_removed_with_her_history_kept(
    ana: Student, oak: School, later: Cause
) -> None:
    remove_student(ana, school=oak, cause=later)

    ana.refresh_from_db()
    assert ana.state == "departed"
    assert Listing.objects.count() == 0
    assert set(Relationship.objects.values_list("state", flat=True)) == {"ended"}
    assert HistoryEntry.objects.get(action="student.departed").after == {"gone": "removed"}


def test_a_mother_of_two_stays_while_one_child_does(
    ana: Student, oak: School, cause: Cause, later: Cause
) -> None:
    ben = NewStudent(given_name="Ben", family_name="Lopez", contacts=(EVA,))
    add_students([(oak, ben)], cause=cause)

    remove_student(ana, school=oak, cause=later)

    assert Guardian.objects.get(given_name="Eva").state == "active"
    assert Guardian.objects.get(given_name="Luis").state == "departed"


def test_what_a_source_keeps_is_not_changed_here(oak: School, later: Cause) -> None:
    student = a_listed_student(oak)

    with pytest.raises(NotOurs):
        remove_student(student, school=oak, cause=later)
    with pytest.raises(NotOurs):
        change_student(student, ANA, school=oak, cause=later)

    student.refresh_from_db()
    assert (student.family_name, student.state) == ("Rivera", "active")
