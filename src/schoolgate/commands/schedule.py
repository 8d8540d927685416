"""Show or change when a source is synced by itself. Times are those of the district's clocks."""

import argparse
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome, Refused
from schoolgate.registrations.schedule import NoWindow, Window

EXAMPLES = """\
  schoolgate schedule maple-valley.main-sis
  schoolgate schedule maple-valley.main-sis --every 6 --reason "Custody changes by the hour"
  schoolgate schedule maple-valley.main-sis --changes 2 --reason "Custody changes by the hour"
  schoolgate schedule maple-valley.main-sis --window 01:00-05:00 --reason "The SIS asks for nights"
  schoolgate schedule maple-valley.main-sis --start 2026-11-28T08:00 --reason "On a Saturday"
  schoolgate schedule maple-valley.main-sis --pause --reason "The SIS moves to a new server\""""

ANY_TIME = NEVER = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("registration", help="as `schoolgate registration list` names it")
    parser.add_argument("--every", type=int, metavar="HOURS", help="1 to 336; 24 unless changed")
    parser.add_argument(
        "--changes",
        metavar="HOURS",
        help="between whole syncs, read what changed this often; `none`: never",
    )
    parser.add_argument(
        "--window", metavar="FROM-UNTIL", help="syncs may begin then only; `none`: at any time"
    )
    parser.add_argument(
        "--start", metavar="DAY", help="the first sync, as 2026-11-28T08:00; before it none runs"
    )
    rest = parser.add_mutually_exclusive_group()
    rest.add_argument("--pause", action="store_true", help="let nothing run by itself")
    rest.add_argument("--resume", action="store_true", help="sync by itself again")
    parser.add_argument("--reason", default="", help="why; it is kept, and every change needs one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from django.db import transaction

    from schoolgate.licensing.editions import EnterpriseOnly
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.registrations.scheduling import CannotSchedule

    with refusals(NoSuchRegistration):
        registration = find_registration(args.registration)
    now = timezone.now()
    not_ready = refusals(EnterpriseOnly, exit_code=Exit.NOT_READY)
    with not_ready, refusals(CannotSchedule), transaction.atomic():
        _change(args, registration, now)
    return Outcome(_report(registration), text=_text(registration, now))


def _change(args: argparse.Namespace, registration: Any, now: datetime) -> None:
    from schoolgate.registrations import scheduling

    said: dict[str, Any] = {"by": None, "at": now, "why": args.reason}
    if any(word is not None for word in (args.every, args.changes, args.window)):
        scheduling.set_pace(registration, _pace(args, registration), **said)
    if args.start is not None:
        _needs_reason(args)
        start = read_start(args.start, scheduling.schedule_of(registration).zone)
        times = scheduling.Times(scheduling.window_of(registration), start)
        scheduling.choose_times(registration, times, **said)
    if args.pause:
        scheduling.pause(registration, **said)
    if args.resume:
        scheduling.resume(registration, **said)


def _needs_reason(args: argparse.Namespace) -> None:
    if not args.reason.strip():
        raise Refused("Say why: --reason.")


def _pace(args: argparse.Namespace, registration: Any) -> Any:
    from schoolgate.registrations.scheduling import Pace, window_of

    every = registration.sync_every_hours if args.every is None else args.every
    window = window_of(registration) if args.window is None else read_window(args.window)
    kept = registration.changes_every_hours
    return Pace(every, window, kept if args.changes is None else read_hours(args.changes))


def read_hours(words: str) -> int | None:
    if words == NEVER:
        return None
    if not (words.isascii() and words.isdecimal()):
        raise Refused(f"{words!r} is no number of hours. Write it as 2, or none for never.")
    return int(words)


def read_window(words: str) -> Window | None:
    if words == ANY_TIME:
        return None
    opens, _, closes = words.partition("-")
    try:
        return Window(time.fromisoformat(opens), time.fromisoformat(closes))
    except NoWindow as error:
        raise Refused(str(error)) from None
    except ValueError:
        raise Refused(
            f"{words!r} is no window. Write it as 01:00-05:00, or none for any time."
        ) from None


def read_start(words: str, zone: ZoneInfo) -> datetime:
    try:
        start = datetime.fromisoformat(words)
    except ValueError:
        raise Refused(f"{words!r} is no time. Write it as 2026-11-28T08:00.") from None
    return start if start.tzinfo else start.replace(tzinfo=zone)


def _report(registration: Any) -> dict[str, Any]:
    opens, closes = registration.window_from, registration.window_until
    return {
        "registration": registration.reference,
        "every_hours": registration.sync_every_hours,
        "changes_every_hours": registration.changes_every_hours,
        "window": None if opens is None else {"from": f"{opens:%H:%M}", "until": f"{closes:%H:%M}"},
        "timezone": registration.district.timezone,
        "starts_at": _iso(registration.starts_at),
        "paused_at": _iso(registration.paused_at),
        "next_sync_at": _iso(registration.next_sync_at),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _text(registration: Any, now: datetime) -> str:
    from schoolgate.registrations.planned_words import how_often, next_in_words
    from schoolgate.registrations.scheduling import schedule_of

    there = now.astimezone(schedule_of(registration).zone)
    return f"{how_often(registration)}. Next sync: {next_in_words(registration, now=there)}."
