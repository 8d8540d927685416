"""Let an adult take a student or see her, or not.

Decided twice: once to show, once more from fresh facts in the transaction that records it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk import cases
from schoolgate.frontdesk.as_seen import as_seen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import Errand
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import OnFile, case_of, look_up
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.queries import claim
from schoolgate.frontdesk.recognition import Candidate, Recognition, Touch
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level, Verdict
from schoolgate.roster.models import Student

# Rules of the table that let an adult come without a temporary authorisation.
GROUNDS_OF_LIST = frozenset({"R0", "R1", "R3", "R4"})


# Why two people decide against what the rules say.
OVERRIDES = (
    ("order_not_in_force", "The order is no longer in force"),
    ("not_this_person", "This is not the person whom the order names"),
    ("administrator_decided", "Another reason, written down below"),
)
# What stands in the place of a name when nobody comes.
ALONE = "nobody (alone)"


class StudentNotListed(Exception):
    """The student is not, or no longer, on this school's list."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a scanned licence said beside the name. It lasts as long as the screen."""

    born_on: date | None = None
    ends_on: date | None = None
    cut_short: bool = False


@dataclass(frozen=True, kw_only=True)
class Agency:
    """For whom an official comes, and what was done about it (frontdesk.md 2.3)."""

    kind: str
    organisation: str
    badge: str
    # As it stands in the directory.
    number_called: str
    spoke_with: str
    parents_told: bool
    why_not_told: str = ""


@dataclass(frozen=True, kw_only=True)
class Presented:
    """The adult at the counter, and what the clerk saw and did."""

    name: str
    chosen_id: str | None = None
    evidence: frozenset[Evidence] = frozenset()
    same_person: cases.SamePerson | None = None
    child_objects: bool = False
    # The name came from a scanner; None: somebody typed it.
    scan: Scan | None = None
    agency: Agency | None = None
    # The child said no before, at this counter.
    child_objected: bool = False

    @property
    def alone(self) -> bool:
        """Nobody came: the student asks to leave by herself."""
        return self.name == ALONE


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One adult put to the rules: what was decided, and from what."""

    file: OnFile
    presented: Presented
    case: cases.Case
    verdict: Verdict

    @property
    def taken_for(self) -> tuple[Candidate, ...]:
        return Recognition(self.case).taken_for

    @property
    def contact_id(self) -> str | None:
        """The one contact that the adult is taken for; None when nobody is, or several are."""
        people = {one.contact.adult_id for one in self.taken_for}
        return people.pop() if len(people) == 1 else None

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(f"{one.rule}: {one.text}" for one in self.verdict.reasons)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What stood on the clerk's screen when she pressed the button."""

    opened_at: datetime
    name: str = ""
    chosen_id: str | None = None
    scan: Scan | None = None
    reasons: tuple[str, ...] = ()
    child_objected: bool = False


