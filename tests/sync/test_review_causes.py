"""Why so much may be gone at once: told from the data, most telling first, and always something."""

from datetime import date

import pytest

from schoolgate.sync.records import Kind, Reason
from schoolgate.sync.review_causes import CAUSES, Seen, Way, likely_causes

NOVEMBER, JULY = date(2026, 11, 23), date(2026, 7, 14)


def seen(**what: object) -> Seen:
    """41 of 312 students, and nothing that says why."""
    return Seen(
        **{  # type: ignore[arg-type]
            "kind": Kind.STUDENT,
            "reason": Reason.TOO_MANY_REMOVED,
            "gone": 41,
            "before": 312,
            "today": NOVEMBER,
            "schools_taken": 12,
            "rows": 28_000,
            "rows_before": 28_100,
            **what,
        }
    )


def links(**what: object) -> Seen:
    return seen(kind=Kind.RELATIONSHIP, before=600, **what)


TABLE = {
    "the school itself is gone": (seen(reason=Reason.SCHOOL_NOT_LISTED), ["school_not_listed"]),
    "as many come under new ids": (seen(reason=Reason.IDS_TURNED_OVER), ["ids_turned_over"]),
    "most come again with the same name": (seen(come_again=30), ["ids_turned_over"]),
    "few come again with the same name": (seen(come_again=5), ["unknown"]),
    "far fewer records were read": (seen(rows=12_000), ["smaller_export"]),
    "a third fewer still is smaller": (seen(rows=19_600), ["smaller_export"]),
    "somewhat fewer records were read": (seen(rows=20_000), ["unknown"]),
    "nothing was read before": (seen(rows_before=0), ["unknown"]),
    "half of the schools at once": (seen(schools_alike=6), ["many_schools"]),
    "two schools of two": (seen(schools_alike=2, schools_taken=2), ["unknown"]),
    "a whole grade": (seen(grades=("05",), gone_in_grades=40), ["rollover"]),
    "a whole grade and many others": (seen(grades=("05",), gone_in_grades=20), ["unknown"]),
    "a whole grade in summer": (
        seen(grades=("05",), gone_in_grades=40, today=JULY),
        ["rollover"],
    ),
    "nothing but summer": (seen(today=JULY), ["summer"]),
    "they are in a school not taken": (seen(moved_out=41), ["moved_out"]),
    "the source marks them": (seen(marked=40), ["marked"]),
    "the source marks a few": (seen(marked=4), ["unknown"]),
    "everybody of a school": (seen(reason=Reason.SCHOOL_EMPTIED, gone=312), ["emptied"]),
    "nearly all relationships": (links(gone=580), ["contacts_off"]),
    "some relationships": (links(), ["unknown"]),
    "the adults do not come": (links(adults_gone=41), ["adults_hidden"]),
    "all relationships and their adults": (links(gone=580, adults_gone=580), ["contacts_off"]),
    "relationships in summer": (links(today=JULY), ["unknown"]),
    "a cut export that empties schools": (
        seen(reason=Reason.SCHOOL_EMPTIED, gone=312, rows=10, schools_alike=12),
        ["smaller_export", "many_schools", "emptied"],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_a_cause_is_told_by_what_the_data_shows(case: str) -> None:
    what, causes = TABLE[case]

    assert [likely.cause.id for likely in likely_causes(what)] == causes


def test_never_more_than_three_causes_are_told() -> None:
    everything = seen(
        rows=1,
        schools_alike=12,
        marked=41,
        grades=("05",),
        gone_in_grades=41,
    )

    assert len(likely_causes(everything)) == 3


def test_where_one_cause_is_certain_nothing_else_is_guessed() -> None:
    what = seen(reason=Reason.IDS_TURNED_OVER, rows=1, schools_alike=12)

    assert [likely.cause.id for likely in likely_causes(what)] == ["ids_turned_over"]


def test_the_numbers_are_told_with_the_cause() -> None:
    (likely,) = likely_causes(seen(grades=("05", "06"), gone_in_grades=40, today=JULY))

    assert likely.shows == (
        "40 of the 41 are nearly all there are in grades 05 and 06. It is the time of year for it."
    )


def test_every_cause_says_what_to_do_and_whether_waiting_helps() -> None:
    assert all(cause.to_do.endswith(".") and "aiting" in cause.waiting for cause in CAUSES)


def test_only_changed_ids_lead_to_the_page_that_matches_ids() -> None:
    assert [cause.id for cause in CAUSES if cause.way is Way.REKEY] == ["ids_turned_over"]


def test_every_cause_has_a_case_in_the_table() -> None:
    told = {cause for _, causes in TABLE.values() for cause in causes}

    assert {cause.id for cause in CAUSES} <= told
