"""Check the desks' records: that no event was changed, taken out or slipped in after it was added.

Each event of a school's day is chained to the one before it by a hash.
"""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome

EXAMPLES = """\
  schoolgate records maple-valley
  schoolgate records maple-valley --json | jq .broken"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("district", help="as `schoolgate district list` names it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.districts.adding import CannotAdd, find_district
    from schoolgate.frontdesk.record import check

    with refusals(CannotAdd):
        district = find_district(args.district)
    checked = check(district)
    broken = [
        {"event": event.pk, "school": event.school.code, "day": str(event.chained_on)}
        for event in checked.broken
    ]
    answer = {"days": checked.days, "events": checked.events, "broken": broken}
    counted = f"{checked.events:,} events of {checked.days:,} school days"
    if not broken:
        return Outcome(answer, text=f"{counted}: as they were added.")
    lines = [f"{one['day']} {one['school']}: event {one['event']}" for one in broken]
    return Outcome(
        answer,
        text="\n".join(lines),
        exit=Exit.NOT_READY,
        complaint=f"{counted}: {len(broken)} not as they were added, or one before them is gone."
        " Compare them with a backup of that day; a retry does not help.",
    )
