"""What the visitors' pages are drawn from."""

from collections.abc import Sequence

from schoolgate.frontdesk.arrivals.queries import departed_today, late_today
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import VISIT
from schoolgate.frontdesk.forms import OUTCOMES, SAME_PERSON
from schoolgate.frontdesk.models import DeskEvent, ExpectedVisitor
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.screen import Screen, empty_screen, errand_screen
from schoolgate.frontdesk.type_ahead import Found, described
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.frontdesk.verdict_box import word_of
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level
from schoolgate.frontdesk.visits.expected import expected_at
from schoolgate.frontdesk.visits.forms import DecisionForm, ExpectedForm, VisitorForm
from schoolgate.frontdesk.visits.queries import here_now, visits_today
from schoolgate.frontdesk.visits.sign_in import Answer, Obstacle, orders_here
from schoolgate.frontdesk.visits.visitor import asks_same_person
from schoolgate.web.moments import hour_of

_REASONS = dict(VISIT.reasons)
_OBSTACLES = {
    Obstacle.NOT_FINISHED: "Not signed in. This is still asked for:",
    Obstacle.NO_ID: "Not signed in. Look at a photo ID of any kind, and tick that it matches."
    " Without one an administrator decides, and writes down why.",
    Obstacle.NO_REASON: "Not signed in. Write down why, in at least 10 characters.",
}


def visitors_screen(desk: Desk, form: VisitorForm | None = None) -> Screen:
    """Give the visitors' page: to see a student, another visitor, and who is here."""
    return {
        **errand_screen(desk, VISIT),
        "form": form or VisitorForm(initial={"reason": "meeting"}),
        "here": [visit_row(one, desk) for one in here_now(desk)],
        "count": visits_today(desk).count(),
        "expected": [_expected_row(one) for one in expected_at(desk)],
    }


def expected_screen(desk: Desk, form: ExpectedForm) -> Screen:
    """Give the page on which visitors who come again are named."""
    return {
        **empty_screen(desk),
        "action": "visit",
        "form": form,
        "expected": [_expected_row(one) for one in expected_at(desk)],
    }


def _expected_row(one: ExpectedVisitor) -> Screen:
    return {
        "id": one.pk,
        "name": one.name,
        "code": one.reason,
        "reason": _REASONS.get(one.reason, ""),
        "host": one.host,
        "until": f"{one.until_on.day} {one.until_on:%b %Y}",
        "by": one.added_by.short_name,
    }


def decision_screen(desk: Desk, form: DecisionForm, answer: Answer) -> Screen:
    """Give the answer about a visitor who comes to see no student."""
    verdict, visitor = answer.verdict, form.visitor()
    is_admin = desk.finisher is Finisher.SCHOOL_ADMIN
    highest = Level.VERIFY_ADMIN if is_admin else Level.VERIFY
    in_hand = verdict.level <= highest
    return {
        **errand_screen(desk, VISIT),
        "form": form,
        "visitor": visitor,
        "word": word_of(verdict.level),
        "sentences": [one.text for one in verdict.reasons],
        "obstacle": _OBSTACLES[answer.obstacle] if answer.obstacle else "",
        "in_hand": in_hand,
        "is_admin": is_admin,
        "asks_same_person": asks_same_person(visitor.name, orders_here(desk), now=desk.now),
        "asks_to_compare": in_hand
        and any(
            Evidence.COMPARED_WITH_ORDER in group for one in verdict.reasons for group in one.needs
        ),
        "asks_why": is_admin and verdict.level is not Level.DENY,
        "at_least": REASON_AT_LEAST_CHARACTERS,
        "same_person_answers": SAME_PERSON,
        "outcomes": OUTCOMES,
        "administrators": desk.administrators,
    }


def here_screen(desk: Desk) -> Screen:
    """Give the roll call: visitors in, students out, students who came late."""
    return {
        **empty_screen(desk),
        "action": "visit",
        "today": f"{desk.now:%A} {desk.now.day} {desk.now:%b %Y}",
        "visitors": [visit_row(one, desk) for one in here_now(desk)],
        "away": [
            {
                "student": student,
                "since": hour_of(desk.here(event.decided_at)),
                "with": companion_of(event),
            }
            for event in departed_today(desk)
            for student in _described(event, desk)
        ],
        "late": late_today(desk).count(),
    }


def _described(event: DeskEvent, desk: Desk) -> Sequence[Found]:
    students = [event.student] if event.student else []
    return described(desk.school, students, same_names=False)


def visit_row(event: DeskEvent, desk: Desk) -> Screen:
    """Give one visit as the lists say it."""
    to_see = _described(event, desk)
    return {
        "id": event.pk,
        "name": event.presented_name,
        "since": hour_of(desk.here(event.decided_at)),
        "minutes": int((desk.now - event.decided_at).total_seconds() // 60),
        "reason": _REASONS.get(event.reason, ""),
        "host": event.host,
        "student": to_see[0] if to_see else None,
    }