class Obstacle(StrEnum):
    """Why nothing was recorded."""

    NOT_SHOWN = "not shown"
    CHANGED = "changed"
    NOT_FINISHED = "not finished"
    NO_REASON = "no reason"
    NO_SECOND_PERSON = "no second person"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the clerk adds to the record. `second`: who agrees to an override, signed in here."""

    reason: str = ""
    note: str = ""
    host: str = ""
    second: User | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Everything that the clerk sent: the adult, what stood on her screen, and her words."""

    presented: Presented
    shown: Shown
    words: Words


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of it: the event, or the obstacle and the verdict now."""

    weighed: Weighed
    event: DeskEvent | None = None
    obstacle: Obstacle | None = None


def weigh(file: OnFile, presented: Presented) -> Weighed:
    """Put an adult to the rules. Changes nothing."""
    scan = presented.scan or Scan()
    adult = cases.Adult(
        name=presented.name,
        chosen_id=presented.chosen_id,
        birth_on=scan.born_on,
        licence_cut_short=scan.cut_short,
        licence_expired=scan.ends_on is not None and scan.ends_on < file.now.date(),
    )
    case = case_of(
        file,
        adult,
        alone=presented.alone and file.purpose is cases.Purpose.RELEASE,
        agency=presented.agency is not None,
        evidence=presented.evidence,
        child_objects=presented.child_objects,
        child_objected=presented.child_objected,
    )
    if presented.same_person is not None:
        answers = {order.id: presented.same_person for order in _possible_orders(case)}
        case = replace(case, adult=replace(adult, same_person=answers))
    return Weighed(file=file, presented=presented, case=case, verdict=decide(case))


def _possible_orders(case: cases.Case) -> Iterable[cases.Restriction]:
    who = Recognition(case)
    return (order for order in who.orders if who.touch(order) is Touch.POSSIBLE)


def asks_same_person(weighed: Weighed) -> bool:
    """Whether the clerk must say if the adult is the person whom an order names."""
    unanswered = replace(weighed.case, adult=replace(weighed.case.adult, same_person={}))
    return any(_possible_orders(unanswered))


@transaction.atomic
def finish(desk: Desk, errand: Errand, student_id: int, asked: Asked) -> Answer:
    """Record that the adult takes the student, or sees her, when the rules still say so now.

    Nothing is recorded when a reason has come up that was not on the screen, when evidence or
    authority is missing, or when another desk was faster. Raises StudentNotListed.
    """
    weighed = _weigh_anew(desk, errand, student_id, asked.presented)
    obstacle = _obstacle(weighed, desk, asked)
    if obstacle is not None:
        return Answer(weighed=weighed, obstacle=obstacle)
    return Answer(weighed=weighed, event=_record(desk, errand, weighed, asked))


@transaction.atomic
def record_refusal(desk: Desk, errand: Errand, student_id: int, asked: Asked) -> Answer:
    """Record that the adult left without the student, with what was decided and seen.

    Nothing is recorded when no verdict stood on the screen. Raises StudentNotListed.
    """
    weighed = _weigh_anew(desk, errand, student_id, asked.presented)
    if not asked.shown.name:
        return Answer(weighed=weighed, obstacle=Obstacle.NOT_SHOWN)
    refusal = _record(desk, errand, weighed, asked, refused=True)
    return Answer(weighed=weighed, event=refusal)


def _weigh_anew(desk: Desk, errand: Errand, student_id: int, presented: Presented) -> Weighed:
    student = _claim(desk.school, student_id)
    return weigh(look_up(student, desk.school, now=desk.now, purpose=errand.purpose), presented)


def _claim(school: School, student_id: int) -> Student:
    student = claim(school, [student_id]).first()
    if student is None:
        raise StudentNotListed
    return student


def _obstacle(weighed: Weighed, desk: Desk, asked: Asked) -> Obstacle | None:
    presented, verdict = weighed.presented, weighed.verdict
    shown, words = asked.shown, asked.words
    if not shown.name:
        return Obstacle.NOT_SHOWN
    same_adult = (shown.name, shown.chosen_id) == (presented.name, presented.chosen_id)
    if not same_adult or not set(weighed.reasons) <= set(shown.reasons):
        return Obstacle.CHANGED
    if may_be_overridden(verdict, desk):
        return _obstacle_of_override(desk, words)
    if not verdict.may_finish(desk.finisher, presented.evidence):
        return Obstacle.NOT_FINISHED
    asks_why = verdict.level_for(desk.finisher) is Level.VERIFY_ADMIN
    asks_why = asks_why or Evidence.REASON_STATED in presented.evidence
    if asks_why and len(words.note) < REASON_AT_LEAST_CHARACTERS:
        return Obstacle.NO_REASON
    return None


def may_be_overridden(verdict: Verdict, desk: Desk) -> bool:
    """Whether two people may decide against this: an administrator here, and another who agrees."""
    is_admin = desk.finisher is Finisher.SCHOOL_ADMIN
    return is_admin and verdict.level_for(desk.finisher) is Level.DENY


def _obstacle_of_override(desk: Desk, words: Words) -> Obstacle | None:
    if len(words.note) < REASON_AT_LEAST_CHARACTERS or words.reason not in dict(OVERRIDES):
        return Obstacle.NO_REASON
    others = {one.pk for one in desk.administrators} - {desk.by.pk}
    agreed = words.second is not None and words.second.pk in others
    return None if agreed else Obstacle.NO_SECOND_PERSON


def used_authorisation(weighed: Weighed) -> int | None:
    """Give the temporary authorisation that lets the adult come, when nothing else does.

    Also when her name was only alike, and other evidence made it good.
    """
    if not GROUNDS_OF_LIST.isdisjoint(one.rule for one in weighed.verdict.grounds):
        return None
    who = Recognition(weighed.case)
    surest_first = sorted(who.authorisations, key=lambda pair: not who.may_allow(pair[1]))
    return next((int(one.id) for one, _ in surest_first), None)


def _record(
    desk: Desk, errand: Errand, weighed: Weighed, asked: Asked, *, refused: bool = False
) -> DeskEvent:
    words = asked.words
    event = add_event(
        desk.school,
        now=desk.now,
        kind=EventKind.REFUSAL if refused else errand.kind,
        opened_at=asked.shown.opened_at,
        actor=desk.by,
        student=weighed.file.row,
        guardian=weighed.file.guardians.get(weighed.contact_id or ""),
        presented_name=weighed.presented.name,
        verdict=weighed.verdict.level.name.lower(),
        rules=list(weighed.verdict.rule_ids),
        rules_version=weighed.verdict.rules_version,
        evidence=sorted(weighed.presented.evidence),
        reason=words.reason,
        note=words.note,
        host=words.host,
        approver=words.second if may_be_overridden(weighed.verdict, desk) else None,
        authorisation_id=None if refused else used_authorisation(weighed),
        list_as_of=weighed.file.freshness.as_of,
        snapshot=as_seen(weighed.case, weighed.verdict) | _of_agency(weighed.presented),
    )
    action = errand.not_done if refused else errand.done
    second = {"second": event.approver_id} if event.approver_id else {}
    log_event(action, event, verdict=event.verdict, rules=event.rules, **second)
    return event


def _of_agency(presented: Presented) -> dict[str, object]:
    return {} if presented.agency is None else {"agency": asdict(presented.agency)}
