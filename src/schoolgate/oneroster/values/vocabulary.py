"""The closed lists of OneRoster 1.1 (section 4.13), and how values near them are recognised."""

from schoolgate.oneroster.records import (
    AcademicSession,
    Class,
    Enrollment,
    Org,
    Record,
    Role,
    Status,
    User,
)

ROLES = frozenset(role.value for role in Role)
ORG_TYPES = frozenset({"department", "district", "local", "national", "school", "state"})
SESSION_TYPES = frozenset({"gradingPeriod", "schoolYear", "semester", "term"})
CLASS_TYPES = frozenset({"homeroom", "scheduled"})
# CEDS entry grade level.
GRADES = frozenset(
    {"IT", "PR", "PK", "TK", "KG", "PS", "UG", "Other"} | {f"{year:02d}" for year in range(1, 14)}
)

# What each kind of record takes from a closed list: wire name of the field and its values.
WORDS: dict[type[Record], tuple[str, frozenset[str]]] = {
    User: ("role", ROLES),
    # The standard's final revision names four roles here, its OpenAPI file all eight: accept all.
    Enrollment: ("role", ROLES),
    Org: ("type", ORG_TYPES),
    AcademicSession: ("type", SESSION_TYPES),
    Class: ("classType", CLASS_TYPES),
}

# `inactive` is version 1.0's word for it (2.1).
STATUSES = {
    "active": Status.ACTIVE,
    "tobedeleted": Status.TO_BE_DELETED,
    "inactive": Status.INACTIVE,
}
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})


def recognise(word: str, vocabulary: frozenset[str]) -> tuple[str, bool]:
    """Spell a word as its list does, if it is on it; else lower case. Says whether it is on it."""
    folded = word.strip().casefold()
    for known in vocabulary:
        if known.casefold() == folded:
            return known, True
    return folded, False
