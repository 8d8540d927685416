"""The `schoolgate` command. Each word is a module in `commands/`."""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from schoolgate.commands.outcome import Exit, Outcome, Refused

# In the order in which a newcomer meets them.
COMMANDS = (
    "demo",
    "up",
    "web",
    "worker",
    "migrate",
    "district",
    "registration",
    "schools",
    "schedule",
    "sync",
    "runs",
    "review",
    "undo",
    "roster",
    "history",
    "pull",
    "validate",
    "sandbox",
    "records",
    "staff",
    "prune",
)
# Said in the list without importing ten modules to print one of them.
SUMMARIES = {
    "demo": "try everything: sandbox SIS, a synced district, the desk in your browser",
    "up": "serve the desk and do the work, in one process",
    "web": "serve the desk only; workers do the syncs",
    "worker": "do the syncs only; as many as you like, on as many machines",
    "migrate": "bring the tables up to date, as a step of a deploy",
    "district": "add a district",
    "registration": "add a OneRoster source to a district, list and try them",
    "schools": "map and enable the schools of a source",
    "schedule": "show or change when a source is synced by itself",
    "sync": "bring the roster into step with a source",
    "runs": "list a registration's sync runs",
    "review": "say what a sync holds for a person, and decide on it",
    "undo": "take back what one sync did at one school",
    "roster": "print a district's students, guardians and relationships",
    "history": "say what the list said of a student, now and on any day",
    "pull": "read a OneRoster 1.1 REST source into files",
    "validate": "check a OneRoster 1.1 CSV zip or folder",
    "sandbox": "run a SIS to try things on",
    "records": "check that the desks' records are as they were added",
    "staff": "give a person a sign-in and a role",
    "prune": "delete details of old syncs now; workers do it every day",
}


class Usage(Exception):
    """The words do not fit the command; `usage` is its first line of help."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong instead of ending the process: scripts want JSON."""

    def error(self, message: str) -> NoReturn:
        raise Usage(message, self.format_usage())


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if word in COMMANDS), None)
    try:
        args = _parser(name).parse_args(words)
    except Usage as error:
        print(error.usage, end="", file=sys.stderr)  # noqa: T201
        return _show(Refused(str(error), kind="usage").outcome(), as_json="--json" in words)
    if name is None:
        _parser(None).print_help(sys.stderr)
        return Exit.BAD_INPUT
    try:
        outcome: Outcome = args.run(args)
    except Refused as refusal:
        outcome = refusal.outcome()
    except KeyboardInterrupt:
        return 130
    return _show(outcome, as_json=args.json)


def _parser(name: str | None) -> argparse.ArgumentParser:
    """The parser for one command; for none, only the list of them."""
    parser = Parser(
        prog="schoolgate",
        description="Which students are ours today, and which adults the school lists for each.",
    )
    commands = parser.add_subparsers(metavar="COMMAND")
    for word in COMMANDS:
        if word != name:
            commands.add_parser(word, help=SUMMARIES[word], add_help=False)
            continue
        module = importlib.import_module(f"schoolgate.commands.{word}")
        command = commands.add_parser(
            word,
            help=SUMMARIES[word],
            description=module.__doc__,
            epilog=f"examples:\n{module.EXAMPLES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=module.run, json=False)
        module.add_arguments(command)
    return parser


def _show(outcome: Outcome, *, as_json: bool) -> int:
    if outcome.complaint:
        print(outcome.complaint, file=sys.stderr)  # noqa: T201
    try:
        if as_json:
            print(json.dumps(outcome.answer, ensure_ascii=False))  # noqa: T201
        else:
            if outcome.text:
                print(outcome.text)  # noqa: T201
            for line in outcome.lines:
                print(line)  # noqa: T201
        sys.stdout.flush()
    except BrokenPipeError:
        # `schoolgate roster | head`: the reader has seen enough. Standard output is closed for
        # good, so that the interpreter does not complain about it on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(outcome.exit)


if __name__ == "__main__":
    sys.exit(main())
