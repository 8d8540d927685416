"""How often to sync a source: every rule by itself, and worked cases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from cast import MONDAY, a_run
from schoolgate.registrations.models import Registration
from schoolgate.registrations.presets import preset_of
from schoolgate.registrations.schedule import Window
from schoolgate.sync import advice
from schoolgate.sync.advice import RULES, AtLeast, Verdict, advise
from schoolgate.sync.advice_figures import Evidence, Figures, PastSync, figures_of
from schoolgate.sync.past_syncs import evidence_of

# Ten nights in which a small district was read in two minutes, and something changed in each.
FIGURES = Figures(
    count=10,
    days=9.0,
    failed=0,
    busy=0,
    held=0,
    incomplete=0,
    whole=10,
    unchanged=0,
    minutes=2.0,
    rows=28_000,
    share_new=0.01,
)
DAILY = Evidence(runs=(), every_hours=24)


def nights(count: int = 10, **fields: object) -> tuple[PastSync, ...]:
    """A sync each night, all alike."""
    night = {"seconds": 120, "rows": 28_000, "unchanged_rows": 27_900, **fields}
    return tuple(
        PastSync(began_at=datetime(2026, 11, day, 7, tzinfo=UTC), **night)  # type: ignore[arg-type]
        for day in range(1, count + 1)
    )


def a_daily(*runs: PastSync, **fields: object) -> Evidence:
    return Evidence(**{"runs": runs, "every_hours": 24, **fields})  # type: ignore[arg-type]


# --- one rule at a time --------------------------------------------------------------------------


def test_a_sync_may_take_a_tenth_of_the_time_between_two() -> None:
    word = advice.takes_long(replace(FIGURES, minutes=150.0), DAILY)

    assert word == AtLeast(
        25.0, "A sync takes 2.5 h: it should take no more than a tenth of the time between two."
    )


def test_no_more_than_five_million_records_a_day_are_asked_of_a_source() -> None:
    word = advice.reads_much(replace(FIGURES, rows=2_800_000), DAILY)

    assert word is not None
    assert word.hours == pytest.approx(13.44)
    assert word.why.startswith("Each reads 2,800,000 records")
    assert advice.reads_much(replace(FIGURES, rows=280_000), DAILY) is None


@pytest.mark.parametrize(
    ("rule", "figures", "hours", "sentence"),
    [
        (advice.looks_new, {"share_new": 0.49}, None, ""),
        (advice.looks_new, {"share_new": 0.5}, 24, "50% of the records look new each time"),
        (advice.rarely_changes, {"unchanged": 9, "minutes": 29.0}, None, ""),
        (advice.rarely_changes, {"unchanged": 8, "minutes": 90.0}, None, ""),
        (
            advice.rarely_changes,
            {"unchanged": 9, "minutes": 30.0},
            48,
            "Nothing changed in 9 of 10 whole syncs of 30 min each",
        ),
        (advice.is_too_much_for_the_source, {"failed": 3, "busy": 3}, None, ""),
        (
            advice.is_too_much_for_the_source,
            {"failed": 4, "busy": 4},
            48,
            "4 of 10 syncs failed because the source was busy",
        ),
        (advice.fails_for_another_reason, {"failed": 4, "busy": 1}, None, ""),
        (
            advice.fails_for_another_reason,
            {"failed": 5, "busy": 1},
            24,
            "4 of 10 syncs failed for a reason that no interval mends",
        ),
        (advice.comes_in_part, {"incomplete": 3}, None, ""),
        (advice.comes_in_part, {"incomplete": 4}, 24, "4 of 10 syncs did not get everything"),
        (advice.waits_for_a_person, {"held": 3}, None, ""),
        (advice.waits_for_a_person, {"held": 4}, 24, "Part of 4 of 10 syncs waited"),
    ],
)
def test_a_rule_speaks_where_its_figure_says_so(
    rule: advice.Rule, figures: dict[str, float], hours: float | None, sentence: str
) -> None:
    word = rule(replace(FIGURES, **figures), DAILY)  # type: ignore[arg-type]

    assert (None if word is None else word.hours) == hours
    assert word is None or word.why.startswith(sentence)


def test_a_busy_source_gets_twice_the_present_interval_and_no_more_than_three_days() -> None:
    busy = replace(FIGURES, failed=5, busy=5)

    words = [
        advice.is_too_much_for_the_source(busy, replace(DAILY, every_hours=hours))
        for hours in (6, 24, 72)
    ]

    assert [word.hours for word in words if word] == [24, 48, 72]


@pytest.mark.parametrize(
    ("rule", "preset", "sentence"),
    [
        (advice.is_read_off_peak, "infinite_campus", "Infinite Campus asks to be read off-peak"),
        (advice.is_read_off_peak, "aeries", "Aeries asks to be read off-peak"),
        (advice.is_rebuilt_at_night, "triand_ar", "Arkansas: Triand OneRoster makes its data anew"),
    ],
)
def test_what_is_known_of_a_sis_allows_one_read_a_night(
    rule: advice.Rule, preset: str, sentence: str
) -> None:
    word = rule(FIGURES, replace(DAILY, preset=preset_of(preset)))

    assert word is not None
    assert word.hours == 24
    assert word.why.startswith(sentence)


@pytest.mark.parametrize("rule", [advice.is_read_off_peak, advice.is_rebuilt_at_night])
@pytest.mark.parametrize("preset", ["", "powerschool"])
def test_a_sis_of_which_nothing_is_known_binds_nobody(rule: advice.Rule, preset: str) -> None:
    assert rule(FIGURES, replace(DAILY, preset=preset_of(preset))) is None


def test_every_rule_is_in_the_table_once() -> None:
    named = {rule.__name__ for rule in RULES}

    assert len(named) == len(RULES) == 10


# --- worked cases --------------------------------------------------------------------------------


def test_a_small_district_that_changes_every_day_may_be_synced_every_six_hours() -> None:
    given = advise(a_daily(*nights()))

    assert (given.verdict, given.hours) == (Verdict.SAFE, 6)
    assert given.sentence == "Every 6 hours is safe."
    assert given.reasons == (
        "Something changed in 10 of 10 whole syncs: the lists gain from every one.",
        "A sync takes 2 min: it should take no more than a tenth of the time between two.",
    )
    assert dict(given.figures) == {
        "Syncs looked at": "10 over 9.0 days",
        "A whole one takes": "2 min",
        "Records read": "28,000",
        "Records that look new": "0.4%",
        "Nothing changed": "0 of 10",
        "Part waited for a person": "0 of 10",
        "Not whole": "0 of 10",
        "Failed": "0 of 10, 0 as the source was busy",
    }


def test_a_sync_of_five_hours_is_wiser_every_three_days() -> None:
    given = advise(a_daily(*nights(seconds=5 * 3600)))

    assert (given.verdict, given.hours) == (Verdict.WISER, 72)
    assert given.sentence == "Every 3 days is wiser."
    assert given.reasons == (
        "A sync takes 5.0 h: it should take no more than a tenth of the time between two.",
    )


def test_longer_than_three_days_is_never_advised() -> None:
    given = advise(a_daily(*nights(seconds=10 * 3600)))

    assert given.hours == 72
    assert given.reasons[-1].startswith("Longer than every 3 days is never advised")


def test_a_district_in_which_little_changes_stays_at_a_day() -> None:
    given = advise(a_daily(*nights(changed_anything=False)))

    assert (given.verdict, given.hours) == (Verdict.AS_IT_IS, 24)
    assert given.sentence == "Every 24 hours is right, as it is."
    assert given.reasons == (
        "Something changed in only 0 of 10 whole syncs: more would rarely bring anything.",
    )


def test_something_new_in_half_of_the_syncs_makes_it_twelve_hours() -> None:
    given = advise(a_daily(*nights(6), *nights(4, changed_anything=False)))

    assert given.hours == 12


def test_infinite_campus_is_advised_once_a_night_with_a_window() -> None:
    given = advise(a_daily(*nights(), every_hours=6, preset=preset_of("infinite_campus")))

    assert (given.verdict, given.hours) == (Verdict.WISER, 24)
    assert given.reasons[0] == "Infinite Campus asks to be read off-peak: once a night."
    assert given.reasons[1].startswith("Allow syncs between 1:00 AM and 5:00 AM only")


def test_a_source_that_is_often_busy_is_advised_more_time_even_where_syncs_are_short() -> None:
    given = advise(a_daily(*nights(6), *nights(4, failed=True, busy=True, whole=False)))

    assert (given.verdict, given.hours) == (Verdict.WISER, 48)


def test_a_sync_that_outlasts_its_window_is_told_so() -> None:
    given = advise(a_daily(*nights(seconds=3 * 3600), window=Window(time(1), time(3))))

    assert given.reasons[-1].startswith(
        "A sync takes longer than its window, between 1:00 AM and 3:00 AM, is open"
    )


def test_lists_that_are_let_get_too_old_for_the_desk_are_told_of() -> None:
    given = advise(a_daily(*nights(), every_hours=168))

    assert given.verdict is Verdict.SAFE
    assert given.reasons[-1].startswith("At present lists get older than 3 days")


def test_one_bad_night_and_the_first_load_do_not_speak_for_the_others() -> None:
    first, *others = nights()
    slow = replace(first, seconds=9 * 3600, unchanged_rows=0)

    given = advise(a_daily(slow, *others))

    assert given.hours == 6


# --- when it is too early ------------------------------------------------------------------------


def test_nothing_is_advised_before_the_first_syncs() -> None:
    given = advise(a_daily())

    assert (given.verdict, given.hours) == (Verdict.TOO_EARLY, None)
    assert given.reasons == ("Advice needs at least 5 syncs over 2 days; there are 0 over 0.0.",)


def test_nothing_is_advised_from_one_afternoon() -> None:
    began = datetime(2026, 11, 23, 12, tzinfo=UTC)
    runs = [
        replace(run, began_at=began + timedelta(minutes=number))
        for number, run in enumerate(nights())
    ]

    assert advise(a_daily(*runs)).verdict is Verdict.TOO_EARLY


def test_nothing_is_advised_from_failures_alone() -> None:
    given = advise(a_daily(*nights(8, failed=True, whole=False), *nights(2)))

    assert given.hours is None
    assert given.reasons[0].startswith("Only 2 of the last 10 syncs read everything")


# --- from the database ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_evidence_is_the_last_month_of_whole_reads(registration: Registration) -> None:
    registration.preset = "aeries"
    a_run(registration, state="cancelled")
    a_run(registration, kind="undo")
    a_run(registration, state="failed", complete=None, failure="interrupted")
    a_run(registration, state="failed", complete=None, failure="busy", timings={"fetch": 3.0})
    a_run(
        registration,
        rows_read=100,
        rows_unchanged=90,
        timings={"fetch": 60.0, "decide": 5.0, "apply": 1.0},
    )
    a_run(registration, state="unchanged", ended_at=MONDAY + timedelta(minutes=4))
    a_run(registration, state="held")
    a_run(registration, complete=False)

    evidence = evidence_of(registration)

    figures = figures_of(evidence.runs)
    assert evidence.preset == preset_of("aeries")
    assert [run.seconds for run in evidence.runs] == [0, 0, 240, 66, 3]
    assert (figures.count, figures.failed, figures.busy) == (5, 1, 1)
    assert (figures.whole, figures.unchanged, figures.held, figures.incomplete) == (3, 1, 1, 1)
