"""What a district is told by e-mail, and when."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schoolgate.sync.watch.digest import Memory, decide
from schoolgate.sync.watch.troubles import Trouble

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHICAGO)
NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=CHICAGO)
DAY = timedelta(days=1)


def a_trouble(key: str) -> Trouble:
    return Trouble(
        key=key,
        at_once=not key.startswith("stale"),
        title="Something is wrong",
        sentences=(),
        registration_slug="main-sis",
        run_id=None,
    )


FAILED, HELD, STALE = a_trouble("failed:12"), a_trouble("held:12:5:student"), a_trouble("stale:12")


def test_nothing_is_sent_when_nothing_is_wrong() -> None:
    digest, memory = decide([], Memory(SUNDAY, {}), now=NOON)

    assert digest is None
    assert memory == Memory(SUNDAY, {})


def test_a_first_failure_is_told_at_once_even_at_night() -> None:
    digest, memory = decide([FAILED], Memory(), now=NIGHT)

    assert digest is not None
    assert digest.subject == "Schoolgate: 1 sync failed"
    assert digest.news == {"failed:12"}
    assert memory == Memory(MONDAY, {"failed:12": MONDAY})


def test_a_new_hold_is_told_at_once_with_everything_that_stands() -> None:
    digest, memory = decide([FAILED, HELD], Memory(MONDAY, {"failed:12": MONDAY}), now=NOON)

    assert digest is not None
    assert digest.subject == "Schoolgate: 1 sync failed, 1 decision waits"
    assert digest.troubles == (FAILED, HELD)
    assert digest.news == {"held:12:5:student"}
    assert memory.told == {"failed:12": MONDAY, "held:12:5:student": MONDAY}


def test_what_was_told_today_is_not_told_again_today() -> None:
    digest, _ = decide([FAILED], Memory(MONDAY, {"failed:12": MONDAY}), now=NOON)

    assert digest is None


def test_what_still_stands_is_told_once_more_the_next_morning() -> None:
    told_yesterday = Memory(SUNDAY, {"failed:12": SUNDAY})

    at_night, _ = decide([FAILED], told_yesterday, now=NIGHT)
    in_the_morning, memory = decide([FAILED], told_yesterday, now=NOON)

    assert at_night is None
    assert in_the_morning is not None
    assert in_the_morning.news == frozenset()
    assert memory == Memory(MONDAY, {"failed:12": MONDAY})


def test_old_lists_wait_for_the_morning() -> None:
    at_night, _ = decide([STALE], Memory(), now=NIGHT)
    in_the_morning, _ = decide([STALE], Memory(), now=NOON)

    assert at_night is None
    assert in_the_morning is not None
    assert in_the_morning.subject == "Schoolgate: 1 source has old lists"


def test_a_source_that_fails_every_other_time_is_told_once_a_day() -> None:
    after_the_first = Memory(MONDAY, {"failed:12": MONDAY})

    nothing, mended = decide([], after_the_first, now=NOON)
    again, _ = decide([FAILED], mended, now=NOON)

    assert nothing is None
    assert again is None


def test_a_failure_that_was_mended_yesterday_is_new_today() -> None:
    _, mended = decide([], Memory(SUNDAY, {"failed:12": SUNDAY}), now=NIGHT)

    digest, _ = decide([FAILED], mended, now=NIGHT)

    assert mended == Memory(SUNDAY, {})
    assert digest is not None


def test_a_hold_that_every_sync_finds_again_is_not_new_each_time() -> None:
    memory = Memory(SUNDAY, {"held:12:5:student": SUNDAY})

    digest, _ = decide([HELD], memory, now=NIGHT)

    assert digest is None


def test_the_subject_counts_what_is_wrong() -> None:
    troubles = [a_trouble("failed:1"), a_trouble("failed:2"), a_trouble("stale:3")]

    digest, _ = decide(troubles, Memory(), now=NOON)

    assert digest is not None
    assert digest.subject == "Schoolgate: 2 syncs failed, 1 source has old lists"


def test_decided_twice_with_what_was_remembered_it_is_sent_once() -> None:
    _, memory = decide([FAILED, HELD, STALE], Memory(), now=NOON)

    digest, same = decide([FAILED, HELD, STALE], memory, now=NOON + timedelta(minutes=1))

    assert digest is None
    assert same == memory
