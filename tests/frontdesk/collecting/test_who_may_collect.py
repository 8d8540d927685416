"""The school's own word on who may collect a student, and names that the desk has learnt."""

import pytest
from django.test import Client

from cast import a_contact, a_district_admin
from desk_cast import DESK, a_listed_parent
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, StudentHold
from schoolgate.roster.models import Alias, Guardian, PickupState, RelationshipState, Student

pytestmark = pytest.mark.django_db

PAGE = "/d/maple-valley/desk/oak/collecting/"
RELATIONSHIPS = "/d/maple-valley/desk/oak/relationships/"


@pytest.fixture
def lee(oak: School) -> User:
    return a_district_admin(oak.district)


def asked(desk: Client, student: Student, name: str, **form: object) -> dict[str, object]:
    address = f"{DESK}{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": name})
    given = {"shown": named.context["sealed"], "name": name, "evidence": ["photo_id"], **form}
    answer = desk.post(f"{address}verdict/", given)
    return {**given, "shown": answer.context["sealed"], "box": answer.context["box"]}


def word(desk: Client, student: Student, name: str) -> str:
    return str(asked(desk, student, name)["box"].word.word)  # type: ignore[attr-defined]


def say(desk: Client, student: Student, guardian: Guardian, state: str, why: str = "Card, 3 Sep"):  # type: ignore[no-untyped-def]
    form = {"guardian": guardian.pk, "state": state, "why": why}
    return desk.post(f"{PAGE}{student.pk}/pickup/", form)


def test_a_cleared_relative_is_allowed_and_a_denied_parent_is_not(
    desk: Client, lee: User, marisol: Student
) -> None:
    robert = a_listed_parent(marisol)
    ada = a_contact(marisol, "Ada", "Stone", role="relative")
    desk.force_login(lee)

    say(desk, marisol, ada, "allowed")
    say(desk, marisol, robert, "denied", "Mother's letter of 20 Nov")

    assert word(desk, marisol, "Ada Stone") == "ALLOW"
    assert word(desk, marisol, "Robert Rivera") == "DENY"
    assert "Mother&#x27;s letter of 20 Nov" in desk.get(f"{PAGE}{marisol.pk}/").content.decode()
    assert AuditEntry.objects.filter(action="pickup.said").count() == 2


def test_a_word_is_taken_back(desk: Client, lee: User, marisol: Student) -> None:
    robert = a_listed_parent(marisol)
    desk.force_login(lee)
    say(desk, marisol, robert, "denied")

    say(desk, marisol, robert, "not_stated", "")

    assert word(desk, marisol, "Robert Rivera") == "ALLOW"
    assert not PickupState.objects.exists()


def test_a_word_on_who_is_no_contact_any_more_can_be_taken_back(
    desk: Client, lee: User, marisol: Student
) -> None:
    robert = a_listed_parent(marisol)
    desk.force_login(lee)
    say(desk, marisol, robert, "denied")
    robert.relationships.update(state=RelationshipState.ENDED, ended_at=robert.changed_at)

    assert "Robert Rivera" in desk.get(f"{PAGE}{marisol.pk}/").content.decode()
    say(desk, marisol, robert, "not_stated", "")

    assert not PickupState.objects.exists()


def test_a_word_says_why(desk: Client, lee: User, marisol: Student) -> None:
    robert = a_listed_parent(marisol)
    desk.force_login(lee)

    answer = say(desk, marisol, robert, "denied", " ")

    assert answer.status_code == 422
    assert "Say why, and who said so" in answer.content.decode()
    assert not PickupState.objects.exists()


def test_no_word_is_said_on_who_is_not_this_childs_contact(
    desk: Client, lee: User, oak: School, marisol: Student, pine: School
) -> None:
    stranger = a_contact(marisol, "Ada", "Stone")
    stranger.relationships.all().delete()
    desk.force_login(lee)

    assert say(desk, marisol, stranger, "allowed").status_code == 404
    assert not PickupState.objects.exists()


