"""Give a person a sign-in and a role: clerk, district administrator, or support."""

import argparse
import secrets
import sys
from typing import Any

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome, Refused

EXAMPLES = """\
  schoolgate staff add --username dana --name "Dana Smith" --role clerk \\
      --district maple-valley --school oak-elementary
  schoolgate staff add --username it --role district-admin --district maple-valley \\
      --email it@maple-valley.example.org
  schoolgate staff add --username help --role support"""

PASSWORD_BYTES = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="add")
    add = words.add_parser("add", help="add a person, or change her role")
    add.add_argument("--username", required=True)
    add.add_argument("--name", default="", help="given and family name")
    add.add_argument("--email", default="", help="where an administrator is told what is wrong")
    add.add_argument("--role", required=True, choices=["clerk", "district-admin", "support"])
    add.add_argument("--district", help="the district's slug")
    add.add_argument("--school", action="append", default=[], help="a school's code; repeatable")
    add.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input (otherwise one is made up and printed once)",
    )
    add.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    password = _password(args)
    user = _user(args, password)
    answer = {"username": user.username, "role": args.role, "password": password}
    if args.password_stdin:
        del answer["password"]
        return Outcome(answer, text=f"{user.username} can sign in.")
    return Outcome(answer, text=f"{user.username} can sign in with the password {password}")


def _password(args: argparse.Namespace) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if not args.password_stdin:
        return secrets.token_urlsafe(PASSWORD_BYTES)
    password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    return password


def _email(address: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise Refused(f"{address!r} is no e-mail address.") from None
    return address


def _user(args: argparse.Namespace, password: str) -> Any:
    from schoolgate.accounts.people import add_person
    from schoolgate.districts.adding import CannotAdd, add_staff, find_district, find_schools
    from schoolgate.districts.models import Role

    if args.role != "support" and not args.district:
        raise Refused("Say in which district: --district.")
    with refusals(CannotAdd):
        district = find_district(args.district) if args.district else None
        schools = find_schools(district, args.school) if district else []
        user = add_person(
            username=args.username,
            name=args.name,
            password=password,
            is_support=args.role == "support",
            email=_email(args.email),
        )
        if district is not None and args.role != "support":
            role = Role.CLERK if args.role == "clerk" else Role.DISTRICT_ADMIN
            add_staff(district=district, user=user, role=role, schools=schools)
    return user
