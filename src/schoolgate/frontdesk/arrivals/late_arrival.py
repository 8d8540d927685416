"""Students who come late: one, or a bus full of them, written down at once.

A second late arrival on one day, or one of a student who has left, is asked about first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from schoolgate.frontdesk.arrivals.bell_schedule import Lateness, lateness, read_schedule
from schoolgate.frontdesk.arrivals.queries import departed_today, late_today, schedule_of
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import DeskEvent, EventKind
from schoolgate.frontdesk.queries import claim
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.frontdesk.undo import REASON_AT_LEAST_CHARACTERS
from schoolgate.roster.models import Student
from schoolgate.sync.freshness import freshness_of
from schoolgate.web.moments import hour_of

AT_ONCE_AT_MOST = 80
A_MINUTE = timedelta(minutes=1)


class Reason(NamedTuple):
    code: str
    words: str
    excused: bool


REASONS = (
    Reason("not_stated", "Not stated", excused=False),
    Reason("bus", "Late bus", excused=True),
    Reason("medical", "Doctor or dentist", excused=True),
    Reason("ill", "Ill", excused=True),
    Reason("family", "Family", excused=False),
    Reason("traffic", "Traffic or weather", excused=False),
    Reason("overslept", "Overslept", excused=False),
    Reason("other", "Other", excused=False),
)
EXCUSED = {reason.code: reason.excused for reason in REASONS}


class Obstacle(StrEnum):
    """Why nobody was written down."""

    NOBODY = "nobody"
    NOT_LISTED = "not listed"
    ASK_FIRST = "ask first"
    NOT_YET = "not yet"
    NO_REASON = "no reason"


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Somebody who is down as late already, or has left: in words, and whether she only left."""

    student: Student
    words: str
    has_left: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the clerk says of those who came. `excused` None: as the reason is."""

    reason: str = REASONS[0].code
    excused: bool | None = None
    note: str = ""
    # When they came, today at this school; None: now.
    came_at: time | None = None
    # Whom she was asked about, and writes down all the same.
    all_the_same: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The events, or why there are none."""

    events: tuple[DeskEvent, ...] = ()
    obstacle: Obstacle | None = None
    doubts: tuple[Doubt, ...] = ()


def lateness_now(desk: Desk, at: time | None = None) -> Lateness | None:
    """Say which period runs and how late it is; None where the school has no bell schedule."""
    schedule = schedule_of(desk.school)
    return lateness(read_schedule(schedule.lines), at or desk.now.time()) if schedule else None


def doubts_about(desk: Desk, students: Sequence[Student]) -> tuple[Doubt, ...]:
    """Say who of them should be asked about before being written down."""
    ids = [one.pk for one in students]
    late = {event.student_id: event for event in late_today(desk, ids)}
    gone = {event.student_id: event for event in departed_today(desk, ids)}
    found = []
    for student in students:
        if event := gone.get(student.pk):
            left = f"left {hour_of(desk.here(event.decided_at))} today: back is a return"
            found.append(Doubt(student=student, words=left, has_left=True))
        elif event := late.get(student.pk):
            came = f"is down as late today, {hour_of(desk.here(event.decided_at))}"
            found.append(Doubt(student=student, words=came, has_left=False))
    return tuple(found)


@transaction.atomic
def record_arrivals(desk: Desk, student_ids: Sequence[int], said: Said) -> Answer:
    """Write down that these students came late, all of them or nobody."""
    came = _came(desk, said)
    if came > desk.now:
        return Answer(obstacle=Obstacle.NOT_YET)
    is_earlier = desk.now - came >= A_MINUTE
    if is_earlier and len(said.note) < REASON_AT_LEAST_CHARACTERS:
        return Answer(obstacle=Obstacle.NO_REASON)
    wanted = set(student_ids)
    if not wanted or len(wanted) > AT_ONCE_AT_MOST:
        return Answer(obstacle=Obstacle.NOBODY)
    students = list(claim(desk.school, wanted))
    if len(students) != len(wanted):
        return Answer(obstacle=Obstacle.NOT_LISTED)
    doubts = tuple(
        one
        for one in doubts_about(desk, students)
        if one.has_left or one.student.pk not in said.all_the_same
    )
    if doubts:
        return Answer(obstacle=Obstacle.ASK_FIRST, doubts=doubts)
    late = lateness_now(desk, came.time())
    as_of = freshness_of(desk.school).as_of
    excused = EXCUSED[said.reason] if said.excused is None else said.excused
    events = tuple(
        add_event(
            desk.school,
            now=desk.now,
            kind=EventKind.LATE_ARRIVAL,
            opened_at=came,
            actor=desk.by,
            student=student,
            reason=said.reason,
            excused=excused,
            note=said.note,
            period=late.period if late else "",
            minutes=late.minutes if late else None,
            list_as_of=as_of,
            snapshot={"together": len(students)},
        )
        for student in students
    )
    for event in events:
        log_event("student.late", event, excused=excused)
    return Answer(events=events)


def _came(desk: Desk, said: Said) -> datetime:
    """When they came. The minute that runs is now."""
    if said.came_at is None or said.came_at == desk.now.time().replace(second=0, microsecond=0):
        return desk.now
    return datetime.combine(desk.today, said.came_at, tzinfo=desk.now.tzinfo)
