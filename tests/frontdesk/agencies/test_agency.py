"""A child goes with an official: called back, an administrator present, the right child."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cast import a_district_admin, a_listed_student
from desk_cast import DESK, an_order_against
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.roster.models import Guardian, Student

pytestmark = pytest.mark.django_db

PAGE = "/d/maple-valley/desk/oak/agency/"
OFFICER = {
    "kind": "police",
    "organisation": "Maple County Sheriff",
    "name": "Ruth Hale",
    "badge": "4471",
    "number_called": "555-0199",
    "spoke_with": "Sgt. Moss",
    "parents_told": "yes",
}
SEEN = ["photo_id", "agency_called"]
NOTE = "Sgt. Moss confirms the visit"


@pytest.fixture
def lee(oak: School) -> User:
    return a_district_admin(oak.district)


def check(desk: Client, student: Student, **form: Any) -> HttpResponse:
    sealed = desk.get(f"{PAGE}{student.pk}/").context["sealed"]
    return desk.post(f"{PAGE}{student.pk}/check/", {**OFFICER, "shown": sealed, **form})  # type: ignore[return-value]


def release(desk: Client, student: Student, **form: Any) -> HttpResponse:
    sealed = check(desk, student).context["sealed"]  # type: ignore[attr-defined]
    given = {"evidence": SEEN, "note": NOTE, "shown": sealed, **form}
    return desk.post(f"{PAGE}{student.pk}/release/", {**OFFICER, **given})  # type: ignore[return-value]


def test_an_administrator_releases_and_everything_that_was_done_is_kept(
    desk: Client, lee: User, marisol: Student, robert: Guardian
) -> None:
    desk.force_login(lee)

    answer = release(desk, marisol)

    event = DeskEvent.objects.get()
    assert answer.status_code == 302
    assert event.rules[0] == "A8"
    assert event.reason == "agency"
    assert event.snapshot["agency"] == {
        "kind": "Police",
        "organisation": "Maple County Sheriff",
        "badge": "4471",
        "number_called": "555-0199",
        "spoke_with": "Sgt. Moss",
        "parents_told": True,
        "why_not_told": "",
    }
    page = desk.get(f"{DESK}record/{event.pk}/").content.decode()
    assert "Maple County Sheriff (Police), badge 4471" in page


def test_a_clerk_sees_the_answer_and_cannot_finish(
    desk: Client, lee: User, marisol: Student
) -> None:
    shown = check(desk, marisol)

    assert shown.context["box"].word.word == "ADMINISTRATOR"  # type: ignore[attr-defined]
    assert "An administrator finishes this" in shown.content.decode()
    assert release(desk, marisol).status_code == 409
    assert not DeskEvent.objects.exists()


@pytest.mark.parametrize("evidence", [["photo_id"], ["agency_called"], []])
def test_without_the_call_back_or_the_id_nobody_goes(
    desk: Client, lee: User, marisol: Student, robert: Guardian, evidence: list[str]
) -> None:
    desk.force_login(lee)

    assert release(desk, marisol, evidence=evidence).status_code == 409
    assert not DeskEvent.objects.exists()


def test_the_child_check_applies_to_officials_too(
    desk: Client, lee: User, oak: School, marisol: Student
) -> None:
    a_listed_student(oak, middle_name="Luz", identifier="20099025", sourced_id="marisol-luz")
    desk.force_login(lee)

    shown = check(desk, marisol)
    asked = {one.value for group in shown.context["box"].tick_groups for one in group}  # type: ignore[attr-defined]

    assert {"second_identifier", "child_confirmed"} <= asked
    assert release(desk, marisol).status_code == 409


def test_an_order_against_the_official_is_no_less_binding(
    desk: Client, lee: User, marisol: Student
) -> None:
    an_order_against(marisol, "Ruth", "Hale")
    desk.force_login(lee)

    assert check(desk, marisol).context["box"].word.word == "DENY"  # type: ignore[attr-defined]
    assert release(desk, marisol).status_code == 409


def test_parents_who_are_not_told_need_a_reason(desk: Client, lee: User, marisol: Student) -> None:
    desk.force_login(lee)

    assert check(desk, marisol, parents_told="no").status_code == 422
    said = check(desk, marisol, parents_told="no", why_not_told="The agency asked us not to")
    assert said.status_code == 200


def test_the_agency_form_is_no_way_round_the_usual_questions(
    desk: Client, lee: User, marisol: Student, robert: Guardian
) -> None:
    desk.force_login(lee)
    page = f"{DESK}{marisol.pk}/"
    opened = desk.get(page).context["sealed"]
    named = desk.post(f"{page}verdict/", {"shown": opened, "name": "Ruth Hale"})

    # What stood on the screen was the answer about an adult who is not listed.
    given = {"evidence": SEEN, "note": NOTE, "shown": named.context["sealed"]}
    answer = desk.post(f"{PAGE}{marisol.pk}/release/", {**OFFICER, **given})

    assert answer.status_code == 409
    assert not DeskEvent.objects.exists()


def test_a_child_of_another_school_is_not_there(desk: Client, fir: School, oak: School) -> None:
    elsewhere = a_listed_student(fir, "Cy", "Okafor")

    assert desk.get(f"{PAGE}{elsewhere.pk}/").status_code == 404
    assert desk.post(f"{PAGE}{elsewhere.pk}/release/", OFFICER).status_code == 404
