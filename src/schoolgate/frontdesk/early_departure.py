"""Let a student leave with an adult, or not.

Decided twice: once to show, once more from fresh facts in the transaction that records it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from schoolgate.districts.models import School
from schoolgate.frontdesk import cases
from schoolgate.frontdesk.as_seen import as_seen
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import OnFile, case_of, look_up
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.queries import claim
from schoolgate.frontdesk.recognition import Candidate, Recognition, Touch
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence, Level, Verdict
from schoolgate.roster.models import Student


class StudentNotListed(Exception):
    """The student is not, or no longer, on this school's list."""


@dataclass(frozen=True, kw_only=True)
class Presented:
    """The adult at the counter, and what the clerk saw and did."""

    name: str
    chosen_id: str | None = None
    evidence: frozenset[Evidence] = frozenset()
    same_person: cases.SamePerson | None = None
    child_objects: bool = False
    # The child said no before, at this counter.
    child_objected: bool = False


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
    reasons: tuple[str, ...] = ()
    child_objected: bool = False


class Obstacle(StrEnum):
    """Why nothing was recorded."""

    NOT_SHOWN = "not shown"
    CHANGED = "changed"
    NOT_FINISHED = "not finished"
    NO_REASON = "no reason"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the clerk adds to the record."""

    reason: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a release or refusal: the event, or the obstacle and the verdict now."""

    weighed: Weighed
    event: DeskEvent | None = None
    obstacle: Obstacle | None = None


def weigh(file: OnFile, presented: Presented) -> Weighed:
    """Put an adult to the rules. Changes nothing."""
    adult = cases.Adult(name=presented.name, chosen_id=presented.chosen_id)
    case = case_of(
        file,
        adult,
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
def release_student(
    desk: Desk, student_id: int, presented: Presented, shown: Shown, words: Words
) -> Answer:
    """Record that the student leaves with this adult, when the rules still say so now.

    Nothing is recorded when a reason has come up that was not on the screen, when evidence or
    authority is missing, or when another desk was faster. Raises StudentNotListed.
    """
    weighed = weigh(look_up(_claim(desk.school, student_id), desk.school, now=desk.now), presented)
    obstacle = _obstacle(weighed, desk, shown, words)
    if obstacle is not None:
        return Answer(weighed=weighed, obstacle=obstacle)
    event = _record(EventKind.EARLY_DEPARTURE, weighed, desk, shown, words)
    return Answer(weighed=weighed, event=event)


@transaction.atomic
def record_refusal(
    desk: Desk, student_id: int, presented: Presented, shown: Shown, words: Words
) -> Answer:
    """Record that the adult left without the student, with what was decided and seen.

    Nothing is recorded when no verdict stood on the screen. Raises StudentNotListed.
    """
    weighed = weigh(look_up(_claim(desk.school, student_id), desk.school, now=desk.now), presented)
    if not shown.name:
        return Answer(weighed=weighed, obstacle=Obstacle.NOT_SHOWN)
    return Answer(weighed=weighed, event=_record(EventKind.REFUSAL, weighed, desk, shown, words))


def _claim(school: School, student_id: int) -> Student:
    student = claim(school, [student_id]).first()
    if student is None:
        raise StudentNotListed
    return student


def _obstacle(weighed: Weighed, desk: Desk, shown: Shown, words: Words) -> Obstacle | None:
    presented, verdict = weighed.presented, weighed.verdict
    if not shown.name:
        return Obstacle.NOT_SHOWN
    same_adult = (shown.name, shown.chosen_id) == (presented.name, presented.chosen_id)
    if not same_adult or not set(weighed.reasons) <= set(shown.reasons):
        return Obstacle.CHANGED
    if not verdict.may_finish(desk.finisher, presented.evidence):
        return Obstacle.NOT_FINISHED
    if verdict.level is Level.VERIFY_ADMIN and len(words.note) < REASON_AT_LEAST_CHARACTERS:
        return Obstacle.NO_REASON
    return None


def _record(kind: EventKind, weighed: Weighed, desk: Desk, shown: Shown, words: Words) -> DeskEvent:
    event = add_event(
        desk.school,
        now=desk.now,
        kind=kind,
        opened_at=shown.opened_at,
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
        list_as_of=weighed.file.freshness.as_of,
        snapshot=as_seen(weighed.case, weighed.verdict),
    )
    action = "released" if kind == EventKind.EARLY_DEPARTURE else "not_released"
    log_event(f"student.{action}", event, verdict=event.verdict, rules=event.rules)
    return event
