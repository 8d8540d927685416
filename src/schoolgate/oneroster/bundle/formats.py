"""The files of a OneRoster 1.1 CSV bundle that Schoolgate reads, and their columns (3.3)."""

from dataclasses import dataclass
from enum import Enum, auto

from schoolgate.oneroster.records import (
    AcademicSession,
    Class,
    Demographics,
    Enrollment,
    Org,
    Record,
    User,
)

# Schoolgate lives on these two; without them there is no roster.
ESSENTIAL_FILES = ("orgs.csv", "users.csv")


class Shape(Enum):
    # Also references and plain lists: `decode_fields` knows how CSV writes them.
    TEXT = auto()
    USER_IDS = auto()
    METADATA = auto()
    # Known to the standard, not needed here: never leaves the reader.
    DROPPED = auto()


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    # The field of the REST binding that holds the same.
    field: str
    shape: Shape = Shape.TEXT
    required: bool = False


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One file of the bundle: what it is called, what its rows are, which columns it has."""

    file: str
    collection: str
    kind: type[Record]
    columns: tuple[Column, ...]


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, name, required=required) for name in names)


def _must(*names: str) -> tuple[Column, ...]:
    return _text(*names, required=True)


def _dropped(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name, Shape.DROPPED) for name in names)


_BASE = (*_must("sourcedId"), *_text("status", "dateLastModified"))
_PARENT = Column("parentSourcedId", "parent")

FORMATS = (
    FileFormat(
        "orgs.csv",
        "orgs",
        Org,
        (*_BASE, *_must("name", "type"), *_text("identifier"), _PARENT),
    ),
    FileFormat(
        "users.csv",
        "users",
        User,
        (
            *_BASE,
            *_text("enabledUser"),
            Column("orgSourcedIds", "orgs", required=True),
            *_must("role"),
            *_text("username"),
            Column("userIds", "userIds", Shape.USER_IDS),
            *_must("givenName", "familyName"),
            *_text("middleName", "identifier", "email", "sms", "phone"),
            Column("agentSourcedIds", "agents"),
            *_text("grades", "password"),
        ),
    ),
    FileFormat(
        "enrollments.csv",
        "enrollments",
        Enrollment,
        (
            *_BASE,
            Column("classSourcedId", "class"),
            Column("schoolSourcedId", "school"),
            Column("userSourcedId", "user", required=True),
            *_must("role"),
            *_text("primary", "beginDate", "endDate"),
        ),
    ),
    FileFormat(
        "classes.csv",
        "classes",
        Class,
        (
            *_BASE,
            *_must("title"),
            *_text("grades"),
            Column("courseSourcedId", "course"),
            *_text("classCode", "classType", "location"),
            Column("schoolSourcedId", "school"),
            Column("termSourcedIds", "terms"),
            *_text("subjects", "subjectCodes", "periods"),
        ),
    ),
    FileFormat(
        "academicSessions.csv",
        "academicSessions",
        AcademicSession,
        (
            *_BASE,
            *_must("title", "type"),
            *_text("startDate", "endDate"),
            _PARENT,
            *_text("schoolYear"),
        ),
    ),
    FileFormat(
        "demographics.csv",
        "demographics",
        Demographics,
        (
            *_BASE,
            *_text("birthDate"),
            *_dropped(
                "sex",
                "americanIndianOrAlaskaNative",
                "asian",
                "blackOrAfricanAmerican",
                "nativeHawaiianOrOtherPacificIslander",
                "white",
                "demographicRaceTwoOrMoreRaces",
                "hispanicOrLatinoEthnicity",
                "countryOfBirthCode",
                "stateOfBirthAbbreviation",
                "cityOfBirth",
                "publicSchoolResidenceStatus",
            ),
        ),
    ),
)
FORMAT_OF = {entry.kind: entry for entry in FORMATS}
