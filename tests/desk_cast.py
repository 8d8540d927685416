"""The desk of Oak Elementary on a Monday: Marisol Rivera, her family, and Dana at the counter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from cast import a_clerk, a_contact, a_listed_student, a_registration, an_enabled_school
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.policies import unset
from schoolgate.registrations.models import SourceSchool
from schoolgate.roster.models import Effect, Guardian, Restriction, Student
from schoolgate.roster.restrictions import add_restriction

# 1:42 PM in Chicago; the list is of 6:10 AM.
NOW = datetime(2026, 11, 23, 19, 42, tzinfo=UTC)
SYNCED = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)
LONG_AGO = datetime(2026, 8, 20, 12, 0, tzinfo=UTC)
DESK = "/d/maple-valley/desk/oak/early-departure/"


def a_fresh_list(school: School, *, age: timedelta = NOW - SYNCED) -> SourceSchool:
    """Let one source have filled the school's list this long before `NOW`."""
    source = an_enabled_school(a_registration(school.district), school.code, school)
    source.list_as_of = NOW - age
    source.save()
    return source


def marisol_at(school: School, **fields: Any) -> Student:
    return a_listed_student(
        school, "Marisol", "Rivera", **{"middle_name": "Jade", "identifier": "20094471", **fields}
    )


def a_listed_parent(
    student: Student, given: str = "Robert", family: str = "Rivera", **fields: Any
) -> Guardian:
    """Let a parent have been listed since August, with a phone on file."""
    guardian = a_contact(student, given, family, **{"phone": "555-0142", **fields})
    guardian.relationships.update(began_at=LONG_AGO)
    return guardian


def an_order_against(student: Student, given: str = "Carl", family: str = "Dunn") -> Restriction:
    return add_restriction(
        student.district,
        given_name=given,
        family_name=family,
        effects=[Effect.NO_RELEASE],
        students=[student],
        instruction="Call Mr. Lee.",
        from_on=date(2026, 9, 1),
        until_on=date(2027, 6, 30),
        by=None,
        at=LONG_AGO,
    )


def no_custody_check(school: School) -> None:
    """Let the school not validate relationships, neither at departures nor at visits."""
    policy = unset(school.district)
    policy.school = school
    policy.validates_departures = policy.validates_visits = False
    policy.changed_at = LONG_AGO
    policy.save()


def dana_at(school: School) -> User:
    return a_clerk(school.district, school)
