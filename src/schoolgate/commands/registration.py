"""Add a OneRoster source to a district, list them, and try what one can be asked for."""

import argparse
from pathlib import Path
from typing import Any

from django.utils import timezone

from schoolgate.commands import source_arguments
from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome, Refused, refused_by_source
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import BadInput, OneRosterError
from schoolgate.registrations.presets import presets

EXAMPLES = """\
  schoolgate registration add --district maple-valley --name "Main SIS" \\
      --url https://sis.example.org/ims/oneroster/v1p1 \\
      --auth oauth1 --key schoolgate --secret-file secret.txt
  schoolgate registration add --district maple-valley --name "Nightly zip" --csv /srv/oneroster.zip
  schoolgate registration list --district maple-valley
  schoolgate registration probe maple-valley.main-sis"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add|list|probe")
    add = words.add_parser("add", help="add a source")
    add.add_argument("--district", required=True, help="the district's slug")
    add.add_argument("--name", required=True)
    add.add_argument("--csv", type=Path, help="a OneRoster CSV zip or folder on this machine")
    source_arguments.add_arguments(add, required=False)
    add.add_argument(
        "--data",
        choices=["students", "students+contacts"],
        default="students+contacts",
        help="what to take (default: %(default)s)",
    )
    add.add_argument(
        "--preset",
        choices=[preset.word for preset in presets()],
        default="",
        metavar="SIS",
        help="what is known of your SIS is then shown with it: "
        + ", ".join(preset.word for preset in presets()),
    )
    add.add_argument("--json", action="store_true", help="print one JSON object")
    listing = words.add_parser("list", help="list a district's sources")
    listing.add_argument("--district", required=True, help="the district's slug")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    probe = words.add_parser("probe", help="try whether a source can be asked for what changed")
    probe.add_argument("registration", help="as `schoolgate registration list` names it")
    probe.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    if args.word == "probe":
        return _probe(args.registration)
    from schoolgate.districts.adding import CannotAdd, find_district

    with refusals(CannotAdd):
        district = find_district(args.district)
    return _add(args, district) if args.word == "add" else _list(district)


def _add(args: argparse.Namespace, district: Any) -> Outcome:
    from schoolgate.licensing.editions import EnterpriseOnly
    from schoolgate.registrations.models import DataChoice
    from schoolgate.registrations.registering import add_registration

    with refusals(EnterpriseOnly, exit_code=Exit.NOT_READY):
        registration = add_registration(
            district,
            name=args.name,
            where=_where(args),
            data_choice=DataChoice(args.data),
            preset=args.preset,
            by=None,
            at=timezone.now(),
        )
    answer = {
        "registration": registration.reference,
        "district": district.slug,
        "transport": registration.transport,
        "data": registration.data_choice,
        "preset": registration.preset or None,
    }
    return Outcome(answer, text=registration.reference)


def _where(args: argparse.Namespace) -> Any:
    from schoolgate.registrations.registering import CsvPlace, RestAddress

    if (args.csv is None) == (args.url is None):
        raise Refused("Say where the source is: either --url or --csv.")
    if args.csv is not None:
        if not args.csv.exists():
            raise Refused(f"There is nothing at {args.csv}.")
        return CsvPlace(path=str(args.csv.absolute()))
    source = source_arguments.read(args)
    try:
        # Addresses and settings are looked at now; nothing is asked of the source yet.
        Client(source.base_url, source.auth(), insecure=source.insecure).close()
    except BadInput as error:
        raise refused_by_source(error) from None
    return RestAddress(
        base_url=source.base_url,
        auth=source.auth_kind,
        key=source.key or "",
        secret=source.secret,
        token_url=source.token_url or "",
        scope=source.scope or "",
        signature=source.signature,
        concurrency=source.concurrency,
        page_size=source.page_size,
        insecure=source.insecure,
    )


def _list(district: Any) -> Outcome:
    registrations = [
        {
            "registration": row.reference,
            "name": row.name,
            "transport": row.transport,
            "schools": row.source_schools.filter(enabled=True).count(),
        }
        for row in district.registrations.select_related("district").order_by("id")
    ]
    text = "\n".join(f"{row['registration']}  {row['name']}" for row in registrations)
    return Outcome({"registrations": registrations}, text=text or "No source yet.")


def _probe(reference: str) -> Outcome:
    from schoolgate.registrations import proving
    from schoolgate.registrations.credentials import CannotUnseal
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.registrations.sources import open_source

    with refusals(NoSuchRegistration):
        registration = find_registration(reference)
    try:
        with refusals(CannotUnseal, exit_code=Exit.NOT_READY):
            source = open_source(registration)
        try:
            if not isinstance(source, Client):
                raise Refused("A file is always read whole: there is nothing to try.")
            now = timezone.now()
            profile = proving.prove(registration, source, by=None, at=now)
        finally:
            source.close()
    except OneRosterError as error:
        raise refused_by_source(error) from None
    answer = {
        "registration": registration.reference,
        "filters_by_change": profile.filters_by_change,
        "finding": profile.findings.get(proving.WHY),
        "probed_at": profile.probed_at.isoformat(),
    }
    return Outcome(answer, text=proving.in_words(registration, now=now))
