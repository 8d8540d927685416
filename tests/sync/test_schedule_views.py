"""The page on which a source's schedule is read and changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from cast import (
    MONDAY,
    a_district,
    a_district_admin,
    a_registration,
    a_run,
    a_support_person,
)
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition
from schoolgate.registrations.models import ProviderProfile, Registration, SourceSchool

pytestmark = [
    pytest.mark.django_db,
    # The afternoon in Chicago.
    pytest.mark.usefixtures("_monday_afternoon"),
]

SOURCE = "/d/maple-valley/registrations/main-sis/"
PAGE = f"{SOURCE}schedule/"
AFTERNOON = datetime(2026, 11, 23, 21, tzinfo=UTC)
TONIGHT = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
PACE = {
    "every_hours": "72",
    "window_from": "01:00",
    "window_until": "05:00",
    "why": "Asked for by the SIS team",
}


@pytest.fixture
def _monday_afternoon() -> object:
    with time_machine.travel(AFTERNOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def sam(maple_valley: District) -> Client:
    client = Client()
    client.force_login(a_support_person())
    return client


@pytest.fixture
def main_sis(registration: Registration) -> Registration:
    registration.next_sync_at = TONIGHT
    registration.save()
    return registration


def _text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


# --- what a district reads -----------------------------------------------------------------------


def test_the_district_reads_when_the_next_sync_is_on_every_page_of_its_source(
    lee: Client, main_sis: Registration
) -> None:
    pages = [_text(lee.get(page)) for page in ("/d/maple-valley/", SOURCE, PAGE)]

    assert ["onight at 1:40 AM" in page for page in pages] == [True, True, True]
    assert "Next sync: tonight at 1:40 AM" in pages[2]


def test_the_district_is_told_whom_to_ask_for_another_interval(
    lee: Client, main_sis: Registration
) -> None:
    answer = _text(lee.get(PAGE))

    assert "Schoolgate support changes how often a source is synced" in answer
    assert 'name="every_hours"' not in answer
    assert "What the last syncs advise" not in answer


def test_a_source_without_a_school_says_that_nothing_is_planned(
    lee: Client, maple_valley: District
) -> None:
    a_registration(maple_valley)

    answer = _text(lee.get(PAGE))

    assert "Next sync: not planned yet" in answer
    assert "No school of this source is taken yet" in answer


def test_a_standard_district_reads_that_nothing_runs(client: Client) -> None:
    district = a_district("Elm Town", Edition.STANDARD)
    a_registration(district)
    client.force_login(a_district_admin(district))

    page = _text(client.get("/d/elm-town/registrations/main-sis/schedule/"))
    source = _text(client.get("/d/elm-town/registrations/main-sis/"))

    assert "part of the Enterprise Edition" in page
    assert "Save times" not in page
    assert "Never: Standard Edition" in source


def test_what_is_known_of_the_sis_stands_on_the_page_of_the_source(
    lee: Client, main_sis: Registration
) -> None:
    Registration.objects.update(preset="powerschool")

    answer = _text(lee.get(SOURCE))

    assert "What is known of PowerSchool SIS" in answer
    assert "help page: help.linewize.com" in answer


def test_of_an_unknown_sis_nothing_is_said(lee: Client, main_sis: Registration) -> None:
    assert "What is known of" not in _text(lee.get(SOURCE))


# --- what a district changes ---------------------------------------------------------------------


def test_the_district_chooses_the_first_time_by_its_own_clocks(
    lee: Client, main_sis: Registration
) -> None:
    answer = lee.post(f"{PAGE}times/", {"starts_at": "2026-11-28T08:00"}, follow=True)

    main_sis.refresh_from_db()
    assert main_sis.next_sync_at == datetime(2026, 11, 28, 14, tzinfo=UTC)
    assert "Next sync: on Sat, Nov 28 at 8:00 AM" in _text(answer)


def test_a_window_is_saved_and_moves_the_next_sync(lee: Client, main_sis: Registration) -> None:
    SourceSchool.objects.update(list_as_of=MONDAY)

    lee.post(f"{PAGE}times/", {"window_from": "22:00", "window_until": "04:00"})

    main_sis.refresh_from_db()
    assert (main_sis.window_from, main_sis.window_until) == (time(22), time(4))
    # A day after ten past midnight is within the window.
    assert main_sis.next_sync_at == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("filled", "field", "sentence"),
    [
        ({"window_from": "01:00"}, "window_until", "Enter both times, or none"),
        ({"window_until": "01:00"}, "window_from", "Enter both times, or none"),
        (
            {"window_from": "01:00", "window_until": "02:00"},
            "window_until",
            "Allow at least 2 hours",
        ),
        ({"window_from": "late"}, "window_from", "Enter a time as 01:30."),
        ({"starts_at": "2026-11-20T08:00"}, "__all__", "This time is over."),
        (
            {
                "starts_at": "2026-11-28T08:00",
                "window_from": "01:00",
                "window_until": "05:00",
            },
            "__all__",
            "The first sync is outside the window.",
        ),
        ({"starts_at": "2027-03-14T02:30"}, "starts_at", "may not exist"),
    ],
)
def test_times_that_cannot_be_are_refused_at_their_field(
    lee: Client, main_sis: Registration, filled: dict[str, str], field: str, sentence: str
) -> None:
    answer = lee.post(f"{PAGE}times/", filled)

    main_sis.refresh_from_db()
    assert answer.status_code == 422
    assert sentence in answer.context["times"].errors[field][0]
    assert (main_sis.window_from, main_sis.next_sync_at) == (None, TONIGHT)


def test_after_the_first_sync_only_the_window_is_asked_for(
    lee: Client, main_sis: Registration
) -> None:
    SourceSchool.objects.update(list_as_of=MONDAY)

    answer = lee.get(PAGE)

    assert list(answer.context["times"].fields) == ["window_from", "window_until"]


# --- support -------------------------------------------------------------------------------------


def test_support_sets_the_interval_with_a_reason(sam: Client, main_sis: Registration) -> None:
    answer = sam.post(f"{PAGE}pace/", PACE, follow=True)

    main_sis.refresh_from_db()
    assert main_sis.sync_every_hours == 72
    assert "The schedule is saved." in _text(answer)
    entry = AuditEntry.objects.get(action="schedule.changed")
    assert str(entry.actor_id) == sam.session["_auth_user_id"]
    assert entry.detail["why"] == "Asked for by the SIS team"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"every_hours": "0"}, "every_hours"),
        ({"every_hours": "337"}, "every_hours"),
        ({"why": "because"}, "why"),
    ],
)
def test_support_is_refused_what_cannot_be(
    sam: Client, main_sis: Registration, change: dict[str, str], field: str
) -> None:
    answer = sam.post(f"{PAGE}pace/", {**PACE, **change})

    main_sis.refresh_from_db()
    assert answer.status_code == 422
    assert list(answer.context["pace"].errors) == [field]
    assert main_sis.sync_every_hours == 24


def test_support_pauses_and_resumes(sam: Client, main_sis: Registration) -> None:
    paused = _text(sam.post(f"{PAGE}pause/", {"why": "The SIS is being moved"}, follow=True))
    resumed = _text(sam.post(f"{PAGE}resume/", {"why": "The move is done"}, follow=True))

    assert "Next sync: paused by support" in paused
    assert "The SIS is being moved." in paused
    assert "Next sync: tonight at 1:" in resumed


def test_a_pause_without_a_reason_is_refused(sam: Client, main_sis: Registration) -> None:
    answer = sam.post(f"{PAGE}pause/", {"why": ""})

    main_sis.refresh_from_db()
    assert answer.status_code == 422
    assert main_sis.paused_at is None


def test_support_reads_when_it_is_too_early_for_advice(sam: Client, main_sis: Registration) -> None:
    answer = _text(sam.get(PAGE))

    assert "It is too early to advise." in answer
    assert "Fill the form with this" not in answer


def test_advice_fills_the_form_and_saves_nothing(sam: Client, main_sis: Registration) -> None:
    Registration.objects.update(preset="infinite_campus", sync_every_hours=6)
    for day in range(1, 11):
        at = datetime(2026, 11, day, 7, tzinfo=UTC)
        a_run(
            main_sis,
            asked_at=at,
            started_at=at,
            ended_at=at + timedelta(minutes=2),
            rows_read=1000,
            rows_unchanged=990,
        )

    offered = _text(sam.get(PAGE))
    filled = sam.get(f"{PAGE}?advised")

    main_sis.refresh_from_db()
    assert "Every 24 hours is wiser." in offered
    assert "Fill the form with this" in offered
    assert filled.context["pace"].initial["every_hours"] == 24
    assert filled.context["pace"].initial["window_from"] == time(1)
    assert "Nothing is saved yet." in _text(filled)
    assert (main_sis.sync_every_hours, main_sis.window_from) == (6, None)


def test_support_reads_whether_changes_can_be_asked_for_and_is_refused_where_not(
    sam: Client, main_sis: Registration
) -> None:
    Registration.objects.update(transport="rest")

    page, source = _text(sam.get(PAGE)), _text(sam.get(SOURCE))
    refused = sam.post(f"{PAGE}pace/", {**PACE, "changes_every_hours": "2"})

    assert "What changed: Not tried yet: every sync reads everything." in page
    assert "Not tried yet: every sync reads everything." in source
    assert refused.status_code == 422
    assert "This source is not proved to say what changed." in _text(refused)
    main_sis.refresh_from_db()
    assert main_sis.changes_every_hours is None


def test_support_sets_how_often_changes_are_read(sam: Client, main_sis: Registration) -> None:
    Registration.objects.update(transport="rest")
    ProviderProfile.objects.create(
        district=main_sis.district,
        registration=main_sis,
        probed_at=AFTERNOON,
        filters_by_change=True,
    )

    sam.post(f"{PAGE}pace/", {**PACE, "changes_every_hours": "2"})

    main_sis.refresh_from_db()
    assert main_sis.changes_every_hours == 2
    assert "Every 3 days, and what changed every 2 hours" in _text(sam.get(SOURCE))


def test_the_page_costs_a_fixed_number_of_queries(
    sam: Client,
    main_sis: Registration,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for _ in range(40):
        a_run(main_sis)

    with django_assert_max_num_queries(12):
        sam.get(PAGE)
