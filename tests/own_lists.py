"""A school with a list of its own, and a sync that heeds it."""

from typing import Any

from cast import a_contact, a_listed_student
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Guardian, Listing, State, Student
from schoolgate.sync import open_lists, runs
from schoolgate.sync import run as path
from schoolgate.sync.models import SyncRun


def a_student_of_our_own(
    school: School, given: str = "Ana", family: str = "Lopez", **fields: Any
) -> Student:
    return a_listed_student(
        school, given, family, **{"registration_id": None, "sourced_id": None, **fields}
    )


def a_contact_of_our_own(
    student: Student, given: str = "Eva", family: str = "Lopez", **fields: Any
) -> Guardian:
    return a_contact(
        student, given, family, **{"registration_id": None, "sourced_id": None, **fields}
    )


def sync(registration: Registration, source: FakeSource, clock: FakeClock | None = None) -> SyncRun:
    """The main path, with what own lists ask of it."""
    clock = clock or FakeClock()
    run = runs.ask_for_run(registration, by=None, at=clock())
    runs.begin(run, at=clock())
    path.fetch(run, source, tell=_silent)
    path.decide(run, tell=_silent)
    if open_lists.adopt_latecomers(run, at=clock()):
        path.decide(run, tell=_silent)
    open_lists.hold_open_lists(run)
    path.apply(run, clock=clock, tell=_silent)
    open_lists.let_own_lists_go(run, now=clock())
    runs.finish(run, at=clock())
    run.refresh_from_db()
    return run


def names_on_lists() -> dict[str, list[str]]:
    """Who is on which school's list, by name: one who is listed twice stands there twice."""
    lists: dict[str, list[str]] = {school.code: [] for school in School.objects.all()}
    rows = Listing.objects.filter(student__state=State.ACTIVE)
    for code, given in rows.values_list("school__code", "student__given_name"):
        lists[code].append(given)
    return {code: sorted(names) for code, names in lists.items()}


def _silent(_stage: str, _count: int) -> None:
    pass
