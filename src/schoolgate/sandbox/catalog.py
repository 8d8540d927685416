"""Which records stand behind which path (the 41 operations of OneRoster 1.1, section 1.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schoolgate.sandbox.invented.district import District, People
from schoolgate.sandbox.invented.people import STUDENT, TEACHER, Person
from schoolgate.sandbox.invented.school_year import SESSIONS, TERMS, Session
from schoolgate.sandbox.invented.schools import Course, Homeroom, School
from schoolgate.sandbox.payload import unknown_object
from schoolgate.sandbox.wire import (
    CLASS,
    COURSE,
    DEMOGRAPHICS,
    ENROLLMENT,
    ENROLLMENT_PREFIX,
    ORG,
    SESSION,
    USER,
    Entity,
    class_of,
)

CORE = "roster-core.readonly"
NESTED = "roster.readonly"
PRIVATE = "roster-demographics.readonly"

Keep = Callable[[Any], bool]
_ENROLLED = (STUDENT, TEACHER)


@dataclass(frozen=True)
class Listing:
    """A collection before it is filtered and cut into pages, in the order of the ids."""

    entity: Entity
    source: Sequence[Any]
    keep: Keep | None = None
    scope: str = CORE
    # The first record has moved to the end (a quirk).
    shifted: bool = False


@dataclass(frozen=True)
class Single:
    entity: Entity
    found: Any
    scope: str = CORE


def look_up(district: District, path: tuple[str, ...]) -> Listing | Single:
    """Say what stands behind a path below the root.

    Raises:
        Fault: 404, no such collection, or no such record.
    """
    match path:
        case (collection,) if collection in _TOP:
            return _TOP[collection](district)
        case (collection, sourced_id) if collection in _TOP:
            listing = _TOP[collection](district)
            return Single(listing.entity, _find(district, listing, sourced_id), listing.scope)
        case (owner, sourced_id, child) if (owner, child) in _OF_OWNER:
            return _OF_OWNER[owner, child](district, _record(district, owner, sourced_id))
        case ("schools", school, "classes", sourced_id, child) if ("classes", child) in _OF_OWNER:
            homeroom = _record(district, "classes", sourced_id)
            if homeroom.school.id == school:
                return _OF_OWNER["classes", child](district, homeroom)
    raise unknown_object("Nothing stands behind this address.")


def _record(district: District, collection: str, sourced_id: str) -> Any:
    return _find(district, _TOP[collection](district), sourced_id)


def _find(district: District, listing: Listing, sourced_id: str) -> Any:
    found = None
    if isinstance(listing.source, People):
        of_enrollment = listing.entity is ENROLLMENT
        prefix = ENROLLMENT_PREFIX if of_enrollment else ""
        if sourced_id.startswith(prefix):
            found = district.person(sourced_id.removeprefix(prefix))
    else:
        found = next((record for record in listing.source if record.id == sourced_id), None)
    if found is None or (listing.keep and not listing.keep(found)):
        raise unknown_object("There is no record with this sourcedId.")
    return found


def _orgs(district: District) -> Listing:
    return Listing(ORG, (district, *district.schools))


def _schools(district: District) -> Listing:
    return Listing(ORG, district.schools)


def _users(district: District, keep: Keep | None = None, *, scope: str = CORE) -> Listing:
    return Listing(USER, district.people, keep, scope)


def _students(district: District) -> Listing:
    return _users(district, lambda person: person.role == STUDENT)


def _teachers(district: District) -> Listing:
    return _users(district, lambda person: person.role == TEACHER)


def _classes(district: District, keep: Keep | None = None, *, scope: str = CORE) -> Listing:
    return Listing(CLASS, district.homerooms, keep, scope)


def _courses(district: District) -> Listing:
    return Listing(COURSE, tuple(Course(grade) for grade in sorted(district.town.grades)))


def _enrollments(district: District) -> Listing:
    return Listing(ENROLLMENT, district.people, lambda person: person.role in _ENROLLED)


def _demographics(district: District) -> Listing:
    born = Listing(DEMOGRAPHICS, district.people, lambda person: person.role == STUDENT)
    return replace(born, scope=PRIVATE)


def _sessions(type_: str | None = None) -> Listing:
    return Listing(SESSION, tuple(s for s in SESSIONS if type_ in (None, s.type)))


_TOP: dict[str, Callable[[District], Listing]] = {
    "orgs": _orgs,
    "schools": _schools,
    "users": _users,
    "students": _students,
    "teachers": _teachers,
    "classes": _classes,
    "courses": _courses,
    "enrollments": _enrollments,
    "demographics": _demographics,
    "academicSessions": lambda _: _sessions(),
    "terms": lambda _: _sessions("term"),
    "gradingPeriods": lambda _: _sessions("gradingPeriod"),
}


def _of_school(child: str) -> Callable[[District, Any], Listing]:
    def listing(district: District, school: School) -> Listing:
        whole = _TOP[child](district)
        belongs = _BELONGS_TO_SCHOOL.get(child)
        if belongs is None:
            return replace(whole, scope=NESTED)
        return replace(whole, keep=_both(whole.keep, lambda r: belongs(r, school)), scope=NESTED)

    return listing


def _of_class(child: str) -> Callable[[District, Any], Listing]:
    def listing(district: District, homeroom: Homeroom) -> Listing:
        whole = _TOP[child](district)
        keep = _both(whole.keep, lambda person: class_of(district, person) == homeroom.id)
        return replace(whole, keep=keep, scope=NESTED)

    return listing


def _classes_of_person(district: District, person: Person) -> Listing:
    if person.role not in _ENROLLED:
        return _classes(district, lambda _: False, scope=NESTED)
    own = class_of(district, person)
    return _classes(district, lambda homeroom: homeroom.id == own, scope=NESTED)


def _classes_of_term(district: District, term: Session) -> Listing:
    return _classes(district, lambda _: term.id in TERMS, scope=NESTED)


def _classes_of_course(district: District, course: Course) -> Listing:
    return _classes(district, lambda homeroom: homeroom.grade == course.grade, scope=NESTED)


def _grading_periods_of_term(_: District, term: Session) -> Listing:
    periods = _sessions("gradingPeriod")
    return replace(periods, keep=lambda session: session.parent == term.id, scope=NESTED)


# Courses and terms are the district's: they belong to all of its schools.
_BELONGS_TO_SCHOOL: dict[str, Callable[[Any, School], bool]] = {
    "students": lambda person, school: school.number in person.schools,
    "teachers": lambda person, school: school.number in person.schools,
    "enrollments": lambda person, school: school.number == person.schools[0],
    "classes": lambda homeroom, school: homeroom.school == school,
}

_OF_OWNER: dict[tuple[str, str], Callable[[District, Any], Listing]] = {
    **{
        ("schools", child): _of_school(child)
        for child in ("students", "teachers", "classes", "courses", "enrollments", "terms")
    },
    **{("classes", child): _of_class(child) for child in ("students", "teachers", "enrollments")},
    **{(owner, "classes"): _classes_of_person for owner in ("students", "teachers", "users")},
    ("courses", "classes"): _classes_of_course,
    ("terms", "classes"): _classes_of_term,
    ("terms", "gradingPeriods"): _grading_periods_of_term,
}


def _both(one: Keep | None, other: Keep) -> Keep:
    return other if one is None else lambda record: one(record) and other(record)
