"""Everything on file about one student at one moment, as the plain records that rules decide from.

The pure side never sees a model: this is the one place that turns rows into records.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from schoolgate.districts.models import School
from schoolgate.frontdesk import cases
from schoolgate.frontdesk.models import DeskEvent, HoldKind, StudentHold
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.namesakes import Namesake, StudentName, near_names
from schoolgate.frontdesk.policies import policy_of
from schoolgate.frontdesk.queries import (
    aliases_of,
    authorisations_of,
    departures_of,
    holds_of,
    perhaps_namesakes,
    pickup_states_of,
    relationships_of,
    sharing_a_contact,
)
from schoolgate.roster.models import (
    Guardian,
    PickupState,
    Relationship,
    RelationshipState,
    Restriction,
    State,
    Student,
)
from schoolgate.roster.queries import records_of_child
from schoolgate.roster.restrictions import restrictions_covering
from schoolgate.sync.freshness import (
    Freshness,
    freshness_of_student,
    waiting_change_about,
)
from schoolgate.web.moments import hour_of

# Who said so, where a rule's sentence names it: "Cleared for pickup by the school, 3 Sep".
THE_SCHOOL = "the school"


@dataclass(frozen=True, kw_only=True)
class OnFile:
    """What the desk knows. `now` is in the district's time zone."""

    now: datetime
    purpose: cases.Purpose
    school: School
    row: Student
    student: cases.Student
    today: cases.Today
    departures: tuple[DeskEvent, ...]
    guardians: dict[str, Guardian]
    contacts: tuple[cases.Contact, ...]
    former_contacts: tuple[cases.Contact, ...]
    restrictions: tuple[cases.Restriction, ...]
    authorisations: tuple[cases.Authorisation, ...]
    namesakes: tuple[Namesake, ...]
    freshness: Freshness
    change_waits: bool
    policy: cases.Policy

    @property
    def departure(self) -> DeskEvent | None:
        """The departure of today that stands."""
        return next((one for one in self.departures if stands(one)), None)


