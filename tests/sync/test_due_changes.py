"""Pulls of changes that the clock asks for, of a SIS that was proved to filter by change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cast import a_district, a_registration, a_run, lists_of, pairs_of
from fakes import FakeClock
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.registrations import proving, scheduling, school_choice
from schoolgate.registrations.models import DataChoice, ProviderProfile, Registration, SourceSchool
from schoolgate.registrations.queries import Schools
from schoolgate.registrations.registering import RestAddress, add_registration
from schoolgate.registrations.scheduling import CannotSchedule, Pace
from schoolgate.registrations.sources import open_source
from schoolgate.sandbox import District as Town
from schoolgate.sandbox import Sandbox
from schoolgate.sync import run_words, runs
from schoolgate.sync.due_changes import plan_due_changes
from schoolgate.sync.models import Hold, Origin, RunKind, RunState, SyncRun
from schoolgate.sync.next_step import Step, source_row

pytestmark = pytest.mark.django_db

WHY = "Custody changes by the hour"
MONDAY = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def sis(clock: FakeClock) -> Iterator[Sandbox]:
    """Its records say when they were changed."""
    with Sandbox(Town(60), stamp=lambda: f"{clock():%Y-%m-%dT%H:%M:%S.000Z}") as sandbox:
        sandbox.tick(share=0.2)
        clock.move(hours=12)
        yield sandbox


def _connect(district: District, sis: Sandbox, clock: FakeClock) -> Registration:
    where = RestAddress(
        base_url=sis.base_url, auth="bearer", key="", secret=sis.bearer, insecure=True
    )
    registration = add_registration(
        district,
        name="Main SIS",
        where=where,
        data_choice=DataChoice.STUDENTS_AND_CONTACTS,
        by=None,
        at=clock(),
    )
    source = open_source(registration)
    school_choice.look_at_source(registration, source)
    source.close()
    school_choice.map_all(registration, by=None, at=clock())
    return registration


def _carry_out(
    registration: Registration, clock: FakeClock, kind: RunKind = RunKind.FULL
) -> SyncRun:
    run = runs.ask_for_run(registration, by=None, at=clock(), kind=kind)
    runs.carry_out(run, clock=clock, tell=lambda _stage, _count: None)
    return run


def _prove(registration: Registration, clock: FakeClock) -> ProviderProfile:
    source = open_source(registration)
    assert isinstance(source, Client)
    with source:
        return proving.prove(registration, source, by=None, at=clock())


@pytest.fixture
def proved(sis: Sandbox, clock: FakeClock) -> Registration:
    """Proved, whole once, and read for changes every two hours."""
    registration = _connect(a_district(), sis, clock)
    _prove(registration, clock)
    scheduling.set_pace(registration, Pace(24, None, 2), why=WHY, by=None, at=clock())
    _carry_out(registration, clock)
    Registration.objects.update(next_sync_at=clock() + timedelta(hours=24))
    clock.move(hours=3)
    return registration


def _due(clock: FakeClock) -> list[SyncRun]:
    return plan_due_changes(clock(), most=10)


# --- when ---------------------------------------------------------------------------------------


def test_what_changed_is_asked_for_between_whole_syncs(
    proved: Registration, clock: FakeClock
) -> None:
    run = _due(clock)[0]

    again = _due(clock)

    assert (run.registration, run.kind, run.origin) == (proved, RunKind.CHANGES, Origin.SCHEDULE)
    assert again == []


def test_changes_are_not_asked_for_more_often_than_chosen(
    proved: Registration, clock: FakeClock
) -> None:
    clock.move(hours=-1, minutes=-1)

    early = _due(clock)

    assert early == []


@pytest.mark.parametrize(
    "change",
    [
        {"changes_every_hours": None},
        {"paused_at": MONDAY, "next_sync_at": None},
        {"next_sync_at": MONDAY},
        {"window_from": "01:00", "window_until": "05:00"},
    ],
)
def test_a_schedule_that_says_otherwise_is_followed(
    proved: Registration, clock: FakeClock, change: dict[str, Any]
) -> None:
    Registration.objects.update(**change)

    due = _due(clock)

    assert due == []


def test_nothing_is_asked_of_a_source_that_is_not_proved_or_was_long_ago(
    proved: Registration, clock: FakeClock
) -> None:
    ProviderProfile.objects.update(filters_by_change=False)
    disproved = _due(clock)
    ProviderProfile.objects.update(
        filters_by_change=True, probed_at=clock() - timedelta(days=40, hours=1)
    )
    long_ago = _due(clock)
    ProviderProfile.objects.all().delete()

    never = _due(clock)

    assert (disproved, long_ago, never) == ([], [], [])


def test_a_school_that_waits_for_its_first_list_gets_it_whole(
    proved: Registration, clock: FakeClock
) -> None:
    SourceSchool.objects.filter(id=SourceSchool.objects.order_by("id")[0].id).update(
        list_as_of=None
    )

    due = _due(clock)

    assert due == []


def test_while_a_person_is_to_decide_nothing_changes_what_she_reads(
    proved: Registration, clock: FakeClock
) -> None:
    whole = SyncRun.objects.get()
    school = SourceSchool.objects.order_by("id")[0].school
    hold = Hold.objects.create(
        district=proved.district, run=whole, school=school, kind="student",
        reason="too_many_removed", count=30, of=40, limit=25,
    )  # fmt: skip
    waiting = _due(clock)
    Hold.objects.filter(pk=hold.pk).update(decision="discarded")

    decided = _due(clock)

    assert (waiting, len(decided)) == ([], 1)


@pytest.mark.parametrize("kind", [RunKind.UNDO, RunKind.REKEY])
def test_after_work_of_our_own_the_source_is_read_whole(
    proved: Registration, clock: FakeClock, kind: RunKind
) -> None:
    a_run(proved, kind=kind)

    due = _due(clock)

    assert due == []


def test_changes_are_read_only_where_the_source_was_proved(clock: FakeClock) -> None:
    registration = a_registration(a_district(), transport="rest")

    with pytest.raises(CannotSchedule) as refusal:
        scheduling.set_pace(registration, Pace(24, None, 2), why=WHY, by=None, at=clock())

    assert str(refusal.value) == (
        "This source is not proved to say what changed. Not tried yet: every sync reads "
        "everything. To try it: schoolgate registration probe maple-valley.main-sis"
    )


@pytest.mark.parametrize("hours", [0, 24, 30])
def test_changes_are_read_more_often_than_everything(
    proved: Registration, clock: FakeClock, hours: int
) -> None:
    with pytest.raises(CannotSchedule):
        scheduling.set_pace(proved, Pace(24, None, hours), why=WHY, by=None, at=clock())


def test_a_pace_that_stands_may_go_on_standing(proved: Registration, clock: FakeClock) -> None:
    proving.stop_relying(proved, at=clock())

    scheduling.set_pace(proved, Pace(48, None, 2), why=WHY, by=None, at=clock())

    proved.refresh_from_db()
    assert (proved.sync_every_hours, proved.changes_every_hours) == (48, 2)


# --- what is known of a source ------------------------------------------------------------------


def test_a_source_is_proved_and_the_page_says_so(proved: Registration, clock: FakeClock) -> None:
    profile = ProviderProfile.objects.get()

    assert (profile.filters_by_change, profile.findings) == (True, {})
    assert proving.in_words(proved, now=clock()) == (
        "Proved: it can be asked for what changed since the last sync."
    )
    assert AuditEntry.objects.get(action="source.probed").detail == {
        "filters_by_change": True,
        "finding": "",
    }


def test_a_source_that_is_not_proved_says_why(proved: Registration, clock: FakeClock) -> None:
    words = []
    for finding in proving.REASONS:
        ProviderProfile.objects.update(filters_by_change=False, findings={"changes": finding})
        words.append(proving.in_words(proved, now=clock()))
    ProviderProfile.objects.update(filters_by_change=True)
    words.append(proving.in_words(proved, now=clock() + timedelta(days=41)))
    proved.transport = "csv"
    words.append(proving.in_words(proved, now=clock()))

    assert len(set(words)) == len(proving.REASONS) + 2
    assert words[0] == (
        "It cannot be asked only for what changed: it showed nobody to try it on. Every sync reads "
        "everything."
    )


def test_a_source_is_tried_again_after_a_month(
    proved: Registration, clock: FakeClock, sis: Sandbox
) -> None:
    sis.set_quirks(["constant_dates"])
    _carry_out(proved, clock)
    not_yet = proving.is_proved(proved, now=clock())
    clock.move(days=30)

    _carry_out(proved, clock)

    assert (not_yet, proving.is_proved(proved, now=clock())) == (True, False)
    assert ProviderProfile.objects.get().findings == {"changes": "dates_constant"}


def test_a_source_that_does_not_answer_stays_what_it_was(
    proved: Registration, clock: FakeClock, sis: Sandbox
) -> None:
    sis.set_quirks(["html_200"])

    with pytest.raises(SourceFailed):
        _prove(proved, clock)

    assert proving.is_proved(proved, now=clock())


def test_a_source_for_which_nobody_wants_changes_is_never_tried(
    sis: Sandbox, clock: FakeClock
) -> None:
    registration = _connect(a_district(), sis, clock)

    _carry_out(registration, clock)

    assert proving.profile_of(registration) is None


# --- a day ----------------------------------------------------------------------------------------


def test_a_day_of_changes_and_a_whole_sync_bring_what_a_whole_sync_brings(
    proved: Registration, clock: FakeClock, sis: Sandbox
) -> None:
    expected = sis.tick(share=0.1)
    by_changes = _carry_out(proved, clock, RunKind.CHANGES)
    clock.move(hours=3)
    sis.tick(share=0.1)
    clock.move(hours=3)
    later = _carry_out(proved, clock, RunKind.CHANGES)
    other = _connect(a_district("Other Valley"), sis, clock)

    whole = _carry_out(proved, clock)
    only_whole = _carry_out(other, clock)

    assert by_changes.changes == expected
    assert (by_changes.complete, by_changes.state) == (None, RunState.APPLIED)
    assert by_changes.rows_read < only_whole.rows_read / 2
    assert later.changes
    assert whole.changes == {}
    assert lists_of(proved.district) == lists_of(other.district)
    assert pairs_of(proved.district) == pairs_of(other.district)


def test_a_run_says_that_a_list_is_no_newer_for_it(proved: Registration, clock: FakeClock) -> None:
    run = _carry_out(proved, clock, RunKind.CHANGES)

    standing = run_words.standing_of(run)

    assert standing.word == "No change"
    assert standing.sentence.endswith("The lists are as old as their last whole sync.")
    assert source_row(proved, Schools(2, 2), run).step == Step.NOTHING


def test_a_filter_that_is_ignored_one_day_ends_the_run_and_the_trust(
    proved: Registration, clock: FakeClock, sis: Sandbox
) -> None:
    sis.tick(share=0.1)
    sis.set_quirks(["ignores_filter"])
    before = lists_of(proved.district)

    run = _carry_out(proved, clock, RunKind.CHANGES)

    assert (run.state, run.failure, run.retry_helps) == ("failed", "filter_ignored", False)
    assert "are not believed any more" in run.failure_detail
    assert "next whole sync" in run_words.turn_after(run)
    assert lists_of(proved.district) == before
    assert ProviderProfile.objects.get().findings == {"changes": "failed_in_use"}
    clock.move(hours=3)
    assert _due(clock) == []


def test_the_next_whole_sync_tries_such_a_source_anew(
    proved: Registration, clock: FakeClock, sis: Sandbox
) -> None:
    sis.set_quirks(["refuses_filter"])
    failed = _carry_out(proved, clock, RunKind.CHANGES)
    whole = _carry_out(proved, clock)
    refused = ProviderProfile.objects.get().findings
    proving.stop_relying(proved, at=clock())
    sis.set_quirks([])

    _carry_out(proved, clock)

    assert (failed.failure, whole.state) == ("rejected", "unchanged")
    assert refused == {"changes": "filter_refused"}
    assert proving.is_proved(proved, now=clock())
