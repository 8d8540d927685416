"""One event of the desk, as the page shows it after a decision and as the label prints it."""

from schoolgate.frontdesk.early_departure import Desk
from schoolgate.frontdesk.forms import OUTCOMES, REASONS, UndoForm
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.screen import Screen, header
from schoolgate.frontdesk.type_ahead import grade_in_words
from schoolgate.frontdesk.verdicts import Level
from schoolgate.roster.models import Student
from schoolgate.sync.freshness import freshness_of
from schoolgate.web.moments import clock, hour_of

_IN_WORDS = dict([*REASONS, *OUTCOMES])


def event_page(desk: Desk, event: DeskEvent, *, form: UndoForm) -> Screen:
    """Give the page of one departure or refusal."""
    local = event.decided_at.astimezone(desk.now.tzinfo)
    correction = getattr(event, "correction", None)
    is_departure = event.kind == EventKind.EARLY_DEPARTURE
    return {
        **header(desk, freshness_of(desk.school)),
        "event": event,
        "released": is_departure and correction is None,
        "correction": correction,
        "undone_at": correction and hour_of(correction.decided_at.astimezone(local.tzinfo)),
        "may_undo": is_departure and correction is None and local.date() == desk.now.date(),
        "child": _given_first(event.student),
        "grade": grade_in_words(event.student.grade),
        "adult": companion_of(event),
        "at": hour_of(local),
        "on": f"{local.day} {local:%b %Y}",
        "verdict": _verdict(event.verdict),
        "reason": _IN_WORDS.get(event.reason, event.reason) if event.reason else "",
        "lists": clock(event.list_as_of, now=desk.now) if event.list_as_of else "never synced",
        "form": form,
    }


def _given_first(student: Student) -> str:
    """Marisol J. RIVERA."""
    middle = f" {student.middle_name[0]}." if student.middle_name else ""
    return f"{student.given_name}{middle} {student.family_name.upper()}"


def _verdict(name: str) -> str:
    words = {level.name.lower(): level.name.replace("_", " ").lower() for level in Level}
    return words.get(name, name)
