"""Loading a school's own list: shown first, then all of it or nothing."""

import pytest

from cast import MONDAY, a_contact, a_district_admin, a_listed_student
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, School
from schoolgate.roster.list_file import CannotRead
from schoolgate.roster.list_import import Preview, draft_of, keep_draft, load, preview
from schoolgate.roster.models import (
    Guardian,
    HistoryEntry,
    ListDraft,
    Relationship,
    Student,
)

pytestmark = pytest.mark.django_db

HEADER = (
    "School,First name,Last name,Number,Grade,Contact first name,Contact last name,Role,Phone\n"
)


@pytest.fixture
def lee(maple_valley: District) -> User:
    return a_district_admin(maple_valley)


def a_draft(by: User, text: str) -> ListDraft:
    district = District.objects.get(slug="maple-valley")
    return keep_draft(
        district, file_name="oak.csv", content=(HEADER + text).encode(), by=by, at=MONDAY
    )


def shown(by: User, text: str) -> Preview:
    return preview(a_draft(by, text))


def test_a_preview_changes_nothing(lee: User, oak: School) -> None:
    found = shown(lee, "oak,Ana,Lopez,4471,02,Eva,Lopez,mother,555-0101\n")

    assert [line.student.given_name for line in found.new] == ["Ana"]
    assert found.schools == ((oak, 1, 0),)
    assert Student.objects.count() == 0


def test_several_lines_of_one_student_are_her_contacts(lee: User, oak: School) -> None:
    found = shown(
        lee,
        "oak,Ana,Lopez,4471,02,Eva,Lopez,mother,555-0101\n"
        "Oak Elementary,ANA,LOPEZ,4471,02,Luis,Lopez,father,555-0102\n",
    )

    (ana,) = found.new
    assert [contact.given_name for contact in ana.student.contacts] == ["Eva", "Luis"]


def test_who_is_on_the_list_already_is_left_alone(lee: User, oak: School) -> None:
    a_listed_student(oak, "Ana", "Lopez")

    found = shown(lee, "oak,Ana,Lopez,,02,,,,\noak,Ben,Dunn,,02,,,,\n")

    assert [line.student.given_name for line in found.there] == ["Ana"]
    assert [line.student.given_name for line in found.new] == ["Ben"]


def test_who_may_be_there_is_not_guessed_at(lee: User, oak: School) -> None:
    a_listed_student(oak, "Ana", "Lopez", grade="")

    found = shown(lee, "oak,Ana,Lopez,,02,,,,\n")

    assert found.new == ()
    assert found.bad[0].number == 2
    assert "by hand" in found.bad[0].to_do


def test_a_school_that_is_not_there_is_told_with_those_that_are(lee: User, oak: School) -> None:
    found = shown(lee, "Elm,Ana,Lopez,,02,,,,\n")

    assert "Oak Elementary" in found.bad[0].to_do


def test_a_school_of_another_district_is_not_there(lee: User, oak: School, pine: School) -> None:
    found = shown(lee, "Pine High School,Ana,Lopez,,02,,,,\n")

    assert (found.new, len(found.bad)) == ((), 1)


def test_two_students_of_one_number_are_both_left_out(lee: User, oak: School) -> None:
    found = shown(lee, "oak,Ana,Lopez,7,02,,,,\noak,Ben,Dunn,7,02,,,,\n")

    assert [line.number for line in found.bad] == [2, 3]
    assert found.new == ()


def test_what_was_shown_comes_to_the_lists(lee: User, oak: School, fir: School) -> None:
    draft = a_draft(
        lee,
        "oak,Ana,Lopez,4471,02,Eva,Lopez,mother,555-0101 22\n"
        "fir,Ben,Lopez,4472,07,Eva,Lopez,mother,555-0101 22\n",
    )

    added = load(draft, expected=2, by=lee, at=MONDAY)

    assert added == 2
    ana = Student.objects.get(given_name="Ana")
    assert (ana.registration_id, ana.sourced_id, ana.folded) == (None, None, " lopez ana 4471")
    assert [listing.school for listing in ana.listings.all()] == [oak]
    eva = Guardian.objects.get()
    assert (eva.role, eva.relationships.count()) == ("parent", 2)
    assert sorted(HistoryEntry.objects.values_list("action", flat=True)) == [
        "guardian.added",
        "relationship.added",
        "relationship.added",
        "student.added",
        "student.added",
    ]
    assert draft_of(ana.district, lee) is None


def test_adults_of_one_name_without_a_number_stay_two(lee: User, oak: School) -> None:
    draft = a_draft(
        lee, "oak,Ana,Lopez,1,02,Eva,Lopez,mother,\noak,Ben,Lopez,2,02,Eva,Lopez,mother,\n"
    )

    load(draft, expected=2, by=lee, at=MONDAY)

    assert Guardian.objects.count() == 2
    assert Relationship.objects.count() == 2


def test_a_known_adult_is_taken_for_a_further_child(lee: User, oak: School) -> None:
    ana = a_listed_student(oak, "Ana", "Lopez", registration_id=None, sourced_id=None)
    eva = a_contact(ana, "Eva", "Lopez", phone="555-0101 22", registration_id=None, sourced_id=None)
    draft = a_draft(lee, "oak,Ben,Lopez,2,02,Eva,Lopez,mother,(555) 0101-22\n")

    load(draft, expected=1, by=lee, at=MONDAY)

    assert eva.relationships.count() == 2


def test_a_list_that_changed_since_the_preview_is_not_loaded(lee: User, oak: School) -> None:
    draft = a_draft(lee, "oak,Ana,Lopez,,02,,,,\noak,Ben,Dunn,,02,,,,\n")
    a_listed_student(oak, "Ana", "Lopez")

    with pytest.raises(CannotRead, match="has changed"):
        load(draft, expected=2, by=lee, at=MONDAY)

    assert Student.objects.count() == 1


def test_a_second_time_there_is_nobody_new(lee: User, oak: School) -> None:
    text = "oak,Ana,Lopez,,02,Eva,Lopez,,\n"
    load(a_draft(lee, text), expected=1, by=lee, at=MONDAY)

    found = shown(lee, text)

    assert (found.new, len(found.there)) == ((), 1)


def test_loading_is_on_record_without_names(lee: User, oak: School) -> None:
    load(a_draft(lee, "oak,Ana,Lopez,,02,,,,\n"), expected=1, by=lee, at=MONDAY)

    entry = AuditEntry.objects.get(action="own_list.loaded")
    assert entry.actor_id == lee.pk
    assert entry.detail == {"added": 1, "there": 0, "left_out": 0}


def test_a_later_file_takes_the_place_of_the_draft(lee: User, oak: School) -> None:
    a_draft(lee, "oak,Ana,Lopez,,02,,,,\n")

    a_draft(lee, "oak,Ben,Dunn,,02,,,,\n")

    assert ListDraft.objects.count() == 1
