"""What an adult may come for: to take a student, or to see her. Both ask the same questions."""

from dataclasses import dataclass

from schoolgate.frontdesk.cases import Purpose
from schoolgate.frontdesk.models import EventKind


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One errand: what it is decided as, recorded as, called, and where its pages are."""

    purpose: Purpose
    kind: EventKind
    # What the audit log says when it is done, and when it is not.
    done: str
    not_done: str
    title: str
    # On the button, and of whom an obstacle says that it did not happen.
    finish: str
    undone_words: str
    # Which button of the desk's row is this page, and its key.
    action: str
    shortcut: str
    # Over the search box.
    asks_for: str
    reasons: tuple[tuple[str, str], ...]
    home: str
    search: str
    elsewhere: str
    child: str
    verdict: str
    finished: str
    refused: str
    ask: str
    asked: str


EARLY_DEPARTURE = Errand(
    purpose=Purpose.RELEASE,
    kind=EventKind.EARLY_DEPARTURE,
    done="student.released",
    not_done="student.not_released",
    title="Early departure",
    finish="Release",
    undone_words="Not released",
    action="out",
    shortcut="alt+o",
    asks_for="Student name or ID",
    reasons=(
        ("", "Not stated"),
        ("appointment", "Appointment"),
        ("ill", "Ill"),
        ("family", "Family"),
        ("activity", "Activity or sport"),
        ("other", "Other"),
    ),
    home="frontdesk:early_departure",
    search="frontdesk:search",
    elsewhere="frontdesk:elsewhere",
    child="frontdesk:child",
    verdict="frontdesk:verdict",
    finished="frontdesk:release",
    refused="frontdesk:refuse",
    ask="frontdesk:authorise",
    asked="frontdesk:authorised",
)

VISIT = Errand(
    purpose=Purpose.VISIT,
    kind=EventKind.VISIT,
    done="visitor.signed_in",
    not_done="visitor.not_admitted",
    title="Visitor",
    finish="Sign in",
    undone_words="Not signed in",
    action="visit",
    shortcut="alt+v",
    asks_for="To see a student: name or ID",
    reasons=(
        ("lunch", "Lunch"),
        ("meeting", "Meeting"),
        ("volunteer", "Volunteer"),
        ("delivery", "Delivery or pick-up of things"),
        ("repair", "Repair or maintenance"),
        ("event", "School event"),
        ("other", "Other"),
    ),
    home="frontdesk:visits",
    search="frontdesk:visit_search",
    elsewhere="frontdesk:visit_elsewhere",
    child="frontdesk:visit_child",
    verdict="frontdesk:visit_verdict",
    finished="frontdesk:sign_in",
    refused="frontdesk:not_signed_in",
    ask="frontdesk:visit_authorise",
    asked="frontdesk:visit_authorised",
)

ERRANDS = {one.purpose: one for one in (EARLY_DEPARTURE, VISIT)}
