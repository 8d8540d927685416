"""The pages of what our lists said."""

from datetime import timedelta

import pytest
from django.test import Client

from cast import (
    MONDAY,
    a_clerk,
    a_district_admin,
    a_listed_student,
    a_support_person,
    parent,
    student,
    sync,
)
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Guardian, Student
from schoolgate.sync.undo import preview, undo

pytestmark = pytest.mark.django_db

STUDENTS = "/d/maple-valley/students/"


@pytest.fixture
def clock() -> FakeClock:
    # 8:10 on Monday morning in Chicago, a fortnight ago; the pages tell by the real clock.
    return FakeClock(now=MONDAY - timedelta(days=14) + timedelta(hours=8))


@pytest.fixture
def moved(registration: Registration, source: FakeSource, clock: FakeClock) -> Student:
    """Cy: at Oak since Monday, at Fir since Tuesday; Ada's phone since Wednesday."""
    source.change("ada", phone="555-0100")
    sync(registration, source, clock)
    clock.move(days=1)
    source.put(student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)))
    sync(registration, source, clock)
    clock.move(days=1)
    source.change("ada", phone="555-0144", email="ada@example.org")
    sync(registration, source, clock)
    return Student.objects.get(sourced_id="cy")


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def history(student: Student) -> str:
    return f"{STUDENTS}{student.pk}/history/"


def then(student: Student, at: str) -> str:
    return f"{STUDENTS}{student.pk}/then/?at={at}"


# --- every change ---------------------------------------------------------------------------------


def test_a_history_says_what_changed_when_and_by_which_run(lee: Client, moved: Student) -> None:
    answer = text(lee.get(history(moved)))

    assert "History of Cy Okafor" in answer
    assert "Left Oak Elementary, moved to Fir Middle School" in answer
    assert "Phone: 555-0100 → 555-0144" in answer
    assert "Email: nothing → ada@example.org" in answer
    assert answer.index("of Ada Okafor changed") < answer.index("Left Oak Elementary")
    assert answer.index("Left Oak Elementary") < answer.index("Added to Oak Elementary")


def test_support_sees_no_whole_number_and_no_address(client: Client, moved: Student) -> None:
    client.force_login(a_support_person())

    answer = text(client.get(history(moved)))

    assert "Phone: …0100 → …0144" in answer
    assert "Email: nothing → an address" in answer
    assert "555-01" not in answer


def test_a_clerk_sees_what_her_own_school_s_list_said_and_no_more(
    client: Client, moved: Student, maple_valley: District, oak: School
) -> None:
    client.force_login(a_clerk(maple_valley, oak))

    answer = text(client.get(history(moved)))

    assert "Added to Oak Elementary" in answer
    assert "Left Oak Elementary, moved to Fir Middle School" in answer
    assert "of Ada Okafor changed" not in answer
    assert "/runs/" not in answer


def test_a_clerk_of_a_school_that_never_listed_her_finds_no_page(
    client: Client, moved: Student, maple_valley: District, fir: School
) -> None:
    client.force_login(a_clerk(maple_valley, fir))
    ben = Student.objects.get(sourced_id="ben")

    assert client.get(history(ben)).status_code == 404
    assert client.get(history(moved)).status_code == 200


def test_a_child_who_moved_between_two_sources_has_a_link_to_the_other_record(
    lee: Client, registration: Registration, source: FakeSource, clock: FakeClock, fir: School
) -> None:
    sync(registration, source, clock)
    other = a_listed_student(fir, "Ana", "Lopez", identifier="4471", sourced_id="a", id=990)
    source.drop("ana")
    sync(registration, source, clock)

    answer = text(lee.get(history(Student.objects.get(sourced_id="ana"))))

    assert "The same student number has 1 other record" in answer
    assert f'href="{history(other)}"' in answer


def test_another_district_s_student_is_not_there(lee: Client, pine: School) -> None:
    stranger = a_listed_student(pine)

    assert lee.get(history(stranger)).status_code == 404


def test_a_student_without_history_is_told_so(lee: Client, oak: School) -> None:
    answer = text(lee.get(history(a_listed_student(oak))))

    assert "No change kept" in answer


def test_a_long_history_has_pages(
    lee: Client, registration: Registration, source: FakeSource, clock: FakeClock
) -> None:
    for number in range(51):
        source.change("ana", grades=[f"{number:02}"])
        sync(registration, source, clock)
        clock.move(minutes=5)
    ana = Student.objects.get(sourced_id="ana")

    assert "Page 1 of 2" in text(lee.get(history(ana)))
    assert "Added to Oak Elementary" in text(lee.get(history(ana) + "?page=2"))


