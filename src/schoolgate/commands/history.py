"""Say what the list said of a student: every change, or as of one date and time.

A moment without a time zone is on the district's clock.
"""

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome, Refused

EXAMPLES = """\
  schoolgate history maple-valley.main-sis --student 4471
  schoolgate history maple-valley.main-sis --student 4471 --at 2026-11-20T09:15
  schoolgate history maple-valley.main-sis --student 4471 --json | jq .changes[0]"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("registration", help="as `schoolgate registration list` names it")
    parser.add_argument("--student", required=True, metavar="ID", help="her id at the source")
    parser.add_argument("--at", metavar="MOMENT", help="what the list said then")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.roster.models import Student

    with refusals(NoSuchRegistration):
        registration = find_registration(args.registration)
    student = Student.objects.filter(
        district_id=registration.district_id,
        registration_id=registration.id,
        sourced_id=args.student,
    ).first()
    if student is None:
        raise Refused(
            "No student of this source has that id. Ids are compared exactly, also their "
            "capital letters.",
            kind="no_such_student",
        )
    zone = ZoneInfo(registration.district.timezone)
    about = {"registration": registration.reference, "student": args.student}
    if args.at is None:
        return _all_changes(student, about, zone)
    return _as_of(student, about, _moment(args.at, zone))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("Write --at like 2026-11-20T09:15.", kind="bad_moment") from None
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    if at > timezone.now():
        raise Refused("--at is still to come: name a time that has passed.", kind="bad_moment")
    return at.astimezone(zone)


def _all_changes(student: Any, about: dict[str, Any], zone: ZoneInfo) -> Outcome:
    from schoolgate.roster.history import history_of_student
    from schoolgate.sync.history_page import rows

    told = rows(student.district, history_of_student(student), with_numbers=True)
    changes = [
        {
            "at": row.change.at.isoformat(),
            "run": row.change.run_id,
            "by": row.by,
            "action": row.change.action,
            "what": row.line.sentence,
            "fields": [
                {"field": one.field, "before": one.before, "after": one.after}
                for one in row.line.details
            ],
        }
        for row in told
    ]
    lines = [
        f"{row.change.at.astimezone(zone):%Y-%m-%d %H:%M}  {row.line.sentence}  ({row.by})"
        for row in told
    ]
    return Outcome({**about, "changes": changes}, text="\n".join(lines) or "No change kept.")


def _as_of(student: Any, about: dict[str, Any], at: datetime) -> Outcome:
    from schoolgate.roster.history import list_as_of
    from schoolgate.sync.history_page import lists_then

    then = list_as_of(student, at)
    lists = [
        {
            "school": one.school.code,
            "as_of": one.run.started_at.isoformat() if one.run and one.run.started_at else None,
            "run": one.run.id if one.run else None,
        }
        for one in lists_then(student, then)
    ]
    answer = {
        **about,
        "at": at.isoformat(),
        "known": then.known,
        "listed": then.listed,
        "gone": then.gone,
        "fields": dict(then.fields),
        "schools": lists,
        "contacts": [
            {
                **one.fields,
                "current": one.current,
                "since": one.since.isoformat() if one.since else None,
                "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            }
            for one in then.contacts
        ],
        "rests_on": then.rests_on,
    }
    return Outcome(answer, text=_text(then, lists))


def _text(then: Any, lists: list[dict[str, Any]]) -> str:
    from schoolgate.roster.history_words import name_of
    from schoolgate.sync.history_page import standing_then

    if not then.known:
        return standing_then(then)
    lines = [f"{name_of(then.fields)}, grade {then.fields['grade'] or 'unknown'}"]
    lines += [
        f"  on the list of {one['school']}, as of {one['as_of'] or 'no known sync'}"
        for one in lists
    ]
    if not then.listed:
        lines.append(f"  {standing_then(then)}")
    lines += [
        f"  {'contact' if one.current else 'no longer a contact'}: {name_of(one.fields)} "
        f"({one.fields['role']})"
        for one in then.contacts
    ]
    return "\n".join(lines)
