"""How one source stands, in one word."""

from datetime import timedelta
from typing import Any

import pytest

from schoolgate.sync.watch.condition import LOOKS, Condition, condition_of
from watch_cast import NOW, a_failed_run, a_source

OLD = NOW - timedelta(hours=49)


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ({}, Condition.FINE),
        ({"last": a_failed_run()}, Condition.FAILED),
        ({"holds": 2, "held_run_id": 31}, Condition.HELD),
        ({"oldest_list_at": OLD}, Condition.STALE),
        ({"last": None, "oldest_list_at": None}, Condition.NEVER),
        ({"active_run_id": 32}, Condition.RUNNING),
    ],
)
def test_a_source_stands_as_its_last_sync_left_it(
    fields: dict[str, Any], condition: Condition
) -> None:
    source = a_source(**fields)

    assert condition_of(source, now=NOW) == condition


def test_the_worst_of_several_is_said() -> None:
    source = a_source(last=a_failed_run(), holds=2, oldest_list_at=OLD, active_run_id=32)

    assert condition_of(source, now=NOW) == Condition.FAILED


def test_a_retry_that_runs_does_not_yet_mend_a_failure() -> None:
    source = a_source(last=a_failed_run(), active_run_id=32)

    assert condition_of(source, now=NOW) == Condition.FAILED


def test_a_first_sync_that_runs_is_running() -> None:
    source = a_source(last=None, oldest_list_at=None, active_run_id=32)

    assert condition_of(source, now=NOW) == Condition.RUNNING


def test_a_list_is_old_when_two_syncs_are_missing_and_not_a_moment_before() -> None:
    six_hourly = a_source(every_hours=6, oldest_list_at=NOW - timedelta(hours=12))

    assert not six_hourly.is_stale(now=NOW)
    assert six_hourly.is_stale(now=NOW + timedelta(seconds=1))


def test_in_a_standard_district_nothing_is_wrong() -> None:
    source = a_source(in_edition=False, last=a_failed_run(), oldest_list_at=OLD)

    assert condition_of(source, now=NOW) == Condition.OFF


def test_every_condition_has_a_word_and_an_icon_of_its_own() -> None:
    words = {look.word for look in LOOKS.values()}
    icons = {look.icon for look in LOOKS.values()}

    assert set(LOOKS) == set(Condition)
    assert len(words) == len(icons) == len(LOOKS)
