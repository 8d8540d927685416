"""An adult who is not listed comes on the word of a contact who was called."""

from datetime import timedelta

import pytest
from django.test import Client

from cast import a_contact
from desk_cast import DESK, LONG_AGO, NOW, a_listed_parent, an_order_against
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind, TemporaryAuthorisation
from schoolgate.roster.models import Guardian, HistoryEntry, Pickup, PickupState, Student

pytestmark = pytest.mark.django_db

SUE = "Sue Smith"
LIST = "/d/maple-valley/desk/oak/authorisations/"


@pytest.fixture
def elena(marisol: Student) -> Guardian:
    """Give Marisol's mother, whose number has been on file since August."""
    elena = a_listed_parent(marisol, "Elena", "Rivera-Cruz", phone="555-7719")
    Guardian.objects.filter(pk=elena.pk).update(first_seen_at=LONG_AGO)
    elena.refresh_from_db()
    return elena


def verdict_on(desk: Client, student: Student, name: str, **form: object) -> dict[str, object]:
    address = f"{DESK}{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": name})
    sealed = named.context["sealed"]
    answer = desk.post(f"{address}verdict/", {"shown": sealed, "name": name, **form})
    return {"box": answer.context["box"], "shown": answer.context["sealed"], "name": name, **form}


def record_word(desk: Client, student: Student, giver: Guardian, name: str = SUE, **form: object):  # type: ignore[no-untyped-def]
    said = {
        "name": name,
        "giver": giver.pk,
        "said_yes": "on",
        "from_on": "2026-11-23",
        "until_on": "2026-11-23",
        "good_for": 1,
    }
    return desk.post(f"{DESK}{student.pk}/asked/", {**said, **form})


