"""What the stages hand to each other: plain, frozen, free of database, network and clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

import msgspec

# Raised with every change of what normalize makes of a row: all rows are looked at again then.
NORMALIZE_VERSION = 1

DIGEST_BYTES = 16


class Kind(StrEnum):
    STUDENT = "student"
    GUARDIAN = "guardian"
    RELATIONSHIP = "relationship"


@dataclass(frozen=True, slots=True)
class SchoolTake:
    """One school that is ours, and whether its students' contacts are taken."""

    school_id: int
    contacts: bool


@dataclass(frozen=True)
class Scope:
    """What a registration takes: the org ids of its enabled schools, each with its choice."""

    schools: Mapping[str, SchoolTake]
    # Orgs that are a school of ours, and switched off here.
    switched_off: frozenset[str] = frozenset()

    @property
    def takes_contacts(self) -> bool:
        return any(take.contacts for take in self.schools.values())

    def version(self, *, secret: bytes) -> bytes:
        """The salt of every row's digest: changes with the code of normalize and with the choice.

        `secret` keys it, so that a hostile source cannot search for rows of equal digest.
        """
        choice = sorted((org, take.school_id, take.contacts) for org, take in self.schools.items())
        words = msgspec.json.encode([NORMALIZE_VERSION, choice, sorted(self.switched_off)])
        return blake2b(words, digest_size=32, key=blake2b(secret).digest()).digest()


# What the roster's columns hold (roster/models.py).
LONGEST = {
    "given_name": 200,
    "middle_name": 200,
    "family_name": 200,
    "identifier": 100,
    "grade": 40,
    "role": 40,
    "email": 254,
    "phone": 100,
    "sms": 100,
}
LONGEST_ID = 255


class WantedStudent(msgspec.Struct, frozen=True):
    given_name: str
    middle_name: str
    family_name: str
    identifier: str
    grade: str
    # Ours, ascending: the first is the student's home school.
    schools: tuple[int, ...]


class WantedGuardian(msgspec.Struct, frozen=True):
    given_name: str
    middle_name: str
    family_name: str
    role: str
    email: str
    phone: str
    sms: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One row says that this adult belongs to this student."""

    side: str
    student: str
    adult: str


@dataclass(frozen=True, slots=True)
class NormalizedRow:
    """What a source row comes to. `wanted` is None when its person is not (or no longer) ours."""

    kind: Kind
    sourced_id: str
    wanted: WantedStudent | WantedGuardian | None
    claims: tuple[Claim, ...] = ()
    gone: str = ""
    # Whether a school of hers takes contacts.
    contacts: bool = False
    # How many of its values were too long for the roster, and were cut.
    clipped: int = 0


@dataclass(frozen=True, slots=True)
class RowIn:
    """One row of a block: as it was (at a place of the ledger), or read anew, or unreadable."""

    digest: bytes
    place: int = -1
    normalized: NormalizedRow | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A block that was not known as a whole, with all of its rows."""

    digest: bytes
    rows: list[RowIn]


@dataclass(frozen=True, slots=True)
class SchoolCount:
    """How much of one kind would change in one school."""

    school_id: int
    kind: Kind
    before: int
    added: int = 0
    removed: int = 0
    # Whether the source still lists the school itself.
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Removals above the larger of the two wait for a person."""

    percent: int = 10
    relationship_percent: int = 5
    records: int = 25


class Reason(StrEnum):
    TOO_MANY_REMOVED = "too_many_removed"
    SCHOOL_EMPTIED = "school_emptied"
    IDS_TURNED_OVER = "ids_turned_over"
    SCHOOL_NOT_LISTED = "school_not_listed"
    PRELOADED_LISTS = "preloaded_lists"


# What no person lets through: the list would be wrong afterwards whatever she knows.
NEVER_LET_THROUGH = frozenset(
    {Reason.IDS_TURNED_OVER, Reason.SCHOOL_NOT_LISTED, Reason.PRELOADED_LISTS}
)


@dataclass(frozen=True, slots=True)
class HoldReason:
    school_id: int
    kind: Kind
    reason: Reason
    count: int
    of: int
    limit: int
