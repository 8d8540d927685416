"""One event of the desk, as the page shows it after a decision and as the label prints it."""

from typing import NamedTuple

from schoolgate.frontdesk.arrivals.late_arrival import REASONS as LATE_REASONS
from schoolgate.frontdesk.arrivals.screens import late_in_words, slip
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import IN_WORDS, UndoForm
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.person_checks import ALONE
from schoolgate.frontdesk.screen import Screen, header
from schoolgate.frontdesk.type_ahead import grade_in_words
from schoolgate.frontdesk.undo import UNDOABLE, VISITS
from schoolgate.frontdesk.verdicts import Level
from schoolgate.roster.models import Student
from schoolgate.sync.freshness import freshness_of
from schoolgate.web.moments import clock, hour_of

_REASONS = IN_WORDS | {one.code: one.words for one in LATE_REASONS}
# What is printed of an event that stands, under which word.
SLIPS = {EventKind.LATE_ARRIVAL: "LATE", EventKind.RETURN: "BACK"}

_ACTIONS = {
    EventKind.LATE_ARRIVAL: "late",
    EventKind.RETURN: "return",
    EventKind.VISIT: "visit",
    EventKind.VISIT_END: "visit",
}


# The rule that says: the name is not quite the same.
NAME_ALIKE = "N2"


class About(NamedTuple):
    """How an event reads: what it is, the sentence of it, of its being undone, and its page."""

    what: str
    said: str
    undone: str
    home: str


_OUT = "frontdesk:early_departure"
_VISITS = "frontdesk:visits"
# Of a refusal without a student: a visitor who was not let in.
_TURNED_AWAY = About("refusal", "{adult} was not let in", "", _VISITS)
_ABOUT = {
    EventKind.EARLY_DEPARTURE: About(
        "departure", "{child} released to {adult} {at}", "is not gone", _OUT
    ),
    EventKind.REFUSAL: About("refusal", "{child} stays: not released to {adult}", "", _OUT),
    EventKind.LATE_ARRIVAL: About(
        "late arrival", "{child} late at {at}", "was not late", "frontdesk:late"
    ),
    EventKind.RETURN: About("return", "{child} back at {at}", "is not back", "frontdesk:returns"),
    EventKind.VISIT: About("visit", "{adult} signed in {at}", "did not come in", _VISITS),
    EventKind.VISIT_END: About("sign-out", "{adult} signed out {at}", "is still here", _VISITS),
    EventKind.UNDONE: About("correction", "{child}: a correction", "", _OUT),
}


def event_page(desk: Desk, event: DeskEvent, *, form: UndoForm) -> Screen:
    """Give the page of one event."""
    local = desk.here(event.decided_at)
    came = desk.here(event.happened_at)
    correction = getattr(event, "correction", None)
    stands = correction is None
    adult = companion_of(event)
    about = _ABOUT[EventKind(event.kind)]
    if event.presented_name == ALONE:
        about = about._replace(said="{child} left alone {at}")
    if event.kind == EventKind.REFUSAL and event.student is None:
        about = _TURNED_AWAY
    return {
        **header(desk, freshness_of(desk.school)),
        "event": event,
        "released": event.kind == EventKind.EARLY_DEPARTURE and stands,
        "slip": slip(desk, event) if event.kind in SLIPS and stands else None,
        "head": SLIPS.get(EventKind(event.kind), ""),
        "what": about.what,
        "said": about.said.format(child=given_first(event.student), adult=adult, at=hour_of(came)),
        "undone": about.undone,
        "home": about.home,
        "action": _ACTIONS.get(EventKind(event.kind), "out"),
        "correction": correction,
        "undone_at": correction and hour_of(correction.decided_at.astimezone(local.tzinfo)),
        "may_undo": event.kind in UNDOABLE and stands and local.date() == desk.today,
        "badge": event.kind == EventKind.VISIT and stands,
        "is_visit": event.kind in VISITS,
        "child": given_first(event.student),
        "grade": grade_in_words(event.student.grade) if event.student else "",
        "adult": adult,
        "at": hour_of(local),
        "on": f"{local.day} {local:%b %Y}",
        "verdict": _verdict(event.verdict),
        "reason": _REASONS.get(event.reason, event.reason) if event.reason else "",
        "late": late_in_words(event.period, event.minutes) if event.excused is not None else "",
        "lists": f"synced {clock(event.list_as_of, now=desk.now)}"
        if event.list_as_of
        else "never synced",
        "form": form,
        "remembers": may_remember(event, desk),
    }


def may_remember(event: DeskEvent, desk: Desk) -> bool:
    """Whether the name as presented may be learnt of the contact: another form of hers, verified.

    Only today, of a record that stands, and once.
    """
    stands = not hasattr(event, "correction")
    is_today = desk.here(event.decided_at).date() == desk.today
    if event.guardian is None or NAME_ALIKE not in event.rules or not (stands and is_today):
        return False
    if event.kind not in {EventKind.EARLY_DEPARTURE, EventKind.VISIT}:
        return False
    return not event.guardian.aliases.filter(name=event.presented_name).exists()


def given_first(student: Student | None) -> str:
    """`Marisol J. RIVERA`; nothing of a visitor who came to see no student."""
    if student is None:
        return ""
    middle = f" {student.middle_name[0]}." if student.middle_name else ""
    return f"{student.given_name}{middle} {student.family_name.upper()}"


def _verdict(name: str) -> str:
    words = {level.name.lower(): level.name.replace("_", " ").lower() for level in Level}
    return words.get(name, name)