def look_up(
    student: Student,
    school: School,
    *,
    now: datetime,
    purpose: cases.Purpose = cases.Purpose.RELEASE,
) -> OnFile:
    """Read what is on file. Inside the transaction of a release this is what binds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    departures = tuple(departures_of(student, since=midnight))
    pairs = list(relationships_of(student))
    records = records_of_child(student)
    states = list(pickup_states_of(student, records=records))
    current, former = _contacts(pairs, states, now=now)
    return OnFile(
        now=now,
        purpose=purpose,
        school=school,
        row=student,
        student=_student(student, school, holds_of(student)),
        today=_today(departures, now=now),
        departures=departures,
        guardians={str(pair.guardian_id): pair.guardian for pair in pairs},
        contacts=current,
        former_contacts=former,
        restrictions=tuple(
            order_on_child(one, student)
            for one in restrictions_covering(student, school, now.date(), records=records)
        ),
        authorisations=tuple(_authorisation(one, now) for one in authorisations_of(student, now)),
        namesakes=_namesakes(student, school, current),
        freshness=freshness_of_student(student, school),
        change_waits=waiting_change_about(student.sourced_id, student.registration_id),
        policy=policy_of(school, purpose),
    )


def case_of(file: OnFile, adult: cases.Adult, **seen: Any) -> cases.Case:
    """Put the adult and what was seen at the desk (`evidence`, `child_objects`) to the file."""
    return cases.Case(
        purpose=file.purpose,
        now=file.now,
        school_id=str(file.school.pk),
        student=file.student,
        today=file.today,
        adult=adult,
        contacts=file.contacts,
        former_contacts=file.former_contacts,
        restrictions=file.restrictions,
        authorisations=file.authorisations,
        namesakes=file.namesakes,
        freshness=cases.Freshness(
            age=file.freshness.age(now=file.now),
            last_sync_failed=file.freshness.last_failed,
            sync_held=file.change_waits,
            change_about_student=file.change_waits,
        ),
        policy=file.policy,
        **seen,
    )


def _student(student: Student, school: School, holds: Iterable[StudentHold]) -> cases.Student:
    why = {hold.kind: hold.why for hold in holds}
    return cases.Student(
        id=str(student.pk),
        name=" ".join(filter(None, (student.given_name, student.middle_name, student.family_name))),
        grade=student.grade,
        # The row was fetched from this school's list.
        school_ids=frozenset({str(school.pk)}),
        active=student.state == State.ACTIVE,
        hold=why.get(HoldKind.ADMINISTRATOR_ONLY, ""),
        may_leave_alone=HoldKind.MAY_LEAVE_ALONE in why,
    )


def _today(departures: Iterable[DeskEvent], *, now: datetime) -> cases.Today:
    for event in departures:
        if stands(event):
            return cases.Today(
                attendance=cases.Attendance.LEFT,
                left_at=event.decided_at.astimezone(now.tzinfo),
                left_with=companion_of(event),
            )
    return cases.Today(attendance=cases.Attendance.IN_CLASS)


def stands(departure: DeskEvent) -> bool:
    """Whether the child is gone: the departure was not undone, and nobody came back from it."""
    if hasattr(departure, "correction"):
        return False
    return all(hasattr(one, "correction") for one in departure.endings.all())


def companion_of(event: DeskEvent) -> str:
    """Robert RIVERA: the contact as listed, or else the name as presented."""
    if event.guardian is None:
        return event.presented_name
    return f"{event.guardian.given_name} {event.guardian.family_name.upper()}"


def _contacts(
    pairs: Iterable[Relationship], states: Iterable[PickupState], *, now: datetime
) -> tuple[tuple[cases.Contact, ...], tuple[cases.Contact, ...]]:
    adults = {pair.guardian_id: pair.guardian for pair in pairs}
    adults.update({state.guardian_id: state.guardian for state in states})
    contacts = _adults(adults, states, now=now)
    current: list[cases.Contact] = []
    former: list[cases.Contact] = []
    for pair in pairs:
        contact = replace(
            contacts.pop(pair.guardian_id),
            listed_since=_day(pair.began_at, now),
            gone_on=_day(pair.ended_at, now),
        )
        (current if pair.state == RelationshipState.CURRENT else former).append(contact)
    # Denied under another record of the child: no contact here, and denied all the same.
    return tuple(current), (*former, *contacts.values())


def _adults(
    adults: dict[int, Guardian], states: Iterable[PickupState], *, now: datetime
) -> dict[int, cases.Contact]:
    words: dict[int, list[cases.PickupWord]] = defaultdict(list)
    for state in states:
        words[state.guardian_id].append(
            cases.PickupWord(
                state=cases.Pickup(state.state),
                source=THE_SCHOOL,
                said_on=state.set_at.astimezone(now.tzinfo).date(),
            )
        )
    aliases: dict[int, list[str]] = defaultdict(list)
    for alias in aliases_of(adults):
        aliases[alias.guardian_id].append(alias.name)
    return {
        adult_id: cases.Contact(
            adult_id=str(adult_id),
            name=_name(guardian),
            role=_role(guardian.role),
            aliases=tuple(aliases[adult_id]),
            pickup_words=tuple(words[adult_id]),
            has_number=any(one.isdigit() for one in guardian.phone or guardian.sms),
        )
        for adult_id, guardian in adults.items()
    }


def _name(guardian: Guardian) -> PersonName:
    return PersonName(
        given=guardian.given_name, middle=guardian.middle_name, family=guardian.family_name
    )


def _role(role: str) -> cases.ContactRole:
    known = {one.value: one for one in cases.ContactRole}
    return known.get(role, cases.ContactRole.OTHER)


def _day(at: datetime | None, now: datetime) -> date | None:
    return None if at is None else at.astimezone(now.tzinfo).date()


def order_on_child(row: Restriction, student: Student) -> cases.Restriction:
    """Write down a restriction. A query has said that it covers this student."""
    named = {one.student_id for one in row.restrictedstudent_set.all()}
    return restriction_of(
        row,
        covers=cases.Scope.STUDENTS,
        student_ids=frozenset({str(student.pk)}),
        other_record=bool(named) and student.pk not in named,
    )


def restriction_of(row: Restriction, *, covers: cases.Scope, **whom: Any) -> cases.Restriction:
    """Write down a restriction as covering what the query was asked for."""
    return cases.Restriction(
        id=str(row.pk),
        names=(PersonName(given=row.given_name, family=row.family_name),),
        effects=frozenset(cases.Effect(effect) for effect in row.effects),
        scope=covers,
        aliases=tuple(row.other_names),
        adult_ids=frozenset() if row.guardian_id is None else frozenset({str(row.guardian_id)}),
        birth_on=row.birth_date,
        from_on=row.from_on,
        until_on=row.until_on,
        instruction=row.instruction,
        days=frozenset(row.days),
        **whom,
    )


def _authorisation(row: Any, now: datetime) -> cases.Authorisation:
    """Write down an authorisation, with how often it was used (queries.in_force_of)."""
    given, _, family = row.name.strip().rpartition(" ")
    called = hour_of(row.added_at.astimezone(now.tzinfo))
    return cases.Authorisation(
        id=str(row.pk),
        name=PersonName(given=given, family=family),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        uses_left=row.good_for - row.times_used,
        given_by_id=str(row.given_by_id),
        given_by=row.given_by.name,
        verified_how=f"called {called}, on file …{row.number_called}",
    )


def _namesakes(
    student: Student, school: School, contacts: Iterable[cases.Contact]
) -> tuple[Namesake, ...]:
    shared: dict[int, set[str]] = defaultdict(set)
    for pupil_id, guardian_id in sharing_a_contact(student, school).values_list(
        "student_id", "guardian_id"
    ):
        shared[pupil_id].add(str(guardian_id))
    others = perhaps_namesakes(student, school, sharing=shared)
    own = frozenset(one.adult_id for one in contacts)
    return near_names(
        _student_name(student, own),
        (_student_name(one, frozenset(shared.get(one.pk, ()))) for one in others),
    )


def _student_name(student: Student, contact_ids: frozenset[str]) -> StudentName:
    return StudentName(
        id=str(student.pk),
        given=student.given_name,
        family=student.family_name,
        grade=student.grade,
        contact_ids=contact_ids,
    )