def test_who_is_not_listed_may_come_once_her_mother_was_called(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    refused = verdict_on(desk, marisol, SUE)
    assert (refused["box"].word.word, refused["box"].may_authorise) == ("DENY", True)  # type: ignore[attr-defined]

    page = desk.post(f"{DESK}{marisol.pk}/ask/", {"name": SUE}).content.decode()
    assert "Elena Rivera-Cruz, 555-7719 (known since 20 Aug 2026)" in page
    recorded = record_word(desk, marisol, elena)

    assert recorded["Location"] == f"{DESK}{marisol.pk}/"
    assert "Sue Smith" in desk.get(recorded["Location"]).content.decode()
    allowed = verdict_on(desk, marisol, SUE, evidence=["photo_id"])
    assert allowed["box"].word.word == "ALLOW"  # type: ignore[attr-defined]
    assert "Authorised today by Elena Rivera-Cruz (called 1:42 PM" in allowed["box"].sentence  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(action="authorisation.added").count() == 1


def test_a_word_is_good_for_one_departure_and_an_undone_one_gives_it_back(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    record_word(desk, marisol, elena)
    asked = verdict_on(desk, marisol, SUE, evidence=["photo_id"])
    asked.pop("box")
    desk.post(f"{DESK}{marisol.pk}/release/", asked)
    event = DeskEvent.objects.get(kind=EventKind.EARLY_DEPARTURE)
    assert event.authorisation == TemporaryAuthorisation.objects.get()
    assert "called on the number …7719" in desk.get(f"{DESK}record/{event.pk}/").content.decode()
    assert SUE not in desk.get(LIST).content.decode()

    desk.post(f"{DESK}record/{event.pk}/undo/", {"reason": "The child is still here."})

    assert SUE in desk.get(LIST).content.decode()
    assert verdict_on(desk, marisol, SUE, evidence=["photo_id"])["box"].word.word == "ALLOW"  # type: ignore[attr-defined]


def test_a_number_that_came_today_is_not_called(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    HistoryEntry.objects.create(
        district=marisol.district,
        at=NOW - timedelta(hours=2),
        action="guardian.updated",
        guardian=elena,
        before={"phone": "555-1111"},
        after={"phone": "555-7719"},
    )

    page = desk.post(f"{DESK}{marisol.pk}/ask/", {"name": SUE}).content.decode()

    assert "Nobody can be called" in page
    assert record_word(desk, marisol, elena).status_code == 422
    assert not TemporaryAuthorisation.objects.exists()


def test_on_the_day_of_the_first_sync_the_numbers_that_came_with_it_are_called(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    Guardian.objects.update(first_seen_at=NOW - timedelta(hours=7))

    assert record_word(desk, marisol, elena).status_code == 302


def test_a_contact_who_came_today_to_a_list_of_before_is_not_called(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    new = a_listed_parent(marisol, "Tom", "Baker")
    Guardian.objects.filter(pk=new.pk).update(first_seen_at=NOW - timedelta(hours=2))

    assert record_word(desk, marisol, new).status_code == 422
    assert record_word(desk, marisol, elena).status_code == 302


def test_no_word_lifts_an_order(desk: Client, marisol: Student, elena: Guardian) -> None:
    an_order_against(marisol, "Sue", "Smith")

    asked = verdict_on(desk, marisol, SUE)

    assert not asked["box"].may_authorise  # type: ignore[attr-defined]
    assert record_word(desk, marisol, elena).status_code == 422
    assert not TemporaryAuthorisation.objects.exists()


def test_the_word_of_one_who_may_not_take_the_child_is_no_word(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    record_word(desk, marisol, elena)
    PickupState.objects.create(
        district=marisol.district,
        student=marisol,
        guardian=elena,
        state=Pickup.DENIED,
        why="Order of 20 Nov",
        set_at=NOW,
    )

    asked = verdict_on(desk, marisol, SUE, evidence=["photo_id"])

    assert asked["box"].word.word == "DENY"  # type: ignore[attr-defined]


def test_a_listed_contact_needs_no_word_and_gives_none_for_herself(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    answer = record_word(desk, marisol, elena, name="Elena Rivera-Cruz")

    assert answer.status_code == 422
    assert not TemporaryAuthorisation.objects.exists()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"said_yes": ""}, "Without a yes on the phone nobody may come."),
        ({"until_on": "2026-11-22"}, "cannot end before it begins"),
        ({"from_on": "2026-11-20"}, "begins today or later"),
        ({"until_on": "2027-03-01"}, "At most 30 days"),
        ({"name": "Sue"}, "first and the last name"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_recorded(
    desk: Client, marisol: Student, elena: Guardian, form: dict[str, object], says: str
) -> None:
    answer = record_word(desk, marisol, elena, **form)

    assert says in answer.content.decode()
    assert not TemporaryAuthorisation.objects.exists()


def test_an_authorisation_is_ended_at_once(desk: Client, marisol: Student, elena: Guardian) -> None:
    record_word(desk, marisol, elena)

    desk.post(f"{LIST}{TemporaryAuthorisation.objects.get().pk}/end/")

    assert SUE not in desk.get(LIST).content.decode()
    assert verdict_on(desk, marisol, SUE, evidence=["photo_id"])["box"].word.word == "DENY"  # type: ignore[attr-defined]


def test_another_schools_authorisation_cannot_be_ended_here(
    desk: Client, marisol: Student, elena: Guardian, fir: School
) -> None:
    record_word(desk, marisol, elena)
    TemporaryAuthorisation.objects.update(school=fir)

    desk.post(f"{LIST}{TemporaryAuthorisation.objects.get().pk}/end/")

    assert TemporaryAuthorisation.objects.get().withdrawn_at is None


def test_a_name_only_alike_is_verified_first_and_is_a_use_of_the_word(
    desk: Client, marisol: Student, elena: Guardian
) -> None:
    record_word(desk, marisol, elena, name="Katherine Smith")

    asked = verdict_on(desk, marisol, "Kate Smith", evidence=["photo_id", "second_proof"])

    assert asked.pop("box").word.word == "VERIFY"  # type: ignore[attr-defined]
    desk.post(f"{DESK}{marisol.pk}/release/", asked)
    assert DeskEvent.objects.get().authorisation == TemporaryAuthorisation.objects.get()


def test_tomorrows_word_is_no_word_today(desk: Client, marisol: Student, elena: Guardian) -> None:
    record_word(desk, marisol, elena, from_on="2026-11-24", until_on="2026-11-24")

    asked = verdict_on(desk, marisol, SUE, evidence=["photo_id"])

    assert asked["box"].word.word == "DENY"  # type: ignore[attr-defined]
    assert "Later: 1" in desk.get(LIST).content.decode()


def test_a_contact_without_a_number_is_nobody_to_call(desk: Client, marisol: Student) -> None:
    a_contact(marisol, "Elena", "Rivera-Cruz")

    asked = verdict_on(desk, marisol, SUE)

    assert not asked["box"].may_authorise  # type: ignore[attr-defined]
