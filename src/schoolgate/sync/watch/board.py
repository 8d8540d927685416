"""All sources of all districts on one board, worst first. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from schoolgate.registrations.schedule_words import ahead_in_words
from schoolgate.sync.watch.condition import (
    LOOKS,
    WORST_FIRST,
    Condition,
    Look,
    Source,
    condition_of,
)

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    source: Source
    condition: Condition
    look: Look
    next_sync: str


def board(sources: Iterable[Source], *, now: datetime) -> list[Row]:
    """Worst first; among equals who has the oldest list, then by name."""
    rows = [
        Row(source, condition, LOOKS[condition], _next_sync(source, now))
        for source in sources
        for condition in [condition_of(source, now=now)]
    ]
    return sorted(
        rows,
        key=lambda row: (
            WORST_FIRST.index(row.condition),
            row.source.oldest_list_at or LONG_AGO,
            row.source.district_name,
            row.source.name,
            row.source.id,
        ),
    )


def chosen(rows: Sequence[Row], *, condition: str, text: str) -> list[Row]:
    """The rows of one condition (none: all) in whose names the text stands."""
    wanted = text.strip().casefold()
    return [
        row
        for row in rows
        if condition in ("", row.condition)
        and wanted in f"{row.source.district_name} {row.source.name}".casefold()
    ]


def counts(rows: Iterable[Row]) -> list[tuple[Condition, Look, int]]:
    """How many sources stand how, worst first, without what there is none of."""
    found = Counter(row.condition for row in rows)
    return [(each, LOOKS[each], found[each]) for each in WORST_FIRST if found[each]]


def _next_sync(source: Source, now: datetime) -> str:
    """`tonight at 1:40 AM`, on the district's clock; or why there is none."""
    if source.active_run_id is not None:
        return "running now"
    if source.paused_at is not None:
        return "paused by support"
    if source.next_sync_at is None:
        return "not planned"
    return ahead_in_words(source.next_sync_at, now=now.astimezone(ZoneInfo(source.timezone)))
