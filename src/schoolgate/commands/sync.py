"""Bring the roster into step with a source, now, in this process."""

import argparse
import sys
from typing import Any

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome

EXAMPLES = """\
  schoolgate sync maple-valley.main-sis
  schoolgate sync maple-valley.main-sis --json | jq .changes"""

WORDS = {
    "collect": "reading the source",
    "stage": "comparing",
    "plan": "planning",
    "safety": "checking for danger",
    "apply": "writing schools",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("registration", help="as `schoolgate registration list` names it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.jobs.heart import heart_of_command
    from schoolgate.licensing.editions import EnterpriseOnly
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.sync import leftovers, runs
    from schoolgate.sync.database_trouble import DatabaseAway, NoRoom, troubles_in_words
    from schoolgate.sync.queries import run_report
    from schoolgate.sync.single_flight import AlreadyRunning

    with refusals(NoSuchRegistration):
        registration = find_registration(args.registration)
    not_now = (EnterpriseOnly, runs.NothingToSync, AlreadyRunning, DatabaseAway, NoRoom)
    with refusals(*not_now, exit_code=Exit.NOT_READY), troubles_in_words():
        leftovers.make_room(registration, at=timezone.now())
        wanted = runs.ask_for_run(registration, by=None, at=timezone.now())
        with heart_of_command(leftovers.heart_of(wanted)):
            finished = runs.carry_out(wanted, clock=timezone.now, tell=_tell)
    report = run_report(finished)
    return Outcome(report, text=_text(report), exit=_exit(report), complaint=_complaint(report))


def _tell(stage: str, count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{WORDS[stage]} {count or ''}", end="", file=sys.stderr, flush=True)  # noqa: T201


def _exit(report: dict[str, Any]) -> Exit:
    if report["state"] == "failed":
        return Exit.SOURCE_FAILED
    if not report["complete"]:
        return Exit.SOURCE_FAILED
    return Exit.NOT_READY if report["state"] == "held" else Exit.WELL


def _complaint(report: dict[str, Any]) -> str:
    if report["state"] == "failed":
        again = " Trying again may help." if report["error"]["retry_helps"] else ""
        return f"{report['error']['message']}{again} The roster is as it was."
    if not report["complete"]:
        return (
            f"The pull was not whole ({report['reason']}): {report['detail']} "
            "Nothing was removed; the next whole sync decides."
        )
    if report["held"]:
        count = sum(hold["count"] for hold in report["held"])
        return f"{count} removals wait for a person. Everything else is in."
    return ""


def _text(report: dict[str, Any]) -> str:
    lines = [f"run {report['run']}: {report['state']}"]
    lines += [f"  {count:>7}  {change}" for change, count in report["changes"].items()]
    lines += [
        f"  held: {hold['count']} of {hold['of']} {hold['kind']}s at {hold['school']}"
        for hold in report["held"]
    ]
    lines += [f"  problem: {kind} ({count})" for kind, count in report["problems"].items()]
    return "\n".join(lines)
