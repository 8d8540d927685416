"""Everything a release or visit is decided from, as plain records.

`None` in a field that says so means "could not be looked up": a rule that needs it cannot be
evaluated then, and the desk asks an administrator. It never means "there are none".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.namesakes import Namesake
from schoolgate.frontdesk.verdicts import Evidence
from schoolgate.roster.folding import fold


class Purpose(StrEnum):
    RELEASE = "release"
    VISIT = "visit"


class Attendance(StrEnum):
    IN_CLASS = "in_class"
    LEFT = "left"
    ABSENT = "absent"


class ContactRole(StrEnum):
    PARENT = "parent"
    GUARDIAN = "guardian"
    RELATIVE = "relative"
    OTHER = "other"


class Pickup(StrEnum):
    UNSET = "unset"
    ALLOWED = "allowed"
    DENIED = "denied"


class Effect(StrEnum):
    NO_RELEASE = "no_release"
    NO_VISIT = "no_visit"
    NO_CONTACT = "no_contact"
    SUPERVISED_ONLY = "supervised_only"
    # The subjects of such a restriction are the only adults who may come.
    ONLY_THESE_ADULTS = "only_these_adults"
    NO_INFORMATION = "no_information"
    # The subjects may take the child on the days that the order names, and on no others.
    PARENTING_TIMES = "parenting_times"


class Scope(StrEnum):
    STUDENTS = "students"
    SCHOOL = "school"
    DISTRICT = "district"


class SamePerson(StrEnum):
    """The clerk's answer to "Same person?"; no answer yet is no entry."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, kw_only=True)
class Student:
    """`hold`: why only an administrator may let her go, empty when anybody may."""

    id: str
    name: str
    grade: str
    school_ids: frozenset[str]
    active: bool
    hold: str = ""
    may_leave_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Today:
    """Where the student is. `left_at` and `left_with` say how the earlier departure reads."""

    attendance: Attendance | None
    left_at: datetime | None = None
    left_with: str = ""


@dataclass(frozen=True, kw_only=True)
class PickupWord:
    """One source's word on pickup: the school's own, the SIS's metadata, a CSV."""

    state: Pickup
    source: str
    said_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """An adult listed for the student; with `gone_on`, one whose link is gone."""

    adult_id: str
    name: PersonName
    role: ContactRole
    aliases: tuple[str, ...] = ()
    pickup_words: tuple[PickupWord, ...] = ()
    listed_since: date | None = None
    gone_on: date | None = None
    # Whether a phone number is on file: only those are called.
    has_number: bool = True

    @property
    def pickup(self) -> Pickup:
        """The most restrictive word wins: the sync can add a denial, it cannot lift one."""
        said = {word.state for word in self.pickup_words}
        strictest_first = (Pickup.DENIED, Pickup.ALLOWED)
        return next((state for state in strictest_first if state in said), Pickup.UNSET)


@dataclass(frozen=True, kw_only=True)
class Restriction:
    """A court order or do-not-release note: local, dated, about a person.

    `until_on` is the last day in force; None means until reviewed. `review_on` is the day from
    which a review is due, None once reviewed. `other_record`: entered for a student of the same
    name or number, under another record; it binds all the same.
    """

    id: str
    names: tuple[PersonName, ...]
    effects: frozenset[Effect]
    scope: Scope
    student_ids: frozenset[str] = frozenset()
    other_record: bool = False
    school_ids: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    adult_ids: frozenset[str] = frozenset()
    birth_on: date | None = None
    from_on: date
    until_on: date | None = None
    review_on: date | None = None
    instruction: str = ""
    # Of parenting times: the days of the week, Monday is 0.
    days: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not (self.names and all(fold(one.given + one.family) for one in self.names)):
            raise ValueError("A restriction needs the name of its subject: it is matched by name")

    def in_force(self, today: date) -> bool:
        return self.from_on <= today and (self.until_on is None or today <= self.until_on)


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """A temporary authorisation for this student, given by a listed contact."""

    id: str
    name: PersonName
    valid_from: datetime
    valid_until: datetime
    uses_left: int
    given_by_id: str
    given_by: str
    verified_how: str


@dataclass(frozen=True, kw_only=True)
class Adult:
    """The adult as presented: the name as typed or scanned, and which contact the clerk chose."""

    name: str | PersonName
    chosen_id: str | None = None
    birth_on: date | None = None
    # AAMVA DDE, DDF or DDG said that a part of the name did not fit on the card.
    licence_cut_short: bool = False
    licence_expired: bool = False
    same_person: Mapping[str, SamePerson] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How far the list can be trusted. `age` None: never completely synced."""

    age: timedelta | None
    last_sync_failed: bool = False
    sync_held: bool = False
    change_about_student: bool = False
    offline: bool = False
    run_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the district decides. Nothing in it switches a restriction off."""

    validates_custody: bool = True
    known_by_sight_permitted: bool = False
    leaves_alone: bool = False
    # From this time until the end of the day a release needs a reason.
    releases_end_at: time | None = None
    # A day that an order does not name is told to the clerk, and stops nobody.
    parenting_times_inform: bool = False
    roles_that_count: frozenset[ContactRole] = frozenset({ContactRole.PARENT, ContactRole.GUARDIAN})
    warn_after: timedelta = timedelta(hours=24)
    verify_after: timedelta = timedelta(hours=72)
    hard_limit: timedelta = timedelta(days=7)
    new_contact: timedelta = timedelta(days=7)
    # A contact gone for less than this still makes a second person of the same name.
    recently_gone: timedelta = timedelta(days=30)
    review_grace: timedelta = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One adult, one student, one moment. `now` is in the school's own time zone."""

    purpose: Purpose
    now: datetime
    school_id: str
    student: Student
    today: Today
    adult: Adult
    contacts: tuple[Contact, ...] | None
    former_contacts: tuple[Contact, ...] | None
    restrictions: tuple[Restriction, ...] | None
    authorisations: tuple[Authorisation, ...] | None
    namesakes: tuple[Namesake, ...] | None
    freshness: Freshness
    policy: Policy
    evidence: frozenset[Evidence] = frozenset()
    # Nobody comes: the student asks to leave by herself.
    alone: bool = False
    # Police, child protection, an ambulance: an official comes, and no adult of the child's list.
    agency: bool = False
    # A key of its own, and no evidence: the child said no or was distressed.
    child_objects: bool = False
    # It did so before, whatever the clerk says now.
    child_objected: bool = False


def covering(case: Case) -> tuple[Restriction, ...] | None:
    """Restrictions that cover this student, in force or not; None when not looked up."""
    if case.restrictions is None:
        return None
    schools = {case.school_id, *case.student.school_ids}
    return tuple(
        one
        for one in case.restrictions
        if one.scope is Scope.DISTRICT
        or (one.scope is Scope.SCHOOL and not schools.isdisjoint(one.school_ids))
        or (one.scope is Scope.STUDENTS and case.student.id in one.student_ids)
    )
