"""Decide what a district is told by e-mail, and when. Pure.

At once for a failure or a hold that is new; once a day for what still stands; nothing when nothing
is wrong. What was told on a day is not told again on that day, whatever comes and goes in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from schoolgate.sync.run_words import counted
from schoolgate.sync.watch.troubles import Trouble

# When the mail of the day goes out, on the district's clock: before the office opens.
HOUR_OF_DAY = 6


@dataclass(frozen=True)
class Memory:
    """What the district was told: the day of its last mail, and the day of each trouble."""

    sent_on: date | None = None
    told: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Digest:
    """One mail. `news` are the keys of what it tells for the first time."""

    subject: str
    troubles: tuple[Trouble, ...]
    news: frozenset[str]


def decide(
    troubles: Sequence[Trouble], memory: Memory, *, now: datetime
) -> tuple[Digest | None, Memory]:
    """Give the mail that is due, if one is, and what to remember. `now` is on the district's clock.

    Who gets a mail is told everything that stands, so the mail of the day is not due on a day on
    which something new was told.
    """
    today = now.date()
    keys = {trouble.key for trouble in troubles}
    # What has passed is forgotten, but not before its day is over: a source that fails every other
    # time is one trouble a day.
    told = {key: day for key, day in memory.told.items() if key in keys or day == today}
    news = frozenset(keys - told.keys())
    at_once = any(trouble.at_once and trouble.key in news for trouble in troubles)
    daily = bool(keys) and memory.sent_on != today and now.hour >= HOUR_OF_DAY
    if not (at_once or daily):
        return None, Memory(memory.sent_on, told)
    digest = Digest(_subject(troubles), tuple(troubles), news)
    return digest, Memory(today, {**told, **dict.fromkeys(keys, today)})


def _subject(troubles: Sequence[Trouble]) -> str:
    """`Schoolgate: 1 sync failed, 2 decisions wait`."""
    counts = dict.fromkeys(SUBJECTS, 0)
    for trouble in troubles:
        counts[trouble.key.partition(":")[0]] += 1
    parts = [counted(count, *SUBJECTS[kind]) for kind, count in counts.items() if count]
    return f"Schoolgate: {', '.join(parts)}"


SUBJECTS = {
    "failed": ("sync failed", "syncs failed"),
    "held": ("decision waits", "decisions wait"),
    "stale": ("source has old lists", "sources have old lists"),
}
