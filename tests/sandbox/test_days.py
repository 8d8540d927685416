"""A day's report against an independent look at what a reader of REST sees before and after."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_reader import roster_of
from schoolgate.sandbox import District
from schoolgate.sandbox.invented.days import live_a_day
from schoolgate.sandbox.wire import USER, Wire


def _users(district: District) -> list[Any]:
    wire = Wire(district, "http://sis.example.org")
    return [USER.shape(wire, person) for person in district.people]


def _difference(before: list[Any], after: list[Any], known: set[str]) -> dict[str, int]:
    """Compare two readings; `known` are the ids that the reader has ever kept."""
    students, guardians, links = roster_of(before)
    new_students, new_guardians, new_links = roster_of(after)
    known |= students.keys() | guardians.keys()
    counts = Counter(
        {
            "relationship.added": len(new_links - links),
            "relationship.removed": len(links - new_links),
        }
    )
    for word, then, now in (
        ("student", students, new_students),
        ("guardian", guardians, new_guardians),
    ):
        for sourced_id in now.keys() - then.keys():
            counts[f"{word}.returned" if sourced_id in known else f"{word}.added"] += 1
        counts[f"{word}.departed"] = len(then.keys() - now.keys())
    for sourced_id in students.keys() & new_students.keys():
        *facts, orgs = students[sourced_id]
        *new_facts, new_orgs = new_students[sourced_id]
        counts["student.transferred"] += orgs != new_orgs
        counts["student.updated"] += facts != new_facts
    for sourced_id in guardians.keys() & new_guardians.keys():
        counts["guardian.updated"] += guardians[sourced_id] != new_guardians[sourced_id]
    return dict(+counts)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    students=st.integers(12, 90),
    schools=st.integers(2, 6),
    deletes=st.sampled_from(["tobedeleted", "absence"]),
    share=st.sampled_from([0.01, 0.1, 0.5]),
)
def test_a_day_reports_what_a_reader_sees_change(
    seed: int, students: int, schools: int, deletes: Any, share: float
) -> None:
    district = District(students, seed=seed, schools=schools, deletes=deletes)
    known: set[str] = set()
    readings = [_users(district)]

    for _ in range(5):
        reported = live_a_day(district, share=share)
        readings.append(_users(district))

        assert reported == _difference(readings[-2], readings[-1], known)


def test_in_a_month_everything_happens() -> None:
    district = District(400, schools=6)
    kinds: set[str] = set()

    for _ in range(30):
        kinds |= live_a_day(district, share=0.05).keys()

    assert kinds == {
        "student.added", "student.updated", "student.transferred", "student.departed",
        "student.returned", "guardian.added", "guardian.updated", "guardian.departed",
        "guardian.returned", "relationship.added", "relationship.removed",
    }  # fmt: skip


def test_the_same_days_give_the_same_district() -> None:
    one, other = District(300, seed=3), District(300, seed=3)

    reported = [live_a_day(one), live_a_day(one)]

    assert [live_a_day(other), live_a_day(other)] == reported
    assert list(one.people) == list(other.people)


def test_a_usual_day_touches_about_one_student_in_a_hundred() -> None:
    district = District(3000)

    counts = live_a_day(district)

    assert 5 < sum(n for kind, n in counts.items() if kind.startswith("student")) < 60


def test_a_day_without_a_share_changes_nothing() -> None:
    assert live_a_day(District(100), share=0) == {}


def test_only_records_that_changed_bear_the_date_of_the_day() -> None:
    district = District(300)
    before = {user["sourcedId"]: user for user in _users(district)}

    live_a_day(district, modified="2026-10-01T07:00:00.000Z")

    after = {user["sourcedId"]: user for user in _users(district)}
    touched = {i for i, user in after.items() if user != before.get(i)}
    dated = {i for i, u in after.items() if u["dateLastModified"] == "2026-10-01T07:00:00.000Z"}
    assert touched == dated
    assert touched


def test_the_memorable_families_are_left_in_peace() -> None:
    district = District(60)
    before = district.people[:20]

    for _ in range(20):
        live_a_day(district, share=0.2)

    assert district.people[:20] == before


def test_people_stay_in_the_order_of_their_ids_whatever_happens() -> None:
    district = District(200)

    for _ in range(20):
        live_a_day(district, share=0.1)

    ids = [person.id for person in district.people]
    assert ids == sorted(ids)
    assert len(ids) == len(district.people)


def test_a_withdrawn_student_is_marked_or_absent_as_the_district_is_set() -> None:
    marked, absent = District(300), District(300, deletes="absence")

    assert live_a_day(marked, share=0.1) == live_a_day(absent, share=0.1)

    assert any(person.gone for person in marked.people)
    assert not any(person.gone for person in absent.people)


def test_a_share_beyond_everybody_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        live_a_day(District(100), share=2)
