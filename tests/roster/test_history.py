"""Every change of a student in words, and what the list said of her at any moment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cast import MONDAY, a_listed_student, parent, student, sync
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.history import (
    find_people,
    history_of_guardian,
    history_of_student,
    list_as_of,
    periods_at,
)
from schoolgate.roster.history_words import Detail, in_words
from schoolgate.roster.models import Guardian, HistoryEntry, Student

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NAMES: dict[int, str] = {}

Days = Callable[[], None]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now=MONDAY)


@pytest.fixture
def next_day(registration: Registration, source: FakeSource, clock: FakeClock) -> Days:
    """Sync once for the first day; each call lives one more day and syncs again."""
    sync(registration, source, clock)

    def live() -> None:
        clock.move(days=1)
        sync(registration, source, clock)

    return live


def sentences(student: Student) -> list[str]:
    schools = dict(School.objects.values_list("id", "name"))
    return [in_words(change, schools).sentence for change in history_of_student(student)]


def the(sourced_id: str) -> Student:
    return Student.objects.get(sourced_id=sourced_id)


# --- in words -------------------------------------------------------------------------------------


def test_a_first_sync_is_told_newest_first(next_day: Days) -> None:
    assert sentences(the("ana")) == [
        "Contact added: Luis Lopez (parent)",
        "Contact added: Eva Lopez (parent)",
        "Added to Oak Elementary",
    ]


def test_a_move_names_the_old_school_and_the_new_one_once(
    next_day: Days, source: FakeSource
) -> None:
    source.put(student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)))

    next_day()

    assert sentences(the("cy"))[0] == "Left Oak Elementary, moved to Fir Middle School"
    assert len(sentences(the("cy"))) == 3


def test_a_second_school_and_its_end_are_told(next_day: Days, source: FakeSource) -> None:
    source.put(student("cy", "Cy", "Okafor", schools=("oak", "fir"), agents=("ada",)))
    next_day()
    source.put(student("cy", "Cy", "Okafor", schools=("oak",), agents=("ada",)))
    next_day()

    assert sentences(the("cy"))[:2] == [
        "Left Fir Middle School, still at Oak Elementary",
        "Also listed at Fir Middle School",
    ]


def test_a_changed_phone_is_told_with_both_numbers(next_day: Days, source: FakeSource) -> None:
    source.change("eva", phone="555-0199")

    next_day()

    line = in_words(history_of_student(the("ana"))[0], NAMES)
    assert line.sentence == "Phone of Eva Lopez changed"
    assert line.details == (Detail("Phone", "555-0101", "555-0199"),)


def test_several_changed_fields_are_one_line(next_day: Days, source: FakeSource) -> None:
    source.change("ana", familyName="Diaz", grades=["03"])

    next_day()

    line = in_words(history_of_student(the("ana"))[0], NAMES)
    assert line.sentence == "Last name and grade changed"
    assert line.details == (Detail("Last name", "Lopez", "Diaz"), Detail("Grade", "02", "03"))


def test_a_contact_is_named_as_she_was_called_then(next_day: Days, source: FakeSource) -> None:
    source.change("eva", familyName="Lopez-Gray")
    next_day()

    assert sentences(the("ana")) == [
        "Last name of Eva Lopez-Gray changed",
        "Contact added: Luis Lopez (parent)",
        "Contact added: Eva Lopez (parent)",
        "Added to Oak Elementary",
    ]


def test_a_guardian_is_told_only_while_she_is_linked(next_day: Days, source: FakeSource) -> None:
    source.change("cy", agents=[])
    next_day()
    source.change("ada", phone="555-0144")
    next_day()

    assert sentences(the("cy"))[0] == "Contact removed: Ada Okafor (guardian)"
    assert sentences(the("dee"))[0] == "Phone of Ada Okafor changed"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("tobedeleted", "the source marked the record as deleted"),
        ("inactive", "the source marked the record as inactive"),
    ],
)
def test_a_departure_by_status_tells_why(
    next_day: Days, source: FakeSource, status: str, why: str
) -> None:
    source.change("ben", status=status)

    next_day()

    assert f"Left Oak Elementary: {why}" in sentences(the("ben"))


def test_a_departure_by_absence_tells_why(next_day: Days, source: FakeSource) -> None:
    source.drop("ben")

    next_day()

    why = "the source's whole list came without this student"
    assert f"Left Oak Elementary: {why}" in sentences(the("ben"))


def test_a_departure_to_a_school_that_is_not_taken_tells_why(
    next_day: Days, source: FakeSource
) -> None:
    source.put(student("ben", "Ben", "Dunn", schools=("elm",)))

    next_day()

    why = "the source names no school that is taken here"
    assert f"Left Oak Elementary: {why}" in sentences(the("ben"))


def test_a_departure_from_a_school_that_was_switched_off_here_tells_why(
    next_day: Days, fir: School
) -> None:
    SourceSchool.objects.filter(school=fir).update(enabled=False)

    next_day()

    why = "the school was switched off here"
    assert f"Left Fir Middle School: {why}" in sentences(the("dee"))


def test_a_word_that_nobody_knows_is_shown_as_it_is(next_day: Days, source: FakeSource) -> None:
    source.drop("ben")
    next_day()
    HistoryEntry.objects.filter(action="student.departed").update(after={"gone": "eclipse"})

    assert "Left Oak Elementary: the reason kept is “eclipse”" in sentences(the("ben"))


def test_a_return_is_told(next_day: Days, source: FakeSource) -> None:
    ben = source.people["ben"]
    source.drop("ben")
    next_day()
    source.put(ben)
    next_day()

    assert "Came back: on the list of Oak Elementary" in sentences(the("ben"))


def test_a_guardians_own_page_names_the_children(next_day: Days, source: FakeSource) -> None:
    source.change("cy", agents=[])
    next_day()
    ada = Guardian.objects.get(sourced_id="ada")

    told = [in_words(change, NAMES).sentence for change in history_of_guardian(ada)]

    assert told[0] == "No longer a contact of Cy Okafor"
    assert sorted(told[1:3]) == ["Contact of Cy Okafor", "Contact of Dee Okafor"]
    assert told[3] == "Came as a contact"


# --- as of ----------------------------------------------------------------------------------------


def test_before_she_was_first_seen_nothing_was_known(next_day: Days) -> None:
    then = list_as_of(the("ana"), MONDAY - DAY)

    assert (then.known, then.listed, then.contacts) == (False, False, ())


def test_the_list_of_an_earlier_day_has_the_school_and_the_contacts_of_then(
    next_day: Days, source: FakeSource
) -> None:
    source.put(student("ana", "Ana", "Diaz", schools=("fir",), agents=("luis",)))
    source.change("eva", agents=[])
    next_day()

    then = list_as_of(the("ana"), MONDAY + timedelta(hours=2))
    now = list_as_of(the("ana"), MONDAY + DAY)

    assert [school.name for school in then.schools] == ["Oak Elementary"]
    assert then.fields["family_name"] == "Lopez"
    assert [one.fields["given_name"] for one in then.current_contacts] == ["Eva", "Luis"]
    assert [school.name for school in now.schools] == ["Fir Middle School"]
    assert [one.fields["given_name"] for one in now.current_contacts] == ["Luis"]
    assert [(one.fields["given_name"], one.ended_at) for one in now.former_contacts] == [
        ("Eva", MONDAY + DAY)
    ]


def test_a_contact_has_the_phone_of_then(next_day: Days, source: FakeSource) -> None:
    source.change("eva", phone="555-0199")
    next_day()

    phones = [
        list_as_of(the("ana"), at).contacts[0].fields["phone"] for at in (MONDAY, MONDAY + DAY)
    ]

    assert phones == ["555-0101", "555-0199"]


def test_it_says_on_which_run_it_rests(next_day: Days, source: FakeSource) -> None:
    next_day()
    source.change("eva", phone="555-0199")
    next_day()
    first, _, third = Student.objects.get(sourced_id="ana").district.syncrun_set.order_by("id")

    assert list_as_of(the("ana"), MONDAY + DAY).rests_on == first.id
    assert list_as_of(the("ana"), MONDAY + 2 * DAY).rests_on == third.id


def test_a_student_without_any_history_is_as_she_was_first_seen(oak: School) -> None:
    marisol = a_listed_student(oak)

    then = list_as_of(marisol, MONDAY + DAY)
    before = list_as_of(marisol, MONDAY - DAY)

    assert ([school.code for school in then.schools], then.fields["given_name"]) == (
        ["oak"],
        "Marisol",
    )
    assert not before.known


def test_the_times_at_a_school_have_a_beginning_and_an_end(
    next_day: Days, source: FakeSource, oak: School, fir: School
) -> None:
    source.put(student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)))
    next_day()

    assert periods_at(the("cy"), [oak.id]) == [(MONDAY, MONDAY + DAY)]
    assert periods_at(the("cy"), [fir.id]) == [(MONDAY + DAY, None)]


# --- finding --------------------------------------------------------------------------------------


def test_people_are_found_by_name_number_or_source_id_even_when_gone(
    next_day: Days, source: FakeSource, maple_valley: District
) -> None:
    source.drop("ben")
    next_day()

    found = [
        [row.sourced_id for row in find_people(maple_valley, typed)]
        for typed in ("dun", "4471", "cy", "nobody", "")
    ]

    assert found == [["ben"], ["ana"], ["cy"], [], []]


def test_another_districts_people_are_never_found(next_day: Days, pine: School) -> None:
    assert list(find_people(pine.district, "ana")) == []


def test_one_more_contact_costs_no_more_queries(
    next_day: Days, source: FakeSource, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for number in range(5):
        source.put(parent(f"aunt{number}", "Aunt", f"Lopez {number}", children=("ana",)))
    next_day()
    ana = the("ana")

    with django_assert_max_num_queries(5):
        history_of_student(ana)
    with django_assert_max_num_queries(6):
        list_as_of(ana, MONDAY + DAY)
