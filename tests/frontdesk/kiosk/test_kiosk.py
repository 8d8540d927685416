"""A kiosk at the door: no names before three letters, and the desk confirms what it took."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from cast import a_clerk, a_district_admin, a_listed_student
from desk_cast import DESK, NOW, a_listed_parent
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.kiosk.devices import COOKIE
from schoolgate.frontdesk.kiosk.tries import A_MINUTE_AT_MOST
from schoolgate.frontdesk.kiosk.words import REASONS, WORDS
from schoolgate.frontdesk.models import BellSchedule, DeskEvent, Kiosk, KioskArrival
from schoolgate.frontdesk.record import broken_links
from schoolgate.roster.models import Student

pytestmark = pytest.mark.django_db

OAK = "/d/maple-valley/desk/oak/"
GRADE = "02"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def door(at_142_pm: None, oak: School) -> Client:
    """Give the tablet at Oak's door, which Lee made a kiosk."""
    door = Client()
    door.force_login(a_district_admin(oak.district))
    assert door.post(f"{OAK}kiosks/add/", {"name": "Front door"})["Location"] == "/kiosk/"
    return door


def token_of(door: Client, typed: str = "mar", grade: str = GRADE) -> str:
    return str(door.post("/kiosk/find/", {"q": typed, "grade": grade}).context["choices"][0].token)


def say_late(door: Client, **form: str):  # type: ignore[no-untyped-def]
    return door.post("/kiosk/late/", {"who": token_of(door), "reason": "bus", **form})


# --- the device ----------------------------------------------------------------------------------


def test_a_device_that_became_a_kiosk_is_nobodys_sign_in(door: Client, marisol: Student) -> None:
    assert door.get("/kiosk/").status_code == 200
    assert door.get(f"{DESK}{marisol.pk}/").status_code == 302


def test_its_cookie_goes_to_the_kiosk_alone_and_no_script_reads_it(door: Client) -> None:
    cookie = door.cookies[COOKIE]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/kiosk/", True, "Strict")
    assert Kiosk.objects.get().secret_hash not in cookie.value


@pytest.mark.parametrize("page", ["/kiosk/find/", "/kiosk/late/"])
def test_no_other_device_gets_anything(desk: Client, marisol: Student, page: str) -> None:
    form = {"q": "mar", "grade": GRADE, "who": "x"}

    for client in (desk, Client()):
        answer = client.post(page, form)
        assert answer.status_code == 404
        assert "Marisol" not in answer.content.decode()


def test_a_kiosk_that_was_switched_off_shows_nothing_more(
    door: Client, desk: Client, oak: School, marisol: Student
) -> None:
    desk.force_login(User.objects.get(username="lee"))

    desk.post(f"{OAK}kiosks/{Kiosk.objects.get().pk}/end/")

    assert door.get("/kiosk/").status_code == 404
    assert door.post("/kiosk/find/", {"q": "mar", "grade": GRADE}).status_code == 404


def test_another_secret_is_no_kiosk(door: Client) -> None:
    Kiosk.objects.update(secret_hash="0" * 64)

    assert door.get("/kiosk/").status_code == 404


def test_a_clerk_makes_no_kiosk(desk: Client, oak: School) -> None:
    assert desk.post(f"{OAK}kiosks/add/", {"name": "Door"}).status_code == 404
    assert not Kiosk.objects.exists()


# --- who -----------------------------------------------------------------------------------------


def test_three_letters_and_the_grade_find_a_first_name_and_a_letter(
    door: Client, marisol: Student
) -> None:
    a_listed_parent(marisol)

    page = door.post("/kiosk/find/", {"q": "mar", "grade": GRADE}).content.decode()

    assert "Marisol R. · Grade 2" in page
    assert "Rivera" not in page
    assert "4471" not in page
    assert "Robert" not in page


@pytest.mark.parametrize(
    ("typed", "grade"), [("ma", GRADE), ("m a", GRADE), ("", GRADE), ("mar", ""), ("--.", GRADE)]
)
def test_less_shows_nobody(door: Client, marisol: Student, typed: str, grade: str) -> None:
    answer = door.post("/kiosk/find/", {"q": typed, "grade": grade})

    assert answer.status_code == 422
    assert "Marisol" not in answer.content.decode()


def test_a_whole_number_from_the_card_is_enough_and_a_part_is_nothing(
    door: Client, marisol: Student
) -> None:
    whole = door.post("/kiosk/find/", {"q": "20094471"}).content.decode()
    part = door.post("/kiosk/find/", {"q": "2009447", "grade": GRADE}).content.decode()

    assert "Marisol R." in whole
    assert "Marisol" not in part


def test_two_of_one_name_are_sent_to_the_desk(door: Client, oak: School, marisol: Student) -> None:
    a_listed_student(oak, "Marisol", "Reyes", sourced_id="marisol-reyes")

    page = door.post("/kiosk/find/", {"q": "mar", "grade": GRADE}).content.decode()

    assert "Please see the desk." in page
    assert "Marisol" not in page


