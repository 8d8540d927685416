"""Take back what was written down today and did not happen: a new event that points back."""

from django.db import IntegrityError, transaction

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.queries import claim
from schoolgate.frontdesk.record import add_event, log_event

REASON_AT_LEAST_CHARACTERS = 10
# What may be undone, and the words that the record keeps for it.
UNDOABLE = {
    EventKind.EARLY_DEPARTURE: ("departure", "child not gone"),
    EventKind.LATE_ARRIVAL: ("late arrival", "not late"),
    EventKind.RETURN: ("return", "child not back"),
    EventKind.VISIT: ("visit", "no visit"),
    EventKind.VISIT_END: ("sign-out", "still here"),
}
# Why what another event has ended stays: that one goes first.
ENDED = {
    EventKind.EARLY_DEPARTURE: "The child is back from this departure. Undo the return first.",
    EventKind.VISIT: "The visitor has signed out. Undo the sign-out first.",
}


VISITS = frozenset({EventKind.VISIT, EventKind.VISIT_END})


class CannotUndo(Exception):
    """The event cannot be taken back; the sentence says why."""


@transaction.atomic
def undo(event: DeskEvent, desk: Desk, *, reason: str) -> DeskEvent:
    """Take an event of today back. Raises CannotUndo."""
    if event.kind not in UNDOABLE:
        raise CannotUndo("This record cannot be undone.")
    what, instead = UNDOABLE[EventKind(event.kind)]
    # Nobody returns from it, or leaves again, until this is done.
    claim(desk.school, [event.student_id or 0]).first()
    if desk.here(event.decided_at).date() != desk.today:
        raise CannotUndo(f"Only a {what} of today can be undone.")
    if len(reason.strip()) < REASON_AT_LEAST_CHARACTERS:
        raise CannotUndo(f"Say why, in at least {REASON_AT_LEAST_CHARACTERS} characters.")
    if event.endings.filter(correction=None).exists():
        raise CannotUndo(ENDED[EventKind(event.kind)])
    try:
        with transaction.atomic():
            correction = add_event(
                desk.school,
                now=desk.now,
                kind=EventKind.UNDONE,
                opened_at=desk.now,
                actor=desk.by,
                student_id=event.student_id,
                guardian_id=event.guardian_id,
                presented_name=event.presented_name,
                rules_version=event.rules_version,
                reason=instead,
                note=reason.strip(),
                snapshot={"undone": event.pk},
                corrects=event,
            )
    except IntegrityError:
        # One correction for each event: the other clerk pressed first.
        raise CannotUndo(f"This {what} is undone already.") from None
    whose = "visitor" if event.kind in VISITS else "student"
    log_event(f"{whose}.{what.replace(' ', '_')}_undone", correction, undone=event.pk)
    return correction
