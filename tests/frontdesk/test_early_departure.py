"""Releases, refusals and corrections through the desk's own requests, and what they record."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cast import a_clerk, a_contact, a_district_admin, a_listed_student
from desk_cast import (
    DESK,
    LONG_AGO,
    NOW,
    a_listed_parent,
    an_order_against,
    marisol_at,
    no_custody_check,
)
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.undo import CannotUndo, undo
from schoolgate.registrations.models import SourceSchool
from schoolgate.roster.models import (
    Alias,
    Guardian,
    Listing,
    Pickup,
    PickupState,
    RelationshipState,
    Student,
)
from schoolgate.sync.models import ChangeState, PlannedChange, SyncRun

pytestmark = pytest.mark.django_db


def ask(desk: Client, student: Student, **form: object) -> dict[str, object]:
    """Ask for a verdict as the page does: open the child, then send the form twice."""
    address = f"{DESK}{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": form["name"]})
    answer = desk.post(f"{address}verdict/", {"shown": named.context["sealed"], **form})
    return {"box": answer.context["box"], "shown": answer.context["sealed"], **form}


def release(desk: Client, student: Student, asked: dict[str, object]):  # type: ignore[no-untyped-def]
    form = {key: value for key, value in asked.items() if key != "box"}
    return desk.post(f"{DESK}{student.pk}/release/", form)


# --- each level ----------------------------------------------------------------------------------


def test_a_listed_parent_with_her_id_is_allowed(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="ROBERT RIVERA", evidence=["photo_id"])

    assert asked["box"].word.word == "ALLOW"
    assert asked["box"].sentence == "Listed as parent. Identity proved."
    assert asked["box"].may_release


def test_without_the_id_there_is_no_release(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera")
    response = release(desk, marisol, asked)

    assert asked["box"].word.word == "VERIFY"
    assert not asked["box"].may_release
    assert response.status_code == 409
    assert DeskEvent.objects.count() == 0


def test_a_short_form_is_verified_with_a_second_proof(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    a_contact(marisol, "Elena", "Rivera-Cruz", phone="555-0103")
    asked = ask(desk, marisol, name="Bob Rivera", evidence=["photo_id", "call_back"])
    response = release(desk, marisol, asked)

    assert asked["box"].word.word == "VERIFY"
    assert response.status_code == 302
    assert DeskEvent.objects.get().guardian == robert
    assert DeskEvent.objects.get().presented_name == "Bob Rivera"


def test_a_stored_alias_counts_as_the_name(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    Alias.objects.create(
        district=oak.district, guardian=robert, name="Bob Rivera", confirmed_at=LONG_AGO
    )

    asked = ask(desk, marisol, name="Bob Rivera", evidence=["photo_id"])

    assert asked["box"].word.word == "ALLOW"


def test_a_relative_whom_the_school_cleared_is_allowed(
    desk: Client, marisol: Student, oak: School
) -> None:
    rosa = a_contact(marisol, "Rosa", "Vega", role="relative")
    PickupState.objects.create(
        district=oak.district,
        student=marisol,
        guardian=rosa,
        state=Pickup.ALLOWED,
        why="Letter",
        set_at=LONG_AGO,
    )

    asked = ask(desk, marisol, name="Rosa Vega", evidence=["photo_id"])

    assert asked["box"].sentence == "Cleared for pickup by the school, 20 Aug 2026."


def test_a_contact_whom_the_school_denied_is_denied(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    PickupState.objects.create(
        district=oak.district,
        student=marisol,
        guardian=robert,
        state=Pickup.DENIED,
        why="Letter",
        set_at=LONG_AGO,
    )

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    card = desk.get(f"{DESK}{marisol.pk}/").context["card"]

    assert asked["box"].word.word == "DENY"
    assert card.contacts[0].chip.words == "Not allowed"


@pytest.mark.parametrize("by_admin", [False, True])
def test_nobody_releases_to_a_restricted_adult(
    desk: Client, marisol: Student, robert: Guardian, oak: School, by_admin: bool
) -> None:
    an_order_against(marisol)
    person = (
        a_district_admin(oak.district) if by_admin else a_clerk(oak.district, oak, username="kit")
    )
    desk.force_login(person)
    asked = ask(desk, marisol, name="Carl Dunn", evidence=["photo_id"], note="Principal said so")

    response = release(desk, marisol, asked)

    assert asked["box"].word.word == "DENY"
    assert response.status_code == 409
    assert DeskEvent.objects.count() == 0


def test_an_order_on_another_record_of_the_child_binds_and_says_so(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    an_order_against(marisol, "Robert", "Rivera")
    again = marisol_at(oak, sourced_id="again", registration_id=7, middle_name="")
    a_listed_parent(again, sourced_id="robert again")

    card = desk.get(f"{DESK}{again.pk}/").context["card"]
    asked = ask(desk, again, name="Robert Rivera", evidence=["photo_id"])

    assert asked["box"].word.word == "DENY"
    assert card.contacts[0].chip.words == "Not allowed"
    assert card.restrictions[0].instruction == (
        "Until 30 Jun 2027. Entered for a student of this name or number, under another record. "
        "Call Mr. Lee."
    )


@pytest.mark.parametrize("name", ["Robert Rivera", "Bob Rivera"])
def test_a_denial_on_another_record_of_the_child_binds(
    desk: Client, marisol: Student, robert: Guardian, oak: School, name: str
) -> None:
    PickupState.objects.create(
        district=oak.district,
        student=marisol,
        guardian=robert,
        state=Pickup.DENIED,
        why="Letter",
        set_at=LONG_AGO,
    )
    again = marisol_at(oak, sourced_id="again", registration_id=7, middle_name="")
    a_listed_parent(again, sourced_id="robert again")

    asked = ask(desk, again, name=name, evidence=["photo_id"])
    card = desk.get(f"{DESK}{again.pk}/").context["card"]

    assert asked["box"].word.word == "DENY"
    assert asked["box"].sentence == "Marked not allowed to collect (the school, 20 Aug 2026)."
    assert card.former == ()


def test_a_listed_parent_under_an_order_does_not_look_allowed(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    an_order_against(marisol, "Robert", "Rivera")

    card = desk.get(f"{DESK}{marisol.pk}/").context["card"]

    assert card.restrictions[0].forbids == "Do not release to"
    assert card.restrictions[0].instruction == "Until 30 Jun 2027. Call Mr. Lee."
    assert card.contacts[0].chip.words == "Not allowed"


def test_a_restricted_parent_looks_no_better_once_the_child_has_left(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    a_listed_parent(marisol, "Elena", "Cruz")
    an_order_against(marisol, "Robert", "Rivera")
    release(desk, marisol, ask(desk, marisol, name="Elena Cruz", evidence=["photo_id"]))

    card = desk.get(f"{DESK}{marisol.pk}/").context["card"]

    assert [one.chip.words for one in card.contacts] == ["Listed", "Not allowed"]


def test_a_stranger_is_refused(desk: Client, marisol: Student, robert: Guardian) -> None:
    asked = ask(desk, marisol, name="Aunt May", evidence=["photo_id"])

    assert asked["box"].word.word == "DENY"
    assert asked["box"].say == "Please take a seat, someone will be with you."


def test_a_child_who_says_no_stops_the_release(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"], child_objects="on")

    assert asked["box"].sentence == "The child did not confirm this adult."
    assert release(desk, marisol, asked).status_code == 409


def test_a_no_of_the_child_is_taken_back_by_an_administrator_only(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    evidence = ["photo_id", "child_confirmed"]
    no = ask(desk, marisol, name="Robert Rivera", evidence=evidence, child_objects="on")
    form = {"name": "Robert Rivera", "evidence": evidence, "note": "It was a joke"}
    unticked = desk.post(f"{DESK}{marisol.pk}/verdict/", {**form, "shown": no["shown"]})

    response = release(desk, marisol, {**form, "shown": unticked.context["sealed"]})

    assert unticked.context["box"].word.word == "ADMINISTRATOR"
    assert unticked.context["box"].sentence.startswith("The child said no or was distressed")
    assert response.status_code == 409
    assert DeskEvent.objects.count() == 0


def test_a_no_that_an_administrator_takes_back_is_on_the_record(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    no = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"], child_objects="on")
    desk.force_login(a_district_admin(oak.district))
    form = {
        "name": "Robert Rivera",
        "evidence": ["photo_id", "child_confirmed"],
        "note": "Spoke with her in the office",
    }
    seen = desk.post(f"{DESK}{marisol.pk}/verdict/", {**form, "shown": no["shown"]})
    again = {**form, "shown": seen.context["sealed"]}
    confirmed = desk.post(f"{DESK}{marisol.pk}/verdict/", again)

    release(desk, marisol, {**form, "shown": confirmed.context["sealed"]})

    event = DeskEvent.objects.get()
    assert (event.verdict, event.rules) == ("verify_admin", ["A9", "R1"])
    assert event.evidence == ["child_confirmed", "photo_id"]
    assert event.snapshot["child_objected"]


@pytest.mark.parametrize("other", [{"name": "Robert J Rivera"}, {"name": " "}])
def test_another_name_does_not_wipe_out_the_no(
    desk: Client, marisol: Student, robert: Guardian, other: dict[str, object]
) -> None:
    no = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"], child_objects="on")
    between = desk.post(f"{DESK}{marisol.pk}/verdict/", {**other, "shown": no["shown"]})

    back = desk.post(
        f"{DESK}{marisol.pk}/verdict/",
        {"name": "Robert Rivera", "shown": between.context["sealed"]},
    )

    assert back.context["box"].word.word == "ADMINISTRATOR"


def test_a_possible_restricted_person_is_denied_when_the_clerk_is_not_sure(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    an_order_against(marisol, "William", "Jones")

    unsure = ask(desk, marisol, name="Bill Jones", same_person="not_sure")

    assert unsure["box"].word.word == "DENY"
    assert unsure["box"].asks_same_person


def test_a_clerk_cannot_finish_what_an_administrator_decides(
    desk: Client, marisol: Student
) -> None:
    evidence = ["photo_id", "paper_card"]
    asked = ask(desk, marisol, name="Robert Rivera", evidence=evidence, note="Paper card seen")

    response = release(desk, marisol, asked)

    assert asked["box"].word.word == "ADMINISTRATOR"
    assert asked["box"].sentence == "The school system sent no contacts for this child."
    assert response.status_code == 409
    assert DeskEvent.objects.count() == 0


@pytest.mark.parametrize(("note", "status"), [("too short", 409), ("Paper card seen", 302)])
def test_an_administrator_finishes_with_a_reason(
    desk: Client, marisol: Student, oak: School, note: str, status: int
) -> None:
    desk.force_login(a_district_admin(oak.district))
    evidence = ["photo_id", "paper_card"]
    asked = ask(desk, marisol, name="Robert Rivera", evidence=evidence, note=note)

    response = release(desk, marisol, asked)

    assert response.status_code == status


def test_a_namesake_asks_for_the_right_child(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    marisol_at(oak, sourced_id="other", middle_name="Luz", identifier="20099025")

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    card = desk.get(f"{DESK}{marisol.pk}/").context["card"]

    assert asked["box"].word.word == "VERIFY"
    assert not asked["box"].may_release
    assert card.namesakes == ("RIVERA, Marisol L. · Grade 2 · ID …9025",)


def test_siblings_with_a_common_contact_can_be_mistaken(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    luis = a_listed_student(oak, "Luis", "Rivera")
    luis.relationships.create(
        district=oak.district,
        guardian=robert,
        state=RelationshipState.CURRENT,
        began_at=LONG_AGO,
    )

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    assert "twin or sibling" in asked["box"].sentence


def test_a_former_contact_needs_an_administrator(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    a_listed_parent(marisol, "Elena", "Cruz")
    robert.relationships.update(state=RelationshipState.ENDED, ended_at=NOW - timedelta(days=1))

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    card = desk.get(f"{DESK}{marisol.pk}/").context["card"]

    assert asked["box"].word.word == "ADMINISTRATOR"
    assert card.former[0].since == "22 Nov 2026"


@pytest.mark.parametrize(
    ("age", "word", "tone"),
    [
        (timedelta(hours=23), "ALLOW", ""),
        (timedelta(hours=25), "ALLOW", "verify"),
        (timedelta(hours=80), "VERIFY", "verify"),
        (timedelta(days=8), "ADMINISTRATOR", "deny"),
    ],
)
@pytest.mark.usefixtures("robert")
def test_an_older_list_asks_for_more(
    desk: Client, marisol: Student, age: timedelta, word: str, tone: str
) -> None:
    SourceSchool.objects.update(list_as_of=NOW - age)
    a_contact(marisol, "Elena", "Rivera-Cruz", phone="555-0103")

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    chip = desk.get(DESK).context["chip"]

    assert asked["box"].word.word == word
    assert chip.tone == tone


def test_a_list_that_was_never_whole_needs_an_administrator_and_says_why(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    SourceSchool.objects.update(list_as_of=None)

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    assert asked["box"].word.word == "ADMINISTRATOR"
    assert asked["box"].sentence == "Nobody knows how old the lists are."


def test_a_change_that_waits_needs_an_administrator_and_shows_on_the_card(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    source = SourceSchool.objects.get()
    marisol.registration_id = source.registration_id
    marisol.save()
    run = SyncRun.objects.create(
        district=oak.district, registration=source.registration, asked_at=NOW
    )
    PlannedChange.objects.create(
        run=run,
        school=oak,
        kind="relationship",
        action="removed",
        student_sourced_id=marisol.sourced_id,
        state=ChangeState.HELD,
    )

    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    page = desk.get(f"{DESK}{marisol.pk}/").content.decode()

    assert asked["box"].sentence == "A change to this child's contacts waits for approval."
    assert "A change about this child waits for approval." in page


def test_without_custody_check_a_departure_is_recorded_and_restrictions_bind(
    desk: Client, marisol: Student, oak: School
) -> None:
    no_custody_check(oak)
    an_order_against(marisol)

    anybody = ask(desk, marisol, name="Aunt May")
    restricted = ask(desk, marisol, name="Carl Dunn")

    assert anybody["box"].word.word == "ALLOW"
    assert restricted["box"].word.word == "DENY"
    assert release(desk, marisol, anybody).status_code == 302


# --- what is recorded ---------------------------------------------------------------------------


def test_a_release_records_who_what_why_and_what_was_seen(
    desk: Client, marisol: Student, robert: Guardian, dana: User, oak: School
) -> None:
    an_order_against(marisol)
    asked = ask(
        desk, marisol, name="Robert Rivera", evidence=["photo_id"], reason="ill", note="Fever"
    )

    response = release(desk, marisol, asked)

    event = DeskEvent.objects.get()
    assert response["Location"] == f"{DESK}record/{event.pk}/"
    assert (event.kind, event.actor, event.student, event.guardian, event.school) == (
        EventKind.EARLY_DEPARTURE,
        dana,
        marisol,
        robert,
        oak,
    )
    assert (event.verdict, event.rules, event.rules_version) == ("allow", ["R1"], "4")
    assert (event.evidence, event.reason, event.note) == (["photo_id"], "ill", "Fever")
    assert event.list_as_of == SourceSchool.objects.get().list_as_of
    assert event.snapshot["contacts"][0]["name"] == "Robert Rivera"
    assert event.snapshot["restrictions"][0]["names"] == ["Carl Dunn"]
    assert event.snapshot["adult"]["presented"] == "Robert Rivera"
    assert event.snapshot["verdict"]["grounds"][0]["text"] == "Listed as parent. Identity proved."


def test_the_audit_holds_ids_and_no_names(
    desk: Client, marisol: Student, robert: Guardian, dana: User
) -> None:
    release(desk, marisol, ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"]))

    entry = AuditEntry.objects.get(action="student.released")
    assert entry.actor_id == dana.pk
    assert entry.subject == f"event:{DeskEvent.objects.get().pk}"
    assert entry.detail == {
        "student": marisol.pk,
        "school": DeskEvent.objects.get().school_id,
        "verdict": "allow",
        "rules": ["R1"],
    }


def test_a_refusal_is_recorded_as_carefully(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    an_order_against(marisol)
    asked = ask(desk, marisol, name="Carl Dunn")
    form = {"name": "Carl Dunn", "shown": asked["shown"], "outcome": "left without the child"}

    response = desk.post(f"{DESK}{marisol.pk}/not-released/", form)

    event = DeskEvent.objects.get()
    assert response.status_code == 302
    assert (event.kind, event.verdict) == (EventKind.REFUSAL, "deny")
    assert event.reason == "left without the child"
    assert event.snapshot["verdict"]["reasons"][0]["rule"] == "X1"
    assert AuditEntry.objects.filter(action="student.not_released").count() == 1


def test_the_record_says_who_took_the_child_in_one_sentence(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    page = desk.get(release(desk, marisol, asked)["Location"]).content.decode()

    assert "Marisol J. RIVERA released to Robert RIVERA 1:42 PM" in page


# --- what changed meanwhile ----------------------------------------------------------------------


def test_an_order_added_meanwhile_stops_the_release_and_is_shown(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    an_order_against(marisol, "Robert", "Rivera")

    response = release(desk, marisol, asked)

    assert response.status_code == 409
    assert response.context["box"].word.word == "DENY"
    assert response.context["obstacle"].startswith("Not released. This has changed")
    assert DeskEvent.objects.count() == 0


def test_a_name_typed_over_after_the_verdict_is_weighed_anew(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    a_listed_parent(marisol, "Elena", "Rivera")
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    response = release(desk, marisol, {**asked, "name": "Elena Rivera"})

    assert response.status_code == 409
    assert not response.context["presented"].evidence
    assert DeskEvent.objects.count() == 0


def test_what_another_child_showed_counts_for_nothing(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    ben = a_listed_student(oak, "Ben", "Dunn")
    a_listed_parent(ben, "Robert", "Rivera", sourced_id="another-robert")
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    assert release(desk, ben, asked).status_code == 409


@pytest.mark.parametrize("page", ["release", "not-released"])
def test_a_screen_counts_for_half_an_hour(
    desk: Client, marisol: Student, robert: Guardian, page: str
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    form = {"name": "Robert Rivera", "evidence": ["photo_id"], "shown": asked["shown"]}

    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        too_late = desk.post(f"{DESK}{marisol.pk}/{page}/", form)
        recorded_too_late = DeskEvent.objects.count()
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        in_time = desk.post(f"{DESK}{marisol.pk}/{page}/", form)

    assert (too_late.status_code, recorded_too_late) == (409, 0)
    assert in_time.status_code == 302
    assert DeskEvent.objects.get().opened_at == NOW


def test_a_screen_that_is_too_old_is_shown_again_and_opens_anew(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    later = NOW + timedelta(minutes=31)
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    form = {"name": "Robert Rivera", "evidence": ["photo_id"]}

    with time_machine.travel(later, tick=False):
        again = release(desk, marisol, asked)
        shown = again.context["sealed"]
        released = release(desk, marisol, {**form, "shown": shown})

    assert again.context["obstacle"].startswith("Nothing recorded.")
    assert again.context["box"].word.word == "VERIFY"
    assert released.status_code == 302
    assert DeskEvent.objects.get().opened_at == later


def test_the_no_of_a_child_outlives_the_screen(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    no = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"], child_objects="on")

    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        later = desk.post(
            f"{DESK}{marisol.pk}/verdict/", {"name": "Robert Rivera", "shown": no["shown"]}
        )

    assert later.context["box"].word.word == "ADMINISTRATOR"


def test_what_another_person_saw_counts_for_nothing(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    desk.force_login(a_clerk(oak.district, oak, username="kit"))

    assert release(desk, marisol, asked).status_code == 409
    assert DeskEvent.objects.count() == 0


def test_what_another_school_showed_counts_for_nothing(
    desk: Client, marisol: Student, robert: Guardian, oak: School, fir: School
) -> None:
    Listing.objects.create(district=oak.district, school=fir, student=marisol)
    desk.force_login(a_district_admin(oak.district))
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    form = {"name": "Robert Rivera", "evidence": ["photo_id"], "shown": asked["shown"]}

    response = desk.post(f"{DESK.replace('/oak/', '/fir/')}{marisol.pk}/release/", form)

    assert response.status_code == 409
    assert response.context["obstacle"].startswith("Nothing recorded.")


def test_a_forged_seal_counts_for_nothing(desk: Client, marisol: Student, robert: Guardian) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])

    assert release(desk, marisol, {**asked, "shown": "forged"}).status_code == 409


def test_the_second_clerk_is_told_who_was_faster(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    release(desk, marisol, asked)

    response = release(desk, marisol, asked)

    assert response.status_code == 409
    assert "Left 1:42 PM with Robert RIVERA" in response.content.decode()
    assert DeskEvent.objects.count() == 1


# --- undo -----------------------------------------------------------------------------------------


def test_undo_is_a_new_event_and_the_child_can_be_released_again(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    record = release(desk, marisol, asked)["Location"]

    desk.post(f"{record}undo/", {"reason": "The child came back to the desk"})

    correction = DeskEvent.objects.get(kind=EventKind.UNDONE)
    assert correction.corrects == DeskEvent.objects.get(kind=EventKind.EARLY_DEPARTURE)
    assert correction.note == "The child came back to the desk"
    assert AuditEntry.objects.filter(action="student.departure_undone").count() == 1
    assert release(desk, marisol, asked).status_code == 302


def test_a_departure_is_undone_once(desk: Client, marisol: Student, robert: Guardian) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    record = release(desk, marisol, asked)["Location"]
    desk.post(f"{record}undo/", {"reason": "The child came back to the desk"})

    again = desk.post(f"{record}undo/", {"reason": "The child came back to the desk"})

    assert again.status_code == 422
    assert DeskEvent.objects.filter(kind=EventKind.UNDONE).count() == 1


def test_an_undo_needs_a_reason(desk: Client, marisol: Student, robert: Guardian) -> None:
    asked = ask(desk, marisol, name="Robert Rivera", evidence=["photo_id"])
    record = release(desk, marisol, asked)["Location"]

    response = desk.post(f"{record}undo/", {"reason": "oops"})

    assert response.status_code == 422
    assert "Say why, in at least 10 characters." in response.content.decode()


def test_a_departure_of_yesterday_stays(oak: School, dana: User, marisol: Student) -> None:
    event = DeskEvent.objects.create(
        district=oak.district,
        school=oak,
        kind=EventKind.EARLY_DEPARTURE,
        opened_at=NOW,
        decided_at=NOW - timedelta(days=1),
        actor=dana,
        student=marisol,
        snapshot={},
    )

    with pytest.raises(CannotUndo, match="Only a departure of today"):
        undo(event, Desk(school=oak, by=dana, now=NOW), reason="long enough reason")


# --- cost -----------------------------------------------------------------------------------------


def test_a_verdict_costs_few_queries(
    desk: Client,
    marisol: Student,
    robert: Guardian,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    an_order_against(marisol)
    form = {"name": "Robert Rivera"}

    with django_assert_max_num_queries(20):
        desk.post(f"{DESK}{marisol.pk}/verdict/", form, headers={"HX-Request": "true"})
