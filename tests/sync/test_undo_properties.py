"""Undoing what a sync did at every school is having it never done; and the next sync settles it."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cast import MONDAY, student, sync
from desk_cast import an_order_against
from fakes import FakeSource
from properties import examples
from schoolgate.registrations.models import Registration
from schoolgate.roster.history import list_as_of
from schoolgate.roster.models import RestrictedStudent, Restriction, Student
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.undo import preview, schools_to_undo, undo
from schoolgate.sync.undo_checks import NothingToUndo
from small_days import People, TickingClock, a_new_registration, people, records_of

pytestmark = pytest.mark.django_db

A_MOVE: list[People] = [
    {"s0": student("s0", "Ana", "Lopez", schools=("oak", "fir"))},
    {"s0": student("s0", "Ana", "Lopez", schools=("fir", "elm"))},
]


def live(registration: Registration, day: People, clock: TickingClock) -> SyncRun:
    clock.move(days=1)
    return sync(registration, FakeSource(people=day), clock)


def undo_everywhere(run: SyncRun, clock: TickingClock) -> bool:
    """Undo the run at each of its schools. False: a part of it waits for a person."""
    for school in schools_to_undo(run):
        # Done with another school already, where children or adults are of both.
        with suppress(NothingToUndo):
            undo(preview(run, school), by=None, why="It was all wrong.", clock=clock)
    return not Hold.objects.filter(run__registration_id=run.registration_id).exists()


def local_knowledge(registration: Registration) -> list[object]:
    orders = Restriction.objects.filter(district=registration.district)
    students = RestrictedStudent.objects.filter(district=registration.district)
    return [*orders.order_by("id").values(), *students.order_by("id").values()]


@examples(20)
@given(days=st.lists(people(), min_size=2, max_size=3))
@example(days=A_MOVE)
def test_undo_of_apply_is_identity(days: list[People]) -> None:
    registration, clock = a_new_registration(), TickingClock(now=MONDAY)
    for day in days[:-1]:
        live(registration, day, clock)
    for child in Student.objects.filter(district=registration.district):
        an_order_against(child)
    before, known = records_of(registration.district), local_knowledge(registration)
    lived = {clock.now: before}

    run = live(registration, days[-1], clock)
    lived[clock.now] = records_of(registration.district)
    clock.move(hours=1)

    if undo_everywhere(run, clock):
        assert records_of(registration.district) == before
        assert local_knowledge(registration) == known
    lived[clock.now] = records_of(registration.district)
    children = {
        child.sourced_id: child for child in Student.objects.filter(district=registration.district)
    }
    for at, records in lived.items():
        listed = {key for key, child in children.items() if list_as_of(child, at).listed}
        assert listed == set(records)


@examples(12)
@given(days=st.lists(people(), min_size=2, max_size=3))
@example(days=A_MOVE)
def test_the_sync_after_an_undo_comes_to_what_the_source_says(days: list[People]) -> None:
    registration, clock = a_new_registration(), TickingClock(now=MONDAY)
    for day in days[:-1]:
        live(registration, day, clock)
    run = live(registration, days[-1], clock)
    wanted = records_of(registration.district)

    undo_everywhere(run, clock)
    again = live(registration, days[-1], clock)

    if "held" not in {run.state, again.state}:
        assert records_of(registration.district) == wanted
