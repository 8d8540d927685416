"""What the arrivals pages are drawn from."""

from collections.abc import Iterable

from schoolgate.frontdesk.arrivals.forms import ArrivalForm, BellScheduleForm
from schoolgate.frontdesk.arrivals.late_arrival import (
    REASONS,
    Answer,
    Obstacle,
    doubts_about,
    lateness_now,
)
from schoolgate.frontdesk.arrivals.queries import (
    departed_today,
    late_today,
    returned_today,
    schedule_of,
    waiting_at,
)
from schoolgate.frontdesk.arrivals.return_to_school import minutes_away
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, KioskArrival
from schoolgate.frontdesk.on_file import companion_of
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.type_ahead import described
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.web.moments import clock, hour_of

LAST_SHOWN = 10
_REASONS = {one.code: one.words for one in REASONS}
_OBSTACLES = {
    Obstacle.NOBODY: "Nothing recorded. Choose a student first.",
    Obstacle.NOT_LISTED: "Nothing recorded. Somebody is no longer on this school's list: look.",
    Obstacle.NOT_YET: "Nothing recorded. That time has not come yet.",
    Obstacle.NO_REASON: "Nothing recorded. An earlier time needs a note of at least"
    f" {REASON_AT_LEAST_CHARACTERS} characters: how you know.",
    Obstacle.ASK_FIRST: "Nothing recorded yet. Look at these first.",
}


def late_screen(
    desk: Desk,
    chosen: list[int],
    *,
    form: ArrivalForm | None = None,
    answer: Answer | None = None,
    done: Iterable[int] = (),
) -> Screen:
    """Give the late arrival page: who is chosen, what will be written, and who came before."""
    found = enrolled_at(desk.school).in_bulk(chosen)
    students = [found[one] for one in chosen if one in found]
    today = late_today(desk)
    late = lateness_now(desk)
    return {
        **empty_screen(desk),
        "action": "late",
        "chosen": described(desk.school, students),
        "doubts": doubts_about(desk, students),
        "has_left": any(one.has_left for one in doubts_about(desk, students)),
        "late": late,
        "late_words": late_in_words(late.period, late.minutes) if late else "",
        "form": form,
        "reasons": REASONS,
        "obstacle": _OBSTACLES[answer.obstacle] if answer and answer.obstacle else "",
        "recorded": [slip(desk, one) for one in today.filter(pk__in=list(done))],
        "waiting": [_waiting(desk, one) for one in waiting_at(desk)],
        "today": [slip(desk, one) for one in today[:LAST_SHOWN]],
        "count": today.count(),
    }


def returns_screen(desk: Desk, done: int | None = None) -> Screen:
    """Give the return page: who left today and is away, and who is back."""
    return {
        **empty_screen(desk),
        "action": "return",
        "away": [
            {
                "student": one,
                "left": hour_of(desk.here(event.decided_at)),
                "with": companion_of(event),
                "minutes": minutes_away(event, desk),
            }
            for event in departed_today(desk)
            for one in described(desk.school, [event.student] if event.student else [])
        ],
        "back": [slip(desk, one) for one in returned_today(desk)[:LAST_SHOWN]],
        "recorded": [slip(desk, one) for one in returned_today(desk).filter(pk__in=[done or 0])],
    }


def bell_schedule_screen(desk: Desk, form: BellScheduleForm | None = None) -> Screen:
    """Give the page on which an administrator sets the periods."""
    schedule = schedule_of(desk.school)
    given = {"lines": schedule.lines if schedule else ""}
    return {
        **empty_screen(desk),
        "action": "bells",
        "form": form or BellScheduleForm(initial=given),
        "schedule": schedule,
    }


def _waiting(desk: Desk, arrival: KioskArrival) -> Screen:
    (student,) = described(desk.school, [arrival.student], same_names=False)
    return {
        "id": arrival.pk,
        "student": student,
        "at": clock(arrival.arrived_at, now=desk.now),
        "reason": _REASONS.get(arrival.reason, ""),
        "kiosk": arrival.kiosk.name,
    }


def slip(desk: Desk, event: DeskEvent) -> Screen:
    """Give one late arrival or return as its slip and its line in the list say it."""
    here = desk.here(event.happened_at)
    students = [event.student] if event.student else []
    (student,) = described(desk.school, students, same_names=False)
    return {
        "id": event.pk,
        "student": student,
        "at": hour_of(here),
        "on": f"{here:%a} {here.day} {here:%b %Y}",
        "reason": _REASONS.get(event.reason, ""),
        "excused": event.excused,
        "late": late_in_words(event.period, event.minutes),
        "minutes": event.minutes,
        "period": event.period,
        "by": event.by_whom,
    }


def late_in_words(period: str, minutes: int | None) -> str:
    """`Period 2, 17 min late`; nothing where the school has no bell schedule."""
    if minutes is None:
        return ""
    if not period:
        return "after the last bell"
    named = f"Period {period}" if period[:1].isdigit() else period
    since = f"{minutes} min late" if minutes else "before the first bell"
    return f"{named}, {since}"
