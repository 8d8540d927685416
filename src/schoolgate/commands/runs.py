"""List a registration's sync runs, newest first."""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome

EXAMPLES = """\
  schoolgate runs --registration maple-valley.main-sis
  schoolgate runs --registration maple-valley.main-sis --last 1 --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--registration", required=True)
    parser.add_argument("--last", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.sync.queries import run_report, runs_of

    with refusals(NoSuchRegistration):
        registration = find_registration(args.registration)
    reports = [run_report(row) for row in runs_of(registration)[: max(args.last, 0)]]
    lines = [
        f"{report['run']:>6}  {report['ended_at'] or 'not ended':32}  {report['state']:10} "
        f"{sum(report['changes'].values())} changes"
        for report in reports
    ]
    answer = {"registration": registration.reference, "runs": reports}
    return Outcome(answer, text="\n".join(lines) or "No run yet.")
