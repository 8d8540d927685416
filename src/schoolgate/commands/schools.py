"""Map the schools of a source to ours and enable them: only enabled schools are synced."""

import argparse
from typing import Any

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome, Refused, refused_by_source
from schoolgate.oneroster.errors import OneRosterError

EXAMPLES = """\
  schoolgate schools map --registration maple-valley.main-sis --all
  schoolgate schools map --registration maple-valley.main-sis --org 4f2c --school oak
  schoolgate schools list --registration maple-valley.main-sis --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="map|list")
    mapping = words.add_parser("map", help="map and enable schools")
    mapping.add_argument("--registration", required=True)
    which = mapping.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every school that the source lists")
    which.add_argument("--org", help="one school, by its sourcedId at the source")
    mapping.add_argument("--school", help="with --org: the code of our school (created if new)")
    mapping.add_argument("--json", action="store_true", help="print one JSON object")
    listing = words.add_parser("list", help="list the schools of a source")
    listing.add_argument("--registration", required=True)
    listing.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.registrations.models import SourceSchool
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration

    with refusals(NoSuchRegistration):
        registration = find_registration(args.registration)
    if args.word == "map":
        _map(args, registration)
    schools = [
        {
            "org": row.sourced_id,
            "name": row.name,
            "school": row.school.code if row.school else None,
            "enabled": row.enabled,
            "data": row.data_choice,
        }
        for row in SourceSchool.objects.filter(registration=registration)
        .select_related("school")
        .order_by("name", "sourced_id")
    ]
    text = "\n".join(
        f"{row['school'] or '-':30} {'enabled ' if row['enabled'] else 'off     '} {row['name']}"
        for row in schools
    )
    return Outcome({"registration": registration.reference, "schools": schools}, text=text)


def _map(args: argparse.Namespace, registration: Any) -> None:
    from schoolgate.licensing.editions import EnterpriseOnly, require_enterprise
    from schoolgate.registrations import school_choice
    from schoolgate.registrations.credentials import CannotUnseal
    from schoolgate.registrations.sources import open_source

    if args.org and not args.school:
        raise Refused("Say which school of ours it is: --school CODE.")
    with refusals(EnterpriseOnly, CannotUnseal, exit_code=Exit.NOT_READY):
        require_enterprise(registration.district)
    try:
        source = open_source(registration)
        try:
            school_choice.look_at_source(registration, source)
        finally:
            source.close()
    except school_choice.OrgsIncomplete as error:
        raise Refused(str(error), exit=Exit.SOURCE_FAILED, kind="orgs_incomplete") from None
    except OneRosterError as error:
        raise refused_by_source(error) from None
    with refusals(school_choice.NoSuchSchool):
        if args.all:
            school_choice.map_all(registration, by=None, at=timezone.now())
        else:
            school_choice.map_one(
                registration, org=args.org, code=args.school, by=None, at=timezone.now()
            )
