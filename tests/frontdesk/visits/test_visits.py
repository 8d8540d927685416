"""Visitors: checked, signed in with a badge, seen in the school, signed out, gone with the day."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cast import a_district_admin, a_listed_student
from desk_cast import NOW, a_listed_parent, an_order_against
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.record import broken_links
from schoolgate.roster.models import Effect, Restriction, Student
from schoolgate.roster.restrictions import add_restriction

pytestmark = pytest.mark.django_db

OAK = "/d/maple-valley/desk/oak/"
VISITS = f"{OAK}visits/"
PAUL = {"name": "Paul Green", "reason": "repair", "host": "Boiler room", "photo_id": "on"}


def a_visit(desk: Client, **form: object) -> DeskEvent:
    desk.post(f"{VISITS}sign-in/", {**PAUL, **form})
    return DeskEvent.objects.filter(kind=EventKind.VISIT).latest("id")


def keep_out(school: School, *effects: Effect, student: Student | None = None) -> Restriction:
    return add_restriction(
        school.district,
        given_name="Paul",
        family_name="Green",
        effects=effects or [Effect.NO_VISIT],
        students=[student] if student else [],
        school=None if student else school,
        instruction="Call Mr. Lee.",
        from_on=NOW.date(),
        by=None,
        at=NOW,
    )


# --- to see no student ---------------------------------------------------------------------------


def test_a_visitor_with_an_id_signs_in_and_gets_a_badge(desk: Client, oak: School) -> None:
    checked = desk.post(f"{VISITS}check/", PAUL).content.decode()
    assert "ALLOW" in checked
    assert not DeskEvent.objects.exists()

    visit = a_visit(desk)

    page = desk.get(f"{OAK}early-departure/record/{visit.pk}/").content.decode()
    assert "VISITOR 1:42 PM" in page
    assert "Boiler room" in page
    assert "Paul Green" in desk.get(VISITS).content.decode()
    assert "Paul Green" in desk.get(f"{OAK}here/").content.decode()
    assert list(broken_links(oak, NOW.date())) == []


def test_without_an_id_a_clerk_signs_nobody_in(desk: Client, oak: School) -> None:
    answer = desk.post(f"{VISITS}sign-in/", {**PAUL, "photo_id": ""})

    assert answer.status_code == 409
    assert "Look at a photo ID" in answer.content.decode()
    assert not DeskEvent.objects.exists()


def test_without_an_id_an_administrator_decides_and_says_why(desk: Client, oak: School) -> None:
    desk.force_login(a_district_admin(oak.district))
    without = {**PAUL, "photo_id": ""}
    assert desk.post(f"{VISITS}sign-in/", without).status_code == 409

    desk.post(f"{VISITS}sign-in/", {**without, "note": "Known to me for ten years."})

    assert DeskEvent.objects.get().note == "Known to me for ten years."


@pytest.mark.parametrize("whose", ["the school", "one student"])
def test_whom_an_order_keeps_out_is_not_let_in(
    desk: Client, oak: School, marisol: Student, whose: str
) -> None:
    keep_out(oak, student=marisol if whose == "one student" else None)

    answer = desk.post(f"{VISITS}sign-in/", PAUL)

    assert answer.status_code == 409
    assert "DENY" in answer.content.decode()
    assert not DeskEvent.objects.exists()
    desk.post(f"{VISITS}turn-away/", PAUL)
    assert DeskEvent.objects.get().kind == EventKind.REFUSAL


def test_an_order_of_another_school_keeps_nobody_out_here(
    desk: Client, oak: School, fir: School
) -> None:
    keep_out(fir)
    keep_out(fir, student=a_listed_student(fir, "Dee", "Okafor"))

    assert a_visit(desk).verdict == "allow"


def test_a_name_that_is_alike_is_for_an_administrator(desk: Client, oak: School) -> None:
    keep_out(oak)
    alike = {**PAUL, "name": "Paul Greene"}

    answer = desk.post(f"{VISITS}sign-in/", alike)
    assert "Same person as in the restriction?" in answer.content.decode()
    assert answer.status_code == 409

    desk.force_login(a_district_admin(oak.district))
    another = {**alike, "same_person": "no", "compared": "on", "note": "Another birth date."}
    desk.post(f"{VISITS}sign-in/", another)
    assert DeskEvent.objects.get().verdict == "verify_admin"


def test_not_sure_is_no(desk: Client, oak: School) -> None:
    keep_out(oak)
    desk.force_login(a_district_admin(oak.district))
    unsure = {"name": "Paul Greene", "same_person": "not_sure", "compared": "on"}

    answer = desk.post(f"{VISITS}sign-in/", {**PAUL, **unsure, "note": "I do not know him."})

    assert answer.status_code == 409
    assert "DENY" in answer.content.decode()


# --- to see a student --------------------------------------------------------------------------


def see(desk: Client, student: Student, name: str, **form: object):  # type: ignore[no-untyped-def]
    address = f"{OAK}visit/{student.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": name})
    said = {"shown": named.context["sealed"], "name": name, "evidence": ["photo_id"], **form}
    shown = desk.post(f"{address}verdict/", said).context
    return shown["box"], desk.post(f"{address}sign-in/", {**said, "shown": shown["sealed"]})


def test_a_listed_parent_comes_for_lunch_and_the_badge_names_no_child(
    desk: Client, marisol: Student
) -> None:
    a_listed_parent(marisol)

    _, answer = see(desk, marisol, "Robert Rivera", reason="lunch", host="Cafeteria")

    page = desk.get(answer["Location"]).content.decode()
    badge = page[page.index('aria-label="Visitor badge"') :]
    assert "Robert Rivera" in badge
    assert "RIVERA, Marisol" not in badge
    assert "Marisol J. RIVERA" not in badge[: badge.index("</aside>")]
    assert "to see" in desk.get(VISITS).content.decode()


def test_who_is_barred_from_taking_her_home_may_be_barred_from_nothing_else(
    desk: Client, marisol: Student
) -> None:
    a_listed_parent(marisol, "Carl", "Dunn")
    an_order_against(marisol)

    released = desk.get(f"{OAK}early-departure/{marisol.pk}/")
    box, _ = see(desk, marisol, "Carl Dunn", reason="lunch")

    assert "Do not release to" in released.content.decode()
    assert box.word.word == "ALLOW"


def test_a_stranger_needs_consent_for_a_visit(desk: Client, marisol: Student) -> None:
    a_listed_parent(marisol)

    box, answer = see(desk, marisol, "Sue Smith")

    assert box.word.word == "ADMINISTRATOR"
    assert "a visit needs consent" in box.sentence
    assert answer.status_code == 409


def test_what_stood_on_the_screen_of_a_departure_signs_no_visitor_in(
    desk: Client, marisol: Student
) -> None:
    a_listed_parent(marisol)
    address = f"{OAK}early-departure/{marisol.pk}/"
    opened = desk.get(address).context["sealed"]
    named = desk.post(f"{address}verdict/", {"shown": opened, "name": "Robert Rivera"})
    said = {"shown": named.context["sealed"], "name": "Robert Rivera", "evidence": ["photo_id"]}

    answer = desk.post(f"{OAK}visit/{marisol.pk}/sign-in/", said)

    assert answer.status_code == 409
    assert not DeskEvent.objects.exists()


# --- and out --------------------------------------------------------------------------------


def test_who_signs_out_is_here_no_more_and_twice_is_said(desk: Client, oak: School) -> None:
    visit = a_visit(desk)

    assert desk.post(f"{VISITS}{visit.pk}/sign-out/").status_code == 302

    assert "No visitors in the school" in desk.get(VISITS).content.decode()
    again = desk.post(f"{VISITS}{visit.pk}/sign-out/")
    assert again.status_code == 409
    assert "signed out already" in again.content.decode()


def test_a_visit_ends_with_its_day(desk: Client, dana: User, oak: School) -> None:
    a_visit(desk)

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        desk.force_login(dana)
        assert "No visitors in the school" in desk.get(VISITS).content.decode()


def test_a_sign_out_that_is_undone_leaves_the_visitor_here(desk: Client, oak: School) -> None:
    visit = a_visit(desk)
    desk.post(f"{VISITS}{visit.pk}/sign-out/")
    out = DeskEvent.objects.get(kind=EventKind.VISIT_END)
    record = f"{OAK}early-departure/record/"
    first = desk.post(f"{record}{visit.pk}/undo/", {"reason": "Signed in by mistake."})
    assert "Undo the sign-out first" in first.content.decode()

    desk.post(f"{record}{out.pk}/undo/", {"reason": "Another visitor left."})

    assert "Paul Green" in desk.get(VISITS).content.decode()
    assert "is still here" in desk.get(f"{record}{out.pk}/").content.decode()


def test_visitors_stand_in_the_log_and_not_on_the_sheet_for_the_sis(
    desk: Client, oak: School
) -> None:
    a_visit(desk)

    log = desk.get(f"{OAK}log/").content.decode()
    sheet = desk.post(f"{OAK}log/sheet/").content.decode()

    assert "Paul Green" in log
    assert "Boiler room" in log
    assert "Green" not in sheet


def test_a_name_is_asked_for(desk: Client, oak: School) -> None:
    answer = desk.post(f"{VISITS}check/", {**PAUL, "name": ""})

    assert answer.status_code == 422
    assert "Type the name as on the ID." in answer.content.decode()
