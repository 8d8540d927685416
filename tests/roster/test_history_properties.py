"""Whatever the days brought, the list of any of them can be shown again."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cast import MONDAY, student, sync
from fakes import FakeSource
from properties import examples
from schoolgate.districts.models import District
from schoolgate.roster.history import history_of_student, list_as_of
from schoolgate.roster.models import Guardian, Student
from small_days import People, Record, TickingClock, a_new_registration, people, records_of

pytestmark = pytest.mark.django_db


# On both lists between the two schools' transactions: Oak is written first, then Fir.
A_MOVE = [
    {"s0": student("s0", "Ana", "Lopez", schools=("oak",))},
    {"s0": student("s0", "Ana", "Lopez", schools=("fir", "elm"))},
    {"s0": student("s0", "Ana", "Lopez", schools=("oak",))},
]


def records_as_of(district: District, at: object) -> dict[str, Record]:
    ids = dict(Guardian.objects.filter(district=district).values_list("id", "sourced_id"))
    then = {
        str(student.sourced_id): list_as_of(student, at)  # type: ignore[arg-type]
        for student in Student.objects.filter(district=district)
    }
    return {
        sourced_id: (
            dict(record.fields),
            {school.code for school in record.schools},
            {str(ids[one.guardian_id]): dict(one.fields) for one in record.current_contacts},
        )
        for sourced_id, record in then.items()
        if record.listed
    }


@examples(40)
@given(days=st.lists(people(), min_size=1, max_size=4))
@example(days=A_MOVE)
def test_the_list_of_any_moment_is_the_list_as_it_was_then(days: list[People]) -> None:
    registration = a_new_registration()
    clock = TickingClock(now=MONDAY)
    lived = {}

    for day in days:
        # Not only in the evening: also while the schools are written one after the other.
        sync(
            registration,
            FakeSource(people=day),
            clock,
            tell=lambda _stage, _count: lived.update(
                {clock.now: records_of(registration.district)}
            ),
        )
        lived[clock.now] = records_of(registration.district)
        clock.move(days=1)

    for at, records in lived.items():
        assert records_as_of(registration.district, at) == records
    assert records_as_of(registration.district, MONDAY - timedelta(days=1)) == {}


@examples(20)
@given(days=st.lists(people(), min_size=2, max_size=4))
def test_a_history_is_newest_first_and_names_every_line_once(days: list[People]) -> None:
    registration = a_new_registration()
    clock = TickingClock(now=MONDAY)

    for day in days:
        sync(registration, FakeSource(people=day), clock)
        clock.move(days=1)

    for child in Student.objects.filter(district=registration.district):
        changes = history_of_student(child)
        assert [change.at for change in changes] == sorted(
            (change.at for change in changes), reverse=True
        )
        assert len({change.id for change in changes}) == len(changes)
