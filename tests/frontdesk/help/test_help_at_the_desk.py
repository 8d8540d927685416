"""A desk asks for help: who is told, who comes, and what an order does without being asked."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from cast import a_clerk, a_district_admin
from desk_cast import NOW, an_order_against
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.help.mailing import tell_responders
from schoolgate.frontdesk.models import HelpCall, HelpCause, HelpMail, Responder
from schoolgate.roster.models import Effect, Guardian, Student

pytestmark = pytest.mark.django_db

OAK = "/d/maple-valley/desk/oak"
HELP = f"{OAK}/help/"


@pytest.fixture
def lee(oak: School) -> User:
    lee = a_district_admin(oak.district)
    lee.first_name, lee.last_name, lee.email = "Lee", "Anders", "lee@maple.example.org"
    lee.save()
    return lee


@pytest.fixture
def ida(oak: School) -> User:
    ida = a_clerk(oak.district, oak, username="ida")
    ida.first_name, ida.last_name, ida.email = "Ida", "Noor", "ida@maple.example.org"
    ida.save()
    return ida


@pytest.fixture
def ida_then_lee(oak: School, ida: User, lee: User) -> None:
    for position, (user, phone) in enumerate(((ida, "555-0177"), (lee, ""))):
        Responder.objects.create(
            district=oak.district, school=oak, user=user, phone=phone, position=position
        )


@pytest.fixture
def _mail_leaves(settings: Any) -> None:
    settings.SENDS_MAIL = True


class RefusingIda(EmailBackend):
    """A mail server that takes nothing for Ida."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if any("ida@maple.example.org" in one.to for one in email_messages):
            raise smtplib.SMTPServerDisconnected("gone")
        return super().send_messages(email_messages)


def as_seen_by(user: User, *, after: int = 0) -> str:
    client = Client()
    client.force_login(user)
    with time_machine.travel(NOW + timedelta(seconds=after), tick=False):
        return client.get(f"{HELP}now/?as=").content.decode()


def test_with_nobody_named_the_administrators_are_told(desk: Client, lee: User) -> None:
    desk.post(f"{HELP}ask/")

    assert "I am coming" in as_seen_by(lee)
    assert "Told: Lee Anders" in desk.get(HELP).content.decode()


def test_the_second_in_the_list_is_told_only_after_a_minute(
    desk: Client, ida_then_lee: None, ida: User, lee: User
) -> None:
    desk.post(f"{HELP}ask/")

    assert "I am coming" in as_seen_by(ida)
    assert "I am coming" not in as_seen_by(lee, after=59)
    assert "I am coming" in as_seen_by(lee, after=60)


def test_after_the_last_ones_minute_the_phone_numbers_stand_there(
    desk: Client, ida_then_lee: None, dana: User
) -> None:
    desk.post(f"{HELP}ask/")

    assert "555-0177" not in as_seen_by(dana, after=119)
    assert "Nobody has answered yet" in as_seen_by(dana, after=120)
    assert "Ida Noor, 555-0177" in as_seen_by(dana, after=120)


def test_who_comes_is_named_once_and_nobody_else_is_told(
    desk: Client, ida_then_lee: None, ida: User, lee: User
) -> None:
    desk.post(f"{HELP}ask/")
    call = HelpCall.objects.get()
    browser = Client()
    browser.force_login(ida)

    browser.post(f"{HELP}{call.pk}/coming/")

    assert "Ida Noor is coming (seen 1:42 PM)" in desk.get(HELP).content.decode()
    assert "I am coming" not in as_seen_by(lee, after=70)
    assert AuditEntry.objects.filter(action="help.answered", actor_id=ida.pk).count() == 1


def test_who_is_not_told_cannot_say_that_she_comes(
    desk: Client, ida_then_lee: None, lee: User
) -> None:
    desk.post(f"{HELP}ask/")
    call = HelpCall.objects.get()
    browser = Client()
    browser.force_login(lee)

    assert browser.post(f"{HELP}{call.pk}/coming/").status_code == 404
    assert desk.post(f"{HELP}{call.pk}/coming/").status_code == 404


def test_a_second_press_asks_nothing_new_until_it_is_over(desk: Client, lee: User) -> None:
    desk.post(f"{HELP}ask/")
    desk.post(f"{HELP}ask/")
    first = HelpCall.objects.get()

    desk.post(f"{HELP}{first.pk}/over/")
    desk.post(f"{HELP}ask/")

    assert HelpCall.objects.count() == 2
    assert HelpCall.objects.filter(ended_at=None).count() == 1


def test_a_call_names_the_child_on_the_screen_and_no_child_of_another_school(
    desk: Client, lee: User, marisol: Student, fir: School
) -> None:
    marisol.listings.update(school=fir)
    desk.post(f"{HELP}ask/", {"student": marisol.pk})
    assert HelpCall.objects.get().student is None

    desk.post(f"{HELP}{HelpCall.objects.get().pk}/over/")
    marisol.listings.update(school=School.objects.get(code="oak"))
    desk.post(f"{HELP}ask/", {"student": marisol.pk})

    assert "Marisol Rivera" in as_seen_by(lee)


