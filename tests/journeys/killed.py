"""Run one sync as a process of its own and kill it at the n-th statement or word of progress.

Called by test_a_killed_sync.py; prints how many of each there were when it lives.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from schoolgate.config import start

start.prepare()

from django.db import connection  # noqa: E402

from schoolgate.registrations.registering import find_registration  # noqa: E402
from schoolgate.sync import runs  # noqa: E402


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # an edge, as a command is


class Killer:
    """Counts to n, then ends this process as a power cut would."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def main(reference: str, statement: int, word: int) -> None:
    statements, words = Killer(statement), Killer(word)

    def before_each(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements()
        return execute(sql, params, many, context)

    registration = find_registration(reference)
    with connection.execute_wrapper(before_each):
        run = runs.ask_for_run(registration, by=None, at=now())
        runs.carry_out(run, clock=now, tell=lambda _stage, _count: words())
    sys.stdout.write(f"{statements.count} {words.count}\n")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
