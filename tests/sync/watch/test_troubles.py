"""What is wrong in a district, with its words."""

from datetime import timedelta

from schoolgate.sync.watch.troubles import Trouble, troubles_of
from watch_cast import NOW, a_failed_run, a_source, a_waiting_hold


def test_nothing_is_wrong_with_a_source_that_is_fine() -> None:
    assert troubles_of([a_source()], [], now=NOW) == []


def test_a_failure_tells_why_whose_turn_it_is_and_whether_a_retry_helps() -> None:
    source = a_source(last=a_failed_run())

    assert troubles_of([source], [], now=NOW) == [
        Trouble(
            key="failed:12",
            at_once=True,
            title="The sync of Main SIS failed",
            sentences=(
                "The source does not accept our key and secret.",
                "It is the district's turn: check this source's settings, or what the SIS shares.",
                "Trying again does not help until somebody has acted.",
                "Every school's list is whole: a school is written completely or not at all.",
            ),
            registration_slug="main-sis",
            run_id=31,
        )
    ]


def test_a_failure_that_passes_by_itself_says_so() -> None:
    source = a_source(
        last=a_failed_run(failure="busy", failure_detail="The SIS is busy.", retry_helps=True)
    )

    (trouble,) = troubles_of([source], [], now=NOW)

    assert trouble.sentences[1:3] == (
        "It is nobody's turn: the connection or the server had a bad moment.",
        "Trying again later may help, without anybody doing anything.",
    )


def test_a_hold_tells_the_school_and_the_numbers() -> None:
    source = a_source(holds=1, held_run_id=31)

    (trouble,) = troubles_of([source], [a_waiting_hold(count=1_041, of=1_312)], now=NOW)

    assert trouble == Trouble(
        key="held:12:5:student",
        at_once=True,
        title="Oak Elementary: 1,041 of 1,312 students would go",
        sentences=(
            "The sync of Main SIS keeps them on the list until a person has decided.",
            "Everything else is in.",
        ),
        registration_slug="main-sis",
        run_id=31,
    )


def test_a_hold_of_another_source_is_not_mixed_in() -> None:
    source = a_source(holds=1, held_run_id=30)

    assert troubles_of([source], [a_waiting_hold(run_id=31)], now=NOW) == []


def test_old_lists_tell_their_age_and_wait_for_the_mail_of_the_day() -> None:
    hourly = a_source(every_hours=6, oldest_list_at=NOW - timedelta(hours=15))
    daily = a_source(oldest_list_at=NOW - timedelta(days=3, hours=2))

    troubles = troubles_of([hourly, daily], [], now=NOW)

    assert [(each.title, each.sentences[:2], each.at_once) for each in troubles] == [
        (
            "The lists from Main SIS are old",
            ("The oldest is 15 hours old.", "It should be made anew every 6 hours."),
            False,
        ),
        (
            "The lists from Main SIS are old",
            ("The oldest is 3 days old.", "It should be made anew every 24 hours."),
            False,
        ),
    ]


def test_old_lists_of_a_source_that_support_has_paused_say_whom_to_ask() -> None:
    paused = a_source(oldest_list_at=NOW - timedelta(days=3), paused_at=NOW - timedelta(days=3))

    (trouble,) = troubles_of([paused], [], now=NOW)

    assert "ask them when it goes on" in trouble.sentences[1]


def test_failures_come_before_decisions_and_decisions_before_old_lists() -> None:
    worst = a_source(
        last=a_failed_run(), holds=1, held_run_id=31, oldest_list_at=NOW - timedelta(days=3)
    )

    troubles = troubles_of([worst], [a_waiting_hold()], now=NOW)

    assert [trouble.key for trouble in troubles] == ["failed:12", "held:12:5:student", "stale:12"]


def test_a_standard_district_is_told_nothing() -> None:
    source = a_source(in_edition=False, last=a_failed_run())

    assert troubles_of([source], [], now=NOW) == []
