"""Every way to leave a list has its word in the history, and none of them is another."""

import pytest

from cast import MONDAY, a_registration, an_enabled_school, lists_of, student, sync
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import HistoryEntry
from schoolgate.sync import runs

pytestmark = pytest.mark.django_db


def how_left(sourced_id: str) -> str | None:
    """What the newest departure of a student says."""
    entry = (
        HistoryEntry.objects.filter(student__sourced_id=sourced_id, action="student.departed")
        .order_by("-id")
        .first()
    )
    return None if entry is None else entry.after["gone"]


@pytest.mark.parametrize("word", ["tobedeleted", "inactive"])
def test_a_student_whom_the_source_marks_leaves_with_the_word_of_the_source(
    registration: Registration, source: FakeSource, maple_valley: District, word: str
) -> None:
    sync(registration, source)
    source.change("ben", status=word)

    sync(registration, source)

    assert "ben" not in lists_of(maple_valley)["oak"]
    assert how_left("ben") == word


def test_a_student_who_may_not_sign_in_stays_on_the_list(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.change("ben", enabledUser=False)

    run = sync(registration, source)

    assert run.state == "unchanged"
    assert "ben" in lists_of(maple_valley)["oak"]


def test_a_student_who_is_missing_leaves_as_absent(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    source.drop("ben")

    sync(registration, source)

    assert how_left("ben") == "absent"


def test_a_student_of_a_school_that_is_switched_off_here_leaves_for_that(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    SourceSchool.objects.filter(registration=registration, sourced_id="oak").update(enabled=False)

    sync(registration, source)

    assert how_left("ben") == "school_disabled"


def test_a_student_who_moves_to_a_school_that_is_not_ours_leaves_for_that(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    source.put(student("ben", "Ben", "Dunn", schools=("elsewhere",)))

    sync(registration, source)

    assert how_left("ben") == "no_enabled_school"


def test_a_student_of_a_source_of_which_nothing_is_taken_any_more_leaves_for_that(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    SourceSchool.objects.filter(registration=registration).update(enabled=False)
    run = runs.ask_for_run(registration, by=None, at=MONDAY)

    runs.carry_out(run, clock=FakeClock(), tell=lambda _stage, _count: None)

    assert how_left("ben") == "source_disabled"


def test_a_student_who_comes_back_has_both_words_in_the_history(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    ben = source.people["ben"]
    sync(registration, source)
    source.drop("ben")
    sync(registration, source)
    source.put(ben)

    sync(registration, source)

    entries = HistoryEntry.objects.filter(student__sourced_id="ben").exclude(
        action__startswith="relationship"
    )
    assert list(entries.order_by("id").values_list("action", flat=True)) == [
        "student.added",
        "student.departed",
        "student.returned",
    ]
    assert "ben" in lists_of(maple_valley)["oak"]


def test_a_student_who_moves_to_a_school_of_another_registration_is_on_its_list_and_not_on_ours(
    registration: Registration, source: FakeSource, maple_valley: District, fir: School
) -> None:
    other = a_registration(maple_valley, slug="charter", name="Charter SIS")
    an_enabled_school(other, "fir-charter", fir)
    elsewhere = FakeSource(orgs_there={"fir-charter": "Fir Middle School"})
    elsewhere.put(student("x-9", "Dora", "Lind", schools=("fir-charter",)))
    sync(registration, source)
    sync(other, elsewhere)
    source.drop("ben")
    elsewhere.put(student("x-1", "Ben", "Dunn", schools=("fir-charter",)))

    sync(other, elsewhere)
    sync(registration, source)

    assert how_left("ben") == "absent"
    assert "x-1" in lists_of(maple_valley)["fir"]
    assert how_left("x-1") is None
