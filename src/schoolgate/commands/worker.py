"""Do the syncs, and nothing else: the desk is served by `schoolgate web`.

Any number of workers share the work; each has a slot of its own on its machine. What a worker has
begun goes on after a crash: here when it starts again, elsewhere when it stays silent.
"""

import argparse

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome, Refused
from schoolgate.config import logs

EXAMPLES = """\
  schoolgate worker
  schoolgate worker --slot 2 --concurrency 100"""

CONCURRENCY = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--slot",
        default="1",
        metavar="N",
        help="which worker of this machine it is; keep it over restarts (default: %(default)s)",
    )
    parser.add_argument(
        "--concurrency",
        type=int,
        default=CONCURRENCY,
        metavar="N",
        help="how many syncs a worker does at once; give all workers the same (default: "
        "%(default)s)",
    )


def run(args: argparse.Namespace) -> Outcome:
    if args.concurrency < 1:
        raise Refused("--concurrency must be at least 1.")
    if not args.slot.isalnum():
        raise Refused("--slot is a number or a word of letters and digits.")
    open_installation()
    logs.as_a_service()
    from schoolgate.config.serving import end_at_once, wait_for_the_end
    from schoolgate.jobs import engine

    with refusals(engine.SlotTaken, engine.EngineAway):
        name = engine.start(args.slot, concurrency=args.concurrency)
    print(f"Worker {name} does syncs  (Ctrl-C ends it)", flush=True)  # noqa: T201
    wait_for_the_end()
    if not engine.stop():
        end_at_once("Ended. What it had begun goes on when it starts again, or elsewhere.")
    return Outcome({}, text="Ended.")
