"""Whatever a source says in whatever order, our lists come to say the same; and nothing more.

The oracle is naive on purpose: it reads the source's records one by one, as a person would.
"""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import (
    MONDAY,
    a_district,
    a_registration,
    a_school,
    an_enabled_school,
    lists_of,
    pairs_of,
    sync,
)
from cast import parent as an_adult
from cast import student as a_student
from fakes import FakeSource, shuffled
from properties import examples
from schoolgate.districts.models import District
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import (
    Alias,
    Effect,
    Guardian,
    HistoryEntry,
    Pickup,
    PickupState,
    Relationship,
    RestrictedStudent,
    Restriction,
    State,
    Student,
)
from schoolgate.roster.restrictions import add_restriction

pytestmark = pytest.mark.django_db

STUDENTS = [f"s{n}" for n in range(5)]
ADULTS = [f"a{n}" for n in range(4)]
SCHOOLS = ["oak", "fir", "elsewhere"]
_numbers = count(1)

People = dict[str, dict[str, Any]]
subsets = st.lists(st.sampled_from(STUDENTS + ADULTS), unique=True, max_size=3).map(tuple)
statuses = st.sampled_from(["active", "active", "active", "tobedeleted"])


@st.composite
def people(draw: st.DrawFn) -> People:
    """A source's users at one moment: any may be missing, deleted, in any school, linked anyhow."""
    # A school has a principal: a source that sends nobody at all is not believed.
    found: People = {"head": an_adult("head", "Ida", "Wells", role="administrator")}
    for sourced_id in draw(st.lists(st.sampled_from(STUDENTS), unique=True)):
        schools = draw(st.lists(st.sampled_from(SCHOOLS), unique=True, min_size=1, max_size=2))
        found[sourced_id] = a_student(
            sourced_id,
            draw(st.sampled_from(["Ana", "Ben"])),
            "Lopez",
            schools=tuple(schools),
            agents=draw(subsets),
            status=draw(statuses),
        )
    for sourced_id in draw(st.lists(st.sampled_from(ADULTS), unique=True)):
        found[sourced_id] = an_adult(
            sourced_id,
            "Eva",
            "Lopez",
            role=draw(st.sampled_from(["parent", "relative", "teacher", "godparent"])),
            children=draw(subsets),
            status=draw(statuses),
            phone=draw(st.sampled_from(["555-0101", "555-0102"])),
        )
    return found


def expected_lists(people: People) -> dict[str, set[str]]:
    return {
        school: {
            sourced_id
            for sourced_id, person in people.items()
            if person["role"] == "student"
            and person["status"] == "active"
            and school in [org["sourcedId"] for org in person["orgs"]]
        }
        for school in ("oak", "fir")
    }


def expected_pairs(people: People) -> set[tuple[str, str]]:
    ours = set().union(*expected_lists(people).values())
    adults = {
        sourced_id
        for sourced_id, person in people.items()
        if person["role"] in ("parent", "relative", "godparent") and person["status"] == "active"
    }
    claimed = {
        frozenset((sourced_id, agent["sourcedId"]))
        for sourced_id, person in people.items()
        if sourced_id in ours | adults
        for agent in person["agents"]
    }
    return {
        (student, adult)
        for student in ours
        for adult in adults
        if frozenset((student, adult)) in claimed
    }


def a_new_registration() -> Registration:
    district = a_district(f"Valley {next(_numbers)}")
    registration = a_registration(district, hold_records=1_000)
    for code in ("oak", "fir"):
        an_enabled_school(registration, code, a_school(district, code, code.title()))
    return registration


def assert_as_said(district: District, people: People) -> None:
    assert lists_of(district) == expected_lists(people)
    assert pairs_of(district) == expected_pairs(people)
    contacts = Guardian.objects.filter(district=district, state=State.ACTIVE)
    assert set(contacts.values_list("sourced_id", flat=True)) == {
        adult for _, adult in expected_pairs(people)
    }


