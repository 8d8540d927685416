"""What is done every so often, by one worker of them all."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from cast import MONDAY, a_district_admin, a_run
from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import Chore, DistrictMail
from schoolgate.sync.watch import chores

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_a_chore_is_taken_once_until_it_is_due_again() -> None:
    every = timedelta(minutes=1)

    taken = [
        chores._take("mail", every=every, now=MONDAY),
        chores._take("mail", every=every, now=MONDAY + 15 * SECOND),
        chores._take("mail", every=every, now=MONDAY + 60 * SECOND),
    ]

    assert taken == [True, False, True]


def test_chores_do_not_wait_for_each_other() -> None:
    every = timedelta(minutes=1)

    assert chores._take("mail", every=every, now=MONDAY)
    assert chores._take("prune", every=every, now=MONDAY)


def test_a_tick_tells_districts_what_is_wrong(
    settings: Any, registration: Registration, maple_valley: District
) -> None:
    settings.SENDS_MAIL = True
    user = a_district_admin(maple_valley)
    user.email = "lee@maple-valley.example.org"
    user.save()
    a_run(registration, state="failed", failure="busy", failure_detail="The SIS is busy.")

    chores.do_what_is_due(MONDAY)
    chores.do_what_is_due(MONDAY + 15 * SECOND)

    assert len(mail.outbox) == 1
    assert DistrictMail.objects.get().version == 1


def test_old_details_are_looked_for_once_a_day() -> None:
    chores.do_what_is_due(MONDAY)

    assert Chore.objects.get(name="prune").due_at == MONDAY + timedelta(days=1)
