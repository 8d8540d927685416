"""What the desk shows of a student before an adult is named: restrictions first, then contacts."""

from dataclasses import dataclass
from datetime import date

from schoolgate.frontdesk.cases import ContactRole, Effect, Pickup, Purpose, Restriction
from schoolgate.frontdesk.models import DeskEvent
from schoolgate.frontdesk.namesakes import Nearness
from schoolgate.frontdesk.on_file import OnFile, companion_of
from schoolgate.frontdesk.person_checks import ALONE, Presented, weigh
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.rule import days_in_words
from schoolgate.frontdesk.type_ahead import family_first, grade_in_words, last_four
from schoolgate.frontdesk.verdicts import Evidence, Level
from schoolgate.web.moments import hour_of

PHONE_DIGITS_SHOWN = 4
# The rule that asks whether the adult is the person of an order.
POSSIBLY_RESTRICTED = "A1"
NAMESAKES_SHOWN = 3
LIKE_NAMES = frozenset({Nearness.SAME_NAME, Nearness.ONE_EDIT, Nearness.TWIN})

OTHER_RECORD = "Entered for a student of this name or number, under another record."

# Said before the name, for the first effect; after it, for the others.
_FORBIDS = {
    Effect.NO_RELEASE: ("Do not release to", "No release."),
    Effect.NO_CONTACT: ("No contact with", "No contact."),
    Effect.NO_VISIT: ("No visit by", "No visit."),
    Effect.SUPERVISED_ONLY: ("Only supervised contact with", "Only supervised contact."),
    Effect.ONLY_THESE_ADULTS: ("Release only to", "Nobody else."),
    Effect.PARENTING_TIMES: ("Only on the days of the order:", "Only on the days of the order."),
    Effect.NO_INFORMATION: ("No information to", "No information."),
}


@dataclass(frozen=True, kw_only=True)
class Chip:
    tone: str
    icon: str
    words: str


DENIED = Chip(tone="deny", icon="ban", words="Not allowed")
CLEARED = Chip(tone="ok", icon="check", words="Cleared")
LISTED = Chip(tone="ok", icon="check", words="Listed")
UNCLEAR = Chip(tone="verify", icon="alert-triangle", words="Ask: restriction")
NOT_STATED = Chip(tone="verify", icon="help", words="Pickup not stated")


@dataclass(frozen=True, kw_only=True)
class ContactRow:
    """A contact: never an address, and of a phone number only the last four digits."""

    id: str
    name: str
    role: str
    phone: str
    chip: Chip


@dataclass(frozen=True, kw_only=True)
class FormerRow:
    name: str
    since: str


@dataclass(frozen=True, kw_only=True)
class AuthorisedRow:
    """Who may come without being listed, on whose word."""

    name: str
    given_by: str
    verified: str


@dataclass(frozen=True, kw_only=True)
class RestrictionBlock:
    """What is forbidden, to whom, and what to do: Do not release to, Carl Dunn, Call Mr. Lee."""

    forbids: str
    name: str
    instruction: str


@dataclass(frozen=True, kw_only=True)
class StudentCard:
    name: str
    initials: str
    grade: str
    last_four: str
    status: str
    departure: DeskEvent | None
    restrictions: tuple[RestrictionBlock, ...]
    contacts: tuple[ContactRow, ...]
    former: tuple[FormerRow, ...]
    namesakes: tuple[str, ...]
    authorised: tuple[AuthorisedRow, ...]
    # Why only an administrator lets her go; and what to press when she leaves by herself.
    hold: str
    alone: str
    change_waits: bool
    custody_validated: bool


def student_card(file: OnFile) -> StudentCard:
    """Lay out what is on file for the screen."""
    row = file.row
    return StudentCard(
        name=family_first(row),
        initials=f"{row.given_name[:1]}{row.family_name[:1]}".upper(),
        grade=grade_in_words(row.grade),
        last_four=last_four(row.identifier),
        status=_status(file),
        departure=file.departure,
        restrictions=tuple(
            restriction_block(order, today=file.now.date())
            for order in file.restrictions
            if order.from_on <= file.now.date()
        ),
        contacts=tuple(_contact_row(file, one.adult_id) for one in file.contacts),
        former=tuple(
            FormerRow(name=str(one.name), since=_day(one.gone_on))
            for one in file.former_contacts
            if one.gone_on is not None
        ),
        namesakes=_namesakes(file),
        authorised=tuple(
            AuthorisedRow(name=str(one.name), given_by=one.given_by, verified=one.verified_how)
            for one in file.authorisations
            if one.uses_left > 0
        ),
        hold=file.student.hold,
        alone=ALONE if _may_leave_alone(file) else "",
        change_waits=file.change_waits,
        custody_validated=file.policy.validates_custody,
    )