def test_an_undo_is_named_as_what_made_a_change(
    lee: Client, moved: Student, registration: Registration, clock: FakeClock, fir: School
) -> None:
    _monday, tuesday, third = registration.runs.order_by("id")
    undo(preview(third, fir), by=None, why="A wrong number.", clock=clock)

    undo(preview(tuesday, fir), by=None, why="She did not move.", clock=clock)

    answer = text(lee.get(history(moved)))
    assert "Left Fir Middle School, moved to Oak Elementary" in answer
    assert f"undo of sync {tuesday.id}" in answer


def test_a_contact_s_page_has_the_children_and_the_changes(lee: Client, moved: Student) -> None:
    ada = Guardian.objects.get(sourced_id="ada")

    answer = text(lee.get(f"/d/maple-valley/contacts/{ada.pk}/history/"))

    assert "Contact of Dee Okafor" in answer
    assert "Email and phone of Ada Okafor changed" in answer


# --- on a date and time ---------------------------------------------------------------------------


def test_the_list_of_a_moment_has_school_contacts_and_its_own_age(
    lee: Client, moved: Student
) -> None:
    answer = text(lee.get(then(moved, "2026-11-10T07:15")))

    assert "What our list said on Tue, Nov 10, 2026, 7:15 AM" in answer
    assert "On the list of</dt><dd>Oak Elementary</dd>" in answer
    assert "as of Mon, Nov 9, 8:10 AM, 23 h before" in answer
    assert "555-0100" in answer
    assert "555-0144" not in answer


def test_an_hour_later_she_is_at_the_other_school(lee: Client, moved: Student) -> None:
    answer = text(lee.get(then(moved, "2026-11-10T08:15")))

    assert "On the list of</dt><dd>Fir Middle School</dd>" in answer
    assert "as of Tue, Nov 10, 8:10 AM, 5 min before" in answer


def test_before_anybody_told_us_nothing_was_known(lee: Client, moved: Student) -> None:
    answer = text(lee.get(then(moved, "2026-11-01T08:15")))

    assert "Nobody had told us of this student by then." in answer


def test_who_had_left_is_on_no_list_and_the_page_says_why(
    lee: Client, moved: Student, registration: Registration, source: FakeSource, clock: FakeClock
) -> None:
    source.drop("cy")
    clock.move(days=1)
    sync(registration, source, clock)

    answer = text(lee.get(then(moved, "2026-11-12T12:00")))

    assert "On no list" in answer
    assert "the source&#x27;s whole list came without this student" in answer
    assert "No longer listed by then" in answer


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2099-01-01T08:00", "That is still to come"),
        ("yesterday", "Write the date and time like"),
        ("", "Choose a date and a time."),
    ],
)
def test_a_moment_that_cannot_be_shown_is_refused_in_words(
    lee: Client, moved: Student, at: str, words: str
) -> None:
    answer = lee.get(then(moved, at))

    assert answer.status_code == 422
    assert words in text(answer)


def test_a_clerk_sees_the_moments_of_her_own_list_only(
    client: Client, moved: Student, maple_valley: District, oak: School
) -> None:
    client.force_login(a_clerk(maple_valley, oak))

    hers = text(client.get(then(moved, "2026-11-09T12:00")))
    not_hers = text(client.get(then(moved, "2026-11-10T12:00")))

    assert "Ada Okafor" in hers
    assert "…0100" in hers
    assert "555-0100" not in hers
    assert "Your school did not list this student at that time." in not_hers
    assert "Ada Okafor" not in not_hers


# --- finding --------------------------------------------------------------------------------------


def test_a_student_who_is_gone_is_found_by_name(
    lee: Client, moved: Student, registration: Registration, source: FakeSource, clock: FakeClock
) -> None:
    source.drop("ben")
    source.put(parent("new", "Nia", "Roe", children=("ana",)))
    clock.move(days=1)
    sync(registration, source, clock)
    ben = Student.objects.get(sourced_id="ben")

    answer = text(lee.post(STUDENTS, {"q": "dunn"}))

    assert f'href="{history(ben)}"' in answer
    assert "no school" in answer


def test_nobody_found_is_said(lee: Client, moved: Student) -> None:
    assert "Nobody found" in text(lee.post(STUDENTS, {"q": "zzz"}))


def test_the_desk_links_to_the_history_of_the_child(lee: Client, moved: Student) -> None:
    answer = text(lee.get(f"/d/maple-valley/desk/fir/early-departure/{moved.pk}/"))

    assert f'href="{history(moved)}"' in answer
