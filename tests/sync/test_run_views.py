"""The page of one sync: what it did, or how far it is."""

import pytest
from django.test import Client

from cast import a_district_admin, a_registration, a_run, sync
from fakes import FakeSource
from schoolgate.districts.models import District, School
from schoolgate.oneroster import errors
from schoolgate.registrations.models import Registration
from schoolgate.sync import run_words, runs
from schoolgate.sync.models import RowProblem, SyncRun

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SOURCE = "/d/maple-valley/registrations/main-sis/"


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


def _text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_run_tells_what_it_changed_in_words(
    lee: Client, registration: Registration, source: FakeSource
) -> None:
    run = sync(registration, source)

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))

    assert "4 students added" in answer
    assert "5 relationships added" in answer


def test_held_departures_tell_the_school_the_count_and_where_to_decide(
    lee: Client, registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    source.drop("ana", "ben", "cy")
    run = sync(registration, source)

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))
    on_the_source = _text(lee.get(SOURCE))

    assert "Oak Elementary: 3 of 3 students would go" in answer
    assert "None of the 3 students of Oak Elementary is in the source any more" in answer
    assert f"/d/maple-valley/runs/{run.id}/review/" in answer
    assert "Oak Elementary: 3 of 3 students would go" in on_the_source


def test_a_failed_run_tells_whose_turn_it_is_and_whether_a_retry_helps(
    lee: Client, registration: Registration
) -> None:
    run = a_run(
        registration,
        state="failed",
        failure="not_signed_in",
        failure_detail="The source refused our key.",
    )

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))

    assert "The source refused our key." in answer
    assert "the district&#x27;s turn" in answer
    assert "Trying again does not help" in answer


def test_problems_show_ids_and_fields_by_kind(lee: Client, registration: Registration) -> None:
    run = a_run(registration, problems={"missing_field": 2})
    RowProblem.objects.create(
        district=registration.district,
        run=run,
        kind="missing_field",
        severity="error",
        collection="users",
        position=17,
        sourced_id="u-17",
        field="familyName",
        expected="text, not empty",
    )

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))

    assert "lacks something that it must have and was left out: 2 times" in answer
    assert "u-17" in answer
    assert "familyName" in answer


def test_a_pull_that_was_not_whole_says_that_nobody_was_removed(
    lee: Client, registration: Registration
) -> None:
    run = a_run(registration, complete=False, incomplete_detail="The pages ended early.")

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))

    assert "The pages ended early." in answer
    assert "nobody was removed" in answer


def test_a_running_sync_is_asked_for_again_every_two_seconds(
    lee: Client, registration: Registration
) -> None:
    run = a_run(registration, state="running", stage="collect", complete=None, ended_at=None)

    answer = _text(lee.get(f"/d/maple-valley/runs/{run.id}/"))

    assert 'role="status"' in answer
    assert 'hx-trigger="every 2s"' in answer
    assert "Look again" in answer


def test_a_stage_that_was_heard_is_not_said_again(lee: Client, registration: Registration) -> None:
    run = a_run(registration, state="running", stage="collect", complete=None, ended_at=None)
    address = f"/d/maple-valley/runs/{run.id}/"

    heard = lee.get(f"{address}?heard=running-collect", headers=HTMX)
    news = lee.get(f"{address}?heard=running-", headers=HTMX)

    assert heard["HX-Reswap"] == "none"
    assert "reading the source" not in _text(heard)
    assert news.status_code == 200
    assert "reading the source" in _text(news)


def test_a_run_that_has_ended_stops_the_asking_and_brings_its_outcome(
    lee: Client, registration: Registration
) -> None:
    run = a_run(registration, changes={"student.added": 1})

    answer = lee.get(f"/d/maple-valley/runs/{run.id}/?heard=running-apply", headers=HTMX)

    assert answer.status_code == 286
    assert "1 student added" in _text(answer)
    assert b"<html" not in answer.content


def test_a_run_of_another_district_is_not_there(lee: Client, pine: School) -> None:
    run = a_run(a_registration(pine.district))

    answer = lee.get(f"/d/maple-valley/runs/{run.id}/")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "error",
    [
        errors.BadInput,
        errors.UnsafeAddress,
        errors.UnsupportedVersion,
        errors.NotTokenEndpoint,
        errors.BadBundle,
        errors.SourceFailed,
        errors.Unreachable,
        errors.Busy,
        errors.ServerFault,
        errors.NotSignedIn,
        errors.NotAllowed,
        errors.NotOffered,
        errors.Rejected,
        errors.UntrustedCertificate,
        errors.NotOneRoster,
        errors.BrokenAnswer,
        errors.TooLarge,
    ],
)
def test_every_failure_of_a_source_is_somebodys_turn(error: type[errors.OneRosterError]) -> None:
    words = {
        "you": run_words.DISTRICT,
        "district": run_words.DISTRICT,
        "sis": run_words.SIS,
        "nobody": run_words.NOBODY,
    }

    failed = SyncRun(state="failed", failure=runs._word(error.__new__(error)))

    assert run_words.turn_after(failed) == words[error.whose_turn]
