"""The pages that show syncs and how old the lists are."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cast import (
    MONDAY,
    a_district,
    a_district_admin,
    a_listed_student,
    a_registration,
    a_run,
    a_school,
    a_support_person,
    student,
    sync,
)
from fakes import FakeSource
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition, School
from schoolgate.jobs import engine
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.sync import tasks
from schoolgate.sync.models import SyncRun

pytestmark = pytest.mark.django_db

OVERVIEW = "/d/maple-valley/"
SOURCE = "/d/maple-valley/registrations/main-sis/"


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


def _text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


# --- the overview --------------------------------------------------------------------------


def test_an_empty_district_sees_what_to_do_first(lee: Client) -> None:
    answer = lee.get(OVERVIEW)

    assert "1. Add a source." in _text(answer)
    assert "/d/maple-valley/registrations/add/" in _text(answer)


def test_a_standard_district_reads_that_sync_is_not_in_its_edition(client: Client) -> None:
    district = a_district("Elm Town", Edition.STANDARD)
    a_registration(district)
    client.force_login(a_district_admin(district))

    answer = _text(client.get("/d/elm-town/"))
    source = _text(client.get("/d/elm-town/registrations/main-sis/"))

    assert "part of the Enterprise Edition" in answer
    assert "Add a source" not in answer
    assert "Sync now" not in source


@time_machine.travel(MONDAY, tick=False)
def test_schools_without_a_list_stand_first_then_the_oldest(
    lee: Client, registration: Registration, maple_valley: District, oak: School, fir: School
) -> None:
    a_school(maple_valley, "elm", "Elm School")
    ash = a_school(maple_valley, "ash", "Ash School")
    SourceSchool.objects.create(
        district=maple_valley,
        registration=registration,
        sourced_id="ash",
        name="Ash",
        type="school",
        school=ash,
        enabled=True,
    )
    SourceSchool.objects.filter(school=oak).update(list_as_of=MONDAY - timedelta(days=3))
    SourceSchool.objects.filter(school=fir).update(list_as_of=MONDAY - timedelta(hours=2))

    answer = lee.get(OVERVIEW)

    assert [(row.school.name, row.age) for row in answer.context["page"]] == [
        ("Ash School", "never"),
        ("Oak Elementary", "stale"),
        ("Fir Middle School", "fresh"),
        ("Elm School", "no_source"),
    ]


def test_each_school_tells_how_many_of_its_students_have_a_contact(
    lee: Client, registration: Registration, source: FakeSource
) -> None:
    source.put(student("gil", "Gil", "Ames"))
    sync(registration, source)

    answer = lee.get(OVERVIEW)

    assert {
        row.school.code: (row.students, row.with_contact) for row in answer.context["page"]
    } == {
        "oak": (4, 3),
        "fir": (1, 1),
    }
    assert "3 (75%)" in _text(answer)


def test_a_source_whose_last_sync_failed_says_so_beside_its_schools(
    lee: Client, registration: Registration
) -> None:
    a_run(registration, state="failed", failure="unreachable", failure_detail="No answer came.")

    answer = _text(lee.get(OVERVIEW))

    assert "Last sync failed" in answer
    assert "See what happened, and whose turn it is" in answer


def test_no_child_is_named_on_any_page_about_syncs(
    lee: Client, registration: Registration, oak: School
) -> None:
    a_listed_student(oak, "Marisol", "Rivera")
    run = a_run(registration)

    pages = [lee.get(page) for page in (OVERVIEW, SOURCE, f"/d/maple-valley/runs/{run.id}/")]

    assert [b"Marisol" in page.content or b"Rivera" in page.content for page in pages] == [
        False,
        False,
        False,
    ]


def test_thirty_schools_cost_no_more_queries_than_one(
    lee: Client,
    registration: Registration,
    maple_valley: District,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    School.objects.bulk_create(
        School(district=maple_valley, code=f"s-{number}", name=f"School {number}")
        for number in range(30)
    )

    with django_assert_max_num_queries(12):
        lee.get(OVERVIEW)


# --- support's list --------------------------------------------------------------------------


def test_support_sees_every_district_with_the_state_of_its_last_sync(
    client: Client, registration: Registration, pine: School
) -> None:
    a_run(registration)
    a_run(registration, state="failed", failure="busy", failure_detail="The source was busy.")
    client.force_login(a_support_person())

    answer = _text(client.get("/districts/"))

    assert "Maple Valley" in answer
    assert "Pine Ridge" in answer
    assert "Failed" in answer


def test_thirty_districts_cost_no_more_queries_than_one(
    client: Client,
    db: None,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for number in range(30):
        a_run(a_registration(a_district(f"District {number}")))
    client.force_login(a_support_person())

    with django_assert_max_num_queries(8):
        client.get("/districts/")


def test_support_sees_no_key_and_no_way_to_the_settings(
    client: Client, registration: Registration
) -> None:
    client.force_login(a_support_person())

    answer = _text(client.get(SOURCE))

    assert "Sync now" in answer
    assert "settings/" not in answer


# --- one source --------------------------------------------------------------------------------


def test_runs_are_listed_newest_first_twenty_a_page(
    lee: Client,
    registration: Registration,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    made = [a_run(registration) for _ in range(25)]

    with django_assert_max_num_queries(12):
        first = lee.get(SOURCE)
    second = lee.get(f"{SOURCE}?page=2")

    assert first.context["page"][0] == made[-1]
    assert len(first.context["page"]) == 20
    assert len(second.context["page"]) == 5


def test_sync_now_says_when_nobody_would_do_it_and_leaves_no_run_behind(
    lee: Client, registration: Registration
) -> None:
    answer = lee.post(f"{SOURCE}sync/", follow=True)

    assert "nothing in this installation does syncs at the moment" in _text(answer)
    assert not SyncRun.objects.exists()


def test_sync_now_without_a_school_says_what_to_do_first(
    lee: Client, maple_valley: District
) -> None:
    a_registration(maple_valley)

    answer = lee.post(f"{SOURCE}sync/", follow=True)

    assert "Choose its schools first" in _text(answer)


def test_sync_now_is_recorded_with_who_asked(
    lee: Client, registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[tuple[str, int, str]] = []
    monkeypatch.setattr(
        tasks.engine, "submit", lambda *job, partition: submitted.append((*job, partition))
    )

    answer = lee.post(f"{SOURCE}sync/")

    run = SyncRun.objects.get()
    assert answer["Location"] == f"/d/maple-valley/runs/{run.id}/"
    assert submitted == [("sync", run.id, f"registration-{registration.id}")]
    assert (
        str(AuditEntry.objects.get(action="sync.asked_for").actor_id)
        == (lee.session["_auth_user_id"])
    )


def test_no_engine_runs_in_a_test() -> None:
    with pytest.raises(engine.NotRunning):
        engine.submit("sync", 1, partition="registration-1")
