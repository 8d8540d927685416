"""Bring the tables up to date. Commands do it by themselves, unless SCHOOLGATE_MIGRATE is false."""

import argparse

from schoolgate.commands.installation import open_installation
from schoolgate.commands.outcome import Outcome
from schoolgate.config import start

EXAMPLES = """\
  schoolgate migrate"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(_args: argparse.Namespace) -> Outcome:
    open_installation(start.migrate)
    return Outcome({"migrated": True}, text="The tables are up to date.")
