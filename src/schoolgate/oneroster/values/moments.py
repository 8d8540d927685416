"""Moments and days as providers really write them (1.10, T-22)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,9}))?"
    r"\s*(?P<zone>[Zz]|[+-][\d:]+)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)", re.ASCII)
# 2026-09-01T13:16:41Z and 2026-09-01T13:16:41.000Z, the two spellings nearly every provider uses.
_USUAL_LENGTHS = (20, 24)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, in UTC. `zone_assumed` is True when the source did not say which zone."""

    at: datetime
    zone_assumed: bool = False


def parse_moment(text: str) -> Moment | None:
    """Read a dateTime: any fraction, `T` or space, any offset, or a date alone. None if it is none.

    A missing or malformed zone (one provider writes `+0`) is taken as UTC and flagged.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    zone = _zone(match["zone"])
    try:
        naive = datetime.fromisoformat(f"{match['day']}T{match['time'] or '00:00'}")
        at = naive.replace(microsecond=int(fraction), tzinfo=zone or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Moment(at, zone_assumed=zone is None)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None or int(match["hours"]) > 23 or int(match["minutes"]) > 59:  # noqa: PLR2004 (hours and minutes)
        return None
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return timezone(-offset if match["sign"] == "-" else offset)


def looks_usual(text: str) -> bool:
    """Whether a dateTime has one of the two usual shapes; cheap, since every record is asked."""
    return text[-1] == "Z" and len(text) in _USUAL_LENGTHS and text[10] == "T"


def parse_day(text: str) -> str | None:
    """Find the `YYYY-MM-DD` in a date, or in a dateTime given instead of one."""
    moment = parse_moment(text)
    return None if moment is None else text.strip()[:10]


def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar as the standard spells it."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":  # noqa: PLR2004 (YYYY-MM-DD)
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
