"""Visitors who come to see no student, and everybody's signing out."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from schoolgate.districts.models import School
from schoolgate.frontdesk import cases
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import restriction_of
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level, Verdict
from schoolgate.frontdesk.visits.queries import here_now
from schoolgate.frontdesk.visits.visitor import decide_visitor
from schoolgate.roster.restrictions import restrictions_at

MINUTES = 60


class Obstacle(StrEnum):
    """Why a visitor was not signed in."""

    NOT_FINISHED = "not finished"
    NO_ID = "no ID"
    NO_REASON = "no reason"


class NotHere(Exception):
    """The visitor is not here: signed out already, or never signed in."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who came, what for, and what the clerk saw."""

    name: str
    reason: str
    host: str = ""
    note: str = ""
    evidence: frozenset[Evidence] = frozenset()
    same_person: cases.SamePerson | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of it: the event, or the obstacle; and the verdict in any case."""

    verdict: Verdict
    event: DeskEvent | None = None
    obstacle: Obstacle | None = None


def orders_here(desk: Desk) -> tuple[cases.Restriction, ...]:
    """List every order that concerns somebody at this school."""
    rows = restrictions_at(desk.school, desk.today)
    return tuple(restriction_of(one, covers=cases.Scope.DISTRICT) for one in rows)


def weigh_visitor(desk: Desk, visitor: Visitor) -> Verdict:
    """Put a visitor to the rules. Changes nothing."""
    return decide_visitor(
        visitor.name,
        orders_here(desk),
        now=desk.now,
        evidence=visitor.evidence,
        same_person=visitor.same_person,
    )


@transaction.atomic
def sign_in(desk: Desk, visitor: Visitor) -> Answer:
    """Record that a visitor came in, when the rules say so now."""
    verdict = weigh_visitor(desk, visitor)
    obstacle = _obstacle(desk, visitor, verdict)
    if obstacle is not None:
        return Answer(verdict=verdict, obstacle=obstacle)
    event = _record(desk, visitor, verdict, EventKind.VISIT)
    log_event("visitor.signed_in", event, verdict=event.verdict, rules=event.rules)
    return Answer(verdict=verdict, event=event)


@transaction.atomic
def turn_away(desk: Desk, visitor: Visitor) -> DeskEvent:
    """Record that a visitor was not let in, with what was decided."""
    event = _record(desk, visitor, weigh_visitor(desk, visitor), EventKind.REFUSAL)
    log_event("visitor.not_admitted", event, verdict=event.verdict, rules=event.rules)
    return event


@transaction.atomic
def sign_out(desk: Desk, visit_id: int) -> DeskEvent:
    """Record that a visitor left. Raises NotHere."""
    # One after the other: two clerks who press at once sign her out once.
    School.objects.select_for_update(no_key=True).get(pk=desk.school.pk)
    visit = here_now(desk).filter(pk=visit_id).first()
    if visit is None:
        raise NotHere
    event = add_event(
        desk.school,
        now=desk.now,
        kind=EventKind.VISIT_END,
        opened_at=desk.now,
        actor=desk.by,
        student=visit.student,
        guardian=visit.guardian,
        presented_name=visit.presented_name,
        minutes=min((desk.now - visit.decided_at).total_seconds() // MINUTES, 24 * MINUTES),
        snapshot={"visit": visit.pk},
        ends=visit,
    )
    log_event("visitor.signed_out", event, visit=visit.pk)
    return event


def _obstacle(desk: Desk, visitor: Visitor, verdict: Verdict) -> Obstacle | None:
    if not verdict.may_finish(desk.finisher, visitor.evidence):
        return Obstacle.NOT_FINISHED
    is_admin = desk.finisher is Finisher.SCHOOL_ADMIN
    has_said_why = len(visitor.note) >= REASON_AT_LEAST_CHARACTERS
    if Evidence.PHOTO_ID not in visitor.evidence and not (is_admin and has_said_why):
        return Obstacle.NO_ID
    if verdict.level is Level.VERIFY_ADMIN and not has_said_why:
        return Obstacle.NO_REASON
    return None


def _record(desk: Desk, visitor: Visitor, verdict: Verdict, kind: EventKind) -> DeskEvent:
    return add_event(
        desk.school,
        now=desk.now,
        kind=kind,
        opened_at=desk.now,
        actor=desk.by,
        student=None,
        presented_name=visitor.name,
        verdict=verdict.level.name.lower(),
        rules=list(verdict.rule_ids),
        rules_version=verdict.rules_version,
        evidence=sorted(visitor.evidence),
        reason=visitor.reason,
        host=visitor.host,
        note=visitor.note,
        snapshot={
            "purpose": cases.Purpose.VISIT.value,
            "same_person": visitor.same_person and visitor.same_person.value,
            "reasons": [one.text for one in verdict.reasons],
        },
    )
