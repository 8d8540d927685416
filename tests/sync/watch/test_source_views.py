"""Support's page of all sources, and an administrator's choice of e-mail."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cast import (
    MONDAY,
    a_district,
    a_district_admin,
    a_registration,
    a_run,
    a_school,
    a_support_person,
    an_enabled_school,
)
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition, Membership
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync.models import Hold, SyncRun

pytestmark = pytest.mark.django_db

SOURCES = "/sources/"
MAIL = "/d/maple-valley/mail/"
HOUR = timedelta(hours=1)


@pytest.fixture
def sam(client: Client) -> Client:
    client.force_login(a_support_person())
    return client


@pytest.fixture
def lee(client: Client, maple_valley: District) -> User:
    user = a_district_admin(maple_valley)
    client.force_login(user)
    return user


def a_synced_source(name: str, *, age: timedelta = 6 * HOUR, **fields: Any) -> Registration:
    """Give a source of a district of its own, with one school whose list is this old."""
    district = a_district(name)
    registration = a_registration(district, **fields)
    school = an_enabled_school(registration, "oak", a_school(district, "oak", "Oak"))
    SourceSchool.objects.filter(pk=school.pk).update(list_as_of=MONDAY - age)
    a_run(registration, started_at=MONDAY - age - HOUR, ended_at=MONDAY - age, rows_read=28_114)
    return registration


def one_of_each() -> None:
    a_synced_source("Ash")
    a_synced_source("Birch", age=50 * HOUR)
    held = a_synced_source("Cedar")
    failed = a_synced_source("Dogwood")
    running = a_synced_source("Elm")
    a_registration(a_district("Fir"))
    standard = a_synced_source("Gum", age=99 * HOUR)
    District.objects.filter(pk=standard.district_id).update(edition=Edition.STANDARD)
    Hold.objects.create(
        district=held.district,
        run=a_run(held, state="held"),
        school=held.district.schools.get(),
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    a_run(failed, state="failed", failure="busy", failure_detail="The SIS is busy.")
    a_run(running, state="running", started_at=MONDAY, ended_at=None, complete=None)


def shown(answer: Any) -> list[tuple[str, str]]:
    return [(row.source.district_name, row.condition) for row in answer.context["page"]]


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# --- all sources --------------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_the_worst_source_stands_first(sam: Client) -> None:
    one_of_each()

    answer = sam.get(SOURCES)

    assert shown(answer) == [
        ("Dogwood", "failed"),
        ("Cedar", "held"),
        ("Birch", "stale"),
        ("Fir", "never"),
        ("Elm", "running"),
        ("Ash", "fine"),
        ("Gum", "off"),
    ]


@time_machine.travel(MONDAY, tick=False)
def test_a_row_tells_age_size_duration_and_when_it_goes_on(sam: Client) -> None:
    source = a_synced_source("Ash", next_sync_at=MONDAY + 20 * HOUR)

    answer = _text(sam.get(SOURCES))

    assert "6 h ago (6:10 PM)" not in answer
    assert "6 h ago (Sun, Nov 22, 6:10 PM)" in answer
    assert "28,114 records in 60 min 0 s" in answer
    assert "1 of 1 school" in answer
    assert "today at 8:10 PM" in answer or "tonight at 8:10 PM" in answer
    assert f"/d/ash/registrations/{source.slug}/" in answer


@time_machine.travel(MONDAY, tick=False)
def test_a_condition_filters_and_the_counts_stay_those_of_all(sam: Client) -> None:
    one_of_each()

    answer = sam.get(SOURCES, {"condition": "stale"})

    assert shown(answer) == [("Birch", "stale")]
    assert [count for _, _, count in answer.context["counts"]] == [1, 1, 1, 1, 1, 1, 1]


@time_machine.travel(MONDAY, tick=False)
def test_letters_of_a_district_or_a_source_filter(sam: Client) -> None:
    a_synced_source("Ash")
    birch = a_synced_source("Birch")
    Registration.objects.filter(pk=birch.pk).update(name="Nightly zip")

    by_district = sam.get(SOURCES, {"text": " ASH "})
    by_source = sam.get(SOURCES, {"text": "zip"})

    assert shown(by_district) == [("Ash", "fine")]
    assert shown(by_source) == [("Birch", "fine")]


def test_a_filter_that_finds_nothing_says_so(sam: Client) -> None:
    a_synced_source("Ash")

    answer = sam.get(SOURCES, {"text": "zzz"})

    assert "No source is like that" in _text(answer)


def test_a_condition_that_does_not_exist_filters_nothing(sam: Client) -> None:
    a_synced_source("Ash")

    answer = sam.get(SOURCES, {"condition": "on-fire"})

    assert len(shown(answer)) == 1


def test_without_any_source_the_page_says_who_adds_one(sam: Client) -> None:
    assert "No source yet" in _text(sam.get(SOURCES))


@time_machine.travel(MONDAY, tick=False)
def test_a_failed_retry_by_a_second_command_is_no_failure_of_the_source(sam: Client) -> None:
    source = a_synced_source("Ash")
    a_run(source, state="failed", failure="already_running")

    assert shown(sam.get(SOURCES)) == [("Ash", "fine")]


@time_machine.travel(MONDAY, tick=False)
def test_a_hold_of_an_older_plan_waits_no_more(sam: Client) -> None:
    source = a_synced_source("Ash")
    Hold.objects.create(
        district=source.district,
        run=a_run(source, state="held"),
        school=source.district.schools.get(),
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    a_run(source)

    assert shown(sam.get(SOURCES)) == [("Ash", "fine")]


@time_machine.travel(MONDAY, tick=False)
def test_a_paused_source_says_so(sam: Client) -> None:
    a_synced_source("Ash", paused_at=MONDAY)

    assert "paused by support" in _text(sam.get(SOURCES))


def test_a_thousand_sources_cost_few_queries(
    sam: Client, django_assert_max_num_queries: Any
) -> None:
    district = a_district("Ash")
    registrations = Registration.objects.bulk_create(
        Registration(
            district=district, slug=f"sis-{number}", name=f"SIS {number}", transport="csv",
            added_at=MONDAY,
        )
        for number in range(1_000)
    )  # fmt: skip
    SyncRun.objects.bulk_create(
        SyncRun(
            district=district, registration=registration, state="applied", asked_at=MONDAY,
            started_at=MONDAY, ended_at=MONDAY, complete=True,
        )
        for registration in registrations
        for _ in range(3)
    )  # fmt: skip

    with django_assert_max_num_queries(8):
        answer = sam.get(SOURCES)

    assert len(shown(answer)) == 50
    assert answer.context["page"].paginator.count == 1_000


def test_the_next_page_keeps_the_filter(sam: Client) -> None:
    district = a_district("Ash")
    for number in range(51):
        a_registration(district, slug=f"sis-{number}")

    answer = _text(sam.get(SOURCES, {"text": "ash"}))

    assert "?text=ash&amp;page=2" in answer


# --- e-mail -------------------------------------------------------------------------------------


def test_an_administrator_switches_e_mail_off(client: Client, lee: User) -> None:
    answer = client.post(MAIL, {"address": "lee@maple-valley.example.org"}, follow=True)

    assert "Noted." in _text(answer)
    assert not Membership.objects.get(user=lee).wants_mail


def test_an_administrator_says_where_e_mail_goes(client: Client, lee: User) -> None:
    client.post(MAIL, {"wants": "on", "address": "lee@maple-valley.example.org"})

    lee.refresh_from_db()
    assert lee.email == "lee@maple-valley.example.org"
    assert Membership.objects.get(user=lee).wants_mail


def test_e_mail_that_is_wanted_needs_an_address(client: Client, lee: User) -> None:
    answer = client.post(MAIL, {"wants": "on", "address": ""})

    assert answer.status_code == 422
    assert "Say where the e-mail goes" in _text(answer)


def test_the_choice_of_one_district_leaves_another_alone(
    client: Client, lee: User, pine: Any
) -> None:
    Membership.objects.create(user=lee, district=pine.district, role="district_admin")

    client.post(MAIL, {"address": ""})

    assert Membership.objects.get(user=lee, district=pine.district).wants_mail


def test_the_audit_keeps_the_choice_and_not_the_address(client: Client, lee: User) -> None:
    client.post(MAIL, {"wants": "on", "address": "lee@maple-valley.example.org"})

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.detail) == ("mail.chosen", lee.id, {"wants": True})


def test_the_page_says_when_this_installation_sends_no_e_mail(client: Client, lee: User) -> None:
    assert "sends no e-mail yet" in _text(client.get(MAIL))
