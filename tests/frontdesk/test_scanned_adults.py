"""A scanned licence at the desk: name and birth date decide, and nothing of it is kept."""

from datetime import date

import pytest
from django.test import Client

from desk_cast import DESK, a_listed_parent, an_order_against
from licences import licence, of_2020
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.roster.models import Guardian, Student

pytestmark = pytest.mark.django_db


def scan(desk: Client, student: Student, text: str) -> dict[str, object]:
    page = f"{DESK}{student.pk}/"
    opened = desk.get(page).context["sealed"]
    answer = desk.post(f"{page}verdict/", {"shown": opened, "scan": text})
    return {"context": answer.context, "status": answer.status_code}


def word(answer: dict[str, object]) -> str:
    return str(answer["context"]["box"].word.word)  # type: ignore[index]


def test_a_listed_parent_is_known_by_the_licence_and_released_with_two_keys(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    robert.given_name, robert.middle_name = "Robert", "Luis"
    robert.save()
    named = scan(desk, marisol, of_2020(DCU=""))
    context = named["context"]
    assert context["presented"].name == "ROBERT LUIS RIVERA"  # type: ignore[index]

    form = {"name": "ROBERT LUIS RIVERA", "evidence": ["photo_id"]}
    page = f"{DESK}{marisol.pk}/"
    ticked = desk.post(f"{page}verdict/", {**form, "shown": context["sealed"]})  # type: ignore[index]
    assert ticked.context["box"].word.word == "ALLOW"
    desk.post(f"{page}release/", {**form, "shown": ticked.context["sealed"]})

    event = DeskEvent.objects.get()
    assert event.presented_name == "ROBERT LUIS RIVERA"
    assert event.snapshot["adult"]["birth_date_given"] is True
    assert "1984" not in str(event.snapshot)
    assert "T64235789" not in str(event.snapshot)


def test_a_name_close_to_an_order_with_the_same_birth_date_is_that_person(
    desk: Client, marisol: Student
) -> None:
    order = an_order_against(marisol, "William", "Jones")
    order.birth_date = date(1984, 3, 9)
    order.save()
    of_bill = {"DCS": "JONES", "DAC": "BILL"}

    assert word(scan(desk, marisol, licence(**of_bill, DBB="03091984"))) == "DENY"
    assert word(scan(desk, marisol, licence(**of_bill, DBB="03101984"))) == "ADMINISTRATOR"
    assert word(scan(desk, marisol, licence(**of_bill))) == "ADMINISTRATOR"


def test_the_birth_date_of_a_scan_stays_with_its_name_and_goes_with_another(
    desk: Client, marisol: Student
) -> None:
    order = an_order_against(marisol, "William", "Jones")
    order.birth_date = date(1984, 3, 9)
    order.save()
    named = scan(desk, marisol, licence(DCS="JONES", DAC="BILL", DBB="03091984"))
    sealed = named["context"]["sealed"]  # type: ignore[index]
    page = f"{DESK}{marisol.pk}/verdict/"

    same = desk.post(page, {"shown": sealed, "name": "BILL JONES", "evidence": ["photo_id"]})
    typed = desk.post(page, {"shown": sealed, "name": "BILLY JONES"})

    assert same.context["box"].word.word == "DENY"
    assert typed.context["box"].word.word == "ADMINISTRATOR"


def test_a_name_cut_short_on_the_card_counts_only_when_the_card_says_so(
    desk: Client, marisol: Student
) -> None:
    a_listed_parent(marisol, "Christopher", "Wolfeschlegelstein")
    cut = {"DCS": "WOLFESCHLEG", "DAC": "CHRISTOPHE"}

    def ids(answer: dict[str, object]) -> set[str]:
        return {tick.value for group in answer["context"]["box"].tick_groups for tick in group}  # type: ignore[index]

    said = ids(scan(desk, marisol, licence(**cut, DDE="T", DDF="T")))
    unsaid = ids(scan(desk, marisol, licence(**cut)))

    assert said < unsaid


def test_an_expired_licence_is_said_to_be_and_decides_nothing(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    valid = scan(desk, marisol, of_2020(DCU="", DAD=""))
    expired = scan(desk, marisol, of_2020(DCU="", DAD="", DBA="03092025"))

    assert word(expired) == word(valid)
    assert expired["context"]["box"].id_expired  # type: ignore[index]
    assert not valid["context"]["box"].id_expired  # type: ignore[index]


def test_what_is_no_licence_says_so_and_loses_nothing(desk: Client, marisol: Student) -> None:
    answer = scan(desk, marisol, "20094471")

    assert answer["status"] == 422
    assert "no driver licence" in str(answer["context"]["form"].errors)  # type: ignore[index]


def test_a_visitors_licence_names_her_and_is_checked(desk: Client, marisol: Student) -> None:
    page = "/d/maple-valley/desk/oak/visits/check/"

    answer = desk.post(page, {"scan": of_2020(), "reason": "meeting", "name": ""})
    refused = desk.post(page, {"scan": "4711", "reason": "meeting", "name": ""})

    assert answer.context["visitor"].name == "ROBERT LUIS RIVERA JR"
    assert "T64235789" not in answer.content.decode()
    assert refused.status_code == 422
