"""Say how one source stands, in one word. Pure: what is known of it and `now` go in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schoolgate.sync.run_words import BAD, CALM, OK, WAIT, counted

# A source that has missed two of its syncs does not mend itself.
INTERVALS_MISSED = 2


class Condition(StrEnum):
    """Worst first."""

    FAILED = "failed"
    HELD = "held"
    STALE = "stale"
    NEVER = "never"
    RUNNING = "running"
    FINE = "fine"
    # A Standard district: nothing is due, so nothing is wrong.
    OFF = "off"


@dataclass(frozen=True)
class Look:
    """How a condition is shown: never by its colour alone."""

    word: str
    tone: str
    icon: str


LOOKS = {
    Condition.FAILED: Look("Failed", BAD, "alert-octagon"),
    Condition.HELD: Look("Part waits", WAIT, "hand-stop"),
    Condition.STALE: Look("Old lists", WAIT, "alert-triangle"),
    Condition.NEVER: Look("No list yet", WAIT, "help"),
    Condition.RUNNING: Look("Running", CALM, "refresh"),
    Condition.FINE: Look("Fine", OK, "check"),
    Condition.OFF: Look("Not in edition", CALM, "ban"),
}
WORST_FIRST = tuple(Condition)


@dataclass(frozen=True)
class LastRun:
    """The run of a source that ended last."""

    id: int
    state: str
    complete: bool | None
    failure: str
    failure_detail: str
    retry_helps: bool
    rows_read: int
    started_at: datetime | None
    ended_at: datetime

    @property
    def records(self) -> str:
        return counted(self.rows_read, "record", "records")

    @property
    def failed(self) -> bool:
        return self.state == "failed"

    @property
    def seconds(self) -> float | None:
        return (
            None if self.started_at is None else (self.ended_at - self.started_at).total_seconds()
        )


@dataclass(frozen=True)
class Source:
    """What is known of one registration, across all tables, without its people."""

    id: int
    slug: str
    name: str
    district_id: int
    district_slug: str
    district_name: str
    timezone: str
    in_edition: bool
    every_hours: int
    next_sync_at: datetime | None
    paused_at: datetime | None
    # Schools taken; how many of them have a list; the oldest of those lists.
    taken: int
    listed: int
    oldest_list_at: datetime | None
    last: LastRun | None
    # The run that waits or works at this moment.
    active_run_id: int | None
    # The run whose holds wait, and how many do.
    held_run_id: int | None
    holds: int

    def is_stale(self, *, now: datetime) -> bool:
        """Whether it has missed two syncs. A school that was just chosen is none that is missed."""
        missed = timedelta(hours=INTERVALS_MISSED * self.every_hours)
        return self.oldest_list_at is not None and now - self.oldest_list_at > missed


def condition_of(source: Source, *, now: datetime) -> Condition:
    """The worst that can be said of a source. A failure stays one until a sync has ended well."""
    said = {
        Condition.FAILED: source.last is not None and source.last.failed,
        Condition.HELD: source.holds > 0,
        Condition.STALE: source.is_stale(now=now),
        Condition.RUNNING: source.active_run_id is not None,
        Condition.NEVER: source.oldest_list_at is None,
    }
    if not source.in_edition:
        return Condition.OFF
    return next((condition for condition, true in said.items() if true), Condition.FINE)
