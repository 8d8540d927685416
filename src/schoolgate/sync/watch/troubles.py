"""What is wrong in a district, each thing with its words. Pure.

Counts and names of schools and sources; never a child's or an adult's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schoolgate.registrations.schedule_words import every_in_words
from schoolgate.sync.run_words import KINDS, SCHOOLGATE, TURNS, counted
from schoolgate.sync.watch.condition import LastRun, Source
from schoolgate.web.moments import DAY, HOUR

RETRY_HELPS = "Trying again later may help, without anybody doing anything."
RETRY_IS_NO_USE = "Trying again does not help until somebody has acted."


@dataclass(frozen=True)
class Waiting:
    """A hold, by the name of its school."""

    run_id: int
    school_id: int
    school: str
    kind: str
    count: int
    of: int


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. `key` is the same as long as it is the same trouble."""

    key: str
    # Told at once when it is new; otherwise with the mail of the day.
    at_once: bool
    title: str
    sentences: tuple[str, ...]
    registration_slug: str
    # The page of this sync tells more; none: the page of the source does.
    run_id: int | None


def troubles_of(
    sources: Iterable[Source], waiting: Iterable[Waiting], *, now: datetime
) -> list[Trouble]:
    """List what a district has to know of its sources: failed, waiting, then old."""
    holds = list(waiting)
    mine = [source for source in sources if source.in_edition]
    return [
        *(
            _failed(source, source.last)
            for source in mine
            if source.last is not None and source.last.failed
        ),
        *(
            _held(source, hold)
            for source in mine
            for hold in holds
            if hold.run_id == source.held_run_id
        ),
        *(
            _stale(source, now - source.oldest_list_at)
            for source in mine
            if source.oldest_list_at is not None and source.is_stale(now=now)
        ),
    ]


def _failed(source: Source, last: LastRun) -> Trouble:
    return Trouble(
        key=f"failed:{source.id}",
        at_once=True,
        title=f"The sync of {source.name} failed",
        sentences=(
            last.failure_detail or "It did not say why.",
            TURNS.get(last.failure, SCHOOLGATE),
            RETRY_HELPS if last.retry_helps else RETRY_IS_NO_USE,
            "Every school's list is whole: a school is written completely or not at all.",
        ),
        registration_slug=source.slug,
        run_id=last.id,
    )


def _held(source: Source, hold: Waiting) -> Trouble:
    one, many = KINDS[hold.kind]
    return Trouble(
        key=f"held:{source.id}:{hold.school_id}:{hold.kind}",
        at_once=True,
        title=f"{hold.school}: {hold.count:,} of {counted(hold.of, one, many)} would go",
        sentences=(
            f"The sync of {source.name} keeps them on the list until a person has decided.",
            "Everything else is in.",
        ),
        registration_slug=source.slug,
        run_id=hold.run_id,
    )


def _stale(source: Source, age: timedelta) -> Trouble:
    return Trouble(
        key=f"stale:{source.id}",
        at_once=False,
        title=f"The lists from {source.name} are old",
        sentences=(
            f"The oldest is {_age(age)} old.",
            "Schoolgate support has paused this source: ask them when it goes on."
            if source.paused_at is not None
            else f"It should be made anew {every_in_words(source.every_hours)}.",
            "The desk shows how old its list is, and asks the clerk to check more.",
        ),
        registration_slug=source.slug,
        run_id=None,
    )


def _age(age: timedelta) -> str:
    if age < 2 * DAY:
        return counted(age // HOUR, "hour", "hours")
    return counted(age // DAY, "day", "days")
