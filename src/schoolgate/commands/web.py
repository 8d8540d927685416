"""Serve the desk, and nothing else: syncs are done by workers (`schoolgate worker`)."""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome
from schoolgate.config import logs

EXAMPLES = """\
  schoolgate web --port 8001
  schoolgate web --host 10.0.0.5 --port 8000"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    logs.as_a_service()
    from schoolgate.config.serving import PortTaken, Server

    with refusals(PortTaken):
        server = Server(host=args.host, port=args.port)
    print(f"Schoolgate is at http://{args.host}:{server.port}/  (Ctrl-C ends it)", flush=True)  # noqa: T201
    server.serve()
    return Outcome({}, text="Ended.")
