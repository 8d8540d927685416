"""OneRoster 1.1 records, named as the standard names them, and what the library says about them.

Fields are snake_case here and camelCase on the wire (`rename="camel"`). `None`, an empty string and
an absent field are the same thing to a reader (T-10), so optional text is `str | None`, never `""`.
`password` is not here on purpose: it is dropped before a record exists.

This module imports neither network nor framework: pure code may import it.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any

import msgspec

# Text is never empty: a strict decoder refuses "", and the tolerant one reads it as None.
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Status(StrEnum):
    ACTIVE = "active"
    TO_BE_DELETED = "tobedeleted"
    # Version 1.0's word, still sent by some: not ours any more, like the other (2.1).
    INACTIVE = "inactive"


class Role(StrEnum):
    """The eight roles of users.role (section 4.13.6 of the standard)."""

    ADMINISTRATOR = "administrator"
    AIDE = "aide"
    GUARDIAN = "guardian"
    PARENT = "parent"
    PROCTOR = "proctor"
    RELATIVE = "relative"
    STUDENT = "student"
    TEACHER = "teacher"


ADULT_CONTACT_ROLES = frozenset({Role.PARENT, Role.GUARDIAN, Role.RELATIVE})


class Ref(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A reference to another record (GUIDRef). Join on `sourced_id`: href and type lie (2.2)."""

    sourced_id: Text
    type: Text | None = None
    href: Text | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What every OneRoster record has. A missing status means active (T-30)."""

    sourced_id: Text
    status: Status = Status.ACTIVE
    date_last_modified: Text | None = None
    metadata: dict[str, Any] = {}


class Org(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    name: Text
    # Open vocabulary in practice (Rediker sends `departments`): kept as sent, lower case.
    type: Text
    identifier: Text | None = None
    parent: Ref | None = None
    children: tuple[Ref, ...] = ()


class UserId(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    identifier: Text
    type: Text | None = None


class User(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    # Case-folded. One of `Role`, or whatever else the source said (T-24).
    role: Text
    given_name: Text
    family_name: Text
    middle_name: Text | None = None
    username: Text | None = None
    user_ids: tuple[UserId, ...] = ()
    # None: not said, or not understood.
    enabled_user: bool | None = None
    identifier: Text | None = None
    email: Text | None = None
    sms: Text | None = None
    phone: Text | None = None
    agents: tuple[Ref, ...] = ()
    orgs: tuple[Ref, ...] = ()
    grades: tuple[Text, ...] = ()


class AcademicSession(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    title: Text
    type: Text
    start_date: Text | None = None
    # Exclusive: the last day is the day before (2.6).
    end_date: Text | None = None
    school_year: Text | None = None
    parent: Ref | None = None
    children: tuple[Ref, ...] = ()


class Class(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    title: Text
    class_code: Text | None = None
    class_type: Text | None = None
    location: Text | None = None
    grades: tuple[Text, ...] = ()
    subjects: tuple[Text, ...] = ()
    course: Ref | None = None
    school: Ref | None = None
    terms: tuple[Ref, ...] = ()
    subject_codes: tuple[Text, ...] = ()
    periods: tuple[Text, ...] = ()


class Enrollment(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    user: Ref
    role: Text
    class_: Ref | None = msgspec.field(default=None, name="class")
    school: Ref | None = None
    primary: bool | None = None
    begin_date: Text | None = None
    # Exclusive (2.6).
    end_date: Text | None = None


class Demographics(Record, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Only what Schoolgate may need: `sourced_id` is the user's own (2.8)."""

    birth_date: Text | None = None


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """One record as it came: a JSON object's bytes, or a CSV line's.

    `position` counts from 1: the record's place in its collection, or the line in its file.
    A Struct, because one is made for every row of a pull: a dataclass costs as much as its digest.
    """

    position: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one record or one value. Never holds the person's data.

    `severity` is "error" when the record could not be read, "warning" when it was read and a value
    was coerced, dropped or looks wrong. `kind` is a stable word that scripts may count by.
    """

    kind: str
    collection: str
    position: int
    severity: str = "error"
    sourced_id: str | None = None
    field: str | None = None
    expected: str = ""
    file: str | None = None
    column: int | None = None


@dataclass
class ProblemLog:
    """Problems counted by kind, with the first few of each kept as examples."""

    examples_per_kind: int = 20
    counts: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    examples: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.counts[problem.kind] += 1
        self.errors += problem.severity == "error"
        if self.counts[problem.kind] <= self.examples_per_kind:
            self.examples.append(problem)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a pull proved to be whole, or why not.

    `complete` is True only when every record the source has was received. `reason` is a stable
    word, `detail` a sentence. An incomplete pull may add and update, never remove.
    """

    complete: bool
    received: int
    pages: int = 0
    total: int | None = None
    reason: str | None = None
    detail: str = ""
    # False when a record came without a readable sourcedId: nobody's absence can be believed then.
    every_id_known: bool = True

    def counting_once(self, repeats: int) -> "Verdict":
        """The verdict when `repeats` of the records had come before in the same read.

        A record that came twice makes the count right while another was missed (T-4).
        """
        if not self.complete or self.total is None or self.received - repeats >= self.total:
            return self
        return replace(
            self,
            complete=False,
            reason="shifted",
            detail=f"{repeats} records came twice, so as many may have been missed: the source "
            "changed while it was read.",
        )