def test_naming_an_adult_with_an_order_tells_the_responders_silently_and_once(
    desk: Client, lee: User, marisol: Student, robert: Guardian
) -> None:
    an_order_against(marisol)
    verdict = f"{OAK}/early-departure/{marisol.pk}/verdict/"

    desk.post(verdict, {"name": "Robert Rivera"})
    assert not HelpCall.objects.exists()
    desk.post(verdict, {"name": "Carl Dunn"})
    desk.post(verdict, {"name": "Carl Dunn"})

    call = HelpCall.objects.get()
    assert call.cause == HelpCause.RESTRICTION
    assert call.student == marisol
    assert "I am coming" in as_seen_by(lee)


def test_a_visitor_against_whom_an_order_stands_tells_them_too(
    desk: Client, lee: User, marisol: Student
) -> None:
    order = an_order_against(marisol)
    order.effects = [Effect.NO_CONTACT]
    order.save()

    desk.post(f"{OAK}/visits/check/", {"name": "Carl Dunn", "reason": "meeting"})

    assert HelpCall.objects.get().cause == HelpCause.RESTRICTION


def test_nothing_new_is_sent_to_a_page_that_shows_it_already(desk: Client, lee: User) -> None:
    assert desk.get(f"{HELP}now/?as=none").status_code == 204

    desk.post(f"{HELP}ask/")

    assert desk.get(f"{HELP}now/?as=none").status_code == 200


def test_another_school_of_the_district_hears_nothing(desk: Client, lee: User, fir: School) -> None:
    desk.post(f"{HELP}ask/")
    browser = Client()
    browser.force_login(lee)

    assert browser.get("/d/maple-valley/desk/fir/help/now/?as=none").status_code == 204


@pytest.mark.usefixtures("_mail_leaves")
def test_each_is_written_to_once_in_her_turn_and_no_child_is_named(
    desk: Client, ida_then_lee: None, marisol: Student
) -> None:
    desk.post(f"{HELP}ask/", {"student": marisol.pk})

    tell_responders(now=NOW)
    tell_responders(now=NOW + timedelta(seconds=30))
    assert [one.to for one in mail.outbox] == [["ida@maple.example.org"]]

    tell_responders(now=NOW + timedelta(seconds=61))
    assert [one.to for one in mail.outbox] == [["ida@maple.example.org"], ["lee@maple.example.org"]]
    said = mail.outbox[0].subject + mail.outbox[0].body
    assert f"{HELP}" in said
    assert "Marisol" not in said
    assert "Rivera" not in said


@pytest.mark.usefixtures("_mail_leaves")
def test_nobody_is_written_to_once_somebody_comes_or_when_it_is_long_ago(
    desk: Client, ida_then_lee: None, ida: User
) -> None:
    desk.post(f"{HELP}ask/")
    call = HelpCall.objects.get()
    HelpCall.objects.update(answered_at=NOW, answered_by=ida)
    assert tell_responders(now=NOW) == 0

    HelpCall.objects.filter(pk=call.pk).update(answered_at=None, answered_by=None)
    assert tell_responders(now=NOW + timedelta(hours=1)) == 0
    assert mail.outbox == []


@pytest.mark.usefixtures("_mail_leaves")
def test_a_mail_server_that_refuses_keeps_nobody_else_from_being_told(
    desk: Client, ida_then_lee: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.RefusingIda"
    desk.post(f"{HELP}ask/")

    assert tell_responders(now=NOW + timedelta(seconds=61)) == 1

    assert list(HelpMail.objects.order_by("id").values_list("sent", flat=True)) == [False, True]


def test_an_administrator_names_who_comes_and_in_which_order(
    at_142_pm: None, oak: School, lee: User, ida: User, client: Client
) -> None:
    client.force_login(lee)
    client.post(f"{HELP}responders/", {"user": ida.pk, "phone": "555-0177"})
    client.post(f"{HELP}responders/", {"user": lee.pk})
    of_lee = Responder.objects.get(user=lee)

    client.post(f"{HELP}responders/{of_lee.pk}/first/")
    assert list(Responder.objects.order_by("position").values_list("user", flat=True)) == [
        lee.pk,
        ida.pk,
    ]

    client.post(f"{HELP}responders/{of_lee.pk}/remove/")
    assert Responder.objects.get().user == ida


def test_nobody_from_elsewhere_can_be_named(
    at_142_pm: None, oak: School, fir: School, lee: User, client: Client
) -> None:
    stranger = a_clerk(oak.district, fir, username="finn")
    client.force_login(lee)

    answer = client.post(f"{HELP}responders/", {"user": stranger.pk})

    assert answer.status_code == 422
    assert not Responder.objects.exists()
