"""How the sandbox's records look over REST, as OneRoster 1.1 says (chapter 2 of the reference)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.invented.people import STUDENT, Person
from schoolgate.sandbox.invented.school_year import (
    FULL_YEAR,
    SCHOOL_YEAR,
    SESSIONS,
    TERMS,
    Session,
    moment_of,
)
from schoolgate.sandbox.invented.schools import Course, Homeroom, School, class_id, school_id

Json = dict[str, Any]
_BASE = ("sourcedId", "status", "dateLastModified", "metadata")


@dataclass(frozen=True)
class Wire:
    """What records need to know of the server that sends them. `prefix` renames every id."""

    district: District
    root: str
    prefix: str = ""

    def ref(self, kind: str, type_: str, sourced_id: str) -> Json:
        renamed = self.prefix + sourced_id
        return {"href": f"{self.root}/{kind}/{renamed}", "sourcedId": renamed, "type": type_}

    def base(self, sourced_id: str, *, modified: str = moment_of(0), gone: bool = False) -> Json:
        return {
            "sourcedId": self.prefix + sourced_id,
            "status": "tobedeleted" if gone else "active",
            "dateLastModified": modified,
        }


@dataclass(frozen=True)
class Entity:
    """A kind of record: what it is called alone and in a list, and how it looks."""

    single: str
    plural: str
    fields: tuple[str, ...]
    shape: Callable[[Wire, Any], Json]


def _user(wire: Wire, person: Person) -> Json:
    record = wire.base(person.id, modified=person.modified, gone=person.gone)
    record |= {
        "username": person.email or person.identifier or person.id,
        "enabledUser": True,
        "givenName": person.given,
        "familyName": person.family,
        "role": person.role,
        "agents": [wire.ref("users", "user", other) for other in person.linked],
        "orgs": [wire.ref("orgs", "org", school_id(number)) for number in person.schools],
    }
    optional = {
        "middleName": person.middle,
        "identifier": person.identifier,
        "email": person.email,
        "sms": person.sms,
        "phone": person.phone,
    }
    record |= {name: value for name, value in optional.items() if value}
    if person.role == STUDENT:
        record["grades"] = [person.grade]
        record["userIds"] = [{"type": "SIS", "identifier": person.identifier}]
        record["metadata"] = {"homeroom": homeroom_of(wire.district, person)}
    return record


def homeroom_of(district: District, student: Person) -> str:
    """Say which class a student sits in, at the first of her schools."""
    return class_id(district.schools[student.schools[0]], student.grade, student.room)


def class_of(district: District, person: Person) -> str:
    """Say which class a student or a teacher is enrolled in."""
    if person.role == STUDENT:
        return homeroom_of(district, person)
    return district.homerooms[int(person.id.rpartition("-")[2])].id


ENROLLMENT_PREFIX = "enrollment-"


def _enrollment(wire: Wire, person: Person) -> Json:
    record = wire.base(ENROLLMENT_PREFIX + person.id, modified=person.modified, gone=person.gone)
    record |= {
        "user": wire.ref("users", "user", person.id),
        "class": wire.ref("classes", "class", class_of(wire.district, person)),
        "school": wire.ref("orgs", "org", school_id(person.schools[0])),
        "role": person.role,
        "beginDate": SESSIONS[0].starts_on,
        "endDate": SESSIONS[0].ends_on,
    }
    if person.role != STUDENT:
        record["primary"] = True
    return record


def _demographics(wire: Wire, person: Person) -> Json:
    record = wire.base(person.id, modified=person.modified, gone=person.gone)
    record["birthDate"] = person.born
    if person.sex:
        record["sex"] = person.sex
    return record


def _org(wire: Wire, org: District | School) -> Json:
    district = wire.district
    if isinstance(org, District):
        return wire.base(org.id) | {
            "name": org.name,
            "type": "district",
            "identifier": "5300001",
            "children": [wire.ref("orgs", "org", school.id) for school in org.schools],
        }
    return wire.base(org.id) | {
        "name": org.name,
        "type": "school",
        "identifier": str(1001 + org.number),
        "parent": wire.ref("orgs", "org", district.id),
    }


def _course(wire: Wire, course: Course) -> Json:
    return wire.base(course.id) | {
        "title": f"Homeroom {course.grade}",
        "courseCode": f"HR{course.grade}",
        "grades": [course.grade],
        "schoolYear": wire.ref("academicSessions", "academicSession", FULL_YEAR),
        "org": wire.ref("orgs", "org", wire.district.id),
    }


def class_title(homeroom: Homeroom) -> str:
    return f"Homeroom {homeroom.grade}-{homeroom.room + 1}"


def _class(wire: Wire, homeroom: Homeroom) -> Json:
    return wire.base(homeroom.id) | {
        "title": class_title(homeroom),
        "classCode": f"HR{homeroom.grade}-{homeroom.room + 1}",
        "classType": "homeroom",
        "grades": [homeroom.grade],
        "course": wire.ref("courses", "course", Course(homeroom.grade).id),
        "school": wire.ref("orgs", "org", homeroom.school.id),
        "terms": [wire.ref("terms", "term", term) for term in TERMS],
    }


def _session(wire: Wire, session: Session) -> Json:
    record = wire.base(session.id) | {
        "title": session.title,
        "type": session.type,
        "startDate": session.starts_on,
        "endDate": session.ends_on,
        "schoolYear": SCHOOL_YEAR,
    }
    if session.parent:
        record["parent"] = wire.ref("academicSessions", "academicSession", session.parent)
    children = [s.id for s in SESSIONS if s.parent == session.id]
    record["children"] = [
        wire.ref("academicSessions", "academicSession", child) for child in children
    ]
    return record


USER = Entity(
    "user",
    "users",
    (
        *_BASE, "username", "userIds", "enabledUser", "givenName", "familyName", "middleName",
        "role", "identifier", "email", "sms", "phone", "agents", "orgs", "grades", "password",
    ),
    _user,
)  # fmt: skip
ORG = Entity("org", "orgs", (*_BASE, "name", "type", "identifier", "parent", "children"), _org)
ENROLLMENT = Entity(
    "enrollment",
    "enrollments",
    (*_BASE, "user", "class", "school", "role", "primary", "beginDate", "endDate"),
    _enrollment,
)
DEMOGRAPHICS = Entity("demographics", "demographics", (*_BASE, "birthDate", "sex"), _demographics)
COURSE = Entity(
    "course",
    "courses",
    (*_BASE, "title", "schoolYear", "courseCode", "grades", "subjects", "org"),
    _course,
)
CLASS = Entity(
    "class",
    "classes",
    (
        *_BASE, "title", "classCode", "classType", "location", "grades", "subjects", "course",
        "school", "terms",
    ),
    _class,
)  # fmt: skip
SESSION = Entity(
    "academicSession",
    "academicSessions",
    (*_BASE, "title", "startDate", "endDate", "type", "parent", "children", "schoolYear"),
    _session,
)
