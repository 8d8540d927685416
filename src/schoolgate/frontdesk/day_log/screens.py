"""What the log is drawn from, on the page and on the sheet."""

from collections.abc import Iterable, Iterator
from typing import Any

from schoolgate.frontdesk.arrivals.late_arrival import REASONS as LATE_REASONS
from schoolgate.frontdesk.day_log.forms import DaysForm
from schoolgate.frontdesk.day_log.queries import events_between
from schoolgate.frontdesk.day_log.sheet import Line
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.forms import IN_WORDS
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.type_ahead import described
from schoolgate.frontdesk.undo import VISITS
from schoolgate.web.moments import hour_of

SHOWN_AT_MOST = 500
_REASONS = IN_WORDS | {one.code: one.words for one in LATE_REASONS}
_WORDS = {
    EventKind.EARLY_DEPARTURE: "Left early",
    EventKind.REFUSAL: "Not released",
    EventKind.LATE_ARRIVAL: "Late",
    EventKind.RETURN: "Back",
    EventKind.VISIT: "Visitor in",
    EventKind.VISIT_END: "Visitor out",
}


def log_screen(desk: Desk, form: DaysForm) -> Screen:
    """Give the log of the chosen days, the latest first; of today where the days make no sense."""
    events = chosen_events(desk, form)
    shown = list(events.reverse()[:SHOWN_AT_MOST])
    return {
        **empty_screen(desk),
        "action": "log",
        "form": form,
        "lines": [_line(desk, event) for event in shown],
        "count": events.count(),
        "days": form.cleaned_data if form.is_valid() else {},
    }


def chosen_events(desk: Desk, form: DaysForm) -> Any:
    """The events that the form asks for. Corrections stand with what they correct."""
    days = form.cleaned_data if form.is_valid() else {"first": desk.today, "last": desk.today}
    events = events_between(desk, days["first"], days["last"]).filter(kind__in=list(_WORDS))
    return events.filter(kind=days["kind"]) if days.get("kind") else events


def sheet_lines(desk: Desk, events: Iterable[DeskEvent]) -> Iterator[Line]:
    """Give the lines of the sheet: what a SIS knows of, and so no visits."""
    for event in events:
        here = desk.here(event.happened_at)
        student = event.student
        if student is None or event.kind in VISITS:
            continue
        yield Line(
            school_code=desk.school.code,
            date=f"{here:%Y-%m-%d}",
            time=f"{here:%H:%M}",
            event=event.kind,
            student_sourced_id=student.sourced_id or "",
            student_identifier=student.identifier,
            family_name=student.family_name,
            given_name=student.given_name,
            grade=student.grade,
            period=event.period,
            minutes="" if event.minutes is None else str(event.minutes),
            reason=event.reason,
            excused="" if event.excused is None else ("yes" if event.excused else "no"),
            undone="yes" if hasattr(event, "correction") else "no",
        )


def _line(desk: Desk, event: DeskEvent) -> Screen:
    here = desk.here(event.happened_at)
    students = described(desk.school, [event.student], same_names=False) if event.student else []
    minutes = "" if event.minutes is None else f"{event.minutes} min"
    period = f"period {event.period}" if event.period[:1].isdigit() else event.period
    with_whom = companion_of(event) if event.kind == EventKind.EARLY_DEPARTURE else ""
    visitor = event.presented_name if event.kind in VISITS or not students else ""
    excused = {True: "excused", False: "unexcused", None: ""}[event.excused]
    return {
        "id": event.pk,
        "on": f"{here:%a} {here.day} {here:%b}",
        "at": hour_of(here),
        "what": _WORDS[EventKind(event.kind)],
        "undone": hasattr(event, "correction"),
        "student": students[0] if students else None,
        "visitor": visitor,
        "facts": ", ".join(
            filter(None, (with_whom and f"with {with_whom}", event.host, period, minutes))
        ),
        "reason": ", ".join(filter(None, (_REASONS.get(event.reason, ""), excused))),
        "by": event.by_whom,
    }
