import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cast import a_listed_student
from desk_cast import DESK, marisol_at
from schoolgate.districts.models import School
from schoolgate.frontdesk.type_ahead import Elsewhere, find_elsewhere, find_students
from schoolgate.roster.models import State, Student

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["riv mar", "MARISOL", "mar riv", "rivera, marisol j", "2009"])
def test_starts_of_words_in_any_order_find_a_student(
    marisol: Student, oak: School, typed: str
) -> None:
    assert [one.student for one in find_students(oak, typed).found] == [marisol]


@pytest.mark.parametrize("typed", ["jose garcia", "JOSÉ GARCÍA-LÓPEZ", "lopez jo", "obrien"])
def test_accents_case_and_apostrophes_do_not_matter(oak: School, typed: str) -> None:
    jose = a_listed_student(oak, "José", "García-López O'Brien")

    assert [one.student for one in find_students(oak, typed).found] == [jose]


@pytest.mark.parametrize("typed", ["ivera", "marisolx", "riv x", "%", "_"])
def test_the_middle_of_a_word_finds_nobody(marisol: Student, oak: School, typed: str) -> None:
    assert find_students(oak, typed).found == ()


def test_a_line_shows_the_name_the_grade_and_the_end_of_the_number(
    marisol: Student, oak: School
) -> None:
    (found,) = find_students(oak, "mar").found

    assert (found.name, found.grade, found.last_four) == ("RIVERA, Marisol J.", "Grade 2", "4471")


def test_students_of_one_name_are_marked_and_counted_in_words(
    marisol: Student, oak: School
) -> None:
    a_listed_student(oak, "MARISOL", "Ríverà", sourced_id="other")
    a_listed_student(oak, "Marco", "Reyes")

    results = find_students(oak, "mar r")

    assert [one.same_name for one in results.found] == [False, True, True]
    assert results.in_words == "3 students. Two have the same name."


def test_a_namesake_who_is_not_in_the_list_is_marked_too(marisol: Student, oak: School) -> None:
    a_listed_student(oak, sourced_id="other", identifier="777")

    results = find_students(oak, "20094471")

    assert [one.same_name for one in results.found] == [True]
    assert results.in_words == "1 student. Another student here has the same name."


def test_ten_are_shown_and_the_eleventh_asks_for_more_letters(oak: School) -> None:
    for number in range(11):
        a_listed_student(oak, f"Ana{number}", "Lopez")

    results = find_students(oak, "lopez")

    assert len(results.found) == 10
    assert results.in_words == "The first 10 students. Type more of the name."


def test_a_whole_number_picks_one_student_among_several(marisol: Student, oak: School) -> None:
    a_listed_student(oak, "Ben", "Dunn", identifier="200944711")

    assert find_students(oak, "20094471").the_one == marisol


def test_of_several_nobody_is_picked(marisol: Student, oak: School) -> None:
    a_listed_student(oak, sourced_id="other")

    assert find_students(oak, "rivera").the_one is None


def test_students_of_other_schools_and_departed_ones_are_not_found(
    marisol: Student, oak: School, fir: School, pine: School
) -> None:
    a_listed_student(fir, "Marisol", "Fir")
    a_listed_student(pine, "Marisol", "Pine")
    a_listed_student(oak, "Marisol", "Gone", state=State.DEPARTED)

    assert [one.student for one in find_students(oak, "marisol").found] == [marisol]


def test_elsewhere_is_the_district_and_tells_name_and_school_alone(
    marisol: Student, oak: School, fir: School, pine: School
) -> None:
    a_listed_student(fir, "Marisol", "Fir")
    a_listed_student(pine, "Marisol", "Pine")

    assert find_elsewhere(oak, "marisol") == (
        Elsewhere(name="FIR, Marisol", school="Fir Middle School"),
    )


def test_enter_on_the_one_student_opens_her(desk: Client, marisol: Student) -> None:
    response = desk.post(f"{DESK}search/", {"q": "riv mar"})

    assert response.status_code == 302
    assert response["Location"] == f"{DESK}{marisol.pk}/"


def test_enter_on_several_shows_them(desk: Client, marisol: Student, oak: School) -> None:
    marisol_at(oak, sourced_id="other", identifier="1")

    response = desk.post(f"{DESK}search/", {"q": "riv mar"})

    assert response.status_code == 200
    assert "2 students. Two have the same name." in response.content.decode()


def test_a_swap_gets_the_list_alone(desk: Client, marisol: Student) -> None:
    response = desk.post(f"{DESK}search/", {"q": "riv"}, headers={"HX-Request": "true"})

    assert b"<!doctype html>" not in response.content
    assert b"RIVERA, Marisol J." in response.content


def test_a_student_not_listed_here_is_said_with_the_age_of_the_list(
    desk: Client, marisol: Student
) -> None:
    response = desk.post(f"{DESK}search/", {"q": "nobody"}, headers={"HX-Request": "true"})

    assert "Not on Oak Elementary's list (synced 6:10 AM)" in response.content.decode().replace(
        "&#x27;", "'"
    )


def test_a_key_costs_few_queries(
    desk: Client, marisol: Student, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    # Session, person, school; the students found, and who else bears their names.
    with django_assert_max_num_queries(5):
        desk.post(f"{DESK}search/", {"q": "riv"}, headers={"HX-Request": "true"})