def test_a_hold_is_set_stands_at_the_child_and_is_ended(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_listed_parent(marisol)
    desk.force_login(lee)
    form = {"kind": "administrator_only", "why": "Nurse clears first"}

    desk.post(f"{PAGE}{marisol.pk}/hold/", form)
    twice = desk.post(f"{PAGE}{marisol.pk}/hold/", form)

    assert "said of the student already" in twice.content.decode()
    assert "Nurse clears first" in desk.get(f"{DESK}{marisol.pk}/").content.decode()
    assert word(desk, marisol, "Robert Rivera") == "DENY"
    desk.post(f"{PAGE}{marisol.pk}/hold/{StudentHold.objects.get().pk}/end/")
    assert word(desk, marisol, "Robert Rivera") == "ALLOW"


def test_one_administrator_releases_a_held_student_and_says_why(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_listed_parent(marisol)
    desk.force_login(lee)
    hold = {"kind": "administrator_only", "why": "Nurse clears first"}
    desk.post(f"{PAGE}{marisol.pk}/hold/", hold)
    form = asked(desk, marisol, "Robert Rivera")
    form.pop("box")

    assert desk.post(f"{DESK}{marisol.pk}/release/", form).status_code == 409
    desk.post(f"{DESK}{marisol.pk}/release/", {**form, "note": "The nurse has cleared her."})

    event = DeskEvent.objects.get()
    assert (event.verdict, event.approver, event.actor) == ("deny", None, lee)


def test_who_may_leave_alone_leaves_and_the_record_says_with_nobody(
    desk: Client, lee: User, dana: User, marisol: Student
) -> None:
    desk.force_login(lee)
    desk.post(f"{PAGE}{marisol.pk}/hold/", {"kind": "may_leave_alone", "why": "18 since May"})
    desk.post(
        RELATIONSHIPS,
        {
            "scope": "school",
            "validates_departures": "on",
            "leaves_alone": "on",
            "roles_that_count": ["parent"],
            "warn_hours": 24,
            "verify_hours": 72,
            "limit_hours": 168,
        },
    )
    desk.force_login(dana)
    assert "Leaves alone" in desk.get(f"{DESK}{marisol.pk}/").content.decode()
    form = asked(desk, marisol, "nobody (alone)", evidence=[])
    assert form.pop("box").word.word == "ALLOW"  # type: ignore[attr-defined]

    answer = desk.post(f"{DESK}{marisol.pk}/release/", form)

    page = desk.get(answer["Location"]).content.decode()
    assert "Marisol J. RIVERA left alone 1:42 PM" in page
    assert DeskEvent.objects.get().rules == ["R4"]


def test_a_clerk_confirms_another_name_once_and_it_counts_from_then_on(
    desk: Client, lee: User, marisol: Student
) -> None:
    a_listed_parent(marisol)
    form = asked(desk, marisol, "Bob Rivera", evidence=["photo_id", "second_proof"])
    form.pop("box")
    answer = desk.post(f"{DESK}{marisol.pk}/release/", form)
    page = desk.get(answer["Location"]).content.decode()
    assert "Remember this name" in page

    event = DeskEvent.objects.get()
    for _ in range(2):
        desk.post(f"{DESK}record/{event.pk}/remember/")
    desk.post(f"{DESK}record/{event.pk}/undo/", {"reason": "The child is still here."})

    assert "Remember this name" not in desk.get(answer["Location"]).content.decode()
    assert word(desk, marisol, "Bob Rivera") == "ALLOW"
    assert Alias.objects.get().confirmed_by == event.actor
    desk.force_login(lee)
    desk.post(f"{PAGE}{marisol.pk}/name/{Alias.objects.get().pk}/forget/")
    assert word(desk, marisol, "Bob Rivera") == "VERIFY"


def test_a_name_that_was_exact_or_undone_teaches_nothing(desk: Client, marisol: Student) -> None:
    a_listed_parent(marisol)
    form = asked(desk, marisol, "Robert Rivera")
    form.pop("box")
    desk.post(f"{DESK}{marisol.pk}/release/", form)

    desk.post(f"{DESK}record/{DeskEvent.objects.get().pk}/remember/")

    assert not Alias.objects.exists()