def test_a_child_of_another_school_or_grade_is_not_found(
    door: Client, fir: School, marisol: Student
) -> None:
    a_listed_student(fir, "Dee", "Okafor")

    elsewhere = door.post("/kiosk/find/", {"q": "okafor", "grade": GRADE}).content.decode()
    other_grade = door.post("/kiosk/find/", {"q": "mar", "grade": "05"}).content.decode()

    assert "We did not find you." in elsewhere
    assert "We did not find you." in other_grade


def test_names_are_not_fished_for(door: Client, marisol: Student) -> None:
    for _ in range(A_MINUTE_AT_MOST):
        door.post("/kiosk/find/", {"q": "zzz", "grade": GRADE})

    page = door.post("/kiosk/find/", {"q": "mar", "grade": GRADE}).content.decode()

    assert "Too many tries." in page
    assert "Marisol" not in page


# --- late ----------------------------------------------------------------------------------------


def test_what_a_student_says_waits_for_the_desk(
    door: Client, desk: Client, oak: School, marisol: Student
) -> None:
    BellSchedule.objects.create(
        district=oak.district, school=oak, lines="5 12:30-13:30\n6 13:35-14:20"
    )

    page = say_late(door).content.decode()

    assert "LATE 1:42 PM" in page
    assert "Desk to confirm" in page
    assert not DeskEvent.objects.exists()
    waiting = desk.get(f"{OAK}late-arrival/").content.decode()
    assert "From the kiosk, to confirm: 1" in waiting
    assert "RIVERA, Marisol J." in waiting


def test_the_desk_confirms_and_the_time_is_the_students(
    door: Client, desk: Client, dana: User, oak: School, marisol: Student
) -> None:
    say_late(door)

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        desk.force_login(dana)
        desk.post(f"{OAK}kiosks/settle/", {"arrival": KioskArrival.objects.get().pk})
        page = desk.get(f"{OAK}late-arrival/").content.decode()

    event = DeskEvent.objects.get()
    assert (event.actor, event.reason, event.excused, event.opened_at) == (dana, "bus", True, NOW)
    assert "<td>1:42 PM</td>" in page
    assert "to confirm" not in page
    assert list(broken_links(oak, NOW.date())) == []


def test_what_is_not_so_is_no_record(door: Client, desk: Client, marisol: Student) -> None:
    say_late(door)

    form = {"arrival": KioskArrival.objects.get().pk, "not_so": "1"}
    desk.post(f"{OAK}kiosks/settle/", form)

    assert not DeskEvent.objects.exists()
    assert "to confirm" not in desk.get(f"{OAK}late-arrival/").content.decode()


def test_two_desks_confirm_once(door: Client, desk: Client, marisol: Student) -> None:
    say_late(door)
    form = {"arrival": KioskArrival.objects.get().pk}

    desk.post(f"{OAK}kiosks/settle/", form)
    desk.post(f"{OAK}kiosks/settle/", form)

    assert DeskEvent.objects.count() == 1


def test_another_schools_desk_confirms_nothing_here(
    door: Client, client: Client, fir: School, marisol: Student
) -> None:
    say_late(door)
    client.force_login(a_clerk(fir.district, fir, username="finn"))

    form = {"arrival": KioskArrival.objects.get().pk}
    client.post("/d/maple-valley/desk/fir/kiosks/settle/", form)

    assert not DeskEvent.objects.exists()


@pytest.mark.parametrize("settled", [False, True])
def test_a_second_time_is_for_the_desk(
    door: Client, desk: Client, marisol: Student, settled: bool
) -> None:
    say_late(door)
    if settled:
        desk.post(f"{OAK}kiosks/settle/", {"arrival": KioskArrival.objects.get().pk})

    page = say_late(door).content.decode()

    assert "Please see the desk." in page
    assert KioskArrival.objects.count() == 1


def test_a_choice_does_not_outlive_its_student(door: Client, marisol: Student) -> None:
    token = token_of(door)

    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        page = door.post("/kiosk/late/", {"who": token, "reason": "bus"}).content.decode()

    assert "Please see the desk." in page
    assert not KioskArrival.objects.exists()


@pytest.mark.parametrize("form", [{"who": "1"}, {"reason": "holiday"}])
def test_what_a_kiosk_did_not_show_is_not_taken(
    door: Client, marisol: Student, form: dict[str, str]
) -> None:
    assert "Please see the desk." in say_late(door, **form).content.decode()
    assert not KioskArrival.objects.exists()


# --- words ---------------------------------------------------------------------------------------


def test_both_languages_say_everything() -> None:
    assert len({frozenset(words) for words in WORDS.values()}) == 1
    assert len({frozenset(reasons) for reasons in REASONS.values()}) == 1
    assert WORDS.keys() == REASONS.keys()


def test_a_kiosk_in_spanish_stays_in_spanish_to_the_slip(door: Client, marisol: Student) -> None:
    start = door.get("/kiosk/", {"lang": "es"}).content.decode()
    asked = door.post("/kiosk/late/", {"who": token_of(door), "lang": "es"}).content.decode()
    done = say_late(door, lang="es").content.decode()

    assert '<html lang="es"' in start
    assert "¿Por qué llegas tarde?" in asked
    assert "TARDE 1:42 PM" in done
    assert "La recepción lo confirma" in done