def _may_leave_alone(file: OnFile) -> bool:
    flagged = file.student.may_leave_alone and file.policy.leaves_alone
    return flagged and file.purpose is Purpose.RELEASE


def _status(file: OnFile) -> str:
    if file.departure is not None:
        at = hour_of(file.departure.decided_at.astimezone(file.now.tzinfo))
        return f"Left {at} with {companion_of(file.departure)}"
    last = next(iter(file.departures), None)
    back = last and next(
        (one for one in last.endings.all() if not hasattr(one, "correction")), None
    )
    if back:
        return f"In class now (back since {hour_of(back.decided_at.astimezone(file.now.tzinfo))})"
    if last is not None:
        at = hour_of(last.decided_at.astimezone(file.now.tzinfo))
        return f"In class now (departure of {at} was undone)"
    return "In class now (not signed out today)"


def restriction_block(order: Restriction, *, today: date) -> RestrictionBlock:
    """Say a restriction in one sentence for whoever stands at the counter."""
    forbids = [words for effect, words in _FORBIDS.items() if effect in order.effects]
    ends = "Until reviewed."
    if order.until_on is not None:
        ends = f"Until {_day(order.until_on)}."
        if order.until_on < today:
            ends = f"Ended {_day(order.until_on)}, not reviewed."
    also = [words for _, words in forbids[1:]]
    if order.days:
        also.append(f"Days: {days_in_words(order.days)}.")
    whose = [OTHER_RECORD] if order.other_record else []
    return RestrictionBlock(
        forbids=forbids[0][0],
        name=", ".join((*map(str, order.names), *order.aliases)),
        instruction=" ".join((*also, ends, *whose, order.instruction)).strip(),
    )


def _contact_row(file: OnFile, adult_id: str) -> ContactRow:
    contact = next(one for one in file.contacts if one.adult_id == adult_id)
    guardian = file.guardians[adult_id]
    digits = [one for one in guardian.phone or guardian.sms if one.isdigit()]
    return ContactRow(
        id=adult_id,
        name=str(contact.name),
        role=contact.role.value.capitalize(),
        phone="".join(digits[-PHONE_DIGITS_SHOWN:]),
        chip=_chip(file, adult_id, contact.pickup, contact.role),
    )


def _chip(file: OnFile, adult_id: str, pickup: Pickup, role: ContactRole) -> Chip:
    """Say the contact's pickup state; the rules themselves say when a restriction is in the way."""
    guardian = file.guardians[adult_id]
    presented = Presented(
        name=guardian.name, chosen_id=adult_id, evidence=frozenset({Evidence.PHOTO_ID})
    )
    verdict = weigh(file, presented).verdict
    # Not the verdict's own level: for a child who has left, that is another question.
    if any(reason.level is Level.DENY for reason in verdict.reasons):
        return DENIED
    if POSSIBLY_RESTRICTED in verdict.rule_ids:
        return UNCLEAR
    if pickup is Pickup.ALLOWED:
        return CLEARED
    return LISTED if role in file.policy.roles_that_count else NOT_STATED


def _namesakes(file: OnFile) -> tuple[str, ...]:
    """Name the students whom this one is most easily taken for."""
    near = [one.student_id for one in file.namesakes if one.nearness in LIKE_NAMES]
    students = enrolled_at(file.school).in_bulk([int(one) for one in near[:NAMESAKES_SHOWN]])
    return tuple(
        f"{family_first(one)} · {grade_in_words(one.grade)} · ID …{last_four(one.identifier)}"
        for one in students.values()
    )


def _day(on: date | None) -> str:
    return f"{on.day} {on:%b %Y}" if on else "an unknown day"
