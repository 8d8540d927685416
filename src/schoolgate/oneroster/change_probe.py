"""A look at whether a source filters by `dateLastModified`: proved, or not to be relied on.

The words are a stable interface:

    no_users            there is nobody to try it on
    rows_not_readable   a record of the sample has no id that can be read
    ids_repeat          one id comes twice: half a person must not be taken for all of her
    dates_missing       a record has no date, or one that cannot be read
    dates_without_zone  a date does not say of which zone it is, or is a day alone (T-21, T-22)
    dates_in_days       every date is midnight: it says the day and not the moment
    dates_in_future     a record changed after now: the source's clock is not to be relied on
    dates_constant      all records changed at one moment (T-21)
    no_total            the source does not count its records
    filter_refused      the filter was not understood
    future_not_empty    something changed after the end of all syncs: the filter is ignored (T-28)
    past_not_all        not everything changed since long ago
    wrong_rows          since the middle of a page: other records than those of the page
    wrong_total         the count does not follow the filter
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import msgspec

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import NotOffered, Rejected
from schoolgate.oneroster.rest.changes import moment_of_change
from schoolgate.oneroster.rest.page import Page
from schoolgate.oneroster.values.moments import parse_moment
from schoolgate.oneroster.values.reading import BAD_JSON

_SAMPLE = 500
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_FAR_AHEAD = timedelta(days=3650)
# Clocks differ by some seconds everywhere.
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ChangeProbe:
    """The verdict, and why not. `finding` is empty for a source that was proved to filter."""

    finding: str = ""
    users: int = 0

    @property
    def filters_by_change(self) -> bool:
        return not self.finding


@dataclass(frozen=True, slots=True)
class _Stamped:
    sourced_id: str
    said: str | None
    at: datetime | None


class _Wire(msgspec.Struct, rename="camel"):
    sourced_id: str
    date_last_modified: str | None = None


_wire = msgspec.json.Decoder(_Wire)


def probe_changes(client: Client, *, now: datetime, sample: int = _SAMPLE) -> ChangeProbe:
    """Try the filter with a few questions. Whatever is odd makes the source one that does not.

    Raises:
        SourceFailed: the source does not answer at all; nothing was found out.
    """
    page = client.look("users", "users", offset=0, limit=sample).page
    rows = _stamped(page)
    doubt = _doubt_about_dates(rows, now=now) or ("no_total" if page.total is None else "")
    if not doubt:
        try:
            doubt = _doubt_about_filter(client, page, rows or [], now=now)
        except (Rejected, NotOffered):
            doubt = "filter_refused"
    return ChangeProbe(doubt, len(page.rows))


def _stamped(page: Page) -> list[_Stamped] | None:
    """The ids and dates of a page. None: one of its records cannot be read."""
    try:
        wires = [_wire.decode(row) for row in page.rows]
    except BAD_JSON:
        return None
    return [
        _Stamped(
            wire.sourced_id, wire.date_last_modified, moment_of_change(wire.date_last_modified)
        )
        for wire in wires
    ]


def _doubt_about_dates(rows: Sequence[_Stamped] | None, *, now: datetime) -> str:
    if rows is None:
        return "rows_not_readable"
    if not rows:
        return "no_users"
    if len({row.sourced_id for row in rows}) < len(rows):
        return "ids_repeat"
    if any(row.at is None for row in rows):
        return _why_undated([row.said for row in rows if row.at is None])
    return _doubt_about_moments([row.at for row in rows if row.at is not None], now=now)


def _why_undated(said: list[str | None]) -> str:
    unread = any(text is None or parse_moment(text) is None for text in said)
    return "dates_missing" if unread else "dates_without_zone"


def _doubt_about_moments(moments: list[datetime], *, now: datetime) -> str:
    if max(moments) > now + _SKEW:
        return "dates_in_future"
    if len(set(moments)) == 1:
        return "dates_constant"
    if all(at.time() == time(0) for at in moments):
        return "dates_in_days"
    return ""


def _doubt_about_filter(
    client: Client, page: Page, rows: Sequence[_Stamped], *, now: datetime
) -> str:
    sample = len(rows)
    ahead = client.look_at_changes(since=now + _FAR_AHEAD, limit=sample).page
    if ahead.rows or ahead.total:
        return "future_not_empty"
    past = client.look_at_changes(since=_LONG_AGO, limit=sample).page
    if past.total != page.total and past.total != _count_again(client):
        return "past_not_all"
    middle = _middle_of([row.at for row in rows if row.at is not None])
    since = client.look_at_changes(since=middle, limit=sample).page
    if not _are_those_since(_stamped(since), rows, middle):
        return "wrong_rows"
    # A count of everybody beside a part of them would make every such pull look cut short.
    return "wrong_total" if since.total is None or since.total >= (page.total or 0) else ""


def _count_again(client: Client) -> int | None:
    """Somebody may have been added meanwhile."""
    return client.look("users", "users", offset=0, limit=1).page.total


def _middle_of(moments: list[datetime]) -> datetime:
    """A moment with records of the sample on both sides of it."""
    middle = sorted(moments)[len(moments) // 2]
    oldest = min(moments)
    return middle if middle > oldest else min(at for at in moments if at > oldest)


def _are_those_since(
    found: Sequence[_Stamped] | None, rows: Sequence[_Stamped], since: datetime
) -> bool:
    """Whether the answer begins with exactly those of the sample that changed since.

    The sample is where the collection begins: in the same order, its newer records come first.
    """
    wanted = [row.sourced_id for row in rows if row.at is not None and row.at >= since]
    if found is None or any(row.at is None or row.at < since for row in found):
        return False
    return [row.sourced_id for row in found][: len(wanted)] == wanted
