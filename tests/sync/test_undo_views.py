"""The page on which an undo is looked at and asked for."""

from datetime import timedelta

import pytest
from django.test import Client

from cast import MONDAY, a_district_admin, a_run, lists_of, sync
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import Hold, SyncRun

pytestmark = pytest.mark.django_db

WHY = "The SIS lost grade 2 overnight."


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now=MONDAY - timedelta(days=14))


@pytest.fixture
def wrong(registration: Registration, source: FakeSource, clock: FakeClock) -> SyncRun:
    """A sync in which Ben left Oak, with his mother, and Eva got another number."""
    sync(registration, source, clock)
    clock.move(days=1)
    source.drop("ben", "kim")
    source.change("eva", phone="555-0199")
    return sync(registration, source, clock)


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def page_of(run: SyncRun, school: str = "oak") -> str:
    return f"/d/maple-valley/runs/{run.pk}/undo/{school}/"


def looked_at(lee: Client, run: SyncRun) -> str:
    return str(lee.get(page_of(run)).context["looked_at"].checksum)


def test_the_page_of_a_sync_links_to_its_undo_at_each_school(lee: Client, wrong: SyncRun) -> None:
    answer = text(lee.get(f"/d/maple-valley/runs/{wrong.pk}/"))

    assert f'href="{page_of(wrong)}"' in answer
    assert "Undo this sync at Oak Elementary" in answer


def test_the_preview_says_who_what_and_what_the_desk_makes_of_it(
    lee: Client, wrong: SyncRun, maple_valley: District
) -> None:
    answer = text(lee.get(page_of(wrong)))

    assert "1 student is back on the list" in answer
    assert "Ben Dunn: Oak Elementary" in answer
    assert "Ben Dunn: Kim Dunn" in answer
    assert "Eva Lopez: phone" in answer
    assert "The next sync will do it again" in answer
    assert "Nobody is removed until" in answer
    assert "ben" not in lists_of(maple_valley)["oak"]


def test_with_a_reason_it_is_undone_and_the_run_of_the_undo_shown(
    lee: Client, wrong: SyncRun, maple_valley: District
) -> None:
    answer = lee.post(page_of(wrong), {"why": WHY, "looked_at": looked_at(lee, wrong)}, follow=True)

    assert "ben" in lists_of(maple_valley)["oak"]
    told = text(answer)
    assert f"Sync {wrong.id} is undone at Oak Elementary." in told
    assert "What an earlier sync did at one school is taken back." in told
    assert WHY in told
    assert "1 student came back" in told
    undone = text(lee.get(f"/d/maple-valley/runs/{wrong.pk}/"))
    assert "Undone at Oak Elementary by" in undone


def test_without_a_reason_nothing_is_done(
    lee: Client, wrong: SyncRun, maple_valley: District
) -> None:
    answer = lee.post(page_of(wrong), {"why": "oops", "looked_at": looked_at(lee, wrong)})

    assert answer.status_code == 422
    assert "Say why, in at least 10 characters." in text(answer)
    assert "ben" not in lists_of(maple_valley)["oak"]


def test_what_was_not_looked_at_is_not_done(
    lee: Client, wrong: SyncRun, maple_valley: District
) -> None:
    answer = lee.post(page_of(wrong), {"why": WHY, "looked_at": "of another day"})

    assert answer.status_code == 422
    assert "It is not what you looked at" in text(answer)
    assert "ben" not in lists_of(maple_valley)["oak"]


def test_a_refusal_offers_to_undo_the_later_run_first(
    lee: Client,
    wrong: SyncRun,
    registration: Registration,
    source: FakeSource,
    clock: FakeClock,
) -> None:
    source.change("eva", phone="555-0200")
    clock.move(days=1)
    later = sync(registration, source, clock)

    answer = text(lee.get(page_of(wrong)))

    assert "1 person whom sync" in answer
    assert f'href="{page_of(later)}"' in answer
    assert f"Undo run {later.pk} at Oak Elementary first" in answer


def test_what_would_wait_is_said_before(lee: Client, wrong: SyncRun) -> None:
    """Everybody of the first sync: more than goes without a decision."""
    first = SyncRun.objects.order_by("id").first()
    assert first is not None
    lee.post(page_of(wrong), {"why": WHY, "looked_at": looked_at(lee, wrong)})

    answer = text(lee.get(page_of(first)))
    lee.post(page_of(first), {"why": WHY, "looked_at": looked_at(lee, first)})

    assert "Oak Elementary: 3 students of 3 would leave." in answer
    assert Hold.objects.get().count == 3


def test_beside_a_running_sync_it_is_refused(
    lee: Client, wrong: SyncRun, registration: Registration
) -> None:
    a_run(registration, state="running", ended_at=None)

    answer = lee.post(page_of(wrong), {"why": WHY, "looked_at": "x"})

    assert answer.status_code == 409
    assert "already running" in text(answer)


def test_another_district_s_school_is_not_there(lee: Client, wrong: SyncRun) -> None:
    assert lee.get(page_of(wrong, "pine")).status_code == 404
