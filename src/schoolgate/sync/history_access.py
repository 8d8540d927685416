"""Whose history may be looked at: support and administrators, and the desks that listed her.

A clerk sees of a student what her own schools' lists said: from when they listed her to when they
did no more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from schoolgate.districts.access import (
    NotTheirs,
    Opened,
    Right,
    for_people,
    open_district,
    person,
)
from schoolgate.districts.models import School
from schoolgate.districts.queries import schools_of
from schoolgate.roster.history import Change, StudentThen, periods_at
from schoolgate.roster.models import Student

Period = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Looking:
    """A student's record as one person may look at it. `periods` is None for the whole of it."""

    opened: Opened
    student: Student
    desks: tuple[School, ...] = ()
    periods: tuple[Period, ...] | None = None

    @property
    def sees_all(self) -> bool:
        return self.periods is None

    @property
    def sees_numbers(self) -> bool:
        """Whole phone numbers and addresses: for the district itself, not for desks nor support."""
        return self.opened.may_set_up

    def may_see(self, change: Change) -> bool:
        """Leaving the school is the last that its desk sees."""
        if self.periods is None:
            return True
        return any(
            since <= change.at and (until is None or change.at <= until)
            for since, until in self.periods
        )

    def may_see_then(self, then: StudentThen) -> bool:
        return self.sees_all or bool(
            {one.id for one in self.desks} & {one.id for one in then.schools}
        )


def for_history(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let pass who may look at this student's history. To others there is no such page (404)."""

    @wraps(view)
    def bounded(
        request: HttpRequest, *, district: str, student_id: int, **words: Any
    ) -> HttpResponse:
        try:
            opened = open_district(person(request), district)
        except NotTheirs:
            raise Http404 from None
        student = get_object_or_404(Student, district=opened.district, id=student_id)
        with timezone.override(ZoneInfo(opened.district.timezone)):
            return view(request, _looking(opened, student), **words)

    return for_people(bounded)


def _looking(opened: Opened, student: Student) -> Looking:
    if Right.SEE_SYNCS in opened.rights:
        return Looking(opened, student)
    desks = tuple(schools_of(opened.person).filter(district=opened.district))
    periods = tuple(periods_at(student, [school.id for school in desks]))
    if not periods:
        raise Http404
    return Looking(opened, student, desks, periods)
