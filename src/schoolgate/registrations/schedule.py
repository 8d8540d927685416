"""When a source is next synced. Pure: the schedule, what was before and `now` in, a moment out.

A window says when a sync may begin, on the clock of the district; it may end later. All moments are
absolute: what the clock on the wall shows is asked of the district's time zone, so that an hour
that is skipped in spring or comes twice in autumn is never counted by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LEAST_HOURS = 1
MOST_HOURS = 14 * 24

# Sources with the same schedule begin within this time of each other, not in one second.
SPREAD = HOUR
# In spring the clock may skip an hour of a window; what is left must still hold the whole spread.
LEAST_WINDOW = 2 * HOUR
# A tick that comes a little late is not an outage.
LATE = timedelta(minutes=10)


class NoWindow(Exception):
    """The two times are no window in which syncs can begin; the sentence says why."""


def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


@dataclass(frozen=True)
class Window:
    """From `opens` until `closes` (excluded); past midnight when it closes earlier than it opens.

    Raises:
        NoWindow: when it is too short.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.length < LEAST_WINDOW:
            raise NoWindow(
                f"Allow at least {LEAST_WINDOW // HOUR} hours: in the night when the clocks go "
                "forward, one of them is missing."
            )

    @property
    def length(self) -> timedelta:
        """As long as it is on most days. Nothing, when it opens and closes at the same time."""
        return timedelta(seconds=(_seconds(self.closes) - _seconds(self.opens)) % 86_400)

    def allows(self, wall: time) -> bool:
        """Whether a sync may begin when the clock on the wall shows this."""
        if self.opens < self.closes:
            return self.opens <= wall < self.closes
        return wall >= self.opens or wall < self.closes


# Nobody has said when: syncs are placed where desks are closed.
NIGHT = Window(time(1), time(5))


@dataclass(frozen=True, kw_only=True)
class Schedule:
    every: timedelta
    zone: ZoneInfo
    window: Window | None = None
    # Before this moment nothing runs by itself.
    starts_at: datetime | None = None
    # Whose it is: its own place in the spread is drawn from it, the same at every reckoning.
    key: str = ""

    @property
    def by_the_day(self) -> bool:
        return not self.every % DAY

    @property
    def jitter(self) -> timedelta:
        drawn = int.from_bytes(blake2b(self.key.encode(), digest_size=4).digest())
        return timedelta(seconds=drawn % int(SPREAD.total_seconds()))


def next_sync(schedule: Schedule, *, due: datetime, now: datetime) -> datetime:
    """The moment after one that was due, and after now: however many were missed, they are one.

    Whole days are days of the calendar: 1:40 AM stays 1:40 AM when the clocks change.
    """
    goal = _goal(schedule, since=min(due, now), now=now)
    # One morning was chosen for the first; that chose no mornings for the others.
    at_night = due == schedule.starts_at and schedule.by_the_day
    return _within(schedule, schedule.window or (NIGHT if at_night else None), goal, now)


def plan(schedule: Schedule, *, last: datetime | None, now: datetime) -> datetime:
    """The next moment for a source that has none: it is new, was paused, or its schedule changed.

    `last` is when its lists were last whole, None before the first time. A moment that a person has
    chosen is kept to the second where the window allows it. Otherwise a sync by the day, and every
    first one, is placed in the window, and where there is none in the night.
    """
    if schedule.starts_at is not None and schedule.starts_at > now:
        return _not_before(schedule, schedule.starts_at)
    if last is None:
        return _within(schedule, schedule.window or NIGHT, now, now)
    # What is overdue by now is spread too: a thousand may have been planned at once.
    goal = max(now + schedule.jitter, _stepped(schedule, min(last, now), 1))
    window = schedule.window or (NIGHT if schedule.by_the_day else None)
    return _within(schedule, window, goal, now)


def may_begin(schedule: Schedule, *, due: datetime, now: datetime) -> bool:
    """Whether a sync that was due may begin now: in the window, or a tick late."""
    window = schedule.window
    if window is None or _allows(schedule, window, now):
        return True
    return now - due <= LATE and _allows(schedule, window, due)


def _allows(schedule: Schedule, window: Window, at: datetime) -> bool:
    return window.allows(at.astimezone(schedule.zone).time())


def _goal(schedule: Schedule, *, since: datetime, now: datetime) -> datetime:
    """The first of the moments at the interval's distance from `since` that is after now."""
    steps = max(1, (now - since) // schedule.every)
    while (at := _stepped(schedule, since, steps)) <= now:
        steps += 1
    return at


def _stepped(schedule: Schedule, since: datetime, steps: int) -> datetime:
    if not schedule.by_the_day:
        return since + steps * schedule.every
    wall = since.astimezone(schedule.zone).replace(tzinfo=None) + steps * schedule.every
    # A time that the clock skips comes as much later as it skips.
    return wall.replace(tzinfo=schedule.zone).astimezone(UTC)


def _within(schedule: Schedule, window: Window | None, goal: datetime, now: datetime) -> datetime:
    """The goal where it is allowed, else the opening before it, else the one after it.

    Before it, so that no list gets older than the interval.
    """
    if window is None or (goal > now and _allows(schedule, window, goal)):
        return goal
    openings = list(_openings(schedule, window, around=goal))
    before = [at for at in openings if now < at <= goal]
    return before[-1] if before else next(at for at in openings if at > goal)


def _not_before(schedule: Schedule, moment: datetime) -> datetime:
    window = schedule.window
    if window is None or _allows(schedule, window, moment):
        return moment
    return next(at for at in _openings(schedule, window, around=moment) if at > moment)


def _openings(schedule: Schedule, window: Window, *, around: datetime) -> Iterator[datetime]:
    """Its own moment in each day's window, from the day before to some days after."""
    today = around.astimezone(schedule.zone).date()
    for days in range(-2, 4):
        at = _opening(schedule, window, today + timedelta(days=days))
        if _allows(schedule, window, at):
            yield at


def _opening(schedule: Schedule, window: Window, day: date) -> datetime:
    opens = datetime.combine(day, window.opens, tzinfo=schedule.zone).astimezone(UTC)
    return opens + schedule.jitter
