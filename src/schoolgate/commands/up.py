"""Serve the desk and do the work, in one process: all that a school or a small district needs."""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome
from schoolgate.config import logs

EXAMPLES = """\
  schoolgate up
  SCHOOLGATE_HOME=/var/lib/schoolgate schoolgate up --port 8000"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    logs.as_a_service()
    from schoolgate.config.serving import PortTaken, Server, end_at_once
    from schoolgate.jobs import engine

    with refusals(PortTaken):
        server = Server(host=args.host, port=args.port)
    with refusals(engine.SlotTaken, engine.EngineAway):
        engine.start()
    print(f"Schoolgate is at http://{args.host}:{server.port}/  (Ctrl-C ends it)", flush=True)  # noqa: T201
    try:
        server.serve()
    finally:
        if not engine.stop():
            end_at_once("Ended. A sync that had begun goes on with the next start.")
    return Outcome({}, text="Ended.")
