"""After adoption or a re-key nobody is there twice, and what the school knows is not lost."""

from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cast import (
    MONDAY,
    a_district,
    a_registration,
    a_school,
    an_enabled_school,
    parent,
    student,
)
from fakes import FakeClock, FakeSource
from own_lists import a_contact_of_our_own, a_student_of_our_own, sync
from properties import examples
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import (
    Effect,
    Guardian,
    HistoryEntry,
    LeftOver,
    ListChoice,
    RestrictedStudent,
    Student,
)
from schoolgate.roster.restrictions import add_restriction
from schoolgate.sync.adoption import Wanted, decide_list, recognise
from schoolgate.sync.comparing import Comparison, Ours, compare
from schoolgate.sync.models import SyncRun
from schoolgate.sync.rekey import rekey_school

pytestmark = pytest.mark.django_db

_numbers = count(1)
FEW = settings(
    examples(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# Given name, grade, number, given name of the mother; the same may come more than once.
child = st.tuples(
    st.sampled_from(["Ana", "Ben", "Cy", "Dee"]),
    st.sampled_from(["01", "02", ""]),
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(["Eva", "Kim"]),
)
children = st.lists(child, max_size=6)
Child = tuple[str, str, str, str]


def a_place() -> tuple[Registration, School]:
    district = a_district(f"District {next(_numbers)}")
    registration = a_registration(district)
    school = a_school(district, "oak", "Oak Elementary")
    an_enabled_school(registration, "oak", school)
    return registration, school


def a_source(drawn: list[Child], prefix: str) -> FakeSource:
    source = FakeSource()
    for number, (given_name, grade, identifier, mother) in enumerate(drawn):
        source.put(
            student(
                f"{prefix}s{number}",
                given_name,
                "Lopez",
                agents=(f"{prefix}p{number}",),
                identifier=identifier,
                grades=[grade] if grade else [],
            ),
            parent(f"{prefix}p{number}", mother, "Lopez"),
        )
    return source


def restrict(school: School) -> set[tuple[int, int]]:
    for one in Student.objects.filter(district=school.district):
        add_restriction(
            school.district,
            given_name="Carl",
            family_name="Dunn",
            effects=[Effect.NO_RELEASE],
            from_on=date(2026, 9, 1),
            students=[one],
            by=None,
            at=MONDAY,
        )
    return restrictions(school)


def restrictions(school: School) -> set[tuple[int, int]]:
    rows = RestrictedStudent.objects.filter(district=school.district)
    return set(rows.values_list("restriction_id", "student_id"))


def decide_doubts(run: SyncRun, school: School, ours: Ours, by: int) -> Comparison:
    """Say of everybody in doubt that she is the first who was offered."""
    comparison = compare(run, school, ours)
    while comparison.matching.doubts:
        doubt = comparison.matching.doubts[0]
        recognise(comparison, doubt.theirs, doubt.candidates[0], by=by, at=MONDAY)
        comparison = compare(run, school, ours)
    return comparison


@FEW
# Only once the others are told apart, a number names one child on each side: it asks again.
@example(
    mine=[("Cy", "", "1", "Eva"), ("Ana", "", "", "Eva"), ("Ben", "", "1", "Eva")],
    coming=[("Ana", "", "1", "Eva"), ("Cy", "", "1", "Eva"), ("Ana", "01", "1", "Eva")],
)
@given(mine=children, coming=children)
def test_adoption_lists_nobody_twice(mine: list[Child], coming: list[Child]) -> None:
    registration, school = a_place()
    lee = User.objects.create_user(f"lee{next(_numbers)}")
    for given_name, grade, identifier, mother in mine:
        ours = a_student_of_our_own(school, given_name, "Lopez", grade=grade, identifier=identifier)
        a_contact_of_our_own(ours, mother, "Lopez")
    before = restrict(school)
    source = a_source(coming, "")

    run = sync(registration, source)
    # With those told apart who were decided on, another may be in doubt in the next sync, or plain.
    while run.state == "held":
        comparison = decide_doubts(run, school, Ours.OWN_LIST, lee.pk)
        wanted = Wanted(ListChoice.ADOPT, LeftOver.KEEP)
        decide_list(comparison, wanted, by=lee.pk, at=MONDAY)
        run = sync(registration, source)

    district = school.district
    adopted = HistoryEntry.objects.filter(district=district, action="student.adopted")
    matched = adopted.count()
    assert Student.objects.filter(district=district).count() == len(mine) + len(coming) - matched
    known = Student.objects.filter(district=district, registration_id=registration.pk)
    assert known.count() == len(coming)
    assert restrictions(school) == before
    assert Guardian.objects.filter(district=district).count() <= len(mine) + len(coming)
    assert sync(registration, source).state == "unchanged"


@FEW
@given(leaving=children, coming=children)
def test_a_rekey_lists_nobody_twice(leaving: list[Child], coming: list[Child]) -> None:
    registration, school = a_place()
    lee = User.objects.create_user(f"lee{next(_numbers)}")
    # Twenty whom everybody recognises, so that the ids turn over.
    plain: list[Child] = [(f"Kid{number}", "02", f"k{number}", "Eva") for number in range(20)]
    sync(registration, a_source(plain + leaving, "old-"))
    before = restrict(school)
    new = a_source(plain + coming, "new-")
    run = sync(registration, new)

    comparison = decide_doubts(run, school, Ours.SHOWN_NO_MORE, lee.pk)
    matched = rekey_school(comparison, why="We changed our SIS.", by=lee.pk, at=MONDAY)
    clock = FakeClock()
    clock.move(hours=1)
    sync(registration, new, clock)

    people = Student.objects.filter(district=school.district)
    assert people.count() == 40 + len(leaving) + len(coming) - matched
    assert people.filter(sourced_id__startswith="new-").count() == 20 + len(coming)
    assert restrictions(school) == before
    assert matched >= 20
