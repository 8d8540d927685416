"""Districts are told by e-mail: once, and only those who want it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from cast import MONDAY, a_clerk, a_district_admin, a_registration, a_run
from schoolgate.districts.models import District, Edition, Membership, School
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import DistrictMail, Hold, SyncRun
from schoolgate.sync.watch import mailing
from schoolgate.sync.watch.mailing import tell_districts

pytestmark = pytest.mark.django_db

# 7:10 in the morning of Monday in Chicago.
NOW = MONDAY + timedelta(hours=7)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _sends_mail(settings: Any) -> None:
    settings.SENDS_MAIL = True
    settings.ADDRESS = "https://desk.example.org"


@pytest.fixture
def lee(maple_valley: District) -> Membership:
    """Give Maple Valley an administrator with an address."""
    user = a_district_admin(maple_valley)
    user.email = "lee@maple-valley.example.org"
    user.save()
    return Membership.objects.get(user=user)


@pytest.fixture
def failed(registration: Registration) -> SyncRun:
    return a_failed_run(registration)


def a_failed_run(registration: Registration) -> SyncRun:
    return a_run(
        registration,
        state="failed",
        failure="not_signed_in",
        failure_detail="The source does not accept our key and secret.",
    )


def a_hold(registration: Registration, school: School) -> Hold:
    return Hold.objects.create(
        district=registration.district,
        run=a_run(registration, state="held"),
        school=school,
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )


def test_a_failure_is_told_with_its_reason_and_a_link(lee: Membership, failed: SyncRun) -> None:
    told = tell_districts(now=NOW)

    (message,) = mail.outbox
    assert told == 1
    assert message.to == ["lee@maple-valley.example.org"]
    assert message.subject == "Schoolgate: 1 sync failed (Maple Valley)"
    assert "NEW: The sync of Main SIS failed" in message.body
    assert "The source does not accept our key and secret." in message.body
    assert "It is the district's turn" in message.body
    assert f"https://desk.example.org/d/maple-valley/runs/{failed.id}/" in message.body
    assert "https://desk.example.org/d/maple-valley/mail/" in message.body


def test_the_same_is_said_in_html(lee: Membership, failed: SyncRun) -> None:
    tell_districts(now=NOW)

    (message,) = mail.outbox
    ((html, kind),) = message.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    assert "New: The sync of Main SIS failed" in html
    assert f'href="https://desk.example.org/d/maple-valley/runs/{failed.id}/"' in html
    assert "<script" not in html


def test_a_hold_is_told_with_its_school_and_numbers(
    lee: Membership, registration: Registration, oak: School
) -> None:
    a_hold(registration, oak)

    tell_districts(now=NOW)

    (message,) = mail.outbox
    assert message.subject == "Schoolgate: 1 decision waits (Maple Valley)"
    assert "Oak Elementary: 41 of 312 students would go" in message.body


def test_a_hold_that_was_decided_is_not_told(
    lee: Membership, registration: Registration, oak: School
) -> None:
    hold = a_hold(registration, oak)
    Hold.objects.filter(pk=hold.pk).update(decision="discarded")

    tell_districts(now=NOW)

    assert mail.outbox == []


def test_nothing_is_sent_when_nothing_is_wrong(lee: Membership, registration: Registration) -> None:
    a_run(registration)

    assert tell_districts(now=NOW) == 0
    assert mail.outbox == []


def test_looking_twice_sends_once_and_the_next_day_once_more(
    lee: Membership, failed: SyncRun
) -> None:
    tell_districts(now=NOW)
    tell_districts(now=NOW + MINUTE)
    after_a_minute = len(mail.outbox)

    tell_districts(now=NOW + DAY)

    assert after_a_minute == 1
    assert len(mail.outbox) == 2
    assert "NEW:" not in mail.outbox[1].body


def test_a_process_that_died_after_its_claim_leaves_nothing_to_be_sent_twice(
    lee: Membership, failed: SyncRun
) -> None:
    tell_districts(now=NOW)
    mail.outbox.clear()

    tell_districts(now=NOW + MINUTE)

    assert mail.outbox == []


def test_of_two_workers_with_the_same_mail_one_sends_it(lee: Membership, failed: SyncRun) -> None:
    """The other one's claim comes between this one's reading and its claim."""
    DistrictMail.objects.create(district=lee.district)
    as_read = DistrictMail.objects.get()
    DistrictMail.objects.update(version=1)
    troubles = mailing._troubles_by_district(NOW)[lee.district_id]

    told = mailing._tell(lee.district, troubles, as_read, now=NOW)

    assert told is False
    assert mail.outbox == []


def test_who_switched_it_off_is_told_nothing(lee: Membership, failed: SyncRun) -> None:
    Membership.objects.filter(pk=lee.pk).update(wants_mail=False)

    assert tell_districts(now=NOW) == 0
    assert mail.outbox == []


def test_a_clerk_is_told_nothing(maple_valley: District, oak: School, failed: SyncRun) -> None:
    dana = a_clerk(maple_valley, oak)
    dana.email = "dana@maple-valley.example.org"
    dana.save()

    assert tell_districts(now=NOW) == 0
    assert mail.outbox == []


def test_a_district_that_gets_its_first_address_is_told_then(
    maple_valley: District, failed: SyncRun
) -> None:
    user = a_district_admin(maple_valley)
    before = tell_districts(now=NOW)
    user.email = "lee@maple-valley.example.org"
    user.save()

    after = tell_districts(now=NOW + MINUTE)

    assert (before, after) == (0, 1)


def test_each_of_two_administrators_gets_a_message_of_her_own(
    lee: Membership, maple_valley: District, failed: SyncRun
) -> None:
    other = a_district_admin(maple_valley, username="kai")
    other.email = "kai@maple-valley.example.org"
    other.save()

    tell_districts(now=NOW)

    assert [message.to for message in mail.outbox] == [
        ["lee@maple-valley.example.org"],
        ["kai@maple-valley.example.org"],
    ]


def test_another_district_hears_nothing_of_it(
    lee: Membership, pine: School, failed: SyncRun
) -> None:
    other = a_district_admin(pine.district, username="pat")
    other.email = "pat@pine-ridge.example.org"
    other.save()

    tell_districts(now=NOW)

    assert [message.to for message in mail.outbox] == [["lee@maple-valley.example.org"]]


def test_a_standard_district_is_told_nothing(lee: Membership, failed: SyncRun) -> None:
    District.objects.update(edition=Edition.STANDARD)

    assert tell_districts(now=NOW) == 0


def test_without_a_mail_server_nothing_is_looked_at(
    settings: Any, lee: Membership, failed: SyncRun
) -> None:
    settings.SENDS_MAIL = False

    assert tell_districts(now=NOW) == 0
    assert not DistrictMail.objects.exists()


class Away(BaseEmailBackend):
    """A mail server that does not answer."""

    def open(self) -> bool:
        raise ConnectionRefusedError

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NotImplementedError


def test_a_mail_server_that_is_away_is_asked_again_a_quarter_of_an_hour_later(
    settings: Any, lee: Membership, failed: SyncRun
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{Away.__module__}.{Away.__qualname__}"
    while_away = tell_districts(now=NOW)
    settings.EMAIL_BACKEND = working

    soon = tell_districts(now=NOW + MINUTE)
    later = tell_districts(now=NOW + 15 * MINUTE)

    assert (while_away, soon, later) == (0, 0, 1)
    assert len(mail.outbox) == 1


def test_a_name_with_a_line_break_becomes_no_header(lee: Membership, failed: SyncRun) -> None:
    District.objects.update(name="Maple Valley\r\nBcc: everybody@example.org")

    tell_districts(now=NOW)

    (message,) = mail.outbox
    assert message.subject.endswith("(Maple Valley Bcc: everybody@example.org)")


def test_many_districts_cost_few_queries_when_nothing_is_wrong(
    lee: Membership, registration: Registration, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        a_run(a_registration(registration.district, slug=f"sis-{number}"))

    with django_assert_max_num_queries(9):
        tell_districts(now=NOW)