def know_something_of_everybody(district: District) -> None:
    """A restriction for each student, and for each pair a word on pickups; another name of each."""
    for student in Student.objects.filter(district=district):
        add_restriction(
            district,
            given_name="Eva",
            family_name="Lopez",
            effects=[Effect.NO_RELEASE],
            from_on=MONDAY.date(),
            students=[student],
            by=None,
            at=MONDAY,
        )
    for pair in Relationship.objects.filter(district=district):
        PickupState.objects.create(
            district=district,
            student_id=pair.student_id,
            guardian_id=pair.guardian_id,
            state=Pickup.DENIED,
            why="She asked us to.",
            set_at=MONDAY,
        )
    for guardian in Guardian.objects.filter(district=district):
        Alias.objects.create(
            district=district, guardian=guardian, name="Evita Lopez", confirmed_at=MONDAY
        )


def what_the_school_knows(district: District) -> list[list[tuple[Any, ...]]]:
    return [
        list(model.objects.filter(district=district).order_by("id").values_list())
        for model in (Restriction, RestrictedStudent, PickupState, Alias)
    ]


@examples(40)
@given(days=st.lists(people(), min_size=1, max_size=4))
def test_after_every_sync_that_holds_nothing_our_lists_say_what_the_source_says(
    days: list[People],
) -> None:
    registration = a_new_registration()

    for day in days:
        run = sync(registration, FakeSource(people=day))
        if run.state != "held":
            assert_as_said(registration.district, day)


@examples(20)
@given(days=st.lists(people(), min_size=2, max_size=4), whole=st.lists(st.booleans(), min_size=4))
def test_no_sync_touches_what_the_school_knows_itself(
    days: list[People], whole: list[bool]
) -> None:
    registration = a_new_registration()
    sync(registration, FakeSource(people=days[0]))
    know_something_of_everybody(registration.district)
    known = what_the_school_knows(registration.district)

    for day, complete in zip(days[1:], whole, strict=False):
        verdict = Verdict(complete=complete, received=0, reason="" if complete else "cut")
        sync(registration, FakeSource(people=day, users_verdict=verdict))

        assert what_the_school_knows(registration.district) == known


@examples(25)
@given(days=st.lists(people(), min_size=1, max_size=3))
def test_syncing_twice_is_syncing_once(days: list[People]) -> None:
    registration = a_new_registration()
    for day in days:
        first = sync(registration, FakeSource(people=day))
    history = HistoryEntry.objects.filter(district=registration.district).count()

    again = sync(registration, FakeSource(people=days[-1]))

    assert again.changes == {}
    assert (again.state == "held") is (first.state == "held")
    assert HistoryEntry.objects.filter(district=registration.district).count() == history


@examples(25)
@given(before=people(), now=people(), cut=st.integers(min_value=0, max_value=9))
def test_any_part_of_a_pull_removes_nothing(before: People, now: People, cut: int) -> None:
    registration = a_new_registration()
    sync(registration, FakeSource(people=before))
    district = registration.district
    lists, pairs = lists_of(district), pairs_of(district)
    part = dict(list(now.items())[:cut])

    run = sync(
        registration,
        FakeSource(people=part, users_verdict=Verdict(complete=False, received=0, reason="cut")),
    )

    everywhere = set().union(*lists_of(district).values())
    assert everywhere >= set().union(*lists.values())
    assert pairs_of(district) >= pairs
    assert not {change for change in run.changes if change.endswith(("departed", "removed"))}


@examples(25)
@given(day=people(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(day: People, order: Any) -> None:
    registration = a_new_registration()
    ids = list(day)
    order.shuffle(ids)

    sync(registration, shuffled(FakeSource(people=day), ids))

    assert_as_said(registration.district, day)


@examples(25)
@given(first=people(), second=people())
def test_a_half_pull_between_two_whole_ones_leaves_no_trace(first: People, second: People) -> None:
    registration = a_new_registration()
    sync(registration, FakeSource(people=first))
    half = dict(list(second.items())[::2])
    sync(
        registration,
        FakeSource(people=half, users_verdict=Verdict(complete=False, received=0, reason="cut")),
    )

    run = sync(registration, FakeSource(people=second))

    if run.state != "held":
        assert_as_said(registration.district, second)
