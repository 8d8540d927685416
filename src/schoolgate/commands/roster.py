"""Print a district's students, guardians and relationships, one JSON record a line.

With --json it is one object: {"students": [...], "guardians": [...], "relationships": [...]}.
"""

import argparse
import json

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome

EXAMPLES = """\
  schoolgate roster --district maple-valley > roster.ndjson
  schoolgate roster --district maple-valley | grep '"type": "student"' | wc -l"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--district", required=True, help="the district's slug")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of a record a line"
    )


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.districts.adding import CannotAdd, find_district
    from schoolgate.roster.queries import roster_of

    with refusals(CannotAdd):
        district = find_district(args.district)
    records = roster_of(district)
    if not args.json:
        return Outcome({}, lines=(json.dumps(record, ensure_ascii=False) for record in records))
    answer: dict[str, list[dict[str, object]]] = {
        "students": [],
        "guardians": [],
        "relationships": [],
    }
    for record in records:
        answer[f"{record['type']}s"].append(record)
    return Outcome(dict(answer))
