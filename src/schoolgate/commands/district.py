"""Add a district, or list the ones there are."""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome

EXAMPLES = """\
  schoolgate district add --name "Maple Valley" --edition enterprise --timezone America/Chicago
  schoolgate district list --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list")
    add = words.add_parser("add", help="add a district")
    add.add_argument("--name", required=True)
    add.add_argument("--edition", required=True, choices=["standard", "enterprise"])
    add.add_argument("--timezone", default="America/New_York", help="default: %(default)s")
    add.add_argument("--json", action="store_true", help="print one JSON object")
    listing = words.add_parser("list", help="list the districts")
    listing.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    return _add(args) if args.word == "add" else _list()


def _add(args: argparse.Namespace) -> Outcome:
    from schoolgate.districts.adding import CannotAdd, add_district

    with refusals(CannotAdd):
        district = add_district(name=args.name, edition=args.edition, timezone=args.timezone)
    answer = {
        "district": district.slug,
        "name": district.name,
        "edition": district.edition,
        "timezone": district.timezone,
    }
    return Outcome(answer, text=district.slug)


def _list() -> Outcome:
    from schoolgate.districts.models import District

    districts = [
        {"district": row.slug, "name": row.name, "edition": row.edition, "timezone": row.timezone}
        for row in District.objects.order_by("slug")
    ]
    text = "\n".join(f"{row['district']}  {row['name']} ({row['edition']})" for row in districts)
    return Outcome({"districts": districts}, text=text or "No district yet.")
