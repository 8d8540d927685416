"""Delete now what old syncs noted down: examples of odd rows, carried-out plans, staged rows.

Workers do it every day by themselves. Syncs, and the history of every record, are kept.
SCHOOLGATE_KEEP_DETAILS_DAYS says how old is old.
"""

import argparse

from django.utils import timezone

from schoolgate.commands.installation import open_installation
from schoolgate.commands.outcome import Outcome

EXAMPLES = """\
  schoolgate prune
  SCHOOLGATE_KEEP_DETAILS_DAYS=30 schoolgate prune --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(_args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.sync.watch.pruning import prune

    deleted = prune(now=timezone.now())
    words = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in deleted.items())
    return Outcome({"deleted": deleted}, text=f"Deleted: {words or 'nothing'}.")
